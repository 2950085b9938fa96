"""A date computed in a copy of the books: the same again, other specs, a date that is not closed, and nothing written."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from switch.batch.days import listed
from switch.batch.recomputation import recomputed, rehearsed
from switch.endofday.close import close_day, show_day
from switch.errors import NegativeAnswerError, SwitchError
from switch.specs.load import load_specs
from tests.endofday import test_earlier_release
from tests.support.day_builders import (
    DISCOUNT,
    FRIDAY,
    GROCER,
    HOTEL,
    INTERCHANGE,
    MONDAY,
    NOW_MS,
    SATURDAY,
    SUNDAY,
    close_two_days,
    day_specs,
    journal_of,
    later_ms,
)

earlier = test_earlier_release.data  #: the fixture: a folder that an earlier release left


@pytest.fixture
def data(tmp_path: Path) -> Path:
    close_two_days(tmp_path)
    return tmp_path


def bytes_of(data: Path) -> dict[str, str]:
    """The digest of every file but those that SQLite keeps of who reads: an index, and a log with nothing in it."""
    paths = [path for path in sorted(data.rglob("*")) if path.is_file() and path.stat().st_size]
    paths = [path for path in paths if not path.name.endswith("-shm")]
    return {str(path.relative_to(data)): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


@pytest.mark.parametrize("date", [FRIDAY, SATURDAY])
def test_a_closed_date_computed_again_is_the_same(data: Path, date: str) -> None:
    before = bytes_of(data)
    again = recomputed(data, day_specs(), date, NOW_MS)
    assert (again.is_closed, again.specs_changed, again.differences, again.changed_line_count) == (True, False, (), 0)
    assert (again.report.business_date, again.report.outcome) == (date, "rehearsed")
    assert bytes_of(data) == before


def test_other_fees_show_in_sums_of_merchants_and_accounts(data: Path) -> None:
    dearer = day_specs(discount=DISCOUNT.replace("rate_basis_points = 120", "rate_basis_points = 150"))
    again = recomputed(data, dearer, FRIDAY, NOW_MS)
    assert again.changed_line_count == 1
    found = {(each.of, each.subject, each.measure): (each.left, each.right) for each in again.differences}
    assert found["merchant", GROCER.id, "discount_minor"] == (120, 150)
    assert found["merchant", GROCER.id, "vat_minor"] == (12, 15)
    assert found["merchant", GROCER.id, "net_minor"] == (9868, 9835)
    assert found["account", "payout settlement-account", "credit_minor"] == (9868, 9835)
    assert not [key for key in found if key[0] in ("bank", "day")]


def test_another_interchange_shows_at_the_banks_alone(data: Path) -> None:
    other = day_specs(interchange=INTERCHANGE.replace("rate_basis_points = 65", "rate_basis_points = 60"))
    again = recomputed(data, other, FRIDAY, NOW_MS)
    assert {each.of for each in again.differences} == {"bank", "account"}


def test_a_merchant_that_is_gone_is_an_exception(data: Path) -> None:
    again = recomputed(data, day_specs(merchants=(HOTEL,)), FRIDAY, NOW_MS)
    found = {(each.of, each.subject, each.measure): (each.left, each.right) for each in again.differences}
    assert found["merchant", GROCER.id, "net_minor"] == (9868, None)
    assert found["day", "all", "presentment_count"] == (1, 0)


def test_a_date_that_is_not_closed_is_shown_as_a_close_makes_it(data: Path) -> None:
    with journal_of(data) as journal:
        journal.decide(merchant_id=HOTEL.id, amount_minor=20_000)
        journal.decide("51")
        before = bytes_of(data)
        rehearsal = rehearsed(data, day_specs(), None, NOW_MS)
        assert bytes_of(data) == before
        assert journal.is_open(SUNDAY)
    assert not rehearsal.is_closed
    close_day(data, day_specs(), SUNDAY, later_ms(data))
    shown = show_day(data, SUNDAY)
    for figures in ("decision_count", "approval_count", "totals", "positions", "payouts", "holds", "value_date"):
        assert getattr(rehearsal.report, figures) == getattr(shown, figures), figures


def test_nothing_is_made_where_there_are_no_books_yet(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide()
    rehearsal = rehearsed(tmp_path, day_specs(), None, NOW_MS)
    assert rehearsal.report.presentment_count == 1
    assert not (tmp_path / "books.db").exists()
    assert not (tmp_path / "days").exists()


def test_what_was_decided_since_the_rehearsal_began_is_not_in_it(data: Path) -> None:
    with journal_of(data) as journal:
        journal.decide()
        told: list[str] = []

        def say(text: str) -> None:
            if len(told) > 1:  # the journal is read, and the switch goes on
                journal.decide()
            told.append(text)

        rehearsal = rehearsed(data, day_specs(), None, NOW_MS, say)
    assert told[:2] == ["copying the books", f"closing {SUNDAY}: reading the journal"]
    assert len(told) > 2
    assert rehearsal.report.decision_count == 1


def test_a_date_that_an_earlier_release_closed_is_the_same(earlier: Path) -> None:
    again = recomputed(earlier, load_specs(), "2026-11-20", NOW_MS)
    assert (again.specs_changed, again.differences, again.changed_line_count) == (True, (), 0)
    (day, open_date) = listed(earlier, verify=True)
    assert (day.state, day.file_count, day.unrecorded_count, open_date.state) == ("closed", 11, 11, "open")


def test_there_has_to_be_something_to_close(data: Path) -> None:
    with pytest.raises(NegativeAnswerError, match=f"nothing to close: business date {SUNDAY} has no decisions"):
        rehearsed(data, day_specs(), None, NOW_MS)
    with pytest.raises(SwitchError, match=f"business date {MONDAY} is not open yet"):
        rehearsed(data, day_specs(), MONDAY, NOW_MS)
    with pytest.raises(NegativeAnswerError, match=f"business date {SUNDAY} is not closed; the last one closed is {SATURDAY}"):
        recomputed(data, day_specs(), SUNDAY, NOW_MS)
