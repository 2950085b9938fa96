"""``switch release``: answers that a rule holds back, listed and let go."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any, Final

import click

from switch.cli.command.calling import centre_option
from switch.cli.command.durations import Duration
from switch.cli.command.help import Verb, option
from switch.cli.console.screen import say_text
from switch.cli.request.centre_orders import answer_of_centre
from switch.display.plural import plural
from switch.errors import EXIT_DONE, NegativeAnswerError, SwitchError

_ALL: Final = "all"
_ID_DIGITS_MAX: Final = 12  #: of an answer that was ever held
_HEADS: Final = ("id", "held for", "connection", "answer", "code", "STAN", "RRN", "rule")


@click.command(cls=Verb)
@click.argument("ids", nargs=-1, metavar="[ID|all]")
@option("--wait", type=Duration(0), default=None, metavar="TIME", help="Wait up to so long for a held answer, such as 10s.")
@centre_option
def release(ids: tuple[str, ...], wait: float | None, data: Path) -> int:
    """Release answers that a rule holds back (`hold`), by ID, or all of them. Without an ID, list what is held.

    A released answer goes out as it was decided when its request came. The rest of its rule happens then.

    \b
    switch scenario add 'class=request times=1 -> hold'
    switch release
    switch release all --wait 10s
    """
    order: dict[str, Any] = {"do": "held"}
    if ids:
        order = {"do": "release", "all": True} if ids == (_ALL,) else {"do": "release", "ids": [_number(word) for word in ids]}
    if wait is not None:
        _wait_for_one(wait, data)
    held = answer_of_centre(data, order)["held"]
    if ids:
        say_text(f"{plural(len(held), 'answer')} released")
    elif held:
        _show(held)
    else:
        say_text("no answer is held")
    return EXIT_DONE


def _wait_for_one(seconds: float, data: Path) -> None:
    """Wait until an answer is held; NegativeAnswerError where none is in time."""
    end = time.monotonic() + seconds
    while not answer_of_centre(data, {"do": "held", "wait": max(end - time.monotonic(), 0)})["held"]:
        if time.monotonic() >= end:
            raise NegativeAnswerError(f"no answer was held within {seconds:g} s")


def _number(word: str) -> int:
    if not (word.isascii() and word.isdecimal() and len(word) <= _ID_DIGITS_MAX):
        raise SwitchError(f"ID: found {word!r}, expected the ID of a held answer, or {_ALL}")
    return int(word)


def _show(held: list[dict[str, Any]]) -> None:
    from switch.cli.show.tables import show_table

    rows = [
        (
            each["id"],
            f"{each['seconds']:g} s",
            each["line"],
            each["mti"],
            each["response_code"],
            each["stan"],
            each["rrn"],
            each["rule"],
        )
        for each in held
    ]
    show_table(_HEADS, rows)
