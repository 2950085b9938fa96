"""The SQLite files of a data folder: told from others by what they hold, brought up to date, read by whom may only read.

A file of a later release is refused by whoever opens it: what its rows mean is not known here.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Final, TypeVar

from switch.errors import DataFolderError
from switch.machine.private import begin_file
from switch.record import frozen

AnyConnection = TypeVar("AnyConnection", bound=sqlite3.Connection)

TIMEOUT_SECONDS: Final = 5.0  #: how long to wait for another writer; transactions of the centre take milliseconds


@frozen(kw_only=True)
class Schema:
    """What a file is made of. ``tables`` are some that it has had since its first script: they tell it from other files."""

    name: str  #: as it is called in sentences: a journal
    tables: frozenset[str]
    scripts: tuple[str, ...]  #: in order; ``PRAGMA user_version`` counts those a file has had. Add, never change.
    package: str  #: in whose folder ``schema`` the scripts are
    application_id: int = 0  #: in the header of the file, where it has one
    page_bytes: int = 4_096  #: of a page of a file that is made; one that is there keeps its own

    @property
    def version(self) -> int:
        return len(self.scripts)

    @property
    def expected(self) -> str:
        return f"expected {self.name} of Switch"

    def script(self, number: int) -> str:
        """The script that makes version ``number`` of the version before."""
        (folder,) = import_module(self.package).__path__  # importlib.resources loads a dozen modules more
        return Path(folder, "schema", self.scripts[number - 1]).read_text(encoding="utf-8")


def is_there(path: Path) -> bool:
    """Whether there is such a file; DataFolderError where it cannot be looked for."""
    try:
        return path.is_file()
    except OSError as error:
        raise DataFolderError(f"{path}: found {error.strerror}, expected a folder that can be read") from None


def is_empty(path: Path) -> bool:
    """Whether there is no such file, or nothing in it: a process died as it made it."""
    return not is_there(path) or path.stat().st_size == 0


def version_of(connection: sqlite3.Connection, path: Path, schema: Schema, database: str = "main") -> int:
    """How many scripts a file has had, 0: it is empty. DataFolderError where it is another's, or of a later release."""
    try:
        version: int = connection.execute(f"PRAGMA {database}.user_version").fetchone()[0]
        marked = connection.execute(f"PRAGMA {database}.application_id").fetchone()[0] == schema.application_id
        names = connection.execute(f"SELECT name FROM {database}.sqlite_schema WHERE type = 'table'")
        tables = {str(row[0]) for row in names}
    except (sqlite3.DatabaseError, UnicodeError) as error:
        raise unreadable(path, schema, error) from None
    ours = marked and version >= 1 and tables >= schema.tables
    if (tables or 0 < version <= schema.version) and not ours:
        raise DataFolderError(f"{path}: found another program's database, {schema.expected}")
    if version > schema.version:
        earlier = f"expected {schema.version} or earlier: a later release wrote it"
        raise DataFolderError(f"{path}: found {schema.name} of schema {version}, {earlier}")
    return version


def unreadable(path: Path, schema: Schema, error: Exception) -> DataFolderError:
    """The sentence for a file that SQLite cannot make sense of, or that cannot be opened."""
    return DataFolderError(f"{path}: found {said(error)}, {schema.expected}")


def said(error: object) -> str:
    """What an exception, or SQLite, says, on one line."""
    found = error.strerror if isinstance(error, OSError) and error.strerror else error
    return " ".join(str(found).split()) or type(error).__name__


def to_write(
    path: Path, schema: Schema, *, timeout_seconds: float = TIMEOUT_SECONDS, any_thread: bool = False
) -> sqlite3.Connection:
    """A connection in autocommit and WAL mode to a file that is made, or brought up to date, first. It is its thread's alone,
    or one caller's at a time."""
    return to_write_as(sqlite3.Connection, path, schema, timeout_seconds=timeout_seconds, any_thread=any_thread)


def to_write_as(
    kind: type[AnyConnection],
    path: Path,
    schema: Schema,
    *,
    timeout_seconds: float = TIMEOUT_SECONDS,
    any_thread: bool = False,
) -> AnyConnection:
    """The same, as a connection of a class of the caller's."""
    try:
        begin_file(path)
        connection = sqlite3.connect(
            path, isolation_level=None, timeout=timeout_seconds, check_same_thread=not any_thread, factory=kind
        )
    except (OSError, sqlite3.Error) as error:
        raise unreadable(path, schema, error) from None
    try:
        version_of(connection, path, schema)
        connection.execute(f"PRAGMA page_size = {schema.page_bytes}")  # is of effect in an empty file alone
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        migrate(connection, schema)
    except BaseException as error:
        connection.close()
        if isinstance(error, sqlite3.Error | UnicodeError):
            raise unreadable(path, schema, error) from None
        raise
    return connection


