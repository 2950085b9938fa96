"""Ranges of the journal that stand in Parquet files before their date is closed (``switch day prepare``).

A close by DuckDB need not be handed them. A range is a fixed number of requests, all of them decided: nothing can be added to
it any more. Its file appears whole under a name that says which requests these are, the last business date among them, and the
SHA-256 of its bytes. Beside the files stands a second name (a hard link) of the journal they were made of. A close takes a file
of its own journal whose bytes are those, and whose decisions come to what the journal's come to; all else it reads from the
journal itself.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import sqlite3
import stat
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from attrs import evolve

from switch.endofday.engines.handing_over import (
    ROWS_GIVEN_AT_ONCE,
    Columns,
    RowBatch,
    add_batch,
    as_line,
    batches,
    create,
    lines_of,
)
from switch.endofday.engines.statements import query
from switch.endofday.line_files.parquet import all_of, copy_to, digest_of, sync
from switch.machine.one_ahead import one_ahead
from switch.machine.private import begin_file, make_folder
from switch.record import frozen

PREPARED_FOLDER: Final = "prepared"  #: in a data folder
#: The journal under a second name: no other one can have its place on the disk as long as this one is there.
JOURNAL_LINK: Final = "journal"
#: Some 7 MB of a file, and no more than are handed over at once. What is not a whole range yet is handed over by the close.
REQUESTS_IN_RANGE: Final = ROWS_GIVEN_AT_ONCE
#: Files are in the order of merchants, some of whom a close presents at a time: it reads small groups of a file, several times,
#: and removes it at its end.
_KEPT: Final = "COMPRESSION lz4_raw, ROW_GROUP_SIZE 20480"
_NAME: Final = re.compile(r"(\d{12})-(\d{12})\.(\d{4}-\d\d-\d\d)\.(plain|escaped)\.([0-9a-f]{64})\.parquet", re.ASCII)
_TABLE: Final = "journal.prepared"
LAST_REQUEST: Final = "SELECT COALESCE(MAX(id), 0) FROM journal.request"
#: Whether some decision of a range is of a date that is not closed.
_ANY_OPEN: Final = """
SELECT EXISTS (
  SELECT 1 FROM journal.decision
  WHERE request_id BETWEEN :first AND :last AND business_date NOT IN (SELECT business_date FROM closed_day))
"""
_ALL_DECIDED: Final = """
SELECT NOT EXISTS (
  SELECT 1 FROM journal.request AS r
  WHERE r.id BETWEEN :first AND :last AND NOT EXISTS (SELECT 1 FROM journal.decision AS d WHERE d.request_id = r.id))
"""
_ANY_APPROVED: Final = """
SELECT EXISTS (
  SELECT 1 FROM journal.decision
  WHERE request_id BETWEEN :first AND :last AND COALESCE(approved_minor, captured_minor) IS NOT NULL)
"""
#: What the approvals of a range come to: as much of a row as costs next to nothing to read.
_COMES_TO: Final = """
SELECT COUNT(*), COALESCE(SUM(request_id), 0), COALESCE(SUM(decided_at_ms), 0), COALESCE(SUM(approved_minor), 0),
  COALESCE(SUM(captured_minor), 0), COALESCE(MIN(business_date), ''), COALESCE(MAX(business_date), '')
FROM {} WHERE COALESCE(approved_minor, captured_minor) IS NOT NULL
"""
_IN_RANGE: Final = " AND request_id BETWEEN :first AND :last"


@frozen(kw_only=True)
class PreparedRange:
    """A range of requests, and the file that has its approvals."""

    first: int
    last: int
    last_date: str  #: the latest business date among them
    is_plain: bool  #: nothing of it has to be escaped in a line for an issuer
    sha256: str
    path: Path

    @classmethod
    def named(cls, path: Path) -> PreparedRange | None:
        """What a file's name says; None where it is no such name."""
        found = _NAME.fullmatch(path.name)
        if found is None:
            return None
        first, last, last_date, words, sha256 = found.groups()
        return cls(first=int(first), last=int(last), last_date=last_date, is_plain=words == "plain", sha256=sha256, path=path)


