from __future__ import annotations

from itertools import permutations

import pytest

from switch.errors import SpecError
from switch.settlement.discount import DiscountTable, VatTable
from tests.support.day_builders import DISCOUNT, spec_table

FILE = "fees/discount.toml"


def table(text: str = DISCOUNT) -> DiscountTable:
    return DiscountTable.from_toml(spec_table(FILE, text))


def test_the_row_for_the_origin_wins_and_then_the_latest_in_force() -> None:
    plan = """
    [[plan]]
    id = "p"
    name = "P"
    rate = [
      { from = "2020-01-01", origin = "*", rate_basis_points = 100 },
      { from = "2025-01-01", origin = "*", rate_basis_points = 110 },
      { from = "2013-01-01", origin = "foreign", rate_basis_points = 250 },
    ]
    """
    found = [
        table(plan).rate(day, "p", origin).rate_basis_points for day in ("2024-12-31", "2025-01-01") for origin in ("domestic",)
    ]
    assert found == [100, 110]
    assert table(plan).rate("2026-01-01", "p", "foreign").rate_basis_points == 250


def test_no_row_in_force_names_the_file() -> None:
    with pytest.raises(SpecError, match=r"fees/discount.toml: plan.rate: found no row for domestic cards on 2012-12-31"):
        table().rate("2012-12-31", "retail", "domestic")
    with pytest.raises(SpecError, match="no plan 'gold', expected one of cash, minimum, retail"):
        table().rate("2026-11-20", "gold", "domestic")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (DISCOUNT + '[[plan]]\nid = "cash"\nname = "Again"', "an id no other plan has"),
        ('[[plan]]\nid = "p"\nname = "P"\n[[plan.rate]]\nfrom = "2013"\nrate_basis_points = 1', r"plan\[1\].rate\[1\].from"),
        ('[[plan]]\nid = "p"\nname = "P"\n[[plan.rate]]\nfrom = "2013-01-01"\nrate_basis_points = 0.5', "a decimal number"),
        ('[[plan]]\nid = "p"\nname = "P"\ncolour = "red"', "a key nobody reads"),
    ],
)
def test_a_wrong_file_is_told(text: str, told: str) -> None:
    with pytest.raises(SpecError, match=told):
        table(text)


def test_vat_in_force() -> None:
    text = '[[rate]]\nfrom = "2026-01-01"\nrate_basis_points = 2000\n[[rate]]\nfrom = "2013-01-01"\nrate_basis_points = 1000'
    vat = VatTable.from_toml(spec_table("fees/vat.toml", text))
    assert [vat.rate(day) for day in ("2025-12-31", "2026-01-01")] == [1000, 2000]
    with pytest.raises(SpecError, match=r"fees/vat.toml: rate: found no row for 2012-01-01"):
        vat.rate("2012-01-01")


#: Of VAT: the fee a row names, from when on, its rate.
VAT_ROWS = (
    ("", "2013-01-01", 1000),
    ("subscription", "2020-01-01", 700),
    ("", "2026-01-01", 2000),
    ("subscription", "2026-03-01", 1400),
    ("commission", "2026-06-01", 1100),
)


@pytest.mark.parametrize("order", list(permutations(range(len(VAT_ROWS))))[::7], ids=str)
def test_a_row_of_vat_that_names_the_fee_comes_before_a_later_one_that_names_none(order: tuple[int, ...]) -> None:
    """In whatever order they stand; of rows that name as much the latest in force."""
    rows = [VAT_ROWS[place] for place in order]
    text = "\n".join(
        f'[[rate]]\nfrom = "{day}"\nrate_basis_points = {rate}' + (f'\nfee = "{fee}"' if fee else "") for fee, day, rate in rows
    )
    vat = VatTable.from_toml(spec_table("fees/vat.toml", text))
    days = ("2013-01-01", "2019-12-31", "2020-01-01", "2025-12-31", "2026-01-01", "2026-02-28", "2026-03-01", "2026-06-01")
    assert [vat.rate(day, "subscription") for day in days] == [1000, 1000, 700, 700, 700, 700, 1400, 1400]
    assert [vat.rate(day, "rent") for day in days] == [1000, 1000, 1000, 1000, 2000, 2000, 2000, 2000]
    assert [vat.rate(day) for day in days] == [1000, 1000, 1000, 1000, 2000, 2000, 2000, 1100]


def test_a_charge_is_in_force_from_its_date_until_the_next() -> None:
    charges = (
        ("rent", "2020-01-01", "1.00"),
        ("rent", "2026-06-01", "3.00"),
        ("rent", "2026-01-01", "2.00"),
        ("setup", "2026-01-01", "9.00"),
    )
    text = '[[plan]]\nid = "p"\nname = "P"\n[[plan.rate]]\nfrom = "2013-01-01"\nrate_basis_points = 1\n' + "\n".join(
        f'[[plan.charge]]\nkind = "{kind}"\nfrom = "{day}"\namount = "{amount}"' for kind, day, amount in charges
    )
    plan = table(text).plan("p")
    days = ("2019-12-31", "2020-01-01", "2025-12-31", "2026-01-01", "2026-05-31", "2026-06-01")
    found = [plan.charge(day, "rent") for day in days]
    assert [None if each is None else each.amount_minor for each in found] == [None, 100, 100, 200, 200, 300]
    setup = [plan.charge(day, "setup") for day in ("2025-12-31", "2026-06-01")]
    assert [each and each.amount_minor for each in setup] == [None, 900]


def test_a_refund_gives_the_discount_back_unless_the_plan_keeps_it() -> None:
    kept = DISCOUNT.replace("rate_basis_points = 250", "rate_basis_points = 250\nrefunds_give_back = false")
    found = [table(kept).rate("2026-11-20", "retail", origin) for origin in ("domestic", "foreign")]
    assert [(rate.rate_basis_points, rate.refund_rate_basis_points) for rate in found] == [(120, 120), (250, 0)]
