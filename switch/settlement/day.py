"""A settled day as a report: what was cleared, who pays whom, what merchants are paid; and its tables as CSV."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from attrs import asdict, field, fields, frozen

from switch.money import format_minor
from switch.settlement.statement import Out

CLOSED = "closed"
ALREADY_CLOSED = "already_closed"
RENDERED_AGAIN = "rendered_again"
NOTHING_TO_CLOSE = "nothing_to_close"


@frozen(kw_only=True)
class DayTotal:
    """The presentments of the day in one currency."""

    currency: str
    presentment_count: int
    gross_minor: int
    interchange_minor: int
    discount_minor: int
    vat_minor: int
    net_minor: int  #: to the merchants


@frozen(kw_only=True)
class Position:
    """What a participant receives (positive) or pays (negative) for the day, multilaterally netted."""

    participant: str
    name: str
    role: str  #: issuer, acquirer
    currency: str
    debit_count: int
    debit_minor: int
    credit_count: int
    credit_minor: int
    interchange_minor: int
    net_minor: int


@frozen(kw_only=True)
class Payout:
    """What a merchant is paid for the day."""

    merchant_id: str
    name: str
    rib: str
    reference: str
    currency: str
    presentment_count: int
    gross_minor: int
    discount_minor: int
    vat_minor: int
    brought_forward_minor: int
    net_minor: int
    outcome: str  #: paid, carried (nothing above zero to pay)
    value_date: str


@frozen(kw_only=True)
class ExceptionItem:
    """An approval that could not be presented."""

    request_id: int
    reason: str
    merchant_id: str
    issuer: str | None
    amount_minor: int
    currency: str
    rrn: str
    pan_masked: str


Row = TypeVar("Row", DayTotal, Position, Payout, ExceptionItem)

#: The rows of each record above for one business date, their columns in the order of its fields.
TOTALS_OF_DAY = """
SELECT currency, presentment_count, gross_minor, interchange_minor, discount_minor, vat_minor, net_minor
FROM day_total WHERE business_date = :business_date ORDER BY currency
"""
POSITIONS_OF_DAY = """
SELECT participant, name, role, currency, debit_count, debit_minor, credit_count, credit_minor, interchange_minor, net_minor
FROM position WHERE business_date = :business_date ORDER BY currency, role DESC, participant
"""
PAYOUTS_OF_DAY = """
SELECT p.merchant_id, s.name, p.rib, p.reference, p.currency, p.presentment_count, p.gross_minor, p.discount_minor, p.vat_minor,
  p.brought_forward_minor, p.net_minor, p.outcome, p.value_date
FROM payout AS p
JOIN statement AS s ON s.business_date = p.business_date AND s.merchant_id = p.merchant_id
WHERE p.business_date = :business_date ORDER BY p.merchant_id
"""
EXCEPTIONS_OF_DAY = """
SELECT request_id, reason, merchant_id, issuer, amount_minor, currency, rrn, pan_masked
FROM exception_item WHERE business_date = :business_date ORDER BY request_id
LIMIT :exceptions_shown_max
"""

EXCEPTIONS_SHOWN_MAX = 1000  #: in a report; the books hold them all


def from_row(kind: type[Row], row: Sequence[Any]) -> Row:
    """A record from the columns of its query."""
    return kind(**{column.name: value for column, value in zip(fields(kind), row, strict=True)})


@frozen(kw_only=True)
class DayReport:
    """What ``day close`` did, or what ``day show`` found."""

    business_date: str | None  #: the day reported; None when none was ever closed
    outcome: str  #: CLOSED, ALREADY_CLOSED, RENDERED_AGAIN or NOTHING_TO_CLOSE
    sentence: str  #: the outcome for a person
    value_date: str | None = None
    specs_digest: str | None = None
    decision_count: int = 0
    approval_count: int = 0
    presentment_count: int = 0
    exception_count: int = 0
    totals: tuple[DayTotal, ...] = ()
    positions: tuple[Position, ...] = field(default=(), repr=False)
    payouts: tuple[Payout, ...] = field(default=(), repr=False)
    exceptions: tuple[ExceptionItem, ...] = field(default=(), repr=False)  #: the first EXCEPTIONS_SHOWN_MAX
    folder: str | None = None  #: where the rendered files are

    def as_json(self) -> dict[str, Any]:
        """The report as plain values; amounts stay integers of minor units."""
        return asdict(self)


POSITION_COLUMNS = (
    "business_date",
    "participant",
    "name",
    "role",
    "currency",
    "debit_count",
    "debit",
    "credit_count",
    "credit",
    "interchange",
    "net",
)

PAYOUT_COLUMNS = (
    "business_date",
    "value_date",
    "merchant_id",
    "name",
    "rib",
    "reference",
    "currency",
    "presentment_count",
    "gross",
    "discount",
    "vat",
    "brought_forward",
    "net",
    "outcome",
)


def write_positions(out: Out, business_date: str, positions: Iterable[Position]) -> None:
    """``positions.csv`` (RFC 4180, UTF-8), amounts as decimals."""
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(POSITION_COLUMNS)
    for row in positions:
        named = (business_date, row.participant, row.name, row.role, row.currency)
        debit, credit = format_minor(row.debit_minor, row.currency), format_minor(row.credit_minor, row.currency)
        interchange, net = format_minor(row.interchange_minor, row.currency), format_minor(row.net_minor, row.currency)
        writer.writerow((*named, row.debit_count, debit, row.credit_count, credit, interchange, net))


def write_payouts(out: Out, business_date: str, payouts: Iterable[Payout]) -> None:
    """``payouts.csv`` (RFC 4180, UTF-8), amounts as decimals."""
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(PAYOUT_COLUMNS)
    for row in payouts:
        named = (business_date, row.value_date, row.merchant_id, row.name, row.rib, row.reference, row.currency)
        amounts = (row.gross_minor, row.discount_minor, row.vat_minor, row.brought_forward_minor, row.net_minor)
        decimals = (format_minor(amount, row.currency) for amount in amounts)
        writer.writerow((*named, row.presentment_count, *decimals, row.outcome))
