"""Two dates compared: by merchant, bank and account, and not where they agree."""

from __future__ import annotations

from pathlib import Path

import pytest

from switch.batch.recomputation import compared_dates
from switch.endofday.close import close_day
from switch.errors import NegativeAnswerError
from tests.support.day_builders import FRIDAY, GROCER, HOTEL, SATURDAY, SUNDAY, day_specs, journal_of, later_ms


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Friday: 100.00 at the grocer. Saturday: the same, and 200.00 at the hotel on a card of another bank."""
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide()
        journal.open(SATURDAY)
        journal.decide()
        journal.decide(merchant_id=HOTEL.id, terminal_id="HOTEL001", amount_minor=20_000, issuer="rif")
        journal.open(SUNDAY)
    for _ in range(2):
        close_day(tmp_path, day_specs(), None, later_ms(tmp_path))
    return tmp_path


def test_what_both_have_alike_is_left_out(data: Path) -> None:
    found = compared_dates(data, FRIDAY, SATURDAY)
    subjects = {(each.of, each.subject) for each in found}
    assert ("merchant", HOTEL.id) in subjects
    assert ("merchant", GROCER.id) not in subjects
    assert ("bank", "rif") in subjects
    assert ("bank", "atlas") not in subjects


def test_a_side_without_a_subject_has_none(data: Path) -> None:
    found = {(each.of, each.subject, each.measure): each for each in compared_dates(data, FRIDAY, SATURDAY)}
    net = found["merchant", HOTEL.id, "net_minor"]
    assert (net.left, net.right, net.change, net.currency, net.is_money) == (None, 19_736, 19_736, "504", True)
    count = found["day", "all", "presentment_count"]
    assert (count.left, count.right, count.change, count.is_money) == (1, 2, 1, False)


def test_the_other_way_round_changes_the_sign(data: Path) -> None:
    there, back = compared_dates(data, FRIDAY, SATURDAY), compared_dates(data, SATURDAY, FRIDAY)
    assert [each.change for each in there] == [-each.change for each in back]
    assert compared_dates(data, FRIDAY, FRIDAY) == ()


def test_both_have_to_be_closed(data: Path) -> None:
    with pytest.raises(NegativeAnswerError, match=f"business date {SUNDAY} is not closed"):
        compared_dates(data, FRIDAY, SUNDAY)
