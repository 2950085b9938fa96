"""Printing beside the switch: whoever does not read what the centre prints must not hold it up."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from queue import Empty, Full, Queue
from typing import Final

from switch.visible import visible

LINES_WAITING_MAX: Final = 1_000  #: more than these are left out and counted
CLOSE_SECONDS_MAX: Final = 1.0  #: how long the last lines may take at the end


class Printer:
    """Prints lines from a thread of its own. A reader that has gone away is not missed."""

    def __init__(self) -> None:
        self._waiting: Queue[Callable[[], None] | None] = Queue(LINES_WAITING_MAX)
        self._left_out = 0
        self._thread = threading.Thread(target=self._run, name="printer", daemon=True)
        self._thread.start()

    def print(self, text: str) -> None:
        """Print a text as soon as it can be; when too much waits already, it is left out and counted."""
        self.do(partial(print, visible(text), flush=True))

    def do(self, action: Callable[[], None]) -> None:
        """Let the thread print something in its own way, in its turn."""
        try:
            if self._left_out:
                self._waiting.put_nowait(partial(print, f"({self._left_out} further lines left out)", flush=True))
                self._left_out = 0
            self._waiting.put_nowait(action)
        except Full:
            self._left_out += 1

    def close(self) -> None:
        """Print what waits, if that can be done at once."""
        try:
            self._waiting.put_nowait(None)
        except Full:
            return
        self._thread.join(CLOSE_SECONDS_MAX)

    def _run(self) -> None:
        try:
            while (action := self._waiting.get()) is not None:
                action()
        except (OSError, ValueError):
            self._drain()

    def _drain(self) -> None:
        """Nobody reads any more: take lines and forget them."""
        try:
            while self._waiting.get(timeout=3600) is not None:
                pass
        except Empty:
            pass
