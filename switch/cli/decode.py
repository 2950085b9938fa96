"""``switch decode``: what a message, a stream of messages or a capture says, and where it is invalid."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from switch.cli.command.help import Verb, option
from switch.cli.command.names import dialect_names, known, listener_names
from switch.cli.command.options import json_option, specs_option
from switch.errors import EXIT_DONE, EXIT_NO, NegativeAnswerError, SwitchError

if TYPE_CHECKING:
    from switch.cli.console.input import Given
    from switch.explain.given import Manner, One, Packets, Several
    from switch.iso8583.codec import Codec
    from switch.iso8583.header import HeaderFormat
    from switch.iso8583.reading.recognize import Wrapping
    from switch.iso8583.reading.stream import Way
    from switch.specs.specification import Specs


@click.command(cls=Verb)
@click.argument("source", nargs=-1, metavar="[TEXT|FILE|-]")
@option(
    "--dialect",
    "dialect_name",
    metavar="NAME",
    shell_complete=dialect_names,
    help="Dialect it is written in.  [default: the one that fits best]",
)
@option(
    "--listener",
    "listener_name",
    metavar="NAME",
    shell_complete=listener_names,
    help="Listener it is meant for: its dialect, header and TPDU.",
)
@option("--header", "header_notation", metavar="FORM", help="Length header in front of it: 2b, 4a, 2d, 2bi, 4v …")
@option("--no-header", is_flag=True, help="No length header stands in front; in a capture, each packet is a message.")
@option("--tpdu", is_flag=True, help="A TPDU stands in front of it (behind the length header).")
@option("--all", "everything", is_flag=True, help="Of several messages, show every element of each.")
@option(
    "--number",
    "numbers",
    type=int,
    multiple=True,
    metavar="NUMBER",
    help="Of several messages, show the one of this number. Repeatable.",
)
@option("--diff", "compared", is_flag=True, help="Compare two messages, element by element: switch decode --diff A B.")
@option("--unmasked", is_flag=True, help="Show card numbers, tracks and PIN blocks as they are.")
@specs_option
@json_option
def decode(
    source: tuple[str, ...],
    dialect_name: str | None,
    listener_name: str | None,
    header_notation: str | None,
    no_header: bool,
    tpdu: bool,
    everything: bool,
    numbers: tuple[int, ...],
    compared: bool,
    unmasked: bool,
    specs_folder: Path | None,
    as_json: bool,
) -> int:
    """Show what a message says: every element with its name, value and meaning, card data masked.

    Give the message as an argument, as a file, or on standard input: as bytes, or as text the way people paste it. Text
    may be hexadecimal digits in any grouping, base64, lines of a log, or a message that is text itself. It may also be a
    dump of hexdump, xxd, od, Wireshark, tcpdump or jPOS, or an array or a literal of C, Java or Python. The output says
    how it was read.

    Header, TPDU and dialect are found out unless given. If the message is invalid, the output shows the elements before
    the fault, then the element, its byte, the value found and the value expected. The exit code is 0 when the whole
    message is valid, else 1. Digits that a log has masked with * are no fault.

    A stream, a message a line, several dumps, or a capture (pcap, pcapng) is shown with one line for each message. Choose
    messages by --number, or --all, to see their elements; --json prints a line of JSON for each. The list of a capture
    names repeats, answers without a request, requests without an answer, and the time each answer took.

    --diff shows two messages side by side, with the subelements that differ where the dialect describes them. As with
    diff, the exit code is 0 when no element differs, 1 when one does, and 2 when the two cannot be compared.

    \b
    switch decode 303830300020000000000000303030303433
    switch decode docs/examples/purchase-bcd.hex --listener bcd
    switch decode --diff MDgwMAAgAAAAAAAAMDAwMDQz MDgwMAAgAAAAAAAAMDAwMDQ0
    xxd capture.bin | switch decode -
    timeout 60 tcpdump -i any -w - port 8583 | switch decode -
    """
    from switch.cli.console.input import given, given_each
    from switch.cli.show.difference import show_difference
    from switch.cli.show.given import show_given
    from switch.cli.show.messages import View
    from switch.specs.load import load_specs

    if no_header and header_notation:
        raise SwitchError("--no-header: found beside --header, expected one of them")
    sources = given_each(source) if compared else [given(source)]
    specs = load_specs(specs_folder)
    manner = _manner(specs, specs_folder, dialect_name, listener_name, header_notation, tpdu=tpdu, no_header=no_header)
    if compared:
        try:
            first, second = ((one.name, _read(one, manner)) for one in sources)
        except NegativeAnswerError as error:  # of a comparison 1 says that the two differ
            raise SwitchError(str(error), hint=error.hint) from None
        return EXIT_NO if show_difference(first, second, as_json=as_json, unmasked=unmasked) else EXIT_DONE
    view = View(chosen=frozenset(numbers), everything=everything, as_json=as_json, unmasked=unmasked, zone=specs.calendar.zone)
    try:
        show_given(_read(sources[0], manner), view)
    except SwitchError as error:
        if listener_name is not None:
            error.hint = "without --listener, switch decode finds out header, TPDU and dialect"
        raise
    return EXIT_DONE


def _read(one: Given, manner: Manner) -> One | Several | Packets:
    """What was given, read. A short argument that is no message may be meant as the name of a file."""
    from switch.card import mask_numbers
    from switch.explain.given import read_given

    try:
        return read_given(one.data, manner, argument=one.argument)
    except NegativeAnswerError:
        raise
    except SwitchError as error:
        text = one.data.decode("utf-8", "replace")
        if one.argument and " " not in text and text.isprintable() and len(text) < 80:
            raise SwitchError(f"{error}; nor is there a file {mask_numbers(text)!r}") from None
        raise


def _manner(
    specs: Specs,
    folder: Path | None,
    dialect_name: str | None,
    listener_name: str | None,
    header_notation: str | None,
    *,
    tpdu: bool,
    no_header: bool,
) -> Manner:
    """How what was given may be written, as far as the options say it."""
    from switch.explain.given import Manner
    from switch.iso8583.codec import Codec
    from switch.iso8583.reading.recognize import Wrapping
    from switch.iso8583.reading.stream import Way

    codecs = {name: Codec(specs.dialects[name]) for name in _dialects(specs, folder, dialect_name, listener_name)}
    wrappings = _wrappings(specs, header_notation, tpdu, listener_name)
    ways = _ways(specs, codecs, wrappings, listener_name)
    tpdus = list(dict.fromkeys(wrapping.tpdu for wrapping in wrappings))
    if no_header:
        wrappings, ways = [Wrapping(None, with_tpdu) for with_tpdu in tpdus], []
    by_packet = [Way(None, with_tpdu, codec) for with_tpdu in tpdus for codec in codecs.values()]
    return Manner(
        codecs=tuple(codecs.values()),
        wrappings=tuple(wrappings),
        ways=tuple(ways),
        packet_ways=() if header_notation or (listener_name and not no_header) else tuple(by_packet),
        header_asked=header_notation is not None,
    )


def _dialects(specs: Specs, folder: Path | None, dialect_name: str | None, listener_name: str | None) -> list[str]:
    """The dialects to try, those of listeners first, then those of issuers."""
    listeners = {listener.name: listener for listener in specs.centre.listeners}
    listener = listeners[known("--listener", listener_name, listeners, folder)] if listener_name is not None else None
    if dialect_name is not None:
        return [known("--dialect", dialect_name, specs.dialects, folder)]
    if listener is not None:
        return [listener.dialect]
    used = [listener.dialect for listener in listeners.values()] + [issuer.dialect for issuer in specs.issuers.values()]
    return list(dict.fromkeys([*used, *specs.dialects]))


def _wrappings(specs: Specs, header_notation: str | None, tpdu: bool, listener_name: str | None) -> list[Wrapping]:
    """What may stand in front of the message: what was said, else nothing, else what stands there on the lines we know."""
    from switch.iso8583.header import HeaderFormat
    from switch.iso8583.reading.recognize import Wrapping

    if header_notation:
        try:
            return [Wrapping(HeaderFormat.parse(header_notation), tpdu)]
        except ValueError as fault:
            raise SwitchError(f"--header: found {header_notation!r}, expected {fault}") from None
    listeners = [one for one in specs.centre.listeners if listener_name in (None, one.name)]
    headers: list[HeaderFormat | None] = [None, *(listener.header for listener in listeners)]
    if listener_name is None:
        headers += [HeaderFormat.parse(issuer.header) for issuer in specs.issuers.values()]
    tpdus = [True] if tpdu else [False, True] if any(listener.tpdu for listener in listeners) else [False]
    return [Wrapping(header, with_tpdu) for header in headers for with_tpdu in tpdus]


def _ways(specs: Specs, codecs: dict[str, Codec], wrappings: list[Wrapping], listener_name: str | None) -> list[Way]:
    """How a stream of messages may be written, the likeliest first: a header has to be there to tell where each one ends."""
    from switch.iso8583.reading.stream import HEADERS, Way

    headers = [wrapping.header for wrapping in wrappings if wrapping.header]
    tpdus = [wrapping.tpdu for wrapping in wrappings]
    if len(wrappings) > 1 and listener_name is None:
        headers += HEADERS
        tpdus.append(True)
    if listener_name is not None:
        tpdus = [one.tpdu for one in specs.centre.listeners if one.name == listener_name]
    ways = ((header, tpdu) for tpdu in dict.fromkeys(tpdus) for header in dict.fromkeys(headers))
    return [Way(header, tpdu, codec) for header, tpdu in ways for codec in codecs.values()]