def folder_of(data: Path, columns: Mapping[str, str], selected: Iterable[str]) -> Path:
    """Where files of these columns stand: a release that reads others from the journal finds none."""
    layout = repr((dict(columns), tuple(selected), query("decided_in_range"), REQUESTS_IN_RANGE))
    return data / PREPARED_FOLDER / hashlib.sha256(layout.encode()).hexdigest()[:12]


def ranges_in(folder: Path) -> list[PreparedRange]:
    """The ranges that have a file, in their order, each once."""
    named = [PreparedRange.named(path) for path in sorted(folder.glob("*.parquet"))]
    return [*{each.first: each for each in named if each is not None}.values()]


def prepare(
    connection: sqlite3.Connection,
    duck: Any,
    folder: Path,
    journal: Path,
    columns: Columns,
    selected: Sequence[str],
) -> Generator[PreparedRange, None, None]:
    """Write the ranges of dates that are not closed, all of whose requests are decided, and that have no file which a close
    takes; any other file is removed.

    OSError where the disk refuses one. Nobody else writes into the folder.
    """
    for left in folder.parent.glob("*/.*.partial"):  # by one that died
        left.unlink()
    for each in (folder.parent, folder):
        make_folder(each)
    is_ours = _is_of(folder, journal)
    there = {each.first for each in ranges_in(folder) if is_ours and _is_usable(connection, duck, each)}
    for path in folder.glob("*.parquet"):
        named = PreparedRange.named(path)
        if named is None or named.first not in there:
            with suppress(OSError):  # what is no file stays, and is not read
                path.unlink()
    rows = f"SELECT {as_line(selected)} {query('decided_in_range')}"

    def found() -> Iterator[tuple[int, int, RowBatch]]:
        for first, last in _ranges_wanted(connection, there):
            yield first, last, next(batches(connection, [rows], {"first": first, "last": last}))

    def write(found: tuple[int, int, RowBatch]) -> PreparedRange:
        first, last, batch = found
        with batch.lines:
            return _written(duck, folder, journal, columns, first, last, batch)

    with ThreadPoolExecutor(1) as beside:
        yield from one_ahead(beside, write, found())


def _written(duck: Any, folder: Path, journal: Path, columns: Columns, first: int, last: int, batch: RowBatch) -> PreparedRange:
    begin_file(partial := folder / f".{secrets.token_hex(8)}.partial")
    try:
        if batch.escaped:
            create(duck, _TABLE, columns)
            add_batch(duck, _TABLE, columns, batch)
            _write_sorted(duck, f"FROM {_TABLE}", partial)
        else:
            _write_sorted(duck, lines_of(batch, columns), partial)
        (last_date,) = duck.execute(f"SELECT MAX(business_date) FROM {all_of([partial])}").fetchone()
        sha256, words = digest_of(partial), "plain" if batch.is_plain else "escaped"
        path = folder / f"{first:012}-{last:012}.{last_date}.{words}.{sha256}.parquet"
        sync(partial)
        _mark_as_of(folder, journal)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    sync(folder)
    prepared = PreparedRange.named(path)
    assert prepared is not None, f"{path.name} is such a name"
    return prepared


def kept_in(duck: Any, folder: Path) -> Callable[[str], str]:
    """How what queries of DuckDB find of the journal is put into files of a folder that is thrown away (``give_many``)."""

    def kept(rows: str) -> str:
        begin_file(path := folder / f"{secrets.token_hex(8)}.parquet")
        _write_sorted(duck, rows, path)
        return f"FROM {all_of([path])}"

    return kept


def _write_sorted(duck: Any, rows: str, path: Path) -> None:
    copy_to(duck, f"{rows} ORDER BY merchant_id, request_id", path, _KEPT)


