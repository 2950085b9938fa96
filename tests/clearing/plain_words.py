"""What becomes of approvals when days are cleared and settled, one transaction at a time and in plain Python.

The product does this by SQL for a whole day at once (``clearing.presentments``); the tests hold the two to the same answer.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence

from attrs import evolve, frozen

from switch.clearing.interchange import InterchangeTable
from switch.merchant import Merchant
from switch.money import BASIS_POINTS
from switch.settlement.fees.rows import FeeRow as DiscountRate
from switch.transaction import CREDITS, DEBITS

UNKNOWN_MERCHANT = "unknown merchant"
OTHER_CURRENCY = "other currency than the merchant's"
NO_ISSUER = "no issuer"
UNKNOWN_ISSUER = "unknown issuer"
NO_ORIGIN = "neither domestic nor foreign"
OTHER_TYPE = "unknown transaction type"


def portion(amount_minor: int, rate_basis_points: int) -> int:
    """``rate_basis_points`` of an amount in minor units, rounded half away from zero; the one rounding of the house.

    >>> portion(10_000, 65), portion(-10_000, 65), portion(50, 100), portion(49, 100)
    (65, -65, 1, 0)
    """
    scaled = abs(amount_minor) * rate_basis_points
    rounded = (scaled + BASIS_POINTS // 2) // BASIS_POINTS
    return rounded if amount_minor >= 0 else -rounded


@frozen(kw_only=True)
class Approval:
    """An approved request of the journal, as far as the day looks at it."""

    request_id: int
    business_date: str
    merchant_id: str
    issuer: str | None
    scheme: str
    origin: str | None
    channel: str
    transaction_type: str
    amount_minor: int  #: granted; below zero for a refund
    currency: str
    capture: str = "now"  #: now, never; completion, batch: it waits
    original_id: int | None = None  #: the hold it captures, or adds to

    @property
    def waits(self) -> bool:
        return self.capture in ("completion", "batch")


@frozen(kw_only=True)
class EffectiveReversal:
    """A reversal of the journal that changed what its original is worth."""

    request_id: int  #: of the original
    business_date: str  #: the one open when it was recorded
    replacement_minor: int  #: what it leaves of the original; 0: nothing


def left_of(approval: Approval, reversals: Iterable[EffectiveReversal], business_date: str) -> Approval:
    """An approval at the close of a date. Reversals only lower it, and repeats of one do nothing more."""
    magnitude = min([abs(approval.amount_minor), *_left(approval, reversals, business_date)])
    return evolve(approval, amount_minor=-magnitude if approval.amount_minor < 0 else magnitude)


def is_reversed(approval: Approval, reversals: Iterable[EffectiveReversal], business_date: str) -> bool:
    """Whether nothing is left of an approval at the close of a date; if that is its own date, it is never presented."""
    return 0 in _left(approval, reversals, business_date)


def _left(approval: Approval, reversals: Iterable[EffectiveReversal], business_date: str) -> list[int]:
    return [
        reversal.replacement_minor
        for reversal in reversals
        if reversal.request_id == approval.request_id and reversal.business_date <= business_date
    ]


def captured_by(hold: Approval, approvals: Sequence[Approval]) -> Approval | None:
    """The first request that captures a hold, or the hold that this one, an increment, was added to."""
    named = (hold.request_id, hold.original_id)
    captures = (one for one in approvals if one.capture == "now" and one.original_id is not None)
    return next((one for one in captures if one.original_id in named), None)


def exception_reason(approval: Approval, merchants: Mapping[str, Merchant], issuers: Container[str]) -> str | None:
    """Why what was captured cannot be presented, or None; the first reason in this order counts."""
    merchant = merchants.get(approval.merchant_id)
    if merchant is None:
        return UNKNOWN_MERCHANT
    if approval.currency != merchant.currency:
        return OTHER_CURRENCY
    if approval.issuer is None:
        return NO_ISSUER
    if approval.issuer not in issuers:
        return UNKNOWN_ISSUER
    if approval.origin not in ("domestic", "foreign"):
        return NO_ORIGIN
    if approval.transaction_type not in DEBITS | CREDITS:
        return OTHER_TYPE
    return None


def interchange_minor(approval: Approval, table: InterchangeTable) -> int:
    """What the issuer keeps of a presentable approval, or gives back of a refund, by the rate of its business date."""
    assert approval.origin is not None, "only presentable approvals have an interchange"
    target = (approval.origin, approval.scheme, approval.channel, approval.transaction_type)
    return portion(approval.amount_minor, table.rate(approval.business_date, *target))


@frozen(kw_only=True)
class Settled:
    """What one presentment leaves to its merchant; amount = discount + VAT + net."""

    discount_minor: int
    vat_minor: int
    net_minor: int


def settle(amount_minor: int, rate: DiscountRate, vat_rate_basis_points: int) -> Settled:
    """Discount, VAT and net of a sale, or of a refund (below zero), which gives back by the rate alone, or nothing.

    On nothing, nothing is charged, not even the minimum.
    """
    if amount_minor < 0:
        discount_minor = portion(amount_minor, rate.rate_basis_points) if rate.refunds_give_back else 0
    elif amount_minor == 0:
        discount_minor = 0
    else:
        discount_minor = max(portion(amount_minor, rate.rate_basis_points), rate.minimum_minor)
    vat_minor = portion(discount_minor, vat_rate_basis_points)
    return Settled(discount_minor=discount_minor, vat_minor=vat_minor, net_minor=amount_minor - discount_minor - vat_minor)


def difference(remaining: Settled, standing: Settled) -> Settled:
    """What an adjustment settles so that ``standing`` becomes ``remaining``; all of it, where nothing remains."""
    return Settled(
        discount_minor=remaining.discount_minor - standing.discount_minor,
        vat_minor=remaining.vat_minor - standing.vat_minor,
        net_minor=remaining.net_minor - standing.net_minor,
    )
