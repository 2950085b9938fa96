"""Interchange: what the acquirer pays the issuer for a presentment, by date-effective rates (``fees/interchange.toml``)."""

from __future__ import annotations

from attrs import frozen

from switch.business_day import is_business_date
from switch.errors import SpecError
from switch.spec_table import SpecTable
from switch.transaction import CREDITS, DEBITS

ANY = "*"
TRANSACTION_TYPES = (*sorted(DEBITS | CREDITS), ANY)
RATE_BASIS_POINTS_MAX = 9_999  #: below the whole amount; four digits also fit the statement's column


@frozen(kw_only=True)
class InterchangeRate:
    """One row of the table: a rate, what it is for, and the first business date it is in force."""

    from_date: str
    origin: str  #: domestic, foreign or ANY
    scheme: str
    channel: str
    transaction_type: str
    rate_basis_points: int

    @classmethod
    def from_toml(cls, table: SpecTable) -> InterchangeRate:
        rate = cls(
            from_date=effective_from(table),
            origin=table.choice("origin", ("domestic", "foreign", ANY), ANY),
            scheme=table.text("scheme", ANY),
            channel=table.text("channel", ANY),
            transaction_type=table.choice("transaction_type", TRANSACTION_TYPES, ANY),
            rate_basis_points=table.integer("rate_basis_points", high=RATE_BASIS_POINTS_MAX),
        )
        table.done()
        return rate

    @property
    def target(self) -> tuple[str, str, str, str]:
        return (self.origin, self.scheme, self.channel, self.transaction_type)

    def covers(self, target: tuple[str, str, str, str]) -> bool:
        return all(mine in (ANY, theirs) for mine, theirs in zip(self.target, target, strict=True))

    @property
    def precedence(self) -> tuple[int, tuple[bool, ...], str]:
        """More named columns first, then the order transaction type, channel, scheme, origin, then the later date."""
        named = tuple(value != ANY for value in reversed(self.target))
        return (sum(named), named, self.from_date)


@frozen(kw_only=True)
class InterchangeTable:
    """All interchange rates; ``file`` is where they stand, for errors."""

    file: str
    rates: tuple[InterchangeRate, ...]

    @classmethod
    def from_toml(cls, table: SpecTable) -> InterchangeTable:
        rates: list[InterchangeRate] = []
        seen: set[tuple[object, ...]] = set()
        for row in table.tables("rate"):
            rate = InterchangeRate.from_toml(row)
            if (rate.target, rate.from_date) in seen:
                row.wrong("from", repr(rate.from_date), "one row for the same date and cards")
            seen.add((rate.target, rate.from_date))
            rates.append(rate)
        table.done()
        return cls(file=table.file, rates=tuple(rates))

    def rate(self, business_date: str, origin: str, scheme: str, channel: str, transaction_type: str) -> int:
        """Basis points in force on a business date; a date and card without a row is an error of the file."""
        target = (origin, scheme, channel, transaction_type)
        fitting = [row for row in self.rates if row.from_date <= business_date and row.covers(target)]
        if not fitting:
            raise SpecError(self.file, "rate", f"no row for {' '.join(target)} on {business_date}", "a [[rate]] that covers it")
        return max(fitting, key=lambda row: row.precedence).rate_basis_points


def effective_from(table: SpecTable) -> str:
    """The first business date a row is in force: key ``from``, an ISO date as text."""
    day: str = table.text("from")
    if not is_business_date(day):
        table.wrong("from", repr(day), "a date such as 2024-10-01")
    return day
