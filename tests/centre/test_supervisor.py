"""How a centre begins, without a process or a socket: its clock, its first business date, and whom its payment page calls."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, cast

import pytest
import trio
from attrs import evolve
from trio.testing import MockClock

from switch.centre import supervisor
from switch.centre.clock.business_clock import BusinessClock
from switch.centre.supervisor import Centre, Options, payment_page_listener
from switch.data_folder.centre_clock import CentreClock
from switch.data_folder.vault import Vault
from switch.errors import SwitchError
from switch.journal.journal import MemoryJournal, SqliteJournal
from switch.journal.journal_file import JOURNAL_FILE
from switch.machine.stopping import Stop
from switch.routing.traffic.notice import Notice
from tests.support.centre_in_loop import specs

TODAY_MS = specs().calendar.cut_off_ms("2026-11-23") - 3_600_000


class NewJournal(MemoryJournal):
    """One without a business date, yet."""

    def __init__(self) -> None:
        super().__init__()
        self.dates.clear()

    def open_date(self) -> tuple[str, str] | None:
        return super().open_date() if self.dates else None

    def open_business_date(self, business_date: str, opened_by: str, now_ms: int) -> None:
        self.dates.append((business_date, opened_by))


def centre(data: Path, told: list[Notice] | None = None, **options: Any) -> Centre:
    given: dict[str, Any] = {"host": "127.0.0.1", "free_ports": True, "seed": 7, "business_date": None, "specs_folder": None}
    given |= {"scenario": None, "ready_file": None, "data": data}
    tell = (lambda notice: None) if told is None else told.append
    unused = cast("Any", None)
    return Centre(specs(), Options(**(given | options)), tell=tell, started=unused, stop=Stop(), starter=unused)


@pytest.mark.parametrize(
    ("given", "opened", "opened_by"),
    [(None, "2026-11-23", "clock"), ("2026-11-20", "2026-11-20", "operator"), ("2027-01-04", "2027-01-04", "operator")],
)
async def test_the_first_date_of_a_folder_is_the_one_asked_for_else_the_clocks(
    tmp_path: Path, given: str | None, opened: str, opened_by: str
) -> None:
    journal = NewJournal()
    clock = BusinessClock(journal, specs().calendar, clock_ms=lambda: TODAY_MS, tell=lambda notice: None, data=tmp_path)
    await centre(tmp_path, business_date=given)._open_first_date(journal, clock)
    assert journal.dates == [(opened, opened_by)]


@pytest.mark.parametrize(
    ("given", "refused"), [("2026-11-21", True), ("2026-11-22", False), ("2026-11-23", False), (None, False)]
)
async def test_a_date_before_the_open_one_is_refused_and_nothing_is_opened_before_the_server_knows(
    tmp_path: Path, given: str | None, refused: bool
) -> None:
    journal = MemoryJournal("2026-11-22")
    clock = BusinessClock(journal, specs().calendar, clock_ms=lambda: TODAY_MS, tell=lambda notice: None, data=tmp_path)
    begins = centre(tmp_path, business_date=given)
    if refused:
        with pytest.raises(SwitchError, match=f"found {given}, expected 2026-11-22 or later"):
            await begins._open_first_date(journal, clock)
    else:
        await begins._open_first_date(journal, clock)
    assert journal.dates == [("2026-11-22", "operator")]


async def test_a_date_beyond_the_calendar_is_refused(tmp_path: Path) -> None:
    begins = centre(tmp_path, business_date="9999-12-31")
    with pytest.raises(SwitchError, match="--business-date"):
        await begins._open_first_date(MemoryJournal(), cast("Any", None))


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[SqliteJournal]:
    with closing(SqliteJournal(tmp_path / JOURNAL_FILE, Vault.open(tmp_path))) as opened:
        opened.open_business_date("2027-03-01", "clock", specs().calendar.cut_off_ms("2027-03-01") - 7_200_000)
        yield opened


@pytest.mark.parametrize("clock", ["2027-02-28T10:00:00", "2027-03-01T12:00:00"])
def test_a_clock_that_would_go_back_behind_the_journal_after_a_restart_is_refused(
    tmp_path: Path, journal: SqliteJournal, clock: str
) -> None:
    begins = centre(tmp_path, clock=clock)
    begins._clock = CentreClock.open(tmp_path)
    before = begins._clock.setting
    with pytest.raises(SwitchError, match="time does not go back"):
        begins._set_clock(journal)
    assert begins._clock.setting == before


def test_a_clock_is_set_at_the_start_where_one_is_asked_for(tmp_path: Path, journal: SqliteJournal) -> None:
    for asked, shown in (("2027-03-02T09:30:00", "2027-03-02"), (None, "2027-03-02"), ("2028-02-29T09:30:00", "2028-02-29")):
        begins = centre(tmp_path, clock=asked)
        begins._clock = CentreClock.open(tmp_path)
        begins._set_clock(journal)
        assert specs().calendar.business_date_at(begins._clock.now_ms()) == shown


def test_a_payment_page_calls_the_first_listener_of_1987_without_macs_and_client_certificates() -> None:
    whole = specs()
    found = payment_page_listener(whole)
    assert found.name == whole.centre.listeners[0].name == "ascii"
    newer = [each for each in whole.centre.listeners if whole.dialects[each.dialect].edition == "1993"]
    guarded = evolve(found, keys=evolve(found.keys, mac="require"))
    only = evolve(whole, centre=evolve(whole.centre, listeners=(*newer, guarded, evolve(found, name="second"))))
    assert payment_page_listener(only).name == "second"
    with pytest.raises(SwitchError, match="found no listener of the edition of 1987 without MACs"):
        payment_page_listener(evolve(whole, centre=evolve(whole.centre, listeners=(*newer, guarded))))


async def test_a_centre_is_ready_once_all_issuers_are_signed_on_and_says_whom_it_waits_for(
    tmp_path: Path, mock_clock: MockClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Notice] = []
    ready: list[dict[str, Any]] = []
    begins = centre(tmp_path, told)
    begins._started = ready.append
    monkeypatch.setattr(begins, "_listeners_told", lambda addresses: {})
    events = {issuer: trio.Event() for issuer in ("atlas", "rif")}
    links = {issuer: type("Link", (), {"signed_on": event})() for issuer, event in events.items()}
    async with trio.open_nursery() as nursery:
        nursery.start_soon(begins._announce, links, {}, None, nursery)
        await trio.testing.wait_all_tasks_blocked()
        events["atlas"].set()
        await trio.testing.wait_all_tasks_blocked()
        mock_clock.jump(supervisor.PATIENCE_SECONDS - 0.1)
        await trio.testing.wait_all_tasks_blocked()
        assert not told
        mock_clock.jump(0.2)
        await trio.testing.wait_all_tasks_blocked()
        assert [(notice.kind, notice.detail) for notice in told] == [("waiting", "rif has not signed on yet")]
        assert not ready
        events["rif"].set()
    (said,) = ready
    assert set(said["issuers"]) == set(specs().issuers)
