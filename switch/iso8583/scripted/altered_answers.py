"""Answers that say something else than they should, on cue."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from switch.iso8583.message import Message
from switch.iso8583.scripted.glance import USUAL_CURRENCY

AMOUNT_TOO_MUCH_MINOR: Final = 100  #: by which a wrong amount (DE 4) is off
_STANS: Final = 1_000_000
_ENTRY_CHARACTERS: Final = 20
_AVAILABLE: Final = "02"
_OTHER_FUNCTION: Final = {"1": "3", "3": "1"}  #: of an MTI: the answer to a request says that it answers an advice


def altered_answer(
    message: Message,
    put: Iterable[tuple[str, str]],
    left_out: Iterable[str],
    wrong: Iterable[str],
    balance_minor: int | None = None,
) -> Message:
    """An answer with elements ``put`` in and ``left_out``, by number, with ``wrong`` ones among stan, rrn, amount, mti, and
    with an available balance (DE 54)."""
    mti, elements = message.mti, dict(message.elements)
    for what in wrong:
        if what == "mti":
            mti = mti[:2] + _OTHER_FUNCTION.get(mti[2], mti[2]) + mti[3:]
        elif what == "stan" and message.stan.isdecimal():
            elements[11] = f"{(int(message.stan) + 1) % _STANS:06d}"
        elif what == "amount" and elements.get(4, "").isdecimal():
            elements[4] = f"{int(elements[4]) + AMOUNT_TOO_MUCH_MINOR:012d}"[-12:]
        elif what == "rrn" and elements.get(37, ""):
            rrn = elements[37]
            elements[37] = rrn[:-1] + ("1" if rrn[-1] != "1" else "2")
    if balance_minor is not None:
        elements[54] = _with_balance(elements.get(54, ""), balance_minor, elements.get(49, USUAL_CURRENCY))
    elements.update((int(number), value) for number, value in put)
    for number in left_out:
        elements.pop(int(number), None)
    return Message(mti, dict(sorted(elements.items())))


def _with_balance(amounts: str, balance_minor: int, currency: str) -> str:
    """Additional amounts (DE 54, entries of 20 characters) with another available balance (amount type 02) of any account."""
    entries = [amounts[start : start + _ENTRY_CHARACTERS] for start in range(0, len(amounts), _ENTRY_CHARACTERS)]
    others = [entry for entry in entries if entry[2:4] != _AVAILABLE]
    return "".join([*others, f"00{_AVAILABLE}{currency}C{balance_minor:012d}"])
