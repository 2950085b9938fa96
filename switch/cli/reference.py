"""The reference of the command line, ``docs/reference/cli.md``, printed from the commands themselves.

``python -m switch.cli.reference > docs/reference/cli.md`` writes it anew; a test holds the two together.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import click

from switch.cli import VERBS, cli
from switch.cli.command.help import OPTIONS, option_groups, split_examples

HEAD = """# Commands

Every command with its options, as `switch VERB --help` prints it. `make docs` makes this page from the commands.

Every command ends with one of these codes. An error is one line on standard error, `switch: WHERE: found X, expected Y`,
then at most one line that begins with `hint:`.

| code | meaning |
| --- | --- |
| 0 | done |
| 1 | the answer was no: not found, not balanced, another response code than expected, an invalid message |
| 2 | wrong use, or bad input: an option, a specification file, a data folder |
| 3 | cannot reach: nobody listens, or no answer in time |
| 70 | a fault of the program itself; the error line names the file with its details |
| 130 | interrupted (Ctrl+C) |

Tables fit the width of a terminal; in a file or a pipe they are whole, without colours. `--json` gives the same to programs.
Card numbers are masked, except in `switch cards` and with `--unmasked`.

Every option that takes a length of time takes `1s`, `500ms`, `2m`, or seconds without a unit (`1.5`).

Four variables of the environment stand in for options that are not typed: `SWITCH_DATA` (`--data`), `SWITCH_READY_FILE`
(`--ready-file`), `SWITCH_SPECS` (`--specs`) and `SWITCH_LANG` (`--lang`). `switch completion SHELL` prints a script that
completes commands, options, names, test cards, the last ten RRNs and closed dates."""


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
    if isinstance(command, click.Group) and not command.invoke_without_command:
        yield from _below(command, context)
        return
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    yield f"## {context.command_path}"
    yield f"```\n{usage}\n```"
    text, examples = split_examples(command.help or "")
    text = _AS_IT_STANDS.sub(r"```\n\1\n```", text)
    yield text
    for title, rows in option_groups(command, context).items():
        head = f"| {title if title != OPTIONS else 'option'} | |"
        rows = [(option, text) for option, text in rows if "--help" not in option]
        if rows:
            yield "\n".join([head, "| --- | --- |", *(f"| `{_cell(option)}` | {_cell(text)} |" for option, text in rows)])
    if examples:
        yield "```\n" + "\n".join(examples) + "\n```"
    if isinstance(command, click.Group):
        yield from _below(command, context)


def _below(group: click.Group, context: click.Context) -> Iterator[str]:
    for name in group.list_commands(context):
        yield from _sections(group.get_command(context, name), context, name)


#: A paragraph of a help page that stands as it is, behind a mark.
_AS_IT_STANDS: Final = re.compile("\b\n((?:.+\n?)*.+)")


def _cell(text: str) -> str:
    return re.sub(r"\s+", " ", text).replace("|", "\\|")


if __name__ == "__main__":
    print(reference(), end="")
