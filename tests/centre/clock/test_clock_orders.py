"""Orders about the clock: each sets it, opens the date of the new time, and says what the time is now."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import trio

from switch.centre.clock.business_clock import BusinessClock
from switch.centre.clock.clock_orders import ClockOrders
from switch.data_folder.centre_clock import CentreClock, ClockSetting
from switch.data_folder.vault import Vault
from switch.journal.journal import SqliteJournal
from switch.journal.journal_file import JOURNAL_FILE
from switch.routing.traffic.notice import Notice
from tests.support.centre_in_loop import specs

CALENDAR = specs().calendar
BEGIN_MS = CALENDAR.cut_off_ms("2026-11-27") - 4 * 3_600_000  #: 19:00 on a Friday


class Asked:
    """A clock that stands still, and what was told of it."""

    def __init__(self, data: Path, journal: SqliteJournal, opened_by: str = "clock") -> None:
        self.told: list[str] = []
        self.moved, self.clock = 0, CentreClock.open(data)
        self.clock.set(ClockSetting(True, BEGIN_MS))
        journal.open_business_date("2026-11-27", opened_by, BEGIN_MS)
        business = BusinessClock(journal, CALENDAR, clock_ms=self.clock.now_ms, tell=self._tell, data=data)
        self.orders = ClockOrders(self.clock, business, journal, CALENDAR, tell=self._tell, date_moved=self._date_moved)

    def _tell(self, notice: Notice) -> None:
        self.told.append(notice.detail)

    def _date_moved(self) -> None:
        self.moved += 1

    def __call__(self, do: str, word: Any = "") -> dict[str, Any]:
        return trio.run(self.orders.carry_out, {"do": do, "word": word})


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[SqliteJournal]:
    with closing(SqliteJournal(tmp_path / JOURNAL_FILE, Vault.open(tmp_path, new=True))) as opened:
        yield opened


@pytest.fixture
def asked(tmp_path: Path, journal: SqliteJournal) -> Asked:
    return Asked(tmp_path, journal)


MOVES = {
    ("show", ""): ("2026-11-27T19:00", "2026-11-27"),
    ("advance", "90m"): ("2026-11-27T20:30", "2026-11-27"),
    ("advance", "30d"): ("2026-12-27T19:00", "2026-12-27"),
    ("to", "2026-11-28T08:00"): ("2026-11-28T08:00", "2026-11-28"),
    ("to", "2026-11-28T08:00Z"): ("2026-11-28T09:00", "2026-11-28"),
    ("freeze", "2026-11-27T23:00"): ("2026-11-27T23:00", "2026-11-28"),
    ("before-cut-off", ""): ("2026-11-27T22:59", "2026-11-27"),
    ("before-cut-off", "10m"): ("2026-11-27T22:50", "2026-11-27"),
    ("next-banking-day", ""): ("2026-11-30T09:00", "2026-11-30"),
}


@pytest.mark.parametrize(("order", "outcome"), MOVES.items(), ids=map(" ".join, MOVES))
def test_a_clock_that_stands_still_is_moved(asked: Asked, order: tuple[str, str], outcome: tuple[str, str]) -> None:
    answer = asked(*order)
    assert (answer["at"][:16], answer["business_date"], answer["frozen"]) == (*outcome, True)
    assert asked.moved == (order[0] != "show")


def test_a_clock_runs_on_from_where_it_stood(asked: Asked) -> None:
    running = asked("resume")
    assert (running["frozen"], running["at"][:16]) == (False, "2026-11-27T19:00")
    assert asked("resume")["ahead_ms"] == running["ahead_ms"]
    later = asked("to", "2026-11-27T20:00")
    assert (later["frozen"], later["at"][:16]) == (False, "2026-11-27T20:00")
    assert asked("freeze")["frozen"]
    assert asked.told == [
        "it is 2026-11-27 19:00:00 now",
        "it is 2026-11-27 20:00:00 now",
        "it is 2026-11-27 20:00:00 now, and stands still",
    ]


def test_a_minute_before_the_cut_off_twice_is_the_same_minute_and_behind_it_the_next(asked: Asked) -> None:
    first = asked("before-cut-off")
    assert asked("before-cut-off")["at"] == first["at"]
    asked("advance", "30s")
    assert asked("before-cut-off")["at"][:16] == "2026-11-28T22:59"


def test_a_date_that_a_person_opened_stays(tmp_path: Path, journal: SqliteJournal) -> None:
    answer = Asked(tmp_path, journal, "operator")("advance", "3d")
    assert (answer["business_date"], answer["opened_by"]) == ("2026-11-27", "operator")


@pytest.mark.parametrize(
    ("do", "word", "sentence"),
    [
        ("to", "2026-11-27T18:59", "to: found 2026-11-27 18:59:00, expected 2026-11-27 19:00:00 or later: the journal has "),
        ("to", "soon", "to: found 'soon', expected a time such as 2026-11-27T18:55, where Switch is, or with its offset"),
        ("to", "1969-01-01", "to: found '1969-01-01', expected a time such as"),
        ("to", "9999-01-01", "to: found '9999-01-01', expected a time such as"),
        ("advance", "2", "advance: found '2', expected a length of time such as 90s, 30m, 2h, 1d or 1d12h"),
        ("advance", "0s", "advance: found '0s', expected a length of time"),
        ("advance", "-2h", "advance: found '-2h', expected a length of time"),
        ("advance", "999999w", "advance: found a time behind the calendar, expected 9998-12-31 or earlier"),
        ("before-cut-off", "x", "before-cut-off: found 'x', expected a length of time"),
        ("freeze", "x", "freeze: found 'x', expected a time such as"),
        ("stop", "", "do: found 'stop', expected one of show, freeze"),
        ("advance", 7, "word: found 7, expected text"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_changes_nothing(asked: Asked, do: str, word: Any, sentence: str) -> None:
    assert asked(do, word)["error"].startswith(sentence)
    assert asked.clock.now_ms() == BEGIN_MS
    assert asked.told == []
