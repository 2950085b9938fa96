"""Answers that say something else than they should, on cue."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from switch.iso8583.message import Message

AMOUNT_TOO_MUCH_MINOR: Final = 100  #: by which a wrong amount (DE 4) is off
_STANS: Final = 1_000_000
_OTHER_FUNCTION: Final = {"1": "3", "3": "1"}  #: of an MTI: the answer to a request says that it answers an advice


def altered_answer(message: Message, put: Iterable[tuple[str, str]], left_out: Iterable[str], wrong: Iterable[str]) -> Message:
    """An answer with elements ``put`` in and ``left_out``, by number, and with ``wrong`` ones among stan, rrn, amount, mti."""
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
    elements.update((int(number), value) for number, value in put)
    for number in left_out:
        elements.pop(int(number), None)
    return Message(mti, dict(sorted(elements.items())))
