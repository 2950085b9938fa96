"""The accounts of an issuer as somebody outside its process sees and changes them (``switch account``).

Looking reads the book and nothing else, whether its process runs or not. A change is written into the book by whoever holds its
lock: this process where the issuer's does not run, else the issuer's, which is given an order and takes it up within a second.
"""

from __future__ import annotations

import fcntl
import sqlite3
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from switch.data_folder import databases
from switch.errors import DataFolderError, NegativeAnswerError, UnreachableError
from switch.issuers.account import AccountBook
from switch.issuers.entry import BY_HAND, HOLD, Entry, Placed, standing
from switch.issuers.process import notices
from switch.issuers.process.book import SCHEMA, Book, Deed
from switch.issuers.profile import Card, Profile
from switch.machine.private import create_file
from switch.record import frozen
from switch.transaction import ExchangeKey

ORDER_SECONDS_MAX: Final = 10.0  #: how long to wait for the issuer's process, which looks for orders once a second
ORDER_POLL_SECONDS: Final = 0.05
_COLUMNS_OF_EARLIER: Final = 11  #: those a book has had since its first version


@frozen(kw_only=True)
class Account:
    """What an account has, and whose cards are on it. Amounts are of minor units of its currency."""

    name: str
    currency: str
    cards: tuple[Card, ...]
    file_minor: int  #: the balance the card's file gives it
    ledger_minor: int
    held_minor: int
    available_minor: int
    blocked: bool


def book_path(data: Path, issuer_id: str) -> Path:
    return data / "issuers" / f"{issuer_id}.db"


def process_runs(data: Path, issuer_id: str) -> bool:
    """Whether a process has the book of an issuer in its hands."""
    try:
        with book_path(data, issuer_id).with_suffix(".lock").open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def find_card(profile: Profile, name: str) -> Card | None:
    """The card of a number, or the first on an account of that name; None where the issuer has neither."""
    if name.isascii() and name.isdecimal():
        return next((card for card in profile.cards if card.pan.digits == name), None) or profile.further_card(name)
    for card in profile.cards:
        if card.account == name:
            return card
    for series in profile.card_series:
        number = name.removeprefix(series.account_prefix)
        if number != name and number.isdecimal() and 1 <= int(number) <= series.count and str(int(number)) == number:
            return series.card(int(number))
    return next((card for card in profile.sheet or () if card.account == name), None)


def read_accounts(data: Path, profile: Profile, only: Card | None = None) -> list[Account]:
    """The accounts of all named cards and of all that the book knows, or the account of one card."""
    entries = list(read_entries(data, profile, only))
    book = AccountBook(profile)
    book.replay(entries)
    cards: dict[str, list[Card]] = {}
    for card in [card for card in profile.cards if only is None or card.account == only.account]:
        cards.setdefault(card.account, []).append(card)
    for name in [only.account] if only is not None else sorted({entry.account for entry in entries} - cards.keys()):
        if name not in cards and (found := find_card(profile, name) or only) is not None:
            cards[name] = [found]
    return [_account(book, name, tuple(of_account)) for name, of_account in cards.items()]


def _account(book: AccountBook, name: str, cards: tuple[Card, ...]) -> Account:
    return Account(
        name=name,
        currency=book.currency,
        cards=cards,
        file_minor=cards[0].balance_minor,
        ledger_minor=book.ledger_minor(cards[0]),
        held_minor=book.held_on(name),
        available_minor=book.available_minor(cards[0]),
        blocked=book.blocked(name),
    )


def open_holds(entries: list[Entry]) -> list[Placed]:
    """The holds that have not ended, oldest first."""
    lines: dict[ExchangeKey, list[Entry]] = {}
    for entry in entries:
        if entry.kind not in BY_HAND:
            lines.setdefault(entry.key, []).append(entry)
    found = [placed for of_key in lines.values() if (placed := standing(of_key)) is not None]
    return [placed for placed in found if placed.entry.kind == HOLD and placed.left_minor]


