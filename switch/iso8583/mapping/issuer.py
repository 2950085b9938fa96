"""Between the trade's words and the messages an issuer gets and sends (ISO 8583:1987)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from operator import itemgetter
from typing import Final, Literal, Protocol

from attrs import evolve

from switch.card import CardSecurity, Pan, SecurityResults, mask_numbers
from switch.errors import MessageError
from switch.iso8583.elements import ECHOED, FEWER, FROM_ISSUER, REPEATED_IN_REVERSALS
from switch.iso8583.mapping.acquirer import TRANSACTION_TYPES, named_key, original_data, replacement_amounts
from switch.iso8583.mapping.security_places import PIN_BLOCK, PIN_CONTROL, SecurityPlaces, without_proofs
from switch.iso8583.message import Message
from switch.iso8583.mti import CLASSES, response_mti
from switch.money import currency_name, format_minor
from switch.transaction import (
    ADVICE,
    APPROVALS,
    APPROVED,
    APPROVED_REASON,
    AUTHORIZATION,
    BALANCE_INQUIRY,
    CRYPTOGRAM_OR_VALUE_WRONG,
    CVV2_WRONG,
    FINANCIAL,
    PARTIALLY_APPROVED,
    REQUEST,
    SECURITY_VIOLATION,
    Authorization,
    Channel,
    Decision,
    ExchangeKey,
    Function,
    IssuerAnswer,
    MessageClass,
    TransactionType,
)

#: Where our issuers say in words why they decided so; it goes into the journal and not to the acquirer.
REASON: Final = 63
REASON_CHARACTERS_MAX: Final = 200


REQUEST_MTIS: Final[dict[MessageClass, str]] = {AUTHORIZATION: "0100", FINANCIAL: "0200"}
_ADVICE_MTIS: Final = {AUTHORIZATION: "0120", FINANCIAL: "0220"}

_HOLD: Final = (AUTHORIZATION, REQUEST)  #: what an advice names of which no more is known

SealedPin = tuple[str, str]  #: a PIN block (hexadecimal), and the control data that say how it is enciphered

_REPEATED: Final = itemgetter(2, 3, 4, 42, 49)  #: what most answers repeat of their request


class Waits(Protocol):
    """A request that waits for its answer."""

    @property
    def asked(self) -> Authorization: ...


Waiting = Callable[[tuple[str, str, str, str]], Waits | None]  #: of the parts of an ``ExchangeKey``


def _nothing_waits(_: tuple[str, str, str, str]) -> None:
    return None


def to_issuer_request(authorization: Authorization, *, forwarder_id: str) -> Message:
    """The request as it goes on to the issuer: the acquirer's own elements, and DE 33 naming who forwards it."""
    return Message(REQUEST_MTIS[authorization.message_class], {**authorization.carried, 33: forwarder_id})


def for_a_part(authorization: Authorization) -> Authorization:
    """A request for less than its acquirer asked, so that the message to the issuer says that amount (DE 4)."""
    return evolve(authorization, carried={**authorization.carried, 4: f"{authorization.amount_minor:012d}"})


def secured(message: Message, security: CardSecurity, places: SecurityPlaces, pin: SealedPin | None) -> Message:
    """The request with its proofs of card and holder in the places of the issuer's dialect, and its PIN block as the issuer's
    zone has it (``pin``; None: as it came). MessageError where the dialect has no room for one."""
    if pin is None and places.hands_on(security):
        return message
    elements = places.written(message.elements, security)
    if pin is not None:
        elements[PIN_BLOCK], elements[PIN_CONTROL] = pin
    return Message(message.mti, elements)


