"""Finding out what the bytes of a message are written in: header, TPDU and dialect. For people with a hex string in hand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from attrs import frozen

from switch.card import CARD_NUMBER_DIGITS, card_numbers
from switch.errors import FrameError, SwitchError
from switch.iso8583 import mti as mtis
from switch.iso8583.codec import Codec
from switch.iso8583.dialect import EBCDIC
from switch.iso8583.elements import CARD_DATA
from switch.iso8583.framing import FRAME_BYTES_MAX, TPDU_BYTES, Framer
from switch.iso8583.header import BETWEEN_BYTES_MAX, WITHOUT_LENGTH, HeaderFormat, shown_between
from switch.iso8583.mti import CLASSES, FUNCTIONS
from switch.iso8583.reading.describe import Description, describe

MESSAGE_BYTES_MAX: Final = FRAME_BYTES_MAX + 6 + TPDU_BYTES + BETWEEN_BYTES_MAX  #: with the widest header in front
VERSION_DIGITS: Final = "0129"  #: first digit of an MTI: 1987, 1993, 2003, private
TPDU_IDS: Final = (b"\x60", b"\x68")  #: how TPDUs begin; where there is no header to prove it, one that does not is no TPDU
CONTEXT_BYTES: Final = 8  #: shown on either side of the place where a message stops making sense


NEAR_BYTES: Final = 48  #: around that place, in which digits that belong to a card number shown there can stand


class Wrapping(NamedTuple):
    """What stands around a message on some line: its length header (None: none) and whether there is a TPDU."""

    header: HeaderFormat | None
    tpdu: bool


BARE: Final = Wrapping(None, False)


@frozen(kw_only=True)
class Reading:
    """One way of reading the bytes: what was stripped in front, the dialect, and what it says then."""

    dialect: str
    edition: str
    header: HeaderFormat | None
    header_bytes: bytes
    tpdu_bytes: bytes
    body: bytes
    description: Description
    between_bytes: bytes = b""  #: what else stands before the MTI

    @property
    def tpdu_shown(self) -> str:
        """The TPDU in hexadecimal; hidden where the message makes no sense and it does not look like one."""
        if self.tpdu_bytes[:1] in TPDU_IDS or (self.whole and self.fits):
            return self.tpdu_bytes.hex(" ")
        return " ".join("**" for _ in self.tpdu_bytes)

    @property
    def between_shown(self) -> str:
        """What else stands before the MTI, as text or in hexadecimal; hidden where the message makes no sense."""
        if self.whole and self.fits:
            return shown_between(self.between_bytes)
        return " ".join("**" for _ in self.between_bytes)

    @property
    def whole(self) -> bool:
        return self.description.error is None

    @property
    def fits(self) -> bool:
        """Whether its MTI is one of the edition of ISO 8583 its dialect speaks."""
        mti = self.description.mti
        return mti is not None and mtis.message_class(mti, mtis.VERSIONS[self.edition]) is not None

    @property
    def understood_bytes(self) -> int:
        error = self.description.error
        return len(self.body) if error is None else error.position or 0


def from_hex(text: str) -> bytes:
    """Bytes from hexadecimal digits as people paste them: spaces, line ends and colons between, 0x in front."""
    digits = re.sub(r"[\s:]+", "", text).removeprefix("0x").removeprefix("0X")
    wrong = re.search(r"[^0-9A-Fa-f]", digits)
    if wrong:
        raise SwitchError(f"message: found {wrong[0]!r} at digit {wrong.start() + 1}, expected hexadecimal digits")
    if len(digits) % 2:
        raise SwitchError(f"message: found {len(digits)} hexadecimal digits, expected an even number, two for each byte")
    return bytes.fromhex(digits)


def unwrap(data: bytes, wrapping: Wrapping) -> tuple[bytes, bytes, bytes]:
    """Length header, what stands between it and the MTI (a TPDU first), and message; FrameError where the header does not
    announce exactly what follows."""
    if wrapping.header and (wrapping.header.between or wrapping.header.behind_bytes or wrapping.header.kind in WITHOUT_LENGTH):
        return _unframed(data, wrapping.header, tpdu=wrapping.tpdu)
    width = wrapping.header.width if wrapping.header else 0
    header, rest = data[:width], data[width:]
    if wrapping.header:
        if len(header) < width:
            raise FrameError(f"length header: found {len(header)} byte(s), expected {width}")
        announced = wrapping.header.length(header)
        if announced != len(rest):
            found = f"a frame of {announced} bytes announced"
            raise FrameError(f"length header {header.hex(' ')}: found {found}, expected the {len(rest)} that follow")
    if not wrapping.tpdu:
        return header, b"", rest
    if len(rest) < TPDU_BYTES:
        raise FrameError(f"TPDU: found {len(rest)} byte(s), expected {TPDU_BYTES}")
    return header, rest[:TPDU_BYTES], rest[TPDU_BYTES:]


def _unframed(data: bytes, header: HeaderFormat, *, tpdu: bool) -> tuple[bytes, bytes, bytes]:
    """The same of a message with more around it than a length header and a TPDU."""
    framer = Framer(header, tpdu=tpdu, frame_bytes_max=max(len(data), FRAME_BYTES_MAX))
    frames = framer.feed(data)
    if len(frames) != 1 or framer.rest:
        raise framer.fault or FrameError(framer.incomplete or f"found {len(frames)} messages, expected one")
    return data[: header.width], frames[0].tpdu, frames[0].body


def readings(
    candidates: Sequence[bytes], codecs: Mapping[str, Codec], wrappings: Iterable[Wrapping], *, unmasked: bool = False
) -> Iterator[Reading]:
    """Every way to read the bytes; a wrapping that does not fit them is left out."""
    chosen = tuple(dict.fromkeys(wrappings))
    for data in candidates:
        for wrapping in chosen:
            try:
                header, front, body = unwrap(data, wrapping)
            except FrameError:
                continue
            tpdu = front[:TPDU_BYTES] if wrapping.tpdu else b""
            guessed = len(chosen) > 1 and not header
            if guessed and tpdu and tpdu[:1] not in TPDU_IDS:
                continue
            for name, codec in codecs.items():
                yield Reading(
                    dialect=name,
                    edition=codec.dialect.edition,
                    header=wrapping.header,
                    header_bytes=header,
                    tpdu_bytes=tpdu,
                    between_bytes=front[len(tpdu) :],
                    body=body,
                    description=describe(codec, body, unmasked=unmasked),
                )


def likeliest(ways: Iterable[Reading]) -> Reading | None:
    """The first reading that makes sense wholly in its own edition of the standard, else the first that gets furthest.

    A header that fits counts as sense.
    """
    best: Reading | None = None
    for way in ways:
        if way.whole and way.fits:
            return way
        if best is None or _depth(way) > _depth(best):
            best = way
    return best


def _depth(way: Reading) -> tuple[bool, bool, int, bool, bool]:
    mti = way.description.mti
    plausible = mti is not None and mti[0] in VERSION_DIGITS and mti[1] in CLASSES and mti[2] in FUNCTIONS
    return way.whole, plausible, way.understood_bytes, way.header is not None, way.fits


def around(codec: Codec, data: bytes, description: Description, *, unmasked: bool = False) -> tuple[str, str]:
    """The hex around the place where a described message makes no sense, and a caret below it; card data as ``**``."""
    assert description.error is not None
    position = min(description.error.position or 0, len(data))
    start, end = max(position - CONTEXT_BYTES, 0), min(position + CONTEXT_BYTES, len(data))
    hidden = set() if unmasked else hidden_places(codec, data, description, start, end)
    shown = ["**" if offset in hidden else f"{data[offset]:02x}" for offset in range(start, end)]
    before, after = ("… " if start else ""), (" …" if end < len(data) else "")
    return before + " ".join(shown) + after, " " * (len(before) + 3 * (position - start)) + "^"


def around_in_line(codec: Codec, data: bytes) -> str:
    """The same on one line, with the place in brackets; for a message that cannot be read whole."""
    shown, caret = around(codec, data, describe(codec, data, near_bytes=NEAR_BYTES))
    place = len(caret) - 1
    if place >= len(shown):
        return f"{shown} []".lstrip()
    return f"{shown[:place]}[{shown[place : place + 2]}]{shown[place + 2 :]}"


def hidden_places(
    codec: Codec, data: bytes, description: Description, start: int = 0, end: int = MESSAGE_BYTES_MAX
) -> set[int]:
    """Offsets of bytes that are card data, or may be: known elements, the element at fault, what looks like a card number.

    All of those from ``start`` to ``end``: a card number is looked for there and so far to both sides as one may reach, since a
    peer that sends nonsense by the thousand is told of it each time.
    """
    end = min(end, len(data))
    hidden = {
        offset
        for line in description.lines
        if line.element in CARD_DATA
        for offset in range(max(line.offset, start), min(line.offset + line.length, end))
    }
    if description.error is not None and description.error.element in CARD_DATA:
        hidden.update(range(max(description.error.position or 0, start), end))
    for first, last in description.suspect.all:
        hidden.update(range(max(first, start), min(last, end)))
    begin = max(start - CARD_NUMBER_DIGITS[0], 0)
    near = data[begin : end + CARD_NUMBER_DIGITS[0]]
    for text in (near.decode("latin-1"), near.decode(EBCDIC)):
        for first, last in card_numbers(text):
            hidden.update(range(begin + first, begin + last))
    packing = any(element is not None and element.encoding == "bcd" for element in codec.dialect.elements)
    for first, last in card_numbers(near.hex()):
        packed = range(begin + first // 2, begin + (last + 1) // 2)
        if packing or not data[packed.start : packed.stop].decode("latin-1").isprintable():
            hidden.update(packed)
    return hidden
