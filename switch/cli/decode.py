"""``switch decode``: what a message, a stream of messages or a capture says, and where it stops making sense."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from switch.cli.console.names import dialect_names, known, listener_names
from switch.cli.console.options import json_option, specs_option
from switch.errors import NegativeAnswerError, SwitchError

if TYPE_CHECKING:
    from switch.iso8583.codec import Codec
    from switch.iso8583.header import HeaderFormat
    from switch.iso8583.reading.recognize import Wrapping
    from switch.iso8583.reading.stream import Way
    from switch.specs.specification import Specs


@click.command()
@click.argument("source", nargs=-1, metavar="[HEX|FILE|-]")
@click.option(
    "--dialect",
    "dialect_name",
    metavar="NAME",
    shell_complete=dialect_names,
    help="Dialect it is written in.  [default: the one that fits best]",
)
@click.option(
    "--listener",
    "listener_name",
    metavar="NAME",
    shell_complete=listener_names,
    help="Listener it is meant for: its dialect, header and TPDU.",
)
@click.option("--header", "header_notation", metavar="FORM", help="Length header in front of it: 2b, 4a, 2d, 2bi, 4v …")
@click.option("--tpdu", is_flag=True, help="A TPDU stands in front of it (behind the length header).")
@click.option("--all", "everything", is_flag=True, help="Of several messages, show every element of each.")
@click.option("--number", "numbers", type=int, multiple=True, metavar="N", help="Of several messages, show those numbered N.")
@click.option("--unmasked", is_flag=True, help="Show card numbers, tracks and PIN blocks as they are.")
@specs_option
@json_option
def decode(
    source: tuple[str, ...],
    dialect_name: str | None,
    listener_name: str | None,
    header_notation: str | None,
    tpdu: bool,
    everything: bool,
    numbers: tuple[int, ...],
    unmasked: bool,
    specs_folder: Path | None,
    as_json: bool,
) -> None:
    """Show what a message says: every element with its name, value and meaning, card data masked.

    The message is given as hexadecimal digits (spaces and line ends do not matter), as a file of such digits or of the bytes
    themselves, or on standard input. Header, TPDU and dialect are found out unless given. Where a message stops making sense,
    what could be read is shown, then the element, the byte, what was found and what was expected. Ends with 0 when all of it
    makes sense, with 1 when not.

    Several messages one behind the other, as one side of a connection sent them, and captures (pcap, pcapng) are shown a line
    each: choose messages by --number, or --all, to see their elements; --json prints a line of JSON for each.

    \b
    switch decode 303830308220000000000000040000000000000031313232303931353330303030303433333031
    switch decode docs/examples/purchase-bcd.hex --listener bcd
    xxd -p capture.bin | switch decode -
    timeout 60 tcpdump -i any -w - port 8583 | switch decode -
    """
    from switch.cli.console.input import candidates
    from switch.cli.show.message import message_json, show_message
    from switch.cli.show.messages import View, show_capture, show_stream
    from switch.cli.show.tables import show_json
    from switch.explain.capture import listen, overhear
    from switch.iso8583.codec import Codec
    from switch.iso8583.reading.recognize import MESSAGE_BYTES_MAX, likeliest, readings
    from switch.iso8583.reading.stream import Patience
    from switch.pcap.files import is_capture, read_capture
    from switch.specs.load import load_specs

    found = candidates(source)
    specs = load_specs(specs_folder)
    names = _dialects(specs, specs_folder, dialect_name, listener_name)
    codecs = {name: Codec(specs.dialects[name]) for name in names}
    wrappings = _wrappings(specs, header_notation, tpdu, listener_name)
    ways = _ways(specs, codecs, wrappings, listener_name)
    view = View(chosen=frozenset(numbers), everything=everything, as_json=as_json, unmasked=unmasked, zone=specs.calendar.zone)
    for data in found:
        if is_capture(data):
            capture = read_capture(data)
            show_capture(capture, overhear(capture, ways), view)
            return
    short = [data for data in found if len(data) <= MESSAGE_BYTES_MAX]
    way = likeliest(readings(short, codecs, wrappings, unmasked=unmasked))
    if way is None or not way.whole:
        patience = Patience(sum(map(len, found)))
        for data in found:
            heard = listen(data, ways, patience)
            if heard:
                show_stream(heard, view)
                return
    if not short:
        raise SwitchError(f"message: found {len(found[0])} bytes, expected at most {MESSAGE_BYTES_MAX}")
    if header_notation:
        _check_header(short, wrappings[0])
    if way is None:
        raise SwitchError(f"message: found {len(short[0])} byte(s), expected more than header and TPDU")
    if as_json:
        show_json(message_json(way, codecs[way.dialect], unmasked=unmasked))
    else:
        show_message(way, codecs[way.dialect], unmasked=unmasked)
    if way.description.error is not None:
        raise NegativeAnswerError(str(way.description.error))


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


def _check_header(candidates: list[bytes], wrapping: Wrapping) -> None:
    """A header that was asked for has to fit at least one reading of the argument."""
    from switch.errors import FrameError
    from switch.iso8583.reading.recognize import unwrap

    faults = []
    for data in candidates:
        try:
            unwrap(data, wrapping)
        except FrameError as fault:
            faults.append(fault)
    if len(faults) == len(candidates):
        raise faults[0]
