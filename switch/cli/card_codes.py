"""The response codes that a test card leads to by its own data, and what ``switch send`` sends to get each."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Final

from switch.iso8583.dialect import EDITION_1987, EDITION_1993
from switch.iso8583.edition93.action_codes import SCHEME_ACTIONS, action_code, response_code
from switch.issuers.account import ACCOUNT_CURRENCY
from switch.issuers.cards.magic import BY_AMOUNT, DROPS_LINE, IN_PART, IS_LATE, TIMES_OUT, TWICE, magic_match
from switch.issuers.cards.product import CASH_MACHINES_ONLY, NO_CASH, Product
from switch.issuers.cards.status import ORDER_REFUSALS, STATUS_REFUSALS
from switch.issuers.product_checks import CONTACTLESS_CODES, MISSING_ACCOUNT_CODES
from switch.issuers.profile import Card, Profile
from switch.issuers.proofs.proof import soft_decline
from switch.money import format_minor
from switch.rates import converted
from switch.specs.specification import Specs
from switch.transaction import (
    AMOUNT_LIMIT_EXCEEDED,
    APPROVED,
    CARDHOLDER_NOT_PERMITTED,
    CHIP,
    ECOMMERCE,
    EXPIRED_CARD,
    FREQUENCY_LIMIT_EXCEEDED,
    INSUFFICIENT_FUNDS,
    ISSUER_INOPERATIVE,
    MAGSTRIPE,
    MANUAL,
    PARTIALLY_APPROVED,
    RESTRICTED_CARD,
    TERMINAL_NOT_PERMITTED,
)

_LITTLE_MINOR: Final = 12_500  #: an account with less cannot pay the purchase that `switch send` makes by default
_ABOVE_MINOR: Final = 10_000  #: so much above a limit is asked for
_CASH: Final = "--type cash"
_ABROAD: Final = "250"  #: DE 19 of an acquirer abroad: France
#: Kind of a magic card -> the code to expect of it, and options of ``switch send``.
_MAGIC_WAYS: Final = {
    BY_AMOUNT: (INSUFFICIENT_FUNDS, "--amount 51.51"),
    TIMES_OUT: (ISSUER_INOPERATIVE, ""),
    IS_LATE: (APPROVED, ""),
    TWICE: (APPROVED, ""),
    DROPS_LINE: (ISSUER_INOPERATIVE, ""),
    IN_PART: (PARTIALLY_APPROVED, "--partial"),
}
_ACCOUNT_TYPES: Final = {"savings": "10", "cheque": "20", "credit": "30", "universal": "40", "investment": "50"}  #: in DE 3


def little_minor_of(issuer: Profile, specs: Specs) -> int:
    """What the default purchase of ``switch send`` costs an account of an issuer today."""
    if issuer.billing_currency is None:
        return _LITTLE_MINOR
    return converted(_LITTLE_MINOR, ACCOUNT_CURRENCY, issuer.billing_currency, time.strftime("%Y-%m-%d"), specs.rates)


def codes_given(card: Card, little_minor: int = _LITTLE_MINOR) -> list[str]:
    """The response codes that the card's own data lead to, the usual one first; ``little_minor`` as of ``ways``."""
    return list(ways(card, little_minor))


def ways(card: Card, little_minor: int = _LITTLE_MINOR) -> dict[str, str]:
    """Response code -> the options of ``switch send``, behind those of the card, that get it; the usual code first.

    ``little_minor`` is what the default purchase costs the card's account.
    """
    if card.status in STATUS_REFUSALS:
        return {STATUS_REFUSALS[card.status][0]: ""}
    if card.magic is not None:  # one that is late or answers twice is no card for who wants an approval
        code, options = _MAGIC_WAYS[card.magic]
        return {} if card.magic in (BY_AMOUNT, IS_LATE, TWICE) else {code: options}
    starts_later = card.active_from_ms is not None and card.active_from_ms > time.time() * 1000
    if starts_later or card.expiry < time.strftime("%y%m"):
        return {EXPIRED_CARD: ""}
    found: dict[str, str] = {}
    for code, options in _ways(card, little_minor):
        found.setdefault(code, options)
    return found


