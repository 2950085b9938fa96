"""The form of the payment page: what the shopper typed, judged field by field."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

from switch.card import luhn_valid
from switch.gateway.payments.paying import TypedCard
from switch.gateway.protocol.posted import BRAND_NUMBERS, Posted
from switch.record import frozen
from switch.specs.gateway.gateway_profile import CardBrand, GatewayProfile, Shop

PAN, CODE, MONTH, YEAR, BRAND = "pan", "cv2", "Ecom_Payment_Card_ExpDate_Month", "Ecom_Payment_Card_ExpDate_Year", "cardType"
HOLDER, TERMS, TOKEN = "cardHolderName", "terms", "token"
_ON_THE_PAGE: Final = (BRAND, HOLDER, PAN, MONTH, CODE, TERMS)  #: in this order
EXPIRY_YEARS_MAX: Final = 20  #: a card is issued for at most so long
HOLDER_CHARACTERS_MAX: Final = 80
_BRANDS: Final = {number: brand for brand, number in BRAND_NUMBERS.items()}  #: what shops send for a brand, besides its name


@frozen(kw_only=True)
class CardForm:
    """What was typed: a card, or errors by field (keys of the texts), and what may be shown again."""

    card: TypedCard | None
    errors: Mapping[str, str]
    holder: str
    brand: str
    month: str
    year: str
    terms: bool


def card_form(
    posted: Posted,
    shop: Shop,
    profile: GatewayProfile,
    today: date,
    *,
    without_check_digit: Callable[[str], bool],
    hosted: bool = True,
) -> CardForm:
    """Read the form. ``without_check_digit`` tells the test numbers whose last digit is wrong on purpose; ``hosted`` is False
    for the form of a shop's own page, which has neither terms nor holder."""
    errors: dict[str, str] = {}
    digits = re.sub(r"[\s-]", "", posted[PAN])
    brand = profile.brand_of(digits) if digits.isascii() and digits.isdecimal() else None
    chosen = posted[BRAND].strip().lower()
    chosen = _BRANDS.get(chosen, chosen)
    _number(errors, digits, brand, chosen, shop, without_check_digit)
    code = posted[CODE].strip()
    wanted = brand.code_digits if brand else 3
    if not (code.isascii() and code.isdecimal() and len(code) == wanted):
        errors[CODE] = "code_wrong_4" if wanted == 4 else "code_wrong"
    month, year = posted[MONTH].strip().zfill(2), posted[YEAR].strip()
    expiry = _expiry(month, year, today)
    if len(expiry) != 4:
        errors[MONTH] = expiry
    holder = posted[HOLDER].strip()
    if hosted and not (0 < len(holder) <= HOLDER_CHARACTERS_MAX and holder.isprintable()):
        errors[HOLDER] = "holder_wrong"
    elif any(character.isdecimal() for character in holder):
        errors[HOLDER], holder = "holder_digits", ""  # a card number in the wrong field is not shown again
    if hosted and not posted[TERMS]:
        errors[TERMS] = "terms_wrong"
    card = None
    if not errors and brand is not None:
        card = TypedCard(pan=digits, expiry=expiry, code=code, brand=brand.id)
    return CardForm(
        card=card,
        errors={name: errors[name] for name in _ON_THE_PAGE if name in errors},
        holder=holder[:HOLDER_CHARACTERS_MAX],
        brand=chosen if chosen in profile.brands else "",
        month=month if month.isdecimal() else "",
        year=year if year.isdecimal() else "",
        terms=bool(posted[TERMS]),
    )


def _number(
    errors: dict[str, str],
    digits: str,
    brand: CardBrand | None,
    chosen: str,
    shop: Shop,
    without_check_digit: Callable[[str], bool],
) -> None:
    if not digits:
        errors[PAN] = "number_missing"
    elif not (digits.isascii() and digits.isdecimal()):
        errors[PAN] = "number_no_digits"
    elif brand is None or brand.id not in shop.brands:
        errors[PAN] = "number_brand"
    elif len(digits) != brand.digits:
        errors[PAN] = "number_length"
    elif not luhn_valid(digits) and not without_check_digit(digits):
        errors[PAN] = "number_check"
    elif chosen and chosen != brand.id:
        errors[BRAND] = "brand_other"


def _expiry(month: str, year: str, today: date) -> str:
    """YYMM, or the key of the text that says what is wrong."""
    if not (month.isascii() and month.isdecimal() and year.isascii() and year.isdecimal() and len(year) in (2, 4)):
        return "expiry_wrong"
    whole = int(year) + (2000 if len(year) == 2 else 0)
    if not (1 <= int(month) <= 12 and len(month) == 2) or whole > today.year + EXPIRY_YEARS_MAX:
        return "expiry_wrong"
    if (whole, int(month)) < (today.year, today.month):
        return "expiry_past"
    return f"{whole % 100:02d}{month}"
