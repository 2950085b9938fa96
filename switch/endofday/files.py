"""The rendered files of a closed day, ``days/2026-11-22/`` below the data folder: made from the books alone, at any time again.

Each file is written whole under another name and then renamed, so that a file that exists is complete. What its bytes come to
(SHA-256) is kept in the books, so that a file that was changed afterwards is found (``changed``).
"""

from __future__ import annotations

import hashlib
import io
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from string import ascii_letters, digits
from typing import TYPE_CHECKING, Final, Literal, TextIO

from attrs import Factory, define, evolve

from switch.endofday import report as settled
from switch.endofday.books import DAYS_FOLDER
from switch.machine.files import kind_at
from switch.machine.private import create_file, make_folder
from switch.settlement import payouts as settlement
from switch.settlement.statement import (
    SECTIONS,
    Head,
    Out,
    StatementTotal,
    shown_lines,
    write_csv_head,
    write_csv_lines,
    write_text_head,
    write_text_lines,
    write_text_section,
    write_text_totals,
)
from switch.settlement.statement_excel import write_excel_head, write_excel_lines

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

    from switch.merchant import StatementLanguage

StatementFormat = Literal["text", "csv", "excel-fr"]
#: The forms that a close writes as files.
SUFFIXES: dict[StatementFormat, str] = {"text": "txt", "csv": "csv"}

BUFFER_BYTES = 1 << 18  #: of a file being written
STATEMENTS_TOLD: Final = 20  #: progress is told once for so many
LINES_AT_ONCE = 1_000  #: of a statement in memory


_PLAIN: Final = frozenset(ascii_letters + digits)  #: what a merchant of the specification is named by
_RECORD: Final = "INSERT OR IGNORE INTO day_file (business_date, name, sha256, byte_count) VALUES (?, ?, ?, ?)"
_RECORDED: Final = "SELECT name, sha256, byte_count FROM day_file WHERE business_date = ? ORDER BY name"
_TO_RECORD: Final = "SELECT files_recorded FROM closed_day WHERE business_date = ?"


def day_folder(data: Path, business_date: str) -> Path:
    return data / DAYS_FOLDER / business_date


@define
class _Folder:
    """The folder of a day as it is written: the owner's alone, each file whole, with what is to be kept of it."""

    path: Path
    written: list[tuple[str, str, int]] = Factory(list)  #: name below the folder, SHA-256, bytes

    @contextmanager
    def whole(self, name: str) -> Iterator[TextIO]:
        """A file that appears under its name only once all of it is written."""
        path = self.path / name
        partial = path.with_name(f".{path.name}.partial")
        with create_file(partial) as file:
            counted = _Counted(file)
            with io.TextIOWrapper(io.BufferedWriter(counted, BUFFER_BYTES), encoding="utf-8", newline="") as out:
                yield out
        partial.replace(path)
        self.written.append((name, counted.digest.hexdigest(), counted.byte_count))


class _Counted(io.RawIOBase):
    """An unbuffered file whose bytes are counted and digested as they are written."""

    def __init__(self, file: io.RawIOBase) -> None:
        self._file, self.digest, self.byte_count = file, hashlib.sha256(), 0

    def writable(self) -> bool:
        return True

    def write(self, data: ReadableBuffer, /) -> int:
        count = self._file.write(data) or 0
        self.digest.update(memoryview(data)[:count])
        self.byte_count += count
        return count


def render(connection: sqlite3.Connection, path: Path, business_date: str, say: Callable[[str], None] = lambda _: None) -> None:
    """Write all files of a closed day, and their digests into the books. OSError where one cannot be written.

    ``say`` is called with how many statements are written so far, for whoever waits.
    """
    make_folder(path.parent)
    make_folder(path)
    make_folder(path / "statements")
    folder = _Folder(path)
    parameters = {"business_date": business_date}
    payouts = [settled.from_row(settled.Payout, row) for row in connection.execute(settled.PAYOUTS_OF_DAY, parameters)]
    positions = [settled.from_row(settled.Position, row) for row in connection.execute(settled.POSITIONS_OF_DAY, parameters)]
    with folder.whole("positions.csv") as out:
        settled.write_positions(out, business_date, positions)
    with folder.whole("payouts.csv") as out:
        settled.write_payouts(out, business_date, payouts)
    if _any_outstanding(connection, business_date):
        holds = connection.execute(settled.HOLDS_OF_DAY, {**parameters, "items_shown_max": -1})
        with folder.whole("holds.csv") as out:
            settled.write_holds(out, business_date, (settled.from_row(settled.HeldItem, row) for row in holds))
    stated = list(_stated(connection, business_date))
    for number, merchant_id in enumerate(stated, start=1):
        if number % STATEMENTS_TOLD == 1:
            say(f"closing {business_date}: writing statement {number:,} of {len(stated):,}")
        _write_statement_files(connection, business_date, merchant_id, folder)
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany(_RECORD, ((business_date, *about) for about in folder.written))
    connection.execute("COMMIT")


def is_complete(connection: sqlite3.Connection, path: Path, business_date: str) -> bool:
    """Whether every file of a closed day is there, and its digest is in the books where it has to be."""
    names = file_names(connection, business_date)
    recorded = {name for name, *_ in connection.execute(_RECORDED, (business_date,))}
    (to_record,) = connection.execute(_TO_RECORD, (business_date,)).fetchone()
    return (not to_record or recorded >= set(names)) and all((path / name).is_file() for name in names)


