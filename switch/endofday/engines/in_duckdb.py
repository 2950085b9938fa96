"""The engine DuckDB, the extra ``[duckdb]``: it computes the lines beside the books, which are handed them once they are."""

from __future__ import annotations

import re
import shutil
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from attrs import Factory, define

from switch.clearing.gathered import BY_REQUEST, filling
from switch.endofday.engines import notices
from switch.endofday.engines.handing_over import ROWS_TAKEN_AT_ONCE, as_line, columns_of, create, give, take
from switch.endofday.engines.statements import (
    DECIDED_COLUMNS,
    LINE_STATEMENTS,
    NAMED_COLUMNS,
    NOTICE_COLUMNS,
    Handed,
    bound,
    query,
    rendered,
)
from switch.endofday.line_files.door import BooksConnection
from switch.endofday.line_files.named_files import record, remove_unknown
from switch.endofday.line_files.parquet import LINE_TABLES, MEMORY_LIMIT, all_of, connected, quoted, write_file
from switch.errors import DataFolderError

#: In a data folder while a date is closed: what does not fit in memory.
SPILL_FOLDER: Final = "closing.spill"
GIBIBYTES_MAX: Final = 3  #: of memory for DuckDB, however much there is: what does not fit goes into the folder
#: Of the merchants in their order as many at a time as have so many lines: what is presented at once, and is one file.
LINES_IN_FILE: Final = 2_000_000
_NAMES: Final = {statement.sql: name for name, statement in LINE_STATEMENTS.items()}
#: Fills a table with all lines of a date, for SQLite; DuckDB has them already.
_BY_REQUEST: Final = filling("presented_by_request")
_UNFILLED: Final = "DELETE FROM temp.gathered WHERE name = 'presented_by_request'"
#: What the connection reads of the presentments of the date as rows: exceptions, and remises whose commission is rounded once.
_READ_BY_ROW: Final = """
SELECT {columns} FROM presentment WHERE request_id IN (SELECT request_id FROM exception_item)
  OR merchant_id IN (SELECT merchant_id FROM {rounded})
"""
#: A statement that stores, parted: its table, the columns, and what is stored in them.
_INSERT: Final = re.compile(r" \(\n([^()]*)\)\n", re.DOTALL)
#: Tables of lines -> the order in which they stand in files, by one number, which DuckDB sorts by in less time than by texts.
_PLACE: Final = "place * 1099511627776 + request_id"
_ORDERS: Final = {"presentment": _PLACE, "fee_line": f"{_PLACE}, kind"}
_LISTED: Final = Handed("exception_item", ("request_id",), "FROM exception_item")
_ROUNDED: Final = Handed("card_acceptor", ("merchant_id",), "FROM card_acceptor WHERE rounding = 'remise'")


@contextmanager
def opened(connection: sqlite3.Connection, data: Path) -> Iterator[DuckEngine]:
    """DuckDB for the close of one date. SwitchError without the extra; DataFolderError where memory or disk do not suffice.

    Files of lines that the books do not name at the end are removed, as those of a close that died.
    """
    with connected("--engine duckdb") as duck:
        import duckdb

        assert isinstance(connection, BooksConnection), "lines are read by its door"
        spill = data / SPILL_FOLDER
        shutil.rmtree(spill, ignore_errors=True)  # of a close that died
        try:
            duck.execute(f"SET memory_limit = {quoted(MEMORY_LIMIT)}")
            (limit,) = duck.execute("SELECT current_setting('memory_limit')").fetchone()
            if limit.endswith("GiB") and float(limit.split()[0]) > GIBIBYTES_MAX:
                duck.execute(f"SET memory_limit = '{GIBIBYTES_MAX}GiB'")
            duck.execute(f"SET temp_directory = {quoted(spill)}")
            duck.execute("CREATE SCHEMA journal")
            yield DuckEngine(connection, duck, data)
        except duckdb.Error as fault:
            few = isinstance(fault, (duckdb.OutOfMemoryException, duckdb.IOException))
            expected = "enough memory and disk" if few else "lines that it can compute"
            instead = ", and --engine sqlite needs less" if few else ", see --engine sqlite"
            problem = str(fault).splitlines()[0]
            told = f"{data}: DuckDB found {problem!r}, expected {expected}; nothing was written{instead}"
            raise DataFolderError(told) from None
        except OSError as fault:
            told = f"{fault.filename or data}: found {fault.strerror}, expected a folder that can be written"
            raise DataFolderError(f"{told}; nothing was written") from None
        finally:
            shutil.rmtree(spill, ignore_errors=True)
            remove_unknown(connection, data)
            connection.forget()


