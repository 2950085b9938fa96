"""One at a time: what is done with one order waits for what is done with it already, and not for what is done with others."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import trio


class Turns:
    """A lock for each number that somebody works with, and for no other."""

    def __init__(self) -> None:
        self._locks: dict[int, tuple[trio.Lock, int]] = {}

    def __len__(self) -> int:
        """How many numbers somebody works with."""
        return len(self._locks)

    @asynccontextmanager
    async def of(self, number: int) -> AsyncIterator[None]:
        """The turn of one who works with a number: the others who ask for it wait."""
        lock, users = self._locks.get(number, (trio.Lock(), 0))
        self._locks[number] = lock, users + 1
        try:
            async with lock:
                yield
        finally:
            lock, users = self._locks.pop(number)
            if users > 1:
                self._locks[number] = lock, users - 1
