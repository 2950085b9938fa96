"""What ``switch check`` finds where a bank's book does not agree with journal and closed days; and what the bank is told."""

from __future__ import annotations

import errno
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from switch.casework.open_items import write_off
from switch.cli.console.words import translated
from switch.endofday import cleared_notices
from switch.endofday.close import check_books, close_day
from switch.errors import DataFolderError
from switch.issuers.account import AccountBook
from switch.issuers.entry import Entry
from switch.issuers.process import notices
from switch.issuers.process.book import Book
from switch.issuers.process.upkeep import Upkeep
from switch.transaction import CREDITS, ExchangeKey
from tests.issuers.cast import NOW_MS, atlas
from tests.support.day_builders import FRIDAY, GROCER, HOTEL, KIOSK, SATURDAY, close_two_days, day_specs, journal_of, later_ms

_APPROVED = """
SELECT r.acquirer_id, r.terminal_id, r.stan, r.transmitted_at, r.rrn, r.transaction_type, d.approved_minor
FROM request r JOIN decision d ON d.request_id = r.id WHERE d.approved_minor > 0 AND r.issuer = 'atlas'
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Two closed days, which the bank has booked."""
    close_two_days(tmp_path)
    with closing(sqlite3.connect(tmp_path / "journal.db")) as journal:
        approved = journal.execute(_APPROVED).fetchall()
    with closing(Book.open(tmp_path / "issuers" / "atlas.db")) as book:
        book.append(
            Entry(
                NOW_MS, "atlas-0001", "credit" if kind in CREDITS else "hold", amount_minor, *ExchangeKey(*key), rrn, "", "00"
            )
            for *key, rrn, kind, amount_minor in approved
        )
        booked(tmp_path, book)
    return tmp_path


def booked(data: Path, book: Book) -> None:
    accounts = AccountBook(atlas())
    accounts.replay(book.entries())
    upkeep = Upkeep(accounts, book, data)
    while upkeep.step(NOW_MS):
        pass


def test_a_bank_that_has_booked_its_days_agrees_with_them(data: Path) -> None:
    report = check_books(data)
    assert report.faults == ()
    assert report.booked_count == report.presentment_count + report.adjustment_count
    assert not [note for note in report.notes if "atlas" in note]


@pytest.mark.parametrize("known_by", ["transmitted_at", "local_at"])
@pytest.mark.parametrize("function", ["advice", "batch"])
def test_what_a_completion_or_a_batch_captures_is_held_no_more(tmp_path: Path, function: str, known_by: str) -> None:
    """A bank whose messages have no DE 7 knows what it holds by the time at the merchant; a batch it is not told of."""
    holds = [{"amount_minor": 10_000, "local_at": "1120111500"}]
    if function == "advice":
        holds.append({"amount_minor": 5_000, "local_at": "1120121600", "original_id": 1})
    with journal_of(tmp_path, FRIDAY) as journal:
        for hold in holds:
            journal.hold(capture="completion" if function == "advice" else "batch", **hold)
        journal.capture(1, 12_000, function, local_at="1120181500")
        columns = f"acquirer_id, terminal_id, stan, {known_by}, rrn, amount_minor"
        known = journal.connection.execute(f"SELECT {columns} FROM request WHERE function = 'request'").fetchall()
    close_day(tmp_path, day_specs(), None, later_ms(tmp_path))
    with closing(Book.open(tmp_path / "issuers" / "atlas.db")) as book:
        book.append(
            Entry(NOW_MS, "atlas-0001", "hold", amount_minor, *ExchangeKey(*key), rrn, "", "00")
            for *key, rrn, amount_minor in known
        )
        booked(tmp_path, book)
        accounts = AccountBook(atlas())
        accounts.replay(book.entries())
    assert (accounts.held_on("atlas-0001"), accounts._taken_minor["atlas-0001"]) == (0, 12_000)


