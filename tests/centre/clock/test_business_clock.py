"""The centre's business date: it follows the clock, and an operator's date stays until it is closed."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
import trio
from trio.testing import MockClock

from switch.centre.clock.business_clock import CLOCK_SECONDS, WAIT_SECONDS_MIN, BusinessClock
from switch.data_folder.vault import Vault
from switch.errors import BusyError
from switch.journal.journal import Journal, MemoryJournal, SqliteJournal
from switch.journal.journal_file import JOURNAL_FILE
from switch.routing.traffic.notice import Notice
from tests.cli.command import run
from tests.support.centre_in_loop import specs

DAY_MS = 86_400_000
CUT_OFF_MS = specs().calendar.cut_off_ms("2026-11-22")


def _clock(
    journal: Journal, data: Path, clock_ms: Callable[[], int] = lambda: CUT_OFF_MS, told: list[str] | None = None
) -> BusinessClock:
    def tell(notice: Notice) -> None:
        if told is not None:
            told.append(notice.detail)

    return BusinessClock(journal, specs().calendar, clock_ms=clock_ms, tell=tell, data=data)


#: What the clock says from some second on -> the business dates opened after the first, with the second each was.
CLOCKS = {
    "it runs": ({0: CUT_OFF_MS - 90_000, 90: CUT_OFF_MS}, ["2026-11-23 at 90"]),
    "set forward": ({0: CUT_OFF_MS - 80_000_000, 5: CUT_OFF_MS + 1}, ["2026-11-23 at 5"]),
    "set forward by two days": ({0: CUT_OFF_MS - 80_000_000, 5: CUT_OFF_MS + DAY_MS}, ["2026-11-24 at 5"]),
    "set forward by a week": ({0: CUT_OFF_MS - 80_000_000, 5: CUT_OFF_MS + 6 * DAY_MS}, ["2026-11-29 at 5"]),
    "set forward by more": ({0: CUT_OFF_MS - 80_000_000, 5: CUT_OFF_MS + 7 * DAY_MS}, []),
    "and put right again": ({0: CUT_OFF_MS + 9 * DAY_MS, 5: CUT_OFF_MS - 80_000_000, 95: CUT_OFF_MS}, ["2026-11-23 at 95"]),
    "set back": ({0: CUT_OFF_MS - 80_000_000, 5: CUT_OFF_MS - 160_000_000}, []),
    "stopped over the cut-off": ({0: CUT_OFF_MS + 1}, ["2026-11-23 at 0"]),
}


@pytest.mark.parametrize(("clock", "opened"), CLOCKS.values(), ids=CLOCKS)
async def test_the_clock_opens_the_next_date_within_a_second(
    autojump_clock: MockClock, tmp_path: Path, clock: dict[int, int], opened: list[str]
) -> None:
    began = trio.current_time()

    def clock_ms() -> int:
        return clock[max(second for second in clock if second <= trio.current_time() - began)]

    class Dates(MemoryJournal):
        def open_business_date(self, business_date: str, opened_by: str, now_ms: int) -> None:
            super().open_business_date(business_date, opened_by, now_ms)
            told.append(f"{business_date} at {trio.current_time() - began:.0f}")

    told: list[str] = []
    journal = Dates()
    journal.dates = [("2026-11-22", "clock")]
    with trio.move_on_after(200):
        await _clock(journal, tmp_path, clock_ms).run()
    assert told == opened


#: How the centre is started -> the date that is open then, and those after the next cut-off and a year.
STARTS = {
    "with a date": ("2026-12-24", {"accepted": False, "was_set": False}, ["2026-12-24", "2026-12-24", "2026-12-24"]),
    "with the clock": (None, {"accepted": True, "was_set": False}, ["2026-12-22", "2026-12-23", "2026-12-23"]),
    "with a clock that was set": (None, {"accepted": False, "was_set": True}, ["2026-12-22", "2026-12-23", "2026-12-23"]),
    "with nothing": (None, {"accepted": False, "was_set": False}, ["2026-11-22", "2026-11-22", "2026-11-22"]),
}


@pytest.mark.parametrize(("given", "how", "opened"), STARTS.values(), ids=STARTS)
async def test_later_dates_follow_the_clock_unless_a_person_gave_one(
    autojump_clock: MockClock, tmp_path: Path, given: str | None, how: dict[str, bool], opened: list[str]
) -> None:
    journal, now_ms = MemoryJournal(), [CUT_OFF_MS + 30 * DAY_MS - 1_000]
    journal.dates = [("2026-11-22", "clock")]
    clock = _clock(journal, tmp_path, lambda: now_ms[0])
    await clock.begin(given, **how)
    found = []
    for later_ms in (0, 2_000, 365 * DAY_MS):
        now_ms[0] += later_ms
        with trio.move_on_after(10):
            await clock.run()
        found.append((journal.open_date() or ("",))[0])
    assert found == opened


async def test_the_date_an_operator_opened_stays(autojump_clock: MockClock, tmp_path: Path) -> None:
    journal = MemoryJournal("2020-01-01")
    with trio.move_on_after(200):
        await _clock(journal, tmp_path).run()
    assert journal.open_date() == ("2020-01-01", "operator")


async def test_a_clock_too_far_ahead_is_told_of_once_an_hour(autojump_clock: MockClock, tmp_path: Path) -> None:
    journal, told = MemoryJournal(), list[str]()
    journal.dates = [("2026-11-22", "clock")]
    with trio.move_on_after(3_700):
        await _clock(journal, tmp_path, lambda: CUT_OFF_MS + 26_000 * DAY_MS, told).run()
    assert told[0] == told[1]
    assert len(told) == 2
    assert told[0].endswith(f"switch up --data {tmp_path} --accept-clock")
    assert journal.open_date() == ("2026-11-22", "clock")


async def test_a_journal_that_is_locked_at_the_cut_off_is_tried_again(autojump_clock: MockClock, tmp_path: Path) -> None:
    journal = SqliteJournal(tmp_path / JOURNAL_FILE, Vault.open(tmp_path))
    journal.open_business_date("2026-11-22", "clock", CUT_OFF_MS - DAY_MS)
    with closing(journal), closing(sqlite3.connect(tmp_path / JOURNAL_FILE, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        clock = _clock(journal, tmp_path, lambda: CUT_OFF_MS + int(trio.current_time()))
        with trio.move_on_after(60):
            await clock.run()
        assert journal.open_date() == ("2026-11-22", "clock")
        with pytest.raises(BusyError, match="business date 2026-11-25 cannot be opened while another process writes"):
            await clock.open("2026-11-25", "operator")
        other.execute("COMMIT")
        with trio.move_on_after(60):
            await clock.run()
        assert journal.open_date() == ("2026-11-23", "clock")


def test_a_date_before_the_open_one_is_refused(tmp_path: Path) -> None:
    with closing(SqliteJournal(tmp_path / JOURNAL_FILE, Vault.open(tmp_path))) as journal:
        journal.open_business_date("2026-11-22", "operator", 1)
    refused = run("up", "--data", tmp_path, "--free-ports", "--business-date", "2026-11-21")
    found = "--business-date: found 2026-11-21, expected 2026-11-22 or later"
    assert (refused.code, refused.sentence) == (2, f"{found}: that date is open in {tmp_path}")
    both = run("up", "--data", tmp_path, "--business-date", "2026-11-23", "--accept-clock")
    assert (both.code, both.sentence) == (2, "--accept-clock: found beside --business-date, expected one of them")


async def test_a_date_that_somebody_set_while_the_journal_was_busy_is_opened_later_and_no_date_beyond_it(
    autojump_clock: MockClock, tmp_path: Path
) -> None:
    class Busy(MemoryJournal):
        busy = True

        def open_business_date(self, business_date: str, opened_by: str, now_ms: int) -> None:
            if self.busy:
                raise BusyError("another process writes")
            super().open_business_date(business_date, opened_by, now_ms)

    journal, told, days = Busy(), list[str](), [30]
    journal.dates = [("2026-11-22", "clock")]
    clock = _clock(journal, tmp_path, lambda: CUT_OFF_MS + (days[0] - 1) * DAY_MS, told)
    with pytest.raises(BusyError):
        await clock.clock_was_set()
    assert clock._look() == WAIT_SECONDS_MIN
    days[0] = 31
    assert clock._look() == CLOCK_SECONDS
    assert len(told) == 1, "one day beyond what was set is too far ahead"
    days[0], journal.busy = 30, False
    assert clock._look() == 0.0
    assert journal.open_date() == ("2026-12-22", "clock")
