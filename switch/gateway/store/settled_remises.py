"""What the books of the centre say of the payments of a shop: the remise each was settled with. They are only read."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, Final

from switch.data_folder import databases
from switch.endofday.books import SCHEMA as BOOKS
from switch.endofday.line_files.door import BooksConnection, WantedLines, see
from switch.errors import SwitchError
from switch.journal.journal import BOOKS_FILE
from switch.record import frozen

_BUSY_SECONDS: Final = 5.0  #: the day is being closed: its one transaction is waited for so long
_FOUND: Final = (
    "SELECT p.remise_number, p.business_date, o.value_date FROM presentment AS p"
    " JOIN remise AS r ON (r.business_date, r.merchant_id, r.terminal_id, r.number)"
    " = (p.business_date, p.merchant_id, p.terminal_id, p.remise_number)"
    " JOIN payout AS o ON o.reference = r.payout_reference"
    " WHERE p.merchant_id = ? AND p.terminal_id = ? AND p.rrn = ? AND p.amount_minor > 0"
    " ORDER BY p.business_date DESC LIMIT 1"
)
#: Of lines that stand in files, those that may be of payments.
_OF_KEYS: Final = "merchant_id = :merchant_id AND rrn BETWEEN :first AND :last"


@frozen(kw_only=True)
class PaymentKey:
    """How the books know a payment: merchant, terminal and retrieval reference (DE 42, 41, 37)."""

    merchant_id: str
    terminal_id: str
    rrn: str


def last_change(data: Path) -> tuple[object, ...]:
    """What changes whenever the books do: sizes and times of their files."""
    marks: list[object] = []
    for name in (BOOKS_FILE, f"{BOOKS_FILE}-wal"):
        try:
            found = (data / name).stat()
        except OSError:
            marks.append(None)
        else:
            marks.append((found.st_mtime_ns, found.st_size, found.st_ino))
    return tuple(marks)


def settled_remises(data: Path, keys: Iterable[tuple[int, PaymentKey]]) -> Mapping[int, Mapping[str, Any]]:
    """By the number of its order: the remise a payment was settled with. Empty while no date is closed, or where the books
    cannot be read: they are asked again when they change."""
    path, by_merchant = data / BOOKS_FILE, _by_merchant(keys)
    if databases.is_empty(path):
        return {}
    for files_in in (data, None):  # where files of lines cannot be read, those payments are found whose lines are rows
        with suppress(sqlite3.DatabaseError, SwitchError):
            return _found(path, files_in, by_merchant)
    return {}


def _found(
    path: Path, files_in: Path | None, by_merchant: list[list[tuple[int, PaymentKey]]]
) -> Mapping[int, Mapping[str, Any]]:
    with databases.readable(path, BOOKS) as uri, closing(_connected(uri)) as books:
        if databases.version_of(books, path, BOOKS) != BOOKS.version:
            return {}
        books.data = files_in
        found = {}
        for of_merchant in by_merchant:
            rrns = sorted(key.rrn for _, key in of_merchant)
            of = {"merchant_id": of_merchant[0][1].merchant_id, "first": rrns[0], "last": rrns[-1]}
            see(books, WantedLines(condition=_OF_KEYS, values=of))
            found.update({number: remise for number, key in of_merchant if (remise := _remise_of(books, key))})
        return found


def _connected(uri: str) -> BooksConnection:
    return sqlite3.connect(uri, uri=True, timeout=_BUSY_SECONDS, factory=BooksConnection)


def _by_merchant(keys: Iterable[tuple[int, PaymentKey]]) -> list[list[tuple[int, PaymentKey]]]:
    found: defaultdict[str, list[tuple[int, PaymentKey]]] = defaultdict(list)
    for number, key in keys:
        found[key.merchant_id].append((number, key))
    return list(found.values())


def _remise_of(books: sqlite3.Connection, key: PaymentKey) -> Mapping[str, Any]:
    row = books.execute(_FOUND, (key.merchant_id, key.terminal_id, key.rrn)).fetchone()
    if row is None:
        return {}
    return {"settle_id": f"{row[0]:06d}", "business_date": row[1], "value_date": row[2], "terminal_id": key.terminal_id}
