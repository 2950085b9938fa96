"""Answers that a rule holds back until somebody releases them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

import trio

from switch.lines.line import Line
from switch.record import frozen

HELD_MAX: Final = 1_000  #: answers at once; the one that waits longest goes out when another comes


@frozen(kw_only=True)
class HeldAnswer:
    """An answer that waits. ``about`` says which, by the names of JSON; ``let_go`` sends it as its rule says."""

    id: int  #: by which people release it
    line: Line
    about: dict[str, str]
    since: float  #: seconds on the monotonic clock
    let_go: Callable[[], None]

    @property
    def in_words(self) -> str:
        """Which answer it is, for people."""
        about = self.about
        return f"{self.line.name}: the {about['mti']} to STAN {about['stan'] or '(none)'}, held by {about['rule']}"


class HeldAnswers:
    """All that wait, the first held first. Who closes a connection gives up what is held for it."""

    def __init__(self) -> None:
        self._last_id = 0
        self._waiting: dict[int, HeldAnswer] = {}
        self._came = trio.Event()

    def hold(self, line: Line, about: dict[str, str], let_go: Callable[[], None]) -> None:
        """Keep an answer until it is released. Called within a turn: nothing may be sent."""
        self._last_id += 1
        line.answers_due += 1
        held = HeldAnswer(id=self._last_id, line=line, about=about, since=trio.current_time(), let_go=let_go)
        self._waiting[held.id] = held
        self._came.set()

    async def some(self) -> None:
        """Wait until an answer is held."""
        while not self.waiting():
            if self._came.is_set():
                self._came = trio.Event()
            await self._came.wait()

    def beyond(self) -> list[HeldAnswer]:
        """The answers that wait longest, where more than HELD_MAX wait."""
        return self.waiting()[:-HELD_MAX]

    def waiting(self) -> list[HeldAnswer]:
        """What waits on a connection that is still there."""
        self._waiting = {number: held for number, held in self._waiting.items() if held.line.open}
        return list(self._waiting.values())

    def release(self, ids: Iterable[int]) -> list[HeldAnswer]:
        """Send what waits under these ids, in this order, and return it."""
        released = [held for number in ids if (held := self._waiting.pop(number, None)) is not None and held.line.open]
        for held in released:
            held.line.answers_due -= 1
            held.let_go()
        return released

    def give_up(self) -> list[HeldAnswer]:
        """Forget all that waits, so that no connection stays open for it, and return it."""
        given_up = self.waiting()
        self._waiting.clear()
        for held in given_up:
            held.line.answers_due -= 1
            held.line.flush()
        return given_up
