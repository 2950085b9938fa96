"""What an issuer does unasked, with a process that dies between any two of its steps."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from switch.errors import DataFolderError
from switch.issuers.account import AccountBook
from switch.issuers.cards.product import DAY_MS
from switch.issuers.entry import HOLD_DAYS
from switch.issuers.posting import ClearedItem
from switch.issuers.process import notices, upkeep
from switch.issuers.process.book import Book, MemoryBook
from switch.issuers.process.upkeep import Upkeep
from switch.transaction import REFUND
from tests.issuers.cast import GOOD, NOW_MS, OF_SERIES, Issuer, asked, atlas

DATE = "2026-11-22"


@pytest.fixture
def book(tmp_path: Path) -> Book:
    return Book.open(tmp_path / "issuers" / "atlas.db")


def morning(book: Book | MemoryBook, count: int = 7) -> list[ClearedItem]:
    """Sales and a refund, and the day that presents them."""
    issuer = Issuer(book=book)
    items = []
    for number in range(1, count + 1):
        refund = number == 3
        request = asked((GOOD, OF_SERIES)[number % 2], 100 * number, number, **({"transaction_type": REFUND} if refund else {}))
        assert issuer.judge(request).entry is not None
        items.append(
            ClearedItem(number, -100 * number if refund else 100 * number, 100 * number, request.key, request.rrn, "ABC123")
        )
    return items


said: list[str] = []


def started(book: Book, data: Path) -> tuple[Upkeep, AccountBook]:
    accounts = AccountBook(atlas())
    accounts.replay(book.entries())
    said.clear()
    return Upkeep(accounts, book, data, say=said.append), accounts


def dies_after_a_step(book: Book, data: Path) -> bool:
    keeper, _ = started(book, data)
    with closing(keeper):
        return keeper.step(NOW_MS)


def test_a_day_is_booked_once_though_the_process_dies_after_every_step(
    book: Book, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "STEP_ITEMS", 2)
    items = morning(book)
    notices.write_cleared(tmp_path, "atlas", DATE, len(items), [notices.cleared_lines(items)])

    steps = 0
    while dies_after_a_step(book, tmp_path):
        steps += 1
    keeper, accounts = started(book, tmp_path)
    assert (steps, keeper.step(NOW_MS)) == (4, False)

    assert book.booked_count(DATE) is None
    assert [entry.kind for entry in book.entries()].count("posted") == 6
    assert accounts.held_minor == 0
    ledger = [accounts.ledger_minor(card) - card.balance_minor for card in map(accounts.card, (GOOD, OF_SERIES))]
    assert sum(ledger) == -sum(item.amount_minor for item in items)


def test_a_day_without_items_is_booked_too(book: Book, tmp_path: Path) -> None:
    notices.write_cleared(tmp_path, "atlas", DATE, 0, [])
    assert started(book, tmp_path)[0].step(NOW_MS)
    assert book.booked_count(DATE) is None


def test_a_file_that_is_no_cleared_day_is_said_once_and_holds_nothing_up(book: Book, tmp_path: Path) -> None:
    items = morning(book)
    notices.write_cleared(tmp_path, "atlas", "2026-11-21", 9, [notices.cleared_lines(items)])
    notices.write_cleared(tmp_path, "atlas", DATE, len(items), [notices.cleared_lines(items)])
    keeper, _ = started(book, tmp_path)

    while keeper.step(NOW_MS):
        pass

    assert book.booked_count(DATE) is None
    assert len(said) == 1
    assert "found 7 items, expected 9" in said[0]
    assert not keeper.step(NOW_MS)
    notices.cleared_file(tmp_path, "atlas", DATE).rename(notices.cleared_file(tmp_path, "atlas", "2026-11-20"))
    with pytest.raises(DataFolderError, match="another issuer or date"):
        notices.ClearedDay(tmp_path, "atlas", "2026-11-20")


def test_holds_expire_though_the_process_dies_after_every_step(
    book: Book, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "STEP_ITEMS", 3)
    morning(book, 10)
    end_ms = NOW_MS + HOLD_DAYS * DAY_MS
    assert not started(book, tmp_path)[0].step(end_ms - 1)
    assert [entry.kind for entry in book.entries()].count("expired") == 0

    for _ in range(12):
        started(book, tmp_path)[0].step(end_ms)

    assert [entry.kind for entry in book.entries()].count("expired") == 9
    assert started(book, tmp_path)[1].held_minor == 0


def test_an_order_is_done_once_and_what_is_no_order_is_put_away(book: Book, tmp_path: Path) -> None:
    account = AccountBook(atlas()).card(GOOD).account
    order = notices.Order("one", "credit", account, 500)
    path = notices.write_order(tmp_path, "atlas", order)
    wrong = notices.write_order(tmp_path, "atlas", notices.Order("two", "steal", account, 500))
    started(book, tmp_path)[0].step(NOW_MS)
    assert not path.exists()
    assert not wrong.exists()
    notices.write_order(tmp_path, "atlas", order)  # the process died before it deleted the file

    started(book, tmp_path)[0].step(NOW_MS)

    assert [(entry.kind, entry.amount_minor) for entry in book.entries()] == [("deposit", 500)]
    assert (book.outcome_of("one"), book.outcome_of("two")) == ("done", "refused: the file is no order")
