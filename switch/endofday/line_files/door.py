"""The one door to lines: a connection to the books that has ``presentment`` and ``fee_line``, wherever their rows stand.

Rows of the books are read as ever. Where files have some, temporary tables of the same names stand before those of the books,
and SQLite takes them first: all SQL of the house reads them without knowing. They are filled when a statement first reads
lines, with what is wanted (``see``); whoever says nothing has all lines of all dates. What writes lines names ``main``.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import lru_cache, partial
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from attrs import Factory

from switch.endofday.line_files.parquet import LINE_TABLES, LineFile, fault_of, is_in_place, reading, rows_of
from switch.errors import DataFolderError
from switch.record import frozen

_NAMES: Final = "|".join(LINE_TABLES)
_READS: Final = re.compile(rf"\b(?:FROM|JOIN)\s+({_NAMES})\b", re.IGNORECASE)
_WRITES: Final = re.compile(rf"\b(?:INTO|UPDATE|DELETE\s+FROM)\s+(?:{_NAMES})\b", re.IGNORECASE)
_FILES: Final = f"SELECT {', '.join(LineFile.__annotations__)} FROM main.line_file ORDER BY business_date, table_name, path"
#: In temp, beside the lines: what they were filled for. It is undone with them where a transaction is.
_FILLED: Final = "CREATE TEMP TABLE IF NOT EXISTS lines_filled (table_name TEXT PRIMARY KEY, generation INTEGER)"
_GENERATION: Final = "SELECT generation FROM temp.lines_filled WHERE table_name = ?"
_IS_FILLED: Final = "SELECT 1 FROM temp.sqlite_schema WHERE name = 'lines_filled'"


@frozen(kw_only=True)
class WantedLines:
    """Which lines somebody is about to read."""

    dates: tuple[str, ...] | None = None  #: business dates; None: all
    condition: str = "1 = 1"  #: in SQL: which lines of these dates; ``:name`` marks a value
    values: Mapping[str, object] = Factory(dict)
    #: A query of the books and the journal: the requests whose lines are wanted besides, of whatever date.
    requests: str = ""
    of_requests: Mapping[str, object] = Factory(dict)  #: its parameters


EVERY_LINE: Final = WantedLines()
#: What the short tables of a date name.
NAMED_ON: Final = resources.files(__package__).joinpath("named_on.sql").read_text(encoding="utf-8")


def of_date(business_date: str, *, condition: str = "1 = 1", values: Mapping[str, object] | None = None) -> WantedLines:
    """The lines of a date, or some of them, with those that its short tables name."""
    named = {"business_date": business_date}
    return WantedLines(dates=(business_date,), condition=condition, values=values or {}, requests=NAMED_ON, of_requests=named)


def named_on(business_date: str) -> WantedLines:
    """Of earlier lines, those that a date's short tables name: what its close reads of them."""
    return WantedLines(dates=(), requests=NAMED_ON, of_requests={"business_date": business_date})


def of_requests(requests: str, parameters: Mapping[str, object] | None = None) -> WantedLines:
    """The lines of the requests that a query of the books and the journal finds."""
    return WantedLines(dates=(), requests=requests, of_requests=parameters or {})


#: Lines of some merchants, and the presentments that their adjustments take back.
_OF_MERCHANTS: Final = "merchant_id BETWEEN :first AND :last"
_ADJUSTED: Final = f"""
SELECT request_id FROM adjustment WHERE business_date IN (SELECT value FROM json_each(:dates)) AND {_OF_MERCHANTS}
"""


def of_merchants(dates: tuple[str, ...], first: str, last: str) -> WantedLines:
    """The lines of some dates of the merchants from one to another, and what their adjustments take back."""
    values = {"first": first, "last": last}
    of = {**values, "dates": json.dumps(dates)}
    return WantedLines(dates=dates, condition=_OF_MERCHANTS, values=values, requests=_ADJUSTED, of_requests=of)


