"""Merchant discount and the VAT on it, transaction by transaction (``fees/discount.toml``, ``fees/vat.toml``).

Discount and VAT are rounded for each transaction (half away from zero), so that the lines of a statement add up to its totals
exactly; VAT is due on the discount of the line. Here is which rate holds; ``clearing.presentments`` applies it to a whole day.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from switch.card import CARD_ORIGINS, CardOrigin
from switch.clearing.interchange import RATE_BASIS_POINTS_MAX, effective_from
from switch.errors import SpecError
from switch.record import frozen
from switch.spec_table import SpecTable


@frozen(kw_only=True)
class DiscountRate:
    """What a plan takes of a sale from a business date on, for cards of one origin."""

    from_date: str
    origin: Literal[CardOrigin, "*"]  #: "*": cards of any origin
    rate_basis_points: int
    minimum_minor: int  #: the least it takes of one sale
    refunds_give_back: bool  #: whether a refund gives the merchant its discount back, by the rate alone

    @property
    def refund_rate_basis_points(self) -> int:
        """The discount a refund gives back."""
        return self.rate_basis_points if self.refunds_give_back else 0

    @classmethod
    def from_toml(cls, table: SpecTable) -> DiscountRate:
        rate = cls(
            from_date=effective_from(table),
            origin=table.choice("origin", (*CARD_ORIGINS, "*"), "*"),
            rate_basis_points=table.integer("rate_basis_points", high=RATE_BASIS_POINTS_MAX),
            minimum_minor=table.minor("minimum", 0),
            refunds_give_back=table.flag("refunds_give_back", True),
        )
        table.done()
        return rate


@frozen(kw_only=True)
class DiscountPlan:
    """A named tariff merchants are signed on."""

    id: str
    name: str
    rates: tuple[DiscountRate, ...]

    @classmethod
    def from_toml(cls, table: SpecTable) -> DiscountPlan:
        plan = cls(
            id=table.text("id"),
            name=table.text("name"),
            rates=tuple(_discount_rates(table)),
        )
        table.done()
        return plan


def _discount_rates(table: SpecTable) -> Iterator[DiscountRate]:
    seen: set[tuple[str, str]] = set()
    for row, rate in table.each("rate", DiscountRate.from_toml):
        if (rate.origin, rate.from_date) in seen:
            row.mistake("from", f"{rate.from_date!r} a second time", "one row for the same origin and date")
        seen.add((rate.origin, rate.from_date))
        yield rate


@frozen(kw_only=True)
class DiscountTable:
    """All discount plans by id; ``file`` is where they stand, for errors."""

    file: str
    plans: dict[str, DiscountPlan]

    @classmethod
    def from_toml(cls, table: SpecTable) -> DiscountTable:
        plans: dict[str, DiscountPlan] = {}
        for row, plan in table.each("plan", DiscountPlan.from_toml):
            if plan.id in plans:
                row.mistake("id", repr(plan.id), "an id no other plan has")
            plans[plan.id] = plan
        table.done()
        return cls(file=table.file, plans=plans)

    def rate(self, business_date: str, plan_id: str, origin: str) -> DiscountRate:
        """The rate in force: a row for the origin before one for any, then the latest; none is an error of the file."""
        plan = self.plans.get(plan_id)
        if plan is None:
            raise SpecError(self.file, "plan", f"no plan {plan_id!r}", "one of " + ", ".join(sorted(self.plans)))
        fitting = [row for row in plan.rates if row.from_date <= business_date and row.origin in ("*", origin)]
        if not fitting:
            expected = f"a [[plan.rate]] of {plan_id!r} that covers it"
            raise SpecError(self.file, "plan.rate", f"no row for {origin} cards on {business_date}", expected)
        return max(fitting, key=lambda row: (row.origin != "*", row.from_date))


@frozen(kw_only=True)
class VatTable:
    """VAT rates on the discount, as (first business date, basis points); ``file`` is where they stand, for errors."""

    file: str
    rates: tuple[tuple[str, int], ...]

    @classmethod
    def from_toml(cls, table: SpecTable) -> VatTable:
        rates: dict[str, int] = {}
        for row in table.tables("rate"):
            day = effective_from(row)
            if day in rates:
                row.mistake("from", repr(day), "one row for a date")
            rates[day] = row.integer("rate_basis_points", high=RATE_BASIS_POINTS_MAX)
            row.reading(SpecTable.done)
        if not any(table.tables("rate")):
            table.mistake("rate", "nothing", "at least one [[rate]]")
        table.done()
        return cls(file=table.file, rates=tuple(sorted(rates.items())))

    def rate(self, business_date: str) -> int:
        """Basis points in force on a business date; none is an error of the file."""
        in_force = [rate for day, rate in self.rates if day <= business_date]
        if not in_force:
            raise SpecError(self.file, "rate", f"no row for {business_date}", "a [[rate]] from that date or before")
        return in_force[-1]
