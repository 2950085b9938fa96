"""A settled day as a report: what was cleared, who pays whom, what merchants are paid; and its tables as CSV."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from typing import Any, Final, Literal, TypeVar

from attrs import asdict, field

from switch.display.visible import cell
from switch.endofday.reopened.reopenings import Reopening
from switch.money import format_minor
from switch.record import frozen, of_row
from switch.settlement.statement import Out, PayoutOutcome

CLOSED: Final = "closed"
ALREADY_CLOSED: Final = "already_closed"
RENDERED_AGAIN: Final = "rendered_again"
NOTHING_TO_CLOSE: Final = "nothing_to_close"
REHEARSED: Final = "rehearsed"  #: computed in a copy of the books, and nothing written
DayOutcome = Literal["closed", "already_closed", "rendered_again", "nothing_to_close", "rehearsed"]


@frozen(kw_only=True)
class DayTotal:
    """The presentments and adjustments of the day in one currency."""

    currency: str
    presentment_count: int
    adjustment_count: int
    adjusted_minor: int  #: gross of the adjustments: part of ``gross_minor``
    refund_count: int  #: part of ``presentment_count``
    refunded_minor: int  #: gross of the refunds, below zero: part of ``gross_minor``
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
    role: Literal["issuer", "acquirer"]
    currency: str
    debit_count: int  #: sales an issuer has to pay; refunds, and adjustments of sales, the acquirer has to give back
    debit_minor: int
    credit_count: int  #: the same from the other side
    credit_minor: int
    interchange_minor: int
    net_minor: int


@frozen(kw_only=True)
class Payout:
    """What a merchant is paid for a remise, or for the day; amounts are of presentments and adjustments together."""

    merchant_id: str
    name: str
    rib: str
    reference: str
    currency: str
    presentment_count: int
    adjustment_count: int
    gross_minor: int
    discount_minor: int
    vat_minor: int
    brought_forward_minor: int
    net_minor: int
    outcome: PayoutOutcome
    value_date: str
    terminal_id: str  #: of the remise it pays; empty where it pays the merchant
    remise_number: int  #: 0 where it pays the merchant
    label: str  #: as it stands on the merchant's account
    entries_minor: int  #: what changes it besides presentments and adjustments: fees of a period and the like
    entries_vat_minor: int


@frozen(kw_only=True)
class EntryItem:
    """What changes a payout besides presentments and adjustments; amounts are above zero where the merchant gets them."""

    merchant_id: str
    terminal_id: str  #: empty where it is of the merchant
    remise_number: int  #: 0 where it is of no remise
    kind: str
    reference: str  #: what it is of: a month, a date
    amount_minor: int
    vat_minor: int
    vat_rate_basis_points: int
    currency: str
    rule: str  #: file, line and date of the row it follows
    narrative: str


@frozen(kw_only=True)
class Adjustment:
    """What a reversal took back of a presentment of an earlier date: amounts below zero, of a refund above, or zero."""

    request_id: int
    adjusts: str  #: business date of the presentment
    reversal_id: int
    merchant_id: str
    issuer: str
    amount_minor: int
    currency: str
    interchange_minor: int
    discount_minor: int
    vat_minor: int
    net_minor: int
    rrn: str
    pan_masked: str


@frozen(kw_only=True)
class ReversedItem:
    """An approval of the day that was wholly reversed before it was presented."""

    request_id: int
    reversal_id: int
    merchant_id: str
    issuer: str | None
    amount_minor: int  #: as it was captured, or granted where it was not
    currency: str
    rrn: str
    pan_masked: str


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


@frozen(kw_only=True)
class Refund:
    """A presentment that gives a cardholder money back."""

    request_id: int
    merchant_id: str
    issuer: str
    amount_minor: int  #: below zero
    currency: str
    interchange_minor: int
    discount_minor: int
    vat_minor: int
    net_minor: int
    rrn: str
    pan_masked: str


@frozen(kw_only=True)
class HeldItem:
    """An approval that waits, at the close of the day, for the request that captures it."""

    request_id: int
    held_since: str  #: business date of the approval
    age_days: int
    merchant_id: str
    terminal_id: str
    issuer: str | None
    amount_minor: int  #: granted, at what reversals of its date left of it
    currency: str
    rrn: str
    pan_masked: str
    capture: Literal["completion", "batch"]  #: what it waits for


ReportRow = TypeVar(
    "ReportRow", DayTotal, Position, Payout, EntryItem, Adjustment, ReversedItem, ExceptionItem, Refund, HeldItem
)

#: The rows of each record above for one business date, their columns in the order of its fields.
TOTALS_OF_DAY = """
SELECT currency, presentment_count, adjustment_count, adjusted_minor, refund_count, refunded_minor, gross_minor,
  interchange_minor, discount_minor, vat_minor, net_minor
