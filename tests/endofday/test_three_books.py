"""Journal, books of the banks and books of the day, transaction by transaction."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from switch.endofday.close import close_day
from switch.endofday.three_books import BookedThrice, compare_books
from switch.errors import NegativeAnswerError
from tests.endofday.test_issuer_proofs import data as booked_data
from tests.support.day_builders import (
    FRIDAY,
    GROCER,
    MONDAY,
    SATURDAY,
    SUNDAY,
    close_two_days,
    day_specs,
    journal_of,
    later_ms,
    merchant,
)
from tests.trials.test_rot import tampered

data = booked_data  # two closed days, which the bank atlas has booked


@pytest.mark.parametrize("date", [FRIDAY, SATURDAY])
def test_sound_books_say_the_same(data: Path, date: str) -> None:
    items: list[BookedThrice] = []
    compared = compare_books(data, date, items.append)
    assert compared.agrees, compared.differences
    with closing(sqlite3.connect(data / "books.db")) as books:
        (presented, adjusted), excepted = (
            books.execute(
                "SELECT (SELECT COALESCE(SUM(amount_minor), 0) FROM presentment WHERE business_date = ?1), "
                "(SELECT COALESCE(SUM(amount_minor), 0) FROM adjustment WHERE business_date = ?1)",
                (date,),
            ).fetchone(),
            books.execute("SELECT COUNT(*) FROM exception_item WHERE business_date = ?", (date,)).fetchone()[0],
        )
    assert sum(item.day_minor for item in items) == presented + adjusted
    assert sum(bool(item.exception) for item in items) == excepted
    atlas = [total for total in compared.totals if total.issuer == "atlas"]
    assert [total.bank_minor for total in atlas] == [total.day_minor for total in atlas]


def test_a_bank_without_a_book_here_is_a_note(tmp_path: Path) -> None:
    close_two_days(tmp_path)
    compared = compare_books(tmp_path)
    assert compared.agrees
    assert compared.business_date == SATURDAY
    assert "no book of atlas here: journal and day were compared without it" in compared.notes


def test_a_sale_that_is_presented_late_and_then_reversed_agrees_on_every_date(tmp_path: Path) -> None:
    late = merchant(id="NEWSHOP00000001")
    with journal_of(tmp_path, FRIDAY) as journal:
        sale = journal.decide(merchant_id=late.id)
        close_day(tmp_path, day_specs(), None, later_ms(tmp_path))
        known = day_specs((GROCER, late))
        for left_minor in (None, 4_000, 0):
            journal.decide(amount_minor=700)
            if left_minor is not None:
                journal.reverse(sale, left_minor)
            close_day(tmp_path, known, None, later_ms(tmp_path))
    items: list[BookedThrice] = []
    compared = [compare_books(tmp_path, date, items.append) for date in (FRIDAY, SATURDAY, SUNDAY, MONDAY)]
    assert [each.differences for each in compared] == [(), (), (), ()]
    assert [item.day_minor for item in items if item.request_id == sale] == [0, 10_000, -6_000, -4_000]


@pytest.mark.parametrize(
    ("file", "script", "book"),
    [
        ("issuers/atlas.db", "UPDATE booked_item SET amount_minor = amount_minor + 1 WHERE request_id = 1", "bank_minor"),
        ("issuers/atlas.db", "DELETE FROM booked_item WHERE request_id = 1", "bank_minor"),
        ("books.db", "UPDATE presentment SET amount_minor = amount_minor + 1 WHERE request_id = 1", "day_minor"),
        ("journal.db", "UPDATE decision SET captured_minor = captured_minor + 1 WHERE request_id = 1", "journal_minor"),
    ],
)
def test_the_book_that_differs_is_seen(data: Path, file: str, script: str, book: str) -> None:
    tampered(data / file, script)
    (item,) = compare_books(data, FRIDAY).differences
    others = [getattr(item, name) for name in ("journal_minor", "bank_minor", "day_minor") if name != book]
    assert item.request_id == 1
    assert others[0] == others[1] != getattr(item, book)


def test_an_item_that_only_the_bank_has_is_listed(data: Path) -> None:
    script = (
        "INSERT INTO booked_item SELECT business_date, 999, 77, 77, acquirer_id, terminal_id, stan, transmitted_at "
        f"FROM booked_item WHERE business_date = '{FRIDAY}' LIMIT 1"
    )
    tampered(data / "issuers/atlas.db", script)
    (item,) = compare_books(data, FRIDAY).differences
    assert (item.request_id, item.journal_minor, item.bank_minor, item.day_minor) == (999, 0, 77, 0)


def test_a_date_that_is_not_closed_is_one_sentence(data: Path, tmp_path: Path) -> None:
    with pytest.raises(NegativeAnswerError, match=f"business date 2026-01-01 is not closed; the last one closed is {SATURDAY}"):
        compare_books(data, "2026-01-01")
