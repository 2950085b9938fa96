"""Capture: which approvals count in the business day, for how much, and when."""

from __future__ import annotations

from typing import Final

from switch.merchant import AT_CUT_OFF, BY_BATCH, Merchant
from switch.transaction import ADVICE, BATCH, FINANCIAL, INQUIRIES, Authorization, Decision

NOW: Final = "now"  #: in the business date of its decision
LATER: Final = "completion"  #: once a completion names it
WITH_BATCH: Final = "batch"  #: when its terminal closes its batch
NEVER: Final = "never"  #: it moves no money


def capture_of(authorization: Authorization, merchant: Merchant | None) -> str:
    """When an approval of this request is to count: by what it is, then by the contract of its merchant."""
    if authorization.transaction_type in INQUIRIES:
        return NEVER
    if authorization.pre_authorized and not is_financial_advice(authorization):
        return LATER
    if (
        merchant is None
        or merchant.capture == AT_CUT_OFF
        or authorization.function == BATCH
        or is_financial_advice(authorization)
    ):
        return NOW
    if merchant.capture == BY_BATCH:
        return WITH_BATCH
    return NOW if authorization.message_class == FINANCIAL else LATER


def is_financial_advice(authorization: Authorization) -> bool:
    """Whether it tells of money that has moved: a completion, or a sale made offline."""
    return authorization.function == ADVICE and authorization.message_class == FINANCIAL


def granted_minor(authorization: Authorization, decision: Decision) -> int:
    """What a decision grants: all that was asked, a part of it, or nothing."""
    if not decision.approved:
        return 0
    return authorization.amount_minor if decision.approved_minor is None else decision.approved_minor
