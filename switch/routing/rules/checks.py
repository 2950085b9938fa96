"""What the switch itself checks before it asks an issuer: short functions, run in order; a refusal is a value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

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

_Check = Callable[[Authorization, Merchant | None], Decision | None]


def merchant_is_known(authorization: Authorization, merchant: Merchant | None) -> Decision | None:
    if merchant is None:
        return refuse(INVALID_MERCHANT, f"merchant {mask_numbers(authorization.merchant_id)!r} (DE 42) has no contract here")
    return None


def transaction_is_offered(authorization: Authorization, merchant: Merchant | None) -> Decision | None:
    if authorization.transaction_type == OTHER:
        return refuse(INVALID_TRANSACTION, f"processing code {authorization.processing_code} (DE 3) is not offered")
    return None


def currency_is_accepted(authorization: Authorization, merchant: Merchant | None) -> Decision | None:
    assert merchant is not None
    if authorization.currency != merchant.currency:
        asked, accepted = currency_name(authorization.currency), currency_name(merchant.currency)
        return refuse(INVALID_TRANSACTION, f"currency {asked} (DE 49) where the merchant accepts {accepted}")
    return None


def amount_is_positive(authorization: Authorization, merchant: Merchant | None) -> Decision | None:
    if authorization.amount_minor <= 0 and authorization.transaction_type not in INQUIRIES:
        return refuse(INVALID_AMOUNT, "amount 0 (DE 4)")
    if authorization.cash_back_minor > authorization.amount_minor:
        return refuse(INVALID_AMOUNT, "more cash back (DE 54) than the amount (DE 4)")
    return None


CHECKS: Final[tuple[_Check, ...]] = (merchant_is_known, transaction_is_offered, currency_is_accepted, amount_is_positive)
