"""The SQL of whole days against its twin, one transaction at a time in plain Python."""

from __future__ import annotations

import sqlite3
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from attrs import evolve, field, frozen
from hypothesis import given, settings
from hypothesis import strategies as st

from switch.clearing.presentment import (
    Approval,
    EffectiveReversal,
    exception_reason,
    interchange_minor,
    is_reversed,
    remaining_minor,
)
from switch.endofday import check_books, close_day
from switch.settlement.day import DayReport
from switch.settlement.discount import difference, settle
from tests.day_builders import (
    CASH,
    FRIDAY,
    GROCER,
    HOTEL,
    INTERCHANGE,
    KIOSK,
    NOW_MS,
    SATURDAY,
    SUNDAY,
    VAT,
    Journal,
    day_specs,
    journal_of,
    merchant,
)

EUROS = merchant(id="EUROSHOP0000001", currency="978")
#: Rates change on the Saturday: an adjustment made then, of a sale of the Friday, goes by the Friday's.
SPECS = day_specs(
    merchants=(GROCER, HOTEL, KIOSK, CASH, EUROS),
    vat=f'{VAT}[[rate]]\nfrom = "{SATURDAY}"\nrate_basis_points = 2000\n',
    interchange=f'{INTERCHANGE}[[rate]]\nfrom = "{SATURDAY}"\norigin = "domestic"\nrate_basis_points = 71\n',
)
DATES = (FRIDAY, SATURDAY, SUNDAY)


def mostly(usual: list[str], also: list[Any]) -> st.SearchStrategy[Any]:
    """One of the usual values nine times out of ten."""
    return st.sampled_from([*[usual] * 9, also]).flatmap(st.sampled_from)


#: Half centimes either way, single centimes, the largest DE 4, and anything.
AMOUNTS = st.one_of(st.sampled_from([1, 50, 4_167, 7_692, 10_000, 999_999_999_999]), st.integers(1, 5_000_000))

REQUESTS = st.fixed_dictionaries(
    {
        "amount_minor": AMOUNTS,
        "merchant_id": mostly([KIOSK.id, GROCER.id], [*SPECS.merchants, "NOBODY000000001"]),
        "issuer": mostly([*SPECS.issuers], ["gone", None]),
        "scheme": st.sampled_from(["cmi", "visa", None]),
        "origin": mostly(["domestic", "foreign"], [None]),
        "channel": st.sampled_from(["chip", "ecommerce"]),
        "transaction_type": mostly(["purchase"], ["cash_withdrawal", "refund"]),
        "currency": mostly(["504"], ["978"]),
    }
)


@frozen
class Decide:
    response_code: str
    request: dict[str, object]


@frozen
class Reverse:
    """A reversal of any request so far: full, in part, of more than there is; with effect or without."""

    which: int  #: request: 0, 1, … from the first one on, -1, -2, … from the last one back
    share_basis_points: int
    effective: bool


DECIDE = st.builds(Decide, mostly(["00"], ["08", "51"]), REQUESTS)
SHARES = st.sampled_from([0, 0, 1, 3_333, 5_000, 7_500, 9_999, 12_000])
REVERSE = st.builds(Reverse, st.integers(-3, 2), SHARES, st.sampled_from([True, True, True, False]))
#: Sales first, then more and more reversals: of a day's own sales, of the day before's, and of what was lowered before.
DAYS = st.tuples(
    st.lists(st.one_of(DECIDE, DECIDE, DECIDE, REVERSE), min_size=1, max_size=10),
    st.lists(st.one_of(DECIDE, REVERSE, REVERSE), max_size=10),
    st.lists(st.one_of(DECIDE, REVERSE, REVERSE, REVERSE), max_size=10),
)


@frozen
class Story:
    """What the journal of the days holds, as the twin looks at it."""

    approvals: list[tuple[str, Approval]] = field(factory=list)  #: with the business date of the decision
    reversals: list[EffectiveReversal] = field(factory=list)
    amounts: list[int] = field(factory=list)  #: of all requests

    def happen(self, journal: Journal, event: Decide | Reverse) -> None:
        if isinstance(event, Decide):
            number = journal.decide(event.response_code, **event.request)
            self.amounts.append(int(str(event.request["amount_minor"])))
            if event.response_code in ("00", "08"):
                known = {**event.request, "scheme": event.request["scheme"] or ""}
                self.approvals.append((journal.open_date, Approval(request_id=number, **known)))  # type: ignore[arg-type]
        elif self.amounts:
            number = range(1, len(self.amounts) + 1)[event.which % len(self.amounts)]
            left = self.amounts[number - 1] * event.share_basis_points // 10_000
            journal.reverse(number, left, effective=event.effective)
            if event.effective:
                one = EffectiveReversal(request_id=number, business_date=journal.open_date, replacement_minor=left)
                self.reversals.append(one)

    def left_of(self, approval: Approval, business_date: str) -> Approval:
        return evolve(approval, amount_minor=remaining_minor(approval, self.reversals, business_date))