class BooksConnection(sqlite3.Connection):
    """A connection to the books, in autocommit, that finds lines in files too once it knows the data folder."""

    data: Path | None = None
    wanted: WantedLines = EVERY_LINE
    is_settled: bool = False  #: nobody wants other lines for now
    generation: int = 0  #: grows with what is wanted
    _nothing: Mapping[str, int] = MappingProxyType({})  #: table -> the generation for which no file has anything
    _proved: set[str] | None = None  #: paths of files whose bytes were looked at

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        tables = _read_by(sql)
        if tables and self.data is not None:
            for table in tables:
                self._fill(self.data, table)
        return super().execute(sql, parameters)

    def want(self, wanted: WantedLines) -> None:
        """Say what is to be read from now on."""
        if wanted != self.wanted and not self.is_settled:
            self.wanted = wanted
            self.generation += 1

    def forget(self) -> None:
        """Look again for files, which somebody has written or removed."""
        self.generation += 1

    def begin(self, table: str) -> None:
        """Have lines of what is wanted in the temporary table, even where no file has any: more are added to them."""
        self._fill(self.data or Path(), table, always=True)

    def files(self) -> list[LineFile]:
        """All files that the books name."""
        names = tuple(LineFile.__annotations__)
        return [LineFile(**dict(zip(names, row, strict=True))) for row in super().execute(_FILES)]

    def files_of(self, business_date: str, table: str) -> list[LineFile]:
        """The files of a date, as they were written; none where its lines are rows. DataFolderError where one is not."""
        with self.files_read(business_date, table) as found:
            pass
        return found

    @contextmanager
    def files_read(self, business_date: str, table: str) -> Iterator[list[LineFile]]:
        """The same for what reads them in the block, while their bytes are looked at: it comes to something at the end only."""
        found = [file for file in self.files() if (file.business_date, file.table_name) == (business_date, table)]
        with self._proving(self.data or Path(), found if self.data is not None else ()):
            yield found

    def copy_lines(self, business_date: str, table: str, into: str, columns: Sequence[str]) -> bool:
        """Add some columns of the lines of a date to a temporary table, by request; false where they do not stand in files."""
        files = self.files_of(business_date, table)
        if not files or self.data is None:
            return False
        add = f"INSERT OR IGNORE INTO temp.{into} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
        with self._one_step():
            for rows in rows_of(self.data, files, columns, "1 = 1", {}, "request_id"):
                self.executemany(add, rows)
        return True

    def _fill(self, data: Path, table: str, *, always: bool = False) -> None:
        if self._nothing.get(table) == self.generation and not always:
            return
        filled = super().execute(_GENERATION, (table,)).fetchone() if self._is_shown() else None
        if filled == (self.generation,):
            return
        with self._one_step():  # so that files and rows are of one moment
            wanted, files = self.wanted, [file for file in self.files() if file.table_name == table]
            is_read = bool(files or filled or always)
            named = super().execute(wanted.requests, wanted.of_requests) if is_read and wanted.requests else ()
            ids = sorted(row[0] for row in named)
            dated = [file for file in files if wanted.dates is None or file.business_date in wanted.dates]
            others = [file for file in files if file not in dated and _has_some(file, ids)]
            if not (dated or others or filled or always):
                self._nothing = {**self._nothing, table: self.generation}
                return
            super().execute(_FILLED)
            with self._proving(data, [*dated, *others]):
                self._fill_table(data, table, dated, others, json.dumps(ids))
            super().execute("INSERT OR REPLACE INTO temp.lines_filled VALUES (?, ?)", (table, self.generation))

    def _is_shown(self) -> bool:
        return super().execute(_IS_FILLED).fetchone() is not None

    @contextmanager
    def _proving(self, data: Path, files: Sequence[LineFile]) -> Iterator[None]:
        """Read some files. Their bytes are looked at meanwhile, in threads beside: DataFolderError where one is not as it was
        written, whatever came of reading it."""
        self._proved = self._proved or set()
        unproved = [file for file in files if file.path not in self._proved]
        if not unproved:  # as for each of thousands of statements
            yield
            return
        for file in unproved:
            if not is_in_place(data, file) and (fault := fault_of(data, file)) is not None:
                raise DataFolderError(fault)
        with ThreadPoolExecutor() as beside:
            faults = beside.map(partial(fault_of, data), unproved)
            try:
                yield
            finally:
                for file, fault in zip(unproved, faults, strict=True):
                    if fault is not None:
                        raise DataFolderError(fault) from None
                    self._proved.add(file.path)

    def _fill_table(self, data: Path, table: str, dated: list[LineFile], others: list[LineFile], ids: str) -> None:
        names = self.columns(table)
        (made,) = super().execute("SELECT sql FROM main.sqlite_schema WHERE name = ? AND type = 'table'", (table,)).fetchone()
        super().execute(f"CREATE TEMP TABLE IF NOT EXISTS {table} {made[made.index('(') :]}")
        super().execute(f"DELETE FROM temp.{table}")
        wanted = self.wanted
        is_named = "request_id IN (SELECT value FROM json_each(:ids))"
        on = "1 = 1" if wanted.dates is None else "business_date IN (SELECT value FROM json_each(:dates))"
        self._add(
            f"INSERT INTO temp.{table} SELECT {', '.join(names)} FROM main.{table} WHERE ({on} AND ({wanted.condition}))"
            + (f" OR {is_named}" if ids != "[]" else ""),
            {**wanted.values, "ids": ids, "dates": json.dumps(wanted.dates)},
        )
        are_named = "request_id IN (SELECT UNNEST(CAST(:ids AS BIGINT[])))"
        for some, condition in ((dated, wanted.condition), (others, "1 = 0")):
            condition = f"({condition}) OR {are_named}" if ids != "[]" else condition
            for rows in rows_of(data, some, names, condition, {**wanted.values, "ids": ids}) if some else ():
                self.add_lines(table, rows)

    def _add(self, sql: str, parameters: Mapping[str, object]) -> None:
        super().execute(sql, dict(parameters))

    def columns(self, table: str) -> list[str]:
        """The columns of a table of the books, in their order."""
        return [str(row[1]) for row in super().execute(f"PRAGMA main.table_info({table})")]

    def add_lines(self, table: str, rows: Iterable[tuple[Any, ...]]) -> None:
        """Add rows to the temporary lines, with all columns of the table in their order."""
        marks = ", ".join("?" * len(self.columns(table)))
        self.executemany(f"INSERT OR IGNORE INTO temp.{table} VALUES ({marks})", rows)

    @contextmanager
    def adding(self, table: str, business_date: str) -> Iterator[None]:
        """Have the rows of a date that the block adds to the books read too, where earlier lines are read in files."""
        if self.data is not None:
            self._fill(self.data, table)
        yield
        if self._is_shown() and super().execute(_GENERATION, (table,)).fetchone():
            copy = f"INSERT OR IGNORE INTO temp.{table} SELECT * FROM main.{table} WHERE business_date = ?"
            super().execute(copy, (business_date,))

    @contextmanager
    def _one_step(self) -> Iterator[None]:
        """A part of the transaction that is open, or one of its own."""
        super().execute("SAVEPOINT lines")
        try:
            yield
        except BaseException:
            super().execute("ROLLBACK TO lines")
            super().execute("RELEASE lines")
            raise
        super().execute("RELEASE lines")


