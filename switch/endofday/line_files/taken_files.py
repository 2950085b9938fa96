"""Files of lines that somebody else wrote, Spark say, copied into the data folder, where they are the owner's alone."""

from __future__ import annotations

from pathlib import Path
from shutil import copyfileobj
from typing import Final

from switch.endofday.line_files.parquet import LineFile, begun, written
from switch.machine.private import create_file

_BYTES_AT_ONCE: Final = 1 << 20


def taken_file(part: Path, data: Path, business_date: str, table: str, engine: str) -> LineFile | None:
    """Copy a Parquet file of sorted lines under a name of its own, onto the disk; None where there is nothing in it.

    Nobody knows the file yet. It needs pyarrow. OSError where the disk refuses it.
    """
    from pyarrow.parquet import read_metadata

    about = read_metadata(part)
    if not about.num_rows:
        return None
    place = about.schema.names.index("request_id")
    numbers = [about.row_group(group).column(place).statistics for group in range(about.num_row_groups)]
    path = begun(data, business_date, table)
    with part.open("rb") as source, create_file(path) as copy:
        copyfileobj(source, copy, _BYTES_AT_ONCE)
    first, last = min(each.min for each in numbers), max(each.max for each in numbers)
    return written(data, business_date, table, path, (about.num_rows, first, last), engine)
