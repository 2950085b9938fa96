"""A bank's accounts as somebody outside its process sees and changes them."""

from __future__ import annotations

import fcntl
from contextlib import closing
from pathlib import Path

import pytest

from switch.errors import NegativeAnswerError, UnreachableError
from switch.issuers.entry import Entry
from switch.issuers.process import accounts, notices
from switch.issuers.process.accounts import book_path, change, find_card, open_holds, process_runs, read_accounts, read_entries
from switch.issuers.process.book import Book, Deed
from switch.transaction import REFUND
from tests.issuers.cast import GOOD, NOW_MS, OF_SERIES, POOR, STRANGER, Issuer, asked, atlas, reversing

SERIES = "atlas-s1-"


@pytest.fixture
def book(tmp_path: Path) -> Book:
    return Book.open(book_path(tmp_path, "atlas"))


def _changed(data: Path, order: str, amount_minor: int = 0, pauses: list[float] | None = None) -> bool:
    return change(data, atlas(), "atlas-0001", order, amount_minor, clock_ms=lambda: NOW_MS, pause=(pauses or []).append)


@pytest.mark.parametrize(
    ("name", "account"),
    [
        (GOOD, "atlas-0001"),
        (POOR, "atlas-0002"),
        ("atlas-0002", "atlas-0002"),
        (OF_SERIES, f"{SERIES}7"),
        (f"{SERIES}1", f"{SERIES}1"),
        (f"{SERIES}1000", f"{SERIES}1000"),
        (f"{SERIES}0", None),
        (f"{SERIES}1001", None),
        (f"{SERIES}007", None),
        ("rif-s1-7", None),
        ("1000", None),
        (STRANGER, None),
    ],
)
def test_a_card_is_found_by_its_number_or_its_account(name: str, account: str | None) -> None:
    card = find_card(atlas(), name)
    assert (None if card is None else card.account) == account


def test_accounts_are_those_of_all_named_cards_and_of_all_that_the_book_knows(book: Book, tmp_path: Path) -> None:
    issuer = Issuer(book)
    for stan, (pan, amount_minor) in enumerate([(GOOD, 12_500), (OF_SERIES, 700), (GOOD, 300)], start=1):
        issuer.judge(asked(pan, amount_minor, stan))
    issuer.judge(asked(GOOD, 4_000, 4, transaction_type=REFUND))
    issuer.undo(reversing(asked(GOOD, 300, 3)))
    assert not _changed(tmp_path, "credit", 50)
    assert not _changed(tmp_path, "block")
    found = {each.name: each for each in read_accounts(tmp_path, atlas())}
    assert list(found) == [*dict.fromkeys(card.account for card in atlas().cards), f"{SERIES}7"]
    good = found["atlas-0001"]
    assert (good.file_minor, good.ledger_minor, good.held_minor, good.available_minor) == (100_000, 104_050, 12_500, 91_550)
    assert (good.blocked, found["atlas-0002"].blocked) == (True, False)
    assert found[f"{SERIES}7"].held_minor == 700
    one = find_card(atlas(), OF_SERIES)
    assert [(each.name, each.held_minor) for each in read_accounts(tmp_path, atlas(), one)] == [(f"{SERIES}7", 700)]
    assert [entry.rrn for entry in read_entries(tmp_path, atlas(), one)] == ["000000000002"]
    entries = list(read_entries(tmp_path, atlas()))
    assert [(placed.entry.rrn, placed.left_minor) for placed in open_holds(entries)] == [
        ("000000000001", 12_500),
        ("000000000002", 700),
    ]


def test_a_bank_whose_process_does_not_run_is_changed_by_whoever_asks(book: Book, tmp_path: Path) -> None:
    assert not process_runs(tmp_path, "atlas")
    assert not _changed(tmp_path, "credit", 500)
    assert [(entry.kind, entry.amount_minor, entry.account) for entry in book.entries()] == [("deposit", 500, "atlas-0001")]


def test_a_bank_without_a_book_has_no_accounts_and_cannot_be_changed(tmp_path: Path) -> None:
    for asks in (lambda: list(read_entries(tmp_path, atlas())), lambda: _changed(tmp_path, "block")):
        with pytest.raises(NegativeAnswerError, match=r"atlas\.db: issuer atlas has no book yet: `switch up` begins it"):
            asks()


@pytest.mark.parametrize("takes_it_up", [True, False])
def test_a_process_that_has_the_book_is_given_an_order_which_is_withdrawn_where_nobody_takes_it_up(
    book: Book, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, takes_it_up: bool
) -> None:
    monkeypatch.setattr(accounts, "ORDER_SECONDS_MAX", 0.5)
    pauses = list[float]()

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        ((_, order),) = notices.orders(tmp_path, "atlas")
        assert order is not None
        assert order[1:] == ("credit", "atlas-0001", 500)
        if takes_it_up and len(pauses) == 3:
            none = list[Entry]()
            book.do(Deed(none, order=(order.name, NOW_MS, "done")))

    with closing(book_path(tmp_path, "atlas").with_suffix(".lock").open("wb")) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert process_runs(tmp_path, "atlas")
        if takes_it_up:
            assert change(tmp_path, atlas(), "atlas-0001", "credit", 500, clock_ms=lambda: NOW_MS, pause=pause)
            assert len(pauses) == 3
            return
        with pytest.raises(UnreachableError, match=r"issuer atlas: its process has the book and did not answer within 0\.5 s"):
            change(tmp_path, atlas(), "atlas-0001", "credit", 500, clock_ms=lambda: NOW_MS, pause=pause)
        assert (round(sum(pauses), 3), list(notices.orders(tmp_path, "atlas"))) == (0.5, [])


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        '{"order": "credit", "account": "a"}',
        '{"order": "credit", "account": "a", "amount_minor": "much"}',
        '{"order": "credit", "account": "a", "amount_minor": 0}',
        '{"order": "block", "account": "a", "amount_minor": 1}',
        '{"order": "empty", "account": "a", "amount_minor": 0}',
    ],
)
def test_a_file_that_is_no_order_is_none_and_repeats_none_before_it(tmp_path: Path, text: str) -> None:
    good = notices.Order("a", "credit", "atlas-0001", 1)
    path = notices.write_order(tmp_path, "atlas", good)
    wrong = path.with_name("b.json")
    wrong.write_text(text, encoding="utf-8")
    assert list(notices.orders(tmp_path, "atlas")) == [(path, good), (wrong, None)]