def read_entries(data: Path, profile: Profile, only: Card | None = None) -> Iterator[Entry]:
    """The entries of a book, or those of one account, in their order. NegativeAnswerError where there is no book yet."""
    path = book_path(data, profile.id)
    with reading(path, profile.id) as (db, columns):
        of_account = "" if only is None else " WHERE account = ?"
        parameters = () if only is None else (only.account,)
        rows = db.execute(f"SELECT {columns} FROM entry{of_account} ORDER BY id", parameters)
        yield from map(Entry._make, rows)


@contextmanager
def reading(path: Path, issuer_id: str) -> Iterator[tuple[sqlite3.Connection, str]]:
    """A book for reading, with its columns as an Entry has them. An earlier release's is read as it is."""
    if databases.is_empty(path):
        raise NegativeAnswerError(f"{path}: issuer {issuer_id} has no book yet: `switch up` begins it")
    try:
        with databases.readable(path, SCHEMA) as uri, closing(sqlite3.connect(uri, uri=True)) as db:
            version = databases.version_of(db, path, SCHEMA)
            columns = ", ".join(Entry._fields)
            if version < SCHEMA.version and "expires_at_ms" not in _columns_of(db):
                columns = ", ".join((*Entry._fields[:_COLUMNS_OF_EARLIER], "0", "''"))
            yield db, columns
    except (sqlite3.DatabaseError, UnicodeError) as error:
        raise databases.unreadable(path, SCHEMA, error) from None


def _columns_of(db: sqlite3.Connection) -> set[str]:
    return {str(row[1]) for row in db.execute("PRAGMA table_info(entry)")}


def change(
    data: Path,
    profile: Profile,
    account: str,
    order: str,
    amount_minor: int = 0,
    *,
    clock_ms: Callable[[], int],
    pause: Callable[[float], None] = time.sleep,
) -> bool:
    """Change an account by hand; True where the issuer's process did it, False where this one wrote the book.

    UnreachableError where the process that holds the book does not take the order up; it is withdrawn then.
    """
    path = book_path(data, profile.id)
    if databases.is_empty(path):
        raise NegativeAnswerError(f"{path}: issuer {profile.id} has no book yet: `switch up` begins it")
    try:
        lock = create_file(path.with_suffix(".lock"))
    except OSError as error:
        raise DataFolderError(f"{path}: found {error.strerror}, expected a book that can be written") from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _ask_the_process(data, profile, account, order, amount_minor, pause)
            return True
        name = uuid.uuid4().hex
        with closing(Book.open(path, f"issuer {profile.id}")) as book, book.or_stop():
            accounts = AccountBook(profile)
            accounts.replay(book.entries())
            now_ms = clock_ms()
            entries = accounts.by_hand(account, order, amount_minor, book, now_ms)
            book.do(Deed(entries, order=(name, now_ms, "done")))
    return False


def _ask_the_process(
    data: Path, profile: Profile, account: str, order: str, amount_minor: int, pause: Callable[[float], None]
) -> None:
    given = notices.Order(uuid.uuid4().hex, order, account, amount_minor)
    try:
        path = notices.write_order(data, profile.id, given)
    except OSError as error:
        raise DataFolderError(f"{data / 'issuers'}: found {error.strerror}, expected a folder that can be written") from None
    for _ in range(int(ORDER_SECONDS_MAX / ORDER_POLL_SECONDS)):
        if _outcome(data, profile.id, given.name) is not None:
            return
        pause(ORDER_POLL_SECONDS)
    notices.withdraw(path)
    if _outcome(data, profile.id, given.name) is None:
        seconds = f"{ORDER_SECONDS_MAX:g} s"
        raise UnreachableError(f"issuer {profile.id}: its process has the book and did not answer within {seconds}")


def _outcome(data: Path, issuer_id: str, name: str) -> str | None:
    with reading(book_path(data, issuer_id), issuer_id) as (db, _):
        if not db.execute("SELECT 1 FROM sqlite_schema WHERE name = 'order_done'").fetchone():
            return None  # a process of an earlier release holds it
        row = db.execute("SELECT outcome FROM order_done WHERE name = ?", (name,)).fetchone()
    return None if row is None else str(row[0])
