"""The clock of a centre: one value for all its processes, and how it went before."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switch.data_folder.centre_clock import (
    AT_MS_MAX,
    CLOCK_FILE,
    MACHINE,
    CentreClock,
    ClockHistory,
    ClockSetting,
    centre_clock_of,
    machine_ms,
)
from switch.errors import DataFolderError

FRIDAY_MS = 1_795_802_100_000  #: 2026-11-27T17:55Z


@given(st.booleans(), st.integers(min_value=-AT_MS_MAX + 1, max_value=AT_MS_MAX - 1))
def test_a_setting_is_one_number(frozen: bool, value_ms: int) -> None:
    setting = ClockSetting(frozen, value_ms)
    assert ClockSetting.of_word(setting.word) == setting
    assert -(1 << 63) <= setting.word < 1 << 63


def test_a_new_folder_has_the_machines_clock(tmp_path: Path) -> None:
    clock = CentreClock.open(tmp_path / "var")
    assert clock.setting == MACHINE
    assert abs(clock.now_ms() - machine_ms()) < 1_000
    assert clock.today() == datetime.now(UTC).date()
    assert ((tmp_path / "var" / CLOCK_FILE).stat().st_mode & 0o777) == 0o600


def test_every_process_goes_by_it_at_once_and_the_next_ones_too(tmp_path: Path) -> None:
    clock, other = CentreClock.open(tmp_path), CentreClock.open(tmp_path)
    clock.set(ClockSetting(True, FRIDAY_MS))
    assert other.now_ms() == FRIDAY_MS
    code = "import sys; from pathlib import Path; import switch.data_folder.centre_clock as c; "
    code += "print(c.CentreClock.open(Path(sys.argv[1])).now_ms())"
    seen = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True)
    assert int(seen.stdout) == FRIDAY_MS
    clock.set(ClockSetting(False, -1_000_000))
    assert machine_ms() - other.now_ms() == pytest.approx(1_000_000, abs=1_000)
    assert centre_clock_of(tmp_path)() == pytest.approx(other.now_ms(), abs=1_000)


def test_a_time_of_the_machine_is_told_as_the_centre_had_it_then(tmp_path: Path) -> None:
    began = machine_ms()
    clock = CentreClock.open(tmp_path)
    clock.set(ClockSetting(True, FRIDAY_MS))
    history = ClockHistory.read(tmp_path)
    assert history.centre_ms(began - 5) == began - 5
    assert history.centre_ms(machine_ms() + 5) == FRIDAY_MS
    assert history.now_ms() == FRIDAY_MS
    assert ClockHistory([(100, ClockSetting(False, 7)), (200, MACHINE)], MACHINE).centre_ms(150) == 157


def test_who_only_looks_makes_nothing(tmp_path: Path) -> None:
    assert ClockHistory.read(tmp_path).setting == MACHINE
    assert ClockHistory.read(tmp_path / "nothing").setting == MACHINE
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"\xff" * 7 + b"\x7f", b"\x7f" * 24])
def test_a_file_that_is_no_clock_is_one_sentence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / CLOCK_FILE).write_bytes(content)
    for read in (CentreClock.open, ClockHistory.read):
        with pytest.raises(DataFolderError, match="found another content, expected the clock of a centre"):
            read(tmp_path)


def test_a_change_that_was_cut_off_is_none(tmp_path: Path) -> None:
    CentreClock.open(tmp_path).set(ClockSetting(False, 60_000))
    path = tmp_path / CLOCK_FILE
    path.write_bytes(path.read_bytes() + b"\x01\x02\x03")
    assert ClockHistory.read(tmp_path).setting == ClockSetting(False, 60_000)
    clock = CentreClock.open(tmp_path)
    clock.set(MACHINE)
    assert path.stat().st_size == 8 + 2 * 16
    assert ClockHistory.read(tmp_path).setting == MACHINE


def test_a_folder_in_its_place_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / CLOCK_FILE).mkdir()
    for read in (CentreClock.open, ClockHistory.read):
        with pytest.raises(DataFolderError, match="clock: found"):
            read(tmp_path)
