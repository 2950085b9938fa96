"""Spans of business time in rules: ``time=08:00..12:00``, ``date=2026-11-30``, ``after=`` and ``until=`` an hour or a date."""

from __future__ import annotations

import re
from datetime import date, datetime, tzinfo
from typing import Final, NamedTuple

TIME, DATE, INSTANT = "time", "date", "instant"  #: what a message is asked for; the words have one form each, so they sort
TIME_KEYS: Final = (TIME, DATE)  #: keys of a condition that say a span
COUNT_OR_TIME: Final = ("after", "until")  #: keys that say a count, or one end of a span
TIME_MEANT: Final = {
    TIME: "a span of hours by the calendar of the centre, such as 08:00..12:00 or 22:00..06:00",
    DATE: "a business date, or a span of them, such as 2026-11-30 or 2026-11-28..2026-11-30",
    **dict.fromkeys(COUNT_OR_TIME, "a count, an hour such as 18:00, a date such as 2026-11-30, or both with a T between"),
}
_TIME: Final = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_EARLIEST, _LATEST = "", "~"  #: sort before and after every word


class Moment(NamedTuple):
    """When a message came: the business date that was open, and date and time by the calendar of the centre."""

    business_date: str  #: YYYY-MM-DD
    local: str  #: YYYY-MM-DDThh:mm:ss

    def word(self, name: str) -> str:
        """The word by which it answers to a span of ``time``, ``date`` or ``instant``."""
        if name == DATE:
            return self.business_date
        return self.local[11:] if name == TIME else self.local if name == INSTANT else ""


def moment_at(time_ms: int, zone: tzinfo, business_date: str = "") -> Moment:
    """A time in milliseconds of the epoch, by the calendar of the centre. Without a business date the day itself is one."""
    local = datetime.fromtimestamp(time_ms // 1000, zone)
    return Moment(business_date or f"{local:%Y-%m-%d}", f"{local:%Y-%m-%dT%H:%M:%S}")


class Moments:
    """Moments that follow one another, as rules ask for them with each message: within a second there is one."""

    def __init__(self, zone: tzinfo) -> None:
        self._zone, self._second, self._last = zone, ("", -1), Moment("", "")

    def at(self, time_ms: int, business_date: str) -> Moment:
        """As ``moment_at``."""
        second = business_date, time_ms // 1000
        if second != self._second:
            self._second, self._last = second, moment_at(time_ms, self._zone, business_date)
        return self._last


class TimeSpan(NamedTuple):
    """From the low end, inclusive, to the high one: inclusive of a date, else exclusive. Hours may pass midnight."""

    of: str  #: TIME, DATE or INSTANT
    low: str = _EARLIEST
    high: str = _LATEST

    def has(self, word: str) -> bool:
        """Whether a word of its kind lies in it."""
        before = word <= self.high if self.of == DATE else word < self.high
        return (before or word >= self.low) if self.low > self.high else before and word >= self.low

    @property
    def in_words(self) -> str:
        """As the short spelling has it, without the key."""
        ends = [end for end in (self.low, self.high) if end not in (_EARLIEST, _LATEST)]
        return "..".join(ends if len(ends) == 1 or ends[0] != ends[1] else ends[:1])


def span_of(key: str, text: str) -> TimeSpan | None:
    """The span that a key says with a text; None where the text says none.

    >>> span_of("time", "22:00..06:00").has("23:30:00"), span_of("until", "18:00").has("18:00:00")
    (True, False)
    """
    low, dots, high = text.partition("..")
    if key == TIME:
        return TimeSpan(TIME, low, high) if dots and low != high and _TIME.fullmatch(low) and _TIME.fullmatch(high) else None
    if key == DATE:
        high = high if dots else low
        return TimeSpan(DATE, low, high) if _is_date(low) and _is_date(high) and low <= high else None
    day, both, hour = text.partition("T")
    if both:
        of = INSTANT if _is_date(day) and _TIME.fullmatch(hour) else ""
    else:
        of = TIME if _TIME.fullmatch(text) else DATE if _is_date(text) else ""
    if not of:
        return None
    return TimeSpan(of, low=text) if key == "after" else TimeSpan(of, high=text)


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
