"""An engine, by its name."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from switch.clearing.engine import ENGINES, Engine, EngineName
from switch.endofday.engines import in_duckdb
from switch.endofday.engines.in_sqlite import SqliteEngine
from switch.endofday.line_files.named_files import remove_unknown
from switch.errors import SwitchError


@contextmanager
def opened_engine(name: EngineName, connection: sqlite3.Connection, data: Path) -> Iterator[Engine]:
    """An engine for the close of one date. SwitchError where there is none of this name, or its extra is missing.

    Files of lines that a close left which died are removed.
    """
    if name not in ENGINES:
        raise SwitchError(f"engine: found {name!r}, expected {' or '.join(ENGINES)}")
    remove_unknown(connection, data)
    if name == "duckdb":
        with in_duckdb.opened(connection, data) as engine:
            yield engine
    else:
        yield SqliteEngine(connection)
