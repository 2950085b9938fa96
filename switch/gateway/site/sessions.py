"""Sessions of the payment page: a shopper with an order, from the shop's post to the way back. In memory alone.

A session is known by an address nobody can guess; the store knows a digest of it, so that a browser finds its order again after
a restart. Each form has a token that is good once: the same form sent twice comes to the same place.
"""

from __future__ import annotations

import hashlib
import secrets
from collections import OrderedDict
from typing import Final, Literal

import trio
from attrs import define, field

from switch.gateway.payments.paying import TypedCard
from switch.gateway.protocol.hash_diagnosis import HashDiagnosis
from switch.gateway.protocol.payment_request import FieldError, PageLanguage, PaymentRequest
from switch.record import frozen
from switch.specs.gateway.gateway_profile import AcquirerIdentity, AuthenticationRule, Shop

TOKEN_BYTES: Final = 24  #: 192 bits
SESSIONS_MAX: Final = 20_000  #: more than that many shoppers at once are not at one payment page; the oldest is forgotten
CHALLENGE_TRIES: Final = 3  #: wrong codes on the bank's page

Stage = Literal["page", "bank", "late", "wait", "end", "refused", "replaced", "cancelled", "expired"]


def digest_of(token: str) -> str:
    """How the store knows a session."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


@frozen(kw_only=True)
class PostRefusal:
    """Why a post is not taken: wrong fields, a wrong hash, or an order that is paid."""

    errors: tuple[FieldError, ...] = ()
    diagnosis: HashDiagnosis | None = None
    refused: str = ""
    shop: Shop | None = None


@define
class Sent:
    """A form that was sent: whoever sends it again waits for the first, and goes where that went."""

    done: trio.Event = field(factory=trio.Event)


@define(eq=False)
class PageSession:
    """One shopper with one order."""

    token: str
    number: int  #: of the order
    shop: Shop
    acquirer: AcquirerIdentity
    request: PaymentRequest
    language: PageLanguage
    client_ip: str
    deadline_ms: int
    stage: Stage = "page"
    tries: int = 0
    form_token: str = field(factory=lambda: secrets.token_urlsafe(TOKEN_BYTES))
    sent: dict[str, Sent] = field(factory=dict)
    card: TypedCard | None = field(default=None, repr=False)
    bank_rule: AuthenticationRule | None = None  #: what the bank's page finds for the card that was typed last
    wrong_codes: int = 0
    restored: bool = False  #: made anew from the store: nobody in memory leads it on
    led_back: bool = False  #: the page that leads back by itself was shown: whoever comes back to it stays
    message: str = ""  #: a text key: what happened last, for the page

    @property
    def digest(self) -> str:
        """How the store knows the session."""
        return digest_of(self.token)

    def take(self, token: str) -> Sent | None:
        """The right to act on a form, for the first who sends it; None where it was sent before, or is not of this session."""
        if not secrets.compare_digest(token.encode("utf-8", "replace"), self.form_token.encode()):
            return None
        sent = self.sent[token] = Sent()
        self.form_token = secrets.token_urlsafe(TOKEN_BYTES)
        return sent


class Sessions:
    """The sessions there are."""

    def __init__(self) -> None:
        self._by_token: OrderedDict[str, PageSession] = OrderedDict()
        self._by_order: dict[int, list[PageSession]] = {}

    def add(self, session: PageSession) -> None:
        self._by_token[session.token] = session
        self._by_order.setdefault(session.number, []).append(session)
        while len(self._by_token) > SESSIONS_MAX:
            self._forget(next(iter(self._by_token.values())))

    def _forget(self, session: PageSession) -> None:
        del self._by_token[session.token]
        of_order = self._by_order[session.number]
        of_order.remove(session)
        if not of_order:
            del self._by_order[session.number]

    def find(self, token: str) -> PageSession | None:
        return self._by_token.get(token)

    def of_order(self, number: int) -> list[PageSession]:
        return list(self._by_order.get(number, ()))

    def take_over(self, session: PageSession) -> None:
        """Who left the bank's page in another window goes on in this one."""
        for other in self.of_order(session.number):
            if other is not session and other.stage in ("bank", "late"):
                other.stage, other.card = "replaced", None

    def expired(self, now_ms: int) -> list[PageSession]:
        """Those whose time is up, and which are forgotten now."""
        found = [session for session in self._by_token.values() if session.deadline_ms < now_ms]
        for session in found:
            self._forget(session)
        return found

    @staticmethod
    def new_token() -> str:
        return secrets.token_urlsafe(TOKEN_BYTES)
