"""The commands of the day in French: every message of theirs is in the catalogue, and keys stay as they are."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from switch.cli import cli
from switch.cli.console.words import CATALOGUES, translated
from tests.settlement.test_statement import close_a_day
from tests.support.day_builders import GROCER

SOURCES = Path(__file__).parents[3] / "switch"


def _messages() -> set[str]:
    """The texts that the commands hand to ``said`` or to a table, and the sentences of a close."""
    found: set[str] = set()
    for name in ("day", "check", "merchants"):
        for node in ast.walk(ast.parse((SOURCES / "cli" / f"{name}.py").read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"said", "_show_items"}:
                found.update(_texts(node.args[0]))
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"show_table", "show_pairs", "pairs_above_zero"}:
                for argument in node.args:
                    if isinstance(argument, ast.Tuple):
                        found.update(text for each in argument.elts[:9] for text in _texts(each))
    for node in ast.walk(ast.parse((SOURCES / "endofday" / "close.py").read_text(encoding="utf-8"))):
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "sentence":
            found.update(_texts(node.value))
    return found


def _texts(node: ast.expr) -> list[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.JoinedStr):
        return ["".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in node.values)]
    return []


@pytest.mark.parametrize("into", sorted(CATALOGUES))
def test_every_message_is_in_each_catalogue(into: str) -> None:
    same_in_both = {"RRN", "participant", "interchange", "net", "MCC", "capture", "7 7"}
    messages = {text for text in _messages() if re.search("[a-z]{2}", text)} - same_in_both
    assert len(messages) > 30
    pieces = {"reversed", "held", "captured by another request", "with nothing due", "as exceptions"}  # behind their counts
    assert not [
        text
        for text in messages
        if translated(f"7 {text}" if text in pieces else text, into) == (f"7 {text}" if text in pieces else text)
    ]


@pytest.mark.parametrize("into", sorted(CATALOGUES))
def test_places_of_a_text_are_those_of_its_translation(into: str) -> None:
    for english, text in CATALOGUES[into].items():
        assert sorted(re.findall(r"\{\d\}", english)) == sorted(re.findall(r"\{\d\}", text)), english


def test_a_day_in_french(tmp_path: Path) -> None:
    close_a_day(tmp_path)
    run = CliRunner()
    shown = run.invoke(cli, ["day", "show", "--data", str(tmp_path), "--lang", "fr"], standalone_mode=False).output
    assert "la journée comptable 20/11/2026 est arrêtée" in shown
    assert "12\N{NO-BREAK SPACE}346,17" in shown
    proof = run.invoke(cli, ["check", "--data", str(tmp_path)], standalone_mode=False, env={"SWITCH_LANG": "fr"}).output
    assert "les livres sont justes" in proof
    english = run.invoke(cli, ["statement", GROCER.id, "--data", str(tmp_path), "--lang", "en"], standalone_mode=False).output
    assert "MERCHANT STATEMENT" in english
    keys = run.invoke(cli, ["day", "show", "--data", str(tmp_path), "--lang", "fr", "--json"], standalone_mode=False).output
    assert json.loads(keys)["business_date"] == "2026-11-20"


def test_an_error_is_in_french_too(tmp_path: Path) -> None:
    close_a_day(tmp_path)
    arguments = ["statement", "NOBODY", "--data", str(tmp_path), "--lang", "fr"]
    error = CliRunner().invoke(cli, arguments, standalone_mode=False).exception
    assert str(error).startswith("MERCHANT : trouvé 'NOBODY'")
