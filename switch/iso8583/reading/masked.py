"""Messages out of a log in which card data was masked before it was written: asterisks where digits belong."""

from __future__ import annotations

import re
from typing import Final

from switch.errors import MessageError
from switch.iso8583.codec import Codec, Part

#: Asterisks, or crosses, among digits: what a log writes for the middle of a card number. As text, and in EBCDIC.
_MASKED: Final = re.compile(rb"(?:\*+|(?<=[0-9])[xX]{3,}(?=[0-9=D]))")
_MASKED_EBCDIC: Final = re.compile(rb"\x5c+")


def inspected(codec: Codec, data: bytes) -> tuple[list[Part], MessageError | None, frozenset[int]]:
    """What ``Codec.inspect`` gives, but masked digits are taken for digits, and the elements that have some are named.

    Such parts are given as they stand. Any other error is told as it is.
    """
    parts, error = codec.inspect(data)
    ebcdic = codec.dialect.mti == "ebcdic"
    mask, digit = (_MASKED_EBCDIC, b"\xf0") if ebcdic else (_MASKED, b"0")
    if error is None or not mask.search(data):
        return parts, error, frozenset()
    filled, fault = codec.inspect(mask.sub(lambda match: digit * len(match[0]), data))
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
