"""An issuer's durable book: the entries its accounts are rebuilt from.

SQLite in WAL mode with ``synchronous=NORMAL``: what was appended survives a kill -9 of the process; a power cut may take the
last entries with it. The issuer stands for a bank that is not ours, so this is enough; the centre's journal is stricter.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

from switch.errors import DataFolderError
from switch.issuers.account import Entry

APPLICATION_ID = 0x53574942  #: "SWIB" in the header of the file, so that no other database is taken for a book
SCHEMA_VERSION = 1

_COLUMNS = ", ".join(Entry._fields)
_INSERT = f"INSERT INTO entry ({_COLUMNS}) VALUES ({', '.join('?' * len(Entry._fields))})"  # noqa: S608
_SELECT = f"SELECT {_COLUMNS} FROM entry ORDER BY id"  # noqa: S608


class Book:
    """A book in a file. One caller at a time, from any thread."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    @classmethod
    def open(cls, path: Path) -> Book:
        """Open the book, or begin one where there is none. DataFolderError where the file is something else."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
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
        return cls(connection)

    def append(self, entries: Iterable[Entry]) -> None:
        """Write the entries of a batch in one commit: all of them or none."""
        with self._connection as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(_INSERT, entries)

    def entries(self) -> Iterator[Entry]:
        """All entries in the order they were written."""
        return map(Entry._make, self._connection.execute(_SELECT))

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

    def close(self) -> None:
        pass


def _begin_or_know(connection: sqlite3.Connection, path: Path) -> None:
    (application_id,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    if (application_id, version) == (APPLICATION_ID, SCHEMA_VERSION):
        return
    if tables or application_id not in (0, APPLICATION_ID):
        what = f"a book of version {version}" if application_id == APPLICATION_ID else "another program's database"
        raise DataFolderError(f"{path}: found {what}, expected an issuer's book of version {SCHEMA_VERSION}")
    schema = Path(__file__).with_name("book_schema.sql").read_text(encoding="utf-8")
    connection.executescript(
        f"BEGIN; {schema} PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;"
    )
