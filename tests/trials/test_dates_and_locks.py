"""A clock far ahead, a locked journal, a date at the end of the calendar: the switch goes on, or says a sentence."""

from __future__ import annotations

import fcntl
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date, timedelta
from pathlib import Path

import pytest

from switch.centre.as_process import LOG_FILE, running_centre, spawn_centre
from switch.data_folder.vault import Vault
from switch.journal.journal import Batch, SqliteJournal
from switch.routing.traffic.effects import JournalDecision, JournalRequest
from switch.transaction import Decision
from tests.cli.command import run
from tests.e2e.acquirer import SPECS, Acquirer, sale
from tests.e2e.test_crash import eventually, journaled
from tests.support.dialogue import ATLAS, request
from tests.trials.small_centre import small_specs

pytestmark = pytest.mark.long

SECONDS_MAX = 30.0
LONG_AGO = "2020-01-01"


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def today() -> str:
    """The business date the clock says."""
    return SPECS.calendar.business_date_at(now_ms())


def folder_open_at(data: Path, business_date: str, opened_by: str = "clock") -> Path:
    """A data folder whose open date is this one."""
    data.mkdir()
    with closing(SqliteJournal(data / "journal.db", Vault.open(data))) as journal:
        journal.open_business_date(business_date, opened_by, 1)
    return data


def dates(data: Path) -> list[str]:
    return [str(row[0]) for row in journaled(data, "SELECT business_date FROM business_day ORDER BY id")]


@contextmanager
def locked(data: Path) -> Iterator[sqlite3.Connection]:
    """The journal while another process writes, or hangs while it does."""
    with closing(sqlite3.connect(data / "journal.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield other


def test_a_journal_locked_at_the_cut_off_is_tried_again_and_the_date_of_the_clock_opened(tmp_path: Path) -> None:
    three_days_ago = (date.fromisoformat(today()) - timedelta(days=3)).isoformat()
    data = folder_open_at(tmp_path / "var", three_days_ago)
    with locked(data) as other, running_centre(data, small_specs(tmp_path)) as centre:
        assert dates(data) == [three_days_ago], "the centre is ready, and could not open a date yet"
        other.execute("COMMIT")
        eventually(lambda: dates(data) != [three_days_ago], "the date of the clock")
        assert dates(data) == [three_days_ago, today()], "none between"
        assert centre.stop() == 0
        assert "Traceback" not in centre.log.read_text(encoding="utf-8")


def test_a_clock_far_ahead_stops_nobody_and_asks_a_person(tmp_path: Path) -> None:
    data = folder_open_at(tmp_path / "var", LONG_AGO)
    specs = small_specs(tmp_path)
    with running_centre(data, specs) as centre, Acquirer(centre) as acquirer:
        assert acquirer.ask(sale(1))[0][39] == "00"
        told = centre.log.read_text(encoding="utf-8")
        assert centre.stop() == 0
    assert dates(data) == [LONG_AGO]
    (sentence,) = [line for line in told.splitlines() if LONG_AGO in line]
    assert sentence.startswith("clock: ")
    command = re.search(r"switch up (--data \S+) (--\S+)$", sentence)
    assert command is not None, "the command that opens the date"
    with running_centre(data, [*specs, command[2]]) as centre:
        eventually(lambda: dates(data) == [LONG_AGO, today()], "the date of the clock")
        assert centre.stop() == 0


def test_a_journal_locked_while_a_person_waits_for_a_date_is_one_sentence(tmp_path: Path) -> None:
    data = folder_open_at(tmp_path / "var", "2026-11-22", "operator")
    with locked(data):
        process = spawn_centre(data, ["--business-date", "2026-11-25"])
        try:
            assert process.wait(SECONDS_MAX) == 2
        finally:
            process.kill()
    (sentence,) = (data / LOG_FILE).read_text(encoding="utf-8").splitlines()
    assert sentence.startswith(f"switch: {data / 'journal.db'}: ")
    assert "locked" in sentence


@pytest.mark.parametrize("asked", ["9999-12-31"])
def test_a_date_that_has_no_morrow_is_one_sentence(tmp_path: Path, asked: str) -> None:
    process = spawn_centre(tmp_path / "var", ["--business-date", asked])
    try:
        assert process.wait(SECONDS_MAX) == 2
    finally:
        process.kill()
        process.wait()
    (sentence,) = (tmp_path / "var" / LOG_FILE).read_text(encoding="utf-8").splitlines()
    assert sentence.startswith(f"switch: --business-date: found {asked}, expected ")


def with_an_approval(data: Path) -> Path:
    asked = JournalRequest(1, request(1), "ascii 127.0.0.1:4000", "5411", ATLAS, "domestic")
    decision = Decision(response_code="00", approval_code="A00001", decided_by="atlas", reason="approved")
    with closing(SqliteJournal(data / "journal.db", Vault.open(data))) as journal:
        journal.commit(Batch([asked], [JournalDecision(1, decision, approved_minor=12_500, captured_minor=12_500)]), 1)
    return data


def test_the_close_of_the_last_day_of_the_calendar_is_one_sentence(tmp_path: Path) -> None:
    data = with_an_approval(folder_open_at(tmp_path / "var", "9999-12-31", "operator"))
    closed = run("day", "close", "--data", data)
    assert closed.code == 2
    assert closed.sentence.startswith("business date: found 9999-12-31, expected ")
    assert dates(data) == ["9999-12-31"]


def test_a_day_is_stamped_when_it_changes_and_not_when_the_command_began(tmp_path: Path) -> None:
    data = with_an_approval(folder_open_at(tmp_path / "var", "2026-11-22", "operator"))
    lock = data / "closing.lock"
    with lock.open("wb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        command = [sys.executable, "-m", "switch", "day", "close", "--data", str(data)]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        files = Path(f"/proc/{process.pid}/fd")
        eventually(lambda: lock in map(Path.resolve, files.iterdir()), "the close that waits for another one")
        let_in_ms = now_ms()
    try:
        assert process.wait(SECONDS_MAX) == 0
    finally:
        process.kill()
        process.wait()
    assert int(str(journaled(data, "SELECT opened_at_ms FROM business_day WHERE id = 2")[0][0])) >= let_in_ms
    with closing(sqlite3.connect(data / "books.db")) as books:
        assert books.execute("SELECT closed_at_ms FROM closed_day").fetchone()[0] >= let_in_ms
