"""Rows handed over between SQLite and DuckDB, which share no library that both could read the other's tables by.

To DuckDB they go as text that SQLite writes and DuckDB reads as CSV, in memory; back they come as rows of Python.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from typing import Any, BinaryIO, Final

from switch.machine.one_ahead import one_ahead
from switch.record import frozen

#: To DuckDB at a time: some 66 MB of text. It stores fewer rows at a time at twice the cost.
ROWS_GIVEN_AT_ONCE: Final = 200_000
#: Of them, as objects of Python: so few are still in the processor's cache when they are joined.
ROWS_FETCHED_AT_ONCE: Final = 500
#: Back at a time, in memory.
ROWS_TAKEN_AT_ONCE: Final = 2_000
_DELETE: Final = b"\x7f"  #: of ASCII, and not printable; what else is not is escaped
_IN_DUCKDB: Final = {"INTEGER": "BIGINT", "INT": "BIGINT", "TEXT": "VARCHAR", "BLOB": "BLOB"}

Columns = Mapping[str, str]  #: name -> BIGINT or VARCHAR


@frozen
class RowBatch:
    """Some rows on their way to DuckDB. Whoever reads them closes the file."""

    lines: BinaryIO  #: in memory: the rows in which JSON escapes nothing
    escaped: list[bytes]  #: the others
    count: int
    is_plain: bool  #: all of their texts are printable ASCII without a quote or a backslash


def columns_of(connection: sqlite3.Connection, table: str) -> dict[str, str]:
    """The columns of a table of SQLite, in their order, with DuckDB's types."""
    schema, _, name = table.rpartition(".")
    pragma = f"PRAGMA {schema}.table_info({name})" if schema else f"PRAGMA table_info({name})"
    return {str(row[1]): _IN_DUCKDB[row[2]] for row in connection.execute(pragma)}


def create(duck: Any, table: str, columns: Columns) -> None:
    """Make an empty table in DuckDB, in place of one of its name."""
    kind_of_table = "TEMP TABLE" if table.startswith("temp.") else "TABLE"
    of_kinds = ", ".join(f"{name} {kind}" for name, kind in columns.items())
    duck.execute(f"CREATE OR REPLACE {kind_of_table} {table} ({of_kinds})")


def give(duck: Any, table: str, columns: Columns, found: Iterable[RowBatch]) -> None:
    """Add rows to a table of DuckDB, which has these columns.

    DuckDB reads in a thread beside, so that a second core has work.
    """
    with ThreadPoolExecutor(1) as beside:
        for _ in one_ahead(beside, partial(add_batch, duck, table, columns), found):
            pass


def give_many(duck: Any, table: str, columns: Columns, found: Iterable[RowBatch], kept: Callable[[str], str]) -> bool:
    """The same of so many rows that they are not kept in memory: what DuckDB has under the name is a view.

    ``kept`` puts what a query of DuckDB finds into a file, and says how it is read there. Fewer rows than are handed over at
    once are in a table. Whether all rows are plain.
    """
    create(duck, few := f"{table}_beside", columns)

    def keep(batch: RowBatch) -> tuple[bool, str]:
        if batch.count < ROWS_GIVEN_AT_ONCE:
            add_batch(duck, few, columns, batch)
            return batch.is_plain, ""
        with batch.lines:
            if batch.escaped:
                _add_escaped(duck, few, columns, batch.escaped)
            return batch.is_plain, kept(lines_of(batch, columns)) if batch.lines.tell() else ""

    with ThreadPoolExecutor(1) as beside:
        all_kept = [*one_ahead(beside, keep, found)]
    duck.execute(f"CREATE VIEW {table} AS {' UNION ALL '.join([f'FROM {few}', *(read for _, read in all_kept if read)])}")
    return all(is_plain for is_plain, _ in all_kept)


def batches(connection: sqlite3.Connection, queries: Iterable[str], parameters: Mapping[str, object]) -> Iterator[RowBatch]:
    """The rows that queries find, one query after the other, as many at a time as are handed over at once: each row is a line
    (``as_line``). sqlite3.OperationalError where a text is none."""
    for query in queries:
        yield from _batches_of(connection.execute(query, parameters))


def _batches_of(cursor: sqlite3.Cursor) -> Iterator[RowBatch]:
    at_once = min(ROWS_FETCHED_AT_ONCE, ROWS_GIVEN_AT_ONCE)
    rows = cursor.fetchmany(at_once)
    while rows:
        escaped, count, is_ascii = list[bytes](), 0, True
        with ExitStack() as unfinished:
            lines = unfinished.enter_context(os.fdopen(os.memfd_create("rows"), "wb"))
            while rows and count < ROWS_GIVEN_AT_ONCE:
                some = [row[0] for row in rows]
                text = b"\n".join(some)
                if not text.isascii():
                    is_ascii = False
                    _refuse_undecodable(text)
                if b"\\" in text:
                    escaped += [line for line in some if b"\\" in line]
                    text = b"\n".join(line for line in some if b"\\" not in line)
                is_ascii = is_ascii and _DELETE not in text
                if text:
                    lines.write(text + b"\n")
                count += len(rows)
                rows = cursor.fetchmany(at_once)
            lines.flush()
            unfinished.pop_all()
        yield RowBatch(lines=lines, escaped=escaped, count=count, is_plain=is_ascii and not escaped)


def _refuse_undecodable(text: bytes) -> None:
    """sqlite3.OperationalError, as SQLite's own for rows that are read as text, where some bytes are none."""
    try:
        text.decode()
    except UnicodeDecodeError:
        raise sqlite3.OperationalError("Could not decode to UTF-8") from None


def as_line(columns: Iterable[str]) -> str:
    """What a query selects to hand over these columns: one array of JSON, which is a line of CSV too. The zeros at its ends
    keep the brackets apart from the columns. Python need not read it as text."""
    return f"CAST(JSON_ARRAY(0, {', '.join(columns)}, 0) AS BLOB)"


def lines_of(batch: RowBatch, columns: Columns) -> str:
    """A query of DuckDB that finds the rows of a batch that are CSV; there are some."""
    kinds = {"opening_": "VARCHAR", **columns, "closing_": "VARCHAR"}
    return f"""
        SELECT {", ".join(columns)} FROM read_csv(
          '/proc/self/fd/{batch.lines.fileno()}', auto_detect = false, header = false, delim = ',', quote = '"', escape = '"',
          new_line = '\\n', nullstr = 'null', allow_quoted_nulls = false, columns = {kinds!r})
        """


def add_batch(duck: Any, table: str, columns: Columns, batch: RowBatch) -> None:
    """Add the rows of a batch to a table: as CSV where JSON escapes nothing in them, else as the JSON they are, which takes
    longer."""
    with batch.lines:
        if batch.escaped:
            _add_escaped(duck, table, columns, batch.escaped)
        if batch.lines.tell():
            duck.execute(f"INSERT INTO {table} {lines_of(batch, columns)}")


def _add_escaped(duck: Any, table: str, columns: Columns, lines: list[bytes]) -> None:
    values = ", ".join(f"CAST(row[{place}] AS {kind})" for place, kind in enumerate(columns.values(), 2))
    query = f"INSERT INTO {table} SELECT {values} FROM (SELECT UNNEST(FROM_JSON($1, '[[\"VARCHAR\"]]')) AS row)"
    duck.execute(query, [f"[{b','.join(lines).decode()}]"])
