"""The books of a data folder (``books.db``), with the journal attached for reading, and what is asked of them.

The journal is opened read-only, so that nothing here can hold up or change what the running switch writes.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path
from typing import Any, Final

from switch.clearing.gathered import BY_REQUEST, filling
from switch.data_folder import databases
from switch.data_folder.lock import file_held, held_alone
from switch.endofday import report as settled
from switch.endofday.line_files.door import BooksConnection, as_rows, of_date, see
from switch.endofday.reopened.reopenings import reopenings_of
from switch.errors import DataFolderError, NegativeAnswerError
from switch.journal import journal
from switch.journal.journal_file import JOURNAL_FILE
from switch.machine.files import kind_at
from switch.record import frozen

DAYS_FOLDER = "days"  #: the rendered files of closed days (``switch.endofday.files``)
CLOSING_FILE = "closing.lock"  #: held by whoever closes a day
#: The scripts that make the books, in order; ``PRAGMA user_version`` counts those a file has had. Add, never change.
_MIGRATIONS = ("1.sql", "2.sql", "3.sql", "4.sql", "5.sql", "6.sql", "7.sql", "8.sql", "9.sql", "10.sql", "11.sql", "12.sql")
SCHEMA: Final = databases.Schema(
    name="books",
    tables=frozenset({"closed_day", "presentment", "posting"}),
    scripts=_MIGRATIONS,
    package=__package__,
    page_bytes=8_192,  # a close of a million sales reads and writes fewer of them
)
_BUSY_TIMEOUT_SECONDS = 5.0  #: how long to wait for another writer; the switch's own transactions take milliseconds
CACHE_KIBIBYTES = 262_144  #: of SQLite's pages while a day is written or proved, so that its indexes stay in memory
_BY_REQUEST: Final = filling("presented_by_request")  #: copied as it stands, where lines stand in files
DIGESTED_AT_ONCE = 1_000  #: of a table that is digested, in memory


@contextmanager
def opened(data: Path, *, to_write: bool = False, apart: bool = False, still: bool = False) -> Iterator[sqlite3.Connection]:
    """A connection in autocommit: the books (created when ``to_write``, empty in memory where there are none yet).

    With ``apart`` it is to a copy of them, a temporary file of SQLite's that is gone when the connection is closed, and that
    has all lines as rows. With ``still`` all that is read is as it stood when they were opened, whatever date is closed or
    reopened meanwhile.

    Books and a journal that an earlier release wrote are brought up to date first. DataFolderError where either cannot be used:
    it is missing, damaged, another program's, or of a later release.
    """
    journal_path, path = data / JOURNAL_FILE, data / journal.BOOKS_FILE
    if not databases.is_there(journal_path):
        raise journal.no_journal(data)
    try:
        with databases.readable(journal_path, journal.SCHEMA) as journal_uri:
            with closing(_connected(journal_uri)) as journal_only:
                version = databases.version_of(journal_only, journal_path, journal.SCHEMA)
            if version == 0:
                raise DataFolderError(f"{journal_path}: found an empty file, {journal.SCHEMA.expected}")
            if version < journal.SCHEMA.version:
                _bring_up_to_date(data, journal_path, journal.SCHEMA, version)
            with _books(data, path, to_write=to_write) as found, _copy_of(found) if apart else nullcontext(found) as connection:
                connection.execute("ATTACH ? AS journal", (journal_uri,))
                connection.data = data
                if still:
                    connection.execute("BEGIN")
                    connection.execute("SELECT COUNT(*) FROM closed_day").fetchone()
                connection.execute("SELECT COUNT(*) FROM journal.business_day").fetchone()
                if apart:
                    as_rows(connection)
                yield connection
    except sqlite3.ProgrammingError:
        raise
    except (sqlite3.DatabaseError, UnicodeError) as fault:  # what SQLite says of a damaged file need not be UTF-8
        raise DataFolderError(f"{data}: the journal or the books cannot be used: {databases.said(fault)}") from fault


@contextmanager
def _books(data: Path, path: Path, *, to_write: bool) -> Iterator[BooksConnection]:
    is_new, kind = databases.is_empty(path), kind_at(path)
    if kind is not None:
        raise DataFolderError(f"{path}: found {kind}, {SCHEMA.expected}")
    if is_new and any((data / DAYS_FOLDER).glob("*/positions.csv")):  # days that are closed would be closed, and paid, again
        found = "an empty file" if databases.is_there(path) else "none"
        raise DataFolderError(f"{path}: found {found}, expected the books that the files in {data / DAYS_FOLDER} are of")
    if to_write:
        with closing(databases.to_write_as(BooksConnection, path, SCHEMA)) as connection:
            connection.execute(f"PRAGMA cache_size = -{CACHE_KIBIBYTES}")
            yield connection
    elif is_new:
        with closing(_connected(":memory:")) as connection:
            databases.migrate(connection, SCHEMA)
            yield connection
    else:
        with databases.readable(path, SCHEMA) as uri, closing(_connected(uri)) as connection:
            version = databases.version_of(connection, path, SCHEMA)
            if version < SCHEMA.version:
                _bring_up_to_date(data, path, SCHEMA, version)
            yield connection


@contextmanager
def _copy_of(connection: sqlite3.Connection) -> Iterator[BooksConnection]:
    with closing(_connected("")) as copy:
        copy.execute(f"PRAGMA cache_size = -{CACHE_KIBIBYTES}")
        connection.backup(copy)
        yield copy


def _connected(uri: str) -> BooksConnection:
    return sqlite3.connect(uri, uri=True, timeout=_BUSY_TIMEOUT_SECONDS, isolation_level=None, factory=BooksConnection)


def _bring_up_to_date(data: Path, path: Path, schema: databases.Schema, version: int) -> None:
    """Run the scripts of this release on a file of an earlier one, unless it may not be written or a centre writes it."""
    found = f"{path}: found {schema.name} of schema {version}, which an earlier release wrote, expected {schema.version}"
    if not databases.may_write(path):
        raise DataFolderError(f"{found}: `switch check`, run by whom may write, brings it up to date")
    if schema is SCHEMA:
        databases.to_write(path, schema).close()
        return
    try:
        with held_alone(data):
            journal.connect(path).close()
    except DataFolderError as error:
        raise DataFolderError(f"{found}; it cannot be brought up to date now: {error}") from None


def _uri(path: Path, mode: str) -> str:
    return f"{path.resolve().as_uri()}?mode={mode}"


@contextmanager
def alone(data: Path) -> Iterator[None]:
    """One close at a time in a data folder; a second one waits for the first."""
    with file_held(data / CLOSING_FILE):
        yield


def open_next_business_date(data: Path, business_date: str, following: str, clock_ms: Callable[[], int]) -> None:
    """Open ``following`` if ``business_date`` is still the open one: from then on nothing of it can be written.

    It ends as its predecessor would have: at the cut-off where the clock opened that one, when it is closed otherwise. It is
    stamped once nobody else writes.
    """
    uri = _uri(data / JOURNAL_FILE, "rw")
    connection = sqlite3.connect(uri, uri=True, timeout=_BUSY_TIMEOUT_SECONDS, isolation_level=None)
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
        raise DataFolderError(f"{data}: business date {following} cannot be opened: {databases.said(fault)}") from fault
    finally:
        connection.close()


def closed_dates(connection: sqlite3.Connection) -> tuple[str, ...]:
    """The closed business dates of the books, ascending."""
    rows = connection.execute("SELECT business_date FROM closed_day ORDER BY business_date").fetchall()
    return tuple(row[0] for row in rows)


@frozen(kw_only=True)
class BusinessDates:
    """The business dates of a data folder."""

    opened: tuple[str, ...]  #: in the order they were opened; the last is the open one
    closed: tuple[str, ...]  #: ascending

    @classmethod
    def of(cls, connection: sqlite3.Connection) -> BusinessDates:
        opened_dates = connection.execute("SELECT business_date FROM journal.business_day ORDER BY id").fetchall()
        return cls(opened=tuple(row[0] for row in opened_dates), closed=closed_dates(connection))

    @property
    def last_closed(self) -> str | None:
        return self.closed[-1] if self.closed else None

    @property
    def open(self) -> str | None:
        return self.opened[-1] if self.opened else None

    def pending(self, connection: sqlite3.Connection, until: str = "9999-12-31") -> Iterator[str]:
        """Dates with decisions, reversals that have effect, or events of cases, that are not closed, ascending up to one."""
        query = """
        SELECT EXISTS (SELECT 1 FROM journal.decision WHERE business_date = ?1)
          OR EXISTS (SELECT 1 FROM journal.reversal WHERE business_date = ?1 AND effective = 1)
          OR EXISTS (SELECT 1 FROM dispute_event WHERE business_date = ?1)
          OR EXISTS (SELECT 1 FROM exception_order WHERE business_date = ?1)
        """
        for business_date in sorted(set(self.opened) - set(self.closed)):
            if business_date > until:
                return
            if connection.execute(query, (business_date,)).fetchone()[0]:
                yield business_date


def refuse_not_closed(connection: sqlite3.Connection, *business_dates: str) -> None:
    """NegativeAnswerError for the first of these dates that is not closed; who reopened it is said."""
    dates = BusinessDates.of(connection)
    for business_date in business_dates:
        if business_date not in dates.closed:
            last = f"the last one closed is {dates.last_closed}" if dates.last_closed else "none is closed yet"
            sentence = f"business date {business_date} is not closed; {last}"
            if reopenings := reopenings_of(connection, business_date):
                sentence = f"business date {business_date} is to be closed again: {reopenings[-1].person} reopened it; {last}"
            raise NegativeAnswerError(sentence)


@contextmanager
def insert_unguarded(connection: sqlite3.Connection, table: str) -> Iterator[None]:
    """Lift a table's guard, if it has one, against rows of closed days for a mass insert, inside a write transaction.

    The caller has seen under the write lock that the day is not closed. The guard is back before anybody else can see the
    table, whether the transaction commits or not; asking it for each of a million rows would take a third of the insert.
    """
    assert connection.in_transaction, "only a transaction makes lifting and putting back one step"
    guard = f"{table}_day_closed"
    triggers = connection.execute("SELECT sql FROM main.sqlite_schema WHERE name = ?", (guard,)).fetchall()
    for _ in triggers:
        connection.execute(f"DROP TRIGGER main.{guard}")
    yield
    for (trigger,) in triggers:
        connection.execute(trigger.replace("CREATE TRIGGER ", "CREATE TRIGGER main.", 1))


#: Table -> what its rows of a day are told apart by: everything of a day but its presentments, which are many. Of lines that
#: stand in files, the rows of ``line_file`` are digested.
_DIGESTED: Final = {
    "adjustment": "merchant_id, request_id",
    "reversed_item": "request_id",
    "exception_item": "request_id",
    "held_item": "request_id",
    "released_item": "request_id",
    "posting": "entry_id, line",
    "position": "participant, role, currency",
    "payout": "merchant_id, reference",
    "payout_conversion": "reference",
    "remise": "merchant_id, terminal_id, number",
    "merchant_entry": "merchant_id, terminal_id, remise_number, kind, line",
    "fee_rule": "rule",
    "fee_line": "merchant_id, request_id, kind",
    "statement": "merchant_id",
    "statement_total": "merchant_id, origin",
    "type_total": "merchant_id, transaction_type",
    "day_total": "currency",
    "exception_order": "id",
    "exception_end": "request_id",
    "exception_reason": "request_id",
    "dispute_event": "id",
    "dispute_item": "dossier, number",
    "dispute_set_aside": "file_sha256, line",
    "direct_debit": "reference",
    "month_invoice": "month, merchant_id",
    "line_file": "table_name, path",
}


#: Of these, those of many rows: there is a line of fees for each sale. SQLite writes rows as JSON in half the time in which
#: Python reads and shows them; a table must be STRICT, and without NULL, for that, and have its rows in this order by its key.
_DIGESTED_AS_JSON: Final = frozenset({"fee_line"})
#: Some of these rows, behind one of them.
_ROWS_AS_JSON: Final = """
SELECT GROUP_CONCAT(line, ''), COUNT(*) FROM (
  SELECT JSON_ARRAY({columns}) AS line FROM main.{table}
  WHERE business_date = ? AND ({keys}) > ({marks}) ORDER BY {keys} LIMIT ?)
