"""Finding out what the bytes of a message are written in: header, TPDU and dialect. For people with a hex string in hand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from switch.card import CARD_NUMBER_DIGITS, card_numbers
from switch.display.plural import plural
from switch.errors import FrameError, MessageError, SwitchError
from switch.iso8583 import mti as mtis
from switch.iso8583.codec import Codec, Part
from switch.iso8583.dialect import EDITION_1987
from switch.iso8583.element import EBCDIC
from switch.iso8583.elements import CARD_DATA
from switch.iso8583.framing import FRAME_BYTES_MAX, TPDU_BYTES, Framer
from switch.iso8583.header import BETWEEN_BYTES_MAX, WITHOUT_LENGTH, HeaderFormat, shown_between
from switch.iso8583.mti import CLASSES, FUNCTIONS
from switch.iso8583.nested.shown import hides_secrets
from switch.iso8583.reading.describe import Description, describe
from switch.iso8583.reading.hiding import is_carded, is_dated, values_of
from switch.iso8583.reading.lenient import inspected
from switch.record import frozen

MESSAGE_BYTES_MAX: Final = FRAME_BYTES_MAX + 6 + TPDU_BYTES + BETWEEN_BYTES_MAX  #: with the widest header in front
VERSION_DIGITS: Final = "0129"  #: first digit of an MTI: 1987, 1993, 2003, private
TPDU_IDS: Final = (b"\x60", b"\x68")  #: how TPDUs begin; where there is no header to prove it, one that does not is no TPDU
MTI_BYTES_MAX: Final = 4
_HEX_DIGITS: Final = b"0123456789ABCDEFabcdef"
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
    missing: int = 0  #: bytes that the header announces and nobody has

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
            raise FrameError(f"length header: found {plural(len(header), 'byte')}, expected {width}")
        announced = wrapping.header.length(header)
        if announced != len(rest):
            found = f"a frame of {announced} bytes announced"
            raise FrameError(f"length header {header.hex(' ')}: found {found}, expected the {len(rest)} that follow")
    if wrapping.tpdu and len(rest) < TPDU_BYTES:
        raise FrameError(f"TPDU: found {plural(len(rest), 'byte')}, expected {TPDU_BYTES}")
    return unwrap_front(data, wrapping)


def _unframed(data: bytes, header: HeaderFormat, *, tpdu: bool) -> tuple[bytes, bytes, bytes]:
    """The same of a message with more around it than a length header and a TPDU."""
    framer = Framer(header, tpdu=tpdu, frame_bytes_max=max(len(data), FRAME_BYTES_MAX))
    frames = framer.feed(data)
    if len(frames) != 1 or framer.rest:
        raise framer.fault or FrameError(framer.incomplete or f"found {len(frames)} messages, expected one")
    return data[: header.width], frames[0].tpdu, frames[0].body


def unwrap_front(data: bytes, wrapping: Wrapping) -> tuple[bytes, bytes, bytes]:
    """The same, whatever the header says."""
    start = wrapping.header.width if wrapping.header else 0
    end = start + (TPDU_BYTES if wrapping.tpdu else 0) + (wrapping.header.between_bytes if wrapping.header else 0)
    return data[:start], data[start:end], data[end:]


class Trial(NamedTuple):
    """One way of reading, tried: what stands in front, and what could be read of the message in one dialect."""

    codec: Codec
    header: HeaderFormat | None
    header_bytes: bytes
    tpdu_bytes: bytes
    body: bytes
    parts: list[Part]
    error: MessageError | None
    missing: int = 0  #: bytes that the header announces and nobody has
    between_bytes: bytes = b""  #: what else stands before the MTI

    @property
    def whole(self) -> bool:
        return self.error is None and not self.missing

    @property
    def mti(self) -> str:
        return self.parts[0][3] if self.parts and self.parts[0][0] == "t" else ""

    @property
    def fits(self) -> bool:
        """Whether its MTI is one of the edition of ISO 8583 its dialect speaks."""
        return bool(self.mti) and mtis.message_class(self.mti, mtis.VERSIONS[self.codec.dialect.edition]) is not None

    @property
    def understood_bytes(self) -> int:
        """Of all that was given: a header that fits, a TPDU, and every part that makes sense."""
        tpdu = 0 if self.odd_tpdu else len(self.tpdu_bytes)
        return len(self.header_bytes) + tpdu + len(self.between_bytes) + sum(len(raw) for _, _, raw, _ in self.parts)

    @property
    def odd_tpdu(self) -> bool:
        return bool(self.tpdu_bytes) and self.tpdu_bytes[:1] not in TPDU_IDS

    @property
    def odd(self) -> bool:
        """Whether it reads what was given in an unusual place: a TPDU that begins as none does, digits of text as a bitmap."""
        if self.odd_tpdu:
            return True
        raw = next((raw for key, _, raw, _ in self.parts if key == "p"), b"")
        return len(raw) == 8 and not raw.strip(_HEX_DIGITS)

    @property
    def foreign(self) -> bool:
        """Whether it is read as 1993 and is none: only a message whose MTI says so is one, or one whose MTI alone is wrong."""
        if self.codec.dialect.edition == EDITION_1987 or self.fits:
            return False
        if self.mti.startswith(mtis.VERSIONS[EDITION_1987]):
            return True
        if self.error is None or self.error.element != 0:
            return self.error is not None
        return len(self.body) - sum(len(raw) for _, _, raw, _ in self.parts) > MTI_BYTES_MAX

    @property
    def plausible(self) -> bool:
        mti = self.mti
        return bool(mti) and mti[0] in VERSION_DIGITS and mti[1] in CLASSES and mti[2] in FUNCTIONS

    @property
    def signs(self) -> int:
        """How many things stand where they belong: a date, a card number with a right check digit, an MTI."""
        _, elements = values_of(self.parts)
        dated = is_dated(elements, self.codec.dialect.edition) or is_dated(elements, EDITION_1987)  # DE 7 is one in either
        return dated + is_carded(elements) + (self.plausible and self.fits)

    @property
    def likeliness(self) -> tuple[bool, bool, bool, bool, int, int, bool]:
        """Of two readings the likelier one has the greater."""
        known = self.whole and self.fits
        sound = self.whole and self.plausible
        return known, not self.foreign, sound, not self.odd, self.signs, self.understood_bytes, self.header is not None

    @property
    def is_message(self) -> bool:
        """Whether there is a message at all: one read whole, or a damaged one that shows enough of what a message has."""
        size = len(self.header_bytes) + len(self.tpdu_bytes) + len(self.between_bytes) + len(self.body)
        return (self.whole and self.plausible) or (self.signs > 0 and 2 * self.understood_bytes >= size) or self.signs > 1

    def reading(self, *, unmasked: bool = False) -> Reading:
        """The same in words."""
        dialect = self.codec.dialect
        return Reading(
            dialect=dialect.name,
            edition=dialect.edition,
            header=self.header,
            header_bytes=self.header_bytes,
            tpdu_bytes=self.tpdu_bytes,
            between_bytes=self.between_bytes,
            body=self.body,
            missing=self.missing,
            description=describe(self.codec, self.body, unmasked=unmasked, from_log=True),
        )


def trials(candidates: Iterable[bytes], codecs: Iterable[Codec], wrappings: Iterable[Wrapping]) -> Iterator[Trial]:
    """Every way to read the bytes; a wrapping that does not fit them is left out."""
    chosen, among = tuple(dict.fromkeys(wrappings)), tuple(codecs)
    for data in candidates:
        for wrapping in chosen:
            missing = 0
            try:
                header, front, body = unwrap(data, wrapping)
            except FrameError:
                missing = _missing(data, wrapping)
                if not missing:
                    continue
                header, front, body = unwrap_front(data, wrapping)
            tpdu = front[:TPDU_BYTES] if wrapping.tpdu else b""
            guessed = len(chosen) > 1 and (missing or not header)
            if guessed and tpdu and tpdu[:1] not in TPDU_IDS:
                continue
            for codec in among:
                parts, error, _ = inspected(codec, body)
                trial = Trial(codec, wrapping.header, header, tpdu, body, parts, error, missing, front[len(tpdu) :])
                if not missing or trial.fits:
                    yield trial


def _missing(data: bytes, wrapping: Wrapping) -> int:
    """How many bytes a message is too short for the header in front of it; 0 where it is not, or nothing can be read of it."""
    header = wrapping.header
    if header is None or not header.width or len(data) < header.width + TPDU_BYTES + MTI_BYTES_MAX:
        return 0
    try:
        announced = header.length(data[: header.width])
    except FrameError:
        return 0
    return max(announced - (len(data) - header.width), 0) if announced <= FRAME_BYTES_MAX else 0


def likeliest(ways: Iterable[Trial]) -> Trial | None:
    """The first reading that makes sense wholly in its own edition of the standard, else the first of the likeliest."""
    best: Trial | None = None
    for way in ways:
        if way.whole and way.fits:
            return way
        if best is None or way.likeliness > best.likeliness:
            best = way
    return best


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


def _hides(codec: Codec, number: int) -> bool:
    element = codec.dialect.elements[number] if number > 1 else None
    return element is not None and hides_secrets(element)


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
        if line.element in CARD_DATA or _hides(codec, line.element)
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
