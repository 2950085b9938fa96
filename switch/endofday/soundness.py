"""What is proved of the files of a data folder, whatever stands in them: that no byte of them rotted, as far as that shows.

Databases are read by SQLite's own check (every page, every index against its table, every type) and held to the scripts that
make them; sealed card numbers and traced messages are opened, as only the bytes that were sealed do; rows and files of closed
days are held to their digests in the books.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path
from typing import Final

from attrs import Factory, define

from switch.clearing.checks import FAULTS_SHOWN_MAX, Fault
from switch.data_folder import databases
from switch.data_folder.vault import KEY_FILE, Vault
from switch.display.plural import plural
from switch.endofday import books, files
from switch.endofday.line_files.named_files import line_file_faults
from switch.endofday.reopened.reopenings import reopenings_of
from switch.endofday.reopened.withdrawal import reopening_faults
from switch.errors import DataFolderError
from switch.issuers.process import book
from switch.journal import journal
from switch.journal.journal import BOOKS_FILE
from switch.journal.journal_file import JOURNAL_FILE
from switch.trace import recorder

NAMES_TOLD_MAX: Final = 3  #: files named in one sentence

_CARDS: Final = "SELECT pan_cipher, pan_masked, MIN(id) FROM request GROUP BY pan_cipher, pan_masked"
_MESSAGES: Final = "SELECT id, body_cipher FROM message ORDER BY id"


@define
class FilesProved:
    """What was looked at, and found. ``notes`` tell what could not be proved, and why that is no fault."""

    faults: list[Fault] = Factory(list)
    notes: list[str] = Factory(list)
    card_count: int = 0  #: different sealed card numbers of the journal that were opened
    file_count: int = 0  #: of closed days, that are as they were written

    def fault(self, check: str, sentence: str, business_date: str | None = None) -> None:
        self.faults.append(Fault(business_date=business_date, check=check, sentence=sentence))


def prove_files(data: Path) -> FilesProved:
    """Prove all files of a data folder that has a journal. A file that cannot be read is a fault too."""
    proved = FilesProved()
    vault = _vault(data, proved)
    _prove(data / JOURNAL_FILE, journal.SCHEMA, proved, lambda db: _prove_cards(db, vault, proved))
    if not databases.is_empty(data / BOOKS_FILE):
        _prove(data / BOOKS_FILE, books.SCHEMA, proved, lambda db: _prove_days(db, data, proved))
    if databases.is_there(data / recorder.TRACE_FILE):
        _prove(data / recorder.TRACE_FILE, recorder.SCHEMA, proved, lambda db: _prove_messages(db, vault, proved))
    for path in sorted((data / "issuers").glob("*.db")):
        _prove(path, book.SCHEMA, proved)
    return proved


def _vault(data: Path, proved: FilesProved) -> Vault | None:
    """The vault, where this user may read its key. A missing key is only noted; a key that others can read is an error."""
    path = data / KEY_FILE
    if not databases.is_there(path):
        proved.notes.append(f"no {KEY_FILE} here: sealed card numbers were not opened")
        return None
    try:
        return Vault.open(data, new=False)
    except DataFolderError as error:
        if databases.may_write(path):
            raise
        proved.notes.append(f"sealed card numbers were not opened: {error}")
        return None


def _prove(
    path: Path,
    schema: databases.Schema,
    proved: FilesProved,
    more: Callable[[sqlite3.Connection], None] = lambda _: None,
) -> None:
    """One database: its pages and indexes, its tables and guards, and what else is proved of it.

    An issuer's book is a bank's: what it is made of is not the centre's to prove, only that it is whole.
    """
    try:
        with databases.readable(path, schema) as uri, closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as db:
            if databases.version_of(db, path, schema) < schema.version:
                return  # whoever writes it next brings it up to date
            for (finding,) in db.execute(f"PRAGMA integrity_check({FAULTS_SHOWN_MAX})"):
                if finding != "ok":
                    proved.fault("databases_sound", f"{path.name}: {databases.said(finding)}")
            for difference in databases.differences(db, schema) if schema is not book.SCHEMA else ():
                proved.fault("schema_unchanged", f"{path.name}: {difference}")
            more(db)
    except (sqlite3.Error, DataFolderError, OSError, UnicodeError) as error:
        proved.fault("databases_sound", f"{path.name}: {databases.said(error)}")


def _prove_cards(db: sqlite3.Connection, vault: Vault | None, proved: FilesProved) -> None:
    """Every different sealed card number opens, and to the number whose mask stands beside it."""
    if vault is None:
        return
    wrong = []
    for sealed, masked, request_id in db.execute(_CARDS):
        proved.card_count += 1
        try:
            opens = vault.unseal(sealed).masked == masked
        except (DataFolderError, ValueError, TypeError):
            opens = False
        if not opens:
            wrong.append(request_id)
    if wrong:
        sentence = f"{len(wrong)} of {proved.card_count} sealed card numbers do not open, or not to what is masked beside them"
        proved.fault("cards_open", f"{sentence}: those of {_named('request', wrong)}")


def _prove_messages(db: sqlite3.Connection, vault: Vault | None, proved: FilesProved) -> None:
    if vault is None:
        return
    wrong = []
    for message_id, sealed in db.execute(_MESSAGES):
        try:
            vault.unseal_bytes(sealed)
        except (DataFolderError, ValueError, TypeError):
            wrong.append(message_id)
    if wrong:
        closed = plural(len(wrong), "message of the trace does", "messages of the trace do")
        proved.fault("messages_open", f"{closed} not open: {_named('message', wrong)}")


def _prove_days(db: sqlite3.Connection, data: Path, proved: FilesProved) -> None:
    proved.faults += reopening_faults(db)
    proved.faults += line_file_faults(db, data)
    closed, unrecorded = books.closed_dates(db), []
    for business_date, person in {each.business_date: each.person for each in reopenings_of(db)}.items():
        if business_date not in closed:
            again = f"`switch day close {business_date}` does that"
            proved.notes.append(f"business date {business_date}: reopened by {person}, and not closed again yet: {again}")
    for business_date in closed:
        for table in books.changed_tables(db, business_date):
            proved.fault("rows_unchanged", f"the rows of {table} are not as they were written", business_date)
        compared = files.compared(db, files.day_folder(data, business_date), business_date)
        proved.file_count += compared.alike
        if compared.changed:
            again = f"delete them, and `switch day close {business_date}` writes them from the books"
            changed = plural(len(compared.changed), "file is", "files are")
            sentence = f"{changed} not as they were written: {_told(compared.changed)}; {again}"
            proved.fault("files_unchanged", sentence, business_date)
        if compared.missing:
            again = f"`switch day close {business_date}` writes them"
            proved.notes.append(f"{business_date}: files missing, {again}: {_told(compared.missing)}")
        if compared.unrecorded:
            unrecorded.append(business_date)
    if unrecorded:
        span = unrecorded[0] if len(unrecorded) == 1 else f"{len(unrecorded)} days, from {unrecorded[0]} to {unrecorded[-1]},"
        proved.notes.append(f"files of {span} were not compared: an earlier release closed the day and kept no digests")


def _named(what: str, numbers: Iterable[object]) -> str:
    return f"{what} {_told([str(number) for number in numbers])}"


def _told(names: list[str]) -> str:
    more = len(names) - NAMES_TOLD_MAX
    return ", ".join(names[:NAMES_TOLD_MAX]) + (f" and {more} more" if more > 0 else "")
