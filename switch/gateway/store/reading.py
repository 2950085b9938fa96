"""Reading what the payment page keeps beside its writer: a long list makes no payment wait."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Final, TypeVar

import trio

from switch.data_folder.databases import TIMEOUT_SECONDS
from switch.gateway.store.writer import Books

T = TypeVar("T")
STORE_READERS_MAX: Final = 4  #: at a time, each in a thread of its own; others wait for their turn


class StoreReader:
    """The books of a file, for questions alone."""

    def __init__(self, path: Path) -> None:
        self._uri = f"{path.resolve().as_uri()}?mode=ro"
        self._turns = trio.CapacityLimiter(STORE_READERS_MAX)

    async def do(self, ask: Callable[[Books], T]) -> T:
        """The answer to a question, as the books were when it was begun."""
        return await trio.to_thread.run_sync(self._asked, ask, limiter=self._turns)

    def _asked(self, ask: Callable[[Books], T]) -> T:
        with closing(sqlite3.connect(self._uri, uri=True, timeout=TIMEOUT_SECONDS, isolation_level=None)) as connection:
            connection.execute("BEGIN")
            return ask(Books(connection))