def magic_line(card: Card, wanted: str, edition: str = EDITION_1987) -> str | None:
    """A command to paste that shows what a magic card does, where ``wanted`` is its kind, or a code that the amount brings
    about; None for every other. ``edition`` is that of its bank: the later one has fewer codes."""
    if card.magic is None:
        return None
    if card.magic == wanted:
        return send_line(card, *_MAGIC_WAYS[wanted])
    if card.magic != BY_AMOUNT or len(wanted) != len(APPROVED) or not (wanted.isascii() and wanted.isdecimal()):
        return None
    match = magic_match(BY_AMOUNT, int(wanted))
    if edition == EDITION_1993 and response_code(SCHEME_ACTIONS.get(wanted) or action_code(wanted, "1")) != wanted:
        return None
    return None if match is None or match.code is None else send_line(card, wanted, f"--amount {int(wanted)}.{wanted}")


def send_line(card: Card, code: str, options: str) -> str:
    """A command to paste that gets a code; of several messages the last gets it, so that it expects nothing of all."""
    expected = "" if "--count" in options else f" --expect {code}"
    return f"switch send --pan {card.pan.digits}{' ' if options else ''}{options}{expected}"


def _ways(card: Card, little_minor: int) -> Iterator[tuple[str, str]]:
    product, usual = card.product, _usual(card)
    if card.strong_authentication:
        yield soft_decline(card), usual
        usual = _joined(usual, "--3ds full")
    if any(limit.count == 0 for limit in product.limits):
        yield FREQUENCY_LIMIT_EXCEEDED, usual
        return
    if card.balance_minor < little_minor:
        yield APPROVED, _joined(usual, "--amount 1.00")
        yield INSUFFICIENT_FUNDS, usual
    else:
        yield APPROVED, usual
    cash_limit_minor = card.cash_limit_minor if card.cash_limit_minor is not None else product.cash_limit_minor
    if cash_limit_minor is not None:
        cash = f"--type cash --amount {format_minor(cash_limit_minor + _ABOVE_MINOR)}"
        yield AMOUNT_LIMIT_EXCEEDED, _joined(cash, _entry(card))
    yield from _of_product(card, usual)
    if card.orders is not None:
        yield ORDER_REFUSALS[card.orders][0], "--set 22=100"


def _of_product(card: Card, usual: str) -> Iterator[tuple[str, str]]:
    product, entry = card.product, _entry(card)
    cash_alone = product.service_code[2] in CASH_MACHINES_ONLY
    if product.national:
        yield RESTRICTED_CARD, _joined(usual, f"--set 19={_ABROAD}")
    if product.service_code[2] in NO_CASH:
        yield CARDHOLDER_NOT_PERMITTED, _joined("--type cash --amount 100.00", entry)
    if cash_alone or entry:
        yield CARDHOLDER_NOT_PERMITTED, ""
    for channel in (MAGSTRIPE, MANUAL, CHIP):
        if channel not in product.channels:
            yield TERMINAL_NOT_PERMITTED, _joined(_CASH if cash_alone else "", f"--entry {channel}")
    if product.accounts is not None:
        for account in (each for each in _ACCOUNT_TYPES if each not in product.accounts):
            code = f"{'01' if cash_alone else '00'}{_ACCOUNT_TYPES[account]}00"
            yield MISSING_ACCOUNT_CODES[account], _joined(usual, f"--set 3={code}")
    if product.contactless_limit_minor is not None:
        code = CONTACTLESS_CODES.get(product.scheme or "", AMOUNT_LIMIT_EXCEEDED)
        yield code, f"--entry chip --set 22=071 --amount {format_minor(product.contactless_limit_minor + _ABOVE_MINOR)}"
    yield from _of_limits(product, usual)


def _of_limits(product: Product, usual: str) -> Iterator[tuple[str, str]]:
    for limit in product.limits:
        if limit.amount_minor is not None:
            yield AMOUNT_LIMIT_EXCEEDED, _joined(usual, f"--amount {format_minor(limit.amount_minor + _ABOVE_MINOR)}")
        if limit.count is not None:
            yield FREQUENCY_LIMIT_EXCEEDED, _joined(usual, f"--amount 1.00 --count {limit.count + 1}")


def _usual(card: Card) -> str:
    """What gets an approval."""
    return _joined(_CASH if card.product.service_code[2] in CASH_MACHINES_ONLY else "", _entry(card))


def _entry(card: Card) -> str:
    """How the card has to be read, where it is not taken on the internet, as ``switch send`` does without an option."""
    if card.ecommerce and ECOMMERCE in card.product.channels:
        return ""
    return "--entry " + next((channel for channel in (CHIP, MAGSTRIPE, MANUAL) if channel in card.product.channels), CHIP)


def _joined(*options: str) -> str:
    return " ".join(option for option in options if option)
