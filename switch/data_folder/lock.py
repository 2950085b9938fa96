"""One centre at a time on a data folder, held by the folder itself: a file in it can be deleted, and another be made.

A command that must not run twice at once holds a file of its own (``file_held``).
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from switch.errors import DataFolderError
from switch.machine.files import kind_at
from switch.machine.private import create_file, make_folder

LOCK_FILE: Final = "lock"  #: locked too: a centre of an earlier release knows no other lock


@contextmanager
def held_alone(data: Path) -> Iterator[None]:
    """The data folder, made if need be and held by this process alone. DataFolderError where another one has it."""
    try:
        make_folder(data)
        folder = os.open(data, os.O_RDONLY)
    except OSError as error:
        raise _unusable(data, error) from None
    try:
        with suppress(OSError):  # a file system that cannot lock a folder has the file's lock
            _lock(folder, data)
        try:
            file = create_file(data / LOCK_FILE)
        except OSError as error:
            found = kind_at(data / LOCK_FILE) or error.strerror
            raise DataFolderError(f"{data / LOCK_FILE}: found {found}, expected a file that can be written") from None
        with file:
            _lock(file.fileno(), data)
            yield
    finally:
        os.close(folder)


@contextmanager
def file_held(path: Path, *, busy: str = "") -> Iterator[None]:
    """A lock file, made if need be and held by this process alone.

    Another holder is waited for; with ``busy``, DataFolderError says that instead. DataFolderError also where the file cannot
    be written.
    """
    try:
        file = create_file(path)
    except OSError as error:
        raise DataFolderError(f"{path}: found {error.strerror}, expected a file that can be written") from None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (fcntl.LOCK_NB if busy else 0))
        except BlockingIOError:
            raise DataFolderError(busy) from None
        yield


def _lock(descriptor: int, data: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        busy = f"{data}: another Switch is running on this data folder"
        raise DataFolderError(busy, hint="stop that one, or name another folder with --data") from None


def _unusable(data: Path, error: OSError) -> DataFolderError:
    return DataFolderError(f"{data}: found {error.strerror}, expected a folder that can be written")
