"""Interchange: what the acquirer pays the issuer for a presentment, by date-effective rates (``fees/interchange.toml``)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Final, Literal

from switch.business_day import is_business_date
from switch.card import CARD_ORIGINS, CardOrigin
from switch.errors import SpecError
from switch.record import frozen
from switch.spec_table import SpecTable
from switch.transaction import CHANNELS, CREDITS, DEBITS, Channel, TransactionType

ANY: Final = "*"  #: in a column: whatever the sale has
_TRANSACTION_TYPES = (*sorted(DEBITS | CREDITS), ANY)
RATE_BASIS_POINTS_MAX = 9_999  #: below the whole amount; four digits also fit the statement's column


@frozen(kw_only=True)
class InterchangeRate:
    """One row of the table: a rate, what it is for, and the first business date it is in force."""

    from_date: str
    origin: Literal[CardOrigin, "*"]
    scheme: str
    channel: Literal[Channel, "*"]
    transaction_type: Literal[TransactionType, "*"]
    rate_basis_points: int

    @classmethod
    def from_toml(cls, table: SpecTable) -> InterchangeRate:
        rate = cls(
            from_date=effective_from(table),
            origin=table.choice("origin", (*CARD_ORIGINS, ANY), ANY),
            scheme=table.text("scheme", ANY),
            channel=table.choice("channel", (*CHANNELS, ANY), ANY),
            transaction_type=table.choice("transaction_type", _TRANSACTION_TYPES, ANY),
            rate_basis_points=table.integer("rate_basis_points", high=RATE_BASIS_POINTS_MAX),
        )
        table.done()
        return rate

    @property
    def target(self) -> tuple[str, str, str, str]:
        return (self.origin, self.scheme, self.channel, self.transaction_type)

    @property
    def rank(self) -> tuple[int, bool]:
        """How it stands to others that cover a sale: more named columns win; of as many, one that names the type."""
        return (sum(value != ANY for value in self.target), self.transaction_type != ANY)

    def covers(self, target: tuple[str, str, str, str]) -> bool:
        return _covers(self.target, target)

    @property
    def precedence(self) -> tuple[int, tuple[bool, ...], str]:
        """``rank`` first, then the later date; a table has no two rows of other columns that are alike in rank for one sale."""
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
        rows: dict[tuple[str, str, str, str], tuple[SpecTable, InterchangeRate]] = {}  #: the first of each target
        seen: set[tuple[object, ...]] = set()
        for row, rate in table.each("rate", InterchangeRate.from_toml):
            if (rate.target, rate.from_date) in seen:
                row.mistake("from", repr(rate.from_date), "one row for the same date and cards")
            seen.add((rate.target, rate.from_date))
            rates.append(rate)
            if rate.target not in rows or rate.from_date < rows[rate.target][1].from_date:
                rows[rate.target] = row, rate
        _refuse_ties(list(rows.values()))
        table.done()
        return cls(file=table.file, rates=tuple(rates))

    def rate(self, business_date: str, origin: str, scheme: str, channel: str, transaction_type: str) -> int:
        """Basis points in force on a business date; a date and card without a row is an error of the file."""
        target = (origin, scheme, channel, transaction_type)
        fitting = [row for row in self.rates if row.from_date <= business_date and row.covers(target)]
        if not fitting:
            raise SpecError(self.file, "rate", f"no row for {' '.join(target)} on {business_date}", "a [[rate]] that covers it")
        return max(fitting, key=lambda row: row.precedence).rate_basis_points


def _refuse_ties(rows: list[tuple[SpecTable, InterchangeRate]]) -> None:
    """No sale may have two rows of one rank and none above them. Each row here is the first of its target."""
    rates = [rate for _, rate in rows]
    for place, (row, rate) in enumerate(rows):
        for other in rates[:place]:
            if rate.rank != other.rank or not all(
                ANY in pair or pair[0] == pair[1] for pair in zip(rate.target, other.target, strict=True)
            ):
                continue
            both = tuple(mine if mine != ANY else theirs for mine, theirs in zip(rate.target, other.target, strict=True))
            since = max(rate.from_date, other.from_date)
            above = [each.target for each in rates if each.rank > rate.rank and each.from_date <= since]
            sale = next((sale for sale in _sales(both, rates) if not any(_covers(target, sale) for target in above)), None)
            if sale is not None:
                found = f"{_worded(rate.target)} beside {_worded(other.target)}, which name as many columns"
                row.mistake("", found, f"a row above both, for {_worded(both)} from {since} or before")


def _sales(pattern: tuple[str, ...], rates: list[InterchangeRate]) -> Iterator[tuple[str, ...]]:
    """The sales a pattern covers, as far as the rates tell them apart."""
    schemes = sorted({rate.scheme for rate in rates})  # "*" among them stands for any other
    columns = (CARD_ORIGINS, schemes, CHANNELS, _TRANSACTION_TYPES[:-1])
    return product(*((value,) if value != ANY else column for value, column in zip(pattern, columns, strict=True)))


def _covers(target: tuple[str, str, str, str], sale: tuple[str, ...]) -> bool:
    return all(mine in (ANY, theirs) for mine, theirs in zip(target, sale, strict=True))


def _worded(target: tuple[str, ...]) -> str:
    """The columns a target names, in words of the file."""
    columns = ("origin", "scheme", "channel", "transaction_type")
    return ", ".join(f"{column} {value}" for column, value in zip(columns, target, strict=True) if value != ANY) or "any sale"


def effective_from(table: SpecTable) -> str:
    """The first business date a row is in force: key ``from``, an ISO date as text."""
    day: str = table.text("from")
    if not is_business_date(day):
        table.mistake("from", repr(day), "a date such as 2024-10-01")
    return day