def test_two_banks_are_each_held_to_what_is_theirs_of_a_date(tmp_path: Path) -> None:
    """Sales, an adjustment of an earlier date, exceptions that are presented or written off, and what expired, at both."""
    inn = evolve(HOTEL, capture="completion", hold_days=1)
    banks, shops = ("atlas", "rif"), (GROCER.id, "NOBODY000000001", KIOSK.id)
    with journal_of(tmp_path, FRIDAY) as journal:
        sales = [[journal.decide(issuer=bank, merchant_id=shop) for shop in shops] for bank in banks]
        for bank in banks:
            journal.hold(issuer=bank, merchant_id=inn.id)
        close_day(tmp_path, day_specs((GROCER, inn)), None, later_ms(tmp_path))
        for sale, lost, _ in sales:
            journal.reverse(sale, 6_000)
            write_off(tmp_path, str(lost), "S. Alami", "shop left", NOW_MS)
        journal.decide(issuer="rif", amount_minor=700)
        report = close_day(tmp_path, day_specs((GROCER, inn, KIOSK)), None, later_ms(tmp_path))
        assert report.represented_count == 2
        assert (report.adjustment_count, report.expired_count) == (2, 2)
        columns = "issuer, acquirer_id, terminal_id, stan, transmitted_at, rrn, amount_minor"
        asked = journal.connection.execute(f"SELECT {columns} FROM request ORDER BY id").fetchall()
    for bank in banks:
        with closing(Book.open(tmp_path / "issuers" / f"{bank}.db")) as book:
            held = [(key, rrn, minor) for issuer, *key, rrn, minor in asked if issuer == bank]
            book.append(Entry(NOW_MS, "a", "hold", minor, *ExchangeKey(*key), rrn, "", "00") for key, rrn, minor in held)
            accounts = AccountBook(evolve(atlas(), id=bank))
            accounts.replay(book.entries())
            upkeep = Upkeep(accounts, book, tmp_path)
            while upkeep.step(NOW_MS):
                pass
            assert accounts.held_on("a") == 0
    assert check_books(tmp_path).faults == ()


TWICE = f"INSERT INTO entry SELECT NULL, {', '.join(Entry._fields)} FROM entry WHERE kind = 'posted' LIMIT 1"

#: What somebody did to the book -> the proof that fails.
BREAKS = [
    ("UPDATE booked_item SET amount_minor = amount_minor + 1", "issuers_booked"),
    ("UPDATE booked_item SET amount_minor = amount_minor + 1", "issuers_agree_with_positions"),
    ("DELETE FROM booked_item WHERE request_id = 1", "issuers_booked"),
    ("DELETE FROM booked_item WHERE request_id = 1", "posted_once"),
    (TWICE, "posted_once"),
    ("DELETE FROM entry WHERE kind = 'posted'", "posted_once"),
    ("DELETE FROM entry WHERE kind = 'hold'", "approvals_in_issuers_books"),
    ("UPDATE entry SET amount_minor = amount_minor + 1 WHERE kind = 'settled'", "holds_end_in_one_way"),
]


@pytest.mark.parametrize(("script", "check"), BREAKS)
def test_a_book_that_was_changed_is_told(data: Path, script: str, check: str) -> None:
    with closing(sqlite3.connect(data / "issuers" / "atlas.db")) as book, book:
        for (name,) in book.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
            book.execute(f"DROP TRIGGER {name}")
        book.execute(script)

    found = [fault for fault in check_books(data).faults if fault.check == check]

    assert found
    for fault in found:
        assert translated(fault.sentence, "fr").startswith("émetteur atlas : ")
        assert translated(check, "fr") != check


def test_a_book_that_is_missing_or_behind_is_told_and_no_fault(tmp_path: Path) -> None:
    close_two_days(tmp_path)
    report = check_books(tmp_path)
    assert report.faults == ()
    (note,) = [note for note in report.notes if "no book here of" in note]
    assert "atlas" in note

    Book.open(tmp_path / "issuers" / "atlas.db").close()
    notices.cleared_file(tmp_path, "atlas", FRIDAY).unlink()
    (behind,) = [note for note in check_books(tmp_path).notes if "not booked" in note]
    assert behind.startswith(f"atlas has not booked 2 days, from {FRIDAY}, yet; it does once it is told: `switch day close")
    for each in (note, behind):
        assert translated(each, "fr") != each


def test_what_is_missing_of_the_files_is_written_by_the_next_close(tmp_path: Path) -> None:
    close_two_days(tmp_path)
    files = [notices.cleared_file(tmp_path, "atlas", date) for date in (FRIDAY, SATURDAY)]
    written = [file.read_bytes() for file in files]
    for file in files:
        file.unlink()

    close_day(tmp_path, day_specs(), FRIDAY, later_ms(tmp_path))
    assert [file.read_bytes() for file in files] == written

    files[0].unlink()
    files[0].with_suffix(".new").mkdir()
    with pytest.raises(DataFolderError, match=f"its issuers are told by: switch day close {FRIDAY}"):
        close_day(tmp_path, day_specs(), FRIDAY, later_ms(tmp_path))


def test_issuers_that_cannot_be_looked_for_are_told_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide()

    def refused(data: Path, issuer: str, business_date: str) -> Path:
        raise PermissionError(errno.EACCES, "Permission denied", str(data / "issuers"))

    with monkeypatch.context() as changed:
        changed.setattr(notices, "cleared_file", refused)
        with pytest.raises(DataFolderError) as told:
            close_day(tmp_path, day_specs(), FRIDAY, later_ms(tmp_path))
    again = f"switch day close {FRIDAY} --data {tmp_path}"
    assert str(told.value) == (
        f"{tmp_path}/issuers: found Permission denied, expected a folder that can be written; "
        f"business date {FRIDAY} is closed in the books, and its issuers are told by: {again}"
    )
    assert translated(str(told.value), "fr").endswith(f"et ses émetteurs seront informés par : {again}")
    assert close_day(tmp_path, day_specs(), FRIDAY, later_ms(tmp_path)).outcome == "rendered_again"
    assert notices.cleared_file(tmp_path, "atlas", FRIDAY).exists()


