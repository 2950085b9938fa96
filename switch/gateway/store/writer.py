"""Who writes what the payment page keeps: one thread beside the loop, which commits together what was asked for meanwhile.

Whoever asks waits for their own change to be on the disk, and for nobody else's; a change that fails leaves the others as they
are.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

import trio

from switch.gateway.store.affiliation_book import AffiliationBook
from switch.gateway.store.callback_book import CallbackBook
from switch.gateway.store.office_book import OfficeBook
from switch.gateway.store.order_book import OrderBook

T = TypeVar("T")
BATCH_MAX: Final = 256  #: changes in one commit


class Books:
    """What a change may ask and write."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.orders, self.callbacks = OrderBook(connection), CallbackBook(connection)
        self.office, self.affiliations = OfficeBook(connection), AffiliationBook(connection)


Change = Callable[[Books], object]  #: something to be written


def nothing_else(books: Books) -> None:
    """No change beside another."""


class _Change:
    """Something to be done with the books, and what came of it."""

    def __init__(self, act: Callable[[Books], Any]) -> None:
        self.act, self.done = act, trio.Event()
        self.result: Any = None
        self.fault: BaseException | None = None


class StoreWriter:
    """The books, for a loop. ``run`` has to run as long as they are used."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._books = Books(connection)
        self.path = Path(connection.execute("PRAGMA database_list").fetchone()[2])  #: of the database
        self._changes: list[_Change] = []
        self._asked = trio.Event()

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        task_status.started()
        while True:
            await self._asked.wait()
            batch, self._changes = self._changes[:BATCH_MAX], self._changes[BATCH_MAX:]
            if not self._changes:
                self._asked = trio.Event()
            with trio.CancelScope(shield=True):
                await trio.to_thread.run_sync(self._write, batch)
            for change in batch:
                change.done.set()

    async def do(self, act: Callable[[Books], T]) -> T:
        """Do something with the books; what it returns, once it is on the disk. What it raises is raised here."""
        change = _Change(act)
        self._changes.append(change)
        self._asked.set()
        await change.done.wait()
        if change.fault is not None:
            raise change.fault
        result: T = change.result
        return result

    def _write(self, batch: list[_Change]) -> None:
        connection = self._books.connection
        try:
            connection.execute("BEGIN IMMEDIATE")
            for change in batch:
                connection.execute("SAVEPOINT one")
                try:
                    change.result = change.act(self._books)
                except Exception as fault:
                    change.fault = fault
                    connection.execute("ROLLBACK TO one")
                connection.execute("RELEASE one")
            connection.execute("COMMIT")
        except sqlite3.Error as fault:  # the disk is full, or the file is gone: nobody is told that anything was written
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            for change in batch:
                change.fault = change.fault or fault
