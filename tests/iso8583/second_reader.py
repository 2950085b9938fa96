"""A second reader of ISO 8583:1987, to hold the codec to: its own table of elements, its own rules, and nothing of ``switch``.

Written from the standard's list of data elements as it is published everywhere, not from ``specs/dialects``. Slow and strict.
"""

from __future__ import annotations

import re
from typing import Final

#: Element: its class and length, ``..`` where it is variable. Not here: 65, which would announce elements beyond 128.
_ELEMENTS: Final = """
2:n..19 3:n6 4:n12 5:n12 6:n12 7:n10 8:n8 9:n8 10:n8 11:n6 12:n6 13:n4 14:n4 15:n4 16:n4 17:n4 18:n4 19:n3 20:n3 21:n3
22:n3 23:n3 24:n3 25:n2 26:n2 27:n1 28:x+n8 29:x+n8 30:x+n8 31:x+n8 32:n..11 33:n..11 34:ans..28 35:z..37 36:z..104
37:an12 38:an6 39:an2 40:an3 41:ans8 42:ans15 43:ans40 44:ans..25 45:ans..76 46:ans..999 47:ans..999 48:ans..999 49:n3
50:n3 51:n3 52:b8 53:n16 54:an..120 55:b..255 56:ans..999 57:ans..999 58:ans..999 59:ans..999 60:ans..999 61:ans..999
62:ans..999 63:ans..999 64:b8 66:n1 67:n2 68:n3 69:n3 70:n3 71:n4 72:n4 73:n6 74:n10 75:n10 76:n10 77:n10 78:n10 79:n10
80:n10 81:n10 82:n12 83:n12 84:n12 85:n12 86:n16 87:n16 88:n16 89:n16 90:n42 91:an1 92:an2 93:an5 94:an7 95:an42 96:b8
97:x+n16 98:ans25 99:n..11 100:n..11 101:ans..17 102:ans..28 103:ans..28 104:ans..100 105:ans..999 106:ans..999
107:ans..999 108:ans..999 109:ans..999 110:ans..999 111:ans..999 112:ans..999 113:ans..999 114:ans..999 115:ans..999
116:ans..999 117:ans..999 118:ans..999 119:ans..999 120:ans..999 121:ans..999 122:ans..999 123:ans..999 124:ans..999
125:ans..999 126:ans..999 127:ans..999 128:b8
"""
_LAYOUT = re.compile(r"(\d+):(n|an|ans|z|b|x\+n)(\.*)(\d+)")
_LISTED: Final = {int(number): (content, int(size), dots) for number, content, dots, size in _LAYOUT.findall(_ELEMENTS)}
_CLASSES: Final = {
    "n": "[0-9]*",
    "an": "[0-9A-Za-z]*",
    "anp": "[0-9A-Za-z ]*",
    "ans": "[ -~]*",
    "z": "[0-9=D]*",
    "x+n": "[CD][0-9]+",
    "b": "[0-9A-Fa-f]*",
}


class _Bytes:
    """What is left to read, in one of the formats: ``ascii``, ``ascii_hex`` (bitmap and binary elements too) or ``bcd``."""

    def __init__(self, data: bytes, format_: str) -> None:
        self.left, self.packed, self.hexadecimal = data, format_ == "bcd", format_ == "ascii_hex"

    def take(self, size: int) -> bytes:
        if size > len(self.left):
            raise ValueError(f"{size} bytes wanted, {len(self.left)} left")
        taken, self.left = self.left[:size], self.left[size:]
        return taken

    def nibbles(self, count: int) -> str:
        """Packed digits, right-justified: an odd number of them begins with a 0 that does not count."""
        taken = self.take((count + 1) // 2).hex().upper()
        if count % 2 and taken[0] != "0":
            raise ValueError(f"filled with {taken[0]}")
        return taken[count % 2 :]

    def text(self, content: str, count: int, *, fixed: bool = False) -> str:
        packed = self.packed and content in ("n", "z")
        text = self.nibbles(count).replace("D", "=") if packed else self.take(count).decode("ascii")
        if text and not re.fullmatch(_CLASSES["anp" if content == "an" and fixed else content], text):
            raise ValueError(f"not of class {content}")
        return text

    def binary(self, size: int) -> str:
        """So many bytes as hexadecimal digits, which is how they stand in ``ascii_hex``."""
        digits = self.text("b", size) if self.hexadecimal else self.take(size).hex()
        return bytes.fromhex(digits).hex().upper()

    def bitmap(self) -> str:
        return f"{int(self.binary(16 if self.hexadecimal else 8), 16):064b}"

    def element(self, number: int) -> str:
        content, size, dots = _LISTED[number]
        longest = 2 * size if content == "b" and self.hexadecimal else size + 1 if content == "x+n" else size
        count = int(self.text("n", 2 if size < 100 else 3)) if dots else longest
        if count > longest:
            raise ValueError(f"{count} of at most {longest}")
        return self.binary(count) if content == "b" else self.text(content, count, fixed=not dots)


def read(data: bytes, format_: str) -> tuple[str, dict[int, str]]:
    """MTI and elements; ValueError where the bytes are not one whole message."""
    rest = _Bytes(data, format_)
    mti, bits = rest.text("n", 4), rest.bitmap()
    if bits[0] == "1":
        bits += rest.bitmap()
    numbers = [place for place, bit in enumerate(bits, start=1) if bit == "1" and place != 1]
    if not set(numbers) <= set(_LISTED):
        raise ValueError("an element that is not listed")
    elements = {number: rest.element(number) for number in numbers}
    if rest.left:
        raise ValueError(f"{len(rest.left)} bytes too many")
    return mti, elements
