"""The engine DuckDB, the extra ``[duckdb]``: it computes the lines beside the books, which are handed them once they are."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from attrs import Factory, define

from switch.clearing.gathered import BY_REQUEST
from switch.endofday.engines import notices, prepared
from switch.endofday.engines.beside import SPILL_FOLDER, BesideEngine, FoundRows, with_spill_folder
from switch.endofday.engines.handing_over import ROWS_TAKEN_AT_ONCE, Columns, as_line, batches, create, give, give_many
from switch.endofday.engines.statements import LINE_STATEMENTS, NOTICE_COLUMNS, bound, query, rendered
from switch.endofday.line_files.door import BooksConnection
from switch.endofday.line_files.parquet import MEMORY_LIMIT, LineFile, all_of, connected, quoted, write_file
from switch.errors import DataFolderError
from switch.journal.journal_file import JOURNAL_FILE
from switch.record import frozen

GIBIBYTES_MAX: Final = 3  #: of memory for DuckDB, however much there is: what does not fit goes into the folder
#: Of the merchants in their order as many at a time as have so many lines: what is presented at once, and is one file.
LINES_IN_FILE: Final = 2_000_000
#: A statement that stores, parted: its table, the columns, and what is stored in them.
_INSERT: Final = re.compile(r" \(\n([^()]*)\)\n", re.DOTALL)
#: Texts of lines that are one of a few -> where all of these stand. DuckDB sorts and writes numbers for them, in less time and
#: memory; in the files they are texts.
_FEW: Final = {
    "business_date": "SELECT $business_date AS business_date",
    **dict.fromkeys(("merchant_id", "currency"), "FROM acceptor_term"),
    "terminal_id": "FROM numbered_remise",
    "issuer": "FROM card_issuer",
    **dict.fromkeys(("origin", "scheme", "channel", "transaction_type"), "FROM tariff"),
    "product": "SELECT COALESCE(product, '') AS product FROM journal.decided",
    "kind": "FROM fee_tariff",
}
#: Tables of lines -> the order in which they stand in files, by one number, which DuckDB sorts by in less time than by texts.
_PLACE: Final = "place * 1099511627776 + request_id"
_ORDERS: Final = {"presentment": _PLACE, "fee_line": f"{_PLACE}, kind"}


def with_notices(columns: Columns, selected: Sequence[str]) -> tuple[Columns, Sequence[str]]:
    """Columns of the journal, and how they are selected, with those that the notices to the issuers need besides."""
    return {**columns, **dict.fromkeys(NOTICE_COLUMNS, "VARCHAR")}, (*selected, *NOTICE_COLUMNS.values())


@contextmanager
def opened(connection: BooksConnection, data: Path) -> Iterator[DuckEngine]:
    """DuckDB for the close of one date. SwitchError without the extra; DataFolderError where memory or disk do not suffice.

    Files of lines that the books do not name at the end are removed, as those of a close that died.
    """
    with connected("--engine duckdb") as duck, with_spill_folder(connection, data) as spill:
        import duckdb

        try:
            duck.execute(f"SET memory_limit = {quoted(MEMORY_LIMIT)}")
            (limit,) = duck.execute("SELECT current_setting('memory_limit')").fetchone()
            if limit.endswith("GiB") and float(limit.split()[0]) > GIBIBYTES_MAX:
                duck.execute(f"SET memory_limit = '{GIBIBYTES_MAX}GiB'")
            duck.execute(f"SET temp_directory = {quoted(spill)}")
            duck.execute("CREATE SCHEMA journal")
            yield DuckEngine(connection, Duck(connection, duck, data))
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
    told: str = ""  #: the date of which the issuers can be told: no text has to be escaped

    def give(
        self, table: str, columns: Columns, selected: Sequence[str], rows: Iterable[str], parameters: Mapping[str, object]
    ) -> None:
        if table == "journal.decided":
            self._give_decided(*with_notices(columns, selected), [*rows], str(parameters["business_date"]))
            return
        create(self.duck, table, columns)
        queries = [f"SELECT {as_line(selected)} {each}" for each in rows]
        give(self.duck, table, columns, batches(self.connection, queries, parameters))

    def _give_decided(self, columns: Columns, selected: Sequence[str], rows: Sequence[str], business_date: str) -> None:
        """Have the journal of the date: what stands in files of ranges from these, all else from the connection."""
        folder, held = prepared.folder_of(self.data, columns, selected), self.data / SPILL_FOLDER
        ranges = prepared.usable(self.connection, self.duck, folder, self.data / JOURNAL_FILE, held)
        today, *others = rows
        if ranges:
            today = f"{today} AND d.request_id BETWEEN {{}} AND {{}}"
            rows = [*(today.format(*each) for each in prepared.gaps(ranges)), *others]
        table = "journal.decided_unprepared" if ranges else "journal.decided"
        queries = [f"SELECT {as_line(selected)} {each}" for each in rows]
        found = batches(self.connection, queries, {"business_date": business_date})
        is_plain = give_many(self.duck, table, columns, found, prepared.kept_in(self.duck, held))
        if ranges:
            in_files = f"FROM {all_of([each.path for each in ranges])} WHERE business_date = {quoted(business_date)}"
            self.duck.execute(f"CREATE VIEW journal.decided AS FROM {table} UNION ALL {in_files}")
        if is_plain and all(each.is_plain for each in ranges):
            self.told = business_date

    def store(self, name: str, parameters: Mapping[str, object]) -> None:
        if name == "captures":
            self._show_captures(parameters)
            return
        self._run(name, parameters)
        if name == "open_captures":
            self.duck.execute("ALTER TABLE captured RENAME TO captured_before")
            self.duck.execute("CREATE TEMP VIEW captured_lines AS FROM captured_today UNION ALL FROM captured_before")
            self.duck.execute("CREATE TEMP VIEW captured AS FROM captured_lines")

    def _show_captures(self, parameters: Mapping[str, object]) -> None:
        """Have what the date captured computed whenever it is read, which costs less than to keep it; an empty table of its
        columns is for what was captured before."""
        (are_parted,) = self.duck.execute(query("parted_captures")).fetchone()
        sql = bound(rendered("duckdb", "captures" if are_parted else "plain_captures"), parameters)
        self.duck.execute(sql.replace("TEMPORARY TABLE captured AS", "TEMP VIEW captured_today AS"))
        self.duck.execute("CREATE TABLE captured AS FROM captured_today LIMIT 0")
        self.duck.execute("CREATE VIEW merchant_place AS SELECT merchant_id, place FROM acceptor_term")

    def lines(self, name: str, columns: Columns, parameters: Mapping[str, object]) -> Iterator[LineFile]:
        """Compute lines of some merchants at a time, and have DuckDB read them in the files from then on."""
        table, date = LINE_STATEMENTS[name].stores, str(parameters["business_date"])
        head, given, select = _INSERT.split(bound(rendered("duckdb", name), parameters), 1)
        assert table in head, f"{name} stores {table}"
        few = {column: self._few(column, parameters) for column in columns if column in _FEW}
        typed = ", ".join(f"CAST({column} AS {few.get(column, kind)}) AS {column}" for column, kind in columns.items())
        written = []
        for condition in self._ranges():
            self.duck.execute(f"CREATE OR REPLACE TEMP VIEW captured AS FROM captured_lines WHERE {condition}")
            self.duck.execute(f"CREATE OR REPLACE TEMP VIEW computed ({given}) AS {select}")
            rows = f"SELECT {typed} FROM computed JOIN merchant_place USING (merchant_id) ORDER BY {_ORDERS[table]}"
            if (file := write_file(self.duck, self.data, date, table, rows)) is not None:
                yield file
                written.append(self.data / file.path)
        if written:
            self.duck.execute(f"CREATE VIEW {table} AS FROM {all_of(written)}")
        else:
            create(self.duck, table, columns)
        if table == "presentment":
            self.duck.execute("CREATE TEMP VIEW presented_by_request AS FROM presentment")

    def _few(self, column: str, parameters: Mapping[str, object]) -> str:
        """The type of a column of lines that has a few values; it sorts as they do."""
        values, name = bound(_FEW[column], parameters), f"few_{column}"
        found = f"SELECT DISTINCT {column} FROM ({values}) WHERE {column} IS NOT NULL ORDER BY {column}"
        self.duck.execute(f"CREATE OR REPLACE TYPE {name} AS ENUM ({found})")
        return name

    def _ranges(self) -> list[str]:
        """The merchants of what is decided, parted so that each part has about ``LINES_IN_FILE`` of it."""
        if not self.ranges:
            rows = self.duck.execute(
                "SELECT MAX(merchant_id) FROM ("
                "SELECT merchant_id, (SUM(COUNT(*)) OVER (ORDER BY merchant_id) - 1) // $1 AS part "
                "FROM journal.decided GROUP BY merchant_id) GROUP BY part ORDER BY part",
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


@frozen
class DuckEngine(BesideEngine):
    """``clearing.engine.TellsIssuers``."""

    computer: Duck

    def can_tell(self, business_date: str) -> bool:
        return self.computer.told == business_date

    def take_presented(self, request_ids: Sequence[int]) -> None:
        notices.set_apart(self.computer.duck, request_ids)
        rows = f"SELECT {', '.join(BY_REQUEST)} FROM presentment WHERE request_id IN (SELECT request_id FROM told_request)"
        with notices.refused_as_by_a_disk():
            self.add("temp.presented_by_request", self.computer.found(rows))

    def begin_telling(self, issuer: str, apart: Sequence[tuple[int, str]]) -> int:
        return notices.begin(self.computer.duck, issuer, apart)

    def tell(self, issuer: str, first_line: str, path: str) -> None:
        notices.write(self.computer.duck, issuer, first_line, path)
