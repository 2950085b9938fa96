"""Bytes that went through a conversion of text on their way: each above 7f became two or three, or was lost."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

REPLACEMENT: Final = b"\xef\xbf\xbd"  #: what a decoder of UTF-8 puts in the place of a byte that is none
LENGTH_BYTES_MAX: Final = 4  #: of a length header, which may have been put in front after the conversion

_HIGH: Final = re.compile(rb"[\x80-\xff]+")
_PAIRS: Final = re.compile(  # of ISO 8859-1, of Windows-1252, and the replacement character
    rb"(?:[\xc2\xc3][\x80-\xbf]|\xc4[\x80-\xbf]|\xc5[\x80-\xbf]|\xc6\x92|\xcb[\x86\x9c]|\xe2[\x80\x82\x84][\x80-\xbf]|\xef\xbf\xbd)+"
)
_ONE: Final = re.compile(rb"[\xc2-\xcb][\x80-\xbf]|[\xe2\xef][\x80-\xbf]{2}")


class Converted(NamedTuple):
    """Where the first converted byte stands, what stands there, and the bytes as they were (None: some are lost)."""

    place: int
    found: bytes
    before: bytes | None

    @property
    def in_words(self) -> str:
        """
        >>> converted(b"0100r\\xc3\\x80").in_words
        'looks converted as UTF-8 at byte 5: c3 80 stands for c0'
        """
        what = "a byte that is lost" if self.found == REPLACEMENT else _byte(self.found).hex()
        return f"looks converted as UTF-8 at byte {self.place}: {self.found.hex(' ')} stands for {what}"


def converted(data: bytes) -> Converted | None:
    """Whether bytes look as if text in ISO 8859-1 or Windows-1252 had been written as UTF-8; None where they do not.

    Every byte above 7f has to belong to such a character, but for those of a length header.
    """
    start = 0
    for match in _HIGH.finditer(data):
        if _PAIRS.fullmatch(match[0]):
            continue
        if match.start() >= LENGTH_BYTES_MAX or start:
            return None
        start = match.end()
    first = _ONE.search(data, start)
    if first is None:
        return None
    if REPLACEMENT in data:
        place = data.index(REPLACEMENT)
        return Converted(place, REPLACEMENT, None) if place <= first.start() else Converted(first.start(), first[0], None)
    return Converted(first.start(), first[0], data[:start] + _ONE.sub(lambda match: _byte(match[0]), data[start:]))


def _byte(character: bytes) -> bytes:
    text = character.decode("utf-8", "replace")
    for encoding in ("latin-1", "cp1252"):
        try:
            return text.encode(encoding)
        except UnicodeEncodeError:
            continue
    return character
