"""``switch day list`` and ``switch day show`` of a range, as a person and a program read them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.command import run
from tests.cli.french.english import english_lines
from tests.support.day_builders import FRIDAY, MONDAY, SATURDAY, SUNDAY, close_two_days, journal_of


@pytest.fixture
def data(tmp_path: Path) -> Path:
    close_two_days(tmp_path)
    with journal_of(tmp_path) as journal:
        journal.decide()
        journal.open(MONDAY)
    return tmp_path


def test_dates_stand_below_each_other_with_their_state(data: Path) -> None:
    outcome = run("day", "list", "--data", data)
    lines = [line.split() for line in outcome.out.splitlines()]
    assert outcome.code == 0
    assert [line[0] for line in lines[1:]] == [FRIDAY, SATURDAY, SUNDAY, MONDAY]
    assert lines[1][1:4] == ["closed", "3", "3"]
    assert lines[3][1:4] == ["to", "be", "closed"]
    assert lines[4][1] == "open"


def test_a_month_without_dates_says_so(data: Path) -> None:
    assert run("day", "list", "--month", "2027-01", "--data", data).out == "no business date in this range\n"
    assert run("day", "list", "--month", "2027-01", "--json", "--data", data).json == []


def test_files_that_are_missing_end_with_1(data: Path) -> None:
    (data / "days" / FRIDAY / "payouts.csv").unlink()
    outcome = run("day", "list", "--data", data)
    assert outcome.code == 1
    assert "1 missing" in outcome.out.splitlines()[1]
    assert run("day", "list", "--from", SATURDAY, "--data", data).code == 0


def test_verified_days_say_so(data: Path) -> None:
    assert "verified" in run("day", "list", "--verify", "--data", data).out.splitlines()[1]


def test_a_month_of_days_is_summed_up(data: Path) -> None:
    shown = run("day", "show", "--month", "11/2026", "--data", data).out
    assert shown.startswith(f"business dates from {FRIDAY} to {SATURDAY}\n")
    assert "totals  count  gross" in shown
    as_json = run("day", "show", "--from", FRIDAY, "--json", "--data", data).json
    assert as_json["dates"] == [FRIDAY, SATURDAY]
    assert sum(position["net_minor"] for position in as_json["money"][0]["positions"]) == 0


def test_both_are_french_where_french_is_asked_for(data: Path) -> None:
    (data / "days" / FRIDAY / "payouts.csv").unlink()
    for arguments in (("day", "list"), ("day", "list", "--verify"), ("day", "show", "--month", "2026-11")):
        outcome = run(*arguments, "--lang", "fr", "--data", data)
        assert english_lines(outcome.out) == []
