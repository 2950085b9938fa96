"""What becomes of one approval when days are cleared: a presentment to its issuer, an exception, or nothing, where it was
reversed; and an adjustment of what was presented, where it is reversed on a later date.

These functions are the plain-words twin of the SQL that clears a whole day (``switch.clearing.engine``): the tests hold the two
to the same answer, and explanations of a single transaction are made from them.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping

from attrs import frozen

from switch.clearing.interchange import InterchangeTable
from switch.merchant import Merchant
from switch.money import portion
from switch.transaction import CASH_WITHDRAWAL, PURCHASE

PRESENTABLE_TYPES = (PURCHASE, CASH_WITHDRAWAL)

UNKNOWN_MERCHANT = "unknown merchant"
OTHER_CURRENCY = "other currency than the merchant's"
NO_ISSUER = "no issuer"
UNKNOWN_ISSUER = "unknown issuer"
NO_ORIGIN = "neither domestic nor foreign"
OTHER_TYPE = "neither purchase nor cash withdrawal"


@frozen(kw_only=True)
class Approval:
    """An approved request of the journal, as far as clearing looks at it."""

    request_id: int
    merchant_id: str
    issuer: str | None
    scheme: str
    origin: str | None
    channel: str
    transaction_type: str
    amount_minor: int
    currency: str


@frozen(kw_only=True)
class EffectiveReversal:
    """A reversal of the journal that changed what its original is worth."""

    request_id: int  #: of the original
    business_date: str  #: the one open when it was recorded
    replacement_minor: int  #: what it leaves of the original; 0: nothing


def remaining_minor(approval: Approval, reversals: Iterable[EffectiveReversal], business_date: str) -> int:
    """What is left of an approval at the close of a date. Reversals only lower it, and repeats of one do nothing more."""
    return min([approval.amount_minor, *_left(approval, reversals, business_date)])


def is_reversed(approval: Approval, reversals: Iterable[EffectiveReversal], business_date: str) -> bool:
    """Whether nothing is left of an approval at the close of a date; if that is its own date, it is never presented."""
    return 0 in _left(approval, reversals, business_date)


def _left(approval: Approval, reversals: Iterable[EffectiveReversal], business_date: str) -> list[int]:
    return [
        reversal.replacement_minor
        for reversal in reversals
        if reversal.request_id == approval.request_id and reversal.business_date <= business_date
    ]


def exception_reason(approval: Approval, merchants: Mapping[str, Merchant], issuers: Container[str]) -> str | None:
    """Why an approval cannot be presented, or None; the first reason in this order counts."""
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
    if approval.transaction_type not in PRESENTABLE_TYPES:
        return OTHER_TYPE
    return None


def interchange_minor(approval: Approval, table: InterchangeTable, business_date: str) -> int:
    """What the issuer keeps of a presentable approval, in minor units of its currency.

    An adjustment takes back the difference of two: of the approval as it stands in the books, and of what remains of it, both
    by the rate of the business date it was presented in.
    """
    assert approval.origin is not None, "only presentable approvals have an interchange"
    rate = table.rate(business_date, approval.origin, approval.scheme, approval.channel, approval.transaction_type)
    return portion(approval.amount_minor, rate)