@contextmanager
def one_transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All that the block writes is on the disk after it, or nothing is: no other writer comes in between."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def migrate(connection: sqlite3.Connection, schema: Schema) -> None:
    """Run the scripts a file has not had; where somebody else is doing so, their work will do.

    An empty file is made in one transaction, of what all scripts together come to: those of the books take five times as long.
    """
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version == 0:
        with _unless_another_does(connection, 1), one_transaction(connection):
            if connection.execute("PRAGMA user_version").fetchone()[0] == 0:
                for sql in (*made_at_once(schema), *_marks(schema, schema.version)):
                    connection.execute(sql)
        (version,) = connection.execute("PRAGMA user_version").fetchone()
    for number in range(version + 1, schema.version + 1):
        with _unless_another_does(connection, number):
            marks = ";\n".join(_marks(schema, number))
            connection.executescript(f"BEGIN IMMEDIATE;\n{schema.script(number)}\n{marks};\nCOMMIT;")


def _marks(schema: Schema, number: int) -> tuple[str, str]:
    return f"PRAGMA application_id = {schema.application_id}", f"PRAGMA user_version = {number}"


@contextmanager
def _unless_another_does(connection: sqlite3.Connection, number: int) -> Iterator[None]:
    """OperationalError only where nobody else has brought the file to version ``number`` meanwhile."""
    try:
        yield
    except sqlite3.OperationalError:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        if connection.execute("PRAGMA user_version").fetchone()[0] < number:
            raise


@cache
def made_at_once(schema: Schema) -> tuple[str, ...]:
    """What all scripts of a schema come to, statement by statement. No script leaves rows in a file that had none."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as fresh:
        for number in range(1, schema.version + 1):
            fresh.executescript(schema.script(number))
        made = "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite%' ORDER BY rowid"
        return tuple(str(row[0]) for row in fresh.execute(made))


@contextmanager
def readable(path: Path, schema: Schema) -> Iterator[str]:
    """The URI that a file is read by, also by somebody who may not write beside it.

    SQLite reads a file in WAL mode with the help of two others. Where these are not there and cannot be made, the file is
    whole by itself, and read so; DataFolderError where it is not whole, or where it changed meanwhile.
    """
    uri = f"{path.resolve().as_uri()}?mode=ro"
    if _opens(uri):
        yield uri
        return
    if not os.access(path, os.R_OK):
        raise DataFolderError(f"{path}: found a file that may not be read here, {schema.expected}")
    before = _marks_of(path)
    if before[1]:
        raise DataFolderError(
            f"{path}: found its last rows in {path.name}-wal, which cannot be read without the right to write; expected "
            "its owner to have run `switch check` once, or Switch to be running"
        )
    try:
        yield f"{uri}&immutable=1"
    finally:
        if _marks_of(path) != before:
            raise DataFolderError(f"{path}: found it written while it was read, expected it to stay as it is; try again")


def _opens(uri: str) -> bool:
    """Whether a database can be read as it should be: with what was written last. One that is damaged opens too."""
    try:
        with closing(sqlite3.connect(uri, uri=True, timeout=TIMEOUT_SECONDS)) as connection:
            connection.execute("SELECT COUNT(*) FROM sqlite_schema").fetchone()
    except sqlite3.OperationalError as error:
        return error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY)
    except (sqlite3.DatabaseError, UnicodeError):
        return True
    return True


def _marks_of(path: Path) -> tuple[object, int]:
    """What tells whether a file was written, and the bytes of its write-ahead log."""
    try:
        about = path.stat()
    except OSError:
        return None, 0
    try:
        logged = path.with_name(path.name + "-wal").stat().st_size
    except OSError:
        logged = 0
    return (about.st_ino, about.st_size, about.st_mtime_ns), logged


def may_write(path: Path) -> bool:
    """Whether this process may write a database: the file, and others beside it."""
    return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)


def differences(connection: sqlite3.Connection, schema: Schema) -> Sequence[str]:
    """What of a file is not as its scripts make it: sentences on tables, indexes and guards that are missing or changed.

    Tables and indexes that somebody added do no harm; a trigger does.
    """
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as fresh:
        migrate(fresh, schema)
        made = _objects(fresh)
    found = _objects(connection)
    told = []
    for key in sorted(made.keys() | found.keys()):
        kind, name = key
        if key not in found:
            told.append(f"{kind} {name} is missing")
        elif key in made and made[key] != found[key]:
            told.append(f"{kind} {name} is not as Switch makes it")
        elif key not in made and kind == "trigger":
            told.append(f"{kind} {name} is not of Switch")
    return told


def _objects(connection: sqlite3.Connection) -> dict[tuple[str, str], str]:
    """Kind and name of what a database holds -> its SQL, quotes and white space left out: these differ by release of SQLite."""
    rows = connection.execute("SELECT type, name, COALESCE(sql, '') FROM sqlite_schema")
    return {(str(kind), str(name)): "".join(str(sql).replace('"', "").split()) for kind, name, sql in rows}
