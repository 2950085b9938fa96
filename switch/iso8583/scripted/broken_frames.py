"""Frames that are not whole, or lie about their length, on cue."""

from __future__ import annotations

from typing import Final

from switch.iso8583.header import HeaderFormat

BYTES_TOO_MANY: Final = 5  #: that a wrong length header announces beyond those that come


def half_of(frame: bytes) -> bytes:
    """The first half of a frame, and more than its length header."""
    return frame[: max(len(frame) // 2, 1)]


def wrongly_long(frame: bytes, header: HeaderFormat) -> bytes:
    """A frame whose header announces some bytes more than come; one without a length lacks its end instead."""
    if not header.width:
        return frame[: -header.behind_bytes] if header.behind_bytes else half_of(frame)
    length = header.length(frame[: header.width])
    announced = length + BYTES_TOO_MANY if length + BYTES_TOO_MANY <= header.length_max else length - 1
    return header.header(announced) + frame[header.width :]
