"""Frames that are sent late, twice, broken or never, and connections that end on cue.

A turn hands a frame over before it commits; whatever has to wait goes to a task of its own, which runs when the turn is over.
So nothing is sent before the journal has what it says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from heapq import heappop, heappush
from itertools import count
from math import inf

import trio
from attrs import evolve

from switch.iso8583.scripted.broken_frames import half_of, wrongly_long
from switch.lines.line import Line
from switch.lines.staging.held import HeldAnswer, HeldAnswers
from switch.scenarios.conduct import CLOSE, HALF, HALF_OPEN, RESET, TRICKLE, WRONG_LENGTH, Conduct


class AnswerStage:
    """What is still to be done with lines, by time. ``sent`` is called after something was sent outside a turn, and ``refuse``
    with the name of a listener and for how many seconds it is to take no connection."""

    def __init__(self, sent: Callable[[], None], refuse: Callable[[str, float], None]) -> None:
        self._sent, self._refuse = sent, refuse
        self._due: list[tuple[float, int, Line, Callable[[], object]]] = []
        self._numbers = count()
        self._woken = trio.Event()
        self.held = HeldAnswers()

    def perform(self, line: Line, frame: bytes, conduct: Conduct, about: dict[str, str] | None = None) -> None:
        """Queue the frame of an answer, or what is made of it; the caller flushes the line. ``about`` says which answer it
        is, to whoever may release it."""
        if conduct.hold and about is not None:
            then = evolve(conduct, hold=False)
            self.held.hold(line, about, lambda: self._released(line, frame, then))
            for oldest in self.held.beyond():
                self.at(trio.current_time(), oldest.line, partial(self.release, [oldest.id]))
        elif conduct.late_seconds and not conduct.silence:
            line.answers_due += 1
            self.at(trio.current_time() + conduct.late_seconds, line, lambda: self._late(line, frame, conduct))
        else:
            self._give(line, frame, conduct)

    def _released(self, line: Line, frame: bytes, conduct: Conduct) -> None:
        self.perform(line, frame, conduct)
        line.flush()

    def release(self, ids: Iterable[int]) -> list[HeldAnswer]:
        """Send the answers held under these ids, and return them."""
        released = self.held.release(ids)
        self._sent()
        return released

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
            self.at(trio.current_time(), line, lambda: self._end(line, conduct))

    def _end(self, line: Line, conduct: Conduct) -> None:
        {RESET: line.abandon, CLOSE: line.shut, HALF_OPEN: line.mute}[conduct.drop]()
        if conduct.refuse_seconds:
            self._refuse(line.name.partition(" ")[0], conduct.refuse_seconds)

    def at(self, moment: float, line: Line, act: Callable[[], object]) -> None:
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
