"""Ranges of dates as they are typed: what each way means, and what contradicts itself."""

from __future__ import annotations

import pytest

from switch.business_day import DateSpan, month_span, typed_month
from switch.cli.command.spans import EARLIEST_DATE, LATEST_DATE, span_of
from switch.errors import SwitchError
from tests.cli.command import run


def test_each_way_is_a_range_and_none_is_none() -> None:
    assert span_of(None, None, None) is None
    assert span_of(None, None, None, "2026-11-20") == DateSpan(first="2026-11-20", last="2026-11-20")
    assert span_of(month_span("2026-02"), None, None) == DateSpan(first="2026-02-01", last="2026-02-28")
    assert span_of(None, "2026-11-20", "2026-11-21") == DateSpan(first="2026-11-20", last="2026-11-21")
    assert span_of(None, "2026-11-20", None) == DateSpan(first="2026-11-20", last=LATEST_DATE)
    assert span_of(None, None, "2026-11-21") == DateSpan(first=EARLIEST_DATE, last="2026-11-21")


def test_both_ends_are_in_the_range() -> None:
    span = DateSpan(first="2026-11-20", last="2026-11-21")
    assert [span.has(date) for date in ("2026-11-19", "2026-11-20", "2026-11-21", "2026-11-22")] == [False, True, True, False]


@pytest.mark.parametrize(
    ("month", "since", "until", "date", "sentence"),
    [
        ("2026-11", None, None, "2026-11-20", "DATE: found beside --month"),
        ("2026-11", "2026-11-20", None, None, "--month: found beside --from"),
        (None, None, "2026-11-20", "2026-11-20", "DATE: found beside --to"),
        (None, "2026-11-21", "2026-11-20", None, "--to: found 2026-11-20, expected 2026-11-21 or later, as --from says"),
    ],
)
def test_two_ways_are_refused(month: str | None, since: str | None, until: str | None, date: str | None, sentence: str) -> None:
    with pytest.raises(SwitchError, match=sentence):
        span_of(month_span(month) if month else None, since, until, date)


@pytest.mark.parametrize("typed", ["2026-13", "13/2026", "2026", "november", "2026-1", "0000-01", ""])
def test_what_is_no_month_is_refused(typed: str) -> None:
    assert typed_month(typed) is None
    outcome = run("day", "list", "--month", typed)
    assert outcome.code == 2
    assert outcome.sentence == f"--month: found {typed!r}, expected a month such as 2026-11 or 11/2026"


def test_what_is_no_date_is_refused() -> None:
    outcome = run("day", "list", "--from", "2026-02-30")
    assert outcome.sentence == "--from: found '2026-02-30', expected a date such as 2026-11-22 or 22/11/2026"
