"""The reference of the command line, ``docs/cli.md``, printed from the commands themselves.

``python -m switch.cli.reference > docs/cli.md`` writes it anew; a test holds the two together.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator

import click

from switch.cli import VERBS, cli

HEAD = """# The command line

Made by `python -m switch.cli.reference > docs/cli.md`; edit the commands, not this page. `switch VERB --help` says the same.

Every command ends with one of four codes, and says an error in one sentence on standard error:

| code | meaning |
| --- | --- |
| 0 | done |
| 1 | the answer was no: not found, not balanced, another response code than expected, a message that makes no sense |
| 2 | wrong use, or bad input: an option, a specification file, a data folder |
| 3 | cannot reach: nobody listens, or no answer in time |

Tables go to a terminal as wide as it is and elsewhere whole, without colours; `--json` gives the same to programs. Card
numbers are masked but in `switch cards` and with `--unmasked`."""


def reference() -> str:
    """The whole page."""
    context = click.Context(cli, info_name="switch")
    sections = [section for verb in VERBS for section in _sections(cli.get_command(context, verb), context, verb)]
    return "\n\n".join([HEAD, *sections]) + "\n"


def _sections(command: click.Command | None, parent: click.Context, name: str) -> Iterator[str]:
    assert command is not None
    if command.hidden:
        return
    context = click.Context(command, info_name=name, parent=parent)
    if isinstance(command, click.Group):
        for below in command.list_commands(context):
            yield from _sections(command.get_command(context, below), context, below)
        return
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    options = (item for item in command.params if isinstance(item, click.Option))
    rows = [record for item in options if (record := item.get_help_record(context))]
    table = "\n".join(["| option | |", "| --- | --- |", *(f"| `{_cell(option)}` | {_cell(text)} |" for option, text in rows)])
    yield f"## {context.command_path}"
    yield f"```\n{usage}\n```"
    yield _prose(command.help or "")
    if rows:
        yield table


def _cell(text: str) -> str:
    return re.sub(r"\s+", " ", text).replace("|", "\\|")


def _prose(text: str) -> str:
    """A docstring as Markdown: what click is told to leave as it is becomes a block of code."""
    paragraphs = inspect.cleandoc(text).split("\n\n")
    return "\n\n".join(f"```\n{p[1:].strip(chr(10))}\n```" if p.startswith("\b") else p for p in paragraphs)


if __name__ == "__main__":
    print(reference(), end="")
