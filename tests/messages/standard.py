"""What a message of either edition may hold, and what its answer has to give back: kept apart from the product's own tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from switch.iso8583.message import Message

#: First digit of the MTI -> elements an answer has to have as its request had them.
GIVEN_BACK: Final = {
    "0": (2, 3, 4, 7, 11, 12, 13, 14, 18, 22, 25, 32, 33, 37, 41, 42, 49, 70),
    "1": (2, 3, 4, 7, 11, 12, 14, 22, 24, 26, 28, 29, 32, 33, 37, 41, 42, 49, 53, 56, 59),
}
_CARD: Final = frozenset({2, 3, 4, 7, 11, 12, 14, 22, 25, 32, 33, 37, 38, 39, 41, 42, 43, 49})
_TOTALS: Final = frozenset({7, 11, 12, 32, 33, 39, 41, *range(74, 78), 80, 81, *range(86, 90), 97})
_NETWORK: Final = frozenset({7, 11, 12, 32, 33, 39})

#: First two digits of the MTI -> all that may stand there, in what these tests bring about. Under most other numbers the two
#: editions have different things: 13 is a local date in 1987 and a date effective in 1993, 18 the merchant's type and in
#: 1993 nobody's but the sender's, 24 a network and a function, 28 to 31 fees and dates, 66, 70, 90 and 95 what 1993 says in 24,
#: 30 and 56.
MAY_STAND: Final = {
    **dict.fromkeys(("01", "02"), _CARD | {13, 18, 63, 90}),
    "04": _CARD | {13, 18, 56, 90},
    "05": _TOTALS | {13, 66},
    "08": _NETWORK | {13, 15, 70},
    **dict.fromkeys(("11", "12"), _CARD | {24, 26, 53, 56, 59, 63}),
    "14": _CARD | {24, 26, 53, 56, 59},
    "15": _TOTALS | {24, 28, 29, 53, 59},
    "18": _NETWORK | {15, 24, 53, 59},
}
ONLY_ASKED: Final = {"0": frozenset[int](), "1": frozenset({25})}  #: elements of requests and advices that no answer has


def not_given_back(asked: Message, answer: Message) -> list[int]:
    """Elements of a request that its answer lacks, or has otherwise."""
    named = GIVEN_BACK[asked.mti[0]]
    return [n for n in named if n in asked.elements and answer.elements.get(n) != asked.elements[n]]


def out_of_place(message: Message) -> list[int]:
    """Elements that have no business in a message of its edition and class."""
    answers = message.mti[2] in "13"
    allowed = MAY_STAND[message.mti[:2]] - (ONLY_ASKED[message.mti[0]] if answers else frozenset())
    return sorted(message.elements.keys() - allowed)


def named_by(message: Message) -> tuple[str, ...] | None:
    """Class, STAN, date and time, and acquirer of the request a message names; None where it names none."""
    e = message.elements
    if message.mti[0] == "0" and 90 in e:
        named = e[90]
        return named[:2], named[4:10], named[10:20], named[20:31].lstrip("0")
    if message.mti[0] == "1" and 56 in e:
        named = e[56]
        return named[:2], named[4:10], named[10:22], named[24:]
    return None


def name_of(request: Message) -> tuple[str, ...]:
    """The same of a request itself: by DE 7 in 1987, by DE 12 in 1993."""
    e = request.elements
    return request.mti[:2], e[11], e[7 if request.mti[0] == "0" else 12], e[32]


def names_nothing_heard(messages: list[Message]) -> Iterator[str]:
    """The MTIs of messages that name a request which did not come before them on the same line."""
    before: set[tuple[str, ...]] = set()
    for message in messages:
        named = named_by(message)
        if named is not None and named not in before:
            yield message.mti
        if message.mti[1] in "12" and 32 in message.elements:
            before.add(name_of(message))
