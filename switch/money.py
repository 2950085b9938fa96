"""Money: integers of minor units. One way in, one way out."""

from __future__ import annotations

from switch.errors import SwitchError

BASIS_POINTS = 10_000

#: ISO 4217: numeric code -> (alphabetic code, minor-unit digits), for the currencies met at a Moroccan acquirer.
CURRENCIES: dict[str, tuple[str, int]] = {
    "504": ("MAD", 2),
    "978": ("EUR", 2),
    "840": ("USD", 2),
    "826": ("GBP", 2),
    "756": ("CHF", 2),
    "124": ("CAD", 2),
    "682": ("SAR", 2),
    "784": ("AED", 2),
    "788": ("TND", 3),
    "392": ("JPY", 0),
}


def parse_amount(text: str, currency: str = "504") -> int:
    """Minor units of a decimal amount as people write it: ``125``, ``125.5`` or ``125.00``."""
    _, digits = CURRENCIES.get(currency, ("", 2))
    whole, _, fraction = text.partition(".")
    fraction_ok = fraction.isdecimal() if "." in text else True
    if not (text.isascii() and whole.isdecimal() and fraction_ok and len(fraction) <= digits):
        raise SwitchError(f"amount: found {text!r}, expected digits with at most {digits} decimals, such as 125.00")
    return int(whole + fraction.ljust(digits, "0"))


def format_minor(amount_minor: int, currency: str = "504") -> str:
    """The decimal form of an amount in minor units.

    >>> format_minor(12_500), format_minor(-5), format_minor(7, "392")
    ('125.00', '-0.05', '7')
    """
    _, digits = CURRENCIES.get(currency, ("", 2))
    sign = "-" if amount_minor < 0 else ""
    whole, fraction = divmod(abs(amount_minor), 10**digits)
    return f"{sign}{whole}.{fraction:0{digits}d}" if digits else f"{sign}{whole}"


def currency_name(currency: str) -> str:
    """The alphabetic code of a numeric ISO 4217 code, or the numeric code itself where it is not known here."""
    return CURRENCIES.get(currency, (currency, 2))[0]


def worded_minor(amount_minor: int, currency: str) -> str:
    """An amount with its currency.

    >>> worded_minor(12_500, "504")
    '125.00 MAD'
    """
    return f"{format_minor(amount_minor, currency)} {currency_name(currency)}"
