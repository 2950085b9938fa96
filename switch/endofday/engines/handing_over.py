"""Rows handed over between SQLite and DuckDB, which share no library that both could read the other's tables by.

To DuckDB they go as text that SQLite writes and DuckDB reads as CSV, in memory; back they come as rows of Python.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, BinaryIO, Final

#: To DuckDB at a time: some 70 MB of text, of which the one half is read while the other is written. DuckDB stores fewer rows
#: at a time at twice the cost.
ROWS_GIVEN_AT_ONCE: Final = 200_000
ROWS_FETCHED_AT_ONCE: Final = 5_000  #: of them, as texts of Python
#: Back at a time, in memory.
ROWS_TAKEN_AT_ONCE: Final = 2_000
_DELETE: Final = "\x7f"  #: of ASCII, and not printable; what else is not is escaped
_IN_DUCKDB: Final = {"INTEGER": "BIGINT", "INT": "BIGINT", "TEXT": "VARCHAR", "BLOB": "BLOB"}

Columns = Mapping[str, str]  #: name -> BIGINT or VARCHAR


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


def give(
    connection: sqlite3.Connection,
    duck: Any,
    table: str,
    columns: Columns,
    queries: Iterable[str],
    parameters: Mapping[str, object],
) -> bool:
    """Add to a table of DuckDB, which has these columns, what queries of the connection find: each row is a line (``as_line``).
    Whether all of their texts are printable ASCII without a quote or a backslash.

    DuckDB reads in a thread beside, so that a second core has work.
    """
    is_plain = True
    with ThreadPoolExecutor(1) as beside:
        reading: Future[None] | None = None
        for plain, escaped, is_ascii in _batches(connection, queries, parameters):
            is_plain = is_plain and is_ascii and not escaped
            if reading is not None:
                reading.result()
            reading = beside.submit(_read, duck, table, columns, plain, escaped)
        if reading is not None:
            reading.result()
    return is_plain


def _batches(
    connection: sqlite3.Connection, queries: Iterable[str], parameters: Mapping[str, object]
) -> Iterator[tuple[BinaryIO, list[str], bool]]:
    """Some rows at a time: a file in memory of those in which JSON escapes nothing, and the others; are the first ASCII?"""
    for query in queries:
        cursor = connection.execute(query, parameters)
        rows = cursor.fetchmany(ROWS_FETCHED_AT_ONCE)
        while rows:
            file = os.fdopen(os.memfd_create("rows"), "wb")  # whoever reads it closes it
            escaped, count, is_ascii = list[str](), 0, True
            while rows and count < ROWS_GIVEN_AT_ONCE:
                lines = [row[0] for row in rows]
                if "\\" in (text := "\n".join(lines)):
                    escaped += [line for line in lines if "\\" in line]
                    text = "\n".join(line for line in lines if "\\" not in line)
                is_ascii = is_ascii and text.isascii() and _DELETE not in text
                if text:
                    file.write(text.encode() + b"\n")
                count += len(rows)
                rows = cursor.fetchmany(ROWS_FETCHED_AT_ONCE)
            file.flush()
            yield file, escaped, is_ascii


def as_line(columns: Iterable[str]) -> str:
    """What a query selects to hand over these columns: one array of JSON, which is a line of CSV too. The zeros at its ends
    keep the brackets apart from the columns."""
    return f"JSON_ARRAY(0, {', '.join(columns)}, 0)"


def _read(duck: Any, table: str, columns: Columns, plain: BinaryIO, escaped: list[str]) -> None:
    """Add lines to a table: as CSV where JSON escapes nothing in them, else as the JSON they are, which takes longer."""
    with plain:
        if escaped:
            _read_json(duck, table, columns, escaped)
        if not plain.tell():
            return
        kinds = {"opening_": "VARCHAR", **columns, "closing_": "VARCHAR"}
        duck.execute(
            f"""
            INSERT INTO {table} SELECT {", ".join(columns)} FROM read_csv(
              '/proc/self/fd/{plain.fileno()}', auto_detect = false, header = false, delim = ',', quote = '"', escape = '"',
              new_line = '\\n', nullstr = 'null', allow_quoted_nulls = false, columns = {kinds!r})
            """
        )


def _read_json(duck: Any, table: str, columns: Columns, lines: list[str]) -> None:
    values = ", ".join(f"CAST(row[{place}] AS {kind})" for place, kind in enumerate(columns.values(), 2))
    query = f"INSERT INTO {table} SELECT {values} FROM (SELECT UNNEST(FROM_JSON($1, '[[\"VARCHAR\"]]')) AS row)"
    duck.execute(query, [f"[{','.join(lines)}]"])
