"""What the product of a card refuses, each as a check with its reason. A card without a product passes all of them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from switch.issuers.cards.product import CASH_MACHINES_ONLY, NO_CASH
from switch.issuers.cards.status import ORDER_REFUSALS, Refusal
from switch.issuers.case import Case
from switch.money import worded_minor
from switch.transaction import (
    AMOUNT_LIMIT_EXCEEDED,
    CARDHOLDER_NOT_PERMITTED,
    CASH_WITHDRAWAL,
    ECOMMERCE,
    EXPIRED_CARD,
    FREQUENCY_LIMIT_EXCEEDED,
    INQUIRIES,
    PURCHASE_WITH_CASH_BACK,
    QUASI_CASH,
    RESTRICTED_CARD,
    TERMINAL_NOT_PERMITTED,
)

ALL_CASH: Final = frozenset({CASH_WITHDRAWAL, QUASI_CASH})  #: the whole amount counts against the card's cash limit
HANDS_OUT_CASH: Final = frozenset({CASH_WITHDRAWAL, PURCHASE_WITH_CASH_BACK})

#: Scheme -> what asks for a PIN above the contactless limit; any other scheme says that the amount is too high. Visa's and
#: Mastercard's codes ask the terminal to begin again with the chip and a PIN.
CONTACTLESS_CODES: Final = {"visa": "1A", "mastercard": FREQUENCY_LIMIT_EXCEEDED}

#: Account a request names -> what says that the card has none such.
MISSING_ACCOUNT_CODES: Final = {"credit": "39", "universal": "42", "investment": "44", "cheque": "52", "savings": "53"}


def not_active_yet(case: Case) -> Refusal | None:
    """There is no code for it in 1987; that of a card that is good no more is the one 1993 (125) comes to."""
    from_ms = case.card.active_from_ms
    if from_ms is None or case.now_ms >= from_ms:
        return None
    return EXPIRED_CARD, f"card is active from {datetime.fromtimestamp(from_ms / 1000, UTC):%Y-%m-%d} on"


def order_stopped(case: Case) -> Refusal | None:
    order = case.card.orders
    return ORDER_REFUSALS[order] if order is not None and case.use.on_file else None


def used_abroad(case: Case) -> Refusal | None:
    """A card with a national service code is good in its issuer's country; a message that names no country is from there."""
    product = case.card.product
    if not product.national:
        return None
    abroad = case.use.countries - {case.means.country}
    if not abroad:
        return None
    return (
        RESTRICTED_CARD,
        f"card is good in country {case.means.country} only (service code {product.service_code}), not in {min(abroad)}",
    )


def service_not_bought(case: Case) -> Refusal | None:
    """The third digit of a service code: goods and services only, or cash only."""
    third, kind = case.card.product.service_code[2], case.request.transaction_type
    gives_cash = kind in HANDS_OUT_CASH or kind in ALL_CASH
    if kind in INQUIRIES or third not in (NO_CASH if gives_cash else CASH_MACHINES_ONLY):
        return None
    what = "no cash" if gives_cash else "nothing but cash"
    return CARDHOLDER_NOT_PERMITTED, f"card gives {what} (service code {case.card.product.service_code})"


def channel_closed(case: Case) -> Refusal | None:
    product, channel = case.card.product, case.request.channel
    if channel in product.channels and (case.card.ecommerce or channel != ECOMMERCE):
        return None
    if channel == ECOMMERCE:
        return CARDHOLDER_NOT_PERMITTED, "bank has not opened the card for payments on the internet"
    return TERMINAL_NOT_PERMITTED, f"product {product.id} is not taken by entry {channel}"


def account_missing(case: Case) -> Refusal | None:
    accounts = case.card.product.accounts
    if accounts is None:
        return None
    named = case.use.account
    if not named or named in accounts:
        return None
    return MISSING_ACCOUNT_CODES[named], f"card has no {named} account"


def contactless_above_limit(case: Case) -> Refusal | None:
    product, amount_minor = case.card.product, case.request.amount_minor
    limit_minor = product.contactless_limit_minor
    if limit_minor is None or amount_minor <= limit_minor:
        return None
    use = case.use
    if not use.contactless or use.with_pin:
        return None
    code = CONTACTLESS_CODES.get(product.scheme or "", AMOUNT_LIMIT_EXCEEDED)
    return code, f"{_money(amount_minor, case)} contactless without a PIN is more than {_money(limit_minor, case)}"


def used_too_much(case: Case) -> Refusal | None:
    """The debits of the last day and week, this one among them, by count (65) and by amount (61)."""
    card = case.card
    for limit in card.product.limits:
        used = case.accounts.uses(card, case.means.records, case.now_ms).within(limit.window_ms, case.now_ms)
        if limit.count is not None and used.debits >= limit.count:
            said = f"{used.debits} in {limit.words}, and product {card.product.id} allows {limit.count}"
            return FREQUENCY_LIMIT_EXCEEDED, said
        asked_minor = case.request.amount_minor
        if limit.amount_minor is not None and used.amount_minor + asked_minor > limit.amount_minor:
            so_far = f"{_money(used.amount_minor, case)} in {limit.words} and {_money(asked_minor, case)} more"
            allowed = f"the {_money(limit.amount_minor, case)} of product {card.product.id}"
            return AMOUNT_LIMIT_EXCEEDED, f"{so_far} is above {allowed}"
    return None


def _money(minor: int, case: Case) -> str:
    return worded_minor(minor, case.currency)


#: All of these: a card without a product and without rules of its own passes them.
OF_PRODUCT: Final = frozenset(
    {
        not_active_yet,
        order_stopped,
        used_abroad,
        service_not_bought,
        channel_closed,
        account_missing,
        contactless_above_limit,
        used_too_much,
    }
)
