"""Arrays of numbers as programs write them: C, Java, C#, Go, Python, JavaScript; hexadecimal, decimal, signed, with casts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

from switch.iso8583.reading.pasted.piece import PIECES_MAX, Pasted, Piece

NUMBERS_MIN: Final = 4  #: fewer in brackets are a size or an index

_COMMENT: Final = re.compile(r"/\*.*?(?:\*/|\Z)|//[^\n]*", re.DOTALL)
_CAST: Final = re.compile(r"\(\s*(?:s?byte|BYTE|u?int8(?:_t)?|[ui]8|(?:un)?signed\s+char|char)\s*\)|\.toU?Byte\(\)")
_BRACKETS: Final = re.compile(r"[\[{(]([^\[\]{}()]*)(?:[\]})]|\Z)")
_NUMBER: Final = re.compile(
    r"\s*(?:(?P<hex>(?:0[xX]|&[hH]|\$)[0-9A-Fa-f]{1,2})[uUlL]?|(?P<decimal>-?[0-9]{1,3})|(?P<pair>[0-9A-Fa-f]{2})|'(?P<sign>[^'\\])')"
    r"\s*(?:[,;]|$|\n)"
)


def arrays(text: str) -> Iterator[Pasted]:
    """The arrays of a text, each a message; a list without brackets is one. Pairs of digits without 0x may be either."""
    bare = _CAST.sub("", _COMMENT.sub(_as_blanks, text))
    if "," not in bare and ";" not in bare:
        return
    found = [(match[1], match.start(1)) for match in islice(_BRACKETS.finditer(bare), PIECES_MAX)] or [(bare, 0)]
    hexadecimal: list[Piece] = []
    decimal: list[Piece] = []
    marked, line, counted = False, 1, 0
    for content, start in found:
        numbers = list(_numbers(content))
        if len(numbers) < NUMBERS_MIN:
            continue
        begins = start + len(content) - len(content.lstrip())
        line += bare.count("\n", counted, begins)
        counted = begins
        marked = marked or any(kind == "hex" for kind, _ in numbers)
        for pieces, base in ((hexadecimal, 16), (decimal, 10)):
            data = _data(numbers, base)
            if data is not None:
                pieces.append(Piece(data, line))
    if marked or not hexadecimal:
        if decimal:
            yield Pasted("an array of bytes", tuple(decimal))
        return
    yield Pasted("hexadecimal digits with commas", tuple(hexadecimal))
    if decimal:
        yield Pasted("an array of decimal bytes", tuple(decimal))


def _as_blanks(match: re.Match[str]) -> str:
    """A comment without its words, its line ends kept."""
    return " " + "\n" * match[0].count("\n")


def _numbers(content: str) -> Iterator[tuple[str, str]]:
    """Every number of a list, and how it is written; nothing where something else stands among them."""
    place, numbers = 0, []
    end = len(content.rstrip())
    while place < end:
        match = _NUMBER.match(content, place)
        if match is None or match.lastgroup is None:
            return
        numbers.append((match.lastgroup, match[match.lastgroup]))
        place = match.end()
    yield from numbers


def _data(numbers: Sequence[tuple[str, str]], base: int) -> bytes | None:
    """The bytes, with numbers that do not say it themselves in this base; None where they are no bytes then."""
    data = bytearray()
    for kind, written in numbers:
        if kind == "hex":
            value = int(written.lstrip("&$hHxX").replace("x", "").replace("X", ""), 16)
        elif kind == "sign":
            value = ord(written)
        elif (kind == "pair" and base == 10) or (base == 16 and len(written) != 2):
            return None
        else:
            try:
                value = int(written, base)
            except ValueError:
                return None
        if not -128 <= value <= 255 or (base == 16 and value < 0):
            return None
        data.append(value & 0xFF)
    return bytes(data)
