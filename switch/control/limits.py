"""What one process does at once, and for how long it waits for a client. Whoever comes above it is told to come again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Final

import trio

from switch.control.api_route import Work
from switch.control.desks.call import RETRY_LATER
from switch.control.desks.problem import ProblemError

API_CONNECTIONS_MAX: Final = 128  #: at a time; for one more goes the one that waits longest
BODY_BYTES_MAX: Final = 1 << 20  #: of a request: a scenario file of some thousand rules
BODY_SECONDS_MAX: Final = 10.0  #: for all of a body
TAKEN_SECONDS_MAX: Final = 30.0  #: for a client to take an answer
EVENT_READERS_MAX: Final = 16  #: who follows events at once
EVENTS_WAITING_MAX: Final = 1_000  #: for one reader; what comes above it is counted, and told as lost
EVENT_SECONDS_MAX: Final = 10.0  #: for a reader to take what it was sent
HEARTBEAT_SECONDS: Final = 15.0  #: a comment, so that proxies keep a quiet stream
#: Threads for each kind of work. Orders are few: each is a moment of the centre's own loop.
AT_ONCE: Final[dict[Work, int]] = {"ask": 2, "read": 4, "wait": 32, "close": 1}
WAITING_MAX: Final = 64  #: requests that wait for a thread of one kind


class WorkPlaces:
    """Who works at once."""

    def __init__(self) -> None:
        self._limiters = {work: trio.CapacityLimiter(count) for work, count in AT_ONCE.items()}
        self.readers = 0

    def of(self, work: Work) -> trio.CapacityLimiter:
        """The threads for one kind of work; a problem where too many wait for one already."""
        limiter = self._limiters[work]
        if limiter.available_tokens < 1 and (work == "wait" or limiter.statistics().tasks_waiting >= WAITING_MAX):
            raise too_much(f"found {limiter.total_tokens:g} such requests under way")
        return limiter

    @contextmanager
    def reader(self) -> Iterator[None]:
        """A place to follow events at."""
        if self.readers >= EVENT_READERS_MAX:
            raise too_much(f"found {EVENT_READERS_MAX} readers of events")
        self.readers += 1
        try:
            yield
        finally:
            self.readers -= 1


def too_much(found: str) -> ProblemError:
    """The problem of whoever comes while too much is to do."""
    return ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, f"{found}, expected fewer: come again", headers=RETRY_LATER)
