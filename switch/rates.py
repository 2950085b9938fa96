"""Exchange rates: a dated table, amounts converted by it, and the eight digits by which a message tells a rate.

All of it is exact: a rate is a ratio of two integers, and an amount is rounded once, half away from zero, to the minor unit of
the currency it is converted to (0 decimals of a yen, 2 of a dirham, 3 of a dinar).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from switch.errors import SwitchError
from switch.merchant import MARGIN_BASIS_POINTS_MAX
from switch.money import BASIS_POINTS, CURRENCIES, currency_name, currency_number, minor_digits
from switch.record import frozen
from switch.spec_table import SpecTable

CODE_DIGITS: Final = 8  #: of DE 9 and 10: one for the number of decimals, seven of the rate
_DECIMALS_MAX: Final = 9
_DIGITS_MAX: Final = 9_999_999
_TEXT: Final = r"\d{1,9}(\.\d{1,12})?"  #: a rate in a file
_TEXT_MEANT: Final = 'a rate as text, such as "0.0921", above zero'


class RateError(SwitchError):
    """An amount that cannot be converted; the text says why."""


class Rate(NamedTuple):
    """A rate as a message carries it: ``digits`` / 10 ** ``decimals`` units of the one currency for one of the other."""

    digits: int  #: 1 to 9,999,999
    decimals: int  #: 0 to 9

    @classmethod
    def nearest(cls, numerator: int, denominator: int) -> Rate:
        """The rate of most digits that is nearest to a ratio above zero; RateError where it is too large or too small.

        >>> Rate.nearest(921, 10_000).code
        '89210000'
        """
        for decimals in range(_DECIMALS_MAX, -1, -1):
            digits = _rounded(numerator * 10**decimals, denominator)
            if digits <= _DIGITS_MAX:
                if not digits:
                    break
                return cls(digits, decimals)
        raise RateError(f"rate {numerator}/{denominator}: expected one that seven digits and up to nine decimals can say")

    @classmethod
    def of_code(cls, code: str) -> Rate | None:
        """The rate in DE 9 or 10: the first digit says how many of the other seven are decimals. None where it is no rate.

        >>> Rate.of_code("91234567").text
        '0.001234567'
        """
        if len(code) != CODE_DIGITS or not (code.isascii() and code.isdecimal()) or not int(code[1:]):
            return None
        return cls(int(code[1:]), int(code[0]))

    @property
    def code(self) -> str:
        """The eight digits of DE 9 and 10."""
        return f"{self.decimals}{self.digits:07d}"

    @property
    def text(self) -> str:
        """The rate as people write it, without zeros at its end."""
        whole, fraction = divmod(self.digits, 10**self.decimals)
        return f"{whole}.{fraction:0{self.decimals}d}".rstrip("0").rstrip(".") if self.decimals else str(whole)

    def applied(self, amount_minor: int, from_currency: str, to_currency: str) -> int:
        """Minor units of the one currency for those of the other, rounded half away from zero."""
        scaled = amount_minor * self.digits * 10 ** minor_digits(to_currency)
        return _rounded(scaled, 10 ** (self.decimals + minor_digits(from_currency)))

    def undone(self, amount_minor: int, from_currency: str, to_currency: str) -> int:
        """The most of ``from_currency`` that ``amount_minor`` of ``to_currency`` pays for: rounded down, so that whoever may
        spend no more than that is never granted more."""
        scaled: int = amount_minor * 10 ** (self.decimals + minor_digits(from_currency))
        whole: int = self.digits * 10 ** minor_digits(to_currency)
        return scaled // whole


def _rounded(numerator: int, denominator: int) -> int:
    """A ratio rounded half away from zero; ``denominator`` is above zero."""
    size = (2 * abs(numerator) + denominator) // (2 * denominator)
    return -size if numerator < 0 else size


@frozen(kw_only=True)
class DatedRate:
    """One ``[[rate]]``: units of ``billing`` for one of ``transaction`` from a date on, before and after the margin."""

    from_date: str  #: 2026-01-01
    transaction: str  #: currency of the sale, ISO 4217 numeric
    billing: str  #: currency of the account
    numerator: int
    denominator: int
    margin_basis_points: int  #: by which the cardholder pays more

    @classmethod
    def from_toml(cls, table: SpecTable) -> DatedRate:
        text: str = table.text("rate", pattern=_TEXT, expected=_TEXT_MEANT)
        whole, _, fraction = text.partition(".")
        digits = whole + fraction
        numerator = int(digits) if digits.isascii() and digits.isdecimal() else 0
        if text and not numerator:
            table.mistake("rate", repr(text), _TEXT_MEANT)
        rate = cls(
            from_date=table.text("from", pattern=r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", expected="a date, YYYY-MM-DD"),
            transaction=named_currency(table, "transaction"),
            billing=named_currency(table, "billing"),
            numerator=numerator,
            denominator=10 ** len(fraction),
            margin_basis_points=table.integer("margin_basis_points", 0, high=MARGIN_BASIS_POINTS_MAX),
        )
        if rate.billing and rate.transaction == rate.billing:
            table.mistake("billing", repr(currency_name(rate.billing)), "another currency than that of the sale")
        if numerator:
            try:
                rate.with_margin()
            except RateError as error:
                table.mistake("rate", repr(text), str(error).partition(": expected ")[2])
        table.done()
        return rate

    def with_margin(self) -> Rate:
        """The rate the cardholder is billed by, as a message can say it."""
        return Rate.nearest(self.numerator * (BASIS_POINTS + self.margin_basis_points), self.denominator * BASIS_POINTS)


def named_currency(table: SpecTable, key: str, default: Any = ...) -> Any:
    """The numeric code of a currency that a file names by its three letters."""
    name = table.text(key, default)
    if name is None or key not in table or type(name) is not str:
        return name
    number = currency_number(name)
    if number is None and name:
        known = ", ".join(sorted(letters for letters, _ in CURRENCIES.values()))
        table.mistake(key, repr(name), f"one of {known}")
    return number or ""


class _Course(NamedTuple):
    """The rates of one pair: from when each is in force, in order, and the rates."""

    dates: tuple[str, ...]
    rates: tuple[Rate, ...]
    plain: tuple[Rate, ...] = ()  #: without the margin of the cardholder's network


@frozen(kw_only=True, eq=False)
class RateTable:
    """All rates, by pair."""

    courses: Mapping[tuple[str, str], _Course]

    @classmethod
    def from_toml(cls, table: SpecTable) -> RateTable:
        rows = list(table.each("rate", DatedRate.from_toml))
        seen: set[tuple[str, str, str]] = set()
        for entry, row in rows:
            named = row.transaction, row.billing, row.from_date
            if named in seen:
                pair = f"{currency_name(row.transaction)} to {currency_name(row.billing)}"
                entry.mistake("from", repr(row.from_date), f"one rate of {pair} for that date")
            seen.add(named)
        table.done()
        return cls.of(row for _, row in rows)

    @classmethod
    def of(cls, rows: Iterable[DatedRate]) -> RateTable:
        courses: dict[tuple[str, str], list[DatedRate]] = {}
        for row in sorted(rows, key=lambda row: row.from_date):
            courses.setdefault((row.transaction, row.billing), []).append(row)
        return cls(
            courses=MappingProxyType(
                {
                    pair: _Course(
                        tuple(row.from_date for row in course),
                        tuple(row.with_margin() for row in course),
                        tuple(Rate.nearest(row.numerator, row.denominator) for row in course),
                    )
                    for pair, course in courses.items()
                }
            )
        )

    def rate(self, transaction: str, billing: str, on: str) -> Rate:
        """The rate in force on a date (YYYY-MM-DD), margin included; RateError where the table has none."""
        course, place = self._in_force(transaction, billing, on)
        return course.rates[place]

    def plain_rate(self, sold: str, paid: str, on: str) -> tuple[Rate, str]:
        """The rate in force on a date without a margin, and the date from which it is; RateError where the table has none."""
        course, place = self._in_force(sold, paid, on)
        return course.plain[place], course.dates[place]

    def _in_force(self, transaction: str, billing: str, on: str) -> tuple[_Course, int]:
        course = self.courses.get((transaction, billing))
        pair = f"{currency_name(transaction)} to {currency_name(billing)}"
        if course is None:
            raise RateError(f"rates.toml has no rate of {pair}")
        place = bisect_right(course.dates, on)
        if not place:
            raise RateError(f"rates.toml has no rate of {pair} on {on}: the first is of {course.dates[0]}")
        return course, place - 1


NO_RATES: Final = RateTable(courses=MappingProxyType({}))


def converted(amount_minor: int, from_currency: str, to_currency: str, on: str, table: RateTable) -> int:
    """An amount in another currency, at the rate of a date; RateError where the table has none."""
    if from_currency == to_currency:
        return amount_minor
    return table.rate(from_currency, to_currency, on).applied(amount_minor, from_currency, to_currency)