FROM day_total WHERE business_date = :business_date ORDER BY currency
"""
POSITIONS_OF_DAY = """
SELECT participant, name, role, currency, debit_count, debit_minor, credit_count, credit_minor, interchange_minor, net_minor
FROM position WHERE business_date = :business_date ORDER BY currency, role DESC, participant
"""
PAYOUTS_OF_DAY = """
SELECT p.merchant_id, s.name, p.rib, p.reference, p.currency, p.presentment_count, p.adjustment_count, p.gross_minor,
  p.discount_minor, p.vat_minor, p.brought_forward_minor, p.net_minor, p.outcome, p.value_date, p.terminal_id, p.remise_number,
  p.label, p.entries_minor, p.entries_vat_minor
FROM payout AS p
JOIN statement AS s ON s.business_date = p.business_date AND s.merchant_id = p.merchant_id
WHERE p.business_date = :business_date ORDER BY p.merchant_id, p.terminal_id, p.remise_number, p.reference
"""
ENTRIES_OF_DAY = """
SELECT merchant_id, terminal_id, remise_number, kind, reference, amount_minor, vat_minor, vat_rate_basis_points, currency, rule,
  narrative
FROM merchant_entry WHERE business_date = :business_date ORDER BY merchant_id, terminal_id, remise_number, kind, line
LIMIT :items_shown_max
"""
ADJUSTMENTS_OF_DAY = """
SELECT a.request_id, a.adjusts, a.reversal_id, a.merchant_id, a.issuer, a.amount_minor, a.currency, a.interchange_minor,
  a.discount_minor, a.vat_minor, a.net_minor, p.rrn, p.pan_masked
FROM adjustment AS a
JOIN presentment AS p ON p.request_id = a.request_id
WHERE a.business_date = :business_date ORDER BY a.merchant_id, a.request_id
LIMIT :items_shown_max
"""
REVERSED_OF_DAY = """
SELECT request_id, reversal_id, merchant_id, issuer, amount_minor, currency, rrn, pan_masked
FROM reversed_item WHERE business_date = :business_date ORDER BY request_id
LIMIT :items_shown_max
"""
EXCEPTIONS_OF_DAY = """
SELECT request_id, reason, merchant_id, issuer, amount_minor, currency, rrn, pan_masked
FROM exception_item WHERE business_date = :business_date ORDER BY request_id
LIMIT :items_shown_max
"""

REFUNDS_OF_DAY = """
SELECT request_id, merchant_id, issuer, amount_minor, currency, interchange_minor, discount_minor, vat_minor, net_minor, rrn,
  pan_masked
FROM presentment WHERE business_date = :business_date AND amount_minor < 0 ORDER BY merchant_id, request_id
LIMIT :items_shown_max
"""
_OUTSTANDING = """
FROM held_item AS h
WHERE h.business_date <= :business_date AND NOT EXISTS (
  SELECT 1 FROM released_item AS e WHERE e.request_id = h.request_id AND e.business_date <= :business_date)
