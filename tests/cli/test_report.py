"""``switch report``: the file, whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.command import run
from tests.support.day_builders import FRIDAY, SATURDAY, close_two_days


@pytest.fixture
def data(tmp_path: Path) -> Path:
    close_two_days(tmp_path / "data")
    return tmp_path / "data"


def test_a_day_a_month_and_a_range(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    for arguments, said, title in (
        ((), f"report of {SATURDAY} written to {out}", "Report of 2026-11-21"),
        (("--date", "20/11/2026"), f"report of {FRIDAY} written to {out}", "Report of 2026-11-20"),
        (("--month", "2026-11"), f"report from {FRIDAY} to {SATURDAY} written to {out}", "Report of November 2026"),
        (("--month", "2026-11", "--lang", "fr"), f"rapport du 20/11/2026 au 21/11/2026 écrit dans {out}", "novembre 2026"),
    ):
        outcome = run("report", *arguments, "--out", out, "--data", data)
        assert (outcome.code, outcome.out.strip()) == (0, said)
        assert title in out.read_text(encoding="utf-8")
    assert out.stat().st_mode & 0o077 == 0


def test_a_file_that_cannot_be_written_leaves_nothing(data: Path, tmp_path: Path) -> None:
    outcome = run("report", "--out", tmp_path / "nowhere" / "report.html", "--data", data)
    assert (outcome.code, "expected a file that can be written" in outcome.sentence) == (2, True)
    outcome = run("report", "--out", data, "--data", data)
    assert "found a folder, expected a file that can be written" in outcome.sentence


def test_two_ways_to_name_dates_are_refused(data: Path, tmp_path: Path) -> None:
    outcome = run("report", "--date", FRIDAY, "--month", "2026-11", "--out", tmp_path / "r.html", "--data", data)
    assert outcome.code == 2
    assert not (tmp_path / "r.html").exists()
