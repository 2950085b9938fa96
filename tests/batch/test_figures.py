"""Figures of two dates are the sums of both, each row of several; what waits or is carried counts at the last date alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from switch.batch.figures import CountedRow, figures_of
from switch.business_day import DateSpan
from switch.endofday.close import close_day, show_day
from tests.settlement.test_conversion import closed as closed_in_four_currencies
from tests.support.day_builders import FRIDAY, GROCER, HOTEL, SATURDAY, day_specs, journal_of, later_ms

SPECS = day_specs((GROCER, HOTEL))
NOBODY: dict[str, Any] = {"merchant_id": "NOBODY000000001"}


def test_the_figures_of_a_span_are_the_sums_of_its_dates(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide(amount_minor=30_000)
        journal.decide(merchant_id=HOTEL.id, amount_minor=50_000, transaction_type="refund", issuer="rif")
        for amount_minor, currency in ((1_100, "504"), (1_020, "504"), (1_003, "978")):
            journal.decide(amount_minor=amount_minor, currency=currency, **NOBODY)
        ends, *_ = (journal.hold(amount_minor=amount_minor) for amount_minor in (2_100, 2_020, 2_003))
        for code in ("51", "05", "51"):
            journal.decide(code)
        first = close_day(tmp_path, SPECS, None, later_ms(tmp_path))
        journal.decide(amount_minor=20_000)
        journal.decide(merchant_id=HOTEL.id, amount_minor=7_000)
        journal.decide(amount_minor=1_500, **NOBODY)
        journal.hold(amount_minor=2_500, capture="batch")
        journal.reverse(ends)
        journal.decide("51")
        second = close_day(tmp_path, SPECS, None, later_ms(tmp_path))
    figures = figures_of(tmp_path, DateSpan(first=FRIDAY, last=SATURDAY))
    unknown = "unknown merchant"
    assert figures.exceptions == (
        CountedRow(of=unknown, count=3, amount_minor=1_100 + 1_020 + 1_500, currency="504"),
        CountedRow(of=unknown, count=1, amount_minor=1_003, currency="978"),
    )
    assert [(each.of, each.beside, each.count) for each in figures.declines] == [("51", "atlas", 3), ("05", "atlas", 1)]
    assert [(each.of, each.beside, each.count, each.amount_minor) for each in figures.holds] == [
        ("batch", SATURDAY, 1, 2_500),
        ("completion", FRIDAY, 2, 2_020 + 2_003),
    ]
    (money,) = figures.money
    payouts = [each for report in (first, second) for each in report.payouts]
    assert money.paid_minor == sum(each.net_minor for each in payouts if each.outcome == "paid") > 0
    assert money.carried_minor == sum(each.net_minor for each in second.payouts if each.outcome == "carried") < 0
    assert (money.line_count, money.refund_count, money.gross_minor) == (4, 1, 30_000 - 50_000 + 20_000 + 7_000)
    assert [(each.of, each.line_count, each.gross_minor) for each in money.merchants] == [
        (GROCER.id, 2, 50_000),
        (HOTEL.id, 2, -43_000),
    ]
    for parts in (money.merchants, money.days, money.brands, money.hours):
        assert sum(each.net_minor for each in parts) == money.net_minor
        assert sum(each.discount_minor + each.vat_minor for each in parts) == money.discount_minor + money.vat_minor
    assert [(each.of, each.gross_minor) for each in money.days] == [(FRIDAY, -20_000), (SATURDAY, 27_000)]
    positions = [each for report in (first, second) for each in report.positions]
    for summed in money.positions:
        assert summed.net_minor == sum(each.net_minor for each in positions if each.participant == summed.participant)
    assert figures_of(tmp_path, None).money[0].gross_minor == 27_000


def test_each_currency_has_its_own_figures(tmp_path: Path) -> None:
    closed_in_four_currencies(tmp_path)
    report, figures = show_day(tmp_path), figures_of(tmp_path, None)
    assert len(figures.money) == 4
    for money in figures.money:
        payouts = [each for each in report.payouts if each.currency == money.currency]
        paid, carried = (sum(each.net_minor for each in payouts if each.outcome == how) for how in ("paid", "carried"))
        assert (money.paid_minor, money.carried_minor) == (paid, carried)
        assert money.gross_minor == sum(each.gross_minor for each in payouts) == sum(each.gross_minor for each in money.days)
        assert {each.of for each in money.merchants} == {each.merchant_id for each in payouts}
        positions = {each.participant: each.net_minor for each in report.positions if each.currency == money.currency}
        assert {each.participant: each.net_minor for each in money.positions} == positions