"""
#: Bytes of texts that JSON and Python show alike, and that JSON does not use between them.
_PLAIN_BYTES: Final = bytes(set(range(0x20, 0x7F)) - set(b"\"'\\[],"))
_FROM_JSON: Final = bytes.maketrans(b'[]"', b"()'")  #: what Python has for the marks of JSON


def record_digests(connection: sqlite3.Connection, business_date: str) -> None:
    """Store the digests of a day's rows, inside the transaction that writes the rows."""
    for table in _DIGESTED:
        columns = ", ".join(str(row[1]) for row in connection.execute(f"PRAGMA main.table_info({table})"))
        digest = _digest(connection, business_date, table, columns)
        if table == "line_file" and digest[0] == 0:
            continue  # the lines are rows
        connection.execute("INSERT INTO day_digest VALUES (?, ?, ?, ?, ?)", (business_date, table, columns, *digest))


def changed_tables(connection: sqlite3.Connection, business_date: str) -> list[str]:
    """The tables whose rows of a closed day are not what they were; none of a day that an earlier release closed."""
    query = "SELECT table_name, column_names, row_count, sha256 FROM day_digest WHERE business_date = ? ORDER BY table_name"
    changed = []
    for table, columns, *expected in connection.execute(query, (business_date,)).fetchall():
        known = table in _DIGESTED and set(columns.replace(",", " ").split()) <= _columns(connection, table)
        if not known or [*_digest(connection, business_date, table, columns)] != expected:
            changed.append(str(table))
    return changed


