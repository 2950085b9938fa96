"""A range of closed dates on a terminal: no line is wider, whatever stands in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.command import run
from tests.cli.test_screens import COLOURS, on_terminal
from tests.support.day_builders import close_two_days


@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_line_is_wider_than_the_terminal(tmp_path: Path, width: int) -> None:
    close_two_days(tmp_path)
    for arguments in (("day", "show", "--month", "2026-11"), ("day", "list"), ("find", "EPICERIE", "2026-11-20", "98.68")):
        lines = COLOURS.sub("", on_terminal(width, *arguments, "--data", tmp_path)).splitlines()
        assert max(len(line.rpartition("\r")[2]) for line in lines) <= width


def test_a_range_without_closed_dates_is_refused(tmp_path: Path) -> None:
    close_two_days(tmp_path)
    outcome = run("day", "show", "--month", "2027-01", "--data", tmp_path)
    assert outcome.code == 1
    assert outcome.sentence.startswith("no business date is closed from 2027-01-01 to 2027-01-31; the last one closed is ")