def _is_of(folder: Path, journal: Path) -> bool:
    """Whether the files of a folder were made of this journal, and of none that stood in its place before."""
    try:
        return (folder / JOURNAL_LINK).samefile(journal)
    except OSError:
        return False


def _mark_as_of(folder: Path, journal: Path) -> None:
    """Give the journal its second name beside the files made of it."""
    if not _is_of(folder, journal):
        (folder / JOURNAL_LINK).unlink(missing_ok=True)
        (folder / JOURNAL_LINK).hardlink_to(journal)


def _ranges_wanted(connection: sqlite3.Connection, there: set[int]) -> list[tuple[int, int]]:
    """From the last whole range of the journal back to the first of a date that is not closed, in the order of the journal."""
    (last_request,) = connection.execute(LAST_REQUEST).fetchone()
    wanted: list[tuple[int, int]] = []
    for last in range(last_request - last_request % REQUESTS_IN_RANGE, 0, -REQUESTS_IN_RANGE):
        of_range = {"first": last - REQUESTS_IN_RANGE + 1, "last": last}
        if of_range["first"] in there:
            continue
        if not connection.execute(_ANY_OPEN, of_range).fetchone()[0]:
            break
        if all(connection.execute(asked, of_range).fetchone()[0] for asked in (_ANY_APPROVED, _ALL_DECIDED)):
            wanted.append((of_range["first"], last))
    return wanted[::-1]


def usable(connection: sqlite3.Connection, duck: Any, folder: Path, journal: Path, held: Path) -> list[PreparedRange]:
    """The ranges that a close can take from their files, each under a second name in the folder ``held``: they are there until
    the close has read them, whoever removes the first. Whatever is wrong with one, the journal has it too."""
    if not _is_of(folder, journal):
        return []
    return [each for each in _held(ranges_in(folder), held) if _is_usable(connection, duck, each)]


def _held(ranges: Iterable[PreparedRange], folder: Path) -> Iterator[PreparedRange]:
    for each in ranges:
        path = folder / each.path.name
        with suppress(OSError):  # it is gone, or is a folder
            path.hardlink_to(each.path)
            yield evolve(each, path=path)


def _is_usable(connection: sqlite3.Connection, duck: Any, prepared: PreparedRange) -> bool:
    import duckdb

    of_range = {"first": prepared.first, "last": prepared.last}
    try:
        if not stat.S_ISREG(prepared.path.lstat().st_mode) or digest_of(prepared.path) != prepared.sha256:
            return False
        in_file = duck.execute(_COMES_TO.format(all_of([prepared.path]))).fetchone()
    except (OSError, duckdb.Error):
        return False
    return bool(connection.execute(_COMES_TO.format("journal.decision") + _IN_RANGE, of_range).fetchone() == in_file)


def gaps(ranges: Iterable[PreparedRange]) -> list[tuple[int, int]]:
    """From which request to which no range has them; ranges are in their order."""
    found, after = [], 0
    for each in ranges:
        if each.first > after + 1:
            found.append((after + 1, each.first - 1))
        after = each.last
    return [*found, (after + 1, 2**62)]


def remove_closed(connection: sqlite3.Connection, data: Path) -> None:
    """Remove what no close needs any more: files of dates that are closed, and those of another release's layout that are old.

    What cannot be removed stays, and is not read."""
    closed: set[str] | None = None
    for path in (data / PREPARED_FOLDER).glob("*/*.parquet"):
        prepared = PreparedRange.named(path)
        if closed is None:
            closed = {row[0] for row in connection.execute("SELECT business_date FROM closed_day")}
        if prepared is None or prepared.last_date in closed:
            with suppress(OSError):
                path.unlink()
    for folder in (data / PREPARED_FOLDER).glob("*"):
        if {path.name for path in folder.glob("*")} == {JOURNAL_LINK}:
            with suppress(OSError):
                (folder / JOURNAL_LINK).unlink()
        with suppress(OSError):  # one that is not empty stays
            folder.rmdir()
