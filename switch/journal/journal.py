"""The journal: the one durable memory of the switch. Append-only SQLite, one transaction for all that is waiting.

The switch writes ``journal.db`` and nobody else does, but for one row: ``day close`` opens the next business date. The switch
reads the open business date inside each of its transactions, so a decision counts in the date that is open at the instant it
becomes durable, and no decision of a closed date can appear after its cut-off. A person may read the file at any time, with
sqlite-utils for instance (``docs/reference/journal.md``).
"""

from __future__ import annotations

import shlex
import sqlite3
from bisect import bisect_right
from collections.abc import Callable
from contextlib import AbstractContextManager, closing, suppress
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, Final, Protocol

from attrs import Factory, define

from switch.data_folder import databases
from switch.data_folder.vault import KEY_FILE, Vault
from switch.errors import BusyError, DataFolderError
from switch.journal.journal_file import JOURNAL_FILE
from switch.journal.reader import Beginning, JournalReader
from switch.journal.rows import (
    INSERT_DELIVERED,
    INSERT_DELIVERY,
    INSERT_OCCURRENCE,
    INSERT_RECONCILIATION,
    INSERT_REVERSAL,
    delivery_row,
    kept_columns,
    reconciliation_row,
    reversal_row,
    write_decisions,
    write_requests,
)
from switch.machine.kept_files import LOOK_MS, KeptFiles, or_stop, unwritable, with_side_files
from switch.routing.memory.past import Archive, NoArchive
from switch.routing.traffic.effects import (
    JournalDecision,
    JournalDelivered,
    JournalDelivery,
    JournalOccurrence,
    JournalReconciliation,
    JournalRequest,
    JournalReversal,
)
from switch.routing.traffic.recovery import Recovery

BOOKS_FILE: Final = "books.db"  #: what is made of the journal, beside it (``switch.endofday.books``)
#: The scripts that make a journal, in order; ``PRAGMA user_version`` counts those a file has had. Add, never change.
_MIGRATIONS: Final = ("1.sql", "2.sql", "3.sql", "4.sql", "5.sql")
SCHEMA_VERSION: Final = len(_MIGRATIONS)
SCHEMA: Final = databases.Schema(
    name="a journal", tables=frozenset({"business_day", "request", "decision"}), scripts=_MIGRATIONS, package=__package__
)
BUSY_TIMEOUT_MS: Final = 5_000  #: how long to wait for ``day close`` to write its one row
CARDS_REMEMBERED_MAX: Final = 10_000  #: cards whose sealed form is at hand; sealing costs more than all else of a row
FOLD_SECONDS: Final = 2.0  #: how often the write-ahead log is folded into the database
PRIMARY_CODE: Final = 0xFF  #: the bits of an SQLite error code that say what it is; the others say more of it
_CENTRE: Final = "Switch"  #: who stops where the journal cannot be written

_BUSINESS_DAY = """
INSERT INTO business_day (business_date, opened_at_ms, opened_by) SELECT ?1, ?2, ?3
WHERE NOT EXISTS (SELECT 1 FROM business_day WHERE business_date >= ?1)
"""
_TIMES = (
    ("business_day", "opened_at_ms"),
    ("request", "received_at_ms"),
    ("decision", "decided_at_ms"),
    ("occurrence", "at_ms"),
    ("reversal", "received_at_ms"),
    ("reconciliation", "received_at_ms"),
    ("delivery", "created_at_ms"),
)
_LAST_OF = "COALESCE((SELECT {0} FROM {1} ORDER BY rowid DESC LIMIT 1), 0)"
_LAST_DELIVERED = "COALESCE((SELECT MAX(at_ms) FROM delivered), 0)"  # they are answered in any order
_LAST_MS = f"SELECT max({_LAST_DELIVERED}, {', '.join(_LAST_OF.format(column, table) for table, column in _TIMES)})"
_LAST_COUNTED_MS = f"SELECT {', '.join(_LAST_OF.format('received_at_ms', table) for table in ('reversal', 'reconciliation'))}"
_OPEN_DATE = "SELECT business_date, opened_by FROM business_day ORDER BY id DESC LIMIT 1"


