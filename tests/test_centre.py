"""The centre's business date: it follows the clock, and an operator's date stays until it is closed."""

from __future__ import annotations

from pathlib import Path

import pytest
import trio
from trio.testing import MockClock

from switch.centre import Centre, Options
from switch.errors import SwitchError
from switch.journal import JOURNAL_FILE, MemoryJournal, SqliteJournal
from switch.vault import Vault
from tests.loopback import specs

CUT_OFF_MS = specs().calendar.cut_off_ms("2026-11-22")


def _centre(data: Path, business_date: str | None = None) -> Centre:
    options = Options(
        data=data,
        host="127.0.0.1",
        free_ports=True,
        seed=0,
        business_date=business_date,
        specs_folder=None,
        scenario=None,
        ready_file=None,
    )
    return Centre(specs(), options, tell=lambda _: None, started=lambda _: None)


#: What the clock says from some second on -> the business dates opened after the first, with the second each was.
CLOCKS = {
    "it runs": ({0: CUT_OFF_MS - 90_000, 90: CUT_OFF_MS}, ["2026-11-23 at 90"]),
    "set forward": ({0: CUT_OFF_MS - 80_000_000, 5: CUT_OFF_MS + 1}, ["2026-11-23 at 5"]),
    "set forward by two days": (
        {0: CUT_OFF_MS - 80_000_000, 5: CUT_OFF_MS + 86_400_000},
        ["2026-11-23 at 5", "2026-11-24 at 5"],
    ),
    "set back": ({0: CUT_OFF_MS - 80_000_000, 5: CUT_OFF_MS - 160_000_000}, []),
    "stopped over the cut-off": ({0: CUT_OFF_MS + 1}, ["2026-11-23 at 0"]),
}


@pytest.mark.parametrize(("clock", "opened"), CLOCKS.values(), ids=CLOCKS)
async def test_the_clock_opens_the_next_date_within_a_second(
    autojump_clock: MockClock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, clock: dict[int, int], opened: list[str]
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
    monkeypatch.setattr("switch.centre.wall_clock_ms", clock_ms)
    with trio.move_on_after(200):
        await _centre(tmp_path)._cut_off(journal)
    assert told == opened


async def test_the_date_an_operator_opened_stays(autojump_clock: MockClock, tmp_path: Path) -> None:
    journal = MemoryJournal("2020-01-01")
    with trio.move_on_after(200):
        await _centre(tmp_path)._cut_off(journal)
    assert journal.open_date() == ("2020-01-01", "operator")


def test_a_date_before_the_open_one_is_refused(tmp_path: Path) -> None:
    journal = SqliteJournal(tmp_path / JOURNAL_FILE, Vault.open(tmp_path))
    journal.open_business_date("2026-11-22", "operator", 1)
    with pytest.raises(SwitchError, match="--business-date: found 2026-11-21, expected 2026-11-22 or later"):
        _centre(tmp_path, "2026-11-21")._open_first_date(journal)
    journal.close()
