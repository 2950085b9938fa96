"""The command ``switch``: each verb in a module of its own, loaded when it is called.

Words of a person come in; what the rooms answer goes out, as text, JSON or CSV, with an exit code. It refuses to have rules
of its own: it parses, calls and prints.
"""

from __future__ import annotations

import importlib
import io
import sys
from collections.abc import Callable
from typing import Any, Final

import click

from switch.cli.command.help import Verbs
from switch.cli.command.usage import as_error
from switch.cli.console.guarded import guarded_output, let_go_of_output
from switch.cli.console.last_resort import complain, faults_of_threads_told, first_of, interrupted, tell_fault, wants_json
from switch.errors import EXIT_DONE, EXIT_INTERRUPTED, EXIT_OWN_FAULT, SwitchError

#: verb -> (module, attribute, one line for ``switch --help``)
VERBS: Final = {
    "up": ("switch.cli.up", "up", "Run Switch: listeners, routing, issuers."),
    "demo": ("switch.cli.demo", "demo", "Show the main job, from the wire to a statement."),
    "send": ("switch.cli.send", "send", "Send a message, and show it and its answer."),
    "load": ("switch.cli.load", "load", "Put a load on a host, and hold it to limits."),
    "gateway": ("switch.cli.gateway", "gateway", "Serve the hosted payment page (est3Dgate)."),
    "shop": ("switch.cli.shop", "shop", "Open a test shop in front of the payment page."),
    "scenario": ("switch.cli.scenario", "scenario", "Make the host misbehave on cue, while it runs."),
    "scope": ("switch.cli.scope", "scope", "Share a running host with other testers."),
    "api": ("switch.cli.api", "api", "Control a running host over HTTP."),
    "release": ("switch.cli.release", "release", "Let answers go that a scenario holds back."),
    "clock": ("switch.cli.clock", "clock", "Show the time of Switch, and move it."),
    "decode": ("switch.cli.decode", "decode", "Show what a message says, and where it is invalid."),
    "explain": ("switch.cli.explain", "explain", "Tell the life of one transaction, with reasons."),
    "trace": ("switch.cli.trace", "trace", "List the last messages, or show their bytes."),
    "tail": ("switch.cli.tail", "tail", "Follow messages, a line for each and its answer."),
    "requests": ("switch.cli.requests", "requests", "List what gateways sent, also what could not be read."),
    "verify": ("switch.cli.verify", "verify", "Prove what a gateway did, and did not do."),
    "record": ("switch.cli.record", "record", "Keep what a gateway and its host say to each other."),
    "replay": ("switch.cli.replay", "replay", "Play a recording again, to a host or as one."),
    "cards": ("switch.cli.cards", "cards", "List the test cards, or make thousands."),
    "account": ("switch.cli.account", "account", "Show and change accounts of the simulated banks."),
    "merchants": ("switch.cli.merchants", "merchants", "List the merchants and their terminals."),
    "day": ("switch.cli.day", "day", "Close a business date, list, show, compare dates."),
    "statement": ("switch.cli.statement", "statement", "Print a merchant's daily statement (relevé monétique)."),
    "payouts": ("switch.cli.payouts", "payouts", "Pay the merchants: files for the bank, and its answers."),
    "find": ("switch.cli.find", "find", "Find the payout or sale behind a bank's line."),
    "report": ("switch.cli.report", "report", "Write a day or a month as one page of HTML."),
    "exceptions": ("switch.cli.exceptions", "exceptions", "Work the approvals that could not be presented."),
    "disputes": ("switch.cli.disputes", "disputes", "Work chargebacks and what follows them."),
    "mail": ("switch.cli.mail", "mail", "Send the statements by mail, show what became of them."),
    "reconcile": ("switch.cli.reconcile", "reconcile", "Match a till, a relevé and a bank statement."),
    "fees": ("switch.cli.fees", "fees", "Show what a transaction costs its merchant, and why."),
    "check": ("switch.cli.check", "check", "Prove the books of a data folder."),
    "specs": ("switch.cli.specs", "specs", "Check the specification, or copy it to edit."),
    "keys": ("switch.cli.keys", "keys", "List, generate, import and export keys."),
    "certificates": ("switch.cli.certificates", "certificates", "Make certificates for a test of TLS."),
    "completion": ("switch.cli.completion", "completion", "Print the completion script of a shell."),
    "issuer": ("switch.cli.issuer", "issuer", "Run one simulated issuer (switch up does it for you)."),
}
#: The titles of ``switch --help``, each with its verbs.
GROUPS: Final = {
    "Start": ("up", "demo"),
    "Talk": ("send", "load", "scenario", "scope", "api", "release", "clock", "gateway", "shop", "decode"),
    "Ask why": ("explain", "trace", "tail", "requests", "verify", "record", "replay"),
    "Look up": ("cards", "account", "merchants"),
    "End of day": (
        "day",
        "statement",
        "find",
        "report",
        "exceptions",
        "disputes",
        "payouts",
        "mail",
        "fees",
        "reconcile",
        "check",
    ),
    "Set up": ("specs", "keys", "certificates", "completion", "issuer"),
}


