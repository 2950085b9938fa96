"""What the centre has to say on a line and cannot in the line's dialect, found before it runs: samples are put into bytes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Final, NamedTuple

from switch.errors import MessageError
from switch.iso8583.codec import Codec
from switch.iso8583.dialect import EDITION_1993, Dialect
from switch.iso8583.edition93.messages import to_1993
from switch.iso8583.mapping.acquirer import Stamp, to_authorization, to_response
from switch.iso8583.mapping.issuer import to_issuer_advice, to_issuer_request, to_issuer_reversal, with_fewer
from switch.iso8583.mapping.lesser import lesser_responses
from switch.iso8583.mapping.reconciliation import COUNTERS, NET, SETTLEMENT_CODE
from switch.iso8583.mapping.session import network_request
from switch.iso8583.message import Message
from switch.iso8583.values import value_problem
from switch.transaction import Authorization, Decision

_TODAY: Final = date(2026, 11, 22)
_STAMP: Final = Stamp("1122100000", "1122110000")
_CENTRE: Final = "504999"
_PAN: Final = "9504010000000019"
#: A purchase as an acquirer sends it, in 1987 form; of a dialect that lacks an element it comes without.
_PURCHASE: Final[Mapping[int, str]] = {
    2: _PAN, 3: "000000", 4: "000000012500", 7: _STAMP.transmitted_at, 11: "000001", 12: "110000", 13: "1122", 14: "2912",
    22: "812", 25: "59", 32: _CENTRE, 35: f"{_PAN}=29121010000012300000", 37: "632610000001", 41: "ONDE0001",
    42: "TELECOM00000001", 49: "504",
}  # fmt: skip
_TRACK_2: Final = 35
_NEEDED: Final = (3, 4, 11, 41, 42)  #: of each request of an acquirer
_MATCHED: Final = (7, 11, 39, 41)  #: of each answer of an issuer
_AMOUNTS: Final = {54: "0001504C0000001250000002504C000000012500"}


class Gap(NamedTuple):
    """Something that cannot be said: what, why, what becomes of it; ``whole`` where nothing at all can be."""

    whole: bool
    what: str
    why: str
    instead: str


def _decided(code: str, approval_code: str | None = None, **more: Mapping[int, str]) -> Decision:
    return Decision(response_code=code, approval_code=approval_code, decided_by="", reason="", carried=more.get("carried"))


#: What an acquirer is answered: in words, the decision, and whether the line is of no use without.
_ANSWERS: Final = (
    ("an approval", _decided("00", "123456"), True),
    ("a decline", _decided("51"), True),
    ("a code of the approval with letters (A1B2C3)", _decided("00", "A1B2C3"), False),
    ("a response code with letters (N7)", _decided("N7"), False),
    ("balances in DE 54", _decided("00", "123456", carried=_AMOUNTS), False),
)


class _Tongue:
    """Whether messages in 1987 form can be said in a dialect."""

    def __init__(self, dialect: Dialect) -> None:
        self._codec, self._translates, self.dialect = Codec(dialect), dialect.edition == EDITION_1993, dialect

    def fault(self, message: Message, asked: Message | None = None) -> str:
        """Why a message cannot be said; empty where it can."""
        try:
            if self._translates:
                message = to_1993(message, to_1993(asked, None, _TODAY) if asked else None, _TODAY)
            self._codec.encode(message)
        except MessageError as error:
            return str(error)
        return ""

    def lacks(self, elements: Iterable[int]) -> list[int]:
        """Elements, numbered alike in both editions, that the dialect does not define."""
        return [number for number in elements if self.dialect.elements[number] is None]

    def purchase(self) -> Message:
        """A purchase of what the dialect can say."""
        if self._translates:
            return Message("0100", {n: value for n, value in _PURCHASE.items() if n != _TRACK_2})
        said = {number: value for number, value in _PURCHASE.items() if self._fits(number, value)}
        if 2 in said:
            said.pop(_TRACK_2, None)
        return Message("0100", said)

    def _fits(self, number: int, value: str) -> bool:
        element = self.dialect.elements[number]
        return element is not None and value_problem(element, value) is None


def gaps_to_acquirers(dialect: Dialect) -> Iterator[Gap]:
    """What a listener's dialect cannot say of what its acquirers are answered and told."""
    tongue = _Tongue(dialect)
    asked = tongue.purchase()
    lacking = [number for number in _NEEDED if number not in asked.elements]
    if not {2, _TRACK_2} & asked.elements.keys():
        lacking.append(2)
    if lacking:
        yield Gap(True, "a purchase", f"no fitting DE {_listed(lacking)}", "it is answered 30")
        return
    request = to_authorization(asked, acquirer_id=_CENTRE, stamp=_STAMP, currency="504")
    for what, decision, needed in _ANSWERS:
        fault = tongue.fault(to_response(request, decision), asked)
        if not fault:
            continue
        instead = None
        for less, _, words in lesser_responses(request, decision, asked):
            last = tongue.fault(less, asked)
            if not last:
                instead = words
                break
            fault = last
        yield Gap(needed and instead is None, what, fault, f"it is answered {instead}" if instead else "it is not answered")
        if needed and instead is None:
            return
    yield from _one(tongue, "totals in an 0510", _totals(asked), "it is not answered", asked)
    if not tongue.lacks([70 if dialect.edition != EDITION_1993 else 24]):
        echo = network_request("301", stan="000001", transmitted_at=_STAMP.transmitted_at, institution_id=_CENTRE)
        yield from _one(tongue, "an echo to who has signed on", echo, "it is not sent, and the line is closed when it is idle")


