"""Cutting a byte stream into messages and wrapping messages for it: length headers and TPDUs. No I/O."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import Final, NamedTuple

from attrs import frozen

from switch.errors import FrameError, MessageError

FRAME_BYTES_MAX: Final = 16_384  #: far above any ISO 8583 message met; a longer announcement is a foreign protocol
TPDU_BYTES: Final = 5  #: id, destination (2), source (2)

VISA: Final = "4v"  #: the notation of the Visa message length header (VML)

_NOTATION = re.compile(r"([24])([bald])(i?)|(4)(v)")


@frozen(kw_only=True)
class HeaderFormat:
    """A length header: ``width`` bytes holding the length of what follows.

    ``kind`` is b (binary, big endian), l (binary, little endian), a (ASCII digits), d (packed BCD) or v (Visa: two bytes
    binary, big endian, then two zero bytes); ``inclusive`` means the length counts the header itself.
    """

    notation: str
    width: int
    kind: str
    inclusive: bool

    @classmethod
    def parse(cls, notation: str) -> HeaderFormat:
        """From the short notation ``2b``, ``4a``, ``2d``, ``2l``, with a final ``i`` for inclusive, or ``4v``.

        >>> HeaderFormat.parse("4ai").inclusive
        True
        """
        match = _NOTATION.fullmatch(notation)
        if not match:
            kinds = "2 or 4, then b (binary), l (little endian), a (ASCII) or d (BCD), then i if inclusive"
            raise ValueError(f"{kinds}; or {VISA} (Visa)")
        return cls(notation=notation, width=int(match[1] or match[4]), kind=match[2] or match[5], inclusive=bool(match[3]))

    @property
    def in_words(self) -> str:
        """What kind of header it is.

        >>> HeaderFormat.parse("4a").in_words, HeaderFormat.parse("2li").in_words
        ('a 4-digit length header', 'a 2-byte little-endian length header that counts itself')
        """
        size = {"a": f"{self.width}-digit", "v": "Visa"}.get(self.kind, f"{self.width}-byte")
        order = {"l": " little-endian", "d": " BCD"}.get(self.kind, "")
        return f"a {size}{order} length header{' that counts itself' if self.inclusive else ''}"

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
            digits = header.decode("latin-1") if self.kind == "a" else header.hex()
            if not (digits.isascii() and digits.isdecimal()):
                raise FrameError(f"length header: found {header.hex(' ')}, expected {self.width} bytes of {_KINDS[self.kind]}")
            value = int(digits)
        return value - self.width if self.inclusive else value

    @cached_property
    def length_max(self) -> int:
        """The longest length a header of this kind can announce, in bytes."""
        base = {"a": 10, "d": 100}.get(self.kind, 256)
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
        return bytes.fromhex(f"{value:0{self.width * 2}d}")


_VISA_RESERVED: Final = bytes(2)  #: bytes 3 and 4 of a Visa header
_KINDS: Final = {"a": "ASCII digits", "d": "packed decimal digits"}


class Frame(NamedTuple):
    """One message off the wire; ``tpdu`` is empty where the line carries none."""

    tpdu: bytes
    body: bytes


class Framer:
    """Collects the bytes of one line and gives back whole frames, however they were cut on the way.

    Zero-length frames are keep-alives and give nothing. When the bytes cannot be cut any further, ``fault`` says why: the
    frames before it are still given, and nothing after.
    """

    def __init__(self, header: HeaderFormat, *, tpdu: bool = False, frame_bytes_max: int = FRAME_BYTES_MAX) -> None:
        self.header, self.tpdu_bytes, self.frame_bytes_max = header, TPDU_BYTES if tpdu else 0, frame_bytes_max
        self.wrapped_bytes_max = min(frame_bytes_max, header.length_max)
        self.fault: FrameError | None = None
        self._rest = b""
        self._headers: dict[int, bytes] = {}  #: by the length they announce, as far as they were needed

    @property
    def rest(self) -> bytes:
        """What has come behind the last whole frame."""
        return self._rest

    @property
    def incomplete(self) -> str | None:
        """What has come of a frame whose end is missing, in words; None between frames."""
        if not self._rest or self.fault is not None:
            return None
        head, rest = self._rest[: self.header.width], self._rest[self.header.width :]
        if len(head) < self.header.width:
            return f"length header: found {len(head)} byte(s), expected {self.header.width}"
        return f"length header {head.hex(' ')}: found {len(rest)} byte(s) behind it, expected {self.header.length(head)}"

    def feed(self, data: bytes) -> list[Frame]:
        """The frames completed by ``data``."""
        return [frame for frame in self.cut(data) if frame is not None]

    def cut(self, data: bytes) -> Iterator[Frame | None]:
        """The same one by one, each cut when it is asked for, with None for a keep-alive: a gulp may hold tens of thousands.

        Nothing more may be fed before the last is taken.
        """
        if self.fault is not None:
            return
        buffer = self._rest + data if self._rest else data
        width, skip, limit = self.header.width, self.tpdu_bytes, self.frame_bytes_max
        plain = self.header.kind == "b" and not self.header.inclusive
        start, size = 0, len(buffer)
        try:
            while (behind := start + width) <= size:
                head = buffer[start:behind]
                length = int.from_bytes(head, "big") if plain else self.header.length(head)
                if not 0 <= length <= limit:
                    raise FrameError(f"length header {head.hex(' ')}: found a frame of {length} bytes, expected 0 to {limit}")
                end = behind + length
                if end > size:
                    break
                if length < skip and length:
                    raise FrameError(f"TPDU: found a frame of {length} bytes, expected at least the {skip} of the TPDU")
                start, body = end, behind + skip
                yield tuple.__new__(Frame, (buffer[behind:body], buffer[body:end])) if length else None
        except FrameError as fault:
            self.fault = fault.with_traceback(None)
        finally:
            self._rest = buffer[start:]

    def wrap(self, body: bytes, tpdu: bytes = b"") -> bytes:
        """The bytes to send for a message; ``tpdu`` goes in front of it on lines that carry one.

        MessageError when the message is longer than the line can carry.
        """
        length = len(tpdu) + len(body)
        header = self._headers.get(length)
        if header is None:
            if length > self.wrapped_bytes_max:
                expected = f"at most {self.wrapped_bytes_max} (length header {self.header.notation})"
                raise MessageError(1, None, f"elements that make {length} bytes", expected)
            header = self._headers[length] = self.header.header(length)
        return header + tpdu + body


def reply_tpdu(tpdu: bytes) -> bytes:
    """The TPDU of an answer: destination and source change places."""
    return tpdu[:1] + tpdu[3:5] + tpdu[1:3]
