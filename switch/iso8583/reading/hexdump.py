"""Bytes for people: sixteen a line, in hexadecimal and as text, with what is not shown marked."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

LINE_BYTES: Final = 16
HIDDEN: Final = "**"  #: it is there, and not shown
BLANKED: Final = "--"  #: it was overwritten before it was kept


def hexdump(
    data: bytes, *, hidden: Collection[int], blanked: Collection[int], text: str = "latin-1", line_bytes: int = LINE_BYTES
) -> Iterator[str]:
    """Lines of offset, bytes and characters, ``line_bytes`` on each; ``hidden`` and ``blanked`` are offsets.
    ``text`` is the characters' code page.

    >>> print(*hexdump(b"0100 4507", hidden={7, 8}, blanked={4}))
    0000  30 31 30 30 -- 34 35 **  **                       0100-45**
    """
    for start in range(0, len(data), line_bytes):
        places = range(start, min(start + line_bytes, len(data)))
        pairs = [_pair(data, p, hidden, blanked) for p in places]
        signs = ["*" if p in hidden else "-" if p in blanked else _sign(data[p : p + 1], text) for p in places]
        halves = " ".join(pairs[:8]) + ("  " if len(pairs) > 8 else " ") + " ".join(pairs[8:])
        yield f"{start:04x}  {halves:<{line_bytes * 3}}  {''.join(signs)}"


def marked(data: bytes, *, hidden: Collection[int], blanked: Collection[int]) -> str:
    """The same in one string of hexadecimal digits and marks."""
    return "".join(_pair(data, place, hidden, blanked) for place in range(len(data)))


def _pair(data: bytes, place: int, hidden: Collection[int], blanked: Collection[int]) -> str:
    return HIDDEN if place in hidden else BLANKED if place in blanked else f"{data[place]:02x}"


def _sign(byte: bytes, text: str) -> str:
    sign = byte.decode(text)
    return sign if sign.isascii() and sign.isprintable() else "."
