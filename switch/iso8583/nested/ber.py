"""BER-TLV (ISO/IEC 8825-1), as chip data have it: tags in order, templates with tags inside."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

LONG_FORM = 0x80  #: from this length on the first byte says how many bytes of length follow


class Tag(NamedTuple):
    """A tag, where its value starts and ends, and where the whole of it begins; ``inside`` are the tags of a template."""

    name: str
    begin: int
    start: int
    end: int
    inside: tuple[Tag, ...]
    template: bool


def emv_tags(data: bytes) -> Iterator[tuple[str, int, int]]:
    """Tag, first byte and end of every value of BER-TLV data (ISO/IEC 8825-1), those inside a template in its place.

    IndexError where it breaks off, ValueError where a length is indefinite.
    """
    return _values(parsed(data, 0, len(data)))


def tag_values(data: bytes, wanted: frozenset[bytes]) -> dict[bytes, bytes]:
    """The values of some tags, by the bytes of their names; of a tag that is there twice the last. IndexError and ValueError as
    above. Nearly all data have neither templates nor long values, and are looked through in a fifth of the time."""
    found, place, end = dict[bytes, bytes](), 0, len(data)
    while place < end:
        begin, first = place, data[place]
        place += 1
        if first & 0x1F == 0x1F:
            while data[place] & 0x80:
                place += 1
            place += 1
        size, start = data[place], place + 1
        if first & 0x20 or size >= LONG_FORM:
            named = ((bytes.fromhex(tag), data[start:stop]) for tag, start, stop in emv_tags(data))
            return {name: value for name, value in named if name in wanted}
        name, place = data[begin:place], start + size
        if place > end:
            raise IndexError(name.hex())
        if name in wanted:
            found[name] = data[start:place]
    return found


def _values(tags: tuple[Tag, ...]) -> Iterator[tuple[str, int, int]]:
    for tag in tags:
        if tag.template:
            yield from _values(tag.inside)
        else:
            yield tag.name, tag.start, tag.end


def parsed(data: bytes, place: int, end: int, depth: int = 0) -> tuple[Tag, ...]:
    """The tags from one place to another; IndexError and ValueError as above, ValueError also beyond sixteen templates deep."""
    if depth > 16:
        raise ValueError("templates within templates, more than sixteen deep")
    found: list[Tag] = []
    while place < end:
        begin, template = place, bool(data[place] & 0x20)
        more = data[place] & 0x1F == 0x1F
        place += 1
        while more:
            more = bool(data[place] & 0x80)
            place += 1
        name = data[begin:place].hex().upper()
        size = data[place]
        place += 1
        if size > LONG_FORM:
            width = size & 0x7F
            size = int.from_bytes(data[place : place + width], "big")
            place += width
        elif size == LONG_FORM:
            raise ValueError("indefinite length")
        if place + size > end:
            raise IndexError(name)
        inside = parsed(data, place, place + size, depth + 1) if template else ()
        found.append(Tag(name, begin, place, place + size, inside, template))
        place += size
    return tuple(found)


def tlv(name: str, value: bytes) -> bytes:
    """A tag with its length, in the short form where that can say it, and its value."""
    size = len(value)
    if size < LONG_FORM:
        length = bytes([size])
    else:
        width = (size.bit_length() + 7) // 8
        length = bytes([LONG_FORM | width]) + size.to_bytes(width, "big")
    return bytes.fromhex(name) + length + value


def with_tag(data: bytes, name: str, value: bytes | None) -> bytes:
    """The data with a tag's value replaced (None: left out) where it stands, else added at the end."""
    tags = parsed(data, 0, len(data))
    if any(found == name for found, _, _ in _values(tags)):
        return _replaced(data, tags, name, value)
    return data + tlv(name, value) if value is not None else data


def _replaced(data: bytes, tags: tuple[Tag, ...], name: str, value: bytes | None) -> bytes:
    pieces = []
    for tag in tags:
        if tag.template:
            pieces.append(tlv(tag.name, _replaced(data, tag.inside, name, value)))
        elif tag.name != name:
            pieces.append(data[tag.begin : tag.end])
        elif value is not None:
            pieces.append(tlv(name, value))
    return b"".join(pieces)
