"""``switch trace``: the last messages of every line, as ``switch up --trace`` keeps them."""

from __future__ import annotations

from pathlib import Path

import click

from switch.cli.command.calling import centre_option
from switch.cli.command.help import Verb, option
from switch.cli.command.options import COUNT_MAX, given, json_option, last_option, specs_option
from switch.errors import SwitchError

LAST = 20


@click.command(cls=Verb)
@click.argument("named", nargs=-1, type=click.IntRange(1, COUNT_MAX), metavar="[NUMBER]...")
@last_option(LAST, "show")
@option("--network", is_flag=True, help="List network management too: sign-ons, echoes, cut-overs.")
@option("--rrn", metavar="RRN", help="List only messages with this RRN.")
@option("--mti", metavar="MTI", help="List only messages of this type.")
@option("--unreadable", is_flag=True, help="Show only messages that cannot be decoded.")
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
@centre_option
@specs_option
@json_option
def trace(
    named: tuple[int, ...],
    last: int,
    network: bool,
    rrn: str | None,
    mti: str | None,
    unreadable: bool,
    numbers: tuple[int, ...],
    everything: bool,
    unmasked: bool,
    data: Path,
    specs_folder: Path | None,
    as_json: bool,
) -> None:
    """List the last messages of every connection, both ways, also those without an RRN and those that cannot be decoded.

    Switch keeps messages only if it was started with `switch up --trace`; it may be running or not. The numbers of
    messages, or --all, show their bytes and elements; `switch explain RRN --bytes` shows those of one transaction. Network
    management messages are counted below the list; --network lists them. Tracks, PIN blocks and elements that may hold a
    CVV2 are never kept. Card numbers are masked, unless --unmasked. The exit code is 1 when no such message is kept.
    """
    from switch.cli.show.tables import show_json
    from switch.cli.show.trace import show_bytes_of, show_list_of, traced_json
    from switch.specs.load import specs_of
    from switch.trace.reader import TraceChoice, last_messages, network_messages, numbered_messages

    numbers = (*named, *numbers)
    if numbers:
        others = {"--last": given("last"), "--unreadable": unreadable, "--all": everything}
        others |= {"--network": network, "--rrn": rrn is not None, "--mti": mti is not None}
        for option in (option for option, typed in others.items() if typed):
            raise SwitchError(f"{option}: found beside --number, expected one of them")
    if unmasked and not (numbers or everything or as_json):
        raise SwitchError("--unmasked: found without --number, --all or --json, expected messages it can show more of")
    specs = specs_of(data, specs_folder)
    network = network or (mti is not None and mti[1:2] == "8")
    choice = TraceChoice(unreadable=unreadable, network=network, rrn=rrn.strip() if rrn else None, mti=mti)
    found = numbered_messages(data, numbers) if numbers else last_messages(data, last, choice)
    if as_json:
        show_json([traced_json(message, specs, unmasked=unmasked) for message in found])
    elif numbers or everything:
        show_bytes_of(found, specs, unmasked=unmasked)
    else:
        chosen = network or unreadable or rrn is not None or mti is not None
        show_list_of(found, specs, 0 if chosen else network_messages(data, found[0].id if found else 0))
