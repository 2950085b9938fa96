"""More of a message than strict reading gives: behind an MTI that is none, and where a log has masked digits."""

from __future__ import annotations

import re
from typing import Final

from switch.errors import MessageError
from switch.iso8583.codec import Codec, Part

#: Asterisks, or crosses, among digits: what a log writes for the middle of a card number. As text, and in EBCDIC.
_MASKED: Final = re.compile(rb"(?:\*+|(?<=[0-9])[xX]{3,}(?=[0-9=D]))")
_MASKED_EBCDIC: Final = re.compile(rb"\x5c+")
#: Stands for an MTI that is none: what follows is laid out the same whatever it says.
_ANY_MTI: Final = {"ascii": b"0800", "bcd": b"\x08\x00", "ebcdic": b"\xf0\xf8\xf0\xf0"}
_NO_ELEMENTS: Final = {"ascii": b"0" * 16, "bcd": b"0" * 16, "ebcdic": b"\xf0" * 16}


def inspected(codec: Codec, data: bytes) -> tuple[list[Part], MessageError | None, frozenset[int]]:
    """What ``Codec.inspect`` gives, but masked digits are taken for digits, and the elements that have some are named.

    Such parts are given as they stand. Any other error is told as it is. Behind an MTI that is none, reading goes on.
    """
    parts, error = _behind_mti(codec, data)
    ebcdic = codec.dialect.mti == "ebcdic"
    mask, digit = (_MASKED_EBCDIC, b"\xf0") if ebcdic else (_MASKED, b"0")
    if error is None or not mask.search(data):
        return parts, error, frozenset()
    filled, fault = _behind_mti(codec, mask.sub(lambda match: digit * len(match[0]), data))
    if len(filled) <= len(parts) and fault is not None:
        return parts, error, frozenset()
    given, masked = [], set()
    for key, offset, raw, value in filled:
        own = data[offset : offset + len(raw)]
        if own != raw and key.isdecimal() and key != "1":
            masked.add(int(key))
            if codec.dialect.element(int(key)).encoding not in ("bcd", "raw"):
                value = own.decode("cp500" if ebcdic else "latin-1")[-len(value) :]
        given.append((key, offset, own, value))
    return given, fault, frozenset(masked)


def _behind_mti(codec: Codec, data: bytes) -> tuple[list[Part], MessageError | None]:
    """What ``Codec.inspect`` gives; where that stops at bytes that are no MTI, what follows them is read as far as it goes, and
    where it stops at the bitmap, the MTI is read."""
    parts, error = codec.inspect(data)
    any_mti = _ANY_MTI[codec.dialect.mti]
    size = len(any_mti)
    if error is None or parts or len(data) < size:
        return parts, error
    if error.element == 0:
        following, _ = codec.inspect(any_mti + data[size:])
        return following[1:], error
    nothing = _NO_ELEMENTS[codec.dialect.mti] if codec.dialect.bitmap == "hex" else bytes(8)
    alone, _ = codec.inspect(data[:size] + nothing)
    return alone[:1], error
