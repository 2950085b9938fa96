"""A dialogue with the switchboard: events go in with ``>>``, effects are expected with ``<<``."""

from __future__ import annotations

from collections.abc import Iterable

from switch.card import Pan
from switch.merchant import Merchant
from switch.routing.effects import (
    Deliver,
    Effect,
    Forward,
    JournalDecision,
    JournalDelivered,
    JournalDelivery,
    JournalOccurrence,
    JournalRequest,
    JournalReversal,
    Notice,
    Reply,
    ReplyReversal,
)
from switch.routing.events import AnswerReceived, DeliveryAnswered, Event, IssuerUp, RequestReceived, ReversalReceived
from switch.routing.switchboard import Switchboard
from switch.routing.table import Destination, Range, Route, RoutingTable
from switch.transaction import Authorization, ExchangeKey, IssuerAnswer, Reversal

ATLAS = Route(issuer="atlas", scheme="cmi", product="debit")
VESTA = Route(issuer="vesta", scheme="visa", product="credit")
ATLAS_CARD, VESTA_CARD = "9504010000000019", "4761730000000019"
TIMEOUT_SECONDS = 10.0

SHOP = Merchant(
    id="SHOP00000000001",
    name="Épicerie",
    city="Rabat",
    mcc="5411",
    currency="504",
    rib="310810101402900442310133",
    email="shop@example.ma",
    plan="retail",
    language="fr",
    terminals=("TERM0001",),
)


def request(stan: int = 1, *, pan: str = ATLAS_CARD, amount_minor: int = 12_500, **changes: str) -> Authorization:
    """A purchase at SHOP; ``changes`` replaces fields of the Authorization."""
    fields = {
        "message_class": "authorization",
        "transaction_type": "purchase",
        "processing_code": "000000",
        "expiry": "2912",
        "currency": "504",
        "merchant_id": SHOP.id,
        "merchant_type": "5411",
        "entry_mode": "051",
        "channel": "chip",
        "rrn": f"{stan:012d}",
        "local_at": "1122101530",
    }
    return Authorization(
        key=ExchangeKey("504001", "TERM0001", f"{stan:06d}", "1122091530"),
        pan=Pan(pan),
        amount_minor=amount_minor,
        carried={},
        **{**fields, **changes},
    )


def asked(stan: int = 1, origin: str = "line 1", **changes: object) -> RequestReceived:
    return RequestReceived(request(stan, **changes), origin, "ascii 127.0.0.1:4000")  # type: ignore[arg-type]


def answered(stan: int = 1, response_code: str = "00", *, issuer: str = "atlas") -> AnswerReceived:
    approval = "A00001" if response_code == "00" else None
    answer = IssuerAnswer(key=request(stan).key, response_code=response_code, approval_code=approval, reason="", carried=None)
    return AnswerReceived(issuer, answer)


def reversed_(
    stan: int = 1,
    origin: str = "line 1",
    *,
    own_stan: int = 900,
    amount_minor: int = 12_500,
    replacement_minor: int = 0,
    pan: str = ATLAS_CARD,
    named: bool = True,
) -> ReversalReceived:
    """A reversal of the request with this STAN; ``named`` by DE 90, else only by its reference."""
    original = request(stan)
    reversal = Reversal(
        key=ExchangeKey("504001", "TERM0001", f"{own_stan:06d}", "1122091600"),
        mti="0420",
        original_key=original.key if named else None,
        pan=Pan(pan),
        amount_minor=amount_minor,
        currency="504",
        replacement_minor=replacement_minor,
        merchant_id=original.merchant_id,
        rrn=original.rrn,
        reason="",
        carried={},
    )
    return ReversalReceived(reversal, origin, "ascii 127.0.0.1:4000")


def delivered(number: int, issuer: str = "atlas", response_code: str = "00") -> DeliveryAnswered:
    return DeliveryAnswered(issuer, f"{number:06d}", response_code)


def switchboard(up: Iterable[str] = ("atlas", "vesta")) -> Switchboard:
    table = RoutingTable.of(
        [Range(low="950401", high="950401", route=ATLAS), Range(low="400000", high="499999", route=VESTA)], [("34", "amex")]
    )
    destinations = [
        Destination(issuer="atlas", origin="domestic", timeout_seconds=TIMEOUT_SECONDS),
        Destination(issuer="vesta", origin="foreign", timeout_seconds=TIMEOUT_SECONDS),
    ]
    board = Switchboard(table=table, destinations=destinations, merchants={SHOP.id: SHOP}, first_request_id=1)
    for issuer in up:
        board.handle(IssuerUp(issuer), 0.0)
    return board


class Dialogue:
    """``dialogue >> event`` handles it at ``now``; ``dialogue << "words"`` expects the next effect, in short words."""

    def __init__(self, board: Switchboard | None = None) -> None:
        self.board = board or switchboard()
        self.now = 0.0
        self._effects: list[Effect] = []

    def __rshift__(self, event: Event) -> Dialogue:
        self.nothing_more()
        self._effects = self.board.handle(event, self.now)
        return self

    def __lshift__(self, words: str) -> Dialogue:
        assert self._effects, f"nothing more happened, expected: {words}"
        said = in_words(self._effects.pop(0))
        assert said.startswith(words), f"{said!r}, expected {words!r}"
        return self

    def wait(self, seconds: float) -> Dialogue:
        self.nothing_more()
        self.now += seconds
        self._effects = self.board.tick(self.now)
        return self

    def nothing_more(self) -> None:
        assert not self._effects, [in_words(effect) for effect in self._effects]


def in_words(effect: Effect) -> str:
    match effect:
        case JournalRequest():
            return f"journal request {effect.request_id}"
        case JournalDecision():
            return f"journal decision {effect.request_id} {effect.decision.response_code}: {effect.decision.reason}"
        case JournalOccurrence():
            return f"journal {effect.kind} of {effect.request_id}: {effect.detail}"
        case Forward():
            return f"forward {effect.authorization.key.stan} to {effect.issuer}"
        case JournalReversal():
            outcome = effect.outcome
            linked = "nothing" if outcome.original_id is None else f"request {outcome.original_id}"
            mark = ", effective" if outcome.effective else ""
            return f"journal reversal of {linked}{mark} {outcome.response_code}: {outcome.reason}"
        case ReplyReversal():
            return f"reply {effect.response_code} to the reversal on {effect.origin}"
        case JournalDelivery():
            delivery = effect.delivery
            return f"journal owed {delivery.delivery_id} to {delivery.issuer}: request {delivery.request_id}: {delivery.reason}"
        case Deliver():
            return f"deliver {effect.delivery.delivery_id} to {effect.delivery.issuer}{' again' if effect.repeat else ''}"
        case JournalDelivered():
            return f"journal delivered {effect.delivery_id} {effect.response_code}"
        case Reply():
            return f"reply {effect.decision.response_code} to {effect.origin}"
        case Notice():
            return f"notice {effect.kind}: {effect.detail}"
