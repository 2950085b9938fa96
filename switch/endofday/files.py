"""The rendered files of a closed day, ``days/2026-11-22/`` below the data folder: made from the books alone, at any time again.

Each file is written whole under another name and then renamed, so that a file that exists is complete. What its bytes come to
(SHA-256) is kept in the books, so that a file that was changed afterwards is found (``changed``).
"""

from __future__ import annotations

import hashlib
import io
import os
import sqlite3
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from itertools import repeat
from pathlib import Path
from string import ascii_letters, digits
from typing import TYPE_CHECKING, Final

from attrs import Factory, define

from switch.display.measured import Measured
from switch.endofday import report as settled
from switch.endofday.books import DAYS_FOLDER
from switch.endofday.line_files.door import are_in_files, see_merchants
from switch.endofday.line_files.ready import ready_lines
from switch.endofday.reopened.reopenings import reopenings_of
from switch.endofday.reopened.withdrawal import keep_files
from switch.endofday.statements import heads_between, statement_of, statements_between
from switch.errors import DataFolderError
from switch.machine.files import kind_at
from switch.machine.private import create_file, make_folder
from switch.settlement.layouts.layout_forms import DocumentForm, laid_out
from switch.settlement.layouts.month_invoices import INVOICES_OF_DAY
from switch.settlement.statement import Out, Statement
from switch.settlement.statement_facts import StatementLayout
from switch.settlement.statement_forms import BYTES_SUFFIXES, TEXT_SUFFIXES, BytesForm, TextForm, as_bytes, write_texts

if TYPE_CHECKING:
    from switch.settlement.typesetting.letters import Letters

HELD_LETTERS: Final = 1 << 18  #: of a file being written, in memory
LONG_LETTERS: Final = 1 << 16  #: of one text, which is not put together with others
STATEMENTS_ASKED: Final = 20  #: are asked for at once, and progress is told once for so many
LINES_ASKED: Final = 50_000  #: of statements, in memory, where their lines stand in files: those are read many at a time

_PLAIN: Final = frozenset(ascii_letters + digits)  #: what a merchant of the specification is named by
_RECORD: Final = "INSERT OR IGNORE INTO day_file (business_date, name, sha256, byte_count) VALUES (?, ?, ?, ?)"
#: Lines of each merchant, those of earlier dates that its statement names too.
_LINE_COUNTS: Final = """
SELECT merchant_id, SUM(presentment_count + adjustment_count) FROM statement_total WHERE business_date = ? GROUP BY merchant_id
"""
_RECORDED: Final = "SELECT name, sha256, byte_count FROM day_file WHERE business_date = ? ORDER BY name"
_TO_RECORD: Final = "SELECT files_recorded FROM closed_day WHERE business_date = ?"


def day_folder(data: Path, business_date: str) -> Path:
    return data / DAYS_FOLDER / business_date


def put_withdrawn_aside(connection: sqlite3.Connection, data: Path, business_date: str) -> None:
    """Move the files of a close that was taken back away from the folder of its date, which is not closed.

    DataFolderError where they cannot be moved."""
    folder = day_folder(data, business_date)
    try:
        keep_files(folder, reopenings_of(connection, business_date))
    except OSError as error:
        where = f"{folder}: found {error.strerror}, expected a folder that can be moved"
        again = f"switch day close {business_date} --data {data}"
        raise DataFolderError(f"{where}; business date {business_date} is reopened, and is closed by: {again}") from None


@define
class _Folder:
    """The folder of a day as it is written: the owner's alone, each file whole, with what is to be kept of it."""

    path: Path
    written: list[tuple[str, str, int]] = Factory(list)  #: name below the folder, SHA-256, bytes

    @contextmanager
    def whole(self, name: str) -> Iterator[_Written]:
        """A file that appears under its name only once all of it is written."""
        before, slash, last = f"{self.path}/{name}".rpartition("/")
        partial = f"{before}{slash}.{last}.partial"
        with create_file(partial) as file:
            out = _Written(file)
            yield out
            out.flush()
        os.replace(partial, f"{before}{slash}{last}")  # noqa: PTH105  (texts: a Path of each name costs as much as its file)
        self.written.append((name, out.digest.hexdigest(), out.byte_count))


class _Written:
    """A file whose texts (UTF-8) are put together, so that nearly every one is encoded, digested and written at once."""

    def __init__(self, file: io.FileIO) -> None:
        self._file, self.digest, self.byte_count = file, hashlib.sha256(), 0
        self._texts: list[str] = []
        self._held = 0

    def write(self, text: str) -> None:
        if len(text) >= LONG_LETTERS:
            self.flush()
            self.write_bytes(text.encode())
            return
        self._texts.append(text)
        self._held += len(text)
        if self._held >= HELD_LETTERS:
            self.flush()

    def flush(self) -> None:
        """Write the texts that are held."""
        self.write_bytes("".join(self._texts).encode())
        self._texts.clear()
        self._held = 0

    def write_bytes(self, data: bytes) -> None:
        self.digest.update(data)
        self.byte_count += len(data)
        rest = memoryview(data)
        while rest:
            rest = rest[self._file.write(rest) :]


