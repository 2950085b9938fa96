"""Amounts, dates, times and cards as people and programs write them in Morocco, France and elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Final

from switch.card import mask_pan
from switch.money import currency_number, minor_digits

AMOUNT_DIGITS_MAX: Final = 15  #: of an amount in minor units
NUMBER_DIGITS_MAX: Final = 24  #: before the mark of a number in a workbook: more than any reference has
CENTURY: Final = 2000  #: of a year of two digits
FIRST_YEAR: Final = 1990  #: a date before it, or after the last one, is a mistake
LAST_YEAR: Final = 2100
DAY_SECONDS_OF_EXCEL: Final = 86_400
#: What a workbook counts days from, its mistake about the year 1900 included.
EXCEL_EPOCH: Final = date(1899, 12, 30)

AMOUNT_EXPECTED: Final = "an amount such as 1 234,56"
DATE_EXPECTED: Final = "a date such as 03/02/2026"
TIME_EXPECTED: Final = "a time such as 14:05"

#: Blanks that stand between thousands, and the quote of Switzerland.
_BLANKS: Final = re.compile("[ \t\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}'\N{RIGHT SINGLE QUOTATION MARK}]")
_SIGNS: Final = "\N{EURO SIGN}\N{POUND SIGN}$"
_CURRENCY: Final = rf"(?:[A-Za-z]{{2,3}}\.?|[{_SIGNS}])"
_MINUS: Final = "\N{MINUS SIGN}"
#: An amount with its currency before it or behind it, inside its sign or brackets or outside.
_WITH_CURRENCY: Final = re.compile(
    rf"(?P<before>[(+{_MINUS}-]*)\s*(?P<first>{_CURRENCY})?(?P<number>[^A-Za-z{_SIGNS}]*?)(?P<last>{_CURRENCY})?"
    r"\s*(?P<behind>[)+-]*)"
)
_PLAIN: Final = "0123456789.,-+ "  #: letters of an amount that names no currency
_CURRENCY_SIGNS: Final = {"DH": "MAD", "DHS": "MAD", "\N{EURO SIGN}": "EUR", "\N{POUND SIGN}": "GBP", "$": "USD"}
_AMOUNT: Final = re.compile(r"([+-]?)([0-9][0-9.,]*|[.,][0-9]+)([+-]?)")
#: A date, and what stands behind it: nothing, or a time, with or without a zone.
_DATE: Final = re.compile(
    r"(?:(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})"
    r"|(?P<first>\d{1,2})[-/.](?P<second>\d{1,2})[-/.](?P<last>\d{4}|\d{2})"
    r"|(?P<compact>\d{8}))"
    r"(?:(?:T|,?\s+(?:(?:\N{LATIN SMALL LETTER A WITH GRAVE}|at|-)\s+)?)(?P<time>\d.*)|\s*(?:Z|[+-]\d{2}:?\d{2}))?"
)
#: A time, with the half of the day where it counts to twelve. A zone says nothing more: the clock is that of the file.
_TIME: Final = re.compile(
    r"(?P<hour>\d{1,2})\s*[:hH.]\s*(?P<minute>\d{2})(?:\s*[:mM.]\s*(?P<second>\d{2})(?:[.,]\d+)?\s*s?|\s*m(?:i?n)?)?"
    r"(?:\s*(?P<half>[AaPp])\.?\s?[Mm]\.?)?(?:\s*(?:Z|UTC|GMT|[+-]\d{2}:?\d{2}))?"
)
_TIME_COMPACT: Final = re.compile(r"(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2})?")
_CARD: Final = re.compile(r"[0-9*xX\N{BULLET}# ._-]{4,30}")


def decimal_mark(texts: Iterable[str]) -> str:
    """The decimal mark that a column of amounts shows; empty where none of them tells.

    >>> decimal_mark(["1 234,56"]), decimal_mark(["1,234.5"]), decimal_mark(["1.234"])
    (',', '.', '')
    """
    found: dict[str, int] = {",": 0, ".": 0}
    for text in texts:
        plain = _BLANKS.sub("", _without_currency(text)[0])
        last = max(plain.rfind(","), plain.rfind("."))
        if last < 0:
            continue
        mark, other = plain[last], "." if plain[last] == "," else ","
        behind = len(plain[last + 1 :].rstrip("+-)"))
        if other in plain or behind in (1, 2):
            found[mark] += 1
    return "" if found[","] == found["."] else max(found, key=lambda mark: found[mark])


def _without_currency(text: str) -> tuple[str, tuple[str, ...]]:
    """An amount without the currencies that it names, and these."""
    text = text.strip()
    if not text.strip(_PLAIN):
        return text, ()
    found = _WITH_CURRENCY.fullmatch(text)
    if found is None:
        return text, ()
    before, first, number, last, behind = found.groups()
    return f"{before}{number}{behind}", tuple(each for each in (first, last) if each)


@lru_cache(1 << 12)
def currency_in(text: str) -> str | None:
    """The currency that an amount names: empty where it names none; None where nobody knows it, or there are two.

    >>> currency_in("125,00 DH"), currency_in("EUR 125.00"), currency_in("125,00"), currency_in("125,00 XYZ")
    ('504', '978', '', None)
    """
    numbers = {_number_of(name) for name in _without_currency(text)[1]}
    return "" if not numbers else numbers.pop() if len(numbers) == 1 else None


def currency_in_head(head: str) -> str:
    """The currency that the head of a column of amounts names; empty where it names none.

    >>> currency_in_head("Montant (EUR)"), currency_in_head("Crédit DH"), currency_in_head("Montant net")
    ('978', '504', '')
    """
    words = re.findall(rf"[^\W\d_]+|[{_SIGNS}]", head)
    return next((number for word in words if (number := _number_of(word))), "")


def _number_of(name: str) -> str | None:
    plain = name.upper().strip(".")
    return currency_number(_CURRENCY_SIGNS.get(plain, plain))


@lru_cache(1 << 16)
def amount_minor(text: str, currency: str, mark: str = "") -> int | None:
    """Minor units of an amount as it is written; None where it is none, or its decimals cannot be told from thousands.

    None too where it names another currency.

    >>> amount_minor("1 234,56 DH", "504"), amount_minor("(1,234.50)", "504"), amount_minor("12,50-", "504")
    (123456, -123450, -1250)
    >>> amount_minor("1.234", "504"), amount_minor("1.234", "504", ","), amount_minor("1.234", "504", ".")
    (None, 123400, None)
    >>> amount_minor("12,50 EUR", "504"), amount_minor("12,50 EUR", "978")
    (None, 1250)
    """
    if currency_in(text) not in ("", currency):
        return None
    plain = _BLANKS.sub("", _without_currency(text)[0])
    in_brackets = plain.startswith("(") and plain.endswith(")")
    found = _AMOUNT.fullmatch(plain.strip("()") if in_brackets else plain.replace("\N{MINUS SIGN}", "-"))
    if found is None or (found[1] and found[3]):
        return None
    digits = minor_digits(currency)
    parts = _split(found[2], digits, mark)
    if parts is None:
        return None
    whole, fraction = parts
    if len(fraction) > digits and fraction[digits:].strip("0"):
        return None
    number = whole + fraction[:digits].ljust(digits, "0")
    if len(number) > AMOUNT_DIGITS_MAX or not number:
        return None
    negative = in_brackets or "-" in (found[1], found[3])
    return -int(number) if negative else int(number)


def _split(text: str, digits: int, mark: str) -> tuple[str, str] | None:
    """Whole and decimal digits of an amount; None where the marks make no sense."""
    marks = [letter for letter in text if letter in ".,"]
    if not marks:
        return text, ""
    last = marks[-1]
    if len(set(marks)) == 2:
        decimal = last if marks.count(last) == 1 else None
        if decimal is None:
            return None
    elif mark:
        decimal = last if last == mark else ""
    elif len(marks) > 1:
        decimal = ""
    else:
        behind = len(text) - text.index(last) - 1
        if behind == 3 and digits != 3:
            return None  # 1.234: a thousand or one and a bit
        decimal = last
    if decimal and text.count(decimal) != 1:
        return None
    whole, _, fraction = text.partition(decimal) if decimal else (text, "", "")
    groups = re.split(r"[.,]", whole)
    if len(groups) > 1 and (not 1 <= len(groups[0]) <= 3 or any(len(group) != 3 for group in groups[1:])):
        return None
    return "".join(groups), fraction


def number_minor(number: str, currency: str) -> int | None:
    """Minor units of a number as a workbook stores it, which may be a hair off; None where it has more decimals.

    >>> number_minor("412.35", "504"), number_minor("412.34999999999997", "504"), number_minor("1.005", "504")
    (41235, 41235, None)
    """
    value = finite(number)
    if value is None:
        return None
    exact = value.scaleb(minor_digits(currency))
    minor = int(exact.to_integral_value())
    return minor if abs(exact - minor) <= Decimal("0.000001") and len(str(abs(minor))) <= AMOUNT_DIGITS_MAX else None


def finite(number: str) -> Decimal | None:
    """A number as a workbook stores it; None where it is none, or greater than anything that is counted.

    >>> finite("46056.5"), finite("NaN"), finite("1e999999")
    (Decimal('46056.5'), None, None)
    """
    try:
        value = Decimal(number)
    except InvalidOperation:
        return None
    return value if value.is_finite() and value.adjusted() <= NUMBER_DIGITS_MAX else None


@lru_cache(1 << 12)
def iso_date(text: str) -> str | None:
    """A date as 2026-02-03; None where it is none. Of two small numbers the first is the day. A time may stand behind it.

    >>> iso_date("03/02/2026 10:00 PM"), iso_date("03/02/20265"), iso_date("03/02/2026 25:00")
    ('2026-02-03', None, None)
    >>> iso_date("03/02/26"), iso_date("2026-02-03T10:00:00"), iso_date("20260203"), iso_date("31/02/2026")
    ('2026-02-03', '2026-02-03', '2026-02-03', None)
    """
    found = _DATE.fullmatch(text.strip())
    if found is None or (found["time"] and second_of_day(found["time"]) is None):
        return None
    if found["compact"]:
        year, month, day = found["compact"][:4], found["compact"][4:6], found["compact"][6:]
    elif found["year"]:
        year, month, day = found["year"], found["month"], found["day"]
    else:
        day, month, year = found["first"], found["second"], found["last"]
    number = int(year) + (CENTURY if len(year) == 2 else 0)
    try:
        moment = date(number, int(month), int(day))
    except ValueError:
        return None
    return moment.isoformat() if FIRST_YEAR <= number <= LAST_YEAR else None


def date_of_serial(number: str) -> tuple[str, int | None] | None:
    """Date and second of the day of a number of days, as a workbook stores them; the second is None of a whole number.

    >>> date_of_serial("46056"), date_of_serial("46056.5")
    (('2026-02-03', None), ('2026-02-03', 43200))
    """
    days = finite(number)
    if days is None:
        return None
    whole = int(days)
    try:
        moment = EXCEL_EPOCH + timedelta(days=whole)
    except OverflowError:
        return None
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        return None
    rest = round((days - whole) * DAY_SECONDS_OF_EXCEL)
    return moment.isoformat(), (None if days == whole else min(rest, DAY_SECONDS_OF_EXCEL - 1))


@lru_cache(1 << 12)
def second_of_day(text: str) -> int | None:
    """The second of the day of a time, or of what stands behind a date; None where there is none.

    >>> second_of_day("14:05"), second_of_day("03/02/2026 14:05:07"), second_of_day("14h05"), second_of_day("24:00")
    (50700, 50707, 50700, None)
    >>> second_of_day("10:00 PM"), second_of_day("12:00 a.m."), second_of_day("13:00 PM"), second_of_day("10:00 o'clock")
    (79200, 0, None, None)
    """
    text = text.strip()
    dated = _DATE.fullmatch(text)
    rest = (dated["time"] or "") if dated and not dated["compact"] else text
    found = _TIME.fullmatch(rest) or _TIME_COMPACT.fullmatch(rest)
    if found is None:
        return None
    hour, minute, second = int(found["hour"]), int(found["minute"]), int(found["second"] or 0)
    half = (found.groupdict().get("half") or "").upper()
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "P" else 0)
    return hour * 3600 + minute * 60 + second if hour < 24 and minute < 60 and second < 60 else None


def masked_card(text: str) -> str:
    """A card as a file shows it, never more of it than a masked number shows; empty where there is none.

    >>> masked_card("4507160000000010"), masked_card("450716XXXXXX0010"), masked_card("**** 0010")
    ('450716******0010', '450716******0010', '****0010')
    """
    text = text.strip()
    if not _CARD.fullmatch(text):
        return ""
    plain = re.sub(r"[ ._-]", "", text)
    plain = re.sub("[xX#\N{BULLET}]", "*", plain)
    if "*" not in plain and len(plain) > 4:
        return mask_pan(plain)
    digits = plain.replace("*", "")
    return plain if len(digits) <= 10 else mask_pan(plain.replace("*", "0"))


def plain_number(text: str) -> str:
    """A reference without the guards of spreadsheets: ``="000123"`` and ``'000123``."""
    text = text.strip()
    if text.startswith('="') and text.endswith('"'):
        text = text[2:-1]
    return text.removeprefix("'").strip()
