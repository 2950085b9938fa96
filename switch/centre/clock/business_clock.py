"""Who moves the business date while the centre runs: the centre's clock, as far as a person would believe it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Final

import trio

from switch.business_day import Calendar
from switch.errors import BusyError
from switch.journal.journal import Journal
from switch.routing.traffic.notice import Notice

CLOCK_SECONDS: Final = 1.0  #: how often the clock is looked at while the cut-off is far: somebody may set it forward
WAIT_SECONDS_MIN: Final = 0.05  #: and while it is near
DAYS_AHEAD_MAX: Final = 7  #: a date further ahead than a long weekend with holidays is opened by a person alone
TOLD_AGAIN_SECONDS: Final = 3_600.0  #: a clock that stays too far ahead is told of once an hour
OPEN_SECONDS_MAX: Final = 5.0  #: how long somebody who waits for a date to be opened waits for another process to write
OPEN_POLL_SECONDS: Final = 0.02


class BusinessClock:
    """Opens the business date the clock says. ``data`` is the data folder, as a person would name it."""

    def __init__(
        self, journal: Journal, calendar: Calendar, *, clock_ms: Callable[[], int], tell: Callable[[Notice], None], data: Path
    ) -> None:
        self._journal, self._calendar, self._clock_ms, self._tell, self._data = journal, calendar, clock_ms, tell, data
        self._told_at: float | None = None  #: when a person was told that the clock is too far ahead
        self._believed = ""  #: the date of the last time that somebody set: it is not too far ahead

    def says(self) -> str:
        """The business date of this instant."""
        return self._calendar.business_date_at(self._clock_ms())

    async def open(self, business_date: str, opened_by: str) -> None:
        """Open a date for somebody who waits for it; BusyError where another process keeps writing for OPEN_SECONDS_MAX."""
        deadline = trio.current_time() + OPEN_SECONDS_MAX
        while True:
            try:
                return self._journal.open_business_date(business_date, opened_by, self._clock_ms())
            except BusyError:
                if trio.current_time() > deadline:
                    raise
            await trio.sleep(OPEN_POLL_SECONDS)

    async def begin(self, given_date: str | None, *, accepted: bool, was_set: bool) -> None:
        """The centre starts: open the date that a person gave, which stays; or the clock's, from which later ones follow, where
        a person says that it is right (``accepted``), or has set it."""
        if given_date:
            await self.open(given_date, "operator")
        elif accepted:
            await self.open(self.says(), "clock")
        elif was_set:
            await self.clock_was_set()

    async def clock_was_set(self) -> None:
        """Somebody has set the clock: open its date now, however far ahead it is, where the clock opened the current one."""
        row, today = self._journal.open_date(), self.says()
        self._believed = today
        if row is not None and row[1] == "clock" and row[0] < today:
            await self.open(today, "clock")

    async def run(self) -> None:
        """At each cut-off open the date that begins, where the clock opened the current one. The server sees it and tells."""
        wait_seconds = 0.0
        while True:
            await trio.sleep(wait_seconds)
            wait_seconds = self._look()

    def _look(self) -> float:
        """Open the clock's date if it is due and can be opened now; in how many seconds to look again."""
        row = self._journal.open_date()
        assert row is not None, "a clock before the first business date"
        business_date, opened_by = row
        left_seconds = (self._calendar.cut_off_ms(business_date) - self._clock_ms()) / 1000
        if opened_by != "clock" or left_seconds > 0:
            return min(max(left_seconds, WAIT_SECONDS_MIN), CLOCK_SECONDS)
        today = self.says()
        if today > self._believed and _days_between(business_date, today) > DAYS_AHEAD_MAX:
            self._ask_a_person(business_date, today)
            return CLOCK_SECONDS
        try:
            self._journal.open_business_date(today, "clock", self._clock_ms())
        except BusyError:  # nobody waits for it: the date that is open stays so a little longer
            return WAIT_SECONDS_MIN
        return 0.0

    def _ask_a_person(self, business_date: str, today: str) -> None:
        now = trio.current_time()
        if self._told_at is not None and now < self._told_at + TOLD_AGAIN_SECONDS:
            return
        self._told_at = now
        days = _days_between(business_date, today)
        what = (
            f"the clock says business date {today}, {days} days after {business_date}, "
            f"which stays open; if the clock is right, stop and open {today} with: switch up --data {self._data} --accept-clock"
        )
        self._tell(Notice("clock", what))


def _days_between(earlier: str, later: str) -> int:
    return (date.fromisoformat(later) - date.fromisoformat(earlier)).days
