"""Totals on the wire: the counters of 0500 and 0520 (ISO 8583:1987, DE 66, 74 to 89, 97)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from switch.card import Pan
from switch.errors import MessageError
from switch.iso8583.elements import ECHOED
from switch.iso8583.mapping.acquirer import Stamp, gives_no_time, timed
from switch.iso8583.message import Message
from switch.iso8583.mti import response_mti
from switch.transaction import ExchangeKey, Reconciliation, Upload

#: Element -> the counter in it, with the number of its digits.
COUNTERS: Final = {
    74: ("credits_count", 10),
    75: ("credits_reversed_count", 10),
    76: ("debits_count", 10),
    77: ("debits_reversed_count", 10),
    80: ("inquiries_count", 10),
    81: ("authorizations_count", 10),
    86: ("credits_minor", 16),
    87: ("credits_reversed_minor", 16),
    88: ("debits_minor", 16),
    89: ("debits_reversed_minor", 16),
}
NET: Final = 97  #: C or D and 16 digits: C where cardholders are to get more than they are to pay
SETTLEMENT_CODE: Final = 66
#: Elements of private use in which terminals write totals of their own layout: mostly 63, counts and amounts one after another.
TOTALS_CHARACTERS_MIN: Final = 15  #: a count of three digits and an amount of twelve
TERMINAL_TOTALS: Final = 63
TERMINAL_SETTLEMENTS: Final = frozenset({"920000", "960000"})  #: DE 3 of its 0500: at once, and after its batch was sent up
_TOTALS: Final = re.compile(r"(?:[0-9]{30}){1,3}")
_ORIGINAL: Final = re.compile(r"0[12][0-9]{2}([0-9]{6})")  #: MTI and STAN of the transaction, in DE 60 of a 0320
ELSEWHERE: Final = frozenset({46, 47, 48, 61, 62, 63, *range(112, 128)})


def to_reconciliation(message: Message, *, acquirer_id: str, stamp: Stamp) -> Reconciliation:
    """The totals of a 0500 or 0520; without DE 41 they are the whole acquirer's. MessageError where one makes no sense, and
    where totals may stand in an element that the centre does not read: what was not looked at is not agreed to."""
    e = timed(message.elements, stamp)
    if 11 not in e:
        raise MessageError(11, None, "nothing", f"a value: mandatory in a {message.mti}")
    sent = {name: int(e[number]) for number, (name, _) in COUNTERS.items() if number in e}
    if NET in e:
        sent["net_minor"] = int(e[NET][1:]) * (-1 if e[NET][0] == "D" else 1)
    if not sent and of_terminal(e):
        sent = _counted_by_terminal(e[TERMINAL_TOTALS])
    unread = min(_elsewhere(e), default=None) if not sent else None
    if unread is not None:
        raise MessageError(unread, None, f"{len(e[unread])} characters and no totals", "totals in DE 74 to 89 and 97")
    return Reconciliation(
        key=ExchangeKey(e.get(32, acquirer_id), e.get(41, ""), e[11], e[7]),
        mti=message.mti,
        stamped=gives_no_time(message.elements),
        sent=sent,
        carried=e,
    )


def to_upload(message: Message, *, acquirer_id: str, stamp: Stamp, currency: str) -> Upload | None:
    """The transaction of a 0320 or 0321, in ``currency`` where it names none; None where that is no terminal's."""
    e = timed(message.elements, stamp)
    if not {4, 11, 41, 42} <= e.keys():
        return None
    original = _ORIGINAL.match(e.get(60, ""))
    return Upload(
        key=ExchangeKey(e.get(32, acquirer_id), e[41], e[11], e[7]),
        original_stan=original[1] if original else e[11],
        pan=Pan(e[2]) if 2 in e else None,
        amount_minor=int(e[4]),
        currency=e.get(49, currency),
        merchant_id=e[42].rstrip(),
        rrn=e.get(37, ""),
    )


def of_terminal(e: Mapping[int, str]) -> bool:
    """Whether totals are a terminal's: its settlement by DE 3, and counts and amounts in DE 63."""
    return e.get(3) in TERMINAL_SETTLEMENTS and _TOTALS.fullmatch(e.get(TERMINAL_TOTALS, "")) is not None


def _counted_by_terminal(totals: str) -> dict[str, int]:
    """Counts of three digits and amounts of twelve, in turn of sales and refunds: of credit cards, of debit cards, and on."""
    pairs = [(int(totals[at : at + 3]), int(totals[at + 3 : at + 15])) for at in range(0, len(totals), 15)]
    sales, refunds = pairs[0::2], pairs[1::2]
    return {
        "debits_left_count": sum(count for count, _ in sales),
        "debits_left_minor": sum(amount_minor for _, amount_minor in sales),
        "credits_left_count": sum(count for count, _ in refunds),
        "credits_left_minor": sum(amount_minor for _, amount_minor in refunds),
    }


def _elsewhere(e: Mapping[int, str]) -> set[int]:
    """Elements in which totals may stand that the centre does not read; a short DE 60 is the number of a batch."""
    return set(ELSEWHERE & e.keys()) | ({60} if len(e.get(60, "")) >= TOTALS_CHARACTERS_MIN else set())


def totals_response(asked: Reconciliation, totals: Mapping[str, int], *, settlement_code: str, response_code: str) -> Message:
    """The 0510 or 0530: the centre's own counters, and whether they are the sender's."""
    elements = {n: value for n, value in asked.carried.items() if n in ECHOED}
    if of_terminal(asked.carried):  # it knows of no other totals
        return Message(response_mti(asked.mti), dict(sorted({**elements, 39: response_code}.items())))
    elements |= {39: response_code, SETTLEMENT_CODE: settlement_code}
    elements |= {number: f"{totals[name]:0{digits}d}" for number, (name, digits) in COUNTERS.items()}
    net_minor = totals["net_minor"]
    elements[NET] = f"{'D' if net_minor < 0 else 'C'}{abs(net_minor):016d}"
    return Message(response_mti(asked.mti), {number: elements[number] for number in sorted(elements)})
