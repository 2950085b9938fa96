"""Rows of a fee table at their exact limits: what one covers, which one counts, and what it takes."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve

from switch.errors import SpecError
from switch.rates import Rate
from switch.settlement.fees.conversion import conversion_term
from switch.settlement.fees.rows import AmountRange, FeeRow, FeeSale, edges, missing_row, sales_of, winner
from switch.spec_table import SpecTable

SALE = FeeSale(
    origin="domestic",
    scheme="visa",
    product="debit",
    channel="chip",
    mcc="5411",
    transaction_type="purchase",
    amount_minor=10_000,
    volume_minor=50_000,
)


def row(**changes: Any) -> FeeRow:
    values: dict[str, Any] = {"from_date": "2026-01-01", "rate_basis_points": 100, "refunds_give_back": True, **changes}
    return FeeRow(**values)


def test_a_range_has_its_low_end_and_not_the_end_above() -> None:
    span = AmountRange(low_minor=500, below_minor=1_000)
    assert [minor in span for minor in (499, 500, 999, 1_000)] == [False, True, True, False]
    assert [minor in AmountRange(low_minor=500) for minor in (499, 500, 10**12)] == [False, True, True]
    assert [each.is_all for each in (AmountRange(), span, AmountRange(low_minor=1), AmountRange(below_minor=9))] == [
        True,
        False,
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        ((0, 500), (500, None), False),
        ((0, 501), (500, None), True),
        ((500, None), (0, 500), False),
        ((100, 200), (150, 160), True),
        ((150, 160), (100, 200), True),
        ((0, None), (0, None), True),
    ],
)
def test_ranges_meet_where_they_have_an_amount_in_common(
    one: tuple[int, int | None], other: tuple[int, int | None], meet: bool
) -> None:
    spans = [AmountRange(low_minor=low, below_minor=below) for low, below in (one, other)]
    assert spans[0].meets(spans[1]) == meet
    rows = [row(amount=span) for span in spans]
    assert rows[0].meets(rows[1]) == meet
    assert row(volume=spans[0]).meets(row(volume=spans[1])) == meet


@pytest.mark.parametrize("column", ["origin", "scheme", "product", "channel", "mcc", "transaction_type"])
def test_each_column_counts_for_what_a_row_covers_and_for_how_much_it_names(column: str) -> None:
    same, other = row(**{column: getattr(SALE, column)}), row(**{column: "other"})
    assert (same.covers(SALE), other.covers(SALE), row().covers(SALE)) == (True, False, True)
    assert (same.named_count, row().named_count) == (1, 0)
    assert (same.meets(other), same.meets(row()), row().meets(other)) == (False, True, True)
    assert same.covers_in_words == f"{column} {getattr(SALE, column)}"


@pytest.mark.parametrize("name", ["amount", "volume"])
def test_amount_and_volume_count_as_columns(name: str) -> None:
    minor = getattr(SALE, f"{name}_minor")
    spans = [(minor, None), (minor + 1, None), (0, minor + 1), (0, minor)]
    rows = [row(**{name: AmountRange(low_minor=low, below_minor=below)}) for low, below in spans]
    assert [each.covers(SALE) for each in rows] == [True, False, True, False]
    assert [each.named_count for each in rows] == [1, 1, 1, 1]
    span = AmountRange(low_minor=1_005, below_minor=200_000)
    assert row(**{name: span}, scheme="visa").covers_in_words == f"scheme visa, {name} from 10.05 below 2000.00"
    assert row(**{name: AmountRange(low_minor=7)}).covers_in_words == f"{name} from 0.07"


def test_of_the_rows_in_force_the_one_that_names_most_counts_and_of_those_the_latest() -> None:
    all_, scheme = row(), row(scheme="visa", from_date="2025-01-01")
    two = row(scheme="visa", product="debit", from_date="2024-01-01")
    assert winner([all_, scheme], "2026-06-01", SALE) is scheme
    assert winner([two, scheme, all_], "2026-06-01", SALE) is two
    later = row(from_date="2026-02-28")
    on = {day: winner([all_, later], day, SALE) for day in ("2025-12-31", "2026-01-01", "2026-02-27", "2026-02-28")}
    assert on == {"2025-12-31": None, "2026-01-01": all_, "2026-02-27": all_, "2026-02-28": later}
    assert winner([row(scheme="cmi")], "2026-06-01", SALE) is None


@pytest.mark.parametrize(
    ("changes", "taken"),
    [
        ({}, {0: 0, 1: 0, 49: 0, 50: 1, 149: 1, 150: 2, 10_000: 100}),
        ({"fixed_minor": 50}, {0: 0, 1: 50, 49: 50, 50: 51, 10_000: 150}),
        ({"minimum_minor": 200}, {0: 0, 1: 200, 19_949: 200, 20_049: 200, 20_050: 201}),
        ({"maximum_minor": 150}, {0: 0, 14_949: 149, 15_049: 150, 15_050: 150, 10**9: 150}),
        ({"minimum_minor": 150, "maximum_minor": 150, "fixed_minor": 1_000}, {0: 0, 1: 150, 10**9: 150}),
        ({"rate_basis_points": 0}, {0: 0, 10**9: 0}),
        ({"rate_basis_points": 37}, {135: 0, 136: 1, 10_000: 37}),
    ],
    ids=str,
)
def test_what_a_row_takes_is_rounded_half_up_and_stays_within_its_limits(
    changes: dict[str, int], taken: dict[int, int]
) -> None:
    fee = row(**changes)
    assert {amount: fee.fee_minor(amount) for amount in taken} == taken


def test_a_refund_gives_back_by_the_rate_alone_up_to_the_maximum_or_nothing() -> None:
    whole = row(fixed_minor=50, minimum_minor=75, maximum_minor=100)
    back = whole.of("refund")
    assert [back.fee_minor(minor) for minor in (1, 5_000, 10_000, 20_000)] == [0, 50, 100, 100]
    assert whole.of("purchase") is whole
    kept = evolve(whole, refunds_give_back=False)
    assert kept.of("refund").fee_minor(10**6) == 0
    assert (whole.refund_rate_basis_points, kept.refund_rate_basis_points) == (100, 0)


def test_the_edges_and_the_sales_that_rows_tell_apart() -> None:
    assert edges([AmountRange(), AmountRange(low_minor=500), AmountRange(low_minor=100, below_minor=500)]) == [0, 100, 500]
    told = list(sales_of([row(scheme="visa", amount=AmountRange(below_minor=9)), row(mcc="5411")]))
    assert len(told) == 2 * 2 * 2 * 2
    assert {(each.origin, each.scheme, each.mcc, each.amount_minor) for each in told} == {
        (origin, scheme, mcc, amount)
        for origin in ("domestic", "foreign")
        for scheme in ("visa", "")
        for mcc in ("5411", "")
        for amount in (0, 9)
    }


def test_a_sale_that_no_row_covers_is_told_with_all_that_it_is() -> None:
    error = missing_row("retail", "2028-02-29", SALE, "fees/discount.toml", 12)
    said = "no row for domestic visa cards, debit chip purchase MCC 5411 of 100.00 at a volume of 500.00 on 2028-02-29"
    assert said in str(error)
    bare = FeeSale(origin="foreign")
    assert "no row for foreign cards on 2028-02-29" in str(missing_row("retail", "2028-02-29", bare, "x", None))


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"amount_from": "5.00", "amount_below": "5.00"}, "amount_below"),
        ({"volume_from": "5.00", "volume_below": "4.99"}, "volume_below"),
        ({"minimum": "2.00", "maximum": "1.99"}, "maximum"),
        ({"rate_basis_points": 10_001}, "rate_basis_points"),
        ({"channel": "phone"}, "channel"),
        ({"origin": "abroad"}, "origin"),
        ({"mcc": "541"}, "mcc"),
        ({"transaction_type": "balance_inquiry"}, "transaction_type"),
        ({"fix": "1.00"}, "fix"),
    ],
    ids=str,
)
def test_a_row_that_makes_no_sense_is_refused(changes: dict[str, Any], fault: str) -> None:
    said = {"from": "2026-01-01", "rate_basis_points": 100, **changes}
    with pytest.raises(SpecError) as refused:
        FeeRow.from_toml(SpecTable("fees/discount.toml", said))
    assert fault in str(refused.value)


def test_a_row_is_read_with_all_that_it_says() -> None:
    said = {
        "from": "2026-01-01",
        "origin": "foreign",
        "scheme": "visa",
        "product": "debit",
        "channel": "chip",
        "mcc": "5411",
        "transaction_type": "purchase",
        "amount_from": "1.00",
        "amount_below": "2.00",
        "volume_from": "3.00",
        "rate_basis_points": 100,
        "fixed": "0.10",
        "minimum": "0.20",
        "maximum": "0.20",
        "refunds_give_back": False,
    }
    read = FeeRow.from_toml(SpecTable("fees/discount.toml", said, "plan.rate[1]", {"plan.rate[1]": 7}))
    assert read.words == ("foreign", "visa", "debit", "chip", "5411", "purchase")
    assert (read.amount, read.volume) == (AmountRange(low_minor=100, below_minor=200), AmountRange(low_minor=300))
    assert (read.fixed_minor, read.minimum_minor, read.maximum_minor, read.refunds_give_back) == (10, 20, 20, False)
    assert read.place == "fees/discount.toml:7, 2026-01-01"
    bare = {"from": "2026-01-01", "rate_basis_points": 100}
    kinds = {kind: FeeRow.from_toml(SpecTable("x", bare), kind).refunds_give_back for kind in ("commission", "gateway")}
    assert kinds == {"commission": True, "gateway": False}


@pytest.mark.parametrize(
    ("sold", "paid", "rate", "ratio"),
    [
        ("978", "504", Rate(108_254, 4), (54_127, 5_000)),
        ("392", "504", Rate(66_431, 6), (66_431, 10_000)),
        ("504", "392", Rate(15, 0), (3, 20)),
        ("504", "978", Rate(1, 1), (1, 10)),
        ("392", "504", Rate(10, 0), (1_000, 1)),
        ("392", "504", Rate(75, 3), (15, 2)),
    ],
)
def test_a_rate_is_the_ratio_of_minor_units_of_two_currencies(sold: str, paid: str, rate: Rate, ratio: tuple[int, int]) -> None:
    term = conversion_term("M", sold, paid, rate, "2028-02-29", 75)
    assert term == ("M", sold, paid, rate.text, "2028-02-29", *ratio, 75)