def _columns(connection: sqlite3.Connection, table: str) -> set[str]:
    return {str(row[1]) for row in connection.execute(f"PRAGMA main.table_info({table})")}


def _digest(connection: sqlite3.Connection, business_date: str, table: str, columns: str) -> tuple[int, str]:
    """How many rows a table has of a date, and the SHA-256 of what stands in them."""
    if table in _DIGESTED_AS_JSON and (digested := _digest_as_json(connection, business_date, table, columns)) is not None:
        return digested
    digest, count = hashlib.sha256(), 0
    sql = f"SELECT {columns} FROM main.{table} WHERE business_date = ? ORDER BY {_DIGESTED[table]}"
    cursor = connection.execute(sql, (business_date,))
    while rows := cursor.fetchmany(DIGESTED_AT_ONCE):
        digest.update("".join(map(repr, rows)).encode())
        count += len(rows)
    return count, digest.hexdigest()


def _digest_as_json(connection: sqlite3.Connection, business_date: str, table: str, columns: str) -> tuple[int, str] | None:
    """The same digest, from rows that SQLite wrote as JSON; None where a text is not plain, for Python may show it otherwise.

    JSON escapes what is no character of a line, a NUL too, with a backslash. So rows are plain where nothing is left of them
    without the plain bytes but brackets, commas between columns, and two quotes for each text.
    """
    kinds = {str(row[1]): str(row[2]) for row in connection.execute(f"PRAGMA main.table_info({table})")}
    names, keys = columns.split(", "), _DIGESTED[table].split(", ")
    of_columns = ['""' if kinds[name] == "TEXT" else "" for name in names]
    marks = f"[{','.join(of_columns)}]".encode()
    sql = _ROWS_AS_JSON.format(columns=columns, table=table, keys=", ".join(keys), marks=", ".join("?" * len(keys)))
    behind: list[object] = ["" if kinds[key] == "TEXT" else -1 for key in keys]
    digest, count = hashlib.sha256(), 0
    while True:
        rows, some = connection.execute(sql, (business_date, *behind, DIGESTED_AT_ONCE)).fetchone()
        if not some:
            return count, digest.hexdigest()
        written = rows.encode()
        if written.translate(None, _PLAIN_BYTES) != marks * some:
            return None
        digest.update(written.translate(_FROM_JSON).replace(b",", b", "))
        count += some
        last = dict(zip(names, json.loads(rows[rows.rindex("[") :]), strict=True))
        behind = [last[key] for key in keys]


