"""``switch scenario poke``: traffic that a running Switch begins on cue, without any request."""

from __future__ import annotations

from pathlib import Path

import click

from switch.cli.command.calling import centre_option
from switch.cli.command.durations import Duration
from switch.cli.command.help import Verb, option
from switch.cli.console.screen import say_text
from switch.cli.request.centre_orders import answer_of_centre
from switch.display.plural import plural
from switch.errors import EXIT_DONE, NegativeAnswerError

POKES_OFFERED = ("sign-on", "sign-off", "cut-over", "echo", "drop", "refuse", "stray")


@click.command(cls=Verb, short_help="Send something that nobody asked for, or drop lines.")
@click.argument("target", metavar="TARGET")
@click.argument("what", metavar="POKE", type=click.Choice(POKES_OFFERED))
@option(
    "--for",
    "seconds",
    type=Duration(),
    default=None,
    metavar="TIME",
    help="How long connections are refused after a drop, such as 30s.",
)
@centre_option
def poke(target: str, what: str, seconds: float | None, data: Path) -> int:
    """Send something that nobody asked for to TARGET: a listener, an issuer, or `lines` for all connections of gateways.

    \b
    sign-on, sign-off   a request of network management (0800)
    cut-over, echo      the same
    stray               an answer (0110) without a request.
    drop                The connections end.
    refuse              New connections are refused.

    After `sign-off` to an issuer its cards are answered 91 until `sign-on`. A drop of an issuer lets Switch dial it again.

    \b
    switch scenario poke atlas sign-off
    switch scenario poke lines drop --for 30s
    """
    from switch.scenarios.durations import seconds_in_words

    lines = answer_of_centre(data, {"do": "poke", "target": target, "what": what, "seconds": seconds})["lines"]
    if not lines and what != "drop":
        raise NegativeAnswerError(f"{target}: found no open connection, expected one to send {what} on")
    places, length = ", ".join(lines), seconds_in_words(seconds or 0.0)
    if what == "refuse":
        say_text(f"connections refused for {length}: {places}")
    else:
        refused = f", new ones refused for {length}" if seconds else ""
        done = f"{plural(len(lines), 'connection')} dropped{refused}" if what == "drop" else f"{what} sent"
        say_text(f"{done}: {places}" if places else done)
    return EXIT_DONE
