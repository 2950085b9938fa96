"""What there is to say of a centre's clock, for people and for programs."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from switch.business_day import Calendar
from switch.data_folder.centre_clock import ClockSetting


def clock_facts(
    setting: ClockSetting, machine_at_ms: int, calendar: Calendar, open_date: tuple[str, str] | None
) -> dict[str, Any]:
    """The centre's time at a time of the machine, how the clock goes, and the business date that is open, with its cut-off and
    its value date; ``open_date`` is that and who opened it, None before the first one."""
    now_ms = setting.at(machine_at_ms)
    facts: dict[str, Any] = {
        "at_ms": now_ms,
        "at": at_in_zone(now_ms, calendar),
        "frozen": setting.frozen,
        "ahead_ms": now_ms - machine_at_ms,
        **dict.fromkeys(("business_date", "opened_by", "cut_off_at", "value_date")),
    }
    if open_date is not None:
        business_date, opened_by = open_date
        facts |= {
            "business_date": business_date,
            "opened_by": opened_by,
            "cut_off_at": at_in_zone(calendar.cut_off_ms(business_date), calendar),
            "value_date": calendar.value_date(business_date),
        }
    return facts


def at_in_zone(at_ms: int, calendar: Calendar) -> str:
    """An instant where the centre is, in the form of ISO 8601."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(calendar.zone).isoformat(timespec="milliseconds")


def time_in_words(at_ms: int, calendar: Calendar) -> str:
    """The same for people: ``2026-11-27 18:55:00``."""
    return f"{datetime.fromtimestamp(at_ms // 1000, UTC).astimezone(calendar.zone):%Y-%m-%d %H:%M:%S}"