def ask_of(connection: sqlite3.Connection) -> Any:
    """The way checks ask (``checks.Ask``): a query and its named parameters, rows back."""

    def ask(sql: str, parameters: Mapping[str, object]) -> Iterable[tuple[Any, ...]]:
        if sql == _BY_REQUEST and isinstance(connection, BooksConnection):
            copied = ("presentment", "presented_by_request", BY_REQUEST)
            is_copied = connection.copy_lines(str(parameters["business_date"]), *copied)
            return () if is_copied else connection.execute(sql, dict(parameters))
        return connection.execute(sql, dict(parameters))

    return ask


def day_report(
    connection: sqlite3.Connection, data: Path, business_date: str, outcome: settled.DayOutcome, sentence: str
) -> settled.DayReport:
    """All the books say of a closed date."""
    see(connection, of_date(business_date, condition="amount_minor < 0"))
    parameters = {"business_date": business_date, "items_shown_max": settled.ITEMS_SHOWN_MAX}
    columns = settled.CLOSED_DAY_COLUMNS
    query = f"SELECT {', '.join(columns)} FROM closed_day WHERE business_date = :business_date"
    counted = dict(zip(columns, connection.execute(query, parameters).fetchone(), strict=True))

    def rows(kind: type[settled.ReportRow], sql: str) -> tuple[settled.ReportRow, ...]:
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
        entries=rows(settled.EntryItem, settled.ENTRIES_OF_DAY),
        refunds=rows(settled.Refund, settled.REFUNDS_OF_DAY) if counted["refund_count"] else (),
        adjustments=rows(settled.Adjustment, settled.ADJUSTMENTS_OF_DAY),
        reversed=rows(settled.ReversedItem, settled.REVERSED_OF_DAY),
        exceptions=rows(settled.ExceptionItem, settled.EXCEPTIONS_OF_DAY),
        holds=rows(settled.HeldItem, settled.HOLDS_OF_DAY),
        folder=str(data / "days" / business_date),
        reopenings=reopenings_of(connection, business_date),
    )
