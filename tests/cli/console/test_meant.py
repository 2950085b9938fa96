"""Words that people type first lead to commands that exist."""

from __future__ import annotations

import pytest

from switch.cli.command.meant import _MEANT, meant_by, nearest_of
from tests.cli.command import run


@pytest.mark.parametrize("meant", sorted({word for word in _MEANT[""].values() if not word.startswith("-")}))
def test_a_command_that_is_proposed_exists(meant: str) -> None:
    words = [word for word in meant.split() if not word.startswith("--")]
    assert run(*words[: 1 if words[0] in ("send", "explain") else 2], "--help").code == 0


@pytest.mark.parametrize("group", ["scenario"])
def test_a_command_of_a_group_that_is_proposed_exists(group: str) -> None:
    for meant in _MEANT[group].values():
        assert meant.startswith("-") or run(group, meant.split()[0], "--help").code == 0, meant


def test_nobody_can_say_what_is_meant_by_a_strange_word() -> None:
    assert meant_by("scenario", "xyzzy") == ""
    assert nearest_of("xyzzy", ["sign-on"]) == ""


def test_a_rule_without_conditions_is_not_taken_for_an_option() -> None:
    assert run("scenario", "add", "-> 05").err.endswith("hint: did you mean any -> 05?\n")
