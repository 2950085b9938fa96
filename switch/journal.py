"""The journal: the one durable memory of the switch. Append-only SQLite, one transaction for all that is waiting.

The switch writes ``journal.db`` and nobody else does, but for one row: ``day close`` opens the next business date. The switch
reads the open business date inside each of its transactions, so a decision counts in the date that is open at the instant it
becomes durable, and no decision of a closed date can appear after its cut-off. A person may read the file at any time, with
sqlite-utils for instance (``docs/journal.md``).
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any, Final, Protocol

from attrs import Factory, define

from switch.errors import DataFolderError
from switch.journal_reader import Beginning, JournalReader
from switch.routing.archive import Archive, NoArchive
from switch.routing.capture import NOW
from switch.routing.deliveries import Delivery
from switch.routing.effects import (
    JournalDecision,
    JournalDelivered,
    JournalDelivery,
    JournalOccurrence,
    JournalReconciliation,
    JournalRequest,
    JournalReversal,
)
from switch.routing.recovery import Recovery
from switch.transaction import REQUEST
from switch.vault import Vault

JOURNAL_FILE: Final = "journal.db"
#: The scripts that make a journal, in order; ``PRAGMA user_version`` counts those a file has had. Add, never change.
MIGRATIONS: Final = ("journal_1.sql", "journal_2.sql", "journal_3.sql")
SCHEMA_VERSION: Final = len(MIGRATIONS)
BUSY_TIMEOUT_MS: Final = 5_000  #: how long to wait for ``day close`` to write its one row
CARDS_REMEMBERED_MAX: Final = 10_000  #: cards whose sealed form is at hand; sealing costs more than all else of a row
FOLD_SECONDS: Final = 2.0  #: how often the write-ahead log is folded into the database

_REQUEST = f"INSERT INTO request VALUES ({', '.join('?' * 28)})"  # noqa: S608
#: Of a plain request only what has no default is written out: a tenth less work.
_PLAIN_COLUMNS: Final = """
id, received_at_ms, line, message_class, acquirer_id, terminal_id, stan, transmitted_at, rrn, merchant_id, merchant_type,
pan_cipher, pan_masked, transaction_type, amount_minor, currency, entry_mode, channel, local_at, issuer, scheme, product, origin
"""
_PLAIN_REQUEST = f"INSERT INTO request ({_PLAIN_COLUMNS}) VALUES ({', '.join('?' * 23)})"  # noqa: S608
_DECISION = f"INSERT INTO decision VALUES ({', '.join('?' * 9)})"  # noqa: S608
_REVERSAL = """
INSERT INTO reversal (
  received_at_ms, line, mti, acquirer_id, terminal_id, stan, transmitted_at, rrn, merchant_id, amount_minor, replacement_minor,
  currency, original_id, original_acquirer_id, original_stan, original_transmitted_at, effective, business_date, response_code,
  reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_DELIVERY = "INSERT INTO delivery VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
_DELIVERED = "INSERT INTO delivered VALUES (?, ?, ?)"
_RECONCILIATION = """
INSERT INTO reconciliation (
  received_at_ms, line, mti, acquirer_id, terminal_id, stan, transmitted_at, business_date, last_request_id, waiting, totals,
  sent, settlement_code, response_code, reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_OCCURRENCE = "INSERT INTO occurrence (request_id, at_ms, kind, detail) VALUES (?, ?, ?, ?)"
_BUSINESS_DAY = """
INSERT INTO business_day (business_date, opened_at_ms, opened_by) SELECT ?1, ?2, ?3
WHERE NOT EXISTS (SELECT 1 FROM business_day WHERE business_date >= ?1)
"""
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

    def writers(self) -> dict[type[Any], Callable[[Any], None]]:
        """How each kind of effect that is to be journaled gets into this batch."""
        return {
            JournalRequest: self.requests.append,
            JournalDecision: self.decisions.append,
            JournalOccurrence: self.occurrences.append,
            JournalReversal: self.reversals.append,
            JournalDelivery: self.deliveries.append,
            JournalDelivered: self.delivered.append,
            JournalReconciliation: self.reconciliations.append,
        }

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
        """Open a business date, unless it or a later one is open already: ``day close`` may have been faster."""

    def close(self) -> None: ...


class SqliteJournal:
    """The journal in ``journal.db`` of a data folder.

    A batch with a decision is on the disk before ``commit`` returns (WAL, synchronous FULL). A batch of requests alone is
    handed to the operating system (synchronous NORMAL): it survives the death of the process at any instant, and reaches the
    disk with the next decision; nothing is answered on the strength of it.
    """

    def __init__(self, path: Path, vault: Vault) -> None:
        self._path, self._vault = path, vault
        self._kept = lru_cache(CARDS_REMEMBERED_MAX)(vault.kept)
        self._db = connect(path)
        self.archive: Archive = JournalReader(self._db, vault)
        self._folding = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._durable = True
        self._committed = 0
        self._folded = 0
        self._date = ""
        self._version = -1

    def commit(self, batch: Batch, now_ms: int) -> None:
        db = self._db
        durable = batch.answered_on
        if durable is not self._durable:
            db.execute("PRAGMA synchronous = FULL" if durable else "PRAGMA synchronous = NORMAL")
            self._durable = durable
        try:
            db.execute("BEGIN IMMEDIATE")
            if batch.requests:
                self._write_requests(batch.requests, now_ms)
            if batch.decisions:
                date = self._current_date()
                db.executemany(_DECISION, [_decision_row(item, date, now_ms) for item in batch.decisions])
            self._write_rare(batch, now_ms)
            if batch.occurrences:
                rows = [(item.request_id, now_ms, item.kind, item.detail) for item in batch.occurrences]
                db.executemany(_OCCURRENCE, rows)
            db.execute("COMMIT")
            self._committed += 1
        except BaseException as error:
            if db.in_transaction:
                db.execute("ROLLBACK")
            if isinstance(error, sqlite3.OperationalError):
                raise self._unwritable(error) from None
            raise

    def _write_requests(self, requests: list[JournalRequest], now_ms: int) -> None:
        kept = self._kept
        rows = [_plain_row(item, now_ms, kept(item.authorization.pan.digits)) for item in requests if _is_plain(item)]
        self._db.executemany(_PLAIN_REQUEST, rows)
        if len(rows) < len(requests):
            rare = [item for item in requests if not _is_plain(item)]
            self._db.executemany(_REQUEST, [_request_row(item, now_ms, kept(item.authorization.pan.digits)) for item in rare])

    def _write_rare(self, batch: Batch, now_ms: int) -> None:
        """Reversals, what issuers are owed, and totals."""
        if batch.reversals:
            date = self._current_date()
            self._db.executemany(_REVERSAL, [_reversal_row(item, date, now_ms) for item in batch.reversals])
        if batch.deliveries:
            self._db.executemany(_DELIVERY, [_delivery_row(item.delivery, now_ms) for item in batch.deliveries])
        if batch.delivered:
            rows = [(item.delivery_id, now_ms, item.response_code) for item in batch.delivered]
            self._db.executemany(_DELIVERED, rows)
        if batch.reconciliations:
            date = self._current_date()
            self._db.executemany(_RECONCILIATION, [_reconciliation_row(item, date, now_ms) for item in batch.reconciliations])

    def _unwritable(self, error: sqlite3.Error) -> DataFolderError:
        return DataFolderError(
            f"{self._path}: cannot be written ({error}); the centre stops rather than answer what it cannot keep"
        )

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

    def open_business_date(self, business_date: str, opened_by: str, now_ms: int) -> None:
        self._db.execute("PRAGMA synchronous = FULL")
        self._durable = True
        self._db.execute(_BUSINESS_DAY, (business_date, now_ms, opened_by))
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


def _is_plain(item: JournalRequest) -> bool:
    """Whether all that has a default in the table is as the default says."""
    request = item.authorization
    return item.capture == NOW and item.original_id is None and request.function == REQUEST and not request.cash_back_minor


def _plain_row(item: JournalRequest, now_ms: int, kept: tuple[bytes, str]) -> Sequence[Any]:
    request, route = item.authorization, item.route
    key = request.key
    return (
        item.request_id,
        now_ms,
        item.line,
        request.message_class,
        key.acquirer_id,
        key.terminal_id,
        key.stan,
        key.transmitted_at,
        request.rrn,
        request.merchant_id,
        item.merchant_type,
        *kept,
        request.transaction_type,
        request.amount_minor,
        request.currency,
        request.entry_mode,
        request.channel,
        request.local_at,
        route.issuer if route else None,
        route.scheme if route else None,
        route.product if route else None,
        item.origin,
    )


def _request_row(item: JournalRequest, now_ms: int, kept: tuple[bytes, str]) -> Sequence[Any]:
    request = item.authorization
    more = (request.function, item.original_id, item.capture, request.cash_back_minor, request.advised_code)
    return (*_plain_row(item, now_ms, kept), *more)


def _decision_row(item: JournalDecision, business_date: str, now_ms: int) -> Sequence[Any]:
    decision = item.decision
    return (
        item.request_id,
        business_date,
        now_ms,
        decision.response_code,
        decision.approval_code,
        decision.decided_by,
        decision.reason,
        item.approved_minor,
        item.captured_minor,
    )


def _reversal_row(item: JournalReversal, business_date: str, now_ms: int) -> Sequence[Any]:
    reversal, outcome = item.reversal, item.outcome
    original = reversal.original_key
    return (
        now_ms,
        item.line,
        reversal.mti,
        reversal.key.acquirer_id,
        reversal.key.terminal_id,
        reversal.key.stan,
        reversal.key.transmitted_at,
        reversal.rrn,
        reversal.merchant_id,
        reversal.amount_minor,
        reversal.replacement_minor,
        reversal.currency,
        outcome.original_id,
        original.acquirer_id if original else None,
        original.stan if original else None,
        original.transmitted_at if original else None,
        int(outcome.effective),
        business_date,
        outcome.response_code,
        outcome.reason,
    )


def _delivery_row(delivery: Delivery, now_ms: int) -> Sequence[Any]:
    owed = (delivery.issuer, delivery.replacement_minor, delivery.reason, delivery.kind, delivery.message_reason)
    return (delivery.delivery_id, now_ms, delivery.request_id, *owed)


def _reconciliation_row(item: JournalReconciliation, business_date: str, now_ms: int) -> Sequence[Any]:
    asked, outcome = item.asked, item.outcome
    counted = (json.dumps(outcome.waiting), json.dumps(dict(outcome.totals)), json.dumps(dict(asked.sent)))
    return (
        now_ms,
        item.line,
        asked.mti,
        *asked.key,
        business_date,
        outcome.last_request_id,
        *counted,
        outcome.settlement_code,
        outcome.response_code,
        outcome.reason,
    )


def connect(path: Path) -> sqlite3.Connection:
    """The journal's database, made or brought up to date on opening; a file of a later schema is refused."""
    try:
        db = sqlite3.connect(path, isolation_level=None)
        db.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        db.execute("PRAGMA journal_mode = WAL")
        (version,) = db.execute("PRAGMA user_version").fetchone()
    except sqlite3.DatabaseError as error:
        raise DataFolderError(f"{path}: found {error}, expected a journal of this centre") from None
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA wal_autocheckpoint = 0")
    if version > SCHEMA_VERSION:
        raise DataFolderError(f"{path}: found a journal of schema {version}, expected {SCHEMA_VERSION} or earlier")
    for number, script in enumerate(MIGRATIONS[version:], start=version + 1):
        sql = resources.files("switch").joinpath(script).read_text(encoding="utf-8")
        db.executescript(f"BEGIN IMMEDIATE;\n{sql}\nPRAGMA user_version = {number};\nCOMMIT;")
    return db


def read_life(data: Path, rrn: str) -> list[dict[str, Any]]:
    """All requests of a retrieval reference number, oldest first, each with its decision."""
    from sqlite_utils import Database

    path = data / JOURNAL_FILE
    if not path.exists():
        raise DataFolderError(f"{data}: no journal here; expected the data folder of a centre that has run (switch up --data)")
    sql = "SELECT * FROM request LEFT JOIN decision ON decision.request_id = request.id WHERE rrn = ? ORDER BY request.id"
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        return list(Database(connection).query(sql, [rrn]))
