"""Strings of programs with their escapes: C, Python, Java, JavaScript; in quotes, joined, or bare."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Final

from switch.iso8583.reading.pasted.piece import PIECES_MAX, Pasted, Piece

_LITERAL: Final = re.compile(
    r"""(?P<prefix>\b[bBuUrR]{1,2})?(?:"(?P<double>(?:\\.|[^"\\\n]|\\\n)*+)(?:"|(?=\n)|\Z)|'(?P<single>(?:\\.|[^'\\\n]|\\\n)*+)(?:'|(?=\n)|\Z))""",
    re.DOTALL,
)
_ESCAPE: Final = re.compile(
    r"\\(?:x(?P<hex>[0-9A-Fa-f]{1,2})|u\{?(?P<wide>[0-9A-Fa-f]{2,4})\}?|(?P<octal>[0-7]{1,3})|(?P<sign>.)|\Z)", re.DOTALL
)
_SIGNS: Final = {"n": 10, "r": 13, "t": 9, "0": 0, "a": 7, "b": 8, "f": 12, "v": 11, "e": 27}
_JOINS: Final = re.compile(r"[\s+\\.]*")  #: between two literals that are one
_ESCAPES_MIN: Final = 2  #: in bare words, to be taken for a literal
_BARE: Final = re.compile(r"\\(?:x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|[0-7]{3})")
_BYTES: Final = re.compile(r"(?:\\x[0-9A-Fa-f]{2})+(?![0-9A-Za-z])")


def literals(text: str) -> Iterator[Pasted]:
    """The literals of a text: those that join each other as one message, and each as one where they may be either."""
    if "\\" not in text and not re.search(r"\bb['\"]", text, re.IGNORECASE):
        return
    found = list(islice((match for match in _LITERAL.finditer(text) if _is_bytes(match)), PIECES_MAX))
    if not found:
        yield from _bare(text)
        return
    joined: list[Piece] = []
    single: list[Piece] = []
    line, counted, end = 1, 0, None
    for match in found:
        data = unescaped(match["double"] if match["double"] is not None else match["single"])
        if data is None:
            return
        line += text.count("\n", counted, match.start())
        counted = match.start()
        single.append(Piece(data, line))
        if end is not None and _JOINS.fullmatch(text, end, match.start()):
            joined[-1] = Piece(joined[-1].data + data, joined[-1].line)
        else:
            joined.append(Piece(data, line))
        end = match.end()
    how = "a literal of Python" if found[0]["prefix"] else "a literal with escapes"
    if len(single) > len(joined) and all(match["prefix"] for match in found):
        yield Pasted(how.replace("a literal", "literals"), tuple(single))
    yield Pasted(how if len(joined) == 1 else how.replace("a literal", "literals"), tuple(joined))


def _is_bytes(match: re.Match[str]) -> bool:
    body: str = match["double"] if match["double"] is not None else match["single"]
    return bool(body) and ("b" in (match["prefix"] or "").lower() or _BARE.search(body) is not None or "\\0" in body)


def _bare(text: str) -> Iterator[Pasted]:
    """Escapes without quotes: lines that end in a backslash go on in the next one."""
    lines = text.replace("\\\n", "").split("\n")
    whole: list[Piece] = []
    behind: list[Piece] = []
    for number, line in enumerate(lines, start=1):
        escapes = _BARE.search(line)
        if escapes is None or len(_BARE.findall(line)) < _ESCAPES_MIN:
            continue
        data = unescaped(line.strip())
        run = max(_BYTES.finditer(line), key=lambda match: len(match[0]), default=None)
        part = unescaped(line[escapes.start() :].rstrip())
        if data is not None:
            whole.append(Piece(data, number))
        if part is not None:
            only = run is not None and len(run[0]) > 4 * _ESCAPES_MIN and len(run[0]) * 2 > len(line) - escapes.start()
            behind.append(Piece(unescaped(run[0]) or b"" if run is not None and only else part, number))
    if whole:
        yield Pasted("text with escapes", tuple(whole))
    if len(whole) > 1:
        yield Pasted("text with escapes", (Piece(b"".join(piece.data for piece in whole), whole[0].line),))
    if behind and behind != whole:
        yield Pasted("escapes behind other words", tuple(behind))


def unescaped(body: str) -> bytes | None:
    """The bytes a literal stands for; None where it has characters that are none.

    >>> unescaped(r"\\x000210\\n\\u00C0\\300")
    b'\\x000210\\n\\xc0\\xc0'
    """
    data, place = bytearray(), 0
    try:
        for match in _ESCAPE.finditer(body):
            data += body[place : match.start()].encode("latin-1")
            place = match.end()
            if match["hex"]:
                data.append(int(match["hex"], 16))
            elif match["wide"] or match["octal"]:
                data.append(int(match["wide"], 16) if match["wide"] else int(match["octal"], 8))
            elif match["sign"] and match["sign"] not in "\r\n":
                data += bytes([_SIGNS[match["sign"]]]) if match["sign"] in _SIGNS else match["sign"].encode("latin-1")
        return bytes(data + body[place:].encode("latin-1"))
    except ValueError:  # UnicodeEncodeError is one
        return None
