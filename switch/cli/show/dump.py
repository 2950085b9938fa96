"""The bytes of a message for people, card data left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from switch.cli.console.screen import dump_bytes, say, say_text

if TYPE_CHECKING:
    from switch.iso8583.codec import Codec

HIDDEN_LEGEND = "** is not shown here (--unmasked shows it)."


def hidden_in(codec: Codec, body: bytes, *, whole: bool) -> set[int]:
    """Offsets of what is not shown: masked elements; of a message that is not ``whole`` whatever may be a card number."""
    from switch.iso8583.elements import EMV_DATA
    from switch.iso8583.reading.describe import describe
    from switch.iso8583.reading.recognize import hidden_places

    masked = describe(codec, body)
    if not whole:
        return hidden_places(codec, body, masked)
    plain = describe(codec, body, unmasked=True)
    return {
        offset
        for line, full in zip(masked.lines, plain.lines, strict=True)
        if line.value != full.value and line.element != EMV_DATA
        for offset in range(line.offset, line.offset + line.length)
    }


def hidden_of(codec: Codec, body: bytes, *, unmasked: bool) -> set[int]:
    """Offsets of what is not shown of a message as it was sent: its chip data, too, which may hold the card's number."""
    from switch.iso8583.elements import EMV_DATA

    if unmasked:
        return set()
    parts, error = codec.inspect(body)
    chip = {place for key, start, raw, _ in parts if key == str(EMV_DATA) for place in range(start, start + len(raw))}
    return hidden_in(codec, body, whole=error is None) | chip


def show_dump(codec: Codec, frame: bytes, body: bytes, title: str, *, unmasked: bool) -> bool:
    """Print the bytes of a frame: its message ``body``, and what stands around it. Whether something was left out."""
    from switch.iso8583.element import EBCDIC
    from switch.iso8583.reading.hexdump import hexdump

    hidden = hidden_of(codec, body, unmasked=unmasked)
    text = EBCDIC if codec.dialect.mti == "ebcdic" else "latin-1"
    say_text(title, "title")
    start = frame.rfind(body)
    for line in hexdump(frame, hidden={start + each for each in hidden}, blanked=(), text=text, line_bytes=dump_bytes(2)):
        say(f"  {line}")
    return bool(hidden)
