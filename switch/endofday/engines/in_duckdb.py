"""The engine DuckDB, the extra ``[duckdb]``: it computes the lines beside the books, which are handed them once they are."""

from __future__ import annotations

import re
import shutil
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

from attrs import define

from switch.endofday.engines.handing_over import as_line, columns_of, create, give, take
from switch.endofday.engines.statements import DECIDED_COLUMNS, LINE_STATEMENTS, NAMED_COLUMNS, Handed, query, rendered
from switch.errors import DataFolderError, SwitchError

DUCKDB_EXTRA: Final = "interbank-switch[duckdb]"
#: In a data folder while a date is closed: what does not fit in memory.
SPILL_FOLDER: Final = "closing.spill"
#: Of the machine's memory: what DuckDB takes before it writes to the folder above. Python and SQLite take theirs beside it.
MEMORY_LIMIT: Final = "50%"
_NAMES: Final = {statement.sql: name for name, statement in LINE_STATEMENTS.items() if not statement.stores}
#: Tables of the books that lines are stored in -> the order in which they stand there.
_LINES: Final = {"presentment": "merchant_id, request_id", "fee_line": "merchant_id, request_id, kind"}


@contextmanager
def opened(connection: sqlite3.Connection, data: Path) -> Iterator[DuckEngine]:
    """DuckDB for the close of one date. SwitchError without the extra; DataFolderError where memory or disk do not suffice."""
    try:
        import duckdb
    except ImportError:
        raise SwitchError(f"--engine duckdb: found no duckdb, expected it (pip install '{DUCKDB_EXTRA}' brings it)") from None
    spill = data / SPILL_FOLDER
    shutil.rmtree(spill, ignore_errors=True)  # of a close that died
    try:
        with closing(duckdb.connect()) as duck:
            duck.execute(f"SET memory_limit = '{MEMORY_LIMIT}'")
            duck.execute(f"SET temp_directory = '{_quoted(spill)}'")
            duck.execute("SET preserve_insertion_order = false")
            duck.execute("SET autoinstall_known_extensions = false")
            duck.execute("CREATE SCHEMA journal")
            yield DuckEngine(connection, duck)
    except duckdb.Error as fault:
        few = isinstance(fault, (duckdb.OutOfMemoryException, duckdb.IOException))
        expected = "enough memory and disk" if few else "lines that it can compute"
        instead = ", and --engine sqlite needs less" if few else ", see --engine sqlite"
        problem = str(fault).splitlines()[0]
        raise DataFolderError(f"{data}: DuckDB found {problem!r}, expected {expected}; nothing was written{instead}") from None
    finally:
        shutil.rmtree(spill, ignore_errors=True)


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


@define
class DuckEngine:
    """``clearing.engine.Engine``."""

    connection: sqlite3.Connection
    duck: Any

    def keep(self, name: str, parameters: Mapping[str, object]) -> None:
        statement = LINE_STATEMENTS[name]
        if name == "captures":
            self._give_journal(parameters)
        for given in statement.reads:
            self._give(given, parameters)
        if statement.stores in _LINES:
            create(self.duck, statement.stores, columns_of(self.connection, f"main.{statement.stores}"))
        self._run(name, parameters)
        if name == "presentments":
            self.duck.execute("CREATE TEMP VIEW presented_by_request AS FROM presentment")
        elif name == "totals":
            self.duck.execute("DROP TABLE captured")  # nothing after it reads it, and it is as long as the day

    def take(self, table: str) -> None:
        if (order := _LINES.get(table)) is not None:
            names = [*columns_of(self.connection, f"main.{table}")]
            rows = f"SELECT {', '.join(names)} FROM {table} ORDER BY {order}"
        else:
            names = [row[0] for row in self.duck.execute(f"DESCRIBE {table}").fetchall()]
            self.connection.execute(f"CREATE TEMP TABLE {table} ({', '.join(names)})")
            rows = query("captured_told") if table == "captured" else f"FROM {table} ORDER BY ALL"
        take(self.duck, rows, self.connection, table, names)

    def ask(self, sql: str, parameters: Mapping[str, object]) -> Iterable[tuple[Any, ...]]:
        name = _NAMES.get(sql)
        if name is None:
            return self.connection.execute(sql, dict(parameters))
        for given in LINE_STATEMENTS[name].reads:
            self._give(given, parameters)
        rows: list[tuple[Any, ...]] = self._run(name, parameters).fetchall()
        return rows

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
        create(self.duck, "journal.decided", decided)
        queries = [f"SELECT {as_line(DECIDED_COLUMNS)} {query(rows)}" for rows in ("decided_today", "decided_open")]
        give(self.connection, self.duck, "journal.decided", decided, queries, parameters)
        self.connection.execute("CREATE TEMP TABLE named_request (id INTEGER PRIMARY KEY)")
        originals = "SELECT DISTINCT original_id FROM journal.decided WHERE original_id IS NOT NULL ORDER BY 1"
        take(self.duck, originals, self.connection, "named_request", ["id"])
        named = {name.rpartition(".")[2]: kinds[name.rpartition(".")[2]] for name in NAMED_COLUMNS}
        create(self.duck, "journal.named", named)
        rows = f"SELECT {as_line(NAMED_COLUMNS)} {query('named')}"
        give(self.connection, self.duck, "journal.named", named, [rows], parameters)
        self.duck.execute(query("journal_views"))
