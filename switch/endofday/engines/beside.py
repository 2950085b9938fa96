"""An engine beside the books: what those have in common that are not SQLite, and are handed what they read.

What computes knows the tables of the statements by their names. It gives the lines back as files, and all else as rows.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree
from typing import Any, Final, Protocol

from switch.clearing.gathered import filling
from switch.endofday.engines.handing_over import Columns, columns_of
from switch.endofday.engines.prepared import remove_closed
from switch.endofday.engines.statements import DECIDED_COLUMNS, LINE_STATEMENTS, NAMED_COLUMNS, Handed, query
from switch.endofday.line_files.door import BooksConnection
from switch.endofday.line_files.named_files import record, remove_unknown
from switch.endofday.line_files.parquet import LINE_TABLES, LineFile
from switch.errors import DataFolderError
from switch.machine.private import make_folder
from switch.record import frozen

#: In a data folder while a date is closed: what is thrown away when it is.
SPILL_FOLDER: Final = "closing.spill"
_NAMES: Final = {statement.sql: name for name, statement in LINE_STATEMENTS.items()}
#: Fills a table with all lines of a date, for SQLite; what computes beside has them already.
_BY_REQUEST: Final = filling("presented_by_request")
_UNFILLED: Final = "DELETE FROM temp.gathered WHERE name = 'presented_by_request'"
#: What the connection reads of the presentments of the date as rows: exceptions, and remises whose commission is rounded once.
#: One that is both is found twice, and added once.
_READ_BY_ROW: Final = """
SELECT {columns} FROM presentment WHERE request_id IN (SELECT request_id FROM exception_item)
UNION ALL
SELECT {columns} FROM presentment WHERE merchant_id IN (SELECT merchant_id FROM {rounded})
"""
_LISTED: Final = Handed("exception_item", ("request_id",), "FROM exception_item")
_ROUNDED: Final = Handed("card_acceptor", ("merchant_id",), "FROM card_acceptor WHERE rounding = 'remise'")
_ORIGINALS: Final = "SELECT DISTINCT original_id FROM journal.decided WHERE original_id IS NOT NULL ORDER BY 1"


@frozen
class FoundRows:
    """The rows of a query, some at a time, and the names of their columns."""

    names: tuple[str, ...]
    batches: Iterable[list[tuple[Any, ...]]]


class Computer(Protocol):
    """What computes beside the books, for one date. What it raises of its own is for whoever opened it to say."""

    def give(
        self, table: str, columns: Columns, selected: Sequence[str], rows: Iterable[str], parameters: Mapping[str, object]
    ) -> None:
        """Make a table of what queries of the connection find: each is FROM and WHERE of these columns, selected so."""

    def store(self, name: str, parameters: Mapping[str, object]) -> None:
        """Run a statement that stores, and keep what it finds in the table that it names."""

    def lines(self, name: str, columns: Columns, parameters: Mapping[str, object]) -> Iterator[LineFile]:
        """The same of a statement that stores lines, which have these columns: they are files, whole and on the disk."""

    def answer(self, name: str, columns: Columns | None, parameters: Mapping[str, object]) -> FoundRows:
        """The rows of a statement; they have these columns where it says of what it gathers."""

    def found(self, sql: str) -> FoundRows:
        """The rows of a query without parameters."""


@contextmanager
def with_spill_folder(connection: BooksConnection, data: Path) -> Iterator[Path]:
    """The folder for what is thrown away, its owner's alone; it is removed at the end, with the files of lines that the books
    do not name then.

    OSError within the block is said as DataFolderError.
    """
    spill = data / SPILL_FOLDER
    try:
        make_folder(spill)
        yield spill
    except OSError as fault:
        told = f"{fault.filename or data}: found {fault.strerror}, expected a folder that can be written"
        raise DataFolderError(f"{told}; nothing was written") from None
    finally:
        remove_left(connection, data)
        connection.forget()


def remove_left(connection: sqlite3.Connection, data: Path) -> None:
    """Remove what a close left that died: files of lines that the books do not name, and what it would have thrown away; and
    what was prepared of dates that are closed."""
    rmtree(data / SPILL_FOLDER, ignore_errors=True)
    remove_unknown(connection, data)
    remove_closed(connection, data)


@frozen
class BesideEngine:
    """``clearing.engine.Engine``."""

    connection: BooksConnection
    computer: Computer

    def keep(self, name: str, parameters: Mapping[str, object]) -> None:
        statement = LINE_STATEMENTS[name]
        if name == "captures":
            self._give_journal(parameters)
        self._give(statement.reads, parameters)
        if statement.stores in LINE_TABLES:
            columns = columns_of(self.connection, f"main.{statement.stores}")
            for file in self.computer.lines(name, columns, parameters):
                record(self.connection, file)
        else:
            self.computer.store(name, parameters)

    def take(self, table: str) -> None:
        if table == "fee_line":
            return
        if table == "presentment":
            self.take_some(_ROUNDED, {})
            return
        found = self.computer.found(query("captured_told") if table == "captured" else f"SELECT * FROM {table} ORDER BY ALL")
        self.connection.execute(f"CREATE TEMP TABLE {table} ({', '.join(found.names)})")
        self.add(table, found)

    def take_some(self, rounded: Handed, parameters: Mapping[str, object]) -> None:
        """Give the connection the few presentments of the date that it reads as rows, beside earlier ones; ``rounded`` are the
        merchants whose commission is rounded once a remise."""
        self.connection.begin("presentment")
        self._give((_LISTED, rounded), parameters)
        columns = self.connection.columns("presentment")
        sql = _READ_BY_ROW.format(columns=", ".join(columns), rounded=rounded.table)
        for rows in self.computer.found(sql).batches:
            self.connection.add_lines("presentment", rows)

    def ask(self, sql: str, parameters: Mapping[str, object]) -> Iterable[tuple[Any, ...]]:
        if sql == _BY_REQUEST:
            return self.connection.execute(_UNFILLED)
        name = _NAMES.get(sql)
        if name is None:
            return self.connection.execute(sql, dict(parameters))
        statement = LINE_STATEMENTS[name]
        self._give(statement.reads, parameters)
        columns = columns_of(self.connection, statement.stores) if statement.stores else None
        found = self.computer.answer(name, columns, parameters)
        if not statement.stores:
            return [row for rows in found.batches for row in rows]
        self.add(statement.stores, found)
        return []

    def add(self, table: str, found: FoundRows) -> None:
        """Add rows to a table of the connection."""
        insert = f"INSERT INTO {table} ({', '.join(found.names)}) VALUES ({', '.join('?' * len(found.names))})"
        for rows in found.batches:
            self.connection.executemany(insert, rows)

    def _give(self, reads: Iterable[Handed], parameters: Mapping[str, object]) -> None:
        for given in reads:
            kinds = columns_of(self.connection, given.table)
            selected = given.columns or tuple(kinds)
            columns = {short: kinds[short] for short in map(_short, selected)}
            self.computer.give(given.table, columns, selected, [given.rows or f"FROM {given.table}"], parameters)

    def _give_journal(self, parameters: Mapping[str, object]) -> None:
        """What the journal has of the date and of open exceptions, and of what these name: their originals, and other advices
        of the same originals."""
        decided = journal_columns(self.connection, DECIDED_COLUMNS)
        rows = [query("decided_today"), query("decided_open")]
        self.computer.give("journal.decided", decided, DECIDED_COLUMNS, rows, parameters)
        self.connection.execute("CREATE TEMP TABLE named_request (original_id INTEGER PRIMARY KEY)")
        self.add("named_request", self.computer.found(_ORIGINALS))
        named = journal_columns(self.connection, NAMED_COLUMNS)
        self.computer.give("journal.named", named, NAMED_COLUMNS, [query("named")], parameters)


def journal_columns(connection: sqlite3.Connection, names: Iterable[str]) -> dict[str, str]:
    """Columns of requests and decisions of the journal, which the connection has attached, with DuckDB's types."""
    kinds = columns_of(connection, "journal.request") | columns_of(connection, "journal.decision")
    return {short: kinds[short] for short in map(_short, names)}


def _short(name: str) -> str:
    """A column's name without the table's."""
    return name.rpartition(".")[2]
