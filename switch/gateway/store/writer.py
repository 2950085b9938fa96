"""Who writes what the payment page keeps: what was asked for during one commit is committed together by the next.

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

    def __init__(self, act: Callable[[Books], Any], *, long: bool) -> None:
        self.act, self.long, self.done = act, long, trio.Event()
        self.result: Any = None
        self.fault: BaseException | None = None


class StoreWriter:
    """The books, for a loop. ``run`` has to run as long as they are used.

    What is asked for is done in the loop, for it takes less than handing it over would; the commit waits for the disk, and so
    it has a thread.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._books, self._sql = Books(connection), connection
        self.path = Path(connection.execute("PRAGMA database_list").fetchone()[2])  #: of the database
        self._patience_ms = int(connection.execute("PRAGMA busy_timeout").fetchone()[0])
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
                await self._written(batch)
            for change in batch:
                change.done.set()

    async def do(self, act: Callable[[Books], T], *, long: bool = False) -> T:
        """Do something with the books; what it returns, once it is on the disk. What it raises is raised here. ``long`` is what
        goes through all orders: it holds up other changes, but not the loop."""
        change = _Change(act, long=long)
        self._changes.append(change)
        self._asked.set()
        await change.done.wait()
        if change.fault is not None:
            raise change.fault
        result: T = change.result
        return result

    async def _written(self, batch: list[_Change]) -> None:
        if any(change.long for change in batch) or not self._begun_at_once():
            await trio.to_thread.run_sync(self._all_of, batch)
            return
        before = self._sql.total_changes
        if self._done(batch):
            if self._sql.total_changes == before:  # questions alone: the disk has nothing to do
                self._committed(batch)
            else:
                await trio.to_thread.run_sync(self._committed, batch)

    def _begun_at_once(self) -> bool:
        """Begin, unless another process is writing: the loop does not wait for it."""
        self._sql.execute("PRAGMA busy_timeout = 0")
        try:
            self._sql.execute("BEGIN IMMEDIATE")
        except sqlite3.Error:
            return False
        finally:
            self._sql.execute(f"PRAGMA busy_timeout = {self._patience_ms}")
        return True

    def _all_of(self, batch: list[_Change]) -> None:
        try:
            self._sql.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as fault:
            self._not_written(batch, fault)
        else:
            if self._done(batch):
                self._committed(batch)

    def _done(self, batch: list[_Change]) -> bool:
        """Do each of a batch; whether it can be committed."""
        try:
            for change in batch:
                self._sql.execute("SAVEPOINT one")
                try:
                    change.result = change.act(self._books)
                except Exception as fault:
                    change.fault = fault
                    self._sql.execute("ROLLBACK TO one")
                self._sql.execute("RELEASE one")
        except sqlite3.Error as fault:
            self._not_written(batch, fault)
            return False
        return True

    def _committed(self, batch: list[_Change]) -> None:
        try:
            self._sql.execute("COMMIT")
        except sqlite3.Error as fault:
            self._not_written(batch, fault)

    def _not_written(self, batch: list[_Change], fault: sqlite3.Error) -> None:
        """The disk is full, or the file is gone: nobody is told that anything was written."""
        if self._sql.in_transaction:
            self._sql.execute("ROLLBACK")
        for change in batch:
            change.fault = change.fault or fault
