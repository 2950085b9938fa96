"""Rates: exact to a fraction, rounded by the minor unit of each currency, coded in eight digits; the table that dates them."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switch.errors import SpecError
from switch.money import CURRENCIES, minor_digits
from switch.rates import NO_RATES, Rate, RateError, RateTable, converted
from switch.spec_table import Mistakes, SpecTable

MAD, EUR, JPY, TND, KWD = "504", "978", "392", "788", "414"

currencies = st.sampled_from(sorted(CURRENCIES))
rates = st.builds(Rate, st.integers(1, 9_999_999), st.integers(0, 9))
amounts = st.integers(0, 10**12 - 1)


def row(
    from_date: str = "2026-01-01", transaction: str = "MAD", billing: str = "EUR", rate: str = "0.0921", **more: Any
) -> Any:
    return {"from": from_date, "transaction": transaction, "billing": billing, "rate": rate, **more}


def table(*rows: Any) -> RateTable:
    return RateTable.from_toml(SpecTable("rates.toml", {"rate": list(rows)}))


def half_away(value: Fraction) -> int:
    size = int(abs(value) + Fraction(1, 2))
    return -size if value < 0 else size


@given(rates)
def test_a_rate_is_read_back_from_its_code(rate: Rate) -> None:
    assert Rate.of_code(rate.code) == rate
    assert len(rate.code) == 8
    assert Fraction(rate.text) == Fraction(rate.digits, 10**rate.decimals)


def test_the_code_of_the_standard_is_read() -> None:
    rate = Rate.of_code("91234567")
    assert rate is not None
    assert (rate.text, rate.digits, rate.decimals) == ("0.001234567", 1_234_567, 9)


@pytest.mark.parametrize("code", ["", "9123456", "912345678", "9123456A", "90000000"])
def test_what_is_no_rate_is_none(code: str) -> None:
    assert Rate.of_code(code) is None


@given(st.integers(1, 10**12), st.integers(1, 10**12))
def test_the_nearest_rate_is_off_by_half_of_its_last_digit_at_most(numerator: int, denominator: int) -> None:
    exact = Fraction(numerator, denominator)
    try:
        rate = Rate.nearest(numerator, denominator)
    except RateError:
        assert exact >= Fraction(99_999_995, 10) or exact < Fraction(1, 2 * 10**9)
        return
    assert abs(Fraction(rate.digits, 10**rate.decimals) - exact) <= Fraction(1, 2 * 10**rate.decimals)
    assert Rate.nearest(rate.digits, 10**rate.decimals) in (rate, Rate.nearest(numerator, denominator))


@given(amounts, rates, currencies, currencies)
def test_an_amount_is_converted_exactly_and_rounded_once(amount: int, rate: Rate, one: str, other: str) -> None:
    exact = Fraction(amount, 10 ** minor_digits(one)) * Fraction(rate.digits, 10**rate.decimals) * 10 ** minor_digits(other)
    assert rate.applied(amount, one, other) == half_away(exact)
    assert rate.applied(-amount, one, other) == half_away(-exact), "half away from zero, on both sides of it"


@given(amounts, amounts, rates, currencies, currencies)
def test_more_never_costs_less(amount: int, more: int, rate: Rate, one: str, other: str) -> None:
    low, high = sorted((amount, more))
    assert rate.applied(low, one, other) <= rate.applied(high, one, other)


@given(amounts, rates, currencies, currencies)
def test_what_an_amount_pays_for_never_costs_more(amount: int, rate: Rate, one: str, other: str) -> None:
    paid_for = rate.undone(amount, one, other)
    assert rate.applied(paid_for, one, other) <= amount


@pytest.mark.parametrize(
    ("amount", "one", "other", "rate", "expected"),
    [
        (12_500, MAD, EUR, "0.0921", 1_151),  # 11.5125
        (12_500, MAD, JPY, "15.5", 1_938),  # 1937.5: half away from zero
        (-12_500, MAD, JPY, "15.5", -1_938),
        (1_000, JPY, MAD, "0.0645", 6_450),
        (12_500, MAD, TND, "0.3125", 39_063),  # 39.0625
        (1_234, KWD, EUR, "3.00", 370),  # 1.234 KWD
        (12_500, MAD, MAD, "1", 12_500),
    ],
)
def test_each_currency_has_its_own_decimals(amount: int, one: str, other: str, rate: str, expected: int) -> None:
    names = {number: letters for number, (letters, _) in CURRENCIES.items()}
    rows = [] if one == other else [row(transaction=names[one], billing=names[other], rate=rate)]
    assert converted(amount, one, other, "2026-11-22", table(*rows)) == expected


def test_the_rate_of_the_day_is_the_last_from_before() -> None:
    dated = table(row("2026-06-01", rate="0.1"), row("2026-01-01", rate="0.2"), row("2026-06-02", rate="0.3"))
    on = {day: dated.rate(MAD, EUR, day).text for day in ("2026-01-01", "2026-05-31", "2026-06-01", "2026-11-22")}
    assert on == {"2026-01-01": "0.2", "2026-05-31": "0.2", "2026-06-01": "0.1", "2026-11-22": "0.3"}


def test_the_margin_is_on_top_of_the_rate() -> None:
    assert table(row(rate="0.0925", margin_basis_points=150)).rate(MAD, EUR, "2026-11-22").text == "0.0938875"


def test_a_pair_or_a_day_without_a_rate_is_said() -> None:
    with pytest.raises(RateError, match="no rate of MAD to EUR"):
        NO_RATES.rate(MAD, EUR, "2026-11-22")
    with pytest.raises(RateError, match="no rate of MAD to EUR on 2025-12-31: the first is of 2026-01-01"):
        table(row()).rate(MAD, EUR, "2025-12-31")


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([row(billing="XYZ")], "rate[1].billing: found 'XYZ', expected one of AED, "),
        ([row(billing="MAD")], "rate[1].billing: found 'MAD', expected another currency than that of the sale"),
        ([row(rate="0.0")], "rate[1].rate: found '0.0', expected a rate as text, such as \"0.0921\", above zero"),
        ([row(rate="0,09")], "rate[1].rate: found '0,09', expected a rate as text, such as \"0.0921\", above zero"),
        ([row(rate="0.000000000001")], "rate[1].rate: found '0.000000000001', expected one that seven digits"),
        ([row("2026-13-01")], "rate[1].from: found '2026-13-01', expected a date, YYYY-MM-DD"),
        ([row(), row(rate="0.1")], "rate[2].from: found '2026-01-01', expected one rate of MAD to EUR for that date"),
        ([row(margin_basis_points=9_999)], "rate[1].margin_basis_points: found 9999, expected a whole number from 0 to 2000"),
        ([row(spread=1)], "rate[1].spread: found a key nobody reads"),
    ],
)
def test_a_mistake_in_the_table_is_one_sentence(rows: list[Any], sentence: str) -> None:
    with pytest.raises(SpecError) as raised:
        table(*rows)
    assert sentence in str(raised.value)
    mistakes = Mistakes()
    SpecTable("rates.toml", {"rate": rows}, mistakes=mistakes).reading(RateTable.from_toml)
    assert len(mistakes) == 1
