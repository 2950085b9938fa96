"""Hexadecimal digits in lines, with or without other words in front; messages as text; base64."""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error as NoBase64
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from switch.iso8583.reading.pasted.dumps import before_text
from switch.iso8583.reading.pasted.piece import MASK, Pasted, Piece

RUN_BYTES_MIN: Final = 6  #: of hexadecimal digits among other words, to be a message
BASE64_CHARACTERS_MIN: Final = 16
COLUMN_BYTES_MAX: Final = 64  #: in a row that may have its text behind it

_SEPARATORS: Final = re.compile(r"[\s:,;.|_\-]+|0[xX](?=[0-9A-Fa-f*]{2})|(?<=[0-9A-Fa-f]{2})[hH](?![0-9A-Za-z])")
_HEX: Final = re.compile(r"[0-9A-Fa-f*]+")
_DIGITS: Final = re.compile(r"[0-9A-Fa-f]+")
_WORD: Final = re.compile(r"(?:0[xX])?([^\s,:;|\-\"'`<>\[\]{}()=]+)")
_PAIRS: Final = re.compile(r"(?:0[xX])?([0-9A-Fa-f]{2,8})(?:[ \t,:\-]+|$)")
_BETWEEN: Final = re.compile(r"[ \t]{0,2}(?:[,:;\-][ \t]{0,2})?")
_USUAL_BETWEEN: Final = frozenset({" ", "  ", ",", ", ", ":", "-"})
_HEX_OR_MASK: Final = "0123456789ABCDEFabcdef*"
_OF_TIMES: Final = ":-/."  #: at least one of these is in every time and date
_DATE: Final = r"(?:[0-9]{4}[-/.][0-9]{2}[-/.][0-9]{2}|[0-9]{2}[-/.][0-9]{2}[-/.][0-9]{2,4})"
_CLOCK: Final = r"[0-2]?[0-9]:[0-5][0-9]:[0-6][0-9](?:[.,][0-9]{1,9})?(?:Z|[+-][0-9]{2}:?[0-9]{2})?"
_TIMES: Final = re.compile(rf"(?<![\w:.])(?:{_DATE}(?:[T_]{_CLOCK})?|{_CLOCK})(?![\w:])")
#: How a message begins as text: a length or other digits in front, an MTI, a bitmap in hexadecimal digits.
_TEXT: Final = re.compile(r"(?<![0-9A-Za-z])(?:ISO[0-9]{9}|[0-9]{4,10})?[01][1-8][0-4][0-5][0-9A-Fa-f]{16}")
_CLOSED_BY: Final = {"[": "]", '"': '"', "'": "'", "<": ">", "(": ")", "{": "}", "`": "`", "|": "|"}
_BASE64: Final = re.compile(r"[A-Za-z0-9+/_\-]{16,}={0,2}")


class HexRun(NamedTuple):
    """Hexadecimal digits of one line: their bytes, and whether nothing else stands in it or behind them."""

    data: bytes
    alone: bool
    last: bool


def from_digits(text: str) -> bytes | None:
    """The bytes a text of nothing but hexadecimal digits spells, with whatever is written between; None where it is none.

    >>> from_digits("0x30 31\\n30:30\\t") == from_digits("30-31-30, 30") == b"0100"
    True
    """
    digits = _SEPARATORS.sub("", text)
    if not digits or len(digits) % 2 or not _HEX.fullmatch(digits):
        return None
    if "*" not in digits:
        return bytes.fromhex(digits)
    if digits.startswith("*"):
        return None
    pairs = re.findall("..", digits)
    return bytes(MASK if pair == "**" else int(pair.replace("*", "0"), 16) for pair in pairs)


def in_lines(text: str, lines: Sequence[str]) -> Iterator[Pasted]:
    """Hexadecimal digits: as one message, one a block, one a line; in lines of a log, too."""
    whole = from_digits(text)
    runs = [] if whole is not None and len(lines) == 1 else [_run_of(line) if len(line) > 1 else None for line in lines]
    if whole is not None:
        masked = ", masked digits taken for 0" if "*" in text else ""
        one = Pasted(f"hexadecimal digits{masked}", (Piece(whole, 1),))
        if len([run for run in runs if run]) < 2:
            yield one
            return
        each = tuple(Piece(run.data, number) for number, run in enumerate(runs, start=1) if run)
        blocks = _blocks(runs)
        lengths = {len(piece.data) for piece in each[:-1]}
        wrapped = len(lengths) == 1 and len(each[-1].data) <= len(each[0].data)
        several = [Pasted("hexadecimal digits, a message a line", each)]
        if 1 < len(blocks) < len(each):
            several.insert(0, Pasted("hexadecimal digits in blocks", blocks))
        yield from ([one, *several] if wrapped else [*several, one])
        return
    each = tuple(Piece(run.data, number) for number, run in enumerate(runs, start=1) if run)
    if not each:
        return
    blocks = _blocks(runs)
    alone = all(run is None or run.alone for run in runs)
    if len(blocks) < len(each):
        yield Pasted("hexadecimal digits in blocks" if alone else "hexadecimal digits behind other words", blocks)
    how = "hexadecimal digits with text behind" if alone else "hexadecimal digits behind other words"
    yield Pasted(how, each)


