"""The product's side of a comparison: its rules read from TOML files as ``switch up`` reads them, and its closes.

This is the one module of the folder that imports the product; the oracle itself reads the same files with ``tomllib`` alone.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from attrs import evolve

from switch.business_day import Calendar
from switch.clearing.interchange import InterchangeTable
from switch.endofday.close import close_day
from switch.merchant import Merchant
from switch.rates import NO_RATES, RateTable
from switch.settlement.discount import DiscountTable, VatTable
from tests.oracle.rules import ISSUERS
from tests.support.day_builders import DaySpecs, Fees, Named, spec_table


def product_specs(folder: Path) -> DaySpecs:
    """What a close reads, of ``merchants.toml``, ``calendar.toml``, ``fees/`` and, where there is one, ``rates.toml``."""

    def text(name: str) -> str:
        return (folder / name).read_text(encoding="utf-8")

    merchants = spec_table("merchants.toml", text("merchants.toml"))
    shops = [Merchant.from_toml(table) for table in merchants.tables("merchant")]
    default = Merchant.default_from_toml(merchants.table("default_contract")) if "default_contract" in merchants else None
    specs = DaySpecs(
        issuers={issuer: Named(name=issuer.title()) for issuer in ISSUERS},
        merchants={shop.id: shop for shop in shops},
        default_contract=default,
        fees=Fees(
            interchange=InterchangeTable.from_toml(spec_table("fees/interchange.toml", text("fees/interchange.toml"))),
            discount=DiscountTable.from_toml(spec_table("fees/discount.toml", text("fees/discount.toml"))),
            vat=VatTable.from_toml(spec_table("fees/vat.toml", text("fees/vat.toml"))),
        ),
        calendar=Calendar.from_toml(spec_table("calendar.toml", text("calendar.toml"))),
    )
    has_rates = (folder / "rates.toml").is_file()
    return evolve(specs, rates=RateTable.from_toml(spec_table("rates.toml", text("rates.toml"))) if has_rates else NO_RATES)


def close(data: Path, specs: DaySpecs, day: str) -> None:
    """Closes a business date at noon (UTC) of that date, so that the next one opens."""
    noon = datetime.fromisoformat(f"{day}T12:00:00+00:00")
    close_day(data, specs, day, int(noon.timestamp()) * 1000)
