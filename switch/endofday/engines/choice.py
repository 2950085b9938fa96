"""An engine, by its name."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from switch.clearing.engine import ENGINE_EXPECTED, Engine, EngineName, is_engine, is_spark
from switch.endofday.engines import in_duckdb, in_spark
from switch.endofday.engines.in_sqlite import SqliteEngine
from switch.endofday.engines.prepared import remove_closed
from switch.endofday.line_files.door import BooksConnection
from switch.errors import SwitchError


@contextmanager
def opened_engine(name: EngineName, connection: sqlite3.Connection, data: Path) -> Iterator[Engine]:
    """An engine for the close of one date. SwitchError where there is none of this name, or its extra is missing.

    UnreachableError where nobody answers at an address of Spark.
    """
    if not is_engine(name):
        raise SwitchError(f"engine: found {name!r}, expected {ENGINE_EXPECTED}")
    if name == "sqlite":
        yield SqliteEngine(connection)
        remove_closed(connection, data)
        return
    assert isinstance(connection, BooksConnection), "engines beside the books read lines by its door"
    if is_spark(name):
        with in_spark.opened(name, connection, data) as engine:
            yield engine
    else:
        with in_duckdb.opened(connection, data) as engine:
            yield engine