@define
class Batch:
    """What one turn of the switch wants written, in order of happening."""

    requests: list[JournalRequest] = Factory(list)
    decisions: list[JournalDecision] = Factory(list)
    occurrences: list[JournalOccurrence] = Factory(list)
    reversals: list[JournalReversal] = Factory(list)
    deliveries: list[JournalDelivery] = Factory(list)
    delivered: list[JournalDelivered] = Factory(list)
    reconciliations: list[JournalReconciliation] = Factory(list)
    reversed_before: list[int] = Factory(list)  #: of each reconciliation, how many of the reversals came before it

    def writers(self) -> dict[type[Any], Callable[[Any], None]]:
        """How each kind of effect that is to be journaled gets into this batch."""
        return {
            JournalRequest: self.requests.append,
            JournalDecision: self.decisions.append,
            JournalOccurrence: self.occurrences.append,
            JournalReversal: self.reversals.append,
            JournalDelivery: self.deliveries.append,
            JournalDelivered: self.delivered.append,
            JournalReconciliation: self._reconciled,
        }

    def _reconciled(self, item: JournalReconciliation) -> None:
        self.reconciliations.append(item)
        self.reversed_before.append(len(self.reversals))

    @property
    def answered_on(self) -> bool:
        """Whether anybody is answered on the strength of it, so that it has to be on the disk first."""
        return bool(
            self.decisions or self.occurrences or self.reversals or self.deliveries or self.delivered or self.reconciliations
        )

    def __bool__(self) -> bool:
        return bool(self.requests) or self.answered_on


class Journal(Protocol):
    """What the switch needs of a journal; ``SqliteJournal`` keeps it, ``MemoryJournal`` forgets it."""

    def commit(self, batch: Batch, now_ms: int) -> None:
        """Make a batch durable, all of it or nothing."""

    @property
    def archive(self) -> Archive:
        """What was decided before, read by key."""

    def beginning(self) -> Beginning:
        """What a switch that starts on this journal has to know."""

    def open_date(self) -> tuple[str, str] | None:
        """The open business date and who opened it (clock, operator); None before the first one."""

    def open_business_date(self, business_date: str, opened_by: str, now_ms: int) -> None:
        """Open a business date, unless it or a later one is open already: ``day close`` may have been faster.

        It waits for nobody: BusyError while another process writes.
        """

    def close(self) -> None: ...


