"""The business dates of a folder: their states, their totals, and what became of their files."""

from __future__ import annotations

from pathlib import Path

import pytest

from switch.batch.days import ListedTotal, listed
from switch.business_day import DateSpan
from tests.support.day_builders import FRIDAY, MONDAY, SATURDAY, SUNDAY, close_two_days, journal_of
from tests.trials.test_rot import tampered


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Friday and Saturday are closed, Sunday has a sale and is to be closed, Monday is open and has nothing."""
    close_two_days(tmp_path)
    with journal_of(tmp_path) as journal:
        journal.decide()
        journal.decide("51")
        journal.open(MONDAY)
    return tmp_path


def test_each_date_has_its_state_and_totals(data: Path) -> None:
    friday, saturday, sunday, monday = listed(data)
    assert [day.business_date for day in (friday, saturday, sunday, monday)] == [FRIDAY, SATURDAY, SUNDAY, MONDAY]
    assert [day.state for day in (friday, saturday, sunday, monday)] == ["closed", "closed", "to_close", "open"]
    assert friday.totals == (
        ListedTotal(
            currency="504",
            line_count=1,
            gross_minor=10_000,
            interchange_minor=65,
            discount_minor=120,
            vat_minor=12,
            paid_minor=9868,
        ),
    )
    assert sunday.totals == (ListedTotal(currency="504", line_count=1, gross_minor=10_000),)
    assert (sunday.decision_count, sunday.approval_count, monday.decision_count) == (2, 1, 0)
    assert friday.file_count > 0
    assert all(day.is_sound for day in (friday, saturday))


def test_a_range_leaves_the_others_out(data: Path) -> None:
    assert [day.business_date for day in listed(data, DateSpan(first=SATURDAY, last=SUNDAY))] == [SATURDAY, SUNDAY]
    assert listed(data, DateSpan(first="2027-01-01", last="2027-01-31")) == ()


def test_missing_files_and_files_of_another_size_show_at_once(data: Path) -> None:
    (data / "days" / FRIDAY / "payouts.csv").unlink()
    with (data / "days" / SATURDAY / "positions.csv").open("a") as file:
        file.write("more")
    friday, saturday, *_ = listed(data)
    assert (friday.missing, friday.changed) == (("payouts.csv",), ())
    assert (saturday.missing, saturday.changed) == ((), ("positions.csv",))
    assert (friday.is_sound, saturday.is_sound) == (False, False)


def test_a_byte_that_changed_shows_where_files_are_read(data: Path) -> None:
    path = data / "days" / FRIDAY / "payouts.csv"
    path.write_bytes(path.read_bytes().replace(b"98.68", b"98.69"))
    assert listed(data)[0].is_sound
    friday = listed(data, verify=True)[0]
    assert (friday.changed, friday.verified) == (("payouts.csv",), True)


def test_rows_that_changed_show_where_they_are_read(data: Path) -> None:
    tampered(data / "books.db", "UPDATE payout SET net_minor = net_minor + 1")
    assert listed(data)[0].changed_tables == ()
    assert listed(data, verify=True)[0].changed_tables == ("payout",)


def test_progress_is_told_day_by_day(data: Path) -> None:
    told: list[str] = []
    listed(data, say=told.append)
    assert told == [f"reading day {number} of 4" for number in (1, 2, 3, 4)]
