"""The figures of a report: what one closed business date, or all of a range, comes to, cut in the ways a person asks for."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any, Final

from attrs import field

from switch.business_day import DateSpan
from switch.endofday import books
from switch.endofday.line_files.door import WantedLines, see
from switch.errors import NegativeAnswerError
from switch.record import frozen


@frozen(kw_only=True)
class Slice:
    """A part of the money of a currency: an hour, a date, a brand, a merchant."""

    of: str
    line_count: int
    gross_minor: int
    discount_minor: int = 0
    vat_minor: int = 0
    net_minor: int = 0
    beside: str = ""  #: the origin of a brand, the name of a merchant


@frozen(kw_only=True)
class Money:
    """All of one currency."""

    currency: str
    line_count: int  #: presentments and adjustments
    refund_count: int
    adjustment_count: int
    gross_minor: int
    interchange_minor: int
    discount_minor: int
    vat_minor: int
    net_minor: int  #: to the merchants, of the lines
    paid_minor: int  #: of the payouts that are paid
    carried_minor: int  #: of payouts carried at the last date
    entries: tuple[Entries, ...] = field(repr=False)
    hours: tuple[Slice, ...] = field(repr=False)  #: by the local hour of the card acceptor, 00 to 23, those with any
    days: tuple[Slice, ...] = field(repr=False)
    brands: tuple[Slice, ...] = field(repr=False)
    merchants: tuple[Slice, ...] = field(repr=False)  #: the highest gross first
    positions: tuple[SummedPosition, ...] = field(repr=False)


@frozen(kw_only=True)
class Entries:
    """What changes what merchants are paid besides their transactions, of one kind: below zero they pay it."""

    kind: str
    count: int
    amount_minor: int
    vat_minor: int


@frozen(kw_only=True)
class SummedPosition:
    """What a bank, or the acquirer, receives (above zero) or pays over the dates."""

    participant: str
    name: str
    role: str
    debit_minor: int
    credit_minor: int
    interchange_minor: int
    net_minor: int


@frozen(kw_only=True)
class CountedRow:
    """A reason or a code with how often it came, and the amount in it where there is one currency."""

    of: str
    count: int
    beside: str = ""
    amount_minor: int = 0
    currency: str = ""


@frozen(kw_only=True)
class Figures:
    """The figures of the closed dates of a range."""

    centre_name: str
    span: DateSpan  #: as it was asked for
    dates: tuple[str, ...]  #: the closed ones of it, ascending
    decision_count: int
    approval_count: int
    money: tuple[Money, ...]
    declines: tuple[CountedRow, ...]  #: by response code, the most frequent first; ``beside`` is who declined
    exceptions: tuple[CountedRow, ...]  #: by reason and currency
    holds: tuple[CountedRow, ...]  #: that wait at the close of the last date, by what they wait for and currency


def figures_of(data: Path, span: DateSpan | None) -> Figures:
    """The figures of the closed dates in a range, of the last closed date where none is given. NegativeAnswerError where there
    is none."""
    with books.opened(data, still=True) as connection:
        dates = books.BusinessDates.of(connection)
        if dates.last_closed is None:
            raise NegativeAnswerError(f"{data}: no business date is closed yet")
        span = span or DateSpan(first=dates.last_closed, last=dates.last_closed)
        closed = tuple(each for each in dates.closed if span.has(each))
        if not closed:
            which = span.first if span.is_one_date else f"from {span.first} to {span.last}"
            raise NegativeAnswerError(f"no business date is closed {which}; the last one closed is {dates.last_closed}")
        see(connection, WantedLines(dates=closed))
        return _figures(connection, span, closed)


def _figures(connection: sqlite3.Connection, span: DateSpan, dates: tuple[str, ...]) -> Figures:
    range_of = {"first": span.first, "last": span.last, "last_closed": dates[-1]}
    query = """
    SELECT SUM(decision_count), SUM(approval_count) FROM closed_day WHERE business_date BETWEEN :first AND :last
    """
    decisions, approvals = connection.execute(query, range_of).fetchone()
    (name,) = connection.execute("SELECT centre_name FROM closed_day WHERE business_date = :last_closed", range_of).fetchone()
    return Figures(
        centre_name=name,
        span=span,
        dates=dates,
        decision_count=decisions,
        approval_count=approvals,
        money=tuple(_money(connection, range_of, *row) for row in rows_of(connection, "totals", range_of)),
        declines=tuple(_counted(connection, "declines", range_of)),
        exceptions=tuple(_counted(connection, "exceptions", range_of)),
        holds=tuple(_counted(connection, "holds", range_of)),
    )


def _money(connection: sqlite3.Connection, range_of: dict[str, str], currency: str, *sums: int) -> Money:
    key = {**range_of, "currency": currency}
    return Money(
        currency=currency,
        **dict(zip(_SUMS, sums, strict=True)),
        entries=tuple(
            Entries(kind=kind, count=count, amount_minor=amount, vat_minor=vat)
            for kind, count, amount, vat in rows_of(connection, "entries", key)
        ),
        hours=_slices(connection, "hours", key),
        days=_slices(connection, "dates", key),
        brands=_slices(connection, "brands", key),
        merchants=_slices(connection, "merchants", key),
        positions=tuple(
            SummedPosition(**dict(zip(_POSITION, row, strict=True))) for row in rows_of(connection, "positions", key)
        ),
    )


_SUMS: Final = (
    *("line_count", "refund_count", "adjustment_count", "gross_minor", "interchange_minor", "discount_minor", "vat_minor"),
    *("net_minor", "paid_minor", "carried_minor"),
)
_POSITION: Final = ("participant", "name", "role", "debit_minor", "credit_minor", "interchange_minor", "net_minor")
_SLICE: Final = ("of", "beside", "line_count", "gross_minor", "discount_minor", "vat_minor", "net_minor")


def _slices(connection: sqlite3.Connection, name: str, key: dict[str, str]) -> tuple[Slice, ...]:
    return tuple(Slice(**dict(zip(_SLICE, row, strict=True))) for row in rows_of(connection, name, key))


def _counted(connection: sqlite3.Connection, name: str, key: dict[str, str]) -> tuple[CountedRow, ...]:
    return tuple(
        CountedRow(of=str(of), beside=beside, count=count, amount_minor=amount, currency=currency)
        for of, beside, count, amount, currency in rows_of(connection, name, key)
    )


def rows_of(connection: sqlite3.Connection, name: str, key: Mapping[str, object]) -> list[tuple[Any, ...]]:
    """The rows of one of the queries of the folder ``queries``."""
    sql = resources.files(__package__).joinpath("queries", f"{name}.sql").read_text(encoding="utf-8")
    return connection.execute(sql, key).fetchall()
