"""The three books of a closed date: what the journal, the book of each bank and the books of the day say of each transaction.

The journal says what was captured and what reversals left of it, the day what was presented, a bank what it booked. An approval
that the day lists as an exception is presented to nobody, and that is no difference.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Final

from attrs import Factory, define

from switch.data_folder import databases
from switch.endofday import books
from switch.endofday.cleared_notices import query
from switch.endofday.issuer_proofs import book_attached
from switch.endofday.line_files.door import of_date, see
from switch.errors import NegativeAnswerError
from switch.record import frozen, record

DIFFERENCES_KEPT_MAX: Final = 1_000  #: of a date; all are counted, and the rows that are handed on have them all

_JOURNAL_AND_DAY: Final = query("journal_and_day")
_BOOKED: Final = "SELECT request_id, amount_minor FROM book.booked_item WHERE business_date = ?"
_IS_BOOKED: Final = "SELECT 1 FROM book.booked_day WHERE business_date = ?"
_NAMED: Final = "SELECT rrn, currency FROM journal.request WHERE id = ?"


@record
class BookedThrice:
    """What the three books say of one transaction, in minor units."""

    request_id: int
    rrn: str
    issuer: str
    currency: str
    journal_minor: int
    bank_minor: int | None  #: None where the bank's book was not read
    day_minor: int
    exception: str = ""  #: why the day could not present it

    @property
    def agrees(self) -> bool:
        if self.exception:
            return self.day_minor == 0 and not self.bank_minor
        return self.journal_minor == self.day_minor and self.bank_minor in (None, self.day_minor)


@define
class BankTotal:
    """The transactions of one bank: how many, and the sums of each book, in minor units of one currency."""

    issuer: str
    currency: str
    transaction_count: int = 0
    difference_count: int = 0
    journal_minor: int = 0
    bank_minor: int | None = 0
    day_minor: int = 0
    excepted_minor: int = 0  #: part of the journal's sum that the day lists as exceptions

    def add(self, item: BookedThrice) -> None:
        self.transaction_count += 1
        self.difference_count += not item.agrees
        self.journal_minor += item.journal_minor
        self.day_minor += item.day_minor
        self.excepted_minor += item.journal_minor if item.exception else 0
        if item.bank_minor is None:
            self.bank_minor = None
        elif self.bank_minor is not None:
            self.bank_minor += item.bank_minor


@frozen(kw_only=True)
class ThreeBooks:
    """The three books of a date compared."""

    business_date: str
    totals: tuple[BankTotal, ...]
    differences: tuple[BookedThrice, ...]  #: at most DIFFERENCES_KEPT_MAX of them
    difference_count: int
    notes: tuple[str, ...] = ()  #: which banks' books could not be read, and why

    @property
    def agrees(self) -> bool:
        return self.difference_count == 0


@define
class _Found:
    totals: dict[tuple[str, str], BankTotal] = Factory(dict)
    differences: list[BookedThrice] = Factory(list)
    count: int = 0

    def add(self, item: BookedThrice) -> None:
        key = (item.issuer, item.currency)
        if key not in self.totals:
            self.totals[key] = BankTotal(*key)
        self.totals[key].add(item)
        if not item.agrees:
            self.count += 1
            if len(self.differences) < DIFFERENCES_KEPT_MAX:
                self.differences.append(item)


def compare_books(
    data: Path, business_date: str | None = None, hand_on: Callable[[BookedThrice], object] = lambda _: None
) -> ThreeBooks:
    """Compare the three books of a closed date, the last one where none is named; each transaction is handed on."""
    with books.opened(data) as connection:
        closed = books.closed_dates(connection)
        chosen = business_date or (closed[-1] if closed else None)
        if chosen is None:
            raise NegativeAnswerError(f"{data}: no business date is closed yet")
        if chosen not in closed:
            last = f"the last one closed is {closed[-1]}" if closed else "none is closed yet"
            raise NegativeAnswerError(f"business date {chosen} is not closed; {last}")
        see(connection, of_date(chosen))
        found, notes = _Found(), list[str]()
        rows = connection.execute(_JOURNAL_AND_DAY, {"business_date": chosen}).fetchall()
        for issuer, of in groupby(rows, key=lambda row: str(row[2])):
            booked, note = _booked(connection, data, issuer, chosen)
            notes += [note] if note else []
            for item in _compared(connection, issuer, of, booked):
                found.add(item)
                hand_on(item)
        return ThreeBooks(
            business_date=chosen,
            totals=tuple(found.totals.values()),
            differences=tuple(found.differences),
            difference_count=found.count,
            notes=tuple(notes),
        )


def _compared(
    connection: sqlite3.Connection, issuer: str, rows: Iterator[tuple[object, ...]], booked: dict[int, int] | None
) -> Iterator[BookedThrice]:
    for request_id, rrn, _, currency, journal_minor, day_minor, exception in rows:
        bank_minor = None if booked is None else booked.pop(int(str(request_id)), 0)
        yield BookedThrice(
            int(str(request_id)),
            str(rrn),
            issuer,
            str(currency),
            int(str(journal_minor)),
            bank_minor,
            int(str(day_minor)),
            str(exception),
        )
    for request_id, minor in sorted((booked or {}).items()):
        rrn, currency = connection.execute(_NAMED, (request_id,)).fetchone() or ("", "")
        yield BookedThrice(request_id, str(rrn), issuer, str(currency), 0, minor, 0)


def _booked(connection: sqlite3.Connection, data: Path, issuer: str, business_date: str) -> tuple[dict[int, int] | None, str]:
    """What a bank booked of the date by its own book; None, and why, where that cannot be said."""
    if not issuer:
        return None, ""
    if databases.is_empty(data / "issuers" / f"{issuer}.db"):
        return None, f"no book of {issuer} here: journal and day were compared without it"
    with book_attached(connection, data, issuer, [business_date]) as readable:
        if not readable:
            return None, f"the book of {issuer} was not read: an earlier release wrote it"
        if connection.execute(_IS_BOOKED, (business_date,)).fetchone() is None:
            return None, f"{issuer} has not booked {business_date} yet: journal and day were compared without its book"
        return {int(row[0]): int(row[1]) for row in connection.execute(_BOOKED, (business_date,))}, ""