Row = tuple[object, ...]
CHARGES = "amount_minor, interchange_minor, discount_minor, vat_minor, net_minor"


@settings(max_examples=60, deadline=None)
@given(days=DAYS, closed_late=st.booleans())
def test_sql_equals_plain_python_and_positions_sum_to_zero(days: tuple[list[Decide | Reverse], ...], closed_late: bool) -> None:
    story, reports = Story(), []
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        with journal_of(data) as journal:
            for business_date, events in zip(DATES, days, strict=True):
                if not journal.is_open(business_date):
                    journal.open(business_date)
                for event in events:
                    story.happen(journal, event)
                if not closed_late:
                    reports += closed(data)
        reports += closed(data)
        books = sqlite3.connect(data / "books.db")
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
        books.close()
    assert reversed_items == [(date, one.request_id) for date, one in story.approvals if undone(story, one, date)]
    assert excepted == exceptions_of(story)
    assert presented == presentments_of(story)
    assert adjusted == adjustments_of(story)
    assert_books_end_where_the_last_word_would_have_put_them(story, presented, adjusted)
    assert_sums(reports, presented, adjusted)


def closed(data: Path) -> list[DayReport]:
    """Close whatever there is to close, and prove the books after each day."""
    reports = []
    while (report := close_day(data, SPECS, None, NOW_MS)).outcome == "closed":
        assert check_books(data).faults == ()
        reports.append(report)
    return reports


def undone(story: Story, approval: Approval, business_date: str) -> bool:
    return is_reversed(approval, story.reversals, business_date)


def presentable(story: Story) -> list[tuple[str, Approval]]:
    return [
        (date, approval)
        for date, approval in story.approvals
        if not undone(story, approval, date) and exception_reason(approval, SPECS.merchants, SPECS.issuers) is None
    ]


def presentments_of(story: Story) -> list[Row]:
    return [(date, one.request_id, *charges(story.left_of(one, date), date)) for date, one in presentable(story)]


def exceptions_of(story: Story) -> list[Row]:
    rows: list[Row] = []
    for date, approval in story.approvals:
        reason = exception_reason(approval, SPECS.merchants, SPECS.issuers)
        if reason is not None and not undone(story, approval, date):
            rows.append((date, approval.request_id, reason, story.left_of(approval, date).amount_minor))
    return rows


def adjustments_of(story: Story) -> list[Row]:
    """On each later date: what remains at its close, less what remained before."""
    rows: list[Row] = []
    for presented_on, approval in presentable(story):
        before = story.left_of(approval, presented_on)
        for date in DATES[DATES.index(presented_on) + 1 :]:
            after = story.left_of(approval, date)
            if after != before:
                rows.append((date, approval.request_id, presented_on, *differences(after, before, presented_on)))
            before = after
    return rows


def charges(approval: Approval, presented_on: str) -> tuple[int, int, int, int, int]:
    """Amount, interchange, discount, VAT and net of an approval, as the rules say in words."""
    assert approval.origin is not None
    rate = SPECS.fees.discount.rate(presented_on, SPECS.merchants[approval.merchant_id].plan, approval.origin)
    settled = settle(approval.amount_minor, rate, SPECS.fees.vat.rate(presented_on))
    interchange = interchange_minor(approval, SPECS.fees.interchange, presented_on)
    return (approval.amount_minor, interchange, settled.discount_minor, settled.vat_minor, settled.net_minor)


def differences(after: Approval, before: Approval, presented_on: str) -> tuple[int, ...]:
    assert after.origin is not None
    rate = SPECS.fees.discount.rate(presented_on, SPECS.merchants[after.merchant_id].plan, after.origin)
    vat = SPECS.fees.vat.rate(presented_on)
    settled = difference(settle(after.amount_minor, rate, vat), settle(before.amount_minor, rate, vat))
    table = SPECS.fees.interchange
    interchange = interchange_minor(after, table, presented_on) - interchange_minor(before, table, presented_on)
    amount = after.amount_minor - before.amount_minor
    return (amount, interchange, settled.discount_minor, settled.vat_minor, settled.net_minor)


def assert_books_end_where_the_last_word_would_have_put_them(story: Story, presented: list[Row], adjusted: list[Row]) -> None:
    standing: dict[object, Counter[int]] = {}
    for row in [*presented, *adjusted]:
        one = standing.setdefault(row[1], Counter())
        for column, amount in enumerate(row[-5:]):
            one[column] += int(str(amount))
    for presented_on, approval in presentable(story):
        expected = charges(story.left_of(approval, DATES[-1]), presented_on)
        assert tuple(standing[approval.request_id][column] for column in range(5)) == expected


def assert_sums(reports: list[DayReport], presented: list[Row], adjusted: list[Row]) -> None:
    for report in reports:
        totals: Counter[str] = Counter()
        for position in report.positions:
            totals[position.currency] += position.net_minor
        assert set(totals.values()) <= {0}
    earned = sum(payout.net_minor - payout.brought_forward_minor for report in reports for payout in report.payouts)
    assert earned == sum(int(str(row[-1])) for row in [*presented, *adjusted])
