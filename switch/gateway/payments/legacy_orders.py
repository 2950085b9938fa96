"""Orders of the protocol before est3Dgate, kept as those of the page: how they are posted, booked, and led back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qsl

from switch.gateway.protocol.answers import PaymentOutcome
from switch.gateway.protocol.callbacks import CallbackAnswer
from switch.gateway.protocol.legacy import LegacyRequest, PaidWith, booking_accepted, booking_fields, read_legacy, return_fields
from switch.gateway.protocol.payment_request import PAGE_LANGUAGES
from switch.gateway.protocol.posted import Posted
from switch.gateway.store.callback_book import Callback
from switch.money import format_minor
from switch.record import frozen
from switch.specs.gateway.gateway_profile import Shop

_PREFIX: Final = "mtc."  #: of the fields as the shop posted them, among those that the store keeps
_DIRHAM: Final = "504"


@frozen(kw_only=True)
class LegacyOrder:
    """An order as its shop posted it."""

    request: LegacyRequest
    posted: Posted

    def booking(self, outcome: PaymentOutcome, secret: str) -> dict[str, str]:
        """What the server of the shop is asked to book. The expiry of the card is not kept, so it stays empty."""
        paid = PaidWith(
            order_number=outcome.transaction_id,
            bank=outcome.issuer,
            pan_masked=outcome.pan_masked,
            expiry="",
            brand=outcome.brand.upper(),
        )
        return booking_fields(self.request, self.posted, paid, secret)

    def way_back(self, outcome: PaymentOutcome, secret: str) -> tuple[str, dict[str, str]]:
        """Where the browser goes, by GET: back to ``updateURL`` with a payment, to the shop without one."""
        fields: dict[str, str] = {}
        url = self.request.update_url
        if outcome.answer == "Approved":
            fields = return_fields(self.request, self.posted, outcome.transaction_id, secret)
        else:
            url = self.request.offer_url or url
        bare, _, query = url.partition("#")[0].partition("?")  # a form by GET has its own query in place of the address's
        return bare, {**dict(parse_qsl(query)), **fields}


def as_page_post(request: LegacyRequest, posted: Posted, shop: Shop) -> Posted:
    """The order as a post to the page: held until the shop books it, captured at once where it has no ``bookURL``."""
    language = request.language if request.language in PAGE_LANGUAGES else "fr"
    fields = {
        "clientid": shop.client_id,
        "storetype": "3D_PAY_HOSTING",
        "TranType": "PreAuth" if request.book_url else "Auth",
        "amount": format_minor(request.amount_minor, _DIRHAM),
        "currency": _DIRHAM,
        "oid": request.order_id,
        "okUrl": request.update_url,
        "failUrl": request.offer_url or request.update_url,
        "callbackUrl": request.book_url,
        "shopurl": request.offer_url,
        "lang": language,
        "email": request.email,
        "BillToName": request.name,
    }
    kept = tuple((_PREFIX + name, value) for name, value in posted.fields if name.lower() != "checksum")
    return Posted((*fields.items(), *kept))


def legacy_of(body: Mapping[str, Any]) -> LegacyOrder | None:
    """The order of a post that the store kept; None where it was posted to the page itself."""
    kept = tuple((name.removeprefix(_PREFIX), value) for name, value in body.get("echoed", ()) if name.startswith(_PREFIX))
    if not kept:
        return None
    return LegacyOrder(request=read_legacy(Posted(kept)), posted=Posted(kept))


def is_booking(callback: Callback) -> bool:
    """Whether a callback asks for a booking."""
    return "cartId" in callback.fields and "HASH" not in callback.fields


def legacy_answer(callback: Callback, status: int, body: bytes) -> CallbackAnswer | None:
    """What a shop makes of a booking; None where the callback is another."""
    if not is_booking(callback):
        return None
    accepted, remark = booking_accepted(body, callback.fields["cartId"])
    if not 200 <= status < 300:
        accepted, remark = False, f"found HTTP status {status}, expected 200 and 1;{callback.fields['cartId']};YYYYMMDD;2"
    return CallbackAnswer(verdict="capture" if accepted else "failure", understood=not remark, remark=remark)
