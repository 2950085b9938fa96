"""The files of a closed business date rendered again from the books, and held to what they came to when they were written.

A file that is missing or was changed is put back where the new one has the bytes that the books know; no other is touched.
"""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from attrs import asdict

from switch.endofday import books, files
from switch.errors import DataFolderError
from switch.machine.files import kind_at
from switch.machine.private import make_folder
from switch.record import frozen


@frozen(kw_only=True)
class Redone:
    """What became of the files of a date; names are below its folder."""

    business_date: str
    alike: tuple[str, ...] = ()  #: rendered again byte for byte, and there as they were written
    put_back: tuple[str, ...] = ()  #: missing or changed, and there again as they were written
    other: tuple[str, ...] = ()  #: this release writes them otherwise than they were written; left as they are
    unrecorded: tuple[str, ...] = ()  #: an earlier release kept no digest of them
    changed_tables: tuple[str, ...] = ()  #: of the books, whose rows are not as they were written

    @property
    def is_sound(self) -> bool:
        return not self.changed_tables

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def redone(data: Path, business_date: str, say: Callable[[str], None] = lambda _: None) -> Redone:
    """Render the files of a closed date again and put back those that are not there as they were written. The books are not
    written. DataFolderError where the folder cannot be."""
    with books.alone(data), books.opened(data, apart=True) as connection:
        books.refuse_not_closed(connection, business_date)
        with books.opened(data) as standing:  # of lines that stand in files, the copy has no list of these
            changed = tuple(books.changed_tables(standing, business_date))
        folder = files.day_folder(data, business_date)
        beside = folder.with_name(f".{business_date}.again")
        try:
            shutil.rmtree(beside, ignore_errors=True)  # of a redo that died
            recorded = files.recorded_files(connection, business_date)
            files.render(connection, beside, business_date, say)
            return _compared(connection, business_date, recorded, changed, beside, folder)
        except OSError as error:
            where = error.filename or folder
            raise DataFolderError(f"{where}: found {error.strerror}, expected a folder that can be written") from None
        finally:
            shutil.rmtree(beside, ignore_errors=True)


def _compared(
    connection: sqlite3.Connection,
    business_date: str,
    recorded: dict[str, set[tuple[str, int]]],
    changed_tables: tuple[str, ...],
    beside: Path,
    folder: Path,
) -> Redone:
    alike, put_back, other, unrecorded = [], [], [], []
    for name in sorted(files.file_names(connection, business_date)):
        new, now = _digest(beside / name), _digest(folder / name)
        if name not in recorded:
            unrecorded.append(name)
        elif new not in recorded[name]:
            other.append(name)
        elif now in recorded[name]:
            alike.append(name)
        else:
            make_folder(folder)
            make_folder((folder / name).parent)
            (beside / name).replace(folder / name)
            put_back.append(name)
    return Redone(
        business_date=business_date,
        alike=tuple(alike),
        put_back=tuple(put_back),
        other=tuple(other),
        unrecorded=tuple(unrecorded),
        changed_tables=changed_tables,
    )


def _digest(path: Path) -> tuple[str, int] | None:
    """SHA-256 and bytes of a file; None where there is none that can be read to its end."""
    if kind_at(path) is not None:
        return None
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest(), file.tell()
    except OSError:
        return None
