"""What stands around a message on a line, in the short notation that specifications, ``--header`` and hints share.

A notation is a length header (``2b``) or another way to find the end of a message (``lf``), then with ``+`` whatever stands
between it and the MTI, behind the TPDU if there is one, and with ``~`` what stands behind the message.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import Final

from switch.errors import FrameError
from switch.record import frozen

VISA: Final = "4v"  #: the notation of the Visa message length header (VML)
LINE_FEED, STX, PACKET = "lf", "stx", "packet"
#: Ways to find the end of a message without a length, in words.
WITHOUT_LENGTH: Final = {
    LINE_FEED: "a line feed behind each message",
    STX: "STX, then ETX and LRC around each message",
    PACKET: "one message a packet, without a length",
}
TRAILERS: Final = {"etx": b"\x03", "lf": b"\n", "cr": b"\r"}
LRC: Final = "lrc"
BETWEEN_BYTES_MAX: Final = 128

_LENGTH: Final = re.compile(r"(?:([2-6])(a)|([24])([bldh])|(4)(v))(i?)(m?)")
_PART: Final = re.compile(r"'([ -&(-~]+)'|x'((?:[0-9A-Fa-f]{2})+)'|([1-9][0-9]{0,2})(?:<>([1-9][0-9]{0,2}))?")
_EXPECTED: Final = (
    "2 or 4, then b (binary), l (little endian), a (ASCII) or d (BCD), then i if inclusive; or 4v (Visa); "
    f"or 3a, 5a, 6a, 4h (hexadecimal digits), {', '.join(WITHOUT_LENGTH)}"
)
_BETWEEN: Final = f"after +: 'text', x'hex', a number of bytes up to {BETWEEN_BYTES_MAX}, or N<>N"
_BEHIND: Final = f"after ~: {', '.join((*TRAILERS, LRC))} or x'hex'"
_SIGN_BYTES: Final = {LINE_FEED: 1, STX: 2, PACKET: 0}  #: of the end of a message without a length
_VISA_RESERVED: Final = bytes(2)  #: bytes 3 and 4 of a Visa header
_KINDS: Final = {"a": "ASCII digits", "d": "packed decimal digits", "h": "hexadecimal digits"}


@frozen
class HeaderPart:
    """Some bytes between length header and MTI: ``literal`` ones, which are demanded, or any ``size`` ones, which are given
    back in the answer; with ``swapped`` their halves, source and destination, change places there."""

    notation: str
    size: int
    literal: bytes = b""
    swapped: bool = False

    @property
    def first(self) -> bytes:
        """As a message has it that answers none."""
        return self.literal or bytes(self.size)

    def answered(self, received: bytes) -> bytes:
        """As the answer has it."""
        half = self.size // 2
        return received[half:] + received[:half] if self.swapped else received

    def check(self, received: bytes) -> None:
        """FrameError where something else stands in the place of a literal."""
        if self.literal and received != self.literal:
            raise FrameError(f"header before the MTI: found {shown_between(received)}, expected {self.notation}")


@frozen(kw_only=True)
class HeaderFormat:
    """``width`` bytes holding the length of what follows, or another way to find its end; what else stands around a message.

    ``kind`` is b (binary, big endian), l (binary, little endian), a (ASCII digits), h (hexadecimal digits), d (packed BCD), v
    (Visa: two bytes binary, big endian, then two zero bytes) or one of ``WITHOUT_LENGTH``. ``inclusive`` means the length
    counts the header itself, ``message_only`` that it leaves out what stands before the MTI and behind the message.
    """

    notation: str
    width: int
    kind: str
    inclusive: bool
    message_only: bool = False
    between: tuple[HeaderPart, ...] = ()
    trailer: bytes = b""
    lrc: bool = False  #: behind the trailer a byte that is the exclusive or of the message and the trailer

    @classmethod
    def parse(cls, notation: str) -> HeaderFormat:
        """From the short notation: ``2b``, ``4a``, ``2d``, ``2l``, with a final ``i`` for inclusive, or ``4v``; ``lf``,
        ``stx``, ``packet``; with what stands between it and the MTI, and behind the message. ValueError says what is expected.

        >>> HeaderFormat.parse("4ai").inclusive
        True
        >>> HeaderFormat.parse("2b + 'ISO026000070' + 4<>4 ~ etx").between_bytes
        20
        """
        front, _, behind = notation.partition("~")
        end, *between = (part.strip() for part in front.split("+"))
        parts = tuple(map(_part, between))
        if sum(part.size for part in parts) > BETWEEN_BYTES_MAX:
            raise ValueError(_BETWEEN)
        trailer, lrc = _trailer(behind) if behind.strip() else (b"", False)
        written = " ".join(
            (" + ".join((end, *(part.notation for part in parts))), *(("~", *behind.split()) if trailer or lrc else ()))
        )
        if end in WITHOUT_LENGTH:
            if trailer or lrc:
                raise ValueError(f"no ~ behind {end}")
            return cls(notation=written, width=0, kind=end, inclusive=False, between=parts)
        match = _LENGTH.fullmatch(end)
        if not match or (match[6] and (match[7] or match[8])):
            raise ValueError(_EXPECTED)
        return cls(
            notation=written,
            width=int(match[1] or match[3] or match[5]),
            kind=match[2] or match[4] or match[6],
            inclusive=bool(match[7]),
            message_only=bool(match[8]),
            between=parts,
            trailer=trailer,
            lrc=lrc,
        )

    @property
    def in_words(self) -> str:
        """What kind of header it is.

        >>> HeaderFormat.parse("4a").in_words, HeaderFormat.parse("2li").in_words
        ('a 4-digit length header', 'a 2-byte little-endian length header that counts itself')
        >>> HeaderFormat.parse("2b + 'ISO026000070'").in_words
        "a 2-byte length header and 'ISO026000070'"
        """
        if self.kind in WITHOUT_LENGTH:
            words = WITHOUT_LENGTH[self.kind]
        else:
            digits = {"a": "digit", "h": "digit hexadecimal"}.get(self.kind, "byte")
            size = "Visa" if self.kind == "v" else f"{self.width}-{digits}"
            order = {"l": " little-endian", "d": " BCD"}.get(self.kind, "")
            words = f"a {size}{order} length header{' that counts itself' if self.inclusive else ''}"
        for part in self.between:
            words += f" and {part.notation if part.literal else f'{part.size} bytes of header'}"
        return words + (f", {self.notation.partition('~')[2].strip()} behind each message" if self.trailer or self.lrc else "")

    @cached_property
    def between_bytes(self) -> int:
        """How many bytes stand between length header, or TPDU, and MTI."""
        return sum(part.size for part in self.between)

    @cached_property
    def behind_bytes(self) -> int:
        """How many bytes stand behind the message."""
        return _SIGN_BYTES.get(self.kind, len(self.trailer) + self.lrc)

    @cached_property
    def lead_bytes(self) -> int:
        """How many bytes stand before the message, without a TPDU."""
        return self.width + (self.kind == STX) + self.between_bytes

    @cached_property
    def first_between(self) -> bytes:
        """What stands between in a message that answers none."""
        return b"".join(part.first for part in self.between)

    def answered(self, received: bytes) -> bytes:
        """What stands between in the answer to a message that had ``received`` there."""
        return b"".join(part.answered(piece) for part, piece in self._pieces(received))

    def check(self, received: bytes) -> None:
        """FrameError where what stands between is not what is expected there."""
        for part, piece in self._pieces(received):
            part.check(piece)

    def _pieces(self, received: bytes) -> list[tuple[HeaderPart, bytes]]:
        pieces, start = [], 0
        for part in self.between:
            pieces.append((part, received[start : start + part.size]))
            start += part.size
        return pieces

    def behind(self, message: bytes) -> bytes:
        """What stands behind a message."""
        ended = message + self.trailer
        return self.trailer + (bytes([checksum(ended)]) if self.lrc else b"")

    def length(self, header: bytes) -> int:
        """The number of bytes that follow the header; FrameError when it is no number of this kind."""
        if self.kind == "b":
            value = int.from_bytes(header, "big")
        elif self.kind == "l":
            value = int.from_bytes(header, "little")
        elif self.kind == "v":
            if header[2:] != _VISA_RESERVED:
                raise FrameError(
                    f"length header {header.hex(' ')}: found {header[2:].hex(' ')} in bytes 3 and 4, expected 00 00"
                )
            value = int.from_bytes(header[:2], "big")
        else:
            digits = header.hex() if self.kind == "d" else header.decode("latin-1")
            allowed = "0123456789abcdefABCDEF" if self.kind == "h" else "0123456789"
            if digits.strip(allowed):
                raise FrameError(f"length header: found {header.hex(' ')}, expected {self.width} bytes of {_KINDS[self.kind]}")
            value = int(digits, 16 if self.kind == "h" else 10)
        return value - self.width if self.inclusive else value

    @cached_property
    def length_max(self) -> int:
        """The longest length a header of this kind can announce, in bytes."""
        base = {"a": 10, "d": 100, "h": 16}.get(self.kind, 256)
        largest: int = base ** (2 if self.kind == "v" else self.width) - 1
        return largest - self.width if self.inclusive else largest

    def header(self, length: int) -> bytes:
        """The header announcing ``length`` bytes, which must be at most ``length_max``."""
        assert 0 <= length <= self.length_max, f"{length} bytes do not fit a header {self.notation}"
        value = length + self.width if self.inclusive else length
        if self.kind == "b":
            return value.to_bytes(self.width, "big")
        if self.kind == "l":
            return value.to_bytes(self.width, "little")
        if self.kind == "v":
            return value.to_bytes(2, "big") + _VISA_RESERVED
        if self.kind == "a":
            return b"%0*d" % (self.width, value)
        if self.kind == "h":
            return b"%0*X" % (self.width, value)
        return bytes.fromhex(f"{value:0{self.width * 2}d}")

    def announcing(self, tpdu_bytes: int, message_bytes: int) -> bytes:
        """The header of a message of so many bytes behind a TPDU of so many, and behind what else stands there."""
        others = 0 if self.message_only else tpdu_bytes + self.between_bytes + self.behind_bytes
        return self.header(message_bytes + others) if self.width else b""


def checksum(data: bytes) -> int:
    """The longitudinal redundancy check of bytes: their exclusive or (ISO 1155)."""
    value = 0
    for byte in data:
        value ^= byte
    return value


def shown_between(data: bytes) -> str:
    """Bytes before an MTI as the notation has them: text where it is that."""
    text = data.decode("latin-1")
    return f"'{text}'" if text.isascii() and text.isprintable() and "'" not in text else f"x'{data.hex()}'"


def _part(notation: str) -> HeaderPart:
    match = _PART.fullmatch(notation)
    if not match:
        raise ValueError(_BETWEEN)
    text, digits, size, other = match.groups()
    if text is not None:
        return HeaderPart(notation, len(text), text.encode())
    if digits is not None:
        return HeaderPart(notation, len(digits) // 2, bytes.fromhex(digits))
    if other is not None and other != size:
        raise ValueError(f"{_BETWEEN}, with the same N on both sides")
    return HeaderPart(notation, int(size) * (2 if other else 1), swapped=other is not None)


def _trailer(notation: str) -> tuple[bytes, bool]:
    """The bytes that always stand behind a message, and whether a checksum follows them."""
    trailer, lrc = b"", False
    for word in notation.split():
        written = re.fullmatch(r"x'((?:[0-9A-Fa-f]{2})+)'", word)
        if lrc or not (word == LRC or word in TRAILERS or written):
            raise ValueError(_BEHIND)
        lrc = word == LRC
        trailer += bytes.fromhex(written[1]) if written else TRAILERS.get(word, b"")
    return trailer, lrc
