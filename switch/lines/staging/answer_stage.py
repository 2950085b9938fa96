"""Frames that are sent late, twice, broken or never, and connections that end on cue.

A turn hands a frame over before it commits; whatever has to wait goes to a task of its own, which runs when the turn is over.
So nothing is sent before the journal has what it says.
"""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush
from itertools import count
from math import inf

import trio

from switch.iso8583.scripted.broken_frames import half_of, wrongly_long
from switch.lines.line import Line
from switch.scenarios.conduct import HALF, RESET, TRICKLE, WRONG_LENGTH, Conduct


class AnswerStage:
    """What is still to be done with lines, by time. ``sent`` is called after something was sent outside a turn."""

    def __init__(self, sent: Callable[[], None]) -> None:
        self._sent = sent
        self._due: list[tuple[float, int, Line, Callable[[], None]]] = []
        self._numbers = count()
        self._woken = trio.Event()

    def perform(self, line: Line, frame: bytes, conduct: Conduct) -> None:
        """Queue the frame of an answer, or what is made of it; the caller flushes the line."""
        if conduct.late_seconds and not conduct.silence:
            line.answers_due += 1
            self.at(trio.current_time() + conduct.late_seconds, line, lambda: self._late(line, frame, conduct))
        else:
            self._give(line, frame, conduct)

    def _late(self, line: Line, frame: bytes, conduct: Conduct) -> None:
        line.answers_due -= 1
        self._give(line, frame, conduct)
        line.flush()

    def _give(self, line: Line, frame: bytes, conduct: Conduct) -> None:
        if not conduct.silence:
            for _ in range(1 + conduct.twice):
                if conduct.frame == TRICKLE:
                    line.trickle(frame)
                elif conduct.frame == HALF:
                    line.queue_frame(half_of(frame))
                elif conduct.frame == WRONG_LENGTH:
                    line.queue_frame(wrongly_long(frame, line.framer.header))
                else:
                    line.queue_frame(frame)
        if conduct.drop:
            self.at(trio.current_time(), line, line.abandon if conduct.drop == RESET else line.shut)

    def at(self, moment: float, line: Line, act: Callable[[], None]) -> None:
        """Do something at a moment of the loop's clock, if the line is open then."""
        heappush(self._due, (moment, next(self._numbers), line, act))
        self._woken.set()

    async def run(self) -> None:
        """Do what is due, until cancelled."""
        while True:
            with trio.move_on_at(self._due[0][0] if self._due else inf):
                await self._woken.wait()
                self._woken = trio.Event()
            now, acted = trio.current_time(), False
            while self._due and self._due[0][0] <= now:
                _, _, line, act = heappop(self._due)
                if line.open:
                    act()
                    acted = True
            if acted:
                self._sent()
