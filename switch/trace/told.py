"""What lines tell the trace: noted as it comes, and handed over before anything is sent, or else once a turn.

Whoever has an answer, and then reads the trace, finds in it the request and the answer. That is all it costs the switch to be
traced. Whoever takes it (``recorder``, in a process of its own) decodes it, overwrites what is never stored and writes the
rest.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from switch.iso8583.framing import Frame
from switch.lines.line import Line

HEARD: Final = 0  #: one message came in: what stood before it, and its bytes
SAID: Final = 1  #: messages were sent: each with all that stands around it
REST: Final = 2  #: a line ended in bytes that are no message: these, and why

#: One thing a line tells: when (epoch milliseconds), the line's name, how messages stand on it (``WireFormat.words``), which of
#: the three, and its parts. Plain values alone: they go through a pipe by ``marshal``.
Told = tuple[int, str, tuple[str, str, bool], int, tuple[Any, ...]]


class Trace:
    """Hears every line. ``hand_over`` takes what was told since the last ``write``, and never waits."""

    def __init__(self, hand_over: Callable[[list[Told]], None], *, clock_ms: Callable[[], int]) -> None:
        self._hand_over, self._clock_ms = hand_over, clock_ms
        self._told: list[Told] = []

    def heard(self, line: Line, frames: Sequence[Frame]) -> None:
        """Frames came in on a line, or its last bytes, which are none."""
        now_ms, name, words = self._clock_ms(), line.name, line.wire.words
        for frame in frames:
            self._told.append((now_ms, name, words, HEARD, tuple(frame)))
        if line.over and line.framer.rest:
            fault = str(line.framer.fault or line.framer.incomplete)
            self._told.append((now_ms, name, words, REST, (line.framer.rest, fault)))

    def said(self, line: Line, frames: Sequence[bytes]) -> None:
        """Frames are about to be sent on a line, each with its length header: they are handed over with what came before."""
        if frames:
            self._told.append((self._clock_ms(), line.name, line.wire.words, SAID, tuple(frames)))
            self.write()

    def write(self) -> None:
        """Hand over what came and went since the last call."""
        if self._told:
            told, self._told = self._told, []
            self._hand_over(told)


def messages_of_batch(told: Sequence[Told]) -> int:
    """How many messages of a trace they make."""
    return sum(len(parts) if what == SAID else 1 for *_, what, parts in told)