class SqliteJournal:
    """The journal in ``journal.db`` of a data folder.

    A batch with a decision is on the disk before ``commit`` returns (WAL, synchronous FULL). A batch of requests alone is
    handed to the operating system (synchronous NORMAL): it survives the death of the process at any instant, and reaches the
    disk with the next decision; nothing is answered on the strength of it.
    """

    def __init__(self, path: Path, vault: Vault) -> None:
        self._path, self._vault = path, vault
        self._kept = lru_cache(CARDS_REMEMBERED_MAX)(partial(kept_columns, vault))
        with self.or_stop():
            self._db = connect(path)
            self.archive: Archive = JournalReader(self._db, vault)
            self._reversed_ms, self._reconciled_ms = self._db.execute(_LAST_COUNTED_MS).fetchone()  #: times of the last ones
            self._folding = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._files = KeptFiles([path.parent, *with_side_files(path)], unchanging=[path.with_name(KEY_FILE)])
        self._looked_at_ms = 0
        self._durable = True
        self._committed = 0
        self._folded = 0
        self._date = ""
        self._version = -1

    def or_stop(self) -> AbstractContextManager[None]:
        """What cannot be done with the file in the block ends it with the sentence of a journal that cannot be written."""
        return or_stop(self._path, _CENTRE)

    def look(self) -> None:
        """DataFolderError where folder, journal or key file were deleted, renamed or replaced since they were opened."""
        fault = self._files.fault()
        if fault is not None:
            raise unwritable(self._path, fault, _CENTRE)

    def commit(self, batch: Batch, now_ms: int) -> None:
        if not 0 < now_ms - self._looked_at_ms < LOOK_MS:  # a clock that stands still does not keep anybody from looking
            self.look()
            self._looked_at_ms = now_ms
        db = self._db
        durable = batch.answered_on
        if durable is not self._durable:
            db.execute("PRAGMA synchronous = FULL" if durable else "PRAGMA synchronous = NORMAL")
            self._durable = durable
        try:
            db.execute("BEGIN IMMEDIATE")
            if batch.requests:
                write_requests(db, batch.requests, now_ms, self._kept)
            if batch.decisions:
                write_decisions(db, batch.decisions, self._current_date(), now_ms)
            self._write_rare(batch, now_ms)
            if batch.occurrences:
                rows = [(item.request_id, now_ms, item.kind, item.detail) for item in batch.occurrences]
                db.executemany(INSERT_OCCURRENCE, rows)
            db.execute("COMMIT")
            self._committed += 1
        except BaseException as error:
            if db.in_transaction:
                db.execute("ROLLBACK")
            if isinstance(error, sqlite3.OperationalError):
                raise unwritable(self._path, error, _CENTRE) from None
            raise

    def _write_rare(self, batch: Batch, now_ms: int) -> None:
        """Reversals, what issuers are owed, and totals."""
        if batch.reversals or batch.reconciliations:
            self._write_counted(batch, now_ms)
        if batch.deliveries:
            self._db.executemany(INSERT_DELIVERY, [delivery_row(item.delivery, now_ms) for item in batch.deliveries])
        if batch.delivered:
            rows = [(item.delivery_id, now_ms, item.response_code) for item in batch.delivered]
            self._db.executemany(INSERT_DELIVERED, rows)

    def _write_counted(self, batch: Batch, now_ms: int) -> None:
        """Reversals and reconciliations, with times in their order.

        A start tells by these times whether a reversal counts in the totals that a reconciliation agreed about, or in the
        next. A reversal behind a reconciliation is therefore a millisecond later, in the same turn too, and no time goes back.
        """
        first_ms = max(now_ms, self._reversed_ms, self._reconciled_ms + 1)
        date, db = self._current_date(), self._db
        reconciled_before = partial(bisect_right, batch.reversed_before)
        timed = [(item, first_ms + reconciled_before(place)) for place, item in enumerate(batch.reversals)]
        db.executemany(INSERT_REVERSAL, [reversal_row(item, date, at_ms) for item, at_ms in timed])
        closing_at = enumerate(batch.reconciliations, first_ms)
        db.executemany(INSERT_RECONCILIATION, [reconciliation_row(item, date, at_ms) for at_ms, item in closing_at])
        if timed:
            _, self._reversed_ms = timed[-1]
        if batch.reconciliations:
            self._reconciled_ms = first_ms + len(batch.reconciliations) - 1

    def _current_date(self) -> str:
        """The open business date, read again only when another process has written since."""
        (version,) = self._db.execute("PRAGMA data_version").fetchone()
        if version != self._version:
            row = self.open_date()
            assert row is not None, "a decision before the first business date"
            self._date, self._version = row[0], version
        return self._date

    def beginning(self) -> Beginning:
        return JournalReader(self._db, self._vault).beginning()

    def open_date(self) -> tuple[str, str] | None:
        row = self._db.execute(_OPEN_DATE).fetchone()
        return (row[0], row[1]) if row else None

    def last_ms(self) -> int:
        """The last time that stands in it; 0 in an empty one."""
        return int(self._db.execute(_LAST_MS).fetchone()[0])

    def open_business_date(self, business_date: str, opened_by: str, now_ms: int) -> None:
        self.look()
        self._db.execute("PRAGMA synchronous = FULL")
        self._durable = True
        self._db.execute("PRAGMA busy_timeout = 0")
        try:
            self._db.execute(_BUSINESS_DAY, (business_date, now_ms, opened_by))
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & PRIMARY_CODE == sqlite3.SQLITE_BUSY:
                what = f"business date {business_date} cannot be opened while another process writes ({error})"
                raise BusyError(f"{self._path}: {what}") from None
            raise unwritable(self._path, error, _CENTRE) from None
        finally:
            self._db.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        self._version = -1

    @property
    def to_be_folded(self) -> bool:
        """Whether anything was committed since ``fold``."""
        return self._committed != self._folded

    def fold_beside(self) -> None:
        """Copy what is in the write-ahead log into the database; for a thread of its own, commits go on meanwhile."""
        _fold(self._folding)

    def fold(self) -> None:
        """Copy the rest, so that the log can begin anew; short where ``fold_beside`` has just run."""
        self._folded = self._committed
        _fold(self._db)

    def close(self) -> None:
        self._folding.close()
        self._db.close()


