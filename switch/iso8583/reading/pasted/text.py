"""From what a file or an argument holds to the ways in which it may be read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from switch.iso8583.reading.pasted.dumps import dumps
from switch.iso8583.reading.pasted.lines import as_text, in_base64, in_lines
from switch.iso8583.reading.pasted.literals import literals
from switch.iso8583.reading.pasted.numbers import arrays
from switch.iso8583.reading.pasted.piece import PIECES_MAX, Pasted, Piece

#: No text has these; tabs, line ends, form feeds and the escapes of a coloured terminal it may have.
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f-\x84\x86-\x9f\ufffd]")
_COLOURS: Final = re.compile(r"\x1b\[[0-9;]{0,12}[A-Za-z]")
#: Signs that word processors and web pages put in place of plain ones.
_SAME: Final = str.maketrans(
    {
        **dict.fromkeys("\u00a0\u2007\u202f", " "),
        **dict.fromkeys("\u200b\ufeff", ""),
        **dict.fromkeys("\u2018\u2019", "'"),
        **dict.fromkeys("\u201c\u201d", '"'),
        **dict.fromkeys("\u2011\u2013\u2212", "-"),
    }
)
_BYTE_ORDERS: Final = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
WAYS_MAX: Final = 8  #: in which one text is tried

LONG_CHARACTERS: Final = 64 * 1024  #: in a longer text, ways behind one that is plainly meant are not looked for
CHARACTERS_A_BYTE_MAX: Final = 10  #: that a byte takes in the widest notation
LINES_MAX: Final = 10_000  #: of a text whose lines are shorter than LINE_CHARACTERS_MIN; beyond, its line ends say nothing
LINE_CHARACTERS_MIN: Final = 16

THE_BYTES: Final = "the bytes themselves"


def ways_to_read(data: bytes) -> tuple[Pasted, ...]:
    """Every way to read what a file or an argument holds, the likeliest first; bytes that are no text mean themselves."""
    text = text_of(data)
    if text is None:
        return _of_bytes(data)
    lines = text.split("\n")
    if len(lines) > LINES_MAX and len(text) < LINE_CHARACTERS_MIN * len(lines):
        lines = [text.replace("\n", " ")]
    found: list[Pasted] = []
    stages: tuple[Callable[[], Iterator[Pasted]], ...] = (
        lambda: dumps(lines),
        lambda: arrays(text),
        lambda: literals(text),
        lambda: in_lines(text, lines),
        lambda: as_text(text, lines),
        lambda: in_base64(text, lines),
    )
    for stage in stages:
        found += stage()
        if len(text) > LONG_CHARACTERS and any(_covers(way, text) for way in found):
            break
    ways: dict[tuple[bytes, ...], Pasted] = {}
    for way in found:
        ways.setdefault(tuple(piece.data for piece in way.pieces), way)
    ways.pop((b"",), None)
    return tuple(ways.values())[:WAYS_MAX]


def _covers(way: Pasted, text: str) -> bool:
    """Whether a long text is plainly written in this way: there is little beside it, or more of it than is looked at."""
    return len(way.pieces) == PIECES_MAX or sum(len(piece.data) for piece in way.pieces) * CHARACTERS_A_BYTE_MAX > len(text)


def text_of(data: bytes) -> str | None:
    """The text in bytes, with line feeds for its line ends and plain signs for typographic ones; None where it is none."""
    encoding = "utf-8"
    for mark, name in _BYTE_ORDERS:
        if data.startswith(mark):
            data, encoding = data[len(mark) :], name
            break
    try:
        text = _COLOURS.sub("", data.decode(encoding))
    except UnicodeDecodeError:
        return None
    if _CONTROLS.search(text) or "\x1b" in text:
        return None
    return text.replace("\r\n", "\n").replace("\r", "\n").translate(_SAME)


def _of_bytes(data: bytes) -> tuple[Pasted, ...]:
    """Bytes as they are, and without a line end behind them, which an editor or ``echo`` put there."""
    ways = [Pasted(THE_BYTES, (Piece(data, 1),))]
    bare = data[:-2] if data.endswith(b"\r\n") else data[:-1] if data.endswith(b"\n") else data
    if bare and bare != data:
        ways.append(Pasted(f"{THE_BYTES} without the line end behind them", (Piece(bare, 1),)))
    return tuple(ways)
