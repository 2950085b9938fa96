"""Colours where they are wanted, and text that keeps to the width."""

from __future__ import annotations

import sys

import pytest

from switch.cli.console.screen import broken, coloured, columns, dump_bytes, say, say_command, size


@pytest.mark.parametrize(
    ("terminal", "variables", "expected"),
    [
        (True, {}, True),
        (False, {}, False),
        (True, {"NO_COLOR": "1"}, False),
        (True, {"TERM": "dumb"}, False),
        (False, {"FORCE_COLOR": "1"}, True),
        (True, {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
    ],
)
def test_colours_are_for_terminals(
    terminal: bool, variables: dict[str, str], expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: terminal)
    assert coloured() is expected


def test_no_terminal_sets_no_width() -> None:
    assert columns() == 10_000
    assert dump_bytes() == 16


def test_a_line_ends_with_what_it_says(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    say("00 approved   ", "good")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("FORCE_COLOR", "1")
    say("00 approved   ", "good")
    assert capsys.readouterr().out == "00 approved\n\x1b[32m00 approved\x1b[0m\n"


def test_a_command_on_several_lines_can_be_pasted(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("switch.cli.console.screen.columns", lambda: 40)
    say_command("try", "switch send --port 8583 --amount 125.00 --merchant TELECOM00000001")
    lines = capsys.readouterr().out.splitlines()
    assert lines == ["try", "  switch send --port 8583 --amount \\", "    125.00 --merchant TELECOM00000001"]


def test_text_is_broken_between_words() -> None:
    assert broken("available 50.00 MAD is less", 12) == ["available", "50.00 MAD is", "less"]
    assert broken("0123456789", 4) == ["0123", "4567", "89"]
    assert broken("0123456789 1", 4, whole=True) == ["0123456789", "1"]
    assert broken("支付 支付", 4) == ["支付", "支付"]
    assert (size("RELEVÉ"), size("支付")) == (6, 4)


def test_no_line_begins_with_a_mark_that_french_sets_apart() -> None:
    text = "les lignes de « posting » ont changé : 10"
    for width in range(14, len(text)):
        lines = broken(text, width)
        assert " ".join(lines) == text
        assert not [line for line in lines if line[0] in ":»" or line[-1] == "«"]


def test_a_broken_text_keeps_its_indent() -> None:
    assert broken("  Cardholder verification method results", 26) == ["  Cardholder verification", "  method results"]
