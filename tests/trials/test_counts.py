"""The counts of a day stand beside each other and compare; and what a second close says, it says alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from switch.endofday.close import close_day
from tests.cli.command import run
from tests.support.day_builders import FRIDAY, GROCER, HOTEL, SATURDAY, SUNDAY, day_specs, journal_of, later_ms


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A Saturday on which one merchant sells twice, and another has nothing but a reversal of its Friday."""
    with journal_of(tmp_path, FRIDAY) as journal:
        sale = journal.decide(merchant_id=HOTEL.id, issuer="rif")
        journal.decide(merchant_id=HOTEL.id)
        close_day(tmp_path, day_specs(), None, later_ms(tmp_path))
        journal.reverse(sale)
        journal.decide()
        journal.decide()
        close_day(tmp_path, day_specs(), None, later_ms(tmp_path))
    return tmp_path


def tables(told: str) -> list[list[list[str]]]:
    """The words of each line of each block."""
    return [[line.split() for line in block.splitlines()] for block in told.split("\n\n")]


def test_totals_positions_and_payouts_count_the_same(data: Path) -> None:
    told = run("day", "show", SATURDAY, "--data", data).out
    _, head, totals, positions, payouts, *_ = tables(told)
    assert ["cleared", "3:", "2", "presented", "and", "1", "adjustment"] in head
    assert totals[1][:2] == ["MAD", "3"]
    counted = {row[0]: int(row[2]) for row in positions[2:]}
    assert counted == {"atlas": 2, "rif": 1, "Switch": 3}
    paid = {row[0]: (int(row[3]), row[4]) for row in payouts[2:]}
    assert paid == {GROCER.id: (2, "200.00"), HOTEL.id: (1, "-100.00")}


@pytest.mark.parametrize("words", [(), (FRIDAY,), (SATURDAY,), (SUNDAY,)])
def test_a_close_that_does_nothing_says_so_alone_and_ends_with_1(data: Path, words: tuple[str, ...]) -> None:
    again = run("day", "close", *words, "--data", data)
    assert (again.code, again.err) == (1, "")
    (sentence,) = again.out.splitlines()
    assert sentence.startswith(("nothing to close: ", "business date "))


def test_a_program_is_told_the_same(data: Path) -> None:
    again = run("day", "close", FRIDAY, "--json", "--data", data)
    assert (again.code, again.json["outcome"]) == (1, "already_closed")


def test_a_close_that_completes_the_files_of_one_that_died_ends_with_0(data: Path) -> None:
    (data / "days" / FRIDAY / "positions.csv").unlink()
    again = run("day", "close", FRIDAY, "--data", data)
    assert (again.code, again.err) == (0, "")
    assert "files were missing and are rendered again from the books" in again.out
    assert (data / "days" / FRIDAY / "positions.csv").is_file()
