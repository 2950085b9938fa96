"""``switch requests`` keeps a line for each message in a terminal of 80 columns."""

from __future__ import annotations

from typing import Any

import pytest

from switch.cli.requests import _show


def row(**changed: Any) -> dict[str, Any]:
    return {
        "number": 115,
        "at": "2026-11-29T08:06:15.932+01:00",
        "line": "domestic93 127.0.0.1:51336",
        "mti": "1100",
        "pan_masked": "450716******0010",
        "amount_minor": 12500,
        "rrn": "000000000001",
        "response_code": "000",
        "elapsed_ms": 15,
        "error": None,
        **changed,
    }


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("switch.cli.console.screen.columns", lambda: 80)
    monkeypatch.setattr("switch.cli.show.tables.columns", lambda: 80)


@pytest.mark.usefixtures("narrow")
def test_a_message_is_one_line_of_80_columns(capsys: pytest.CaptureFixture[str]) -> None:
    _show([row(), row(number=116)], 2)
    head, first, second = capsys.readouterr().out.splitlines()
    assert head.split() == ["#", "time", "line", "MTI", "card", "amount", "RRN", "answer", "ms"]
    assert first.split() == ["115", "08:06:15", "domestic93", "1100", "450716…0010", "125.00", "000000000001", "000", "15"]
    assert max(map(len, (head, first, second))) <= 80


@pytest.mark.usefixtures("narrow")
def test_a_fault_stands_below_its_message(capsys: pytest.CaptureFixture[str]) -> None:
    fault = {"where": "bitmap", "found": "nothing", "expected": "8 bytes of binary bitmap"}
    _show([row(error=fault)], 1)
    assert capsys.readouterr().out.splitlines()[2] == "    bitmap: found nothing, expected 8 bytes of binary bitmap"


def test_a_wide_screen_shows_the_whole_card(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("switch.cli.console.screen.columns", lambda: 120)
    monkeypatch.setattr("switch.cli.show.tables.columns", lambda: 120)
    _show([row()], 1)
    assert "08:06:15.932  domestic93  1100  450716******0010" in capsys.readouterr().out
