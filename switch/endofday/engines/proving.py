"""What ``switch check`` asks of the lines of a closed date, asked of DuckDB where they stand in files, and read there."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from switch.clearing.checks import Fault
from switch.clearing.gathered import Ask
from switch.endofday.engines.beside import journal_columns
from switch.endofday.engines.handing_over import as_line, batches, columns_of, create, give_many
from switch.endofday.engines.in_duckdb import Duck, DuckEngine
from switch.endofday.engines.prepared import kept_in
from switch.endofday.engines.statements import DECIDED_COLUMNS, Handed, query
from switch.endofday.line_files.door import BooksConnection, named_on, of_date, see
from switch.endofday.line_files.parquet import LINE_TABLES, all_of, quoted, reading, said
from switch.errors import NoRoomError
from switch.record import frozen

#: Whose presentments ``rounding_follows_remises`` reads as rows.
_ROUNDED: Final = Handed(
    "merchant_entry", ("merchant_id",), "FROM merchant_entry WHERE business_date = :business_date AND kind = 'rounding'"
)
#: How many rows the books have of lines of a date that stand in files. There is to be none: DuckDB sees the files alone.
_BESIDE_FILES: Final = {
    "presentment": "SELECT COUNT(*) FROM main.presentment WHERE business_date = :business_date",
    "fee_line": "SELECT COUNT(*) FROM main.fee_line WHERE business_date = :business_date AND adjusts = ''",
}


@frozen
class AskedOfLines:
    """The way to ask about a closed date, and what is wrong with where its lines stand."""

    ask: Ask
    faults: tuple[Fault, ...] = ()


@contextmanager
def asked_of_lines(connection: sqlite3.Connection, business_date: str, ask: Ask) -> Iterator[AskedOfLines]:
    """The way to ask about a closed date; ``ask`` is that of the books alone. DataFolderError where files cannot be read.

    Rows of the journal that are many go into a folder of this user alone, as does what finds no room in memory; it is gone at
    the end. NoRoomError where it has no room either.
    """
    if not isinstance(connection, BooksConnection) or connection.data is None:
        yield AskedOfLines(ask)
        return
    files = {table: connection.files_of(business_date, table) for table in LINE_TABLES}
    if not files["presentment"]:
        see(connection, of_date(business_date))
        yield AskedOfLines(ask)
        return
    see(connection, named_on(business_date))
    with TemporaryDirectory() as spill, reading(connection.data, business_date) as duck, said(connection.data):
        duck.execute(f"SET temp_directory = {quoted(spill)}")
        duck.execute("CREATE SCHEMA journal")
        for table, of_table in files.items():
            if of_table:
                duck.execute(f"CREATE VIEW {table} AS FROM {all_of([connection.data / file.path for file in of_table])}")
            else:
                create(duck, table, columns_of(connection, f"main.{table}"))
        duck.execute("CREATE TEMP VIEW presented_by_request AS FROM presentment")
        _give_journal(connection, duck, business_date, Path(spill))
        engine = DuckEngine(connection, Duck(connection, duck, connection.data))
        engine.take_some(_ROUNDED, {"business_date": business_date})
        yield AskedOfLines(engine.ask, (*_beside_files(connection, business_date), *_empty(connection, duck, business_date)))


def _beside_files(connection: sqlite3.Connection, business_date: str) -> Iterator[Fault]:
    """The lines of a date in files are all it has: what computes of them sees no row of the books."""
    for table, counting in _BESIDE_FILES.items():
        (count,) = connection.execute(counting, {"business_date": business_date}).fetchone()
        if count:
            sentence = f"{count} rows of {table} in the books, whose lines of the date stand in files"
            yield Fault(business_date=business_date, check="lines_stand_once", sentence=sentence)


def _empty(connection: sqlite3.Connection, duck: Any, business_date: str) -> Iterator[Fault]:
    """No line in files is without what every row of the books has."""
    for table in LINE_TABLES:
        needed = [str(row[1]) for row in connection.execute(f"PRAGMA main.table_info({table})") if row[3] or row[5]]
        counts = ", ".join(f"COUNT(*) - COUNT({column})" for column in needed)
        for column, count in zip(needed, duck.execute(f"SELECT {counts} FROM {table}").fetchone(), strict=True):
            if count:
                sentence = f"{count} lines of {table} in files have no {column}"
                yield Fault(business_date=business_date, check="lines_are_whole", sentence=sentence)


def _give_journal(connection: BooksConnection, duck: Any, business_date: str, spill: Path) -> None:
    decided = journal_columns(connection, DECIDED_COLUMNS)
    rows = f"SELECT {as_line(DECIDED_COLUMNS)} {query('decided_on')}"
    found = batches(connection, [rows], {"business_date": business_date})
    try:
        give_many(duck, "journal.decided", decided, found, kept_in(duck, spill))
    except OSError as error:
        where = f"{error.filename or spill}: found {error.strerror}"
        raise NoRoomError(f"{where}, expected a folder with room for the journal of {business_date}") from None
