"""``switch tail``: a line for each message and its answer, as they come and go; read in the trace, beside the centre."""

from __future__ import annotations

import os
import select
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from switch.cli.command.calling import centre_option
from switch.cli.command.help import Verb, option
from switch.cli.command.options import COUNT_MAX, json_option, specs_option
from switch.errors import SwitchError

if TYPE_CHECKING:
    from switch.cli.show.following import Filter

NEXT_LOOK_SECONDS: Final = 0.25  #: how soon a line is shown; each look costs some tenths of a millisecond
AT_ONCE_MAX: Final = 50  #: lines of one look; more are counted: nobody reads a thousand lines a second
LAST_PAIRS: Final = 10  #: pairs that are shown at the beginning
NICENESS: Final = 10  #: the centre goes first


@click.command(cls=Verb)
@option(
    "--last",
    type=click.IntRange(0, 10_000),
    default=LAST_PAIRS,
    show_default=True,
    metavar="NUMBER",
    help="Number of past messages to begin with.",
)
@option("--line", "lines", multiple=True, metavar="NAME", help="Show only this listener, or this issuer's line.")
@option("--mti", "mtis", multiple=True, metavar="MTI", help="Show only messages or answers of this type.")
@option("--code", "codes", multiple=True, metavar="CODE", help="Show only answers with this response code (DE 39).")
@option("--card", metavar="DIGITS", help="Show only cards that end in these digits.")
@option("--declined", is_flag=True, help="Show only declined requests.")
@option("--no-follow", is_flag=True, help="End after the last message that is kept.")
@option("--since", type=click.IntRange(0, COUNT_MAX * 100), hidden=True, help="Begin with messages of this time, in ms.")
@option("--beside", is_flag=True, hidden=True, help="End when standard input does, and with nothing else.")
@centre_option
@specs_option
@json_option
def tail(
    last: int,
    lines: tuple[str, ...],
    mtis: tuple[str, ...],
    codes: tuple[str, ...],
    card: str | None,
    declined: bool,
    no_follow: bool,
    since: int | None,
    beside: bool,
    data: Path,
    specs_folder: Path | None,
    as_json: bool,
) -> None:
    """Follow the messages of Switch: a line for each and its answer, coloured by the outcome, until Ctrl+C.

    It reads the trace that `switch up --trace` or `switch up --follow` keeps, from any shell; Switch need not run. It shows
    the messages of acquirers; --line names a listener or an issuer to show instead. The first number of a line is that of
    its message: `switch trace 17` shows the bytes and elements of message 17, and where it is invalid. A message must
    match one filter of each kind that is given. If messages come faster than anybody reads, the rest is counted. Switch
    never waits for this command, even if it is slow, stopped or killed.
    """
    if beside:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)  # it ends after the centre, with the centre's last messages
    from switch.cli.show.following import Filter

    if card is not None and not (card.isascii() and card.isdecimal()):
        raise SwitchError(f"--card: found {card!r}, expected the last digits of a card number")
    chosen = Filter(lines=frozenset(lines), mtis=frozenset(mtis), codes=frozenset(codes), card=card or "", declined=declined)
    wait = _until_left if beside else _a_while
    with suppress(OSError, AttributeError):
        os.nice(NICENESS)
    try:
        follow(data, specs_folder, chosen, last=last, since=since, wait=None if no_follow else wait, as_json=as_json)
    except KeyboardInterrupt:
        return


def follow(
    data: Path,
    specs_folder: Path | None,
    chosen: Filter,
    *,
    last: int,
    since: int | None,
    wait: Callable[[], bool] | None,
    as_json: bool,
    clock_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
) -> None:
    """Show what is there, then what comes; ``wait`` waits for the next look and says whether there is to be one."""
    from switch.cli.console import screen
    from switch.cli.show import following, live
    from switch.specs.load import specs_of
    from switch.trace.pairs import LOOK_MAX, Followed, Pairs
    from switch.trace.reader import message_numbered, opened

    specs = specs_of(data, specs_folder)
    patience_ms = following.patience_ms(specs)
    with opened(data) as (db, vault):
        show = following.Shown(partial(message_numbered, db, vault), specs, chosen)
        followed = Followed.from_time(db, since) if since is not None else Followed.from_last(db, LOOK_MAX if last else 0)
        pairs, first, colour = Pairs(patience_ms), since is None, screen.coloured()
        if not as_json:
            live.print_heading(screen.columns(), colour=colour)
        for ended in _looks(wait):
            rows = followed.look()
            found = pairs.take(rows, clock_ms(), gap=followed.gap)
            followed.gap = followed.gap and not rows
            if ended:
                found += pairs.rest()
            shown, more = show.last_of(sorted(found), last if first else AT_ONCE_MAX)
            passed = more + followed.passed_over
            if passed and not first and not as_json:
                click.echo(f"… more than is shown: {passed:,} {'message' if passed == 1 else 'messages'} passed over")
            for each in shown:
                following.show(each, as_json=as_json, colour=colour)
            followed.passed_over, first = 0, False
            sys.stdout.flush()


def _looks(wait: Callable[[], bool] | None) -> Iterator[bool]:
    """A turn for each look, true for the last one."""
    while wait is not None:
        yield False
        if not wait():
            break
    yield True


def _a_while() -> bool:
    time.sleep(NEXT_LOOK_SECONDS)
    return True


def _until_left() -> bool:
    """Wait for the next look; false once nobody holds the other end of standard input."""
    ready: list[Any] = select.select([sys.stdin], [], [], NEXT_LOOK_SECONDS)[0]
    return not ready
