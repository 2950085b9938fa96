"""Merchant discount and the VAT on it, transaction by transaction (``fees/discount.toml``, ``fees/vat.toml``).

Discount and VAT are rounded for each transaction (half away from zero), so that the lines of a statement add up to its totals
exactly; VAT is due on the discount of the line. These functions are the plain-words twin of the SQL that clears a whole day.
"""

from __future__ import annotations

from attrs import frozen

from switch.clearing.interchange import RATE_BASIS_POINTS_MAX, effective_from
from switch.errors import SpecError
from switch.money import portion
from switch.spec_table import SpecTable


@frozen(kw_only=True)
class DiscountRate:
    """What a plan takes of a sale from a business date on, for cards of one origin."""

    from_date: str
    origin: str  #: domestic, foreign or "*"
    rate_basis_points: int
    minimum_minor: int  #: the least it takes of one transaction

    @classmethod
    def from_toml(cls, table: SpecTable) -> DiscountRate:
        rate = cls(
            from_date=effective_from(table),
            origin=table.choice("origin", ("domestic", "foreign", "*"), "*"),
            rate_basis_points=table.integer("rate_basis_points", high=RATE_BASIS_POINTS_MAX),
            minimum_minor=table.minor("minimum", 0),
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
            rates=tuple(DiscountRate.from_toml(row) for row in table.tables("rate")),
        )
        if len({(rate.origin, rate.from_date) for rate in plan.rates}) < len(plan.rates):
            table.wrong("rate", "two rows for one origin and date", "one")
        table.done()
        return plan


@frozen(kw_only=True)
class DiscountTable:
    """All discount plans by id; ``file`` is where they stand, for errors."""

    file: str
    plans: dict[str, DiscountPlan]

    @classmethod
    def from_toml(cls, table: SpecTable) -> DiscountTable:
        plans: dict[str, DiscountPlan] = {}
        for row in table.tables("plan"):
            plan = DiscountPlan.from_toml(row)
            if plan.id in plans:
                row.wrong("id", repr(plan.id), "an id no other plan has")
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
                row.wrong("from", repr(day), "one row for a date")
            rates[day] = row.integer("rate_basis_points", high=RATE_BASIS_POINTS_MAX)
            row.done()
        table.done()
        return cls(file=table.file, rates=tuple(sorted(rates.items())))

    def rate(self, business_date: str) -> int:
        """Basis points in force on a business date; none is an error of the file."""
        in_force = [rate for day, rate in self.rates if day <= business_date]
        if not in_force:
            raise SpecError(self.file, "rate", f"no row for {business_date}", "a [[rate]] from that date or before")
        return in_force[-1]


@frozen(kw_only=True)
class Settled:
    """What one presentment leaves to its merchant; amount = discount + VAT + net."""

    discount_minor: int
    vat_minor: int
    net_minor: int


def settle(amount_minor: int, rate: DiscountRate, vat_rate_basis_points: int) -> Settled:
    """Discount, VAT and net of one transaction; on nothing, nothing is charged, not even the minimum.

    >>> rate = DiscountRate(from_date="2024-10-01", origin="domestic", rate_basis_points=120, minimum_minor=0)
    >>> settle(10_000, rate, 1_000)
    Settled(discount_minor=120, vat_minor=12, net_minor=9868)
    """
    if amount_minor == 0:
        return Settled(discount_minor=0, vat_minor=0, net_minor=0)
    magnitude = max(portion(abs(amount_minor), rate.rate_basis_points), rate.minimum_minor)
    discount_minor = -magnitude if amount_minor < 0 else magnitude
    vat_minor = portion(discount_minor, vat_rate_basis_points)
    return Settled(discount_minor=discount_minor, vat_minor=vat_minor, net_minor=amount_minor - discount_minor - vat_minor)


def difference(remaining: Settled, standing: Settled) -> Settled:
    """What an adjustment settles so that ``standing`` becomes ``remaining``; all of it, where nothing remains.

    >>> standing = Settled(discount_minor=120, vat_minor=12, net_minor=9868)
    >>> difference(Settled(discount_minor=60, vat_minor=6, net_minor=4934), standing)
    Settled(discount_minor=-60, vat_minor=-6, net_minor=-4934)
    """
    return Settled(
        discount_minor=remaining.discount_minor - standing.discount_minor,
        vat_minor=remaining.vat_minor - standing.vat_minor,
        net_minor=remaining.net_minor - standing.net_minor,
    )
