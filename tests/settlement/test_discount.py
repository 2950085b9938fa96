from __future__ import annotations

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


def test_a_refund_gives_the_discount_back_unless_the_plan_keeps_it() -> None:
    kept = DISCOUNT.replace("rate_basis_points = 250", "rate_basis_points = 250\nrefunds_give_back = false")
    found = [table(kept).rate("2026-11-20", "retail", origin) for origin in ("domestic", "foreign")]
    assert [(rate.rate_basis_points, rate.refund_rate_basis_points) for rate in found] == [(120, 120), (250, 0)]
