from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switch.settlement.fees.rows import FeeRow as DiscountRate
from tests.clearing.plain_words import portion, settle

RATES = st.integers(0, 9_999)


def rate(rate_basis_points: int, minimum_minor: int = 0, *, refunds_give_back: bool = True) -> DiscountRate:
    return DiscountRate(
        from_date="2013-01-01",
        origin="*",
        rate_basis_points=rate_basis_points,
        minimum_minor=minimum_minor,
        refunds_give_back=refunds_give_back,
    )


def test_the_minimum_is_the_least_a_sale_pays_and_no_refund_gives_it_back() -> None:
    assert settle(10_000, rate(100, minimum_minor=200), 1_000).discount_minor == 200
    assert settle(30_000, rate(100, minimum_minor=200), 1_000).discount_minor == 300
    assert settle(-10_000, rate(100, minimum_minor=200), 1_000).discount_minor == -100
    assert settle(-10_000, rate(100, refunds_give_back=False), 1_000).net_minor == -10_000


@given(amount_minor=st.integers(-(10**12), 10**12), rate_basis_points=RATES, vat_rate_basis_points=RATES)
def test_a_split_adds_up_and_mirrors(amount_minor: int, rate_basis_points: int, vat_rate_basis_points: int) -> None:
    split = settle(amount_minor, rate(rate_basis_points), vat_rate_basis_points)
    mirrored = settle(-amount_minor, rate(rate_basis_points), vat_rate_basis_points)
    assert split.discount_minor + split.vat_minor + split.net_minor == amount_minor
    assert mirrored.net_minor == -split.net_minor


@pytest.mark.parametrize(
    ("amount_minor", "rate_basis_points", "expected_minor"),
    [
        (10_000, 65, 65),  # 0.65 % of 100.00
        (10_000, 120, 120),
        (1_000, 65, 7),  # 6.5 goes up
        (-1_000, 65, -7),  # and, of a refund, away from zero
        (999, 65, 6),
        (0, 120, 0),
        (10_000, 0, 0),
        (10_000, 10_000, 10_000),
    ],
)
def test_portion_rounds_half_away_from_zero(amount_minor: int, rate_basis_points: int, expected_minor: int) -> None:
    assert portion(amount_minor, rate_basis_points) == expected_minor


@given(st.integers(-(10**12), 10**12), st.integers(0, 10_000))
def test_portion_is_within_half_a_unit_and_the_same_for_refunds(amount_minor: int, rate_basis_points: int) -> None:
    exact = Fraction(amount_minor * rate_basis_points, 10_000)
    assert abs(portion(amount_minor, rate_basis_points) - exact) <= Fraction(1, 2)
    assert portion(-amount_minor, rate_basis_points) == -portion(amount_minor, rate_basis_points)
