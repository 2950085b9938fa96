"""Rows handed over between SQLite and DuckDB, which share no library that both could read the other's tables by.

To DuckDB they go as text that SQLite writes and DuckDB reads as CSV, in memory; back they come as rows of Python.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain
from typing import Any, Final

#: To DuckDB at a time: some megabytes of text, of which the one half is read while the other is written.
ROWS_GIVEN_AT_ONCE: Final = 50_000
#: Back at a time, in memory.
ROWS_TAKEN_AT_ONCE: Final = 2_000
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
) -> None:
    """Add to a table of DuckDB, which has these columns, what queries of the connection find: each row is a line (``as_line``).

    DuckDB reads in a thread beside, so that a second core has work.
    """
    rows = chain.from_iterable(_batches(connection, query, parameters) for query in queries)
    with ThreadPoolExecutor(1) as beside:
        reading: Future[None] | None = None
        for batch in rows:
            if reading is not None:
                reading.result()
            reading = beside.submit(_read, duck, table, columns, batch)
        if reading is not None:
            reading.result()


def _batches(connection: sqlite3.Connection, query: str, parameters: Mapping[str, object]) -> Iterator[list[str]]:
    cursor = connection.execute(query, parameters)
    while rows := cursor.fetchmany(ROWS_GIVEN_AT_ONCE):
        yield [row[0] for row in rows]


def as_line(columns: Iterable[str]) -> str:
    """What a query selects to hand over these columns: one array of JSON, which is a line of CSV too. The zeros at its ends
    keep the brackets apart from the columns."""
    return f"JSON_ARRAY(0, {', '.join(columns)}, 0)"


def _read(duck: Any, table: str, columns: Columns, lines: list[str]) -> None:
    """Add lines to a table: as CSV where JSON escapes nothing in them, else as the JSON they are, which takes longer."""
    plain = [line for line in lines if "\\" not in line]
    if len(plain) < len(lines):
        _read_json(duck, table, columns, [line for line in lines if "\\" in line])
    if not plain:
        return
    kinds = {"opening_": "VARCHAR", **columns, "closing_": "VARCHAR"}
    file = os.memfd_create("rows")
    try:
        with os.fdopen(os.dup(file), "wb") as out:
            out.write("\n".join(plain).encode())
            out.write(b"\n")
        duck.execute(
            f"""
            INSERT INTO {table} SELECT {", ".join(columns)} FROM read_csv(
              '/proc/self/fd/{file}', auto_detect = false, header = false, delim = ',', quote = '"', escape = '"',
              new_line = '\\n', nullstr = 'null', allow_quoted_nulls = false, columns = {kinds!r})
            """
        )
    finally:
        os.close(file)


def _read_json(duck: Any, table: str, columns: Columns, lines: list[str]) -> None:
    values = ", ".join(f"CAST(row[{place}] AS {kind})" for place, kind in enumerate(columns.values(), 2))
    query = f"INSERT INTO {table} SELECT {values} FROM (SELECT UNNEST(FROM_JSON($1, '[[\"VARCHAR\"]]')) AS row)"
    duck.execute(query, [f"[{','.join(lines)}]"])
