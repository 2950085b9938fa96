"""An answer beside the one of the recording: which elements differ that should not."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final, NamedTuple

from switch.iso8583.message import Message

#: Elements that name a message or say when it was sent: fresh in each answer, and right where they are those of its request.
NAMING: Final = frozenset({7, 11, 12, 13, 37, 90})
#: What each host makes up for an answer: there or not there is all that is compared. 15 to 17 are dates of settlement.
MADE_UP: Final = frozenset({15, 16, 17, 38, 64, 128})


class AnswerDifference(NamedTuple):
    """An element of two answers; None where it is not there. Element 0 is the MTI."""

    element: int
    recorded: str | None
    came: str | None


def differences(recorded: Message, came: Message, asked: Message, ignored: Collection[int] = ()) -> list[AnswerDifference]:
    """Where the answer to ``asked`` is another than the recorded one."""
    found = [AnswerDifference(0, recorded.mti, came.mti)] if recorded.mti != came.mti else []
    before, now = recorded.elements, came.elements
    for number in sorted((before.keys() | now.keys()) - set(ignored)):
        one, other = before.get(number), now.get(number)
        if one is None or other is None:
            same = one == other
        elif number in NAMING:
            same = other == asked.elements.get(number, other)
        else:
            same = number in MADE_UP or one == other
        if not same:
            found.append(AnswerDifference(number, one, other))
    return found


def as_recorded(recorded: Message, before: Message, asked: Message) -> Message:
    """The recorded answer, given to another request: what it gave back of ``before``, it gives back of ``asked``."""
    elements = dict(recorded.elements)
    for number, value in recorded.elements.items():
        if before.elements.get(number) == value and number in asked.elements:
            elements[number] = asked.elements[number]
    return Message(recorded.mti, elements)


def likeness(message: Message) -> tuple[str, ...]:
    """What makes two requests alike: type without the origin and repeat, processing code, card, amount, what a network
    management message is about."""
    return (message.mti[:3], *(message.elements.get(number, "") for number in (3, 2, 4, 70)))
