"""A dialogue with the switchboard: events go in with ``>>``, effects are expected with ``<<``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from attrs import evolve

from switch.card import Pan
from switch.merchant import Merchant
from switch.routing.memory.deliveries import DeliveryKind
from switch.routing.switchboard import Switchboard
from switch.routing.table.routes import Destination, Range, Route, RoutingTable
from switch.routing.traffic.effects import (
    Deliver,
    Effect,
    Forward,
    JournalDecision,
    JournalDelivered,
    JournalDelivery,
    JournalOccurrence,
    JournalReconciliation,
    JournalRequest,
    JournalReversal,
    Reply,
    ReplyReversal,
    ReplyTotals,
)
from switch.routing.traffic.events import AnswerReceived, DeliveryAnswered, Event, IssuerUp, RequestReceived, ReversalReceived
from switch.routing.traffic.notice import Notice
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


def request(stan: int = 1, *, pan: str = ATLAS_CARD, amount_minor: int = 12_500, **changes: Any) -> Authorization:
    """A purchase at SHOP; ``changes`` replaces fields of the Authorization."""
    fields: dict[str, Any] = {
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


def asked(stan: int = 1, origin: str = "line 1", **changes: Any) -> RequestReceived:
    return RequestReceived(request(stan, **changes), origin, "ascii 127.0.0.1:4000")


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
        original_stan=original.key.stan if named else f"{own_stan:06d}",
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


def by_stan_alone(stan: int, card: str | None, sent_at: str = "1122091600") -> ReversalReceived:
    """A reversal that names its original by DE 11 and nothing else; ``card`` None: without DE 2."""
    named = reversed_(stan, own_stan=stan).reversal
    key, pan = named.key._replace(transmitted_at=sent_at), Pan(card) if card is not None else None
    return ReversalReceived(evolve(named, key=key, original_key=None, rrn="", pan=pan), "line 1", "ascii 127.0.0.1:4000")


def delivered(stan: int, issuer: str = "atlas", response_code: str = "00", kind: DeliveryKind = "reversal") -> DeliveryAnswered:
    """The issuer's answer to what it was owed: the number of a reversal, or the STAN of the request an advice tells of."""
    return DeliveryAnswered(issuer, f"{stan:06d}", response_code, kind)


def shop(**changes: Any) -> Merchant:
    """SHOP under another contract."""
    return evolve(SHOP, **changes)


def switchboard(
    up: Iterable[str] = ("atlas", "vesta"), *, merchant: Merchant = SHOP, atlas: Route = ATLAS, **more: Any
) -> Switchboard:
    table = RoutingTable.of(
        [Range(low="950401", high="950401", route=atlas), Range(low="400000", high="499999", route=VESTA)], [("34", "amex")]
    )
    destinations = [
        Destination(issuer="atlas", origin="domestic", timeout_seconds=TIMEOUT_SECONDS),
        Destination(issuer="vesta", origin="foreign", timeout_seconds=TIMEOUT_SECONDS),
    ]
    board = Switchboard(table=table, destinations=destinations, merchants={merchant.id: merchant}, **more)
    for issuer in up:
        board.handle(IssuerUp(issuer), 0.0)
    return board


WAITS = {"completion": ", waits for its completion", "batch": ", waits for its batch"}


def _worth(effect: JournalDecision) -> str:
    """What an approval grants and captures, where it does not simply count for what it grants."""
    approved, captured = effect.approved_minor, effect.captured_minor
    if approved is None or captured == approved:
        return "" if approved is None else f" of {approved}"
    return f" of {approved}, captures {'nothing' if captured is None else captured}"


class Dialogue:
    """``dialogue >> event`` handles it at ``now``; ``dialogue << "words"`` expects the next effect, in short words."""

    def __init__(self, board: Switchboard | None = None, **choices: Any) -> None:
        self.board = board or switchboard(**choices)
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

    def drop(self) -> str:
        """Pass over the effects that are left; all of them in words."""
        effects, self._effects = self._effects, []
        return "\n".join(map(in_words, effects))

    def nothing_more(self) -> None:
        assert not self._effects, [in_words(effect) for effect in self._effects]


def in_words(effect: Effect) -> str:  # noqa: C901  (a table of one line an effect)
    match effect:
        case JournalRequest():
            named = f" for request {effect.original_id}" if effect.original_id is not None else ""
            return f"journal request {effect.request_id}{named}{WAITS.get(effect.capture, '')}"
        case JournalDecision():
            decision = effect.decision
            return f"journal decision {effect.request_id} {decision.response_code}{_worth(effect)}: {decision.reason}"
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
        case JournalReconciliation():
            return f"journal totals {effect.outcome.settlement_code} {effect.outcome.response_code}: {effect.outcome.reason}"
        case ReplyTotals():
            return f"reply totals {effect.outcome.settlement_code} to {effect.origin}"
        case JournalDelivery():
            delivery = effect.delivery
            what = f"{'advice ' if delivery.kind == 'advice' else ''}{delivery.delivery_id} to {delivery.issuer}"
            return f"journal owed {what}: request {delivery.request_id}: {delivery.reason}"
        case Deliver():
            return f"deliver {effect.delivery.delivery_id} to {effect.delivery.issuer}{' again' if effect.repeat else ''}"
        case JournalDelivered():
            return f"journal delivered {effect.delivery_id} {effect.response_code}"
        case Reply():
            return f"reply {effect.decision.response_code} to {effect.origin}"
        case Notice():
            return f"notice {effect.kind}: {effect.detail}"
