"""Files of lines, written and read by DuckDB (the extra ``[duckdb]``): whole, synced, and known by what their bytes come to."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Any, Final

from switch.errors import DataFolderError, NoRoomError, SwitchError
from switch.machine.files import kind_at
from switch.machine.private import begin_file, make_folder
from switch.record import frozen

DUCKDB_EXTRA: Final = "interbank-switch[duckdb]"
#: Of the machine's memory: what DuckDB takes. Python and SQLite take theirs beside it.
MEMORY_LIMIT: Final = "50%"
LINES_FOLDER: Final = "lines"  #: in a data folder
#: Tables of the books whose rows may stand in files -> the order in which they stand there.
LINE_TABLES: Final = {"presentment": "merchant_id, request_id", "fee_line": "merchant_id, request_id, kind"}
_PATTERN: Final = re.compile(r"[*?\[]")  #: which DuckDB takes for a pattern of many names
#: How lines are kept. DuckDB reads a group of rows at least, and skips those whose merchants nobody wants.
LINES_KEPT: Final = "COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE 40960"
ROWS_READ_AT_ONCE: Final = 2_000  #: in memory, as rows of Python


@frozen(kw_only=True)
class LineFile:
    """A file of lines, as a row of ``line_file`` has it."""

    business_date: str
    table_name: str
    path: str  #: below the data folder
    row_count: int
    byte_count: int
    sha256: str
    first_request_id: int
    last_request_id: int
    engine: str


@contextmanager
def connected(needed_by: str, missing: type[SwitchError] = SwitchError) -> Iterator[Any]:
    """DuckDB, in memory, that fetches nothing from anywhere. ``missing`` where it is not installed; ``needed_by`` begins it."""
    try:
        import duckdb
    except ImportError:
        raise missing(f"{needed_by}: found no duckdb, expected it (pip install '{DUCKDB_EXTRA}' brings it)") from None
    with closing(duckdb.connect()) as duck:
        duck.execute("SET autoinstall_known_extensions = false")
        duck.execute("SET enable_progress_bar = false")  # which it draws where Python is asked line by line
        duck.execute(f"SET memory_limit = {quoted(MEMORY_LIMIT)}")
        duck.execute("SET temp_directory = ''")  # or it would write where the command was typed
        duck.execute("SET preserve_insertion_order = false")
        duck.execute("SET parquet_metadata_cache = true")  # files are read many times, and nobody writes them twice
        yield duck


def reading(data: Path, business_date: str) -> AbstractContextManager[Any]:
    """DuckDB, to read lines with. DataFolderError where it is not installed."""
    return connected(f"{data}: lines of {business_date} stand in files beside the books", DataFolderError)


def quoted(text: object) -> str:
    """A text of SQL."""
    return "'" + str(text).replace("'", "''") + "'"


def all_of(paths: Sequence[Path]) -> str:
    """What DuckDB selects from to read these files, which are of one table. Their names mean these files alone."""
    named = (quoted(_PATTERN.sub(r"[\g<0>]", str(path))) for path in paths)
    return f"read_parquet([{', '.join(named)}], hive_partitioning = false)"


def write_file(duck: Any, data: Path, business_date: str, table: str, rows: str) -> LineFile | None:
    """Write the lines of a table that a query of DuckDB finds, in its order, as a file of a name of its own, on the disk; None
    where it finds none.

    Nobody knows the file yet. OSError where the disk refuses it.
    """
    path = begun(data, business_date, table)
    copy_to(duck, rows, path)
    count, first, last = duck.execute(f"SELECT COUNT(*), MIN(request_id), MAX(request_id) FROM {all_of([path])}").fetchone()
    if not count:
        path.unlink()
        return None
    return written(data, business_date, table, path, (count, first, last), "duckdb")


def copy_to(duck: Any, rows: str, path: Path, kept: str = LINES_KEPT) -> None:
    """Write what a query of DuckDB finds, in its order, into a file that is there."""
    duck.execute(f"COPY ({rows}) TO {quoted(path)} (FORMAT parquet, PARQUET_VERSION v2, {kept}, USE_TMP_FILE false)")


def begun(data: Path, business_date: str, table: str) -> Path:
    """An empty file of a name of its own, for lines of a date: the owner's alone, which who fills it leaves as it is."""
    folder = data / LINES_FOLDER / table / f"business_date={business_date}"
    for each in (folder.parents[1], folder.parent, folder):
        make_folder(each)
    path = folder / f"{secrets.token_hex(8)}.parquet"
    begin_file(path)
    return path