"""
#: Those of the date and of every date before, the oldest first.
HOLDS_OF_DAY = f"""
SELECT h.request_id, h.business_date, CAST(julianday(:business_date) - julianday(h.business_date) AS INTEGER), h.merchant_id,
  h.terminal_id, h.issuer, h.amount_minor, h.currency, h.rrn, h.pan_masked, h.capture
{_OUTSTANDING} ORDER BY h.request_id
LIMIT :items_shown_max
"""
HOLDS_OUTSTANDING = f"SELECT COUNT(*) {_OUTSTANDING}"

ITEMS_SHOWN_MAX = 1000  #: of each kind of item in a report; the books hold them all

#: What the books say of a closed day at once, in fields of ``DayReport``.
CLOSED_DAY_COLUMNS = (
    "value_date",
    "specs_digest",
    "decision_count",
    "approval_count",
    "presentment_count",
    "refund_count",
    "adjustment_count",
    "reversed_count",
    "exception_count",
    "held_count",
    "captured_later_count",
    *("nothing_due_count", "represented_count", "expired_count"),
)


def from_row(kind: type[ReportRow], row: Sequence[Any]) -> ReportRow:
    """A record from the columns of its query."""
    return of_row(kind, row)


@frozen(kw_only=True)
class DayReport:
    """What ``day close`` did, or what ``day show`` found."""

    business_date: str | None  #: the day reported; None when none was ever closed
    outcome: DayOutcome
    sentence: str  #: the outcome for a person
    value_date: str | None = None
    specs_digest: str | None = None
    decision_count: int = 0
    approval_count: int = 0  #: presented (but for represented), reversed, exceptions, held, captured later and nothing due
    presentment_count: int = 0
    refund_count: int = 0  #: part of ``presentment_count``
    adjustment_count: int = 0
    reversed_count: int = 0
    exception_count: int = 0
    held_count: int = 0  #: of the date, waiting to be captured at its close
    captured_later_count: int = 0  #: that another request of the same date captured
    nothing_due_count: int = 0  #: that move no money: inquiries, verifications, captures of nothing
    represented_count: int = 0  #: part of ``presentment_count``: exceptions of earlier dates that could be presented now
    expired_count: int = 0  #: holds that the close of the date ended
    outstanding_count: int = 0  #: holds of this and all earlier dates that wait at its close
    totals: tuple[DayTotal, ...] = ()
    positions: tuple[Position, ...] = field(default=(), repr=False)
    payouts: tuple[Payout, ...] = field(default=(), repr=False)
    entries: tuple[EntryItem, ...] = field(default=(), repr=False)  #: the first ITEMS_SHOWN_MAX, as of the next five
    refunds: tuple[Refund, ...] = field(default=(), repr=False)
    adjustments: tuple[Adjustment, ...] = field(default=(), repr=False)
    reversed: tuple[ReversedItem, ...] = field(default=(), repr=False)
    exceptions: tuple[ExceptionItem, ...] = field(default=(), repr=False)
    holds: tuple[HeldItem, ...] = field(default=(), repr=False)  #: outstanding ones
    folder: str | None = None  #: where the rendered files are
    reopenings: tuple[Reopening, ...] = ()  #: of the date: closes of it that were taken back

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

HOLD_COLUMNS = (
    "business_date",
    "held_since",
    "age_days",
    "merchant_id",
    "terminal_id",
    "issuer",
    "rrn",
    "pan_masked",
    "currency",
    "amount",
    "waits_for",
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
    "adjustment_count",
    "gross",
    "discount",
    "vat",
    "brought_forward",
    "net",
    "outcome",
    "terminal_id",
    "remise",
    "label",
    "entries",
    "entries_vat",
)


def write_positions(out: Out, business_date: str, positions: Iterable[Position]) -> None:
    """``positions.csv`` (RFC 4180, UTF-8), amounts as decimals."""
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(POSITION_COLUMNS)
    for row in positions:
        named = (business_date, cell(row.participant), cell(row.name), row.role, row.currency)
        debit, credit = format_minor(row.debit_minor, row.currency), format_minor(row.credit_minor, row.currency)
        interchange, net = format_minor(row.interchange_minor, row.currency), format_minor(row.net_minor, row.currency)
        writer.writerow((*named, row.debit_count, debit, row.credit_count, credit, interchange, net))


def write_payouts(out: Out, business_date: str, payouts: Iterable[Payout]) -> None:
    """``payouts.csv`` (RFC 4180, UTF-8), amounts as decimals."""
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(PAYOUT_COLUMNS)
    for row in payouts:
        merchant = (cell(row.merchant_id), cell(row.name), row.rib, cell(row.reference))
        named = (business_date, row.value_date, *merchant, row.currency)
        amounts = (row.gross_minor, row.discount_minor, row.vat_minor, row.brought_forward_minor, row.net_minor)
        decimals = (format_minor(amount, row.currency) for amount in amounts)
        remise = (cell(row.terminal_id), f"{row.remise_number:06d}" if row.remise_number else "", cell(row.label))
        entries = (format_minor(amount, row.currency) for amount in (row.entries_minor, row.entries_vat_minor))
        writer.writerow((*named, row.presentment_count, row.adjustment_count, *decimals, row.outcome, *remise, *entries))


def write_holds(out: Out, business_date: str, holds: Iterable[HeldItem]) -> None:
    """``holds.csv`` (RFC 4180, UTF-8): what waits to be captured at the close of the date, the oldest first."""
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(HOLD_COLUMNS)
    for row in holds:
        where = map(cell, (row.merchant_id, row.terminal_id, row.issuer or "", row.rrn, row.pan_masked))
        amount = format_minor(row.amount_minor, row.currency)
        writer.writerow((business_date, row.held_since, row.age_days, *where, row.currency, amount, row.capture))