def system_letters() -> Letters:
    """The fonts of this machine, for what a PDF cannot write without them; none is read before a text needs one."""
    from switch.machine.fonts import FONT_ADVICE, system_fonts
    from switch.settlement.typesetting.letters import FontFile, Letters

    return Letters(lambda: [FontFile(*font) for font in system_fonts()], FONT_ADVICE)


def render(
    connection: sqlite3.Connection,
    path: Path,
    business_date: str,
    say: Callable[[str], None] = lambda _: None,
    also: Collection[BytesForm] = (),
    letters: Letters | None = None,
) -> None:
    """Write the files of a closed day that are not all there, and their digests into the books. OSError where one cannot be.

    ``also`` are forms of the statements to be written besides, and it may name none. ``say`` is called with how many statements
    are written so far, for whoever waits. ``letters`` are the fonts for PDFs; those of this machine where none are given.
    """
    make_folder(path.parent)
    make_folder(path)
    make_folder(path / "statements")
    folder = _Folder(path)
    texts: Collection[TextForm] = ()
    if not is_complete(connection, path, business_date):
        also = (*also, *_forms_recorded(connection, business_date))
        texts = TEXT_SUFFIXES
        _write_day_files(connection, business_date, folder)
    forms = [form for form in BYTES_SUFFIXES if form in also and not is_complete(connection, path, business_date, [form])]
    stated = _stated(connection, business_date)
    if "pdf" in forms and letters is None:
        letters = system_letters()
    asked = list(_some_at_a_time(connection, business_date, stated)) if texts or forms else []
    with ready_lines(connection, business_date) as ready:
        heads = (heads_between(connection, business_date, some[0], some[-1]) for _, some in asked)
        turns = ready.in_turn(heads) if ready and texts else repeat(None)
        for done, some in asked:
            told = f"closing {business_date}: writing statement {done + 1:,} of {len(stated):,}"
            say(Measured(told, done, len(stated)))
            see_merchants(connection, (business_date,), some[0], some[-1])
            next(turns)
            for at in range(0, len(some), STATEMENTS_ASKED):
                part = some[at : at + STATEMENTS_ASKED]
                for statement in statements_between(connection, business_date, part[0], part[-1], ready):
                    _write_statement_files(statement, folder, texts, forms, letters)
    for merchant_id, month, stated_on in _invoiced(connection, business_date):
        _write_invoice_files(connection, (merchant_id, month, stated_on), folder, texts, forms, letters)
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany(_RECORD, ((business_date, *about) for about in folder.written))
    connection.execute("COMMIT")


def _some_at_a_time(connection: sqlite3.Connection, business_date: str, stated: list[str]) -> Iterator[tuple[int, list[str]]]:
    """The merchants of statements that are asked for at once, each time with how many were before."""
    if not are_in_files(connection):
        for done in range(0, len(stated), STATEMENTS_ASKED):
            yield done, stated[done : done + STATEMENTS_ASKED]
        return
    counts = dict(connection.execute(_LINE_COUNTS, (business_date,)).fetchall())
    done, lines = 0, 0
    for place, merchant_id in enumerate(stated):
        lines += counts.get(merchant_id, 0)
        if lines >= LINES_ASKED or place == len(stated) - 1:
            yield done, stated[done : place + 1]
            done, lines = place + 1, 0


def _write_day_files(connection: sqlite3.Connection, business_date: str, folder: _Folder) -> None:
    """The files that tell of all merchants and banks."""
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


def is_complete(
    connection: sqlite3.Connection, path: Path, business_date: str, also: Collection[BytesForm] | None = None
) -> bool:
    """Whether every file of a closed day is there, and its digest is in the books where it has to be.

    With ``also``, which forms of the statements beside those that every date has are asked after: of these alone.
    """
    names = file_names(connection, business_date) if also is None else _names_of(connection, business_date, also)
    recorded = {name for name, *_ in connection.execute(_RECORDED, (business_date,))}
    (to_record,) = connection.execute(_TO_RECORD, (business_date,)).fetchone()
    must_be_recorded = to_record or also is not None
    return (not must_be_recorded or recorded >= set(names)) and all((path / name).is_file() for name in names)


def file_names(connection: sqlite3.Connection, business_date: str) -> list[str]:
    """The files of a closed day, below its folder; of PDF and XLSX those that were written once."""
    names = ["positions.csv", "payouts.csv"]
    if _any_outstanding(connection, business_date):
        names.append("holds.csv")
    for merchant_id in _stated(connection, business_date):
        names += [_statement_name(merchant_id, suffix) for suffix in TEXT_SUFFIXES.values()]
    for merchant_id, month, _ in _invoiced(connection, business_date):
        names += [_statement_name(merchant_id, f"{month}.{suffix}") for suffix in TEXT_SUFFIXES.values()]
    return names + _names_of(connection, business_date, _forms_recorded(connection, business_date))


