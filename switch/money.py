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
    "414": ("KWD", 3),
}


#: All that ISO 4217 has numbers for, money of countries and unions; what is not among those above has two decimals here.
_NUMBERS = (
    "008 012 032 036 044 048 050 051 052 060 064 068 072 084 090 096 104 108 116 124 132 136 144 152 156 170 174 188 191 "
    "192 203 208 214 222 230 232 238 242 262 270 292 320 324 328 332 340 344 348 352 356 360 364 368 376 388 392 398 400 "
    "404 408 410 414 417 418 422 426 430 434 446 454 458 462 480 484 496 498 504 512 516 524 532 533 548 554 558 566 578 "
    "586 590 598 600 604 608 634 643 646 654 682 690 694 702 704 706 710 728 748 752 756 760 764 776 780 784 788 800 807 "
    "818 826 834 840 858 860 882 886 901 924 925 926 927 928 929 930 931 932 933 934 936 938 940 941 943 944 946 947 948 "
    "949 950 951 952 953 967 968 969 970 971 972 973 975 976 977 978 979 980 981 984 985 986 990 997 "
)


def is_currency(number: str) -> bool:
    """Whether ISO 4217 has a currency of this number."""
    return number in _NUMBERS.split()


def minor_digits(currency: str) -> int:
    """Decimals of an amount in a currency: 2 for the dirham, 0 for the yen, 3 for the dinars of Tunisia and Kuwait."""
    return CURRENCIES.get(currency, ("", 2))[1]


def currency_number(name: str) -> str | None:
    """The numeric ISO 4217 code of an alphabetic one; None where it is not known here."""
    return next((number for number, (known, _) in CURRENCIES.items() if known == name), None)


_WHOLE_DIGITS_MAX = 18  #: of an amount as people write it: more than any element holds
_SHOWN_MAX = 40  #: characters of what was found, in a sentence


def parse_amount(text: str, currency: str = "504") -> int:
    """Minor units of a decimal amount as people write it: ``125``, ``125.5`` or ``125.00``."""
    _, digits = CURRENCIES.get(currency, ("", 2))
    whole, _, fraction = text.partition(".")
    whole_ok = whole.isdecimal() and len(whole) <= _WHOLE_DIGITS_MAX
    fraction_ok = len(fraction) <= digits and (fraction.isdecimal() or "." not in text)
    if not (text.isascii() and whole_ok and fraction_ok):
        shown = text if len(text) <= _SHOWN_MAX else text[:_SHOWN_MAX] + "…"
        raise SwitchError(f"amount: found {shown!r}, expected digits with at most {digits} decimals, such as 125.00")
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
