"""``switch scenario library`` lists the scenarios that come with Switch, and shows one of them."""

from __future__ import annotations

from pathlib import Path

from switch.cli.scenario_library import library_of
from switch.specs.folder import default_folder
from tests.cli.command import run


def test_every_scenario_is_listed_with_its_purpose() -> None:
    outcome = run("scenario", "library")
    assert outcome.code == 0
    for each in library_of():
        assert f"{each.name} " in outcome.out
        assert each.purpose in outcome.out


def test_words_choose_among_names_purposes_and_rules() -> None:
    outcome = run("scenario", "library", "REVERSAL", "silence")
    names = [line.split()[0] for line in outcome.out.splitlines()[1:] if line and not line.startswith("see")]
    assert "silent-on-reversal" in names
    assert "decline-funds" not in names


def test_one_scenario_is_shown_with_its_rules_and_what_is_seen() -> None:
    outcome = run("scenario", "library", "silent-on-reversal")
    assert "class=reversal -> silence, silence, ok" in outcome.out
    assert "reversal repeat    00" in outcome.out


def test_words_of_no_scenario_are_told() -> None:
    outcome = run("scenario", "library", "no-such-thing")
    assert outcome.code == 1
    assert "no-such-thing: found no scenario" in outcome.err


def test_a_scenario_of_the_library_is_called_by_its_name() -> None:
    outcome = run("scenario", "check", "silent-once", "bad-evening")
    assert outcome.code == 0, outcome.err
    outcome = run("scenario", "try", "silent-once", "amount=10")
    assert "rule 1 applies: silence" in outcome.out


def test_a_misspelt_name_is_told_with_the_nearest() -> None:
    outcome = run("scenario", "check", "silent-onse")
    assert outcome.code == 2
    assert "expected silent-once (the nearest), a file or one of" in outcome.err


def test_a_specification_without_a_library_has_the_embedded_one(tmp_path: Path) -> None:
    assert [each.name for each in library_of(tmp_path)] == [each.name for each in library_of(default_folder())]
    own = tmp_path / "scenarios" / "library"
    own.mkdir(parents=True)
    (own / "mine.toml").write_text('purpose = "mine"\nrules = ["any -> silence"]\n')
    assert [(each.name, each.rules, each.steps) for each in library_of(tmp_path)] == [("mine", ("any -> silence",), ())]
