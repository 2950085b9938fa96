"""A line to a peer of ISO 8583:1993: what is said there in its words, what is heard in the centre's.

1993 lets each sender write a DE 7 of its own, also into an answer; what an answer gives back is DE 12. The centre knows a
request by its DE 7, so the one it asked with is remembered here and put back into the answer.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Final

from switch.iso8583.edition93.messages import to_1987, to_1993
from switch.iso8583.message import Message
from switch.iso8583.mti import expects_answer

ASKED_REMEMBERED_MAX: Final = 50_000  #: as many requests as may wait for one issuer


class Translation:
    """Both directions of one line. ``today`` is for the years that 1987 leaves out."""

    def __init__(self, today: Callable[[], date]) -> None:
        self._today = today
        self._asked: dict[tuple[str | None, ...], str] = {}  #: what an answer gives back -> DE 7, oldest first

    def heard(self, said: Message) -> Message:
        """The 1987 form of what the peer said."""
        message = to_1987(said)
        if not expects_answer(message.mti):
            sent_at = self._asked.get(_given_back(said))
            if sent_at is not None:
                return Message(message.mti, {**message.elements, 7: sent_at})
        return message

    def said(self, message: Message, asked: Message | None, action: str | None) -> Message:
        """The 1993 form of a message of ours; ``asked`` and ``action`` as for ``to_1993``."""
        spoken = to_1993(message, asked, self._today(), action)
        if asked is None and 7 in message.elements:
            self._remember(spoken, message.elements[7])
        return spoken

    def overheard(self, spoken: Message) -> None:
        """A request that was said to the peer, as it stood on the line: its answer is heard later (``heard``)."""
        if expects_answer(spoken.mti) and 7 in spoken.elements:
            self._remember(spoken, spoken.elements[7])

    def _remember(self, spoken: Message, sent_at: str) -> None:
        if len(self._asked) >= ASKED_REMEMBERED_MAX:
            del self._asked[next(iter(self._asked))]
        self._asked[_given_back(spoken)] = sent_at


def _given_back(spoken: Message) -> tuple[str | None, ...]:
    """What tells a 1993 request and its answer apart from others: class of message, DE 11, 12 and 41."""
    e = spoken.elements
    return spoken.mti[1], e.get(11), e.get(12), e.get(41)
