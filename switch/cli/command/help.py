"""How every verb shows its help: options in groups, the examples last, and no line wider than a terminal of 80 columns."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from functools import partial
from typing import Any, Final

import click
from click.types import OptionHelpExtra

OPTIONS: Final = "Options"  #: the title of options that have no group
_CONTINUED: Final = " \\"  #: behind a line of a command that goes on in the next
_CONTINUES: Final = "    "
Decorator = Callable[[Any], Any]


class Option(click.Option):
    """An option that may stand under a title of its own; its help says no range, which the error says."""

    group: str | None = None

    def get_help_extra(self, ctx: click.Context) -> OptionHelpExtra:
        extra = super().get_help_extra(ctx)
        extra.pop("range", None)
        return extra


option = partial(click.option, cls=Option)


def grouped(title: str, *options: Decorator) -> Decorator:
    """Put options of a command under a title, in this order."""

    def apply(command: Any) -> Any:
        before = list(getattr(command, "__click_params__", []))
        for one in reversed(options):
            command = one(command)
        for parameter in command.__click_params__[len(before) :]:
            if isinstance(parameter, Option):
                parameter.group = title
        return command

    return apply


def split_examples(text: str) -> tuple[str, list[str]]:
    r"""A docstring without its last paragraph, and the lines of that, where it begins with ``\b``."""
    rest, mark, last = inspect.cleandoc(text).rpartition("\n\n\b\n")
    return (rest, last.splitlines()) if mark else (inspect.cleandoc(text), [])


def example_lines(line: str, width: int) -> list[str]:
    r"""An example on lines of a width that can still be pasted: broken before options and pipes, with ``\`` at the end."""
    if len(line) <= width or line.startswith("#"):
        return [line]
    import textwrap

    room = width - len(_CONTINUED)
    first, *rest = re.split(r" (?=--|\||>)", line)
    lines = [first]
    for part in rest:
        if len(lines[-1]) + 1 + len(part) <= room:
            lines[-1] += f" {part}"
        else:
            lines += textwrap.wrap(
                part,
                room,
                initial_indent=_CONTINUES,
                subsequent_indent=_CONTINUES,
                break_long_words=False,
                break_on_hyphens=False,
            )
    return [*(f"{each}{_CONTINUED}" for each in lines[:-1]), lines[-1]]


def option_groups(command: click.Command, ctx: click.Context) -> dict[str, list[tuple[str, str]]]:
    """The options of a command with their helps, by title; those without a group stand last."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for parameter in command.get_params(ctx):
        record = parameter.get_help_record(ctx)
        if record is None or isinstance(parameter, click.Argument):  # the usage line has it, and the text tells of it
            continue
        title = parameter.group if isinstance(parameter, Option) else None
        groups.setdefault(title or OPTIONS, []).append(record)
    return dict(sorted(groups.items(), key=lambda each: each[0] == OPTIONS))


class Verb(click.Command):
    """A command whose options stand in groups, with its examples behind them."""

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        whole = self.help
        try:
            self.help = split_examples(whole or "")[0]
            super().format_help_text(ctx, formatter)
        finally:
            self.help = whole

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for title, records in option_groups(self, ctx).items():
            with formatter.section(title):
                formatter.write_dl(records)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_epilog(ctx, formatter)
        examples = split_examples(self.help or "")[1]
        if examples:
            with formatter.section("Examples"):
                for line in examples:
                    for part in example_lines(line, formatter.width - formatter.current_indent):
                        formatter.write(f"{'':{formatter.current_indent}}{part}\n")


class VerbAndMore(Verb, click.Group):
    """A verb that does something by itself, with verbs of its own below it."""

    command_class = Verb

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_options(ctx, formatter)
        self.format_commands(ctx, formatter)


class Verbs(click.Group):
    """A group of such commands."""

    command_class = Verb
