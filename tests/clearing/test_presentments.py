"""The SQL of whole days against the same rules in plain words, one transaction at a time."""

from __future__ import annotations

import sqlite3
import tempfile
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings

from switch.endofday.close import check_books, close_day
from switch.endofday.report import DayReport
from tests.clearing.plain_words import Approval, difference, exception_reason, interchange_minor, settle
from tests.clearing.story import DATES, DAYS, SPECS, Event, Lifecycle
from tests.support.day_builders import journal_of, later_ms

Row = tuple[object, ...]
CHARGES = "amount_minor, interchange_minor, discount_minor, vat_minor, net_minor"


@pytest.mark.long
@settings(max_examples=60, deadline=None)
@given(days=DAYS)
def test_sql_equals_plain_words_where_each_day_is_closed_in_its_turn(days: tuple[list[Event], ...]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        tell_and_compare(Path(folder), days, closed_late=False)


@pytest.mark.long
@settings(max_examples=40, deadline=None)
@given(days=DAYS)
def test_sql_equals_plain_words_where_all_days_are_closed_late(days: tuple[list[Event], ...]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        tell_and_compare(Path(folder), days, closed_late=True)


def tell_and_compare(data: Path, days: tuple[list[Event], ...], *, closed_late: bool) -> None:
    story, reports = Lifecycle(), []
    with journal_of(data) as journal:
        for business_date, events in zip(DATES, days, strict=True):
            if not journal.is_open(business_date):
                journal.open(business_date)
            for event in events:
                story.happen(journal, event)
            if not closed_late:
                reports += closed(data)
    reports += closed(data)
    with closing(sqlite3.connect(data / "books.db")) as books:
        presented = books.execute(
            f"SELECT business_date, request_id, {CHARGES} FROM presentment ORDER BY request_id"
        ).fetchall()
        adjusted = books.execute(
            f"SELECT business_date, request_id, adjusts, {CHARGES} FROM adjustment ORDER BY request_id, business_date"
        ).fetchall()
        reversed_items = books.execute("SELECT business_date, request_id FROM reversed_item ORDER BY request_id").fetchall()
        excepted = books.execute(
            "SELECT business_date, request_id, reason, amount_minor FROM exception_item ORDER BY request_id"
        ).fetchall()
        held = books.execute("SELECT business_date, request_id, amount_minor FROM held_item ORDER BY request_id").fetchall()
        released = books.execute(
            "SELECT business_date, request_id, held_since, outcome FROM released_item ORDER BY request_id"
        ).fetchall()
    assert reversed_items == [(one.business_date, one.request_id) for one in story.approvals if undone_at_once(story, one)]
    assert excepted == exceptions_of(story)
    assert held == held_of(story)
    assert released == released_of(story)
    assert presented == presentments_of(story)
    assert adjusted == adjustments_of(story)
    assert_books_end_where_the_last_word_would_have_put_them(story, presented, adjusted)
    assert_sums(reports, presented, adjusted)
    assert_outstanding(story, reports)


def closed(data: Path) -> list[DayReport]:
    """Close whatever there is to close, and prove the books after each day."""
    reports = []
    while (report := close_day(data, SPECS, None, later_ms(data))).outcome == "closed":
        assert check_books(data).faults == ()
        reports.append(report)
    return reports


def undone_at_once(story: Lifecycle, approval: Approval) -> bool:
    return approval.capture != "never" and story.is_undone(approval, approval.business_date)


def counted(story: Lifecycle) -> list[Approval]:
    """What counts in a day by itself and is worth something at its close."""
    return [one for one in story.approvals if one.capture == "now" and not undone_at_once(story, one)]


def presentable(story: Lifecycle) -> list[Approval]:
    return [one for one in counted(story) if exception_reason(one, SPECS.merchants, SPECS.issuers) is None]


def presentments_of(story: Lifecycle) -> list[Row]:
    return [(one.business_date, one.request_id, *charges(story.left_of(one, one.business_date))) for one in presentable(story)]


def exceptions_of(story: Lifecycle) -> list[Row]:
    return [
        (one.business_date, one.request_id, reason, story.left_of(one, one.business_date).amount_minor)
        for one in counted(story)
        if (reason := exception_reason(one, SPECS.merchants, SPECS.issuers)) is not None
    ]


def held_of(story: Lifecycle) -> list[Row]:
    """What waits at the close of its own date."""
    rows: list[Row] = []
    for one in story.approvals:
        capture = story.captured_by(one)
        captured = capture is not None and capture.business_date == one.business_date
        if one.waits and not captured and not undone_at_once(story, one):
            rows.append((one.business_date, one.request_id, abs(story.left_of(one, one.business_date).amount_minor)))
    return rows


def released_of(story: Lifecycle) -> list[Row]:
    rows: list[Row] = []
    for one in story.approvals:
        if one.waits and not undone_at_once(story, one) and (ended := ended_on(story, one)) is not None:
            business_date, outcome = ended
            rows.append((business_date, one.request_id, one.business_date, outcome))
    return rows


def ended_on(story: Lifecycle, hold: Approval) -> tuple[str, str] | None:
    """On which date a hold waits no longer, and why."""
    capture = story.captured_by(hold)
    for date in DATES[DATES.index(hold.business_date) :]:
        if story.is_undone(hold, date):
            return date, "reversed"
        if capture is not None and capture.business_date == date:
            return date, "captured"
    return None


def adjustments_of(story: Lifecycle) -> list[Row]:
    """On each later date: what remains at its close, less what remained before."""
    rows: list[Row] = []
    for one in presentable(story):
        before = story.left_of(one, one.business_date)
        for date in DATES[DATES.index(one.business_date) + 1 :]:
            after = story.left_of(one, date)
            if after != before:
                rows.append((date, one.request_id, one.business_date, *differences(after, before)))
            before = after
    return rows


def charges(approval: Approval) -> tuple[int, int, int, int, int]:
    """Amount, interchange, discount, VAT and net of an approval, as the rules say in words."""
    assert approval.origin is not None
    date, plan = approval.business_date, SPECS.merchants[approval.merchant_id].plan
    settled = settle(approval.amount_minor, SPECS.fees.discount.rate(date, plan, approval.origin), SPECS.fees.vat.rate(date))
    interchange = interchange_minor(approval, SPECS.fees.interchange)
    return (approval.amount_minor, interchange, settled.discount_minor, settled.vat_minor, settled.net_minor)


def differences(after: Approval, before: Approval) -> tuple[int, ...]:
    assert after.origin is not None
    date, plan = after.business_date, SPECS.merchants[after.merchant_id].plan
    rate, vat = SPECS.fees.discount.rate(date, plan, after.origin), SPECS.fees.vat.rate(date)
    settled = difference(settle(after.amount_minor, rate, vat), settle(before.amount_minor, rate, vat))
    interchange = interchange_minor(after, SPECS.fees.interchange) - interchange_minor(before, SPECS.fees.interchange)
    amount = after.amount_minor - before.amount_minor
    return (amount, interchange, settled.discount_minor, settled.vat_minor, settled.net_minor)


def assert_books_end_where_the_last_word_would_have_put_them(
    story: Lifecycle, presented: list[Row], adjusted: list[Row]
) -> None:
    standing: dict[object, Counter[int]] = {}
    for row in [*presented, *adjusted]:
        one = standing.setdefault(row[1], Counter())
        for column, amount in enumerate(row[-5:]):
            one[column] += int(str(amount))
    for approval in presentable(story):
        expected = charges(story.left_of(approval, DATES[-1]))
        assert tuple(standing[approval.request_id][column] for column in range(5)) == expected


def assert_sums(reports: list[DayReport], presented: list[Row], adjusted: list[Row]) -> None:
    for report in reports:
        totals: Counter[str] = Counter()
        for position in report.positions:
            totals[position.currency] += position.net_minor
        assert set(totals.values()) <= {0}
        assert sum(total.refunded_minor for total in report.totals) == sum(item.amount_minor for item in report.refunds)
        assert sum(total.adjusted_minor for total in report.totals) == sum(item.amount_minor for item in report.adjustments)
    earned = sum(payout.net_minor - payout.brought_forward_minor for report in reports for payout in report.payouts)
    assert earned == sum(int(str(row[-1])) for row in [*presented, *adjusted])


def assert_outstanding(story: Lifecycle, reports: list[DayReport]) -> None:
    """Each report lists the holds that wait at its close, of its own date and of all before."""
    for report in reports:
        date = str(report.business_date)
        waiting = [
            one.request_id
            for one in story.approvals
            if one.waits
            and one.business_date <= date
            and not undone_at_once(story, one)
            and ((ended := ended_on(story, one)) is None or ended[0] > date)
        ]
        assert [hold.request_id for hold in report.holds] == waiting
        assert report.outstanding_count == len(waiting)
