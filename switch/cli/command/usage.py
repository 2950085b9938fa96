"""Wrong use of a command, in the one voice that every error has: where, what was found, what was expected, and a hint."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import click

from switch.cli.command.meant import STOPPING, meant_by, nearest_of
from switch.errors import SwitchError

#: click's own words -> what they say of what was found and expected.
_WORDS: Final = (
    (re.compile(r"^Option '(?P<where>[^']*)' requires an argument\.$"), "found nothing, expected a value"),
    (re.compile(r"^Option '(?P<where>[^']*)' does not take a value\.$"), "found a value, expected none"),
    (re.compile(r"^Got unexpected extra arguments? \((?P<where>.*)\)$", re.DOTALL), "found more than the command takes"),
)
_REFUSED: Final = re.compile(r"^(?P<found>'.*'|\S+) is not ", re.DOTALL)


def as_error(error: click.ClickException) -> SwitchError | None:
    """What click has to say, as a sentence of ours; None where it is no error but a page of help."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        return None
    context = error.ctx if isinstance(error, click.UsageError) else None
    command = context.command_path if context is not None else "switch"
    see = f"{command} --help" if context is not None else ""
    path = _behind_program(context)
    if isinstance(error, click.exceptions.NoSuchOption):
        sentence = f"{error.option_name}: found an unknown option, expected one of {command}"
        return SwitchError(sentence, hint=_near(path, error.option_name, error.possibilities) or see)
    if isinstance(error, click.exceptions.NoSuchCommand):
        sentence = f"{error.command_name}: found an unknown command, expected one of {command}"
        return SwitchError(sentence, hint=_near(path, error.command_name, error.possibilities) or see)
    if isinstance(error, click.MissingParameter):
        return SwitchError(f"{_typed(error.param)}: found nothing, expected {_expected(error.param)}", hint=see)
    if isinstance(error, click.BadParameter) and (refused := _REFUSED.match(error.message)):
        found = refused["found"] if refused["found"].startswith("'") else repr(refused["found"])
        kind = error.param.type if error.param is not None else None
        choices = list(map(str, kind.choices)) if isinstance(kind, click.Choice) else []
        near = _near(path, found.strip("'"), [word] if (word := nearest_of(found.strip("'"), choices)) else None)
        return SwitchError(f"{_typed(error.param)}: found {found}, expected {_expected(error.param)}", hint=near or see)
    if isinstance(error, click.BadParameter):
        return SwitchError(f"{_typed(error.param)}: {error.message}", hint=see)
    for pattern, said in _WORDS:
        if found_words := pattern.match(error.format_message()):
            return SwitchError(f"{found_words['where']}: {said}", hint=see)
    return SwitchError(error.format_message(), hint=see)


def _behind_program(context: click.Context | None) -> str:
    """The command without the name of the program, such as ``scenario add``."""
    names: list[str] = []
    while context is not None and context.parent is not None:
        names.insert(0, context.info_name or "")
        context = context.parent
    return " ".join(names)


def _near(command: str, typed: str, names: Sequence[str] | None) -> str:
    """A question for the word that was probably meant; empty where none is near."""
    if not command and typed in STOPPING:
        return "Ctrl+C in the terminal of switch up stops Switch"
    word = meant_by(command, typed) or next(iter(names or ()), "")
    return f"did you mean {word}?" if word else ""


def _typed(parameter: click.Parameter | None) -> str:
    """The name of a parameter as it is typed, or as the usage line has it."""
    if parameter is None:
        return "argument"
    if isinstance(parameter, click.Option):
        return parameter.opts[0]
    return (parameter.metavar or parameter.human_readable_name).strip("[].")


def _expected(parameter: click.Parameter | None) -> str:
    kind = parameter.type if parameter is not None else None
    if isinstance(kind, click.Choice):
        return f"one of {', '.join(map(str, kind.choices))}"
    if isinstance(kind, click.IntRange):
        if kind.min is None or kind.max is None:
            return "a whole number" if kind.min is None else f"a whole number from {kind.min}"
        return f"a whole number from {kind.min} to {kind.max}"
    if kind is click.INT:
        return "a whole number"
    return "a number" if kind is click.FLOAT else "a value"
