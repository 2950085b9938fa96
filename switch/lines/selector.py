"""All lines of a process, waited for together: one wake-up serves every line that has something."""

from __future__ import annotations

import gc
import selectors
from collections.abc import Callable
from typing import Any, Final

import trio

from switch.lines.line import Frames, Line, _nobody_watches

GARBAGE_THRESHOLD: Final = 50_000  #: objects more than before that make the collector look; messages hold no cycles


class Lines:
    """All connections of a process in a selector of our own, which trio waits for: one wake-up reads every line that has
    something. ``turn`` is called after each such pass."""

    def __init__(self, turn: Callable[[], None]) -> None:
        self._turn = turn
        self._selector = selectors.DefaultSelector()

    async def run(self) -> None:
        """Read until cancelled."""
        selector: Any = self._selector  # epoll and kqueue are files themselves; the base class does not know
        while True:
            await trio.lowlevel.wait_readable(selector.fileno())
            self.gather(trio.current_time())
            self._turn()

    def gather(self, now: float) -> None:
        """Read every line that has something."""
        for key, _ in self._selector.select(0):
            line, take = key.data
            line.heard_at = now
            if not line.behind:
                take(line.gulp())
            if line.clogged and not line.read_always:
                line.unwatch()

    async def read(self, line: Line, take: Callable[[Frames], None]) -> None:
        """Hand the frames of a line to ``take`` as they come, until the line is over or the caller is cancelled.

        A line is not read again before the last frame it gave is taken.
        """
        if line.secured is not None and line.secured.at_hand:
            take(line.gulp())
            self._turn()
        while not line.over:
            unwatched = self._watch(line, take)
            try:
                await unwatched.wait()
                if not line.over:
                    await line.flowing()
            finally:
                line.unwatch()

    def _watch(self, line: Line, take: Callable[[Frames], None]) -> trio.Event:
        """Begin to read a line; the event is set when that ends."""
        unwatched = trio.Event()

        def unwatch() -> None:
            line.unwatch = _nobody_watches
            self._selector.unregister(line.socket)
            unwatched.set()

        self._selector.register(line.socket, selectors.EVENT_READ, (line, take))
        line.unwatch = unwatch
        return unwatched


def settle_memory() -> None:
    """Take what is loaded by now out of the garbage collector's sight, and let it look seldom: a tenth less work a message."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE_THRESHOLD, 20, 50)
    gc.enable()
