"""``switch trace``: the last messages of every line, as ``switch up --trace`` keeps them."""

from __future__ import annotations

from pathlib import Path

import click

from switch.cli.console.help import Verb, option
from switch.cli.console.options import COUNT_MAX, data_option, given, json_option, specs_option
from switch.errors import SwitchError

LAST = 20


@click.command(cls=Verb)
@click.argument("named", nargs=-1, type=click.IntRange(1, COUNT_MAX), metavar="[NUMBER]...")
@option(
    "--last",
    type=click.IntRange(1, COUNT_MAX),
    default=LAST,
    show_default=True,
    metavar="NUMBER",
    help="Show so many messages.",
)
@option("--unreadable", is_flag=True, help="Show only what makes no sense.")
@option(
    "--number",
    "numbers",
    type=click.IntRange(1, COUNT_MAX),
    multiple=True,
    metavar="NUMBER",
    help="Show the bytes and elements of this message, as its number alone does.",
)
@option("--all", "everything", is_flag=True, help="Show the bytes and elements of each.")
@option("--unmasked", is_flag=True, help="Show card numbers as they are.")
@data_option
@specs_option
@json_option
def trace(
    named: tuple[int, ...],
    last: int,
    unreadable: bool,
    numbers: tuple[int, ...],
    everything: bool,
    unmasked: bool,
    data: Path,
    specs_folder: Path | None,
    as_json: bool,
) -> None:
    """List the last messages of every line, both ways: those without an RRN too, and bytes that make no sense.

    Only what a centre started with `switch up --trace` has seen is there. Choose messages by their numbers, or --all, to see
    their bytes and elements; `switch explain RRN --bytes` shows those of one transaction. Tracks, PIN blocks and what may
    hold a CVV2 were never kept, card numbers are masked unless --unmasked. Ends with 1 where nothing is kept.

    The centre may be running or not.
    """
    from switch.cli.show.tables import show_json
    from switch.cli.show.trace import show_bytes_of, show_list_of, traced_json
    from switch.specs.load import specs_of
    from switch.trace.reader import last_messages, numbered_messages

    numbers = (*named, *numbers)
    if numbers:
        others = {"--last": given("last"), "--unreadable": unreadable, "--all": everything}
        for option in (option for option, typed in others.items() if typed):
            raise SwitchError(f"{option}: found beside --number, expected one of them")
    if unmasked and not (numbers or everything or as_json):
        raise SwitchError("--unmasked: found without --number, --all or --json, expected messages it can show more of")
    specs = specs_of(data, specs_folder)
    found = numbered_messages(data, numbers) if numbers else last_messages(data, last, unreadable=unreadable)
    if as_json:
        show_json([traced_json(message, specs, unmasked=unmasked) for message in found])
    elif numbers or everything:
        show_bytes_of(found, specs, unmasked=unmasked)
    else:
        show_list_of(found, specs)
