"""ISO 8583:1987 as the deals speak it: messages to bytes and back, and frames. It shares no code with the product.

Three forms: ``ascii`` behind two bytes of length; ``bcd`` behind two bytes of length and a TPDU of five bytes; ``terminal``,
which is ``bcd`` but for currencies filled up on the right, packed signed amounts, and six further bytes behind the TPDU.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

#: Element -> kind and length: n digits, t text; a length below zero is the number of digits of a length in front.
ELEMENTS: Final[dict[int, tuple[str, int]]] = {
    2: ("n", -2),
    3: ("n", 6),
    4: ("n", 12),
    7: ("n", 10),
    11: ("n", 6),
    12: ("n", 6),
    13: ("n", 4),
    14: ("n", 4),
    15: ("n", 4),
    17: ("n", 4),
    18: ("n", 4),
    22: ("n", 3),
    24: ("n", 3),
    25: ("n", 2),
    32: ("n", -2),
    33: ("n", -2),
    35: ("z", -2),
    37: ("t", 12),
    38: ("t", 6),
    39: ("t", 2),
    41: ("t", 8),
    42: ("t", 15),
    43: ("t", 40),
    45: ("t", -2),
    48: ("t", -3),
    49: ("n", 3),
    54: ("t", -3),
    56: ("t", -3),
    62: ("t", -3),
    63: ("t", -3),
    66: ("n", 1),
    70: ("n", 3),
    74: ("n", 10),
    75: ("n", 10),
    76: ("n", 10),
    77: ("n", 10),
    80: ("n", 10),
    81: ("n", 10),
    86: ("n", 16),
    87: ("n", 16),
    88: ("n", 16),
    89: ("n", 16),
    90: ("n", 42),
    95: ("t", 42),
    97: ("t", 17),
}
#: Form -> bytes between length and MTI.
FRONT_BYTES: Final = {"ascii": 0, "bcd": 5, "terminal": 11}
_CURRENCY, _NET = 49, 97  #: elements that stand otherwise in the form of terminals


class Message(NamedTuple):
    """A message type and its elements by number, each as text."""

    mti: str
    elements: dict[int, str]

    def shown(self) -> str:
        """All of it on a line, card numbers masked."""
        return f"{self.mti} " + " ".join(
            f"{n}={masked(v) if n in (2, 35, 45) else v}" for n, v in sorted(self.elements.items())
        )


def masked(pan: str) -> str:
    return pan[:6] + "*" * (len(pan) - 10) + pan[-4:]


def _packed(digits: str) -> bytes:
    return bytes.fromhex(digits if len(digits) % 2 == 0 else "0" + digits)


def encode(message: Message, form: str) -> bytes:
    """The bytes of a message in one of the forms."""
    bcd = form != "ascii"
    bits, body = 0, []
    for number in sorted(message.elements):
        kind, length = ELEMENTS[number]
        value = message.elements[number]
        bits |= 1 << (128 - number)
        assert length < 0 or len(value) == length, f"DE {number}: {value!r}"
        if form == "terminal" and number in (_CURRENCY, _NET):
            body.append(_packed(value + "0") if number == _CURRENCY else value[:1].encode() + _packed(value[1:]))
            continue
        if length < 0:
            size = f"{len(value):0{-length}d}"
            body.append(_packed(size) if bcd else size.encode())
        body.append(_packed(value.replace("=", "D")) if bcd and kind in "nz" else value.encode())
    whole = 128 if bits & ((1 << 64) - 1) else 64
    bits = bits | 1 << 127 if whole == 128 else bits >> 64
    head = _packed(message.mti) if bcd else message.mti.encode()
    return head + bits.to_bytes(whole // 8, "big") + b"".join(body)


def decode(data: bytes, form: str) -> Message:
    """The message in these bytes; ValueError or KeyError where they make no sense or hold an element not in the table."""
    bcd = form != "ascii"
    at = 2 if bcd else 4
    mti = data[:2].hex() if bcd else data[:4].decode()
    bits = int.from_bytes(data[at : at + 8], "big") << 64
    at += 8
    if bits >> 127:
        bits |= int.from_bytes(data[at : at + 8], "big")
        at += 8
    elements: dict[int, str] = {}
    bits &= (1 << 127) - 1
    while bits:
        number = 129 - bits.bit_length()
        bits ^= 1 << (128 - number)
        kind, length = ELEMENTS[number]
        if form == "terminal" and number in (_CURRENCY, _NET):
            width = 2 if number == _CURRENCY else 9
            packed = data[at : at + width]
            elements[number] = packed.hex()[:3] if number == _CURRENCY else packed[:1].decode() + packed[1:].hex()
            at += width
            continue
        if length < 0:
            width = (1 - length) // 2 if bcd else -length
            length = int(data[at : at + width].hex() if bcd else data[at : at + width])
            at += width
        if bcd and kind in "nz":
            width = (length + 1) // 2
            elements[number] = data[at : at + width].hex()[-length:].upper().replace("D", "=") if length else ""
            at += width
        else:
            elements[number] = data[at : at + length].decode("latin-1")
            at += length
    if at != len(data):
        raise ValueError(f"found {len(data)} bytes, expected {at}: {data.hex()}")
    return Message(mti, elements)


def frame(body: bytes, tpdu: bytes = b"") -> bytes:
    """A message behind its length header, and its TPDU where it has one."""
    return (len(tpdu) + len(body)).to_bytes(2, "big") + tpdu + body


class Frames:
    """A stream of bytes, cut into TPDU and body of each message."""

    def __init__(self, form: str) -> None:
        self._bytes, self._skip = bytearray(), FRONT_BYTES[form]

    def take(self, data: bytes) -> Iterator[tuple[bytes, bytes]]:
        self._bytes += data
        while len(self._bytes) >= 2:
            end = 2 + int.from_bytes(self._bytes[:2], "big")
            if len(self._bytes) < end:
                return
            whole = bytes(self._bytes[2:end])
            del self._bytes[:end]
            if whole:
                yield whole[: self._skip], whole[self._skip :]
