"""What the first bytes of a line may be, where they are in none of the usual wire formats."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Final

from switch.card import card_numbers
from switch.errors import FrameError
from switch.iso8583.codec import Codec
from switch.iso8583.header import LINE_FEED, PACKET, STX, HeaderFormat, checksum, shown_between
from switch.iso8583.reading.stream import Way, mti_pattern

LEAD_BYTES_MAX: Final = 40  #: looked through for an MTI, behind a length header or at the beginning
MESSAGE_BYTES_MIN: Final = 12  #: an MTI and a bitmap
LITERAL_CHARACTERS_MAX: Final = 16  #: of text before the MTI, to be named as such

#: Other protocols by how they begin.
_PROTOCOLS: Final = (
    (re.compile(rb"\x16\x03[\x00-\x04]"), "TLS"),
    (re.compile(rb"(GET|POST|PUT|HEAD|OPTIONS|CONNECT|DELETE|PRI) "), "HTTP"),
    (re.compile(rb"SSH-"), "SSH"),
)
_LENGTHS: Final = tuple(map(HeaderFormat.parse, ("2b", "4a", "2d", "2bi", "4ai", "4h", "3a", "5a", "6a", "2l", "4b", PACKET)))
_ETX: Final = b"\x03"


def protocol_of(opening: bytes) -> str | None:
    """The name of the protocol that a line begins with, where that is none of cards."""
    return next((name for pattern, name in _PROTOCOLS if pattern.match(opening)), None)


def unusual_ways(opening: bytes, codecs: Sequence[Codec]) -> Iterator[Way]:
    """Wire formats in which these bytes may be messages: with more before the MTI, or behind the message, than a length header
    and a TPDU, or without a length. Each is worth a try and no more."""
    kinds = {_kind(codec): codec for codec in reversed(codecs)}
    for header, written in dict.fromkeys(chain(_signs(opening), _leads(opening, codecs))):
        yield from (Way(header, False, codec) for codec in kinds.values() if codec.dialect.mti in written)


def _kind(codec: Codec) -> tuple[str, ...]:
    """What tells dialects apart at a glance; one of each kind is tried."""
    return codec.dialect.edition, codec.dialect.mti, codec.dialect.bitmap, codec.dialect.encodings.get("text", "ascii")


def _signs(opening: bytes) -> Iterator[tuple[HeaderFormat, tuple[str, ...]]]:
    """Lines whose messages end with a sign."""
    if opening[:1] == b"\x02" and _ETX in opening:
        yield HeaderFormat.parse(STX), ("ascii", "ebcdic", "bcd")
    if b"\n" in opening:
        yield HeaderFormat.parse(LINE_FEED), ("ascii",)


def _leads(opening: bytes, codecs: Sequence[Codec]) -> Iterator[tuple[HeaderFormat, tuple[str, ...]]]:
    """Lines with something between the length header and an MTI."""
    written = tuple(dict.fromkeys(codec.dialect.mti for codec in codecs))
    frames = [(length, frame) for length in _LENGTHS if (frame := _frame(opening, length)) is not None]
    for length, frame in sorted(frames, key=lambda each: each[0].width + len(each[1]) != len(opening)):
        for lead in range(min(LEAD_BYTES_MAX, len(frame) - MESSAGE_BYTES_MIN) + 1):
            kinds = tuple(kind for kind in written if mti_pattern(kind).match(frame, lead))
            if kinds:
                between = f"{length.notation} + {_named(frame[:lead])}" if lead else length.notation
                for trailer in _trailers(frame) if length.width else ("",):
                    yield HeaderFormat.parse(between + trailer), kinds


def _frame(opening: bytes, length: HeaderFormat) -> bytes | None:
    """What a length header announces; None where that is no message, or not all of it has come."""
    head = opening[: length.width]
    try:
        size = length.length(head) if length.width else len(opening)
    except FrameError:
        return None
    frame = opening[length.width : length.width + max(size, 0)]
    return frame if len(frame) == size >= MESSAGE_BYTES_MIN else None


def _trailers(frame: bytes) -> tuple[str, ...]:
    if frame[-1:] == _ETX:
        return " ~ etx", ""
    if frame[-2:-1] == _ETX and frame[-1] == checksum(frame[:-1]):
        return " ~ etx lrc", ""
    return (" ~ lf", "") if frame[-1:] == b"\n" else ("",)


def _named(lead: bytes) -> str:
    """Bytes before an MTI in the notation of headers: the text where it plainly is one, else how many there are."""
    text = lead.decode("latin-1")
    shown = shown_between(lead)
    plain = shown.startswith("'") and not set("+~") & set(text) and any(map(str.isalpha, text))
    return shown if plain and len(lead) <= LITERAL_CHARACTERS_MAX and not any(card_numbers(text)) else str(len(lead))
