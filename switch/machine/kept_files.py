"""Files a process writes for as long as it lives: whether they can be written, and are still the ones under their names.

A file that is deleted, renamed or replaced can be written for ever by whoever has it open, and nobody reads what is written.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from switch.errors import DataFolderError

LOOK_SECONDS: Final = 1.0  #: how often the names are looked at while nothing is written
LOOK_MS: Final = 100  #: and how often at most while much is written, so that it costs nothing
SIDE_FILES: Final = ("-wal", "-shm")  #: of an SQLite database in WAL mode; what was committed last stands in the first alone


def with_side_files(database: Path) -> list[Path]:
    """A database, and the files SQLite keeps beside it while it is open."""
    return [database, *(database.with_name(database.name + suffix) for suffix in SIDE_FILES)]


class KeptFiles:
    """Files and folders by device and inode, each from the moment it was first seen under its name; files that nobody may
    write, ``unchanging``, by size and time of their last change too."""

    def __init__(self, paths: Sequence[Path], unchanging: Sequence[Path] = ()) -> None:
        self._paths, self._unchanging = (*paths, *unchanging), frozenset(unchanging)
        self._seen: dict[Path, tuple[int, ...]] = {}
        self.fault()

    def fault(self) -> str | None:
        """What is wrong with the first file that is no longer the one under its name; None where all are in place."""
        for path in self._paths:
            try:
                status = path.stat()
            except (FileNotFoundError, NotADirectoryError):
                if path in self._seen:
                    return f"found nothing under the name {path}, expected what was there before"
                continue
            except OSError:  # it may well be there: a folder that may not be searched, say
                continue
            found: tuple[int, ...] = (status.st_dev, status.st_ino)
            if path in self._unchanging:
                found += (status.st_size, status.st_mtime_ns)
            if self._seen.setdefault(path, found) != found:
                return f"found something else under the name {path} than before"
        return None


def unwritable(path: Path, why: object, who: str) -> DataFolderError:
    """What ends the centre or an issuer, ``who``, whose file cannot be relied on."""
    return DataFolderError(f"{path}: cannot be written ({why}); {who} stops rather than answer what it cannot keep")


@contextmanager
def or_stop(path: Path, who: str) -> Iterator[None]:
    """Whatever SQLite cannot do with a file (locked, disk full, no descriptor left, bytes that are no database) ends the block
    with a DataFolderError, also out of nurseries. A statement that was wrong is our own fault and stays what it is."""
    try:
        yield
    except Exception as error:
        fault = _fault_of_the_file(error)
        if fault is None:
            raise
        raise unwritable(path, fault, who) from None


def _fault_of_the_file(error: BaseException) -> sqlite3.Error | None:
    if isinstance(error, BaseExceptionGroup):
        return next(filter(None, map(_fault_of_the_file, error.exceptions)), None)
    ours = isinstance(error, sqlite3.IntegrityError | sqlite3.ProgrammingError | sqlite3.InterfaceError)
    return error if isinstance(error, sqlite3.Error) and not ours else None
