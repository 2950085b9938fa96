from __future__ import annotations

import pytest

from switch.clearing.interchange import InterchangeTable
from switch.errors import SpecError
from tests.support.day_builders import INTERCHANGE, spec_table


def table(text: str = INTERCHANGE) -> InterchangeTable:
    return InterchangeTable.from_toml(spec_table("fees/interchange.toml", text))


@pytest.mark.parametrize(("business_date", "rate_basis_points"), [("2024-09-30", 120), ("2024-10-01", 65), ("2026-11-20", 65)])
def test_the_rate_in_force_on_the_business_date(business_date: str, rate_basis_points: int) -> None:
    assert table().rate(business_date, "domestic", "cmi", "chip", "purchase") == rate_basis_points


def test_the_more_specific_row_wins_before_the_later_one() -> None:
    assert table().rate("2026-11-20", "foreign", "visa", "ecommerce", "purchase") == 185
    assert table().rate("2026-11-20", "foreign", "visa", "chip", "purchase") == 160


def test_of_two_rows_naming_as_much_the_transaction_type_decides() -> None:
    assert table().rate("2026-11-20", "foreign", "visa", "chip", "cash_withdrawal") == 0


def test_no_row_names_file_and_card() -> None:
    told = "fees/interchange.toml: rate: found no row for foreign visa chip purchase on 2012-01-01"
    with pytest.raises(SpecError, match=told):
        table().rate("2012-01-01", "foreign", "visa", "chip", "purchase")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[[rate]]\nfrom = "2024-13-01"\nrate_basis_points = 1', "found '2024-13-01', expected a date"),
        ('[[rate]]\nfrom = "2024-01-01"\nrate_basis_points = -1', "a whole number from 0 to 9999"),
        ('[[rate]]\nfrom = "2024-01-01"\norigin = "national"\nrate_basis_points = 1', "one of domestic, foreign"),
        (INTERCHANGE + '[[rate]]\nfrom = "2024-10-01"\norigin = "domestic"\nrate_basis_points = 1', r"rate\[6\].from"),
    ],
)
def test_a_wrong_file_is_told(text: str, told: str) -> None:
    with pytest.raises(SpecError, match=told):
        table(text)
