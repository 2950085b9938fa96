"""The business calendar: in which business date an instant counts, and on which date money moves.

The *business date* is the day a transaction counts in; it ends at the cut-off, every calendar day of the year. The *value
date* is the day money moves; it falls on a banking day. Both are ISO dates (``2026-11-22``) wherever they travel.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from switch.errors import SwitchError
from switch.record import frozen
from switch.spec_table import SpecTable

#: The last date that can be open: the date after it and its value date have to stand in the calendar, which ends with 9999.
BUSINESS_DATE_MAX: Final = "9998-12-31"
CUT_OFF = r"([01][0-9]|2[0-3]):[0-5][0-9]"
MORNING: Final = time(9)  #: at which a banking day is jumped to
BEFORE_CUT_OFF_MS: Final = 60_000  #: how long before a cut-off is just before it
_UNITS_MS: Final = {"ms": 1, "s": 1_000, "min": 60_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}
_SPAN = re.compile(r"([0-9]{1,6})(ms|s|min|m|h|d|w)", re.ASCII)
INSTANT_EXPECTED: Final = "a time such as 2026-11-27T18:55, where Switch is, or with its offset: 2026-11-27T17:55Z"
SPAN_EXPECTED: Final = "a length of time such as 90s, 30m, 2h, 1d or 1d12h"


@frozen(kw_only=True)
class Calendar:
    """Time zone, cut-off and banking days of the centre."""

    zone: ZoneInfo
    cut_off: time  #: local time at which a business date ends
    weekend: frozenset[int]  #: days of the week (Monday 0) on which no money moves
    holidays: frozenset[date]
    settlement_days: int  #: banking days from business date to value date (J+1: 1)

    @classmethod
    def from_toml(cls, table: SpecTable) -> Calendar:
        names = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
        zone_name = table.text("time_zone")
        try:
            zone = ZoneInfo(zone_name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            table.mistake("time_zone", repr(zone_name), "a zone of the tz database, such as Africa/Casablanca")
            zone = ZoneInfo("UTC")
        weekend = set()
        for day in table.texts("weekend"):
            if day not in names:
                table.mistake("weekend", repr(day), "one of " + ", ".join(names))
            elif names.index(day) in weekend:
                table.mistake("weekend", f"{day!r} a second time", "each day once")
            else:
                weekend.add(names.index(day))
        holidays: set[date] = set()
        for entry, holiday in table.each("holiday", _holiday):
            if holiday in holidays:
                entry.mistake("date", f"{holiday.isoformat()!r} a second time", "each holiday once")
            holidays.add(holiday)
        cut_off = table.text("cut_off", pattern=CUT_OFF, expected="a local time such as 23:00")
        calendar = cls(
            zone=zone,
            cut_off=time.fromisoformat(cut_off) if re.fullmatch(CUT_OFF, cut_off) else time(),
            weekend=frozenset(weekend),
            holidays=frozenset(holidays),
            settlement_days=table.integer("settlement_days", low=0, high=30),
        )
        if len(weekend) == 7:
            table.mistake("weekend", "all seven days", "at least one banking day a week")
        table.done()
        return calendar

    def business_date_at(self, at_ms: int) -> str:
        """The business date an instant (epoch milliseconds) counts in: after the cut-off it is the next day."""
        day = datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(self.zone).date().isoformat()
        return next_business_date(day) if at_ms >= self.cut_off_ms(day) else day

    def cut_off_ms(self, business_date: str) -> int:
        """The instant (epoch milliseconds) at which a business date ends."""
        local = datetime.combine(date.fromisoformat(business_date), self.cut_off, self.zone)
        return int(local.timestamp() * 1000)

    def before_cut_off_ms(self, at_ms: int, left_ms: int = BEFORE_CUT_OFF_MS) -> int:
        """The first instant, from one on, that comes so long before a cut-off."""
        business_date = self.business_date_at(at_ms)
        if at_ms > self.cut_off_ms(business_date) - left_ms:
            business_date = next_business_date(business_date)
        return max(at_ms, self.cut_off_ms(business_date) - left_ms)

    def next_banking_day_ms(self, at_ms: int) -> int:
        """The morning of the first banking day behind the business date of an instant: an hour before the cut-off where that
        is earlier, so that it counts in the day itself."""
        day = date.fromisoformat(next_business_date(self.business_date_at(at_ms)))
        while not self.is_banking_day(day):
            day += timedelta(days=1)
        morning_ms = int(datetime.combine(day, MORNING, self.zone).timestamp() * 1000)
        return min(morning_ms, self.cut_off_ms(day.isoformat()) - _UNITS_MS["h"])

    def typed_instant_ms(self, text: str) -> int | None:
        """An instant as people type it: ``2026-11-27T18:55``, where the centre is unless it has an offset; None where it is
        none."""
        try:
            typed = datetime.fromisoformat(text)
            at = typed if typed.tzinfo is not None else typed.replace(tzinfo=self.zone)
            at_ms = round(at.timestamp() * 1000)
        except (ValueError, OverflowError):
            return None
        return at_ms if "1970-01-01" < f"{at:%Y-%m-%d}" <= BUSINESS_DATE_MAX else None

    def is_banking_day(self, day: date) -> bool:
        return day.weekday() not in self.weekend and day not in self.holidays

    def value_date(self, business_date: str) -> str:
        """The banking day on which the money of a business date moves: J + ``settlement_days``."""
        day = date.fromisoformat(business_date)
        left = self.settlement_days
        while left > 0 or not self.is_banking_day(day):
            day += timedelta(days=1)
            if self.is_banking_day(day):
                left = max(left - 1, 0)
        return day.isoformat()

    def deadline(self, business_date: str, days: int, *, banking: bool = False) -> str:
        """The last day of a period that begins on a business date: so many days later, and the next banking day where that is
        none; with ``banking``, so many banking days later."""
        day = date.fromisoformat(business_date) + timedelta(days=0 if banking else days)
        left = days if banking else 0
        while left > 0 or not self.is_banking_day(day):
            day += timedelta(days=1)
            left -= left > 0 and self.is_banking_day(day)
        return day.isoformat()


def refuse_beyond_calendar(business_date: str, where: str = "business date") -> None:
    """SwitchError where a date is too late to be closed."""
    if business_date > BUSINESS_DATE_MAX:
        raise SwitchError(
            f"{where}: found {business_date}, expected {BUSINESS_DATE_MAX} or earlier: the calendar ends a year later"
        )


def _holiday(table: SpecTable) -> date:
    text = table.text("date")
    table.text("name")
    if not is_business_date(text):
        table.mistake("date", repr(text), "a date such as 2026-11-18")
    table.done()
    return date.fromisoformat(text)


def next_business_date(business_date: str) -> str:
    """The day after. SwitchError where the calendar ends before that can be settled."""
    refuse_beyond_calendar(business_date)
    return (date.fromisoformat(business_date) + timedelta(days=1)).isoformat()


def typed_date(text: str) -> str | None:
    """A date as people type it, ``2026-11-22`` or ``22/11/2026``, in the form it travels in; None where it is no date.

    >>> typed_date("22/11/2026"), typed_date("2026-11-22"), typed_date("11/22/2026")
    ('2026-11-22', '2026-11-22', None)
    """
    typed = re.fullmatch(r"([0-9]{2})/([0-9]{2})/([0-9]{4})", text)
    date_typed = f"{typed[3]}-{typed[2]}-{typed[1]}" if typed else text
    return date_typed if is_business_date(date_typed) else None


def typed_span_ms(text: str) -> int | None:
    """A length of time as people type it, in milliseconds; None where it is none.

    >>> typed_span_ms("2h"), typed_span_ms("1d12h"), typed_span_ms("2")
    (7200000, 129600000, None)
    """
    parts = _SPAN.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        return None
    return sum(int(number) * _UNITS_MS[unit] for number, unit in parts)


@frozen(kw_only=True)
class DateSpan:
    """Business dates from one to another, both among them; the ends are ISO dates."""

    first: str
    last: str

    def has(self, business_date: str) -> bool:
        return self.first <= business_date <= self.last

    @property
    def is_one_date(self) -> bool:
        return self.first == self.last


def month_span(month: str) -> DateSpan:
    """A month such as ``2026-11``, from its first date to its last.

    >>> month_span("2028-02").last
    '2028-02-29'
    """
    first = date.fromisoformat(f"{month}-01")
    days = monthrange(first.year, first.month)[1]
    return DateSpan(first=first.isoformat(), last=first.replace(day=days).isoformat())


def typed_month(text: str) -> str | None:
    """A month as people type it, ``2026-11`` or ``11/2026``, in the form ``2026-11``; None where it is none.

    >>> typed_month("11/2026"), typed_month("2026-11"), typed_month("2026-13")
    ('2026-11', '2026-11', None)
    """
    typed = re.fullmatch(r"([0-9]{2})/([0-9]{4})", text)
    month = f"{typed[2]}-{typed[1]}" if typed else text
    return month if re.fullmatch(r"[0-9]{4}-[0-9]{2}", month) and is_business_date(f"{month}-01") else None


def is_business_date(text: str) -> bool:
    """Whether a text is a date of the form ``2026-11-22``."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
