"""What a shop is answered about an order, made of what the store has of it: the same before a restart and after it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime, tzinfo
from functools import lru_cache
from typing import Any, Final

from attrs import evolve

from switch.gateway.protocol.answers import Authentication, PaymentOutcome, answer_fields, callback_fields
from switch.gateway.protocol.payment_request import PaymentRequest, payment_request
from switch.gateway.protocol.posted import Posted
from switch.gateway.store.order_book import DECIDED, Happened, PageOrder
from switch.record import frozen
from switch.specs.gateway.gateway_profile import Shop

_RANDOM_BYTES: Final = 15
_REQUESTS_KEPT: Final = 64  #: that were read last: callback and receipt of a payment read the same, soon after one another


@frozen(kw_only=True)
class WayBack:
    """Where a browser goes with what: the end of a session."""

    url: str
    fields: dict[str, str]
    approved: bool
    code: str
    transaction_id: str
    auth_code: str
    masked: str
    by_get: bool = False  #: as the protocol before est3Dgate leads back
    receipt: str = ""  #: path of the receipt of an approved payment


def posted_body(request: PaymentRequest, digest: str, client_ip: str) -> dict[str, Any]:
    """What the store keeps of a post: all that is given back, and what is to be paid."""
    return {
        "session": digest,
        "client_ip": client_ip,
        "amount_minor": request.amount_minor,
        "currency": request.currency,
        "captures": request.captures,
        "echoed": [list(pair) for pair in request.echoed],
    }


def request_of(body: Mapping[str, Any]) -> PaymentRequest:
    """The request a shop made, out of the store."""
    return _request_of(tuple((name, value) for name, value in body["echoed"]))


@lru_cache(maxsize=_REQUESTS_KEPT)
def _request_of(fields: tuple[tuple[str, str], ...]) -> PaymentRequest:
    request, errors = payment_request(Posted(fields))
    assert request is not None, errors
    return request


def as_posted(order: PageOrder, digest: str) -> PageOrder:
    """An order as it was until the shop posted it anew: what became of the post of one session. The same where that is last."""
    posts = [place for place, each in enumerate(order.events) if each.event == "post"]
    own = next((place for place in posts if order.events[place].body.get("session") == digest), None)
    behind = next((place for place in posts if own is not None and place > own), None)
    if behind is None:
        return order
    return evolve(order, events=order.events[:behind], state=order.events[behind - 1].state)


def decision(order: PageOrder) -> Happened | None:
    """The event that ended the last try to pay an order; None where none has ended since it was posted last."""
    for event in reversed(order.events):
        if event.event in DECIDED:
            return event
        if event.event in ("post", "authorize"):
            return None
    return None


def outcome_of(order: PageOrder, decided: Happened, zone: tzinfo, client_ip: str) -> PaymentOutcome:
    """What became of the last try."""
    tried = order.last("authorize") or decided.body
    if decided.body.get("transaction_id") != tried.get("transaction_id"):
        tried = decided.body
    authentication, settled = tried.get("authentication"), order.last("settle")
    return PaymentOutcome(
        answer=decided.body.get("answer", "Error"),
        code=decided.body.get("code", "99"),
        transaction_id=decided.body.get("transaction_id", ""),
        at=datetime.fromtimestamp(decided.at_ms / 1000, zone).strftime("%Y%m%d %H:%M:%S"),
        random=secrets.token_urlsafe(_RANDOM_BYTES),
        client_ip=client_ip,
        auth_code=decided.body.get("auth_code", ""),
        reference=decided.body.get("rrn", ""),
        stan=decided.body.get("stan", ""),
        message=decided.body.get("message", ""),
        pan_masked=tried.get("pan_masked", ""),
        brand=tried.get("brand", ""),
        issuer=tried.get("issuer", ""),
        settle_id=settled["settle_id"] if settled else "",
        authentication=Authentication(**authentication) if authentication else None,
    )


def for_browser(request: PaymentRequest, outcome: PaymentOutcome, shop: Shop, name: str) -> tuple[str, dict[str, str]]:
    """Where the shopper's browser goes, and what it posts there."""
    url = request.ok_url if outcome.answer == "Approved" else request.fail_url
    return url, answer_fields(request, outcome, name, shop.store_key)


def for_server(request: PaymentRequest, outcome: PaymentOutcome, shop: Shop, name: str) -> dict[str, str]:
    """What the server of the shop is posted."""
    return callback_fields(request, outcome, name, shop.store_key)