@lru_cache(2_048)
def _read_by(sql: str) -> tuple[str, ...]:
    """The tables of lines that a statement reads. One that writes them says where, or it would write to what is thrown away."""
    assert not _WRITES.search(sql), "what writes lines names main"
    return tuple({found.lower(): 1 for found in _READS.findall(sql)})


def _has_some(file: LineFile, ids: Sequence[int]) -> bool:
    return any(file.first_request_id <= each <= file.last_request_id for each in ids)


def refuse_unreadable(connection: sqlite3.Connection) -> None:
    """DataFolderError where lines stand in files, and what reads them is not installed."""
    if isinstance(connection, BooksConnection) and connection.data is not None and (files := connection.files()):
        with reading(connection.data, files[0].business_date):
            pass


def are_in_files(connection: sqlite3.Connection) -> bool:
    """Whether lines of some date stand in files, of which each reading costs something, however short."""
    return isinstance(connection, BooksConnection) and connection.data is not None and bool(connection.files())


def see(connection: sqlite3.Connection, wanted: WantedLines) -> None:
    """Say which lines are read of a connection to the books from now on; it costs nothing until one is."""
    if isinstance(connection, BooksConnection):
        connection.want(wanted)


@contextmanager
def seen(connection: sqlite3.Connection, wanted: WantedLines) -> Iterator[None]:
    """Have these lines read for as long as the block lasts: all that any reader in it can want."""
    see(connection, wanted)
    if not isinstance(connection, BooksConnection):
        yield
        return
    connection.is_settled = True
    try:
        yield
    finally:
        connection.is_settled = False


def see_merchants(connection: sqlite3.Connection, dates: tuple[str, ...], first: str, last: str) -> None:
    """The same of lines of some dates of the merchants from one to another, unless these are among what is wanted already."""
    if not isinstance(connection, BooksConnection):
        return
    wanted, values = connection.wanted, connection.wanted.values
    is_wider = wanted.condition == _OF_MERCHANTS and {*dates} <= {*(wanted.dates or ())}
    if is_wider and str(values["first"]) <= first <= last <= str(values["last"]):
        return
    connection.want(of_merchants(dates, first, last))


def as_rows(connection: BooksConnection) -> None:
    """Put all lines of files into the tables of the books, which are a copy that is thrown away."""
    data, files = connection.data, connection.files()
    if data is None or not files:
        return
    for file in files:
        if fault := fault_of(data, file):
            raise DataFolderError(fault)
    guards = "SELECT name, sql FROM main.sqlite_schema WHERE type = 'trigger' AND tbl_name IN (?, ?, 'line_file')"
    lifted = connection.execute(guards, tuple(LINE_TABLES)).fetchall()
    for name, _ in lifted:
        connection.execute(f"DROP TRIGGER main.{name}")
    connection.execute("BEGIN")
    for table in LINE_TABLES:
        names, of_table = connection.columns(table), [file for file in files if file.table_name == table]
        marks = ", ".join("?" * len(names))
        for rows in rows_of(data, of_table, names, "1 = 1", {}) if of_table else ():
            connection.executemany(f"INSERT INTO main.{table} VALUES ({marks})", rows)
    connection.execute("DELETE FROM main.line_file")
    connection.execute("COMMIT")
    for _, sql in lifted:
        connection.execute(sql.replace("CREATE TRIGGER ", "CREATE TRIGGER main.", 1))
