"""Lengths of time are typed in one way at every option."""

from __future__ import annotations

import click
import pytest

from switch.cli import VERBS, cli
from switch.cli.command.durations import Duration
from tests.cli.command import run


@pytest.mark.parametrize(
    ("typed", "seconds"), [("1s", 1.0), ("500ms", 0.5), ("1.5", 1.5), ("2m", 120.0), ("1 s", 1.0), ("1h", 3600.0), (3, 3.0)]
)
def test_a_length_of_time_has_a_unit_or_is_in_seconds(typed: object, seconds: float) -> None:
    assert Duration().convert(typed, None, None) == seconds


@pytest.mark.parametrize("typed", ["soon", "", "0", "-1s", "1 week", "3601", "1e3", "nan"])
def test_what_is_none_is_refused(typed: str) -> None:
    with pytest.raises(click.BadParameter) as refused:
        Duration().convert(typed, None, None)

    assert (
        refused.value.message
        == f"found {typed!r}, expected a length of time above 0 and up to 3600 s, such as 1s, 500ms or 1.5"
    )
    if typed == "0":
        assert Duration(0).convert(typed, None, None) == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("send", "--timeout"),
        ("load", "--timeout"),
        ("load", "--duration"),
        ("keys", "exchange", "atlas", "--timeout"),
        ("replay", "monday", "--to", "127.0.0.1:1", "--timeout"),
        ("gateway", "certify", "http://127.0.0.1:1", "--seconds"),
        ("release", "--wait"),
        ("scenario", "poke", "lines", "drop", "--for"),
        ("verify", "one 0100", "--wait"),
        ("verify", "one 0100", "--since"),
    ],
    ids=" ".join,
)
def test_every_option_says_the_same_of_a_wrong_one(arguments: tuple[str, ...]) -> None:
    outcome = run(*arguments, "soon")

    assert outcome.code == 2
    assert outcome.err.startswith(f"switch: {arguments[-1]}: found 'soon', expected a length of time ")


def test_no_option_takes_seconds_in_another_way() -> None:
    def options(command: click.Command, path: str) -> list[tuple[str, click.Parameter]]:
        below = command.commands.items() if isinstance(command, click.Group) else ()
        found = [(path, each) for each in command.params]
        return found + [one for name, verb in below for one in options(verb, f"{path} {name}")]

    context = click.Context(cli)
    for name in VERBS:
        verb = cli.get_command(context, name)
        assert verb is not None
        for path, parameter in options(verb, name):
            if getattr(parameter, "is_flag", False):
                continue
            named = parameter.opts[0] in ("--timeout", "--wait", "--for") and path not in ("up", "cards")
            if named or "SECOND" in str(getattr(parameter, "metavar", "")) or str(parameter.name).endswith("seconds"):
                assert isinstance(parameter.type, Duration), f"{path} {parameter.opts[0]}"
