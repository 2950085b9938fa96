"""Which files of lines are kept, and as they were written: those that the books name, and those of closes taken back."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from switch.clearing.checks import Fault
from switch.endofday.line_files.parquet import LINES_FOLDER, LineFile, fault_of

_COLUMNS: Final = ", ".join(LineFile.__annotations__)
_ADD: Final = f"INSERT INTO main.line_file ({_COLUMNS}) VALUES ({', '.join('?' * len(LineFile.__annotations__))})"
_NAMED: Final = f"SELECT {_COLUMNS} FROM main.line_file ORDER BY business_date, table_name, path"
#: Rows of closes that were taken back, as arrays of JSON, with their columns.
_WITHDRAWN: Final = """
SELECT t.column_names, r.content FROM withdrawn_row AS r JOIN withdrawn_table AS t USING (reopening, table_name)
WHERE t.table_name = 'line_file' ORDER BY r.reopening, r.place
"""


def record(connection: sqlite3.Connection, file: LineFile) -> None:
    """Have the books name a file, inside the transaction that closes its date."""
    connection.execute(_ADD, [getattr(file, name) for name in LineFile.__annotations__])


def kept_files(connection: sqlite3.Connection) -> list[LineFile]:
    """The files that the books name, or named before a close was taken back."""
    names = tuple(LineFile.__annotations__)
    found = [LineFile(**dict(zip(names, row, strict=True))) for row in connection.execute(_NAMED)]
    for columns, content in connection.execute(_WITHDRAWN):
        found.append(LineFile(**dict(zip(columns.split(", "), json.loads(content), strict=True))))
    return found


def remove_unknown(connection: sqlite3.Connection, data: Path) -> None:
    """Remove the files of closes that died; what cannot be removed stays, and nobody reads it."""
    if not (data / LINES_FOLDER).is_dir():
        return
    kept = {data / file.path for file in kept_files(connection)}
    for path in (data / LINES_FOLDER).glob("*/*/*"):
        if path not in kept:
            with suppress(OSError):
                path.unlink()


def line_file_faults(connection: sqlite3.Connection, data: Path) -> Iterator[Fault]:
    """The files of lines that are missing, or not as they were written."""
    for file in kept_files(connection):
        if fault := fault_of(data, file):
            yield Fault(business_date=file.business_date, check="line_files_unchanged", sentence=fault)