def _told(data: Path, monkeypatch: pytest.MonkeyPatch, rrns: list[str], *, joined: bool) -> dict[str, bytes]:
    """What two banks are told of a day of these sales, in turn; not ``joined``: each line is made by itself."""
    with journal_of(data, FRIDAY) as journal:
        for number, rrn in enumerate(rrns):
            journal.decide(rrn=rrn, issuer=("atlas", "rif")[number % 2], amount_minor=100 + number)
    with monkeypatch.context() as changed:
        changed.setattr(cleared_notices, "ITEMS_AT_ONCE", 4)
        if not joined:
            changed.setattr(notices, "plain_lines", lambda *_: None)
        close_day(data, day_specs(), None, later_ms(data))
    return {issuer: notices.cleared_file(data, issuer, FRIDAY).read_bytes() for issuer in ("atlas", "rif")}


def test_lines_are_joined_as_json_writes_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = [f"63240000000{number}" for number in range(9)]
    odd = ['6324"0000010', "6324\\0000011", "6324\x000000012", "6324é0000013", "6324\x7f0000014"]
    for name, rrns in (("plain", plain), ("odd", [*plain, *odd])):
        joined = _told(tmp_path / name, monkeypatch, rrns, joined=True)
        assert joined == _told(tmp_path / f"{name} one by one", monkeypatch, rrns, joined=False)
        for first, issuer in enumerate(joined):
            items = [json.loads(line) for line in joined[issuer].splitlines()[1:]]
            assert [item["rrn"] for item in items] == rrns[first::2], (
                "each bank is told of its own, in the order of the journal"
            )


_ITEM_TABLES = """
ATTACH ':memory:' AS journal;
CREATE TABLE journal.request (
  id INTEGER PRIMARY KEY, issuer, acquirer_id, terminal_id, stan, transmitted_at, local_at, rrn, pan_cipher, function);
CREATE TABLE journal.decision (request_id INTEGER PRIMARY KEY, approved_minor);
CREATE TABLE adjustment (business_date, request_id, issuer, amount_minor);
CREATE TABLE released_item (business_date, request_id, outcome);
CREATE TABLE exception_end (business_date, request_id, outcome);
CREATE TEMP TABLE presented_by_request (request_id INTEGER PRIMARY KEY, issuer, amount_minor, approval_code);
"""


@given(
    presented=st.sets(st.integers(1, 12)),
    adjusted=st.lists(st.integers(1, 12), max_size=6),
    expired=st.sets(st.integers(1, 12), max_size=3),
    written_off=st.sets(st.integers(1, 12), max_size=3),
    at_once=st.integers(1, 5),
)
def test_a_bank_is_told_of_everything_once_in_the_order_of_the_journal(
    presented: set[int], adjusted: list[int], expired: set[int], written_off: set[int], at_once: int
) -> None:
    with closing(sqlite3.connect(":memory:")) as books, pytest.MonkeyPatch.context() as changed:
        books.executescript(_ITEM_TABLES)
        banks = {request_id: ("atlas", "rif")[request_id % 2] for request_id in range(1, 13)}
        requests = [(each, bank, "", "", "", "", "", f"{each:012d}", b"", "request") for each, bank in banks.items()]
        books.executemany(f"INSERT INTO journal.request VALUES ({', '.join('?' * 10)})", requests)
        books.executemany(
            "INSERT INTO presented_by_request VALUES (?, ?, 100, '')", [(each, banks[each]) for each in presented]
        )
        books.executemany("INSERT INTO adjustment VALUES (?, ?, ?, -5)", [(FRIDAY, each, banks[each]) for each in adjusted])
        books.executemany("INSERT INTO released_item VALUES (?, ?, 'expired')", [(FRIDAY, each) for each in expired])
        books.executemany("INSERT INTO exception_end VALUES (?, ?, 'written_off')", [(FRIDAY, each) for each in written_off])
        changed.setattr(cleared_notices, "ITEMS_AT_ONCE", at_once)
        changed.setattr(cleared_notices, "_captures", lambda *_: {})
        told: dict[str, list[int]] = {"atlas": [], "rif": []}
        with cleared_notices._beside(books, FRIDAY):
            counts = cleared_notices._counts(books, ["atlas", "rif"])
            for bank, lines in cleared_notices._pieces(books, FRIDAY, ["atlas", "rif"]):
                told[bank] += [json.loads(line)["request"] for line in lines.splitlines()]
    expected = sorted([*presented, *adjusted, *expired, *written_off])
    for bank, requests_told in told.items():
        assert requests_told == [each for each in expected if banks[each] == bank]
        assert counts[bank] == len(requests_told)
