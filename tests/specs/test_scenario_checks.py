"""Rules at the host and at issuers in one file: who plays which, and what they name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from switch.errors import SpecError
from switch.specs.checks import Known
from switch.specs.load import load_scenario, load_specs
from switch.specs.scenario_checks import check_rule
from tests.support.centre_in_loop import specs

BOTH = """purpose = "both sides"
seed = 7
rules = ["retrieval_reference_number=000000000001 -> silence", "line=bcd -> 91"]

[[rule]]
issuer = "rif"
when = { amount = "9.09" }
then = { response_code = "51" }

[[rule]]
when = { issuer = "rif", any = [{ scheme = "visa" }, { line = "ascii" }] }
then = ["silence", { answer = "05" }]

[[rule]]
at = "issuer"
when = { pan = "4507160000000010" }
then = { delay_seconds = 2 }
"""


def test_each_rule_is_played_by_whom_it_is_for(tmp_path: Path) -> None:
    path = tmp_path / "both.toml"
    path.write_text(BOTH, encoding="utf-8")

    played = load_scenario(path, specs())

    assert [(rule.label, rule.in_words) for rule in played.at_host] == [
        ("scenario both, rule 1", "rrn=000000000001 -> silence"),
        ("scenario both, rule 2", "line=bcd -> 91"),
        ("scenario both, rule 4", "issuer=rif any(scheme=visa | line=ascii) -> silence, 05"),
    ]
    assert [(rule.number, rule.in_words) for rule in played.at_issuers] == [
        (3, "at=issuer class=request amount=9.09 issuer=rif -> 51"),
        (5, "at=issuer class=request card=450716******0010 -> late 2s"),
    ]


@pytest.mark.parametrize(
    ("good", "bad", "sentence"),
    [
        ("line=bcd", "line=bdc", ":3: rules[2].when.line: found 'bdc', expected bcd (the nearest), or one of ascii, ascii93"),
        ('issuer = "rif", any', 'issuer = "riff", any', ":11: rule[2].when.issuer: found 'riff', expected rif (the nearest)"),
        ('scheme = "visa"', 'scheme = "viza"', ":11: rule[2].when.any[1].scheme: found 'viza', expected visa (the nearest)"),
        ('issuer = "rif"\nwhen', 'issuer = "raf"\nwhen', ":6: rule[1].issuer: found 'raf', expected one of atlas"),
        ('"silence", {', '"dialect bcf", {', ":12: rule[2].then: found dialect 'bcf', expected bcd (the nearest), or one of"),
        ('answer = "05"', 'dialect = "bcf"', ":12: rule[2].then: found dialect 'bcf', expected bcd (the nearest), or one of"),
        ("bcd -> 91", "bcd -> 91, ok + dialect x", ":3: rules[2].then: found dialect 'x', expected one of"),
        ("response_code", "response_cod", ":8: rule[1].then.response_cod: found a key nobody reads, expected one of"),
        ("retrieval_reference_number", "retrieval_reference", ":3: rules[1].when.retrieval_reference: found a key nobody"),
        ("4507160000000010", "4507160000009999", ":16: rule[3].when.pan: found 450716******9999, expected a card of some"),
        ('at = "issuer"', 'at = "isuer"', ":15: rule[3].at: found 'isuer', expected one of host, issuer"),
        ("seed = 7", "seed = 'x'", ":2: seed: found 'x', expected a whole number"),
    ],
)  # fmt: skip
def test_names_that_nobody_knows_are_refused(tmp_path: Path, good: str, bad: str, sentence: str) -> None:
    path = tmp_path / "both.toml"
    path.write_text(BOTH.replace(good, bad), encoding="utf-8")

    with pytest.raises(SpecError) as refused:
        load_scenario(path, specs())

    assert any(str(each).startswith(f"{path}{sentence}") for each in refused.value.mistakes), str(refused.value)


def test_a_specification_checks_the_rules_of_its_scenarios(tmp_path: Path) -> None:
    import shutil

    folder = tmp_path / "specs"
    shutil.copytree(specs().folder, folder)
    (folder / "scenarios" / "mine.toml").write_text(BOTH.replace("line=bcd", "lin=bcd"), encoding="utf-8")

    with pytest.raises(SpecError, match=r"scenarios/mine.toml:3: rules\[2\].when.lin: found a key nobody reads, expected line"):
        load_specs(folder)


@pytest.mark.parametrize("rule", ["line=bdc -> 05", {"when": {"line": "bdc"}, "then": "05"}], ids=["line", "table"])
def test_a_rule_that_stands_in_no_file_is_checked_in_both_spellings(rule: str | dict[str, Any]) -> None:
    with pytest.raises(SpecError, match=r"rule: when.line: found 'bdc', expected bcd \(the nearest\)"):
        check_rule(rule, Known.of(specs()))