def written(
    data: Path, business_date: str, table: str, path: Path, count_first_last: tuple[int, int, int], engine: str
) -> LineFile:
    """A file that was filled, once the disk has it: it has so many lines, from this request to that."""
    for each in (path, path.parent, *path.parents[1:3], data):
        sync(each)
    count, first, last = count_first_last
    return LineFile(
        business_date=business_date,
        table_name=table,
        path=path.relative_to(data).as_posix(),
        row_count=count,
        byte_count=path.stat().st_size,
        sha256=digest_of(path),
        first_request_id=first,
        last_request_id=last,
        engine=engine,
    )


def sync(path: Path) -> None:
    """Have the disk keep a file, or the names in a folder."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def digest_of(path: Path) -> str:
    """The SHA-256 of a file, as hexadecimal digits. OSError where it cannot be read."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def fault_of(data: Path, file: LineFile) -> str | None:
    """What is wrong with the bytes of a file, in one sentence; None where they are those that were written."""
    path = data / file.path
    expected = f"expected the lines of {file.business_date} as its close wrote them"
    kind = kind_at(path)
    if kind is not None:  # a pipe, say, that nobody would ever have read to its end
        return f"{path}: found {kind}, {expected}"
    try:
        return None if digest_of(path) == file.sha256 else f"{path}: found other bytes, {expected}"
    except FileNotFoundError:
        return f"{path}: found none, {expected}"
    except OSError as error:
        return f"{path}: found {error.strerror}, {expected}"


def is_in_place(data: Path, file: LineFile) -> bool:
    """Whether there is a file of as many bytes as were written: one that may be read while its bytes are looked at."""
    path = data / file.path
    try:
        return kind_at(path) is None and path.stat().st_size == file.byte_count
    except OSError:
        return False


def rows_of(
    data: Path,
    files: Sequence[LineFile],
    columns: Sequence[str],
    condition: str,
    values: Mapping[str, object],
    order: str = "",
) -> Iterator[list[tuple[Any, ...]]]:
    """Rows of files of one table that a condition of SQL holds of, some at a time, sorted by ``order``; ``:name`` marks values.

    DataFolderError where one cannot be read, or DuckDB is not installed.
    """
    with reading(data, min(file.business_date for file in files)) as duck, said(data):
        used = {name: values[name] for name in re.findall(r":(\w+)", condition)}
        sql = f"SELECT {', '.join(columns)} FROM {all_of([data / file.path for file in files])} WHERE "
        sql += re.sub(r":(\w+)", r"$\1", condition)
        found = duck.execute(sql + (f" ORDER BY {order}" if order else ""), used)
        while rows := found.fetchmany(ROWS_READ_AT_ONCE):
            yield rows


@contextmanager
def said(data: Path, folder: str = LINES_FOLDER, expected: str = "lines that it can read") -> Iterator[None]:
    """Have DuckDB's own errors said in one sentence, as DataFolderError; NoRoomError where memory or disk do not suffice."""
    import duckdb

    try:
        yield
    except duckdb.Error as fault:
        problem = str(fault).splitlines()[0]
        if isinstance(fault, duckdb.OutOfMemoryException) or os.strerror(errno.ENOSPC) in problem:
            raise NoRoomError(f"{data}: DuckDB found {problem!r}, expected enough memory and disk") from None
        raise DataFolderError(f"{data / folder}: DuckDB found {problem!r}, expected {expected}") from None