class _Verbs(Verbs):
    """A group whose verbs are imported when they are called, so that ``--help`` costs nothing."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in VERBS:
            if ctx.resilient_parsing or cmd_name.startswith("-"):
                return None
            raise click.exceptions.NoSuchCommand(cmd_name, possibilities=VERBS, ctx=ctx)
        module, attribute, _ = VERBS[cmd_name]
        command = getattr(importlib.import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for title, verbs in GROUPS.items():
            with formatter.section(title):
                formatter.write_dl([(f"{verb:{len(max(VERBS, key=len))}}", VERBS[verb][2]) for verb in verbs])


@click.group(cls=_Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="interbank-switch", message="switch %(version)s")
def cli() -> None:
    """An ISO 8583 acquirer and bank-network simulator: your gateway sends to it, simulated banks answer.

    Start with `switch up`, then paste the `switch send` line it prints. Exit codes: 0 done, 1 the answer was no,
    2 wrong use or bad input, 3 cannot reach, 70 a fault of Switch itself (the error line says where its details are),
    130 interrupted.
    """


def main(arguments: list[str] | None = None, does: Callable[[], object] | None = None) -> None:
    """Run a command; an error a person caused is one sentence on standard error and an exit code, and so is one of our own.

    ``does``: what the command does, for a caller who knows it already; the arguments are not read then.
    """
    given = sys.argv[1:] if arguments is None else arguments
    if isinstance(sys.stdout, io.TextIOWrapper):  # what a terminal or a file has no letters for is written out
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        with guarded_output(), faults_of_threads_told(given):
            code = _code_of(given, does)
    finally:
        let_go_of_output()
    sys.exit(code)


def _complain(error: SwitchError, arguments: list[str]) -> None:
    """Say what is wrong, in the language of the command line; programs read English."""
    from switch.cli.console.words import language_of, translated

    as_json = wants_json(arguments)
    into = None if as_json else language_of(arguments, VERBS)
    label = translated("hint", into) + translated(": ", into)
    complain(translated(str(error), into), translated(error.hint, into), as_json=as_json, label=label)


def _code_of(arguments: list[str], does: Callable[[], object] | None) -> int:
    try:
        result: Any = does() if does is not None else cli.main(arguments, prog_name="switch", standalone_mode=False)
        sys.stdout.flush()  # what finds no room, or no reader, is found out here and not behind the last word
    except (click.exceptions.Abort, KeyboardInterrupt):
        return EXIT_INTERRUPTED
    except click.ClickException as error:
        told = as_error(error)
        if told is None:
            error.show(sys.stderr)
        else:
            _complain(told, arguments)
        return error.exit_code
    except SwitchError as error:
        _complain(error, arguments)
        return error.exit_code
    except BrokenPipeError:
        sys.stderr.close()
        return EXIT_DONE
    except BaseException as fault:  # the last resort: nobody is shown a traceback
        if isinstance(fault, SystemExit):
            raise
        first = first_of(fault)
        if isinstance(first, OSError) and first is getattr(sys.stdout, "fault", None):
            _complain(SwitchError(f"standard output: found {first.strerror}, expected one that can be written"), arguments)
            return SwitchError.exit_code
        if interrupted(fault):
            return EXIT_INTERRUPTED
        tell_fault(fault, arguments)
        return EXIT_OWN_FAULT
    return result if isinstance(result, int) else EXIT_DONE
