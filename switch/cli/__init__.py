"""The command line: each verb in a module of its own, loaded when it is called. No rules here: parse, call, print."""

from __future__ import annotations

import importlib
import io
import sys
from typing import Any, Final

import click

from switch.card import mask_numbers
from switch.errors import SwitchError

#: verb -> (module, attribute, one line for ``switch --help``)
VERBS: Final = {
    "up": ("switch.cli.up", "up", "Run the centre: listeners, switch, issuers."),
    "demo": ("switch.cli.demo", "demo", "Show the main job, from the wire to a statement, and leave nothing behind."),
    "send": ("switch.cli.send", "send", "Send a message of any kind and show request and answer, element by element."),
    "decode": ("switch.cli.decode", "decode", "Show what a message says, and where it stops making sense."),
    "explain": ("switch.cli.explain", "explain", "Tell the life of one transaction from the journal, with reasons."),
    "trace": ("switch.cli.trace", "trace", "List the last messages of every line, or show their bytes."),
    "cards": ("switch.cli.cards", "cards", "List the test cards: number, expiry, CVV2, balance, purpose."),
    "merchants": ("switch.cli.merchants", "merchants", "List the merchants: id, name, city, category, plan, terminals."),
    "day": ("switch.cli.day", "day", "Close a business date, or show a closed one."),
    "statement": ("switch.cli.statement", "statement", "Print a merchant's daily statement (relevé monétique)."),
    "check": ("switch.cli.check", "check", "Prove the books of a data folder."),
    "specs": ("switch.cli.specs", "specs", "Check the specification files, or copy them to edit."),
    "completion": ("switch.cli.completion", "completion", "Print the completion script of a shell."),
    "issuer": ("switch.cli.issuer", "issuer", "Run one simulated issuer (switch up does it for you)."),
}


class _Verbs(click.Group):
    """A group whose verbs are imported when they are called, so that ``--help`` costs nothing."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in VERBS:
            return None
        module, attribute, _ = VERBS[cmd_name]
        command = getattr(importlib.import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(verb, line) for verb, (_, _, line) in VERBS.items()])


@click.group(cls=_Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="interbank-switch", message="switch %(version)s")
def cli() -> None:
    """An interbank card centre to test against: ISO 8583 authorizations in, issuers behind, a cleared day out.

    Start with `switch up`, then paste the `switch send` line it prints. Exit codes: 0 done, 1 the answer was no,
    2 wrong use or bad input, 3 cannot reach.
    """


def main(arguments: list[str] | None = None) -> None:
    """Run a command; an error a person caused is one sentence on standard error and an exit code."""
    try:
        result: Any = cli.main(arguments, prog_name="switch", standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        shown = io.StringIO()
        error.show(shown)
        print(mask_numbers(shown.getvalue()), end="", file=sys.stderr)
        sys.exit(error.exit_code)
    except SwitchError as error:
        print(f"switch: {mask_numbers(str(error))}", file=sys.stderr)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    sys.exit(result if isinstance(result, int) else 0)
