"""The books of a data folder (``books.db``), with the journal attached for reading, and what is asked of them.

The journal is opened read-only, so that nothing here can hold up or change what the running switch writes.
"""

from __future__ import annotations

import fcntl
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from attrs import frozen

from switch import journal
from switch.errors import DataFolderError
from switch.settlement import day as settled

JOURNAL_FILE = journal.JOURNAL_FILE
BOOKS_FILE = "books.db"
CLOSING_FILE = "closing.lock"  #: held by whoever closes a day
#: The scripts that make the books, in order; ``PRAGMA user_version`` counts those a file has had. Add, never change.
MIGRATIONS = ("books_1.sql", "books_2.sql", "books_3.sql")
BOOKS_VERSION = len(MIGRATIONS)
BUSY_TIMEOUT_SECONDS = 5.0  #: how long to wait for another writer; the switch's own transactions take milliseconds
CACHE_KIBIBYTES = 65_536  #: of SQLite's pages while a day is written, so that its indexes stay in memory


@contextmanager
def opened(data: Path, *, to_write: bool = False) -> Iterator[sqlite3.Connection]:
    """A connection in autocommit: the books (created when ``to_write``, empty in memory where there are none yet).

    Books and a journal that an earlier release wrote are brought up to date first.
    """
    journal_path = data / JOURNAL_FILE
    if not journal_path.is_file():
        raise DataFolderError(f"{data}: no {JOURNAL_FILE} here, start the centre first: switch up --data {data}")
    path = data / BOOKS_FILE
    mode = "rwc" if to_write else "ro"
    target = _uri(path, mode) if to_write or path.is_file() else ":memory:"
    try:
        connection = sqlite3.connect(target, uri=True, timeout=BUSY_TIMEOUT_SECONDS, isolation_level=None)
        try:
            _prepare(connection, path, to_write=to_write or target == ":memory:")
            connection.execute("ATTACH ? AS journal", (_uri(journal_path, "ro"),))
            connection.execute("SELECT COUNT(*) FROM journal.business_day").fetchone()
            if 0 < _version(connection, "journal") < journal.SCHEMA_VERSION:
                journal.connect(journal_path).close()
            yield connection
        finally:
            connection.close()
    except (sqlite3.IntegrityError, sqlite3.ProgrammingError):
        raise
    except sqlite3.DatabaseError as fault:
        raise DataFolderError(f"{data}: the journal or the books cannot be used: {fault}") from fault


def _uri(path: Path, mode: str) -> str:
    return f"{path.resolve().as_uri()}?mode={mode}"


def _prepare(connection: sqlite3.Connection, path: Path, *, to_write: bool) -> None:
    if to_write:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(f"PRAGMA cache_size = -{CACHE_KIBIBYTES}")
        _migrate(connection)
    elif 0 < _version(connection) < BOOKS_VERSION:
        with closing(sqlite3.connect(path, timeout=BUSY_TIMEOUT_SECONDS, isolation_level=None)) as writer:
            _migrate(writer)
    if _version(connection) != BOOKS_VERSION:
        found = _version(connection)
        raise DataFolderError(f"{path}: found books of version {found}, expected version {BOOKS_VERSION}")


def _version(connection: sqlite3.Connection, schema: str = "main") -> int:
    version: int = connection.execute(f"PRAGMA {schema}.user_version").fetchone()[0]
    return version


def _migrate(connection: sqlite3.Connection) -> None:
    """Run the scripts the books have not had; where somebody else is doing so, their work will do."""
    for number, script in enumerate(MIGRATIONS[_version(connection) :], start=_version(connection) + 1):
        sql = Path(__file__).with_name(script).read_text(encoding="utf-8")
        try:
            connection.executescript(f"BEGIN IMMEDIATE;\n{sql}\nPRAGMA user_version = {number};\nCOMMIT;")
        except sqlite3.OperationalError:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            if _version(connection) < number:
                raise


@contextmanager
def alone(data: Path) -> Iterator[None]:
    """One close at a time in a data folder; a second one waits for the first."""
    with (data / CLOSING_FILE).open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def open_next_business_date(data: Path, business_date: str, following: str, clock_ms: Callable[[], int]) -> None:
    """Open ``following`` if ``business_date`` is still the open one: from then on nothing of it can be written.

    It ends as its predecessor would have: at the cut-off where the clock opened that one, when it is closed otherwise. It is
    stamped once nobody else writes.
    """
    uri = _uri(data / JOURNAL_FILE, "rw")
    connection = sqlite3.connect(uri, uri=True, timeout=BUSY_TIMEOUT_SECONDS, isolation_level=None)
    try:
        connection.execute("BEGIN IMMEDIATE")
        query = "SELECT business_date, opened_by FROM business_day ORDER BY id DESC LIMIT 1"
        last, opened_by = connection.execute(query).fetchone()
        if last == business_date:
            connection.execute(
                "INSERT INTO business_day (business_date, opened_at_ms, opened_by) VALUES (?, ?, ?)",
                (following, clock_ms(), opened_by),
            )
        connection.execute("COMMIT")
    except sqlite3.OperationalError as fault:
        raise DataFolderError(f"{data}: business date {following} cannot be opened: {fault}") from fault
    finally:
        connection.close()


