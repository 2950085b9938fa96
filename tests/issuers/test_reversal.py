from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from switch.issuers import account
from switch.issuers.decide import OVERTAKEN_REASON
from switch.issuers.process.book import Book, MemoryBook
from tests.issuers.cast import GOOD, OF_SERIES, POOR, STOLEN, Issuer, advising, asked, reversing

OVERTAKEN = ("12", OVERTAKEN_REASON)


@pytest.fixture(params=["file", "memory"])
def issuer(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Issuer]:
    book = Book.open(tmp_path / "atlas.db") if request.param == "file" else MemoryBook()
    yield Issuer(book)
    book.close()


@pytest.fixture(params=["by DE 90", "by reference"])
def named(request: pytest.FixtureRequest) -> dict[str, Any]:
    """What a reversal leaves out."""
    return {} if request.param == "by DE 90" else {"original_key": None}


@pytest.fixture(params=["remembered", "after a restart", "forgotten"])
def later(request: pytest.FixtureRequest, issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "forgotten":
        monkeypatch.setattr(account, "EXCHANGES_REMEMBERED_MAX", 1)
    return str(request.param)


def come_back(issuer: Issuer, later: str) -> Issuer:
    """The issuer some time later: its memory as it was, rebuilt from the book, or full of another exchange."""
    if later == "after a restart":
        return issuer.restarted()
    if later == "forgotten":
        issuer.judge(asked(STOLEN, stan=800_000))
    return issuer


def test_a_full_reversal_gives_the_whole_hold_back(issuer: Issuer, named: dict[str, Any], later: str) -> None:
    request = asked(GOOD, 12_500)
    issuer.judge(request)
    issuer = come_back(issuer, later)

    undoing = issuer.undo(reversing(request, **named))

    assert undoing.response_code == "00"
    assert undoing.entry is not None
    assert (undoing.entry.kind, undoing.entry.amount_minor, undoing.entry.key) == ("release", 12_500, request.key)
    assert issuer.available() == 100_000


def test_a_partial_reversal_leaves_what_it_says(issuer: Issuer, named: dict[str, Any], later: str) -> None:
    request = asked(GOOD, 12_500)
    issuer.judge(request)
    issuer = come_back(issuer, later)

    issuer.undo(reversing(request, 2_500, **named))

    assert issuer.kinds == [("hold", 12_500), ("release", 10_000)]
    assert issuer.available() == 97_500


@pytest.mark.parametrize("replacement_minor", [0, 2_500])
def test_a_reversal_repeated_changes_nothing(issuer: Issuer, later: str, replacement_minor: int) -> None:
    request = asked(GOOD, 12_500)
    issuer.judge(request)
    issuer.undo(reversing(request, replacement_minor))
    issuer = come_back(issuer, later)

    for mti, stan in (("0421", 900_001), ("0420", 900_002), ("0400", 900_003), ("0401", 900_003)):
        for other in ({}, {"original_key": None}):
            assert issuer.undo(reversing(request, replacement_minor, stan, mti=mti, **other)) == ("00", None)

    assert issuer.available() == 100_000 - replacement_minor


def test_a_hold_only_comes_down_in_whatever_order_reversals_come(issuer: Issuer, later: str) -> None:
    request = asked(GOOD, 12_500)
    issuer.judge(request)
    left = []

    for replacement_minor in (12_500, 6_000, 9_000, 0, 6_000):
        issuer = come_back(issuer, later)
        assert issuer.undo(reversing(request, replacement_minor)).response_code == "00"
        left.append(100_000 - issuer.available())

    assert left == [12_500, 6_000, 6_000, 0, 0]
    assert issuer.kinds == [("hold", 12_500), ("release", 6_500), ("release", 6_000)]


def test_what_was_given_back_may_be_spent_again(issuer: Issuer) -> None:
    request = asked(POOR, 3_500, 1)
    issuer.judge(request)
    issuer.undo(reversing(request, 1_000))

    assert issuer.answer(asked(POOR, 2_501, 2))[0] == "51"
    assert issuer.answer(asked(POOR, 2_500, 3))[0] == "00"


def test_a_repeat_of_a_reversed_request_is_answered_as_before_and_holds_nothing(issuer: Issuer) -> None:
    request = asked()
    first = issuer.judge(request)
    issuer.undo(reversing(request))

    for again in (issuer, issuer.restarted()):
        judgement = again.judge(request)
        assert (judgement.decision, judgement.entry) == (first.decision, None)
        assert again.available() == 100_000


def test_an_unknown_original_is_refused_when_it_comes(issuer: Issuer, named: dict[str, Any], later: str) -> None:
    request = asked(GOOD, 12_500)
    undoing = issuer.undo(reversing(request, 2_500, **named))
    issuer = come_back(issuer, later)

    assert undoing.response_code == "00"
    assert issuer.kinds == [("reversed", 12_500)]
    assert issuer.answer(request) == issuer.answer(request) == OVERTAKEN
    assert issuer.answer(asked(GOOD, 12_500, 2))[0] == "00"
    assert issuer.available() == 87_500


def test_a_reversal_of_an_unknown_original_is_noted_once(issuer: Issuer, named: dict[str, Any], later: str) -> None:
    request = asked()
    issuer.undo(reversing(request, **named))
    issuer = come_back(issuer, later)

    assert issuer.undo(reversing(request, stan=900_002, mti="0421", **named)) == ("00", None)
    issuer.judge(request)
    assert issuer.undo(reversing(request, stan=900_003, mti="0421", **named)) == ("00", None)
    assert issuer.available() == 100_000


def test_a_refused_original_has_nothing_to_release_and_stays_refused(issuer: Issuer, named: dict[str, Any]) -> None:
    request = asked(POOR, 4_000)
    issuer.judge(request)

    assert issuer.undo(reversing(request, **named)).response_code == "00"

    assert issuer.answer(request)[0] == "51"
    assert issuer.restarted().answer(request) == OVERTAKEN
    assert issuer.accounts.held_minor == 0


def test_an_original_that_never_came_is_refused_from_then_on(issuer: Issuer, named: dict[str, Any], later: str) -> None:
    request = asked(GOOD, 777)

    assert issuer.undo(reversing(request, **named)).response_code == "00"

    issuer = come_back(issuer, later)
    assert issuer.answer(request) == OVERTAKEN
    assert issuer.available() == 100_000


def test_a_reversal_for_another_card_is_refused_and_releases_nothing(issuer: Issuer) -> None:
    request = asked(GOOD)
    issuer.judge(request)

    for pan in (POOR, OF_SERIES):
        assert issuer.undo(reversing(request, pan=asked(pan).pan)) == ("25", None)

    assert issuer.available() == 87_500
    assert issuer.undo(reversing(request, pan=None)).response_code == "00"
    assert issuer.available() == 100_000


def test_a_reversal_that_names_no_original_is_refused(issuer: Issuer) -> None:
    assert issuer.undo(reversing(asked(), original_key=None, rrn="")) == ("30", None)
    assert issuer.kinds == []


def test_only_the_last_reversed_originals_are_remembered(monkeypatch: pytest.MonkeyPatch, named: dict[str, Any]) -> None:
    monkeypatch.setattr(account, "REVERSED_REMEMBERED_MAX", 2)
    issuer = Issuer()
    for stan in (1, 2, 3):
        issuer.undo(reversing(asked(stan=stan), **named))

    for again in (issuer, issuer.restarted()):
        assert [again.accounts.came_reversed(asked(stan=stan)) for stan in (1, 2, 3)] == [False, True, True]


def test_an_approval_judged_anew_and_refused_is_still_found_in_the_book(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(account, "EXCHANGES_REMEMBERED_MAX", 1)
    issuer = Issuer()
    request = asked(POOR, 2_000, 1)
    issuer.judge(request)
    issuer.judge(asked(stan=2))
    assert issuer.answer(request)[0] == "51"

    issuer.undo(reversing(request))

    assert issuer.available(POOR) == 3_500


def test_a_grant_in_part_stays_as_it_is_once_its_reversal_came() -> None:
    issuer = Issuer()
    request = asked(POOR, 3_501, partial_accepted=True)
    granted = issuer.judge(request).decision.approved_minor
    assert granted is not None
    reversal = reversing(request, granted, stan=900_002, original_key=request.key)
    assert issuer.undo(reversal).response_code == "00"
    before = issuer.available(POOR)
    issuer.take(advising(request))
    assert issuer.available(POOR) == before
    assert issuer.undo(reversal) == ("00", None)
    assert issuer.available(POOR) == before
