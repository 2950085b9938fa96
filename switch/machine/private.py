"""Files and folders that are their owner's alone, whatever the umask: a data folder holds card numbers and payments."""

from __future__ import annotations

import io
import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import Final

FILE_MODE: Final = 0o600
FOLDER_MODE: Final = 0o700


def make_folder(path: Path) -> None:
    """Make a folder where there is none. One that is there keeps its mode: somebody may have let others in."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        path.mkdir(FOLDER_MODE)
    except FileExistsError:
        if not path.is_dir():
            raise
    else:
        path.chmod(FOLDER_MODE)


def begin_file(path: Path) -> None:
    """Make an empty file where there is none, for a library that makes its files by the umask."""
    with suppress(FileExistsError):
        os.close(_made(path, os.O_EXCL))


def create_file(path: Path | str) -> io.FileIO:
    """A new or emptied file to write bytes into, unbuffered."""
    return io.FileIO(_made(path, os.O_TRUNC), "wb")


def write_text(path: Path, text: str) -> None:
    """A file of this text and no other (UTF-8)."""
    with create_file(path) as file:
        file.write(text.encode(errors="surrogateescape"))


def _made(path: Path | str, how: int) -> int:
    descriptor = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_NOFOLLOW | os.O_NONBLOCK | how, FILE_MODE)
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISREG(mode) and stat.S_IMODE(mode) != FILE_MODE:
        with suppress(PermissionError):  # another's file, that lets us write
            os.fchmod(descriptor, FILE_MODE)
    return descriptor


def others_may_read(path: Path) -> bool:
    """Whether anybody but its owner may do something with a file. OSError where it is not there."""
    return bool(path.stat().st_mode & 0o077)
