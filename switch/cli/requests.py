"""``switch requests``: what gateways sent, each with its answer."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from switch.cli.command.calling import centre_option
from switch.cli.command.help import Verb, option
from switch.cli.command.options import json_option, last_option, specs_option

if TYPE_CHECKING:
    from switch.specs.specification import Specs
    from switch.verification.seen_message import SeenMessage, SeenMessages

LAST_REQUESTS: Final = 20
ROOMY_COLUMNS: Final = 100  #: a terminal as wide as this shows every column whole


@click.command(cls=Verb)
@click.argument("condition", nargs=-1, metavar="[CONDITION]...")
@last_option(LAST_REQUESTS, "list")
@option("--unmatched", is_flag=True, help="List only those that Switch could not act on: unreadable, or answered 30, 40 or 94.")
@option("--network", is_flag=True, help="List network management too: sign-ons, echoes.")
@centre_option
@specs_option
@json_option
def requests(
    condition: tuple[str, ...],
    last: int,
    unmatched: bool,
    network: bool,
    data: Path,
    specs_folder: Path | None,
    as_json: bool,
) -> int:
    """List the messages that gateways sent, each with its answer, also those that never became a request.

    CONDITION chooses messages, in the words of `switch verify`: an MTI, a class, card=, terminal=, rrn=, amount=, answered.
    Switch must have been started with `switch up --trace`; it may be running or not. The exit code is 1 when no message is
    listed.

    \b
    switch requests card=4507160000000010 answered 51
    switch requests 0420 terminal=ONDE0001
    switch requests --unmatched --json
    """
    from switch.cli.show.tables import show_json
    from switch.cli.verify import refused
    from switch.errors import EXIT_DONE, EXIT_NO, SpecError
    from switch.specs.load import specs_of
    from switch.verification.seen_message import SeenMessages
    from switch.verification.verdict import judge
    from switch.witness.expectation_files import expectations_of_texts
    from switch.witness.followed_trace import followed_trace
    from switch.witness.message_values import never_request

    specs = specs_of(data, specs_folder)
    try:
        (wanted,) = expectations_of_texts([" ".join(condition) or "message"], specs)
    except SpecError as error:
        return refused(error, as_json=as_json)
    with followed_trace(data, specs) as source:
        seen = SeenMessages(source.look())
        found = list(judge([wanted], seen, begun_ms=0, now_ms=0, ended=True)[0].matched)
        if not condition and not network:
            found = [each for each in found if not each.is_network_management]
        if unmatched:
            found = [each for each in found if never_request(each, seen)]
        rows = [_about(each, seen, specs) for each in found[-last:]]
    if as_json:
        show_json(rows)
    else:
        _show(rows, len(found))
    return EXIT_DONE if rows else EXIT_NO


def _about(message: SeenMessage, seen: SeenMessages, specs: Specs) -> dict[str, Any]:
    """A message with its answer, for programs."""
    from switch.cli.console.last_resort import error_json
    from switch.witness.message_values import message_values

    values = message_values(message, seen, specs.calendar.zone)
    fault = values.pop("fault")
    return {**values, "error": error_json(fault) if fault else None}


def _show(rows: list[dict[str, Any]], count: int) -> None:
    """A line for each message. A narrow terminal leaves out the milliseconds of the time and the stars of the card."""
    from switch.cli.console.screen import columns, say_text
    from switch.cli.show.tables import show_table
    from switch.display.plural import plural
    from switch.money import format_minor

    if not rows:
        say_text("no message to list", "hint")
        return
    narrow = columns() < ROOMY_COLUMNS
    cells = [
        (
            str(row["number"]),
            str(row["at"]).partition("T")[2][: 8 if narrow else 12],
            row["line"].partition(" ")[0],
            row["mti"] or "?",
            _shortened(row["pan_masked"] or "") if narrow else row["pan_masked"] or "",
            format_minor(row["amount_minor"]).split()[0] if row["amount_minor"] else "",
            row["rrn"] or "",
            row["response_code"] or "",
            "" if row["elapsed_ms"] is None else str(row["elapsed_ms"]),
            (row["error"] or {}).get("message") or _sentence(row["error"]),
        )
        for row in rows
    ]
    heads = ("#", "time", "line", "MTI", "card", "amount", "RRN", "answer", "ms", "fault")
    shown = len(heads) if any(cell[-1] for cell in cells) else len(heads) - 1
    show_table(heads[:shown], [cell[:shown] for cell in cells], below=("fault",))
    if count > len(rows):
        say_text(f"{plural(count - len(rows), 'earlier message is', 'earlier messages are')} left out (--last)", "hint")


def _shortened(card_masked: str) -> str:
    """``450716…0010``: the card with one sign for all that is masked."""
    return re.sub(r"\*+", "…", card_masked)


def _sentence(error: dict[str, Any] | None) -> str:
    return "" if error is None else f"{error['where']}: found {error['found']}, expected {error['expected']}"
