from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from switch.errors import DataFolderError
from switch.issuers.account import AccountBook
from switch.issuers.entry import Entry, EntryReference
from switch.issuers.process.book import _OF_KEY, _OF_REFERENCE, SCHEMA, Book, MemoryBook
from switch.transaction import REFUND
from tests.issuers.cast import GOOD, NOW_MS, OF_SERIES, POOR, Issuer, asked, atlas, reversing


@pytest.fixture(params=["file", "memory"])
def book(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Book | MemoryBook]:
    opened = Book.open(tmp_path / "issuers" / "atlas.db") if request.param == "file" else MemoryBook()
    yield opened
    opened.close()


def morning(issuer: Issuer) -> list[Entry]:
    """Three approvals, one refusal, one hold given back."""
    asked_for = [asked(GOOD, 10_000, 1), asked(POOR, 3_000, 2), asked(POOR, 3_000, 3), asked(OF_SERIES, 7_777, 4)]
    entries = [judgement.entry for request in asked_for if (judgement := issuer.judge(request)).entry]
    released = issuer.accounts.lower(asked_for[0].key, NOW_MS + 1)
    assert released
    return [*[entry for entry in entries if entry], released]


def test_a_book_gives_back_what_was_appended(book: Book | MemoryBook) -> None:
    entries = morning(Issuer())

    book.append(entries[:2])
    book.append([])
    book.append(entries[2:])

    assert list(book.entries()) == entries


def test_replay_gives_the_same_balances_and_the_same_answers(book: Book | MemoryBook) -> None:
    issuer = Issuer()
    book.append(morning(issuer))

    again = AccountBook(atlas())
    again.replay(book.entries())

    for pan in (GOOD, POOR, OF_SERIES):
        assert again.available_minor(again.card(pan)) == issuer.available(pan)
    assert again.placed_count == issuer.accounts.placed_count == 3
    assert again.remembered(asked(stan=2).key) == issuer.accounts.remembered(asked(stan=2).key)
    assert again.lower(asked(stan=1).key, NOW_MS) is None
    assert again.lower(asked(stan=4).key, NOW_MS) is not None


def test_a_book_is_there_again_without_having_been_closed(tmp_path: Path) -> None:
    entries = morning(Issuer())
    left_open = Book.open(tmp_path / "atlas.db")
    left_open.append(entries)

    again = Book.open(tmp_path / "atlas.db")

    assert list(again.entries()) == entries
    again.close()
    left_open.close()


def test_a_batch_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    good, *_ = entries = morning(Issuer())
    book = Book.open(tmp_path / "atlas.db")

    with pytest.raises(sqlite3.IntegrityError):
        book.append([good, good._replace(amount_minor=0)])

    assert list(book.entries()) == []
    book.append(entries)
    assert list(book.entries()) == entries
    book.close()


@pytest.mark.parametrize("statement", ["UPDATE entry SET amount_minor = 1", "DELETE FROM entry"])
def test_the_database_refuses_to_forget(tmp_path: Path, statement: str) -> None:
    book = Book.open(tmp_path / "atlas.db")
    book.append(morning(Issuer()))
    book.close()
    by_hand = sqlite3.connect(tmp_path / "atlas.db")

    with pytest.raises(sqlite3.IntegrityError, match="the book is append-only"):
        by_hand.execute(statement)

    by_hand.close()


def test_no_card_number_is_in_the_file(tmp_path: Path) -> None:
    book = Book.open(tmp_path / "atlas.db")
    book.append(morning(Issuer()))
    book.close()

    assert GOOD.encode() not in (tmp_path / "atlas.db").read_bytes()