def file_names(connection: sqlite3.Connection, business_date: str) -> list[str]:
    """The files of a closed day, below its folder."""
    names = ["positions.csv", "payouts.csv"]
    if _any_outstanding(connection, business_date):
        names.append("holds.csv")
    for merchant_id in _stated(connection, business_date):
        names += [_statement_name(merchant_id, suffix) for suffix in SUFFIXES.values()]
    return names


@define
class Compared:
    """What became of the files of a closed day since they were written; names are below its folder."""

    alike: int = 0
    missing: list[str] = Factory(list)
    changed: list[str] = Factory(list)  #: or not to be read
    unrecorded: int = 0  #: of which the books do not say what they came to


def compared(connection: sqlite3.Connection, path: Path, business_date: str) -> Compared:
    """Read every file of a closed day and hold it to what the books say it came to."""
    digests = recorded_files(connection, business_date)
    result = Compared()
    for name in sorted(digests.keys() | set(file_names(connection, business_date))):
        if kind_at(path / name) is not None:  # a pipe, say, that nobody would ever have read to its end
            result.changed.append(name)
            continue
        try:
            with (path / name).open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest(), file.tell()
        except (FileNotFoundError, NotADirectoryError):
            result.missing.append(name)
        except OSError:
            result.changed.append(name)
        else:
            if name not in digests:
                result.unrecorded += 1
            elif digest in digests[name]:
                result.alike += 1
            else:
                result.changed.append(name)
    return result


def write_statement(
    connection: sqlite3.Connection,
    business_date: str,
    merchant_id: str,
    outs: Mapping[StatementFormat, Out],
    language: StatementLanguage | None = None,
) -> bool:
    """Write one statement in the forms asked for; False, and nothing written, where the merchant has none of that date.

    The text is in the merchant's language, unless another is asked for.
    """
    key = {"business_date": business_date, "merchant_id": merchant_id}
    row = connection.execute(settlement.STATEMENT_HEAD, key).fetchone()
    if row is None:
        return False
    head = Head.from_row(row)
    if language is not None:
        head = evolve(head, language=language)
    text, as_csv, excel = outs.get("text"), outs.get("csv"), outs.get("excel-fr")
    if text is not None:
        write_text_head(text, head)
    if as_csv is not None:
        write_csv_head(as_csv)
    if excel is not None:
        write_excel_head(excel)
    types = type_totals(connection, key)
    for total in types:
        lines = connection.execute(settlement.STATEMENT_LINES, {**key, "transaction_type": total.of})
        _write_section(total.of, lines, head, outs)
    parts = types if len(types) > 1 else []
    if head.adjustment_count:
        _write_section("adjustments", connection.execute(settlement.STATEMENT_ADJUSTMENTS, key), head, outs)
        parts = [*parts, StatementTotal.from_row(connection.execute(settlement.STATEMENT_ADJUSTED, key).fetchone())]
    if text is not None:
        totals = connection.execute(settlement.STATEMENT_TOTALS_OF, key)
        write_text_totals(text, head, map(StatementTotal.from_row, totals), parts)
    return True


def type_totals(connection: sqlite3.Connection, key: Mapping[str, object]) -> list[StatementTotal]:
    """The totals of a statement for each type of transaction, in the order of its sections."""
    totals = map(StatementTotal.from_row, connection.execute(settlement.TYPE_TOTALS_OF, key))
    return sorted(totals, key=lambda total: SECTIONS.index(total.of))


def _write_section(section: str, cursor: sqlite3.Cursor, head: Head, outs: Mapping[StatementFormat, Out]) -> None:
    text, as_csv, excel = outs.get("text"), outs.get("csv"), outs.get("excel-fr")
    if text is not None:
        write_text_section(text, head, section)
    while lines := shown_lines(head, cursor.fetchmany(LINES_AT_ONCE)):
        if text is not None:
            write_text_lines(text, head, lines)
        if as_csv is not None:
            write_csv_lines(as_csv, head, lines)
        if excel is not None:
            write_excel_lines(excel, head, lines)


def _statement_name(merchant_id: str, suffix: str) -> str:
    """The file of a merchant's statement."""
    return f"statements/{statement_stem(merchant_id)}.{suffix}"


def statement_stem(merchant_id: str) -> str:
    """What its names begin with; an id off a wire may have any character, and none of them names a folder."""
    return "".join(each if each in _PLAIN else "".join(f"%{byte:02X}" for byte in each.encode()) for each in merchant_id)


def recorded_files(connection: sqlite3.Connection, business_date: str) -> dict[str, set[tuple[str, int]]]:
    """What the books say the files of a closed day came to: name below its folder -> SHA-256 and bytes, as often as they were
    written differently."""
    digests: dict[str, set[tuple[str, int]]] = {}
    for name, *about in connection.execute(_RECORDED, (business_date,)):
        digests.setdefault(name, set()).add((about[0], about[1]))
    return digests


def _write_statement_files(connection: sqlite3.Connection, business_date: str, merchant_id: str, folder: _Folder) -> None:
    with ExitStack() as files:
        outs: dict[StatementFormat, Out] = {
            fmt: files.enter_context(folder.whole(_statement_name(merchant_id, suffix))) for fmt, suffix in SUFFIXES.items()
        }
        write_statement(connection, business_date, merchant_id, outs)


def _any_outstanding(connection: sqlite3.Connection, business_date: str) -> bool:
    (count,) = connection.execute(settled.HOLDS_OUTSTANDING, {"business_date": business_date}).fetchone()
    return bool(count)


def _stated(connection: sqlite3.Connection, business_date: str) -> Iterator[str]:
    rows = connection.execute(
        "SELECT merchant_id FROM statement WHERE business_date = ? ORDER BY merchant_id", (business_date,)
    )
    return (row[0] for row in rows.fetchall())
