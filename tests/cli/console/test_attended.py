"""What a person at a terminal is shown beside the result, and nobody else."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from switch.cli.console.attended import LINE_START, Progress, next_step
from switch.display.measured import Measured
from switch.endofday.close import close_day
from tests.cli.command import run
from tests.support.day_builders import FRIDAY, day_specs, journal_of, later_ms


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_the_next_step_is_for_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    for stream, told in ((Terminal(), "next: switch check\n"), (io.StringIO(), "")):
        monkeypatch.setattr(sys, "stdout", stream)
        next_step("switch check")
        assert stream.getvalue().replace("\x1b[2m", "").replace("\x1b[0m", "") == told


def test_progress_stands_on_one_line_of_a_terminal_and_goes_away(monkeypatch: pytest.MonkeyPatch) -> None:
    for stream, told in ((Terminal(), f"{LINE_START}one …{LINE_START}two …{LINE_START}"), (io.StringIO(), "")):
        monkeypatch.setattr(sys, "stderr", stream)
        progress = Progress()
        progress.say("one")
        progress.say("two")
        progress.done()
        progress.done()
        assert stream.getvalue() == told


def test_a_measured_text_has_a_bar_and_the_time_that_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    seconds = iter([0.0, 10.0, 40.0])
    progress = Progress(clock=lambda: next(seconds))
    progress.say(Measured("proving day 1 of 4", 0, 4))
    progress.say(Measured("proving day 2 of 4", 1, 4))
    none, quarter = stream.getvalue().split(LINE_START)[1:]
    assert none == "proving day 1 of 4 … ────────────────────   0 %"
    assert quarter == "proving day 2 of 4 … ━━━━━───────────────  25 % 1:30 left"


def test_progress_is_silent_where_a_program_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    Progress(silent=True).say(Measured("proving day 1 of 4", 0, 4))
    assert stream.getvalue() == ""


def test_the_close_of_a_day_counts_presentments_and_statements(tmp_path: Path) -> None:
    told: list[str] = []
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide()
        close_day(tmp_path, day_specs(), None, later_ms(tmp_path), say=told.append)
    assert told == [
        f"closing {FRIDAY}: reading the journal",
        f"closing {FRIDAY}: clearing and settling 1 presentment",
        f"closing {FRIDAY}: proving the books of 1 presentment",
        f"telling atlas of {FRIDAY}",
        f"closing {FRIDAY}: writing statement 1 of 1",
    ]


def test_nothing_is_proved_where_no_day_is_closed(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide()
        outcome = run("check", "--data", tmp_path)
        assert (outcome.code, outcome.out.splitlines()[-1]) == (0, "no day is closed yet: nothing to prove")
        assert f"still open   {FRIDAY}: 1 approval in 1 decision" in outcome.out.splitlines()
        assert run("check", "--data", tmp_path, "--json").json["sound"] is None


def test_a_second_close_prints_its_sentence_alone(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide()
        close_day(tmp_path, day_specs(), None, later_ms(tmp_path))
    outcome = run("day", "close", FRIDAY, "--data", tmp_path)
    assert (outcome.code, outcome.err) == (1, "")
    assert outcome.out == f"business date {FRIDAY} is already closed, nothing was changed\n"


def test_the_environment_names_the_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SWITCH_DATA", str(tmp_path / "elsewhere"))
    assert run("check").sentence.startswith(f"{tmp_path / 'elsewhere'}: ")
    assert run("check", "--data", tmp_path / "typed").sentence.startswith(f"{tmp_path / 'typed'}: ")
    monkeypatch.setenv("SWITCH_SPECS", str(tmp_path / "none"))
    assert run("cards").code == 2
    monkeypatch.setenv("SWITCH_READY_FILE", str(tmp_path / "ready.json"))
    monkeypatch.delenv("SWITCH_SPECS")
    assert run("send").sentence.startswith(f"{tmp_path / 'ready.json'}: no such file")


def test_the_acquirer_has_its_name_among_the_positions(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide()
        close_day(tmp_path, day_specs(), None, later_ms(tmp_path))
    told, data = run("day", "show", "--data", tmp_path).out, run("day", "show", "--data", tmp_path, "--json").json
    assert "\nSwitch       acquirer " in told
    assert "504900" not in told.partition("Net positions")[2]
    assert "504900" in {position["participant"] for position in data["positions"]}


def test_specs_check_for_programs(tmp_path: Path) -> None:
    assert run("specs", "check", "--json").json["sound"] is True
    run("specs", "export", tmp_path / "copy")
    centre = tmp_path / "copy" / "centre.toml"
    centre.write_text(centre.read_text().replace("port = 8583", "prot = 8583"))
    outcome = run("specs", "check", "--specs", tmp_path / "copy", "--json")
    assert (outcome.code, outcome.err, outcome.json["sound"]) == (2, "", False)
    assert {"file", "line", "key", "found", "expected"} == set(outcome.json["mistakes"][0])
