"""``switch explain``: the life of one transaction, in order, with reasons."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from switch.cli.command.calling import centre_option
from switch.cli.command.help import Verb, option
from switch.cli.command.names import last_rrns
from switch.cli.command.options import in_folder, json_option, sayable, specs_option
from switch.cli.console.attended import next_step
from switch.cli.console.program_name import program
from switch.cli.show.timeline import show_story
from switch.errors import NegativeAnswerError, SwitchError

if TYPE_CHECKING:
    from switch.explain.lifecycle import Lifecycle
    from switch.explain.messages import StepWithMessage
    from switch.explain.step import Step
    from switch.specs.specification import Specs
    from switch.trace.reader import Traced

NEWEST_TOLD: Final = 3  #: RRNs that a hint names


@click.command(cls=Verb)
@click.argument("rrn", metavar="RRN", shell_complete=last_rrns)
@centre_option
@specs_option
@option("--bytes", "with_bytes", is_flag=True, help="Show the bytes and elements of every message (switch up --trace).")
@option("--unmasked", is_flag=True, help="With --bytes, show card numbers as they are.")
@json_option
def explain(rrn: str, data: Path, specs_folder: Path | None, with_bytes: bool, unmasked: bool, as_json: bool) -> None:
    """Tell the life of one transaction from the journal: every step in order, with its reason.

    The list has the steps of both sides: the acquirer's request, the message to the issuer, its answer, and each decision
    of Switch itself. Repeats, late answers, reversals, completions, captures and the close of the day follow, and messages
    that are still to be sent. With --bytes each message stands below in the same order, with its bytes and elements, if
    Switch was started with `switch up --trace`.

    RRN is the retrieval reference number (DE 37); `switch send` prints it. Switch may be running or not. The exit code is
    1 when the journal has no such transaction.
    """
    from switch.cli.request.unanswered import rule_that_applied
    from switch.cli.show.tables import show_json
    from switch.cli.show.trace import show_bytes_of
    from switch.explain.lifecycle import story
    from switch.explain.timeline import steps
    from switch.specs.load import specs_of
    from switch.trace.recorder import TRACE_FILE

    if unmasked and not with_bytes:
        raise SwitchError("--unmasked: found without --bytes, expected the bytes whose card numbers it shows")
    specs = specs_of(data, specs_folder)
    try:
        found = story(data, sayable(rrn.strip()))
    except NegativeAnswerError as unknown:
        unknown.hint = rule_that_applied(data, rrn=rrn.strip()) or _where_rrns_are(data)
        raise
    told: list[StepWithMessage] = [(step, None) for step in steps(found, specs)]
    missing = None
    if with_bytes:
        told, missing = _with_messages(found, data, told)
    if as_json:
        show_json(_as_json(found, told, specs, unmasked=unmasked))
    else:
        show_story(found, told, specs)
        messages = [message for _, message in told if message is not None]
        if messages:
            click.echo()
            show_bytes_of(messages, specs, unmasked=unmasked)
        elif not with_bytes:
            traced = (data / TRACE_FILE).exists()
            bytes_of = f"{program()} explain {shlex.quote(found.rrn)} --bytes{in_folder(data)} shows the bytes of its messages"
            next_step(bytes_of if traced else f"{program()} up --trace keeps the bytes of messages from then on")
    if missing is not None:
        raise missing


def _where_rrns_are(data: Path) -> str:
    """Where somebody who does not know an RRN finds it: in the trace, else among the newest ones of the journal."""
    from switch.journal.journal import last_references
    from switch.trace.recorder import TRACE_FILE

    if (data / TRACE_FILE).exists():
        return f"{program()} trace --last 5{in_folder(data)} lists the last messages"
    newest = last_references(data, NEWEST_TOLD)
    if not newest:
        return "no request is in that journal yet; --data or SWITCH_DATA names another folder"
    return f"the newest there: {', '.join(newest)}; --data or SWITCH_DATA names another folder"


def _with_messages(
    story: Lifecycle, data: Path, told: list[StepWithMessage]
) -> tuple[list[StepWithMessage], NegativeAnswerError | None]:
    """What is told with the messages of the trace, and why there are none."""
    from switch.explain.messages import messages_of, with_messages

    try:
        return with_messages([step for step, _ in told], messages_of(data, story)), None
    except NegativeAnswerError as missing:
        return told, missing


def _as_json(story: Lifecycle, told: Sequence[StepWithMessage], specs: Specs, *, unmasked: bool) -> dict[str, Any]:
    """The same for programs, and the rows it is told from."""
    from switch.cli.show.timeline import time_json
    from switch.cli.show.trace import traced_json
    from switch.explain.lifecycle import named

    def step_json(step: Step, message: Traced | None) -> dict[str, Any]:
        kept = {"message": traced_json(message, specs, unmasked=unmasked)} if message else {}
        return {**step.as_json(), **time_json(step.at_ms, specs), **kept}

    return {
        "rrn": story.rrn,
        "steps": [step_json(step, message) for step, message in told],
        "requests": [life.as_json() for life in story.lives],
        "reversals": [named(row, "reversal_id") for row in story.unknown],
    }
