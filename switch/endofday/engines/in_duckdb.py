"""The engine DuckDB, the extra ``[duckdb]``: it computes the lines beside the books, which are handed them once they are."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from attrs import Factory, define

from switch.endofday.engines.beside import BesideEngine, FoundRows, with_spill_folder
from switch.endofday.engines.handing_over import ROWS_TAKEN_AT_ONCE, Columns, as_line, create, give
from switch.endofday.engines.statements import LINE_STATEMENTS, query, rendered
from switch.endofday.line_files.door import BooksConnection
from switch.endofday.line_files.parquet import MEMORY_LIMIT, LineFile, all_of, connected, quoted, write_file
from switch.errors import DataFolderError

#: Of the merchants in their order as many at a time as have so many lines: what is presented at once, and is one file.
LINES_IN_FILE: Final = 2_000_000


@contextmanager
def opened(connection: sqlite3.Connection, data: Path) -> Iterator[BesideEngine]:
    """DuckDB for the close of one date. SwitchError without the extra; DataFolderError where memory or disk do not suffice.

    Files of lines that the books do not name at the end are removed, as those of a close that died.
    """
    with connected("--engine duckdb") as duck, with_spill_folder(connection, data) as spill:
        import duckdb

        assert isinstance(connection, BooksConnection)
        try:
            duck.execute(f"SET memory_limit = {quoted(MEMORY_LIMIT)}")
            duck.execute(f"SET temp_directory = {quoted(spill)}")
            duck.execute("CREATE SCHEMA journal")
            yield BesideEngine(connection, Duck(connection, duck, data))
        except duckdb.Error as fault:
            few = isinstance(fault, (duckdb.OutOfMemoryException, duckdb.IOException))
            expected = "enough memory and disk" if few else "lines that it can compute"
            instead = ", and --engine sqlite needs less" if few else ", see --engine sqlite"
            problem = str(fault).splitlines()[0]
            told = f"{data}: DuckDB found {problem!r}, expected {expected}; nothing was written{instead}"
            raise DataFolderError(told) from None


@define
class Duck:
    """``engines.beside.Computer``."""

    connection: sqlite3.Connection
    duck: Any
    data: Path
    ranges: list[str] = Factory(list)  #: of merchants, as conditions on ``captured``

    def give(
        self, table: str, columns: Columns, selected: Sequence[str], rows: Iterable[str], parameters: Mapping[str, object]
    ) -> None:
        create(self.duck, table, columns)
        queries = [f"SELECT {as_line(selected)} {each}" for each in rows]
        give(self.connection, self.duck, table, columns, queries, parameters)

    def journal_given(self) -> None:
        self.duck.execute(query("journal_views"))

    def store(self, name: str, parameters: Mapping[str, object]) -> None:
        self._run(name, parameters)
        if name == "fee_totals":
            self.duck.execute("DROP TABLE captured_lines")  # nothing after it reads it, and it is as long as the day

    def lines(self, name: str, columns: Columns, parameters: Mapping[str, object]) -> Iterator[LineFile]:
        """Compute lines of some merchants at a time, and have DuckDB read them in the files from then on."""
        table, date = LINE_STATEMENTS[name].stores, str(parameters["business_date"])
        written = []
        for condition in self._ranges():
            create(self.duck, table, columns)
            self.duck.execute(f"CREATE OR REPLACE TEMP VIEW captured AS FROM captured_lines WHERE {condition}")
            self._run(name, parameters)
            if (file := write_file(self.duck, self.data, date, table, [*columns])) is not None:
                yield file
                written.append(self.data / file.path)
        if written:
            self.duck.execute(f"DROP TABLE {table}")
            self.duck.execute(f"CREATE VIEW {table} AS FROM {all_of(written)}")
        if table == "presentment":
            self.duck.execute("CREATE TEMP VIEW presented_by_request AS FROM presentment")

    def _ranges(self) -> list[str]:
        """The merchants of what is captured, parted so that each part has about ``LINES_IN_FILE`` of it."""
        if not self.ranges:
            self.duck.execute("ALTER TABLE captured RENAME TO captured_lines")
            rows = self.duck.execute(
                "SELECT MAX(merchant_id) FROM (SELECT merchant_id, SUM(COUNT(*)) OVER (ORDER BY merchant_id) // $1 AS part "
                "FROM captured_lines WHERE exception_reason IS NULL GROUP BY merchant_id) GROUP BY part ORDER BY part",
                [LINES_IN_FILE],
            ).fetchall()
            last = [quoted(row[0]) for row in rows[:-1]]
            above = ["1 = 1", *(f"merchant_id > {each}" for each in last)]
            up_to = [*(f"merchant_id <= {each}" for each in last), "1 = 1"]
            self.ranges = [f"{low} AND {high}" for low, high in zip(above, up_to, strict=True)]
        return self.ranges

    def answer(self, name: str, columns: Columns | None, parameters: Mapping[str, object]) -> FoundRows:
        if columns is None:
            return _found(self._run(name, parameters))
        create(self.duck, table := LINE_STATEMENTS[name].stores, columns)
        self._run(name, parameters)
        return self.found(f"FROM {table}")

    def found(self, sql: str) -> FoundRows:
        return _found(self.duck.execute(sql))

    def _run(self, name: str, parameters: Mapping[str, object]) -> Any:
        sql = rendered("duckdb", name)
        used = {key: value for key, value in parameters.items() if re.search(rf"\${key}\b", sql)}
        return self.duck.execute(sql, used) if used else self.duck.execute(sql)


def _found(ran: Any) -> FoundRows:
    return FoundRows(tuple(column[0] for column in ran.description), iter(lambda: ran.fetchmany(ROWS_TAKEN_AT_ONCE), []))
