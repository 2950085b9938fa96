"""Orders about the clock of a running centre (``switch clock``): show it, set it, stop it, let it run.

An order has ``do``: show, freeze, resume, advance, to, before-cut-off or next-banking-day, and ``word``, which may be empty.
Its answer is what ``clock_facts`` says, or ``error``. When it is given, the business date of the new time is open, and every
line that is signed on has been told.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import trio

from switch.business_day import (
    BEFORE_CUT_OFF_MS,
    BUSINESS_DATE_MAX,
    INSTANT_EXPECTED,
    SPAN_EXPECTED,
    Calendar,
    refuse_beyond_calendar,
    typed_span_ms,
)
from switch.centre.clock.business_clock import BusinessClock
from switch.centre.clock.clock_facts import clock_facts, time_in_words
from switch.data_folder.centre_clock import AT_MS_MAX, MACHINE, CentreClock, ClockSetting, machine_ms
from switch.errors import SwitchError
from switch.journal.journal import SqliteJournal
from switch.routing.traffic.notice import Notice

MACHINES_TIME: Final = "now"  #: where an instant is expected: the machine's clock, as it is


def setting_of(text: str, calendar: Calendar, where: str) -> ClockSetting:
    """How a clock runs that shows an instant now, or the machine's time (``now``). SwitchError where the text is no instant."""
    if text == MACHINES_TIME:
        return MACHINE
    at_ms = calendar.typed_instant_ms(text)
    if at_ms is None:
        raise SwitchError(f"{where}: found {text!r}, expected {INSTANT_EXPECTED}, or now")
    return ClockSetting(False, at_ms - machine_ms())


def refuse_past(
    setting: ClockSetting, current: ClockSetting | None, journal: SqliteJournal, calendar: Calendar, where: str
) -> None:
    """SwitchError where a clock would go back behind what the journal has, or beyond the calendar. ``current`` is how it goes
    now: what goes on from there goes not back."""
    now = machine_ms()
    at_ms, last_ms = setting.at(now), journal.last_ms()
    if at_ms < last_ms and (current is None or at_ms < current.at(now)):
        raise SwitchError(
            f"{where}: found {time_in_words(at_ms, calendar)}, expected {time_in_words(last_ms + 999, calendar)} or later: "
            "the journal has that time already, and time does not go back",
            hint="a new data folder begins at any time: switch up --data FOLDER --clock TIME",
        )
    if at_ms >= AT_MS_MAX:
        raise SwitchError(f"{where}: found a time behind the calendar, expected {BUSINESS_DATE_MAX} or earlier")
    refuse_beyond_calendar(calendar.business_date_at(at_ms), where)


class ClockOrders:
    """Who carries them out, one after the other. ``date_moved`` is called when the business date may have moved."""

    def __init__(
        self,
        clock: CentreClock,
        business: BusinessClock,
        journal: SqliteJournal,
        calendar: Calendar,
        *,
        tell: Callable[[Notice], None],
        date_moved: Callable[[], None],
    ) -> None:
        self._clock, self._business, self._journal, self._calendar = clock, business, journal, calendar
        self._tell, self._date_moved, self._one_at_a_time = tell, date_moved, trio.Lock()

    async def carry_out(self, order: dict[str, Any]) -> dict[str, Any]:
        """The answer to an order."""
        settings = {
            "show": self._shown,
            "freeze": self._frozen,
            "resume": self._resumed,
            "advance": self._advanced,
            "to": self._to,
            "before-cut-off": self._before_cut_off,
            "next-banking-day": self._next_banking_day,
        }
        do, word = str(order.get("do")), order.get("word", "")
        if do not in settings:
            return {"error": f"do: found {do!r}, expected one of {', '.join(settings)}"}
        if not isinstance(word, str):
            return {"error": f"word: found {word!r}, expected text"}
        async with self._one_at_a_time:
            try:
                current = self._clock.setting
                setting = settings[do](current, word)
                if setting != current:
                    refuse_past(setting, current, self._journal, self._calendar, do)
                    await self._go_by(setting)
            except SwitchError as error:
                return {"error": str(error), "hint": error.hint or ""}
        return clock_facts(self._clock.setting, machine_ms(), self._calendar, self._journal.open_date())

    async def _go_by(self, setting: ClockSetting) -> None:
        self._clock.set(setting)
        stands = ", and stands still" if setting.frozen else ""
        self._tell(Notice("clock_set", f"it is {time_in_words(self._clock.now_ms(), self._calendar)} now{stands}"))
        await self._business.clock_was_set()
        self._date_moved()

    # each gives the setting that an order asks for

    def _shown(self, current: ClockSetting, word: str) -> ClockSetting:
        return current

    def _frozen(self, current: ClockSetting, word: str) -> ClockSetting:
        at = current if not word else setting_of(word, self._calendar, "freeze")
        return ClockSetting(True, at.at(machine_ms()))

    def _resumed(self, current: ClockSetting, word: str) -> ClockSetting:
        return ClockSetting(False, current.value_ms - machine_ms()) if current.frozen else current

    def _advanced(self, current: ClockSetting, word: str) -> ClockSetting:
        return ClockSetting(current.frozen, current.value_ms + _span(word, "advance"))

    def _to(self, current: ClockSetting, word: str) -> ClockSetting:
        setting = setting_of(word, self._calendar, "to")
        return ClockSetting(True, setting.at(machine_ms())) if current.frozen else setting

    def _before_cut_off(self, current: ClockSetting, word: str) -> ClockSetting:
        left_ms = _span(word, "before-cut-off") if word else BEFORE_CUT_OFF_MS
        return self._moved(current, lambda at_ms: self._calendar.before_cut_off_ms(at_ms, left_ms))

    def _next_banking_day(self, current: ClockSetting, word: str) -> ClockSetting:
        return self._moved(current, self._calendar.next_banking_day_ms)

    def _moved(self, current: ClockSetting, moved: Callable[[int], int]) -> ClockSetting:
        machine_at_ms = machine_ms()
        return current.showing(moved(current.at(machine_at_ms)), machine_at_ms)


def _span(text: str, where: str) -> int:
    milliseconds = typed_span_ms(text)
    if not milliseconds:
        raise SwitchError(f"{where}: found {text!r}, expected {SPAN_EXPECTED}")
    return milliseconds
