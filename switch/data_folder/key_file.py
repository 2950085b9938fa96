"""The file of a key in a data folder: made on first use, whole or not there at all, and its owner's alone."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import Final

from switch.errors import DataFolderError
from switch.machine.files import kind_at
from switch.machine.private import create_file

OTHERS: Final = 0o077  #: the bits of a mode that let in anybody but the owner


def key_in(path: Path, size: int, *, needed_by: str = "") -> bytes:
    """The key of a file, which is made where it is missing, unless something needs the key that was there.

    ``needed_by`` says what opens with no other key. DataFolderError where the key is missing and needed, cannot be read, has
    not ``size`` bytes, or can be read by others.
    """
    try:
        key = _kept(path, size)
    except FileNotFoundError:
        if needed_by:
            raise DataFolderError(f"{path}: missing, and {needed_by} open with no other key") from None
        key = _made(path, size)
    except OSError as error:
        raise DataFolderError(f"{path}: found {error.strerror}, expected a key that can be read") from None
    if len(key) != size:
        raise DataFolderError(f"{path}: found a key of {len(key)} bytes, expected {size}")
    return key


def _kept(path: Path, size: int) -> bytes:
    """The key of a file that nobody but its owner can read."""
    kind = kind_at(path)
    if kind is not None:
        raise DataFolderError(f"{path}: found {kind}, expected the file of a key")
    with path.open("rb") as file:
        mode = os.fstat(file.fileno()).st_mode & 0o777
        if mode & OTHERS:
            raise DataFolderError(
                f"{path}: found a key that others can read or change (mode {mode:04o}), expected its owner's alone; "
                f"this mends it: chmod 600 {shlex.quote(str(path))}"
            )
        return file.read(size + 1)


def _made(path: Path, size: int) -> bytes:
    """A new key in a file that is whole or not there at all."""
    key, partial = os.urandom(size), path.with_name(path.name + ".new")
    partial.unlink(missing_ok=True)
    with create_file(partial) as file:
        file.write(key)
        os.fsync(file.fileno())
    partial.replace(path)
    return key
