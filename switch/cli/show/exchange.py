"""Showing one exchange: what was sent, what was answered, and where to ask why."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from switch.cli.command.options import DATA_FOLDER
from switch.cli.console.screen import say_command, say_text
from switch.cli.show.inside import inside_json, inside_rows
from switch.display.visible import visible

if TYPE_CHECKING:
    from switch.iso8583.codec import Codec
    from switch.iso8583.reading.describe import Description
    from switch.lines.client import Answered
    from switch.lines.message_mac import LineMacs

ANSWERS_JOURNALED = tuple(version + kind for version in "01" for kind in ("110", "130", "210", "230", "410", "430"))
#: Response codes of messages of which no request was made, and the action codes of 1993 that say the same.
NOT_JOURNALED = ("30", "40", "94", "904", "115", "301", "913")


def value_of(description: Description, element: int) -> str | None:
    return next((line.value for line in description.lines if line.element == element), None)


def print_sent(request: Description, place: str) -> None:
    _print_elements(request, f"sent to {place}: {_named(request.mti)}, {request.bytes_total} bytes")


def print_given(given: Mapping[int, str], elements: Collection[int], whole: str) -> None:
    """Which elements somebody chose, and by what; all others are as the file has them (``whole``), or by default."""
    chosen: dict[str, list[str]] = {}
    for number, of in sorted(given.items()):
        chosen.setdefault(of, []).append(f"DE {number}" if number else "MTI")
    rest = len([number for number in elements if number not in given])
    others = f"{rest} as {whole} has them" if whole else f"{rest} by default"
    say_text("set  " + "; ".join([*(f"{', '.join(names)} ({of})" for of, names in chosen.items()), others]), indent="     ")


def print_verdict(response: Description, place: str, elapsed_ms: float) -> None:
    """The answer in one line, before anything else."""
    from switch.cli.show.live import TONES, answered, went

    code = value_of(response, 39)
    said = answered(code) if code is not None else "without a response code (DE 39)"
    say_text(f"{said}, from {place} in {elapsed_ms:.1f} ms", TONES[went(code)])


def print_answer(response: Description, request: Description, *, everything: bool) -> None:
    """What of the answer is new or not as it was sent, and how much is; ``everything`` shows that too."""
    sent = {line.element: (line.value, line.subelements) for line in request.lines}
    same = {
        line.element for line in response.lines if line.element > 1 and sent.get(line.element) == (line.value, line.subelements)
    }
    click.echo()
    left_out = set[int]() if everything else same
    _print_elements(response, f"answered: {_named(response.mti)}, {response.bytes_total} bytes", left_out)
    if left_out:
        say_text(f"{len(left_out)} element{'' if len(left_out) == 1 else 's'} as sent (shown with --all)", "hint")


def mac_verdict(codec: Codec, macs: LineMacs | None, body: bytes) -> tuple[str, str] | None:
    """Whether the MAC of an answer is ``right``, ``wrong`` or ``missing``, and in words; None where the request had none."""
    if macs is None:
        return None
    from switch.errors import MessageError
    from switch.lines.message_mac import MACS, MacError

    try:
        message = codec.decode(body)
        macs.check(codec, message, body)
    except (MessageError, MacError) as fault:
        return "wrong", str(fault)
    has_one = any(number in message.elements for number in MACS)
    return ("right", "that of the answer is right") if has_one else ("missing", "the answer has none")


def print_mac(codec: Codec, macs: LineMacs | None, body: bytes) -> None:
    """Whether the MAC of an answer is right; nothing where the request had none."""
    verdict = mac_verdict(codec, macs, body)
    if verdict is not None:
        say_text(f"MAC  {verdict[1]}", "bad" if verdict[0] == "wrong" else None, indent="     ")


def print_where_to_ask(response: Description, rrn: str | None, data: Path | None, *, journaled: bool) -> None:
    """Where the reason of an answer is told: in the journal, or, where no request was made of the message, on the terminal.

    ``journaled`` is known of a message that follows a request of the journal.
    """
    if value_of(response, 39) in NOT_JOURNALED:
        click.echo()
        say_text("why  see the terminal of `switch up`; the message is not in the journal", indent="     ")
        return
    if rrn is None or response.error is not None or not (journaled or response.mti in ANSWERS_JOURNALED):
        return
    click.echo()
    print_explain_it(rrn, data)


def print_explain_it(rrn: str, data: Path | None) -> None:
    from switch.cli.console.program_name import program

    elsewhere = data is not None and data.resolve() != DATA_FOLDER.resolve()
    folder = f" --data {shlex.quote(str(data))}" if elsewhere else ""
    say_command("explain it", f"{program()} explain {shlex.quote(visible(rrn.strip()))}{folder}")


def exchange_json(
    request: Description, response: Description, answer: Answered, given: Mapping[int, str], mac: tuple[str, str] | None
) -> dict[str, Any]:
    from switch.iso8583.edition93.action_codes import code_meaning

    code = value_of(response, 39)
    return {
        "request": {
            **described(request),
            "set": {str(number) if number else "mti": of for number, of in sorted(given.items())},
        },
        "response": described(response),
        "response_code": code,
        "meaning": code_meaning(code) if code is not None else None,
        "approval_code": value_of(response, 38),
        "rrn": value_of(request, 37),
        "elapsed_ms": round(answer.elapsed_ms, 3),
        "mac": mac and mac[0],
    }


def described(description: Description) -> dict[str, Any]:
    """A described message as plain values, for ``--json``."""
    return {
        "mti": description.mti,
        "length": description.bytes_total,
        "elements": [
            {
                "element": line.element,
                "name": line.name,
                "value": line.value,
                "meaning": line.meaning,
                **inside_json(line),
            }
            for line in description.lines
            if line.element > 1
        ],
    }


def _named(mti: str | None) -> str:
    from switch.iso8583.mti import describe_mti

    return f"{mti} {describe_mti(mti)}" if mti else "a message"


def _print_elements(description: Description, title: str, left_out: Collection[int] = ()) -> None:
    from switch.cli.show.tables import show_table

    rows: list[tuple[object, ...]] = []
    for line in description.lines:
        if line.element > 1 and line.element not in left_out:
            rows.append((line.element, line.name, line.value, line.meaning))
            rows += [(number, name, value, why) for number, name, _, value, why in inside_rows(line)]
    if rows:
        show_table(("DE", "name", "value", "meaning"), rows, title=title)
    else:
        say_text(title, "title")
