"""Being asked to end: signals from the first moment on, and output nobody reads any more.

The first time a process finishes what is in flight; the second time it ends at once. Whoever runs in the loop waits for
either; before the loop has begun, after it has ended, and where it does not come round, the process ends where it is.
"""

from __future__ import annotations

import os
import select
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Final

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
FINISH: Final = 1  #: asked so often: finish what is in flight
END_NOW: Final = 2  #: asked so often: end now; asked still more often, the process ends without its loop
STANDARD_OUTPUT: Final = 1
STANDARD_ERROR: Final = 2
TWICE_AT_ONCE_SECONDS: Final = 0.1  #: two SIGTERM that come closer to each other are one
OUTPUT_LOOK_SECONDS: Final = 1.0  #: how often output is looked at: a pipe whose reader is gone does not say so unasked


class Stop:
    """How often this process was asked to end. ``ask`` may be called by a signal handler and from any thread."""

    def __init__(self) -> None:
        self.asked = 0
        self.unanswered: Callable[[], int] = lambda: 0  #: how many requests wait for their answer; the process says
        self._listeners: list[Callable[[], None]] = []

    def finish(self) -> None:
        """End, please; saying so again changes nothing. For those who say it more than once for one reason."""
        if not self.asked:
            self.ask()

    def ask(self) -> None:
        """End, please; the second time at once."""
        self.asked += 1
        if self.asked > END_NOW or (self.asked == END_NOW and not self._listeners):
            self.say_at_once()
            os._exit(0)  # nothing is kept in memory that a kill must not take
        for wake in list(self._listeners):
            wake()

    def say_at_once(self) -> None:
        """Say that the process ends now. Past all buffers: a signal handler may have interrupted whoever holds them."""
        count = self.unanswered()
        requests = "1 request is" if count == 1 else f"{count} requests are"
        with suppress(OSError):
            if _state(STANDARD_ERROR, select.POLLOUT) != select.POLLOUT:
                return  # full, or its reader is gone: nobody waits for that
            os.write(STANDARD_ERROR, f"switch: stopping now; {requests} without an answer\n".encode())

    async def comes_to(self, times: int) -> None:
        """Wait until somebody has asked so often."""
        import trio  # it takes a tenth of a second to load, and signals are taken from before

        token, woken = trio.lowlevel.current_trio_token(), trio.Event()

        def wake() -> None:
            with suppress(trio.RunFinishedError):
                token.run_sync_soon(lambda: woken.set() if self.asked >= times else None)

        with self._heard_by(wake):
            if self.asked < times:
                await woken.wait()

    @contextmanager
    def _heard_by(self, wake: Callable[[], None]) -> Iterator[None]:
        """``wake`` is called each time somebody asks, for as long as the block lasts."""
        self._listeners.append(wake)
        try:
            yield
        finally:
            self._listeners.remove(wake)

    @contextmanager
    def by_signal(self) -> Iterator[Stop]:
        """Ctrl+C, SIGTERM and SIGHUP ask; a SIGHUP that was to be ignored (``nohup``) is ignored.

        A terminal that goes away sends SIGHUP several times, a service manager sends it after a SIGTERM, and ``timeout`` sends
        two SIGTERM at once: none of that is a second time.
        """
        terminated_at = [0.0]

        def handler(number: int, frame: FrameType | None) -> None:
            if number == signal.SIGHUP:
                return self.finish()
            if number == signal.SIGTERM:
                before, terminated_at[0] = terminated_at[0], time.monotonic()
                if terminated_at[0] - before < TWICE_AT_ONCE_SECONDS:
                    return None
            return self.ask()

        chosen = [each for each in SIGNALS if each != signal.SIGHUP or signal.getsignal(each) is not signal.SIG_IGN]
        before = {each: signal.signal(each, handler) for each in chosen}
        try:
            yield self
        finally:
            for each, was in before.items():
                signal.signal(each, was)


def output_is_read() -> bool:
    """Whether somebody can still read our standard output and standard error; what is no pipe is always read."""
    return not any(_left(number) for number in (STANDARD_OUTPUT, STANDARD_ERROR))


def leave_output() -> None:
    """Where the reader of our output is gone, let what still stands in the buffers go nowhere, rather than be an error."""
    for number in (STANDARD_OUTPUT, STANDARD_ERROR):
        if _left(number):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, number)
            os.close(nowhere)


def _left(number: int) -> bool:
    """Whether a file number of ours is a pipe whose reader is gone."""
    return bool(_state(number, 0) & select.POLLERR)


def _state(number: int, asked: int) -> int:
    """What ``poll`` says now of a file number of ours."""
    poll = select.poll()
    poll.register(number, asked)
    return next((event for _, event in poll.poll(0)), 0)
