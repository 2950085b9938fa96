"""Messages of the trace as they are shown: a line each, or the bytes and every element."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from switch.cli.console.screen import dump_bytes, say, say_text

if TYPE_CHECKING:
    from switch.iso8583.codec import Codec
    from switch.iso8583.reading.recognize import Reading
    from switch.specs.specification import Specs
    from switch.trace.reader import Traced

_COLUMNS = ("MTI", "STAN", "RRN", "DE 39", "fault")
HERE = "switch"  #: this end of every line, in JSON
LEGEND = "** is not shown here (--unmasked shows it), -- was never kept."


def show_list_of(messages: Sequence[Traced], specs: Specs, network: int = 0) -> None:
    """A line for each message, under the ends of acquirers' lines, each with a letter; ``network`` messages are left out."""
    from switch.cli.show.live import TONES, went
    from switch.cli.show.messages import letters
    from switch.cli.show.tables import show_pairs, show_table
    from switch.lines.line import ACQUIRER

    named = letters(each.line for each in messages if each.leg == ACQUIRER)
    headings, rows, tones, before = {}, [], {}, ""
    for place, each in enumerate(messages):
        date, _, time = _time(each, specs).partition(" ")
        if date != before:
            headings[place] = before = date
        way = " → ".join(named.get(end, end) for end in each.ends)
        rows.append((each.id, time, way, each.mti, each.stan, each.rrn.strip(), each.response_code, each.fault))
        tone = "bad" if each.fault else TONES[went(each.response_code)] if each.response_code else None
        if tone is not None:
            tones[place] = tone
    show_pairs([(letter, line) for line, letter in named.items()])
    if named:
        click.echo()
    if len(headings) == 1:
        say_text(f"{headings.pop(0)}, times of {specs.calendar.zone.key}", "title")
    if rows:
        show_table(("#", "time", "from → to", *_COLUMNS), rows, below=("fault",), tones=tones, headings=headings)
    else:
        say_text("no message to list", "hint")
    if network:
        say_text(
            f"{network} message{'' if network == 1 else 's'} of network management left out (--network lists them)", "hint"
        )


def show_bytes_of(messages: Sequence[Traced], specs: Specs, *, unmasked: bool) -> None:
    """The bytes of each message, and its elements."""
    for count, message in enumerate(messages):
        if count:
            click.echo()
        kind = message.mti or "bytes"
        say_text(f"#{message.id}  {_time(message, specs)}  {message.direction} {kind}, {message.way}", "title")
        _show(message, specs, unmasked=unmasked)
    if messages:
        click.echo()
        say_text(LEGEND, "hint")


def _show(message: Traced, specs: Specs, *, unmasked: bool) -> None:
    from switch.cli.show.message import show_message
    from switch.iso8583.element import EBCDIC
    from switch.iso8583.reading.hexdump import hexdump

    codec = _codec(message, specs)
    if codec is not None and message.header:
        show_message(_reading(message, codec, unmasked=unmasked), codec)
    click.echo()
    gone, hidden = _blanked(message), set() if unmasked else _hidden(message, codec)
    text = EBCDIC if codec is not None and codec.dialect.mti == "ebcdic" else "latin-1"
    for line in hexdump(message.body, hidden=hidden - gone, blanked=gone, text=text, line_bytes=dump_bytes()):
        say(line)
    if codec is None:
        click.echo()
        say_text(f"Dialect {message.dialect} is not in the specification.")
    if message.fault:
        click.echo()
        say_text(f"Invalid: {message.fault}", "bad")


def _hidden(message: Traced, codec: Codec | None) -> set[int]:
    """Offsets of what is not shown: masked elements; of a message that makes no sense whatever may be a card number."""
    from switch.cli.show.dump import hidden_in

    return set(range(len(message.body))) if codec is None else hidden_in(codec, message.body, whole=not message.fault)


def traced_json(message: Traced, specs: Specs, *, unmasked: bool) -> dict[str, Any]:
    """The same for programs."""
    from switch.cli.console.last_resort import error_json
    from switch.cli.show.message import message_json
    from switch.cli.show.timeline import time_json
    from switch.iso8583.reading.hexdump import marked
    from switch.lines.line import RECEIVED

    codec, gone = _codec(message, specs), _blanked(message)
    received = message.direction == RECEIVED
    hidden = set() if unmasked else _hidden(message, codec)
    about: dict[str, Any] = {
        "number": message.id,
        **time_json(message.at_ms, specs),
        "from": message.line if received else HERE,
        "to": HERE if received else message.line,
        "line": message.line,
        "direction": message.direction,
        "mti": message.mti or None,
        "error": error_json(message.fault) if message.fault else None,
        "hex": marked(message.body, hidden=hidden - gone, blanked=gone),
    }
    if codec is None or not message.header:
        return {**about, "dialect": message.dialect, "header": None, "tpdu": None, "length": len(message.body), "elements": []}
    read = message_json(_reading(message, codec, unmasked=unmasked), codec)
    return {**about, **{name: read[name] for name in ("dialect", "header", "tpdu", "length", "elements")}}


def _codec(message: Traced, specs: Specs) -> Codec | None:
    from switch.iso8583.codec import Codec

    return Codec(specs.dialects[message.dialect]) if message.dialect in specs.dialects else None


def _reading(message: Traced, codec: Codec, *, unmasked: bool) -> Reading:
    """The message as it is described; what was overwritten says so, and what stands behind a lost layout is left out."""
    from attrs import evolve

    from switch.iso8583.header import HeaderFormat
    from switch.iso8583.reading.describe import describe
    from switch.iso8583.reading.recognize import Reading

    header = HeaderFormat.parse(message.header)
    described = describe(codec, message.body, unmasked=unmasked)
    lost = message.places[-1][0] if message.fault and message.places and message.places[-1][1] == len(message.body) else None
    gone = _blanked(message)
    lines = [
        evolve(line, value=f"({line.name}: never kept)", meaning="", subelements=(), unread="") if line.offset in gone else line
        for line in described.lines
        if lost is None or line.offset + line.length <= lost
    ]
    return Reading(
        dialect=message.dialect,
        edition=codec.dialect.edition,
        header=header,
        header_bytes=header.announcing(len(message.tpdu), len(message.body)),
        tpdu_bytes=message.tpdu,
        body=message.body,
        description=evolve(described, lines=tuple(lines), error=None),
    )


def _blanked(message: Traced) -> set[int]:
    return {offset for start, end in message.places for offset in range(start, end)}


def _time(message: Traced, specs: Specs) -> str:
    from switch.cli.show.timeline import time_of

    return time_of(message.at_ms, specs)
