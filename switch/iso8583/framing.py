"""Cutting a byte stream into messages and wrapping messages for it, with all that stands around them. No I/O."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from switch.display.plural import plural
from switch.errors import FrameError, MessageError
from switch.iso8583.header import LINE_FEED, PACKET, STX, WITHOUT_LENGTH, HeaderFormat, checksum

FRAME_BYTES_MAX: Final = 16_384  #: far above any ISO 8583 message met; a longer announcement is a foreign protocol
TPDU_BYTES: Final = 5  #: id, destination (2), source (2)


class Frame(NamedTuple):
    """One message off the wire. ``tpdu`` is what stands before it, behind the length header: a TPDU, and whatever else the
    header format has there; empty on most lines."""

    tpdu: bytes
    body: bytes


class Framer:
    """Collects the bytes of one line and gives back whole frames, however they were cut on the way.

    Zero-length frames are keep-alives and give nothing. When the bytes cannot be cut any further, ``fault`` says why: the
    frames before it are still given, and nothing after.
    """

    def __init__(self, header: HeaderFormat, *, tpdu: bool = False, frame_bytes_max: int = FRAME_BYTES_MAX) -> None:
        self.header, self.tpdu_bytes, self.frame_bytes_max = header, TPDU_BYTES if tpdu else 0, frame_bytes_max
        self.front_bytes = self.tpdu_bytes + header.between_bytes
        without = header.kind in WITHOUT_LENGTH
        self._in_front_only = not (without or header.behind_bytes or header.message_only)  #: a length, which counts all
        #: Two bytes of length, which count all that follows, and no more around a message than a TPDU: nearly always.
        self._usual = (
            self._in_front_only and header.kind == "b" and header.width == 2 and not (header.inclusive or header.between)
        )
        self.wrapped_bytes_max = frame_bytes_max if without else min(frame_bytes_max, header.length_max)
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
        if self.header.kind in WITHOUT_LENGTH:
            return f"found {plural(len(self._rest), 'byte')} without an end, expected {self.header.in_words}"
        head, rest = self._rest[: self.header.width], self._rest[self.header.width :]
        if len(head) < self.header.width:
            return f"length header: found {plural(len(head), 'byte')}, expected {self.header.width}"
        return f"length header {head.hex(' ')}: found {plural(len(rest), 'byte')} behind it, expected {self._behind(head)}"

    def _behind(self, head: bytes) -> int:
        """How many bytes belong to the frame behind its length header."""
        return self.header.length(head) + (self.front_bytes + self.header.behind_bytes) * self.header.message_only

    def feed(self, data: bytes) -> list[Frame]:
        """The frames completed by ``data``."""
        return [frame for frame in self.cut(data) if frame is not None]

    def cut(self, data: bytes) -> Iterator[Frame | None]:
        """The same one by one, each cut when it is asked for, with None for a keep-alive: a gulp may hold tens of thousands.

        Nothing more may be fed before the last is taken, and until then no byte is left over: ``rest`` is empty.
        """
        if self.fault is not None:
            return iter(())
        buffer, self._rest = self._rest + data if self._rest else data, b""
        if self.header.kind in WITHOUT_LENGTH:
            return self._cut_without_length(buffer)
        return self._cut_usual(buffer) if self._usual else self._cut_counted(buffer)

    def _cut_usual(self, buffer: bytes) -> Iterator[Frame | None]:
        """The same on a usual line. What is no whole message with something in it, ``_cut_counted`` looks at, and all behind
        it."""
        skip, limit, new = self.front_bytes, self.frame_bytes_max, tuple.__new__
        start, size = 0, len(buffer)
        try:
            while start + 2 < size:
                behind = start + 2
                end, body = behind + (buffer[start] << 8 | buffer[start + 1]), behind + skip
                if not body < end <= size or end > behind + limit:
                    break
                start = end
                yield new(Frame, (buffer[behind:body] if skip else b"", buffer[body:end]))
        finally:
            self._rest = buffer[start:]
        if self._rest:
            rest, self._rest = self._rest, b""
            yield from self._cut_counted(rest)

    def _cut_counted(self, buffer: bytes) -> Iterator[Frame | None]:
        """The same on any line whose messages have a length."""
        header = self.header
        width, skip, limit, trailer = header.width, self.front_bytes, self.frame_bytes_max, header.behind_bytes
        uncounted = skip + trailer if header.message_only else 0
        least, checked = (0 if uncounted else skip + trailer), bool(header.between or trailer)
        start, size = 0, len(buffer)
        try:
            while (behind := start + width) <= size:
                length = header.length(buffer[start:behind])
                if not 0 <= length <= limit:
                    head = buffer[start:behind]
                    raise FrameError(f"length header {head.hex(' ')}: found a frame of {length} bytes, expected 0 to {limit}")
                end = behind + length
                if uncounted and length:
                    end += uncounted
                if end > size:
                    break
                if length < least and length:
                    raise FrameError(self._too_short(length))
                start, body = end, behind + skip
                if not length:
                    yield None
                    continue
                if checked:
                    self._check(buffer[behind:end])
                yield Frame(buffer[behind:body], buffer[body : end - trailer])
        except FrameError as fault:
            self.fault = fault.with_traceback(None)
        finally:
            self._rest = buffer[start:]

    def _too_short(self, length: int) -> str:
        if length < self.tpdu_bytes:
            return f"TPDU: found a frame of {length} bytes, expected at least the {self.tpdu_bytes} of the TPDU"
        least = self.front_bytes + self.header.behind_bytes
        return f"header before the MTI: found a frame of {length} bytes, expected at least {least}"

    def _check(self, frame: bytes) -> None:
        """FrameError where something else stands before the MTI, or behind the message, than the line has there."""
        header = self.header
        header.check(frame[self.tpdu_bytes : self.front_bytes])
        whole = len(frame) - header.behind_bytes
        expected = header.behind(frame[:whole])
        if frame[whole:] != expected:
            raise FrameError(f"end of the frame: found {frame[whole:].hex(' ')}, expected {expected.hex(' ')}")

    def _cut_without_length(self, rest: bytes) -> Iterator[Frame | None]:
        """The frames of a line whose messages end with a sign, or with the packet."""
        ends = _ENDS[self.header.kind]
        try:
            while rest and (found := ends(rest)) is not None:
                message, end = found
                if len(message) > self.frame_bytes_max:
                    raise FrameError(f"found a frame of {len(message)} bytes, expected at most {self.frame_bytes_max}")
                if 0 < len(message) < self.front_bytes:
                    raise FrameError(self._too_short(len(message)))
                self.header.check(message[self.tpdu_bytes : self.front_bytes] if message else self.header.first_between)
                rest = rest[end:]
                yield Frame(message[: self.front_bytes], message[self.front_bytes :]) if message else None
            if len(rest) > self.frame_bytes_max + _SIGNS_BEFORE_END[self.header.kind]:
                raise FrameError(f"found {len(rest)} bytes without an end, expected {self.header.in_words}")
        except FrameError as fault:
            self.fault = fault.with_traceback(None)
        finally:
            self._rest = rest

    def wrap(self, body: bytes, tpdu: bytes = b"") -> bytes:
        """The bytes to send for a message; ``tpdu`` goes in front of it on lines that carry one, or something like it.

        MessageError when the message is longer than the line can carry.
        """
        length = len(tpdu) + len(body)
        header = self._headers.get(length)
        if header is not None and self._in_front_only:  # nearly always
            return header + tpdu + body
        if self.header.kind in WITHOUT_LENGTH:
            return self._ended(tpdu + body)
        if self.header.behind_bytes or self.header.message_only:
            body, length = body + self.header.behind(tpdu + body), length + self.header.behind_bytes
            length -= (len(tpdu) + self.header.behind_bytes) * self.header.message_only
        header = self._headers.get(length)
        if header is None:
            if length > self.wrapped_bytes_max:
                raise MessageError(1, None, f"elements that make {length} bytes", self._at_most())
            header = self._headers[length] = self.header.header(length)
        return header + tpdu + body

    def _at_most(self) -> str:
        return f"at most {self.wrapped_bytes_max} (length header {self.header.notation})"

    def _ended(self, message: bytes) -> bytes:
        """A message with the sign of its end; MessageError where that sign stands in it."""
        if len(message) > self.wrapped_bytes_max:
            raise MessageError(1, None, f"elements that make {len(message)} bytes", self._at_most())
        sign = _SIGNS[self.header.kind]
        if sign and sign in message:
            what = f"byte {sign.hex()} in the message"
            raise MessageError(1, None, what, f"none on a line with {WITHOUT_LENGTH[self.header.kind]}")
        if self.header.kind == STX:
            ended = message + _ETX
            return _STX + ended + bytes([checksum(ended)])
        return message + sign

    def answered(self, tpdu: bytes) -> bytes:
        """What stands before the answer to a message that had ``tpdu`` there: destination and source change places."""
        if not self.header.between:
            return reply_tpdu(tpdu) if tpdu else tpdu
        front = reply_tpdu(tpdu[: self.tpdu_bytes]) if self.tpdu_bytes else b""
        return front + self.header.answered(tpdu[self.tpdu_bytes :])


_STX, _ETX = b"\x02", b"\x03"
_CONTROLS: Final = b"\x04\x05\x06\x15"  #: EOT, ENQ, ACK and NAK, which terminals send between frames
_SIGNS: Final = {LINE_FEED: b"\n", STX: _ETX, PACKET: b""}
#: Bytes that may have come with a message while its end is missing: a carriage return, or STX and ETX before the LRC.
_SIGNS_BEFORE_END: Final = {LINE_FEED: 1, STX: 2, PACKET: 0}


def _to_line_feed(data: bytes) -> tuple[bytes, int] | None:
    """The first message of ``data`` and where it ends; None where its end has not come."""
    end = data.find(b"\n")
    return None if end < 0 else (data[:end].removesuffix(b"\r"), end + 1)


def _to_etx(data: bytes) -> tuple[bytes, int] | None:
    """The same between STX and ETX, the LRC checked; FrameError where none begins, or the LRC is wrong. Controls before it
    are no message, and end where they end, so that they do not count in the length of what follows."""
    controls = len(data) - len(data.lstrip(_CONTROLS))
    if controls:
        return b"", controls
    if data[:1] != _STX:
        raise FrameError(f"found {data[:4].hex(' ')}, expected 02 (STX) at the beginning of a frame")
    end = data.find(_ETX)
    if end < 0 or end + 1 >= len(data):
        return None
    ended = data[1 : end + 1]
    if data[end + 1] != checksum(ended):
        raise FrameError(f"LRC: found {data[end + 1]:02x}, expected {checksum(ended):02x}")
    return ended[:-1], end + 2


def _to_end(data: bytes) -> tuple[bytes, int] | None:
    return data, len(data)


_ENDS: Final = {LINE_FEED: _to_line_feed, STX: _to_etx, PACKET: _to_end}


def reply_tpdu(tpdu: bytes) -> bytes:
    """The TPDU of an answer: destination and source change places."""
    return tpdu[:1] + tpdu[3:5] + tpdu[1:3]
