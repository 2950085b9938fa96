"""What merchants pay: plans of ``fees/discount.toml`` and VAT of ``fees/vat.toml``, resolved for a business date.

Fees and VAT are rounded for each transaction (half away from zero), so that the lines of a statement add up to its totals
exactly; VAT is due on the fee of the line. ``fees.rows`` says which row counts; ``clearing.presentments`` applies it to a day.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Final

from switch.clearing.interchange import ANY, RATE_BASIS_POINTS_MAX, effective_from
from switch.errors import SpecError
from switch.record import frozen
from switch.settlement.fees.rows import (
    CHARGE_KINDS,
    COMMISSION,
    EXTRA_KINDS,
    FeeRow,
    FeeSale,
    missing_row,
    refuse_ties,
    sales_of,
    winner,
)
from switch.spec_table import SpecTable

FEE_KINDS: Final = (COMMISSION, *EXTRA_KINDS, *CHARGE_KINDS)  #: that VAT may be due on


@frozen(kw_only=True)
class Charge:
    """A fee of a period or an event: an amount from a business date on."""

    kind: str  #: one of CHARGE_KINDS
    from_date: str
    amount_minor: int
    file: str
    line: int  #: 0: not known

    @property
    def place(self) -> str:
        """Where it stands and since when it is in force."""
        return f"{self.file}{f':{self.line}' if self.line else ''}, {self.from_date}"

    @classmethod
    def from_toml(cls, table: SpecTable) -> Charge:
        error = table.error("", "", "")
        charge = cls(
            kind=table.choice("kind", CHARGE_KINDS),
            from_date=effective_from(table),
            amount_minor=table.minor("amount"),
            file=error.file,
            line=error.line or 0,
        )
        table.done()
        return charge


@frozen(kw_only=True)
class DiscountPlan:
    """A named tariff merchants are signed on."""

    id: str
    name: str
    rates: tuple[FeeRow, ...]  #: of the commission
    extras: tuple[FeeRow, ...] = ()  #: of other fees of a transaction
    charges: tuple[Charge, ...] = ()
    line: int = 0  #: of the plan in its file; 0: not known

    @classmethod
    def from_toml(cls, table: SpecTable) -> DiscountPlan:
        plan = cls(
            id=table.text("id"),
            name=table.text("name"),
            rates=tuple(_rows(table)),
            extras=tuple(_extras(table)),
            charges=tuple(_charges(table)),
            line=table.error("", "", "").line or 0,
        )
        table.done()
        return plan

    @property
    def rows(self) -> tuple[FeeRow, ...]:
        """All rows a transaction is held to."""
        return (*self.rates, *self.extras)

    def extra_rows(self, business_date: str, sale: FeeSale) -> Iterator[FeeRow]:
        """The row of each other fee a sale has, in the order of EXTRA_KINDS; a sale without a row of a kind has no such fee."""
        for kind in EXTRA_KINDS:
            row = winner((each for each in self.extras if each.kind == kind), business_date, sale)
            if row is not None:
                yield row

    def charge(self, business_date: str, kind: str) -> Charge | None:
        """What is in force of a fee of a period or an event."""
        in_force = [each for each in self.charges if each.kind == kind and each.from_date <= business_date]
        return max(in_force, key=lambda each: each.from_date, default=None)


def _rows(table: SpecTable) -> Iterator[FeeRow]:
    seen: set[tuple[object, ...]] = set()
    rows = []
    for row, rate in table.each("rate", FeeRow.from_toml):
        target = (rate.words, rate.amount, rate.volume, rate.from_date)
        if target in seen:
            row.mistake("from", f"{rate.from_date!r} a second time", "one row for the same sales and date")
        else:
            rows.append((row, rate))
        seen.add(target)
        yield rate
    refuse_ties(rows)


def _extras(table: SpecTable) -> Iterator[FeeRow]:
    rows: dict[str, list[tuple[SpecTable, FeeRow]]] = {}
    for entry in table.tables("fee"):
        kind = entry.choice("kind", EXTRA_KINDS)
        row = entry.reading(partial(FeeRow.from_toml, kind=kind))
        if row is not None:
            rows.setdefault(kind, []).append((entry, row))
            yield row
    for of_kind in rows.values():
        refuse_ties(of_kind)


def _charges(table: SpecTable) -> Iterator[Charge]:
    seen: set[tuple[str, str]] = set()
    for entry, charge in table.each("charge", Charge.from_toml):
        if (charge.kind, charge.from_date) in seen:
            entry.mistake("from", f"{charge.from_date!r} a second time", "one row for a kind and date")
        seen.add((charge.kind, charge.from_date))
        yield charge


@frozen(kw_only=True)
class DiscountTable:
    """All plans by id; ``file`` is where they stand, for errors."""

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

    def plan(self, plan_id: str) -> DiscountPlan:
        """The plan of an id; none is an error of the file."""
        found = self.plans.get(plan_id)
        if found is None:
            raise SpecError(self.file, "plan", f"no plan {plan_id!r}", "one of " + ", ".join(sorted(self.plans)))
        return found

    def row(self, business_date: str, plan_id: str, sale: FeeSale) -> FeeRow:
        """The commission in force for a sale; none is an error of the file."""
        plan = self.plan(plan_id)
        row = winner(plan.rates, business_date, sale)
        if row is None:
            raise missing_row(plan_id, business_date, sale, self.file, plan.line or None)
        return row

    def rate(self, business_date: str, plan_id: str, origin: str) -> FeeRow:
        """The commission in force for a sale of which only the origin of the card is known."""
        return self.row(business_date, plan_id, FeeSale(origin=origin))

    def kinds(self, plan_ids: Iterable[str]) -> set[str]:
        """The kinds of fees that plans have, the commission first of all."""
        plans = [self.plan(plan_id) for plan_id in plan_ids]
        extras = {row.kind for plan in plans for row in plan.extras}
        return {COMMISSION} | extras | {one.kind for plan in plans for one in plan.charges}

    def gaps(self, business_date: str, plan_id: str, origins: Iterable[str]) -> Iterator[SpecError]:
        """The kinds of sales for which a plan has no commission on a date: the first of each origin."""
        plan = self.plan(plan_id)
        for origin in origins:
            lacking = [sale for sale in sales_of(plan.rates, [origin]) if winner(plan.rates, business_date, sale) is None]
            if lacking:
                yield missing_row(plan_id, business_date, lacking[0], self.file, plan.line or None)


@frozen(kw_only=True)
class VatTable:
    """VAT rates on fees, as (kind or "*", first business date, basis points); ``file`` is where they stand, for errors."""

    file: str
    rates: tuple[tuple[str, str, int], ...]

    @classmethod
    def from_toml(cls, table: SpecTable) -> VatTable:
        rates: dict[tuple[str, str], int] = {}
        for row in table.tables("rate"):
            key = (row.choice("fee", (*FEE_KINDS, ANY), ANY), effective_from(row))
            if key in rates:
                row.mistake("from", repr(key[1]), "one row for a date")
            rates[key] = row.integer("rate_basis_points", high=RATE_BASIS_POINTS_MAX)
            row.reading(SpecTable.done)
        if not any(table.tables("rate")):
            table.mistake("rate", "nothing", "at least one [[rate]]")
        table.done()
        return cls(file=table.file, rates=tuple(sorted((*key, rate) for key, rate in rates.items())))

    def rate(self, business_date: str, kind: str = COMMISSION) -> int:
        """Basis points in force on a business date for a kind of fee: a row that names it before one for any, then the latest;
        none is an error of the file."""
        in_force = [each for each in self.rates if each[1] <= business_date and each[0] in (ANY, kind)]
        if not in_force:
            what = "" if kind == COMMISSION else f" for the fee {kind}"
            raise SpecError(self.file, "rate", f"no row{what} for {business_date}", "a [[rate]] from that date or before")
        return max(in_force, key=lambda each: (each[0] != ANY, each[1]))[2]