def to_issuer_answer(
    message: Message, *, acquirer_id: str, waiting: Waiting = _nothing_waits, places: SecurityPlaces | None = None
) -> IssuerAnswer:
    """What an issuer's 0110 or 0210 says; MessageError where it cannot be matched or says nothing.

    ``waiting`` gives the request that waits for an answer of this key, with which an approval is compared. ``places`` is where
    the issuer's dialect says what it found of the proofs of card and holder.
    """
    mti, e = message
    try:
        key, code = tuple.__new__(ExchangeKey, (e.get(32, acquirer_id), e[41], e[11], e[7])), e[39]
    except KeyError:
        missing = next(number for number in (7, 11, 39, 41) if number not in e)
        raise MessageError(missing, None, "nothing", f"a value: mandatory in a {mti}") from None
    reason, contradiction = "", ""
    if code in APPROVALS:
        reason, exchange = APPROVED_REASON, waiting(key)
        if exchange is not None:
            contradiction = _contradiction(exchange.asked, mti, e)
    adds = not e.keys().isdisjoint(FROM_ISSUER)
    results = places.results(e) if adds and places is not None else None
    if results is not None and code == SECURITY_VIOLATION:
        code = _finer(results)
    return IssuerAnswer(
        key=key,
        response_code=code,
        approval_code=e.get(38, "").strip() or None,
        reason=mask_numbers(e[REASON]) if REASON in e else reason,
        carried={n: e[n] for n in FROM_ISSUER if n in e} if adds else None,
        approved_minor=int(e[4]) if code == PARTIALLY_APPROVED and 4 in e else None,
        contradiction=contradiction,
        results=results,
    )


def _finer(results: SecurityResults) -> str:
    """The code of a security violation of which the issuer also says what it found: 1993 has one word for all of them."""
    if results.cvv2 == "N":
        return CVV2_WRONG
    return CRYPTOGRAM_OR_VALUE_WRONG if results.cvv == "1" or results.cavv in ("0", "1", "4") else SECURITY_VIOLATION


def _contradiction(request: Authorization, mti: str, said: Mapping[int, str]) -> str:
    """In which elements an approval is of another transaction than was asked; empty where it is of this one.

    An answer may leave an element out; one that it has must be as asked. A partial approval grants another
    amount, and the answer to a balance inquiry may tell of one.
    """
    same_class = CLASSES[mti[1]] == request.message_class
    try:
        if _REPEATED(said) == _REPEATED(request.carried) and same_class:  # nearly always
            return ""
    except KeyError:
        pass
    found = [] if same_class else [f"a {mti} to an {request.message_class} request"]
    tells_of_money = said[39] != PARTIALLY_APPROVED and request.transaction_type != BALANCE_INQUIRY
    if 4 in said and tells_of_money and int(said[4]) != request.amount_minor:
        amount, asked = (format_minor(minor, request.currency) for minor in (int(said[4]), request.amount_minor))
        found.append(f"{amount} (DE 4) where {asked} was asked")
    if said.get(2, request.pan.digits) != request.pan.digits:
        found.append("another card (DE 2)")
    if said.get(3, request.processing_code)[:2] != request.processing_code[:2]:
        found.append(f"processing code {said[3]} (DE 3)")
    if said.get(42, request.merchant_id).rstrip() != request.merchant_id:
        found.append("another merchant (DE 42)")
    if said.get(49, request.currency) != request.currency:
        found.append(f"currency {currency_name(said[49])} (DE 49)")
    return " and ".join(found)


def from_issuer(request: Message, decision: Decision, places: SecurityPlaces | None = None) -> Message:
    """An issuer's answer to a request as it came to the issuer: what lets the switch match it, the decision, the reason, and
    in the ``places`` of its dialect what it found of the proofs of card and holder."""
    carried = request.elements
    elements = {number: value for number, value in carried.items() if number in ECHOED}
    if decision.approval_code is not None:
        elements[38] = decision.approval_code
    elements[39] = decision.response_code
    if decision.approved_minor is not None:
        elements[4] = f"{decision.approved_minor:012d}"
    if decision.carried is not None:
        elements.update(decision.carried)
    if decision.results is not None and places is not None:
        elements = places.with_results(elements, decision.results)
    if decision.reason and decision.reason != APPROVED_REASON:
        elements[REASON] = _printable(decision.reason)[:REASON_CHARACTERS_MAX]
    return Message(response_mti(request.mti), elements)


def _printable(text: str) -> str:
    """Text as class ans can carry it: what is not printable ASCII becomes a question mark."""
    return "".join(c if c.isprintable() else "?" for c in text.encode("ascii", "replace").decode())


