"""An issuer's durable book: the entries its accounts are rebuilt from.

SQLite in WAL mode with ``synchronous=NORMAL``: what was appended survives a kill -9 of the process; a power cut may take the
last entries with it. The issuer stands for a bank that is not ours, so this is enough; the centre's journal is stricter.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

from switch.errors import DataFolderError
from switch.issuers.entry import LOWERED_BY, Entry, EntryReference, Placed, standing
from switch.machine.kept_files import LOOK_MS, KeptFiles, or_stop, unwritable, with_side_files
from switch.machine.private import begin_file, make_folder
from switch.transaction import ExchangeKey

APPLICATION_ID = 0x53574942  #: "SWIB" in the header of the file, so that no other database is taken for a book
#: The scripts that make a book, in order; ``PRAGMA user_version`` counts those a file has had. Add, never change.
MIGRATIONS = ("1.sql", "2.sql", "3.sql")
_SCHEMA_VERSION = len(MIGRATIONS)

_COLUMNS = ", ".join(Entry._fields)
_INSERT = f"INSERT INTO entry ({_COLUMNS}) VALUES ({', '.join('?' * len(Entry._fields))})"  # noqa: S608
_SELECT = f"SELECT {_COLUMNS} FROM entry ORDER BY id"  # noqa: S608
_OF_KEY = (
    f"SELECT {_COLUMNS} FROM entry "  # noqa: S608
    "WHERE stan = ? AND transmitted_at = ? AND acquirer_id = ? AND terminal_id = ? ORDER BY id"
)
_PLACED = "kind IN ('hold', 'credit')"
_REFERENCE_INDEX = f"CREATE INDEX IF NOT EXISTS entry_rrn ON entry (rrn) WHERE {_PLACED}"
_OF_REFERENCE = (
    "SELECT acquirer_id, terminal_id, stan, transmitted_at FROM entry "  # noqa: S608
    f"WHERE {_PLACED} AND rrn = ? AND terminal_id = ? AND amount_minor = ? ORDER BY id DESC LIMIT 1"
)


class Book:
    """A book in a file. ``owner`` names its issuer to people. One caller at a time, from any thread."""

    def __init__(self, connection: sqlite3.Connection, path: Path, owner: str) -> None:
        self._connection, self._path, self._owner = connection, path, owner
        self._files = KeptFiles([path.parent, *with_side_files(path)])
        self._looked_at = time.monotonic()

    @classmethod
    def open(cls, path: Path, owner: str = "the issuer") -> Book:
        """Open the book, or begin one where there is none. DataFolderError where the file is something else."""
        try:
            make_folder(path.parent)
            begin_file(path)
            connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        except (OSError, sqlite3.Error) as error:
            raise DataFolderError(f"{path}: cannot be opened as an issuer's book: {error}") from None
        try:
            _begin_or_know(connection, path)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
        except (sqlite3.Error, DataFolderError) as error:
            connection.close()
            if isinstance(error, DataFolderError):
                raise
            raise DataFolderError(f"{path}: cannot be opened as an issuer's book: {error}") from None
        return cls(connection, path, owner)

    def or_stop(self) -> AbstractContextManager[None]:
        """What cannot be done with the file in the block ends it with the sentence of a book that cannot be written."""
        return or_stop(self._path, self._owner)

    def look(self) -> None:
        """DataFolderError where the file was deleted, renamed or replaced since it was opened."""
        self._looked_at = time.monotonic()
        fault = self._files.fault()
        if fault is not None:
            raise unwritable(self._path, fault, self._owner)

    @property
    def empty(self) -> bool:
        """Whether nothing was ever written into it."""
        return self._connection.execute("SELECT 1 FROM entry LIMIT 1").fetchone() is None

    def append(self, entries: Iterable[Entry]) -> None:
        """Write the entries of a batch in one commit: all of them or none."""
        if time.monotonic() - self._looked_at >= LOOK_MS / 1000:
            self.look()
        with self._connection as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(_INSERT, entries)

    def entries(self) -> Iterator[Entry]:
        """All entries in the order they were written."""
        return map(Entry._make, self._connection.execute(_SELECT))

    def placed_under(self, key: ExchangeKey) -> Placed | None:
        """The last hold or credit of an exchange, with what is left of it."""
        acquirer_id, terminal_id, stan, transmitted_at = key
        rows = self._connection.execute(_OF_KEY, (stan, transmitted_at, acquirer_id, terminal_id))
        return standing(map(Entry._make, rows))

    def key_of(self, reference: EntryReference) -> ExchangeKey | None:
        """The exchange whose hold or credit was the last placed under a reference.

        The index for it is made when first needed (half a second for a million entries): reversals without DE 90 are rare, and
        each approval would pay 2 µs for it.
        """
        self._connection.execute(_REFERENCE_INDEX)
        row = self._connection.execute(_OF_REFERENCE, reference).fetchone()
        return ExchangeKey(*row) if row else None

    def close(self) -> None:
        self._connection.close()


class MemoryBook:
    """The same verbs, nothing kept beyond the process."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []

    def append(self, entries: Iterable[Entry]) -> None:
        self._entries.extend(entries)

    def entries(self) -> Iterator[Entry]:
        return iter(tuple(self._entries))

    def placed_under(self, key: ExchangeKey) -> Placed | None:
        return standing(entry for entry in self._entries if entry.key == key)

    def key_of(self, reference: EntryReference) -> ExchangeKey | None:
        for entry in reversed(self._entries):
            if entry.kind in LOWERED_BY and (entry.rrn, entry.terminal_id, entry.amount_minor) == reference:
                return entry.key
        return None

    def close(self) -> None:
        pass


def _begin_or_know(connection: sqlite3.Connection, path: Path) -> None:
    (application_id,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    if application_id != APPLICATION_ID and (application_id or version or tables):
        raise DataFolderError(f"{path}: found another program's database, expected an issuer's book")
    if version > _SCHEMA_VERSION:
        raise DataFolderError(f"{path}: found a book of version {version}, expected {_SCHEMA_VERSION} or earlier")
    for number, script in enumerate(MIGRATIONS[version:], start=version + 1):
        sql = Path(__file__).with_name("schema").joinpath(script).read_text(encoding="utf-8")
        marks = f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {number};"
        connection.executescript(f"BEGIN IMMEDIATE; {sql} {marks} COMMIT;")
