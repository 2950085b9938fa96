"""Capture: when an approval counts in the business day."""

from __future__ import annotations

from switch.merchant import AT_CUT_OFF, BY_BATCH, Merchant
from switch.transaction import (
    BATCH,
    FINANCIAL,
    INQUIRIES,
    LATER,
    NEVER,
    NOW,
    WITH_BATCH,
    Authorization,
    CaptureTime,
    is_financial_advice,
)


def capture_of(authorization: Authorization, merchant: Merchant | None) -> CaptureTime:
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
