"""Money: one way in, one way out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switch.errors import SwitchError
from switch.money import CURRENCIES, currency_name, format_minor, parse_amount


@given(st.integers(min_value=0, max_value=10**12), st.sampled_from(sorted(CURRENCIES)))
def test_an_amount_comes_back_as_it_went_out(amount_minor: int, currency: str) -> None:
    assert parse_amount(format_minor(amount_minor, currency), currency) == amount_minor


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("125", "504", 12_500),
        ("125.5", "504", 12_550),
        ("0.05", "504", 5),
        ("7", "392", 7),
        ("1.234", "788", 1_234),
        ("1.00", "999", 100),
    ],
)
def test_amounts_as_people_write_them(text: str, currency: str, minor: int) -> None:
    assert parse_amount(text, currency) == minor


@pytest.mark.parametrize("text", ["", ".", "1.", ".5", "1.234", "1,50", "-1", "+1", "1e3", "1 000", "١٢٥", "nan"])
def test_an_amount_that_is_none_is_refused_in_one_sentence(text: str) -> None:
    with pytest.raises(SwitchError) as refused:
        parse_amount(text)
    assert str(refused.value) == f"amount: found {text!r}, expected digits with at most 2 decimals, such as 125.00"


def test_a_currency_without_decimals_takes_none() -> None:
    with pytest.raises(SwitchError, match="at most 0 decimals"):
        parse_amount("7.0", "392")


def test_small_and_negative_amounts_keep_their_sign_and_zeros() -> None:
    assert [format_minor(minor) for minor in (-5, -105, 0, 5, 100)] == ["-0.05", "-1.05", "0.00", "0.05", "1.00"]


def test_currency_names() -> None:
    assert (currency_name("504"), currency_name("999")) == ("MAD", "999")