@frozen(kw_only=True)
class Dates:
    """The business dates of a data folder."""

    opened: tuple[str, ...]  #: in the order they were opened; the last is the open one
    closed: tuple[str, ...]  #: ascending

    @classmethod
    def of(cls, connection: sqlite3.Connection) -> Dates:
        opened_dates = connection.execute("SELECT business_date FROM journal.business_day ORDER BY id").fetchall()
        closed_dates = connection.execute("SELECT business_date FROM closed_day ORDER BY business_date").fetchall()
        return cls(opened=tuple(row[0] for row in opened_dates), closed=tuple(row[0] for row in closed_dates))

    @property
    def last_closed(self) -> str | None:
        return self.closed[-1] if self.closed else None

    @property
    def open(self) -> str | None:
        return self.opened[-1] if self.opened else None

    def pending(self, connection: sqlite3.Connection) -> Iterator[str]:
        """Dates with decisions, or reversals that have effect, that are not closed, ascending."""
        query = """
        SELECT EXISTS (SELECT 1 FROM journal.decision WHERE business_date = ?1)
          OR EXISTS (SELECT 1 FROM journal.reversal WHERE business_date = ?1 AND effective = 1)
        """
        for business_date in sorted(set(self.opened) - set(self.closed)):
            if connection.execute(query, (business_date,)).fetchone()[0]:
                yield business_date


@contextmanager
def insert_unguarded(connection: sqlite3.Connection, table: str) -> Iterator[None]:
    """Lift a table's guard against rows of closed days for a mass insert, inside a write transaction.

    The caller has seen under the write lock that the day is not closed. The guard is back before anybody else can see the
    table, whether the transaction commits or not; asking it for each of a million rows would take a third of the insert.
    """
    assert connection.in_transaction, "only a transaction makes lifting and putting back one step"
    guard = f"{table}_day_closed"
    (trigger,) = connection.execute("SELECT sql FROM sqlite_schema WHERE name = ?", (guard,)).fetchone()
    connection.execute(f"DROP TRIGGER {guard}")
    yield
    connection.execute(trigger)


def ask_of(connection: sqlite3.Connection) -> Any:
    """The way checks ask (``checks.Ask``): a query and its named parameters, rows back."""

    def ask(sql: str, parameters: Mapping[str, object]) -> Iterable[tuple[Any, ...]]:
        return connection.execute(sql, dict(parameters))

    return ask


def day_report(
    connection: sqlite3.Connection, data: Path, business_date: str, outcome: str, sentence: str
) -> settled.DayReport:
    """All the books say of a closed date."""
    parameters = {"business_date": business_date, "items_shown_max": settled.ITEMS_SHOWN_MAX}
    columns = settled.CLOSED_DAY_COLUMNS
    query = f"SELECT {', '.join(columns)} FROM closed_day WHERE business_date = :business_date"  # noqa: S608
    counted = dict(zip(columns, connection.execute(query, parameters).fetchone(), strict=True))

    def rows(kind: type[settled.Row], sql: str) -> tuple[settled.Row, ...]:
        return tuple(settled.from_row(kind, row) for row in connection.execute(sql, parameters))

    return settled.DayReport(
        business_date=business_date,
        outcome=outcome,
        sentence=sentence,
        **counted,
        outstanding_count=connection.execute(settled.HOLDS_OUTSTANDING, parameters).fetchone()[0],
        totals=rows(settled.DayTotal, settled.TOTALS_OF_DAY),
        positions=rows(settled.Position, settled.POSITIONS_OF_DAY),
        payouts=rows(settled.Payout, settled.PAYOUTS_OF_DAY),
        refunds=rows(settled.Refund, settled.REFUNDS_OF_DAY) if counted["refund_count"] else (),
        adjustments=rows(settled.Adjustment, settled.ADJUSTMENTS_OF_DAY),
        reversed=rows(settled.ReversedItem, settled.REVERSED_OF_DAY),
        exceptions=rows(settled.ExceptionItem, settled.EXCEPTIONS_OF_DAY),
        holds=rows(settled.HeldItem, settled.HOLDS_OF_DAY),
        folder=str(data / "days" / business_date),
    )
