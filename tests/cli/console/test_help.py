"""What ``--help`` shows: verbs and options in groups, examples last, nothing cut and nothing too wide."""

from __future__ import annotations

import re
from collections.abc import Iterator

import click
import pytest

from switch.cli import GROUPS, VERBS, cli
from switch.cli.command.help import split_examples
from tests.cli.command import run

EXAMPLE_COLUMNS_MAX = 76


def commands(group: click.Group, words: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield (*words, name), command
        if isinstance(command, click.Group):
            yield from commands(command, (*words, name))


ALL = list(commands(cli))
every_command = pytest.mark.parametrize(("words", "command"), ALL, ids=[" ".join(words) for words, _ in ALL])


def test_every_verb_stands_in_one_group() -> None:
    assert sorted(verb for verbs in GROUPS.values() for verb in verbs) == sorted(VERBS)
    out = run("--help").out
    places = [out.index(f"\n{title}:\n") for title in GROUPS]
    assert places == sorted(places)


def test_the_options_of_send_stand_in_eight_groups_and_the_examples_last() -> None:
    out = run("send", "--help").out
    titles = [line for line in out.splitlines() if line.endswith(":") and not line.startswith(" ")]
    assert titles == [
        "Where to:",
        "Wire format:",
        "Payment:",
        "Card security:",
        "An earlier request:",
        "Other messages:",
        "By hand:",
        "Result:",
        "Options:",
        "Examples:",
    ]
    assert out.index("--amount") > out.index("Payment:")


@every_command
def test_help_fits_a_terminal_and_says_no_types_of_the_program(words: tuple[str, ...], command: click.Command) -> None:
    out = run(*words, "--help").out
    assert max(map(len, out.splitlines())) <= 80
    for typed in ("INTEGER", "FLOAT", " TEXT  ", "RANGE", "<=x<=", "..."):
        own = re.sub(r"(\[[A-Z]+\]|[A-Z|]+)\.\.\.", "", out).replace("[TEXT|FILE|-]", "").replace("--rrn TEXT", "")
        assert typed not in own, typed


@every_command
def test_examples_are_narrow(words: tuple[str, ...], command: click.Command) -> None:
    for line in split_examples(command.help or "")[1]:
        assert len(line) <= EXAMPLE_COLUMNS_MAX, line
