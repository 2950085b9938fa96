"""Which message answers which, and which is an earlier one again, told by what they say."""

from __future__ import annotations

from typing import Final

from switch.iso8583.message import Message
from switch.iso8583.mti import FUNCTIONS, REPEATS, expects_answer

STAN: Final = 11
TOLD_APART_BY: Final = (7, 32, 41)  #: where both have them, messages of one STAN
SAME_AGAIN: Final = (2, 3, 4, 7, 12, 13, 22, 32, 37, 41, 42, 90)  #: alike in a message and its repeat, as far as both have them

Name = tuple[str, str]


def name_of(message: Message) -> Name | None:
    """Edition and class, and the STAN: by these a request and its answer find each other; None where one is missing."""
    stan = message.elements.get(STAN)
    if stan is None or len(message.mti) != 4 or message.mti[2] not in FUNCTIONS:
        return None
    return message.mti[:2], stan


def asks(message: Message) -> bool:
    """Whether an answer is expected."""
    return expects_answer(message.mti)


def is_answer(message: Message) -> bool:
    """Whether it is an answer itself."""
    return message.mti[2:3] in {answer for _, answer in FUNCTIONS.values() if answer}


def answers(answer: Message, request: Message) -> bool:
    """Whether one of the same name answers a request."""
    return FUNCTIONS[request.mti[2]][1] == answer.mti[2] and _alike(answer, request, TOLD_APART_BY)


def repeats(later: Message, earlier: Message) -> bool:
    """Whether one of the same name is an earlier one again: it says so itself, or says all the same."""
    if later.mti[:3] != earlier.mti[:3]:
        return False
    if later.mti[3] in REPEATS:
        return _alike(later, earlier, SAME_AGAIN)
    return later == earlier


def _alike(one: Message, other: Message, numbers: tuple[int, ...]) -> bool:
    both = one.elements.keys() & other.elements.keys()
    return all(one.elements[number] == other.elements[number] for number in numbers if number in both)