def _blocks(runs: Sequence[HexRun | None]) -> tuple[Piece, ...]:
    """Lines of nothing but digits go on what stands at the end of the line before."""
    pieces: list[tuple[list[bytes], int]] = []
    open_ended = False
    for number, run in enumerate(runs, start=1):
        if run is None:
            open_ended = False
            continue
        if run.alone and open_ended:
            pieces[-1][0].append(run.data)
        else:
            pieces.append(([run.data], number))
        open_ended = run.last
    return tuple(Piece(b"".join(data), number) for data, number in pieces)


def _run_of(line: str) -> HexRun | None:
    """The longest run of hexadecimal digits in a line."""
    bare = line.strip().rstrip(",;:\\")
    data = from_digits(bare) if "." not in bare or _DIGITS.match(bare) else None
    if data is not None:
        column = _with_text(bare)
        return HexRun(column or data, True, True)
    column = _with_text(bare)
    if column:
        return HexRun(column, True, True)
    timed = _TIMES.sub(lambda match: "~" * len(match[0]), line) if any(sign in line for sign in _OF_TIMES) else line
    best: list[str] = []
    best_size, best_end = 0, 0
    current: list[str] = []
    size, end = 0, -1
    for match in _WORD.finditer(timed):
        word = match[1]
        if len(word) % 2 or word.strip(_HEX_OR_MASK) or not word.strip("*"):
            current, size, end = [], 0, -1
            continue
        if end < 0 or (timed[end : match.start()] not in _USUAL_BETWEEN and not _BETWEEN.fullmatch(timed, end, match.start())):
            current, size = [], 0
        current.append(word)
        size += len(word)
        end = match.end()
        if size > best_size:
            best, best_size, best_end = current, size, end
    words = _even(best)
    data = from_digits("".join(words)) if words else None
    if data is None or len(data) < RUN_BYTES_MIN:
        return None
    return HexRun(data, False, not timed[best_end:].strip(" \t\r\"'`>)]};,."))


def _even(words: list[str]) -> list[str]:
    """The words of a run without numbers in front that are no part of it: groups have one length, but for the last."""
    if len(words) < 2:
        return words
    size = len(words[-2])
    if len(words[-1]) > size:
        return words[-1:]
    for place in range(len(words) - 2, -1, -1):
        if len(words[place]) != size:
            return words[place + 1 :]
    return words


def _with_text(line: str) -> bytes | None:
    """The bytes of a row of pairs that has its text behind it, without offsets; None where it is no such row."""
    groups: list[tuple[bytes, int]] = []
    place = 0
    while len(groups) <= COLUMN_BYTES_MAX and (match := _PAIRS.match(line, place)):
        if len(match[1]) % 2:
            break
        place = match.end()
        groups.append((bytes.fromhex(match[1]), match.end(1)))
    return before_text(line, groups)


def as_text(text: str, lines: Sequence[str]) -> Iterator[Pasted]:
    """Messages that are text themselves, without the line end behind them; one a line, other words in front."""
    filled = [(number, line) for number, line in enumerate(lines, start=1) if line.strip()]
    if not filled:
        return
    stripped = text.strip("\r\n")
    found = [(number, line, match) for number, line in filled if (match := _TEXT.search(line))]
    if len(filled) > 1 and found:
        behind = any(match.start() for _, _, match in found)
        how = "messages as text behind other words" if behind else "text, a message a line"
        yield Pasted(how, tuple(Piece(_cut(line, match.start()).encode(), number) for number, line, match in found), True)
    elif found and found[0][2].start():
        number, line, match = found[0]
        yield Pasted("a message as text behind other words", (Piece(_cut(line, match.start()).encode(), number),), True)
    yield Pasted("text", (Piece(stripped.encode(), 1),), True)


def _cut(line: str, start: int) -> str:
    """A line from a place on, without what closes a bracket or a quotation opened right in front of it."""
    rest = line[start:].rstrip("\r\n")
    closing = _CLOSED_BY.get(line[start - 1 : start], "")
    return rest[: rest.rindex(closing)] if closing and closing in rest else rest


def in_base64(text: str, lines: Sequence[str]) -> Iterator[Pasted]:
    """Base64: the whole text, or the longest word of each line."""
    joined = "".join(text.split())
    data = _base64(joined)
    if data is not None:
        yield Pasted("base64", (Piece(data, 1),))
    pieces = []
    for number, line in enumerate(lines, start=1):
        word = max(_BASE64.findall(line), key=len, default="")
        found = _base64(word)
        if found is not None:
            pieces.append(Piece(found, number))
    if pieces and (len(pieces) > 1 or pieces[0].data != data):
        yield Pasted(
            "base64 among other words" if any(len(line.split()) > 1 for line in lines) else "base64, a message a line",
            tuple(pieces),
        )


def _base64(word: str) -> bytes | None:
    bare = word.rstrip("=")
    if len(bare) < BASE64_CHARACTERS_MIN or len(bare) % 4 == 1 or not _BASE64.fullmatch(word) or _DIGITS.fullmatch(word):
        return None
    try:
        return b64decode(bare.replace("-", "+").replace("_", "/") + "=" * (-len(bare) % 4), validate=True)
    except NoBase64:
        return None