def _names_of(connection: sqlite3.Connection, business_date: str, forms: Collection[BytesForm]) -> list[str]:
    stated = [(merchant_id, "") for merchant_id in _stated(connection, business_date)] if forms else []
    stated += [(merchant_id, f"{month}.") for merchant_id, month, _ in _invoiced(connection, business_date)] if forms else []
    return [_statement_name(merchant_id, of + BYTES_SUFFIXES[form]) for form in forms for merchant_id, of in stated]


def _forms_recorded(connection: sqlite3.Connection, business_date: str) -> list[BytesForm]:
    """The forms beside text and CSV in which the statements of a date were written once."""
    endings = {name.rpartition(".")[2] for name, *_ in connection.execute(_RECORDED, (business_date,))}
    return [form for form, suffix in BYTES_SUFFIXES.items() if suffix in endings]


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


def _statement_name(merchant_id: str, suffix: str) -> str:
    """The file of a merchant's statement."""
    return f"statements/{statement_stem(merchant_id)}.{suffix}"


def statement_stem(merchant_id: str) -> str:
    """What its names begin with; an id off a wire may have any character, and none of them names a folder."""
    if _PLAIN.issuperset(merchant_id):
        return merchant_id
    return "".join(each if each in _PLAIN else "".join(f"%{byte:02X}" for byte in each.encode()) for each in merchant_id)


def recorded_files(connection: sqlite3.Connection, business_date: str) -> dict[str, set[tuple[str, int]]]:
    """What the books say the files of a closed day came to: name below its folder -> SHA-256 and bytes, as often as they were
    written differently."""
    digests: dict[str, set[tuple[str, int]]] = {}
    for name, *about in connection.execute(_RECORDED, (business_date,)):
        digests.setdefault(name, set()).add((about[0], about[1]))
    return digests


def _write_statement_files(
    statement: Statement,
    folder: _Folder,
    texts: Collection[TextForm],
    forms: Collection[BytesForm],
    letters: Letters | None,
) -> None:
    merchant_id = statement.head.merchant_id
    layout: StatementLayout = statement.facts.layout if statement.facts is not None else "detailed"
    if layout != "detailed":
        _write_laid_out(statement, layout, folder, texts, forms, letters)
        return
    with ExitStack() as files:
        outs: dict[TextForm, Out] = {
            form: files.enter_context(folder.whole(_statement_name(merchant_id, TEXT_SUFFIXES[form]))) for form in texts
        }
        write_texts(statement, outs)
    for form in forms:
        with folder.whole(_statement_name(merchant_id, BYTES_SUFFIXES[form])) as file:
            file.write_bytes(as_bytes(statement, form, letters))


def _write_laid_out(
    statement: Statement,
    layout: StatementLayout,
    folder: _Folder,
    texts: Collection[TextForm],
    forms: Collection[BytesForm],
    letters: Letters | None,
) -> None:
    """The files of a statement in the layout of its contract; its CSV is for programs, and the same whatever the layout."""
    merchant_id = statement.head.merchant_id
    for form in texts:
        if form == "csv":
            with folder.whole(_statement_name(merchant_id, TEXT_SUFFIXES[form])) as out:
                write_texts(statement, {form: out})
        else:
            with folder.whole(_statement_name(merchant_id, TEXT_SUFFIXES[form])) as file:
                file.write_bytes(laid_out(statement, layout, form))
    for bytes_form in forms:
        with folder.whole(_statement_name(merchant_id, BYTES_SUFFIXES[bytes_form])) as file:
            file.write_bytes(laid_out(statement, layout, bytes_form, letters))


def _write_invoice_files(
    connection: sqlite3.Connection,
    invoice: tuple[str, str, str],
    folder: _Folder,
    texts: Collection[TextForm],
    forms: Collection[BytesForm],
    letters: Letters | None,
) -> None:
    """The invoice of a merchant for a month, in the forms of its statements."""
    merchant_id, month, stated_on = invoice
    statement = statement_of(connection, stated_on, merchant_id)
    assert statement is not None, f"{merchant_id} has a statement of {stated_on}"
    written: list[tuple[DocumentForm, str]] = [(form, TEXT_SUFFIXES[form]) for form in texts]
    written += [(form, BYTES_SUFFIXES[form]) for form in forms]
    for form, suffix in written:
        with folder.whole(_statement_name(merchant_id, f"{month}.{suffix}")) as file:
            file.write_bytes(laid_out(statement, "monthly", form, letters))


def _invoiced(connection: sqlite3.Connection, business_date: str) -> list[tuple[str, str, str]]:
    """The invoices of months that the close of a date made: merchant, month, date of the statement that says who it is."""
    return connection.execute(INVOICES_OF_DAY, (business_date,)).fetchall()


def _any_outstanding(connection: sqlite3.Connection, business_date: str) -> bool:
    (count,) = connection.execute(settled.HOLDS_OUTSTANDING, {"business_date": business_date}).fetchone()
    return bool(count)


def _stated(connection: sqlite3.Connection, business_date: str) -> list[str]:
    query = "SELECT merchant_id FROM statement WHERE business_date = ? ORDER BY merchant_id"
    return [row[0] for row in connection.execute(query, (business_date,))]
