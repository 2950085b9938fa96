"""A data folder with closed days of four merchants, and how the tests pay them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from switch.endofday import books
from switch.endofday.close import check_books, close_day
from switch.endofday.proofs.transfer_proofs import transfer_faults
from switch.specs.load import load_specs
from switch.specs.specification import Specs
from switch.treasury.issue import IssuedFile, issue_date, reissue
from switch.treasury.status import StatusRead, read_status
from switch.treasury.store import ListedPayout, TransferBook
from tests.mail.closed_day import AIRLINE, GROCER, HOTEL, MERCHANTS, SHOP
from tests.support.day_builders import FRIDAY, MONDAY, NOW_MS, SATURDAY, SUNDAY, journal_of, later_ms

__all__ = ["AIRLINE", "FRIDAY", "GROCER", "HOTEL", "MERCHANTS", "MONDAY", "NOW_MS", "SATURDAY", "SHOP", "SUNDAY"]
SPECS = load_specs()


TERMINALS = {merchant: SPECS.merchants[merchant].terminals[0] for merchant in MERCHANTS}


def payout_of(business_date: str, merchant: str, number: int = 1) -> str:
    """The reference of a merchant's payout: its terminal has one remise each date it sells on."""
    return f"{business_date}-{TERMINALS[merchant]}-{number:06d}"


def clock() -> int:
    return NOW_MS


def close(data: Path, business_date: str, merchants: tuple[str, ...] = MERCHANTS, specs: Specs = SPECS) -> Path:
    """Sell something at each merchant on a date, and close it."""
    with journal_of(data) if (data / "journal.db").exists() else journal_of(data, business_date) as journal:
        for merchant in merchants:
            journal.decide(merchant_id=merchant, terminal_id=TERMINALS[merchant])
    close_day(data, specs, business_date, later_ms(data))
    return data


def issue(data: Path, business_date: str | None = None, specs: Specs = SPECS) -> IssuedFile:
    (file,) = issue_date(data, specs, business_date, clock)
    return file


def again(data: Path, *references: str, specs: Specs = SPECS) -> IssuedFile:
    return reissue(data, specs, references, clock)


def say(data: Path, *messages: str) -> list[StatusRead]:
    """What the bank's messages do, each a file of its own."""
    folder = data / "from-the-bank"
    folder.mkdir(exist_ok=True)
    first = len(list(folder.iterdir()))
    paths = [folder / f"{first + number}.xml" for number in range(len(messages))]
    for path, message in zip(paths, messages, strict=True):
        path.write_text(message, encoding="utf-8")
    return read_status(data, paths, clock)


def listed(data: Path) -> dict[str, ListedPayout]:
    """All payouts, by reference."""
    with books.opened(data) as connection:
        book = TransferBook(connection)
        return {each.reference: each for date in books.closed_dates(connection) for each in book.listed(date)}


def states(data: Path) -> dict[str, str]:
    return {reference: each.state for reference, each in listed(data).items()}


def suspense(data: Path) -> int:
    """What stands in the suspense accounts, in minor units."""
    sql = "SELECT COALESCE(SUM(credit_minor - debit_minor), 0) FROM transfer_posting WHERE account LIKE 'payout-suspense:%'"
    with closing(sqlite3.connect(data / "books.db")) as connection:
        return int(connection.execute(sql).fetchone()[0])


def faults(data: Path) -> list[str]:
    return [fault.sentence for fault in check_books(data).faults]


def transfer_sentences(data: Path) -> list[str]:
    """What is wrong with transfers alone."""
    with books.opened(data) as connection:
        return [fault.sentence for fault in transfer_faults(books.ask_of(connection))]