def gaps_to_issuers(dialect: Dialect) -> Iterator[Gap]:
    """What an issuer's dialect cannot say of what the issuer is asked and told, and must answer."""
    tongue = _Tongue(dialect)
    lacking = tongue.lacks(_MATCHED)
    if lacking:
        yield Gap(True, "an answer of the issuer", f"no DE {_listed(lacking)}", "it cannot be used")
        return
    sign_on = network_request("001", stan="000001", transmitted_at=_STAMP.transmitted_at, institution_id=_CENTRE)
    yield from _one(tongue, "a sign-on", sign_on, "its cards are answered 91", whole=True)
    asked = Message("0100", {n: value for n, value in _PURCHASE.items() if n != _TRACK_2})
    request = to_authorization(asked, acquirer_id=_CENTRE, stamp=_STAMP, currency="504")
    yield from _one(tongue, "a purchase", to_issuer_request(request, forwarder_id=_CENTRE), "it is answered 30", whole=True)
    if tongue.lacks([38]):
        yield Gap(False, "the code of an approval", "no DE 38", "an approval has none")
    for what, owed in _owed(request):
        fault = tongue.fault(owed)
        if fault:
            less = any(not tongue.fault(fewer) for fewer in with_fewer(owed, request.pan))
            yield Gap(False, what, fault, "it is said with fewer elements" if less else "it is given up")


def _owed(request: Authorization) -> Iterator[tuple[str, Message]]:
    """What an issuer is sent unasked."""
    stamp = {"stan": "000002", "transmitted_at": _STAMP.transmitted_at}
    for what, left_minor in (("a reversal", 0), ("a reversal of a part", 5_000)):
        yield what, to_issuer_reversal(request, replacement_minor=left_minor, repeat=False, forwarder_id=_CENTRE, **stamp)
    yield "an advice", to_issuer_advice(request, approval_code="123456", repeat=False, forwarder_id=_CENTRE, message_reason="")


def _totals(asked: Message) -> Message:
    """An 0510 as the centre writes it."""
    said = {number: asked.elements[number] for number in (7, 11, 32, 41, 42) if number in asked.elements}
    counted = {number: "0" * digits for number, (_, digits) in COUNTERS.items()}
    return Message("0510", dict(sorted({**said, 39: "00", SETTLEMENT_CODE: "1", **counted, NET: f"C{0:016d}"}.items())))


def _one(
    tongue: _Tongue, what: str, message: Message, instead: str, asked: Message | None = None, *, whole: bool = False
) -> Iterator[Gap]:
    fault = tongue.fault(message, asked)
    if fault:
        yield Gap(whole, what, fault, instead)


def _listed(numbers: Iterable[int]) -> str:
    return ", ".join(map(str, numbers))
