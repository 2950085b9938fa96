"""The desk that cases are worked at: the books with the open business date, beside no close."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path

from switch.data_folder.databases import one_transaction
from switch.endofday import books
from switch.errors import NegativeAnswerError, SwitchError


def case_query(name: str) -> str:
    """The SQL of a file in the folder ``queries``."""
    return resources.files("switch.casework").joinpath("queries", f"{name}.sql").read_text(encoding="utf-8")


@contextmanager
def writing(data: Path) -> Iterator[tuple[sqlite3.Connection, str]]:
    """The books inside one transaction, and the business date that is open: all that is written is of that date.

    A close waits until the transaction is over, and this waits for a close: so the close of a date has all the rows of it.
    """
    with books.opened(data, to_write=True) as connection, books.alone(data), one_transaction(connection):
        yield connection, open_date(connection, data)


def open_date(connection: sqlite3.Connection, data: Path) -> str:
    """The open business date. NegativeAnswerError where none was ever opened."""
    found = books.BusinessDates.of(connection).open
    if found is None:
        raise NegativeAnswerError(f"{data}: no business date was ever opened")
    return found


def numbered(which: str) -> int:
    """The number of a request that is named in place of an RRN; 0 where a text is none."""
    return int(which) if which.isascii() and which.isdecimal() and len(which) < 12 else 0


def only_one(found: list[str], which: str, what: str) -> None:
    """SwitchError where a name means several things."""
    if len(found) > 1:
        raise SwitchError(f"{which}: found {len(found)} {what}, expected one; their requests are {', '.join(found[:5])}")
