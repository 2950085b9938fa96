"""The language of the screens: a table of texts, places in them, and nothing half translated; keys stay as they are."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from switch.cli import VERBS, cli
from switch.cli.console.words import TRANSLATED, language_of, translated
from tests.settlement.test_statement import close_a_day
from tests.support.day_builders import GROCER

SOURCES = Path(__file__).parents[3] / "switch"
FEES = "merchants.toml:3: plan: found 'x', expected a plan of fees/discount.toml"
SAME_IN_BOTH = {"RRN", "messages", "participant", "interchange", "net", "MCC", "capture", "MAD", "code"}


def _messages() -> set[str]:
    """The words that the commands hand to ``said`` or to a table: heads, labels, titles."""
    found: set[str] = set()
    for name in ("day", "check", "merchants", "demo"):
        for node in ast.walk(ast.parse((SOURCES / "cli" / f"{name}.py").read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"said", "_show_items"}:
                found.update(_texts(node.args[0]))
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"show_table", "show_pairs", "pairs_above_zero"}:
                for argument in node.args:
                    if isinstance(argument, ast.Tuple):
                        found.update(text for each in argument.elts[:9] for text in _texts(each))
    return found


def _texts(node: ast.expr) -> list[str]:
    return [node.value] if isinstance(node, ast.Constant) and isinstance(node.value, str) else []


@pytest.mark.parametrize("into", sorted(TRANSLATED))
def test_every_head_and_label_is_in_each_table(into: str) -> None:
    messages = {text for text in _messages() if re.search("[a-z]{2}", text)} - SAME_IN_BOTH
    assert len(messages) > 30
    pieces = {"reversed", "held", "captured by another request", "with nothing due", "as exceptions"}  # behind their counts
    messages = {f"7 {text}" if text in pieces else text for text in messages}
    assert [text for text in messages if translated(text, into) == text] == []


@pytest.mark.parametrize(
    ("text", "french"),
    [
        ("value date", "date de valeur"),
        ("closing 2026-11-20: reading the journal", "arrêté du 20/11/2026 : lecture du journal"),
        ("14 of 22 decisions", "14 sur 22 demandes"),
        ("closing 2026-11-20: writing statement 21 of 2,000", "arrêté du 20/11/2026 : édition du relevé 21 sur 2\xa0000"),
        ("net positions sum to -12.50 MAD, expected 0", "la somme des soldes nets est de -12,50 MAD, attendu 0"),
        ("DATE: found 'value date', expected a value", "DATE : trouvé 'value date', attendu une valeur"),
        ("2026-11-20", "20/11/2026"),
        ("", ""),
        ("BANK OF 3 of 7 decisions", "BANK OF 3 of 7 decisions"),
        ("3 of 7 things", "3 of 7 things"),
        (FEES, FEES),
    ],
)  # fmt: skip
def test_a_text_is_translated_whole_or_not_at_all(text: str, french: str) -> None:
    assert translated(text, "fr") == french
    assert translated(text, "en") == translated(text, None) == text


@pytest.mark.parametrize(
    ("words", "environment", "language"),
    [
        ("day show --lang fr", "", "fr"),
        ("day show --lang=fr", "en", "fr"),
        ("day show", "fr", "fr"),
        ("day show --lang en", "fr", "en"),
        ("day show --lang", "fr", "fr"),
        ("day show -- --lang fr", "", None),
        ("send --lang fr", "fr", None),
        ("dya", "fr", "fr"),
        ("", "fr", "fr"),
    ],
)
def test_errors_are_in_the_language_of_the_command_line(
    words: str, environment: str, language: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SWITCH_LANG", environment)
    assert (language_of(words.split(), VERBS) or None) == language


def test_a_day_in_french(tmp_path: Path) -> None:
    close_a_day(tmp_path)
    run = CliRunner()
    shown = run.invoke(cli, ["day", "show", "--data", str(tmp_path), "--lang", "fr"], standalone_mode=False).output
    assert "la journée comptable 20/11/2026 est arrêtée" in shown
    assert "12\N{NO-BREAK SPACE}346,17" in shown
    proof = run.invoke(cli, ["check", "--data", str(tmp_path)], standalone_mode=False, env={"SWITCH_LANG": "fr"}).output
    assert "comptabilité équilibrée" in proof
    english = run.invoke(cli, ["statement", GROCER.id, "--data", str(tmp_path), "--lang", "en"], standalone_mode=False).output
    assert "MERCHANT STATEMENT" in english
    keys = run.invoke(cli, ["day", "show", "--data", str(tmp_path), "--lang", "fr", "--json"], standalone_mode=False).output
    assert json.loads(keys)["business_date"] == "2026-11-20"
