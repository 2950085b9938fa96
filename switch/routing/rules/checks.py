"""What the switch itself checks before it asks an issuer, one question after the other; a refusal is a value."""

from __future__ import annotations

from switch.card import mask_numbers
from switch.merchant import Merchant
from switch.money import currency_name
from switch.transaction import (
    INQUIRIES,
    INVALID_AMOUNT,
    INVALID_MERCHANT,
    INVALID_TRANSACTION,
    OTHER,
    Authorization,
    Decision,
    refuse,
)


def refusal_of(authorization: Authorization, merchant: Merchant | None) -> Decision | None:
    """The first refusal that a request of a merchant, or of nobody who is known, meets with; None where it meets with none."""
    if merchant is None:
        return refuse(INVALID_MERCHANT, f"merchant {mask_numbers(authorization.merchant_id)!r} (DE 42) has no contract here")
    if authorization.transaction_type == OTHER:
        return refuse(INVALID_TRANSACTION, f"processing code {authorization.processing_code} (DE 3) is not offered")
    if authorization.currency != merchant.currency:
        asked, accepted = currency_name(authorization.currency), currency_name(merchant.currency)
        return refuse(INVALID_TRANSACTION, f"currency {asked} (DE 49) where the merchant accepts {accepted}")
    if authorization.amount_minor <= 0 and authorization.transaction_type not in INQUIRIES:
        return refuse(INVALID_AMOUNT, "amount 0 (DE 4)")
    if authorization.cash_back_minor > authorization.amount_minor:
        return refuse(INVALID_AMOUNT, "more cash back (DE 54) than the amount (DE 4)")
    return None