def _fold(db: sqlite3.Connection) -> None:
    """Busy, or short of something now: then the next time will do."""
    with suppress(sqlite3.OperationalError):
        db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()


class MemoryJournal:
    """A journal that keeps its batches in lists: for tests and for a switch that need not remember."""

    def __init__(self, business_date: str = "2026-11-22") -> None:
        self.dates: list[tuple[str, str]] = [(business_date, "operator")]
        self.batches: list[Batch] = []
        self.archive: Archive = NoArchive()

    def commit(self, batch: Batch, now_ms: int) -> None:
        self.batches.append(batch)

    def beginning(self) -> Beginning:
        return Beginning(
            first_request_id=1 + sum(len(batch.requests) for batch in self.batches),
            first_delivery_id=1 + sum(len(batch.deliveries) for batch in self.batches),
            recovery=Recovery(decided=[], undecided=[], owed=[], reversed_unknown=[]),
        )

    def open_date(self) -> tuple[str, str] | None:
        return self.dates[-1]

    def open_business_date(self, business_date: str, opened_by: str, now_ms: int) -> None:
        if business_date > self.dates[-1][0]:
            self.dates.append((business_date, opened_by))

    def close(self) -> None:
        pass


def refuse_to_begin_beside_books(path: Path) -> None:
    """DataFolderError where the journal is gone that books beside it were made of: a new one would give its numbers again."""
    if databases.is_empty(path) and not databases.is_empty(path.with_name(BOOKS_FILE)):
        raise DataFolderError(f"{path}: missing or empty, expected the journal that {BOOKS_FILE} beside it was made of")


def connect(path: Path) -> sqlite3.Connection:
    """The journal's database, made or brought up to date on opening.

    DataFolderError for a file of a later schema, or another's, and as ``refuse_to_begin_beside_books``.
    """
    refuse_to_begin_beside_books(path)
    db = databases.to_write(path, SCHEMA, timeout_seconds=BUSY_TIMEOUT_MS / 1000)
    db.execute("PRAGMA wal_autocheckpoint = 0")
    return db


def no_journal(data: Path) -> DataFolderError:
    """The error of a command that needs a journal, for a folder without one: another folder may be meant."""
    return DataFolderError(
        f"{data.absolute()}: found no {JOURNAL_FILE}, expected the data folder of a Switch that has run",
        hint="--data or SWITCH_DATA names another folder; "
        f"switch up --data {shlex.quote(str(data))} starts Switch with this one",
    )


def read_life(data: Path, rrn: str) -> list[dict[str, Any]]:
    """All requests of a retrieval reference number, oldest first, each with its decision."""
    from sqlite_utils import Database

    path = data / JOURNAL_FILE
    if not databases.is_there(path):
        raise no_journal(data)
    sql = "SELECT * FROM request LEFT JOIN decision ON decision.request_id = request.id WHERE rrn = ? ORDER BY request.id"
    with databases.readable(path, SCHEMA) as uri, closing(sqlite3.connect(uri, uri=True)) as connection:
        databases.version_of(connection, path, SCHEMA)
        try:
            return list(Database(connection).query(sql, [rrn]))
        except (sqlite3.DatabaseError, UnicodeError) as error:
            raise databases.unreadable(path, SCHEMA, error) from None


def last_references(data: Path, count: int) -> list[str]:
    """The retrieval reference numbers of the last requests, the newest first, each once."""
    path = data / JOURNAL_FILE
    if not databases.is_there(path):
        return []
    sql = "SELECT rrn FROM (SELECT id, rrn FROM request ORDER BY id DESC LIMIT ?) WHERE rrn <> '' ORDER BY id DESC"
    with databases.readable(path, SCHEMA) as uri, closing(sqlite3.connect(uri, uri=True)) as connection:
        databases.version_of(connection, path, SCHEMA)
        try:
            return list(dict.fromkeys(row[0] for row in connection.execute(sql, (count,))))
        except (sqlite3.DatabaseError, UnicodeError) as error:
            raise databases.unreadable(path, SCHEMA, error) from None
