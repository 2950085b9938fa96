"""One decoded message as ``switch decode`` shows it: as a table, or as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from switch.cli.console.screen import coloured, columns, say
from switch.cli.show.inside import inside_json, inside_rows

if TYPE_CHECKING:
    from switch.iso8583.codec import Codec
    from switch.iso8583.reading.recognize import Reading


def show_message(way: Reading, codec: Codec, *, unmasked: bool = False, notes: Sequence[tuple[str, str]] = ()) -> None:
    """Print notes on how it was read, what was stripped, every element, and where the message stops making sense."""
    from switch.cli.show.tables import show_pairs, show_table
    from switch.iso8583.header import shown_between
    from switch.iso8583.reading.recognize import around

    about = [*notes, ("dialect", f"{way.dialect} ({codec.dialect.title})")]
    if way.header:
        behind = f"the {len(way.body)} bytes after it"
        if way.missing:
            have = len(way.tpdu_bytes) + len(way.between_bytes) + len(way.body)
            behind = f"announces {have + way.missing} bytes, {have} are there"
        shown = f"{way.header_bytes.hex(' ')} ({way.header.notation}: {behind})" if way.header_bytes else way.header.notation
        about.append(("header", f"{shown}, stripped"))
    if way.tpdu_bytes:
        about.append(("TPDU", f"{way.tpdu_shown if not unmasked else way.tpdu_bytes.hex(' ')}, stripped"))
    if way.between_bytes:
        about.append(("before MTI", f"{way.between_shown if not unmasked else shown_between(way.between_bytes)}, stripped"))
    mti = way.description.mti
    size = way.description.bytes_total
    about.append(("message", f"{_named(mti)}{size} byte{'' if size == 1 else 's'}"))
    show_pairs(about)
    rows: list[tuple[object, ...]] = []
    for line in way.description.lines:
        number = "" if line.element < 2 else line.element
        rows.append((number, line.name, line.format, line.offset, line.length, line.value, line.meaning))
        rows += [(number, name, form, "", "", value, why) for number, name, form, value, why in inside_rows(line)]
    if rows:
        click.echo()
        show_table(("DE", "name", "format", "byte", "bytes", "value", "meaning"), rows)
    error = way.description.error
    if error is not None:
        shown, caret = around(codec, way.body, way.description, unmasked=unmasked)
        click.echo()
        say(f"Invalid at byte {error.position}:", "bad")
        click.echo()
        _show_place(shown, caret)


def _show_place(shown: str, caret: str) -> None:
    """Bytes with a caret under the one at fault, which is red; as many on a line as fit."""
    place, room = len(caret) - 1, max((columns() - 2) // 3 * 3, 3)
    first = len(shown) - len(shown.lstrip("… "))
    start = 0 if len(shown) + 2 <= columns() else max(0, (place - first - room // 2) // 3 * 3 + first)
    end = min(start + room, len(shown)) if start or len(shown) + 2 > columns() else len(shown)
    byte = shown[place : place + 2]
    marked = click.style(byte, fg="red", bold=True) if byte.strip() and coloured() else byte
    line = shown[start:place] + marked + shown[place + 2 : end].rstrip()
    click.echo(f"  {line}".rstrip(), color=coloured())
    say(f"  {caret[start:]}", "bad")


def _named(mti: str | None) -> str:
    from switch.iso8583.mti import describe_mti

    return f"{mti} {describe_mti(mti)}, " if mti else ""


def message_json(way: Reading, codec: Codec, *, unmasked: bool = False) -> dict[str, Any]:
    """The same as ``show_message`` for programs."""
    from switch.iso8583.reading.recognize import around

    error = way.description.error
    header: dict[str, Any] | None = None
    if way.header:
        header = {"form": way.header.notation, "hex": way.header_bytes.hex()}
        if way.missing:
            header["missing"] = way.missing
    return {
        "dialect": way.dialect,
        "header": header,
        "tpdu": (way.tpdu_bytes.hex() if unmasked else way.tpdu_shown.replace(" ", "")) or None,
        "before_mti": way.between_bytes.hex() if way.between_bytes and (unmasked or (way.whole and way.fits)) else None,
        "mti": way.description.mti,
        "length": way.description.bytes_total,
        "elements": [
            {
                "element": line.element,
                "name": line.name,
                "format": line.format,
                "byte": line.offset,
                "length": line.length,
                "value": line.value,
                "meaning": line.meaning,
                **inside_json(line),
            }
            for line in way.description.lines
        ],
        "error": None
        if error is None
        else {
            "where": str(error).partition(": ")[0],
            "element": error.element,
            "byte": error.position,
            "found": error.found,
            "expected": error.expected,
            "around": around(codec, way.body, way.description, unmasked=unmasked)[0],
        },
    }
