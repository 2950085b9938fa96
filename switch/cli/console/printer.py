"""Printing beside the switch: whoever does not read what the centre prints must not hold it up."""

from __future__ import annotations

import io
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from queue import Empty, Full, Queue
from typing import Final

from switch.cli.console.guarded import let_go_of_output
from switch.display.plural import plural
from switch.display.visible import visible

LINES_WAITING_MAX: Final = 1_000  #: more than these are left out and counted
CLOSE_SECONDS_MAX: Final = 1.0  #: how long the last lines may take at the end


class Printer:
    """Prints lines from a thread of its own. ``gone`` is called, in that thread, where its reader has gone away."""

    def __init__(self, gone: Callable[[], None]) -> None:
        self._gone = gone
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
                self._waiting.put_nowait(partial(print, f"({plural(self._left_out, 'further line')} left out)", flush=True))
                self._left_out = 0
            self._waiting.put_nowait(action)
        except Full:
            self._left_out += 1

    def close(self) -> None:
        """Print what waits, if that can be done at once. Where the reader takes nothing more, it is left to itself; what could
        not be written is dropped, and is no fault of the command."""
        with suppress(Full):
            self._waiting.put_nowait(None)
            self._thread.join(CLOSE_SECONDS_MAX)
        if self._thread.is_alive():  # it holds the stream, and the interpreter would wait for it in vain
            sys.stdout = io.StringIO()
        else:
            let_go_of_output()

    def _run(self) -> None:
        try:
            while (action := self._waiting.get()) is not None:
                with suppress(ImportError):  # of what a table is drawn with, where no file can be opened any more
                    self._act(action)
        except (BrokenPipeError, ValueError):
            self._gone()
            self._drain()

    def _act(self, action: Callable[[], None]) -> None:
        """Print one thing. What cannot be printed, on a full disk for instance, is left out and counted; the next may fit."""
        try:
            action()
        except BrokenPipeError:
            raise
        except OSError:
            self._left_out += 1

    def _drain(self) -> None:
        """Nobody reads any more: take lines and forget them."""
        try:
            while self._waiting.get(timeout=3600) is not None:
                pass
        except Empty:
            pass
