"""A close taken back: its rows leave the tables that are counted, and stay in the books as a close that was withdrawn.

The alternative, a second set of rows that cancels the first, was weighed and left: a close is no posting but a computation of
all of a date, and its rows are keys (each approval presented once, each payout one reference, each remise one number). Rows
that cancel rows would need each of these keys a second time, and every sum, proof and statement of the house would have to know
of both. Nothing of a close that may be reopened has left the house, so nobody outside has anything to cancel. What an auditor
needs is that nothing is lost, and by whom and why it was done: so the rows are moved, with a digest, in the one transaction
that writes the reopening.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from switch.clearing.checks import Fault
from switch.endofday.reopened.reopenings import Reopening, reopenings_of
from switch.machine.private import make_folder

#: Tables with a business date that no close writes: they are written by people, or by what is said of payouts, while their date
#: is open; they stay, and the next close of the date reads them again.
NOT_OF_A_CLOSE: Final = frozenset(
    {
        *("exception_order", "dispute_event", "dispute_set_aside"),
        *("payment_file", "transfer_event", "transfer_posting"),
        "reopened_day",
    }
)
WITHDRAWN_FOLDER: Final = "withdrawn"  #: beside the folders of dates: the files of closes that were taken back
DIGESTED_ROWS: Final = 1_000  #: in memory

_DATED: Final = """
SELECT t.name FROM main.sqlite_schema AS t JOIN pragma_table_info(t.name) AS c ON c.name = 'business_date'
WHERE t.type = 'table' ORDER BY t.name
"""
_REOPEN: Final = """
INSERT INTO reopened_day (business_date, person, reason, reopened_at_ms, closed_at_ms, specs_digest)
SELECT business_date, ?2, ?3, ?4, closed_at_ms, specs_digest FROM closed_day WHERE business_date = ?1
"""
_GUARD: Final = "SELECT name, sql FROM main.sqlite_schema WHERE type = 'trigger' AND name = ? || '_no_delete'"
_CONTENT: Final = "SELECT content FROM withdrawn_row WHERE reopening = ? AND table_name = ? ORDER BY place"
_TABLES: Final = "SELECT table_name, row_count, sha256 FROM withdrawn_table WHERE reopening = ? ORDER BY table_name"
#: Tables of no reopening, and rows of no table.
_STRAY: Final = """
SELECT (SELECT COUNT(*) FROM withdrawn_table WHERE reopening NOT IN (SELECT number FROM reopened_day)) + (SELECT COUNT(*) FROM (
  SELECT reopening, table_name FROM withdrawn_row EXCEPT SELECT reopening, table_name FROM withdrawn_table) AS unknown)
"""


def dated_tables(connection: sqlite3.Connection) -> tuple[str, ...]:
    """The tables of the books whose rows belong to a business date."""
    return tuple(row[0] for row in connection.execute(_DATED).fetchall())


def withdraw(connection: sqlite3.Connection, business_date: str, person: str, reason: str, now_ms: int) -> int:
    """Take a close back, inside the caller's transaction; the number of the reopening.

    sqlite3.IntegrityError where the books refuse it: a later date is closed, or payouts of the date were sent to the bank.
    """
    assert connection.in_transaction, "only a transaction makes it one step"
    number = connection.execute(_REOPEN, (business_date, person, reason, now_ms)).lastrowid
    assert number is not None
    tables = [table for table in dated_tables(connection) if table not in NOT_OF_A_CLOSE]
    for table in tables:
        _keep(connection, number, table, business_date)
    with _delete_unguarded(connection, tables):
        for table in tables:
            connection.execute(f"DELETE FROM main.{table} WHERE business_date = ?", (business_date,))
    return number


def _keep(connection: sqlite3.Connection, number: int, table: str, business_date: str) -> None:
    """Write the rows of a table down as those of a close that was withdrawn."""
    about = connection.execute(f"PRAGMA main.table_info({table})").fetchall()
    columns = ", ".join(str(row[1]) for row in about)
    keys = ", ".join(str(row[1]) for row in sorted(about, key=lambda row: row[5]) if row[5])
    connection.execute(
        f"INSERT INTO withdrawn_row SELECT ?, ?, ROW_NUMBER() OVER (ORDER BY {keys}), JSON_ARRAY({columns}) "
        f"FROM main.{table} WHERE business_date = ?",
        (number, table, business_date),
    )
    count, digest = _digested(connection, number, table)
    connection.execute("INSERT INTO withdrawn_table VALUES (?, ?, ?, ?, ?)", (number, table, columns, count, digest))


def _digested(connection: sqlite3.Connection, number: int, table: str) -> tuple[int, str]:
    """How many rows a close that was withdrawn had of a table, and their SHA-256."""
    digest, count = hashlib.sha256(), 0
    cursor = connection.execute(_CONTENT, (number, table))
    while rows := cursor.fetchmany(DIGESTED_ROWS):
        digest.update("".join(f"{row[0]}\n" for row in rows).encode())
        count += len(rows)
    return count, digest.hexdigest()


@contextmanager
def _delete_unguarded(connection: sqlite3.Connection, tables: Sequence[str]) -> Iterator[None]:
    """Lift the guards of tables against deletion. They are back before anybody else can see the tables."""
    guards = [guard for table in tables for guard in connection.execute(_GUARD, (table,)).fetchall()]
    assert len(guards) == len(tables), "every table of a close has a guard"
    for name, _ in guards:
        connection.execute(f"DROP TRIGGER main.{name}")
    yield
    for _, sql in guards:
        connection.execute(sql.replace("CREATE TRIGGER ", "CREATE TRIGGER main.", 1))


def keep_files(folder: Path, reopenings: Sequence[Reopening]) -> None:
    """Put the files of the last close of a date that was taken back beside those of closed dates, where they still stand in the
    folder of the date. OSError where they cannot be moved."""
    if not (reopenings and folder.is_dir()):
        return
    kept = folder.parent / WITHDRAWN_FOLDER / f"{folder.name}.{reopenings[-1].number}"
    if not kept.exists():
        make_folder(kept.parent)
        folder.replace(kept)


def reopening_faults(connection: sqlite3.Connection) -> Iterator[Fault]:
    """What is wrong with the reopenings of the books: what a withdrawn close had written is kept as it was, and each reopened
    date is closed again before any later one."""
    closed = {str(row[0]) for row in connection.execute("SELECT business_date FROM closed_day")}
    reopenings = reopenings_of(connection)
    for each in reopenings:
        tables = connection.execute(_TABLES, (each.number,)).fetchall()
        changed = [table for table, count, digest in tables if _digested(connection, each.number, table) != (count, digest)]
        if changed or not tables:
            what = ", ".join(changed or ["closed_day"])
            sentence = f"reopening {each.number}: the rows of {what} that it withdrew are not as they were written"
            yield Fault(business_date=each.business_date, check="withdrawn_rows_unchanged", sentence=sentence)
        if each.business_date not in closed and any(date > each.business_date for date in closed):
            sentence = f"reopening {each.number}: a later date is closed, and this one was not closed again"
            yield Fault(business_date=each.business_date, check="reopened_is_closed_again", sentence=sentence)
    numbers = [each.number for each in reopenings]
    (stray,) = connection.execute(_STRAY).fetchone()
    if numbers != list(range(1, len(numbers) + 1)) or stray:
        sentence = f"reopenings are numbered {', '.join(map(str, numbers))}, or one of them is missing"
        yield Fault(business_date=None, check="reopenings_are_all_there", sentence=sentence)