@define
class DuckEngine:
    """``clearing.engine.Engine``."""

    connection: BooksConnection
    duck: Any
    data: Path
    ranges: list[str] = Factory(list)  #: of merchants, as conditions on ``captured``
    told: str = ""  #: the date of which the issuers can be told: no text has to be escaped

    def keep(self, name: str, parameters: Mapping[str, object]) -> None:
        statement = LINE_STATEMENTS[name]
        if name == "captures":
            self._give_journal(parameters)
        for given in statement.reads:
            self._give(given, parameters)
        if name == "captures":
            self._show_captures(parameters)
        elif statement.stores in LINE_TABLES:
            self._keep_in_files(name, statement.stores, parameters)
        else:
            self._run(name, parameters)
        if name == "open_captures":
            self.duck.execute("ALTER TABLE captured RENAME TO captured_before")
            self.duck.execute("CREATE TEMP VIEW captured_lines AS FROM captured_today UNION ALL FROM captured_before")
            self.duck.execute("CREATE TEMP VIEW captured AS FROM captured_lines")
        if name == "presentments":
            self.duck.execute("CREATE TEMP VIEW presented_by_request AS FROM presentment")

    def _show_captures(self, parameters: Mapping[str, object]) -> None:
        """Have what the date captured computed whenever it is read, which costs less than to keep it; an empty table of its
        columns is for what was captured before."""
        (are_parted,) = self.duck.execute(query("parted_captures")).fetchone()
        sql = bound(rendered("duckdb", "captures" if are_parted else "plain_captures"), parameters)
        self.duck.execute(sql.replace("TEMPORARY TABLE captured AS", "TEMP VIEW captured_today AS"))
        self.duck.execute("CREATE TABLE captured AS FROM captured_today LIMIT 0")
        self.duck.execute("CREATE VIEW merchant_place AS SELECT merchant_id, place FROM acceptor_term")

    def _keep_in_files(self, name: str, table: str, parameters: Mapping[str, object]) -> None:
        """Compute lines of some merchants at a time, and have DuckDB read them in the files from then on."""
        columns = columns_of(self.connection, f"main.{table}")
        head, given, select = _INSERT.split(bound(rendered("duckdb", name), parameters), 1)
        assert table in head, f"{name} stores {table}"
        typed = ", ".join(f"CAST({column} AS {kind}) AS {column}" for column, kind in columns.items())
        written = []
        for condition in self._ranges():
            self.duck.execute(f"CREATE OR REPLACE TEMP VIEW captured AS FROM captured_lines WHERE {condition}")
            self.duck.execute(f"CREATE OR REPLACE TEMP VIEW computed ({given}) AS {select}")
            rows = f"SELECT {typed} FROM computed JOIN merchant_place USING (merchant_id) ORDER BY {_ORDERS[table]}"
            if (file := write_file(self.duck, self.data, str(parameters["business_date"]), table, rows)) is not None:
                record(self.connection, file)
                written.append(self.data / file.path)
        if written:
            self.duck.execute(f"CREATE VIEW {table} AS FROM {all_of(written)}")
        else:
            create(self.duck, table, columns)

    def _ranges(self) -> list[str]:
        """The merchants of what is captured, parted so that each part has about ``LINES_IN_FILE`` of it."""
        if not self.ranges:
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

    def take(self, table: str) -> None:
        if table == "fee_line":
            return
        if table == "presentment":
            self.take_some(_ROUNDED, {})
            return
        names = [row[0] for row in self.duck.execute(f"DESCRIBE {table}").fetchall()]
        self.connection.execute(f"CREATE TEMP TABLE {table} ({', '.join(names)})")
        rows = query("captured_told") if table == "captured" else f"FROM {table} ORDER BY ALL"
        take(self.duck, rows, self.connection, table, names)

    def take_some(self, rounded: Handed, parameters: Mapping[str, object]) -> None:
        """Give the connection the few presentments of the date that it reads as rows, beside earlier ones; ``rounded`` are the
        merchants whose commission is rounded once a remise."""
        self.connection.begin("presentment")
        for given in (_LISTED, rounded):
            self._give(given, parameters)
        columns = self.connection.columns("presentment")
        found = self.duck.execute(_READ_BY_ROW.format(columns=", ".join(columns), rounded=rounded.table))
        while rows := found.fetchmany(ROWS_TAKEN_AT_ONCE):
            self.connection.add_lines("presentment", rows)

    def ask(self, sql: str, parameters: Mapping[str, object]) -> Iterable[tuple[Any, ...]]:
        if sql == _BY_REQUEST:
            return self.connection.execute(_UNFILLED)
        name = _NAMES.get(sql)
        if name is None:
            return self.connection.execute(sql, dict(parameters))
        statement = LINE_STATEMENTS[name]
        for given in statement.reads:
            self._give(given, parameters)
        if not statement.stores:
            rows: list[tuple[Any, ...]] = self._run(name, parameters).fetchall()
            return rows
        columns = columns_of(self.connection, statement.stores)
        create(self.duck, statement.stores, columns)
        self._run(name, parameters)
        take(self.duck, f"FROM {statement.stores}", self.connection, statement.stores, [*columns])
        return []

    def can_tell(self, business_date: str) -> bool:
        return self.told == business_date

    def take_presented(self, request_ids: Sequence[int]) -> None:
        notices.set_apart(self.duck, request_ids)
        rows = f"SELECT {', '.join(BY_REQUEST)} FROM presentment WHERE request_id IN (SELECT request_id FROM told_request)"
        take(self.duck, rows, self.connection, "temp.presented_by_request", BY_REQUEST)

    def begin_telling(self, issuer: str, apart: Sequence[tuple[int, str]]) -> int:
        return notices.begin(self.duck, issuer, apart)

    def tell(self, issuer: str, first_line: str, path: str) -> None:
        notices.write(self.duck, issuer, first_line, path)

    def _run(self, name: str, parameters: Mapping[str, object]) -> Any:
        sql = rendered("duckdb", name)
        used = {key: value for key, value in parameters.items() if re.search(rf"\${key}\b", sql)}
        return self.duck.execute(sql, used) if used else self.duck.execute(sql)

    def _give(self, given: Handed, parameters: Mapping[str, object]) -> None:
        columns = columns_of(self.connection, given.table)
        names = {name: name.rpartition(".")[2] for name in given.columns or columns}
        create(self.duck, given.table, kinds := {short: columns[short] for short in names.values()})
        rows = f"SELECT {as_line(names)} {given.rows or f'FROM {given.table}'}"
        give(self.connection, self.duck, given.table, kinds, [rows], parameters)

    def _give_journal(self, parameters: Mapping[str, object]) -> None:
        """What the journal has of the date and of open exceptions, and of what these name: their originals, and other advices
        of the same originals."""
        kinds = columns_of(self.connection, "journal.request") | columns_of(self.connection, "journal.decision")
        decided = {name.rpartition(".")[2]: kinds[name.rpartition(".")[2]] for name in DECIDED_COLUMNS}
        decided |= dict.fromkeys(NOTICE_COLUMNS, "VARCHAR")
        create(self.duck, "journal.decided", decided)
        columns = as_line((*DECIDED_COLUMNS, *NOTICE_COLUMNS.values()))
        queries = [f"SELECT {columns} {query(rows)}" for rows in ("decided_today", "decided_open")]
        if give(self.connection, self.duck, "journal.decided", decided, queries, parameters):
            self.told = str(parameters["business_date"])
        self.connection.execute("CREATE TEMP TABLE named_request (id INTEGER PRIMARY KEY)")
        originals = "SELECT DISTINCT original_id FROM journal.decided WHERE original_id IS NOT NULL ORDER BY 1"
        take(self.duck, originals, self.connection, "named_request", ["id"])
        named = {name.rpartition(".")[2]: kinds[name.rpartition(".")[2]] for name in NAMED_COLUMNS}
        create(self.duck, "journal.named", named)
        rows = f"SELECT {as_line(NAMED_COLUMNS)} {query('named')}"
        give(self.connection, self.duck, "journal.named", named, [rows], parameters)
