"""Dumps with offsets in front: hexdump, xxd, od, Wireshark, tcpdump, jPOS, debuggers; any width, any groups.

The offsets say how many bytes a row has, so a text column behind them is never taken for bytes; only the last row has to be
told by its columns, or by its text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final, NamedTuple

from switch.iso8583.reading.pasted.piece import MASK, PIECES_MAX, Pasted, Piece

ROW_BYTES_MAX: Final = 256
DUMP_BYTES_MAX: Final = 64 * 1024 * 1024  #: what a row of asterisks may stand for ends here
SEARCHED_CHARACTERS: Final = 160  #: of a line, for its offset: a time and a few words may stand in front

_MARK: Final = r"(?:h:|h(?=[ \t])|:(?!:)|[ \t]*\||[ \t]*->|[ \t]*-(?=[ \t]))?"
_FRONT: Final = r"(?<![0-9A-Za-z_.:,+\-])"
_FIRST: Final = re.compile(
    rf"{_FRONT}(?:(0[xX])?(0{{3,16}})({_MARK})|()(0{{1,2}})(h?:))(?=[ \t]+(?:0[xX])?(?:[0-9A-Fa-f*-]{{2}}))"
)
_NEXT: Final = re.compile(rf"{_FRONT}(?:0[xX])?([0-9A-Fa-f]{{1,16}}){_MARK}(?=[ \t]|$)")
_GROUP: Final = re.compile(r"[ \t]*[ \t,:|\-]?[ \t]*(?:0[xX]|\\x)?((?:[0-9A-Fa-f]{2}|\*\*|--(?=[ \t]|$))+)(?![0-9A-Za-z])[,h]?")
_PLAIN: Final = re.compile(r"[ \t]*(?:(?:[0-9A-Fa-f]{2})+(?:[ \t]{1,3}|$))+")
_SQUEEZED: Final = re.compile(r"\s*\*\s*")
_TEXT_COLUMN: Final = re.compile(r"[ \t]{2,}\|.*\|?\s*$|[ \t]{2,}>.*<\s*$")
_BASES: Final = (16, 10, 8)


class _Row(NamedTuple):
    line: int
    digits: str  #: of the offset
    rest: str  #: behind it
    squeezed: bool  #: rows like the one before were left out in front of this one


def dumps(lines: Sequence[str]) -> Iterator[Pasted]:
    """The dumps of a text, all of them as one way of reading it; where words may be swapped, a second way."""
    pieces: list[Piece] = []
    swapped: list[Piece] = []
    how = ""
    for rows, name in islice(_groups(lines), PIECES_MAX):
        found = _bytes_of(rows)
        if found is None:
            continue
        data, words = found
        pieces.append(Piece(data, rows[0].line))
        if words:
            swapped.append(Piece(words, rows[0].line))
        how = how or name
    if len(swapped) == len(pieces) > 0:
        yield Pasted("a dump of two-byte words, the low byte first", tuple(swapped))
    if pieces:
        yield Pasted(how, tuple(pieces))


def _groups(lines: Sequence[str]) -> Iterator[tuple[list[_Row], str]]:
    """Rows that follow each other, their offsets growing from 0, and what writes such rows."""
    place = 0
    while place < len(lines):
        line = lines[place]
        first = _FIRST.search(line, 0, SEARCHED_CHARACTERS) if line and ("0" in line) else None
        if first is None:
            place += 1
            continue
        digits, mark = first[2] or first[5], first[3] or first[6] or ""
        rows = [_Row(place + 1, digits, line[first.end() :], False)]
        words = len(line[: first.start()].split())
        place += 1
        squeezed = False
        while place < len(lines):
            if _SQUEEZED.fullmatch(lines[place]):
                squeezed = True
                place += 1
                continue
            row = _next_row(lines[place], place + 1, rows[-1].digits, words=words, squeezed=squeezed)
            if row is None:
                break
            rows.append(row)
            squeezed = False
            place += 1
        yield rows, _name(rows, prefix=first[1] or "", mark=mark.strip())


def _next_row(line: str, number: int, before: str, *, words: int, squeezed: bool) -> _Row | None:
    """The row that follows one with the offset ``before``, behind so many words."""
    for match in _NEXT.finditer(line, 0, SEARCHED_CHARACTERS):
        digits, front = match[1], len(line[: match.start()].split())
        if front > words:
            break
        if front < words or len(digits) < len(before) or (digits.lower() <= before.lower() and len(digits) == len(before)):
            continue
        step = int(digits, 16) - int(before, 16)
        if 0 < step <= 8 * ROW_BYTES_MAX or squeezed:
            return _Row(number, digits, line[match.end() :], squeezed)
    return None


def _name(rows: Sequence[_Row], *, prefix: str, mark: str) -> str:
    width = len(rows[0].digits)
    if prefix and mark == ":":
        return "a tcpdump dump"
    if mark == ":" and width == 8:
        return "an xxd dump"
    if width in (7, 8) and rows[0].rest.rstrip().endswith("|"):
        return "a hexdump -C dump"
    if width == 7:
        return "an od dump"
    if width == 4 and not mark:
        return "a dump with offsets, as Wireshark and jPOS write it"
    return "a dump with offsets"


def _bytes_of(rows: Sequence[_Row]) -> tuple[bytes, bytes | None] | None:
    """The bytes of a dump, and those with every two swapped where it may be one of words; None where it is no dump."""
    parsed: dict[int, list[tuple[bytes, int]]] = {}  #: groups of a row, once they were needed
    for base in _likeliest_bases(rows):
        try:
            offsets = [int(row.digits, base) for row in rows]
        except ValueError:
            continue
        found = _at_offsets(rows, offsets, parsed)
        if found is not None:
            return found
    return None


def _likeliest_bases(rows: Sequence[_Row]) -> list[int]:
    """The bases offsets may be in, the likeliest first: that in which the first row ends where its text begins.

    Text that looks like hexadecimal digits would make the row longer, and offsets of another base fit it.
    """
    if len(rows) == 1 or rows[1].squeezed:
        return [*_BASES]
    before = before_text(rows[0].rest, list(_groups_of(rows[0].rest)))
    first, second = rows[0].digits, rows[1].digits

    def fits(base: int) -> bool:
        try:
            return before is not None and int(second, base) - int(first, base) == len(before)
        except ValueError:
            return False

    return sorted(_BASES, key=lambda base: not fits(base))


def _at_offsets(
    rows: Sequence[_Row], offsets: Sequence[int], parsed: dict[int, list[tuple[bytes, int]]]
) -> tuple[bytes, bytes | None] | None:
    data, repeated, column, words = bytearray(), b"", 0, not rows[0].rest.lstrip().startswith("0x")
    tail = 0  #: bytes a last word has too many
    for place, row in enumerate(rows):
        last = place == len(rows) - 1
        if row.squeezed:
            missing = offsets[place] - len(data)
            if not repeated or missing % len(repeated) or not 0 <= missing <= DUMP_BYTES_MAX:
                return None
            data += repeated * (missing // len(repeated))
        if offsets[place] != len(data) - tail:
            return None
        if last and not row.rest.strip():
            break
        if not last and not words and not rows[place + 1].squeezed:
            size = offsets[place + 1] - offsets[place]
            plain = _PLAIN.match(row.rest)
            if plain and len(piece := bytes.fromhex(plain[0])) == size:
                column = max(column, len(plain[0].rstrip()))
                data += piece
                repeated = piece
                continue
        groups = parsed.get(place) or parsed.setdefault(place, list(_groups_of(row.rest)))
        words = words and all(len(group) == 2 for group, _ in groups)
        if last:
            piece = _last_row(row.rest, groups, column)
        else:
            size = offsets[place + 1] - offsets[place]
            repeated_next = rows[place + 1].squeezed
            piece, end = _exactly(groups, None if repeated_next else size, row.rest, column)
            if not piece and len(rows) == place + 2 and not rows[-1].rest.strip() and words and size % 2:
                piece, end = _exactly(groups, size + 1, row.rest, column)
                tail = 1
            column = max(column, end)
        if not piece:
            return None
        data += piece
        repeated = piece
    swapped = None
    if words and len(data) % 2 == 0 and len(rows[0].digits) == 7:
        both = bytearray(data)
        both[0::2], both[1::2] = data[1::2], data[0::2]
        swapped = bytes(both[: len(both) - tail])
    return bytes(data[: len(data) - tail]), swapped


def _groups_of(rest: str) -> Iterator[tuple[bytes, int]]:
    """Groups of hexadecimal digits as they follow each other, and the column where each ends."""
    place, total = 0, 0
    while total <= ROW_BYTES_MAX:
        match = _GROUP.match(rest, place)
        if match is None:
            return
        digits = match[1]
        data = bytes(
            MASK if pair in ("**", "--") else int(pair, 16)
            for pair in map("".join, zip(digits[::2], digits[1::2], strict=True))
        )
        total += len(data)
        place = match.end()
        yield data, place


def _exactly(groups: Sequence[tuple[bytes, int]], size: int | None, rest: str, column: int) -> tuple[bytes, int]:
    """So many bytes of a row, and the column where they end; nothing where it has no such number of them."""
    if size is None:
        return _last_row(rest, groups, column), column
    data = b""
    for group, end in groups:
        data += group
        if len(data) == size:
            return data, end
        if len(data) > size:
            break
    return b"", 0


def _last_row(rest: str, groups: Sequence[tuple[bytes, int]], column: int) -> bytes:
    """The bytes of a row nobody says the number of: up to its text column, wherever that begins."""
    text = _TEXT_COLUMN.search(rest)
    limit = text.start() if text else column
    if limit:
        return b"".join(group for group, end in groups if end <= limit)
    return before_text(rest, groups) or b"".join(group for group, _ in groups)


def before_text(rest: str, groups: Sequence[tuple[bytes, int]]) -> bytes | None:
    """The bytes of a row that has their text behind them; None where nothing of it is text of what stands in front."""
    reached = b"".join(group for group, _ in groups)
    for group, end in reversed(groups):
        if _is_text_of(rest[end:].strip(" \t|"), reached):
            return reached
        reached = reached[: len(reached) - len(group)]
    return None


def _is_text_of(text: str, data: bytes) -> bool:
    """Whether a text column shows these bytes: a character for each, a dot or a blank for what cannot be shown."""
    if not text or not len(data) // 2 < len(text) <= len(data) or len(data) > ROW_BYTES_MAX:
        return False
    shown = [chr(byte) if 0x20 < byte < 0x7F else "" for byte in data]
    aligned = (shown[: len(text)], shown[len(data) - len(text) :])  # blanks at either end of it were stripped
    return any(
        all(sign == own or (not own and not sign.isalnum()) for sign, own in zip(text, own_text, strict=True))
        for own_text in aligned
    )