def to_issuer_reversal(
    original: Authorization,
    *,
    replacement_minor: int,
    stan: str,
    transmitted_at: str,
    repeat: bool,
    forwarder_id: str,
    message_reason: str = "",
) -> Message:
    """The 0420 (repeated: 0421) by which the centre undoes a request it has forwarded; ``stan`` is the centre's own.

    ``message_reason`` (four digits of ISO 8583:1993, DE 25) goes into DE 56, where 1987 leaves it to networks.
    """
    said = _as_decided(original)
    elements = {number: said[number] for number in REPEATED_IN_REVERSALS if number in said}
    elements |= {7: transmitted_at, 11: stan, 32: original.key.acquirer_id, 33: forwarder_id}
    elements[90] = original_data(
        _original_mti(original.message_class, original.captured_function or original.function), original.key
    )
    if message_reason:
        elements[56] = message_reason
    if replacement_minor:
        elements[95] = replacement_amounts(replacement_minor)
    return Message("0421" if repeat else "0420", elements)


def to_issuer_advice(
    request: Authorization, *, approval_code: str | None, repeat: bool, forwarder_id: str, message_reason: str
) -> Message:
    """The 0120 or 0220 (repeated: 0121, 0221) that tells an issuer of what was decided without it, under the request's key."""
    elements = {**_as_decided(request), 33: forwarder_id, 39: request.advised_code or APPROVED}
    if request.security is not None:
        elements = without_proofs(elements, request.security)
    if approval_code is not None:
        elements[38] = approval_code
    named = request.original_key
    if named is not None and named != named_key(request.carried, request.key.acquirer_id):
        elements[90] = original_data(_original_mti(*(request.original_kind or _HOLD)), named)
    if message_reason:
        elements[56] = message_reason
    mti = _ADVICE_MTIS[request.message_class]
    return Message(f"{mti[:3]}1" if repeat else mti, elements)


def _original_mti(message_class: MessageClass, function: Function) -> str:
    """The MTI of an original, as DE 90 names it: that of a request, or that of an advice."""
    return (_ADVICE_MTIS if function == ADVICE else REQUEST_MTIS)[message_class]


def _as_decided(request: Authorization) -> dict[int, str]:
    """The elements of a request as the centre takes them: an adjustment is a purchase; one that the centre makes of another has
    a key and an amount of its own."""
    own = {3: request.processing_code, 4: f"{request.amount_minor:012d}", 7: request.key.transmitted_at, 11: request.key.stan}
    return {**request.carried, **{number: value for number, value in own.items() if number in request.carried}}


def with_fewer(owed: Message, pan: Pan) -> Iterator[Message]:
    """The same advice or reversal with fewer and fewer elements. A card known by its track alone is named by its number."""
    elements = {**owed.elements, 2: pan.digits}
    for kept in FEWER:
        yield Message(owed.mti, {number: value for number, value in elements.items() if number in kept})


def rebuilt(
    *,
    key: ExchangeKey,
    message_class: MessageClass,
    transaction_type: TransactionType,
    pan: Pan,
    amount_minor: int,
    currency: str,
    merchant_id: str,
    merchant_type: str | None,
    entry_mode: str,
    channel: Channel,
    rrn: str,
    local_at: str,
    function: Function,
    cash_back_minor: int,
    advised_code: str | None,
    original_key: ExchangeKey | None,
    original_kind: tuple[MessageClass, Function] | None,
    captured_function: Literal[Function, ""],
) -> Authorization:
    """An authorization from what the journal keeps of it: enough to tell an issuer of it, or of its reversal."""
    processing_code = next((code for code, word in TRANSACTION_TYPES.items() if word == transaction_type), "00") + "0000"
    carried = {
        2: pan.digits,
        3: processing_code,
        4: f"{amount_minor:012d}",
        7: key.transmitted_at,
        11: key.stan,
        12: local_at[4:],
        13: local_at[:4],
        18: merchant_type,
        22: entry_mode,
        32: key.acquirer_id,
        37: rrn,
        41: key.terminal_id,
        42: f"{merchant_id:<15}",
        49: currency,
        90: original_data(_original_mti(*(original_kind or _HOLD)), original_key) if original_key is not None else None,
    }
    return Authorization(
        key=key,
        message_class=message_class,
        transaction_type=transaction_type,
        processing_code=processing_code,
        pan=pan,
        expiry=None,
        amount_minor=amount_minor,
        currency=currency,
        merchant_id=merchant_id,
        merchant_type=merchant_type,
        entry_mode=entry_mode,
        channel=channel,
        rrn=rrn,
        local_at=local_at,
        carried={number: value for number, value in carried.items() if value},
        function=function,
        cash_back_minor=cash_back_minor,
        advised_code=advised_code,
        original_key=original_key,
        original_kind=original_kind,
        captured_function=captured_function,
    )