def test_another_file_is_not_taken_for_a_book(tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("not a database at all, whatever its name says" * 30)
    other = sqlite3.connect(tmp_path / "other.db")
    other.execute("CREATE TABLE thing (id)")
    other.close()
    alike = sqlite3.connect(tmp_path / "alike.db")
    alike.executescript("CREATE TABLE entry (id); PRAGMA user_version = 5")
    alike.close()
    newer = Book.open(tmp_path / "newer.db")
    newer._connection.execute("PRAGMA user_version = 6")
    newer.close()

    sentences = {
        "text": "file is not a database",
        "other": "another program's",
        "alike": "another program's",
        "newer": "an issuer's book of schema 6",
    }
    for name, found in sentences.items():
        with pytest.raises(DataFolderError, match=found):
            Book.open(tmp_path / f"{name}.db")


@pytest.mark.parametrize("version", range(1, SCHEMA.version))
def test_a_book_of_an_earlier_version_is_brought_up_to_date(tmp_path: Path, version: int) -> None:
    entries = morning(Issuer())
    earlier = sqlite3.connect(tmp_path / "atlas.db", isolation_level=None)
    for number in range(1, version + 1):
        earlier.executescript(SCHEMA.script(number))
    earlier.execute("CREATE INDEX entry_rrn ON entry (rrn) WHERE kind = 'hold'")
    earlier.execute(f"PRAGMA application_id = {SCHEMA.application_id}")
    earlier.execute(f"PRAGMA user_version = {version}")
    columns = Entry._fields[: 11 if version < 5 else None]
    marks = ", ".join("?" * len(columns))
    entries = [entry if version > 4 else entry._replace(expires_at_ms=0) for entry in entries]
    earlier.executemany(f"INSERT INTO entry ({', '.join(columns)}) VALUES ({marks})", [e[: len(columns)] for e in entries])
    earlier.close()

    for _ in range(2):
        book = Book.open(tmp_path / "atlas.db")
        assert list(book.entries()) == entries
        book.close()

    book = Book.open(tmp_path / "atlas.db")
    issuer = Issuer(book=book)
    issuer.undo(reversing(asked(OF_SERIES, 7_777, 4)))
    issuer.undo(reversing(asked(stan=5)))
    issuer.judge(asked(stan=6, transaction_type=REFUND))
    issuer.undo(reversing(asked(stan=6), original_key=None))
    assert [entry.kind for entry in book.entries()][-4:] == ["release", "reversed", "credit", "taken_back"]
    with pytest.raises(sqlite3.IntegrityError, match="the book is append-only"):
        book._connection.execute("DELETE FROM entry")
    book.close()


def test_a_book_finds_a_hold_and_what_is_left_of_it(book: Book | MemoryBook) -> None:
    first, second, third, fourth = (asked(OF_SERIES, amount, stan) for amount, stan in ((100, 1), (200, 2), (300, 3), (300, 4)))
    issuer = Issuer(book=book)
    for request in (first, second, third):
        issuer.judge(request)
    issuer.undo(reversing(first))
    issuer.undo(reversing(second, 150))
    issuer.undo(reversing(second, 50))
    issuer.undo(reversing(fourth))

    found = [book.placed_under(request.key) for request in (first, second, third, fourth)]

    assert [placed and placed.left_minor for placed in found] == [0, 50, 300, None]
    assert book.placed_under(first.key._replace(terminal_id="TERM0002")) is None
    assert book.placed_under(first.key._replace(acquirer_id="600009")) is None


def test_a_book_finds_the_last_hold_of_a_reference(book: Book | MemoryBook) -> None:
    issuer = Issuer(book=book)
    early, late = asked(OF_SERIES, 100, 1, rrn="R" * 12), asked(OF_SERIES, 100, 2, rrn="R" * 12)
    issuer.judge(early)
    issuer.judge(late)

    assert book.key_of(EntryReference("R" * 12, "TERM0001", 100)) == late.key
    assert book.key_of(EntryReference("R" * 12, "TERM0001", 101)) is None
    assert book.key_of(EntryReference("R" * 12, "TERM0002", 100)) is None
    assert book.key_of(EntryReference("S" * 12, "TERM0001", 100)) is None


def test_a_book_uses_its_index_to_find_a_hold(tmp_path: Path) -> None:
    book = Book.open(tmp_path / "atlas.db")
    book.key_of(EntryReference("", "", 0))

    plans = [
        " ".join(row[3] for row in book._connection.execute(f"EXPLAIN QUERY PLAN {sql}", values))
        for sql, values in ((_OF_KEY, ("",) * 4), (_OF_REFERENCE, ("", "", 0)))
    ]

    assert "entry_key" in plans[0]
    assert "entry_rrn" in plans[1]
    book.close()


def test_a_book_needs_a_place_to_stand(tmp_path: Path) -> None:
    with pytest.raises(DataFolderError, match="expected an issuer's book"):
        Book.open(tmp_path)
