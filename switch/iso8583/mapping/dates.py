"""Dates and times in data elements: which elements hold one, in which form, and whether what they hold is one."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Mapping
from operator import itemgetter
from typing import Final

from switch.errors import MessageError
from switch.iso8583.dialect import EDITION_1987, EDITION_1993

LEAP_YEAR: Final = 2000  #: 29 February is a date wherever the year is not said
MONTHS_MAX: Final = 1_200  #: right months remembered: a hundred years has no more

_DAYS: Final = frozenset(
    f"{month:02d}{day:02d}" for month in range(1, 13) for day in range(1, monthrange(LEAP_YEAR, month)[1] + 1)
)
_MONTHS: Final = frozenset(f"{month:02d}" for month in range(1, 13))


def is_day(text: str) -> bool:
    """Whether a text is a month and a day of it, MMDD."""
    return text in _DAYS


def _is_time(text: str) -> bool:
    return text.isdecimal() and len(text) == 6 and text[:2] < "24" and text[2:4] < "60" and text[4:] < "60"


def _is_instant(text: str) -> bool:
    return text[:4] in _DAYS and _is_time(text[4:])


def _is_dated_instant(text: str) -> bool:
    return text[:2].isdecimal() and _is_instant(text[2:])


def _is_month(text: str) -> bool:
    return text[:2].isdecimal() and text[2:] in _MONTHS


def _is_date(text: str) -> bool:
    return text[:2].isdecimal() and text[2:] in _DAYS


_WHEN: Final = itemgetter(7, 12, 13)
_REMEMBERED: Final = frozenset({7, 12, 13, 14})

When = tuple[str, str | None, str | None]  #: DE 7, 12 and 13 of a message of 1987, as far as they are there
Form = tuple[str, Callable[[str], bool]]
_TIME: Final[Form] = ("a time, hhmmss", _is_time)
_DAY: Final[Form] = ("a date, MMDD", is_day)
_DATE: Final[Form] = ("a date, YYMMDD", _is_date)
_MONTH: Final[Form] = ("a year and a month, YYMM", _is_month)
_INSTANT: Final[Form] = ("a date and a time, MMDDhhmmss", _is_instant)
_DATED_INSTANT: Final[Form] = ("a date and a time, YYMMDDhhmmss", _is_dated_instant)

#: Edition -> data element -> the form of its date or time (ISO 8583:1987, table 4; ISO 8583:1993, table 6).
FORMS: Final[Mapping[str, Mapping[int, Form]]] = {
    EDITION_1987: {7: _INSTANT, 12: _TIME, 13: _DAY, 14: _MONTH, 15: _DAY, 16: _DAY, 17: _DAY, 73: _DATE},
    EDITION_1993: {
        7: _INSTANT,
        12: _DATED_INSTANT,
        13: _MONTH,
        14: _MONTH,
        15: _DATE,
        16: _DAY,
        17: _DAY,
        28: _DATE,
        73: _DATE,
    },
}


class Dates:
    """The dates of the messages of one edition."""

    def __init__(self, edition: str) -> None:
        self._forms = FORMS[edition]
        self._rare = frozenset(self._forms.keys() - {7, 12, 13, 14})
        self._when: When = ("", None, None)  #: DE 7, 12 and 13 of the last message that had all three, all right
        self._months: set[str] = set()  #: right ones of DE 14

    def right(self, when: When, month: str | None) -> bool:
        """Whether DE 7, 12 and 13, and DE 14, of a message of 1987 are right, as far as they are there."""
        if when == self._when and month in self._months:
            return True
        at, time, day = when
        times = _is_instant(at) and (time is None or _is_time(time)) and (day is None or is_day(day))
        if not times or (month is not None and not _is_month(month)):
            return False
        if time is not None and day is not None and month is not None:
            self._remember(when, month)
        return True

    def check(self, elements: Mapping[int, str]) -> None:
        """MessageError where an element that is there holds no date or time of its form."""
        try:  # nearly always messages of one second, and cards of few months
            if _WHEN(elements) == self._when and elements[14] in self._months and elements.keys().isdisjoint(self._rare):
                return
        except KeyError:
            pass
        for number in sorted(self._forms.keys() & elements.keys()):
            expected, fits = self._forms[number]
            if not fits(elements[number]):
                raise MessageError(number, None, repr(elements[number]), expected)
        if elements.keys() >= _REMEMBERED:
            self._remember(_WHEN(elements), elements[14])

    def _remember(self, when: When, month: str) -> None:
        self._when = when
        if len(self._months) > MONTHS_MAX:
            self._months.clear()
        self._months.add(month)
