"""The prover of counted cards: silent on what a right bank answers, one sentence for each that cannot be."""

from __future__ import annotations

import time
from itertools import count
from pathlib import Path

import pytest

from switch.card import luhn_digit
from switch.issuers.account import AccountBook
from switch.issuers.entry import HOLD, Entry
from switch.issuers.process.book import Book
from switch.issuers.process.upkeep import Upkeep
from tests.chaos.deals import REVERSAL, Answer, message_of
from tests.chaos.holders import (
    BANK,
    DAY_SECONDS,
    Holder,
    HolderTill,
    Told,
    begin_with_aged_holds,
    wrong_counts,
    wrong_debits_in_book,
    wrong_ends,
)
from tests.e2e.acquirer import SPECS

PAN = "950401780000001" + luhn_digit("950401780000001")


def found(told: str, days: int = 0) -> list[str]:
    """What is wrong with answers written as w:55 r:00 …, the last of them so many days after the first."""
    said = [Told(what, code, 20_000) for what, code in (one.split(":") for one in told.split())]
    if days:
        said[-1] = said[-1]._replace(day=20_000 + days)
    return list(wrong_counts([Holder(PAN, "2912", [], said)]))


@pytest.mark.parametrize(
    "told",
    [
        "w:55 w:55 w:55 w:75 r:75",
        "w:55 w:55 r:00 w:55 w:55 w:55 r:75",
        "w:91 w:55 w:55 w:55",
        "w:91 w:55 w:55 w:75",
        "w:55 w:55 r:91 w:55 w:55",
        "d:00 d:00 d:00 d:65 d:65",
        "d:00 d:00 u:00 d:00 d:00 d:65",
        "d:91 d:00 d:00 d:65 d:00",
        "",
    ],
)
def test_what_a_right_bank_answers(told: str) -> None:
    assert found(told) == []


@pytest.mark.parametrize(
    "told",
    [
        "w:55 w:55 w:55 w:55",
        "w:55 w:55 w:55 r:00",
        "w:55 w:75",
        "w:55 w:55 r:00 w:55 w:75",
        "w:00",
        "r:55",
        "w:91 w:55 w:75",
        "d:00 d:00 d:00 d:00",
        "d:00 d:00 d:65",
        "d:00 d:61",
        "d:00 d:00 d:00 u:00 d:00 d:00",
        "d:91 d:00 d:00 d:00 d:00",
    ],
)
def test_what_no_count_explains(told: str) -> None:
    (sentence,) = found(told)
    assert sentence == f"card 950401******{PAN[-4:]}: the last of these cannot be: {told}"


def test_a_new_day_begins_with_new_tries() -> None:
    assert found("w:55 w:55 w:55 w:55", days=1) == []
    assert found("w:55 w:55 w:55 w:75", days=1) == []


def test_a_till_asks_a_card_one_thing_at_a_time() -> None:
    till = HolderTill(count(1), "seed")
    asked = [till.next() for _ in range(16)]
    holders = {till._of[one][0] for one in asked if one is not None}
    assert len(holders) == 16
    first = asked[0]
    assert first is not None
    assert {one.what for one in asked if one is not None} == {"try", "debit"}
    for one in asked:
        assert one is not None
        message = message_of(one, SPECS.dialects["ascii"])
        assert (52 in message.elements) == (one.what == "try")
        code = "00" if one.what == "debit" else "55"
        assert till.answered(one.stan, one.transmitted_at, Answer(code, "A1", one.rrn, "")) is None
    till.finishing = True
    while (asked_now := till.next()) is not None:
        if asked_now.what == REVERSAL:
            assert asked_now.of is not None
        till.answered(asked_now.stan, asked_now.transmitted_at, Answer("91", "", "", ""))
    assert not any(holder.plan or holder.waits for holder in till.holders)
    assert len(till.holders) == 24


def test_holds_of_long_ago_end_once(tmp_path: Path) -> None:
    begin_with_aged_holds(tmp_path, 130)
    assert len(list(wrong_ends(tmp_path, 130))) == 130
    book = Book.open(tmp_path / "issuers" / f"{BANK}.db")
    for _ in range(3):  # as three processes, each killed after a step
        accounts = AccountBook(SPECS.issuers[BANK])
        accounts.replay(book.entries())
        Upkeep(accounts, book).expire(time.time_ns() // 1_000_000)
    assert list(wrong_ends(tmp_path, 130)) == []
    twice = next(entry for entry in book.entries() if entry.kind == "expired")
    book.append([twice])
    book.close()
    assert list(wrong_ends(tmp_path, 130)) == [
        f"hold {twice.stan} of long ago has expired 100 and expired 100, expected expired 100"
    ]


def test_a_debit_too_many_is_found_in_the_book(tmp_path: Path) -> None:
    book = Book.open(tmp_path / "issuers" / f"{BANK}.db")
    now_ms = 1_795_341_600_000
    held = [
        Entry(now_ms, f"{BANK}-s3-7", HOLD, 100, "1", "T", f"{number:06d}", "1122100000", "R", "A", "00", now_ms + 1)
        for number in range(1, 5)
    ]
    book.append(held[:3])
    book.append([held[0].changed("release", 100, now_ms), held[3]])
    assert list(wrong_debits_in_book(tmp_path)) == []
    late = held[0]._replace(stan="000009", recorded_at_ms=now_ms + DAY_SECONDS * 1_000)
    book.append([held[0]._replace(stan="000010"), late])
    book.close()
    assert list(wrong_debits_in_book(tmp_path)) == [f"{BANK}-s3-7: a debit beside 3 of the last 24 hours, 3 allowed"]
