"""Chip data as DE 55 carries them: BER-TLV (ISO/IEC 8825-1) within the rules of EMV Book 3, annex B.

Bytes come from strangers. Whatever is wrong with them is one error, which says at which byte; nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from switch.errors import CardSecurityError

CHIP_DATA_BYTES_MAX: Final = 4096  #: more than any element can carry; a template within a template takes time
TEMPLATES_MAX: Final = 8  #: within one another; EMV knows two
TAG_BYTES_MAX: Final = 3  #: EMV's tags have one or two; three leave room for a network's own
TLV_LENGTH_BYTES_MAX: Final = 2  #: behind the byte that counts them: 65,535 bytes
_WHERE: Final = "chip data"
_HEXADECIMAL: Final = frozenset("0123456789ABCDEF")
_TAG_DIGITS: Final = range(2, 2 * TAG_BYTES_MAX + 1, 2)
_CONSTRUCTED: Final = 0x20
_MORE: Final = 0x1F  #: in the first byte of a tag: another follows
_LONG: Final = 0x80


class DataObject(NamedTuple):
    """A tag in hexadecimal (9F26), its value, and the byte of the chip data where the tag begins; of a template also
    the objects ``inside``."""

    tag: str
    value: bytes
    offset: int
    inside: tuple[DataObject, ...] | None = None


def data_objects(data: bytes) -> tuple[DataObject, ...]:
    """Chip data, read: every object in order, templates with what is in them. CardSecurityError with the offset where not."""
    if len(data) > CHIP_DATA_BYTES_MAX:
        raise CardSecurityError(_WHERE, f"{len(data)} bytes", f"at most {CHIP_DATA_BYTES_MAX} bytes")
    return _read(data, 0, len(data), 0)


def chip_values(data: bytes) -> dict[str, bytes]:
    """Tag -> value, those of templates among them. A tag that comes twice is an error: nobody could say which one counts."""
    found: dict[str, bytes] = {}
    _gather(data_objects(data), found)
    return found


def chip_data(values: Mapping[str, bytes] | Iterable[tuple[str, bytes]]) -> bytes:
    """Chip data, written: tags in hexadecimal with their values, in the order given, lengths as short as they can be."""
    pairs = values.items() if isinstance(values, Mapping) else values
    return b"".join(_written(tag, value) for tag, value in pairs)


def _gather(objects: Iterable[DataObject], found: dict[str, bytes]) -> None:
    for tag, value, offset, inside in objects:
        if inside is not None:
            _gather(inside, found)
        elif tag in found:
            raise CardSecurityError(_WHERE, f"tag {tag} again", "each tag once", position=offset)
        else:
            found[tag] = value


def _read(data: bytes, place: int, end: int, depth: int) -> tuple[DataObject, ...]:
    if depth > TEMPLATES_MAX:
        raise CardSecurityError(_WHERE, "templates within templates", f"at most {TEMPLATES_MAX} deep", position=place)
    found = []
    while place < end:
        begin, first = place, data[place]
        if first == 0:  # EMV Book 3, annex B.1: zeros between objects mean nothing
            place += 1
            continue
        if first & _MORE != _MORE:
            tag, place = data[begin : begin + 1].hex().upper(), begin + 1
        else:
            tag, place = _tag(data, begin, end)
        if place < end and data[place] < _LONG:
            size, place = data[place], place + 1
        else:
            size, place = _length(data, place, end, tag)
        stop = place + size
        if stop > end:
            words = f"{end - place} of the {size} bytes of tag {tag}"
            raise CardSecurityError(_WHERE, words, "all of them", position=place)
        inside = _read(data, place, stop, depth + 1) if first & _CONSTRUCTED else None
        found.append(DataObject(tag, data[place:stop], begin, inside))
        place = stop
    return tuple(found)


def _tag(data: bytes, place: int, end: int) -> tuple[str, int]:
    begin = place
    more = data[place] & _MORE == _MORE
    place += 1
    while more:
        if place == end:
            raise CardSecurityError(_WHERE, "the end inside a tag", "its next byte", position=place)
        if place - begin == TAG_BYTES_MAX:
            raise CardSecurityError(_WHERE, "a longer tag", f"a tag of at most {TAG_BYTES_MAX} bytes", position=begin)
        more = bool(data[place] & _LONG)
        place += 1
    return data[begin:place].hex().upper(), place


def _length(data: bytes, place: int, end: int, tag: str) -> tuple[int, int]:
    if place == end:
        raise CardSecurityError(_WHERE, f"the end behind tag {tag}", "its length", position=place)
    width = data[place] - _LONG
    if not 1 <= width <= TLV_LENGTH_BYTES_MAX:
        found = f"a length of tag {tag} " + (f"in {width} bytes" if width else "that is indefinite")
        raise CardSecurityError(_WHERE, found, f"one of at most {TLV_LENGTH_BYTES_MAX} bytes", position=place)
    if place + 1 + width > end:
        raise CardSecurityError(_WHERE, f"the end inside the length of tag {tag}", "its next byte", position=end)
    return int.from_bytes(data[place + 1 : place + 1 + width], "big"), place + 1 + width


def _written(tag: str, value: bytes) -> bytes:
    name = tag.upper()
    raw = bytes.fromhex(name) if _HEXADECIMAL.issuperset(name) and len(name) in _TAG_DIGITS else b""
    if not raw or raw[0] == 0 or _tag(raw + b"\0", 0, len(raw) + 1)[0] != name:
        raise CardSecurityError(_WHERE, f"{tag!r}", "a tag in hexadecimal, such as 9F26")
    size = len(value)
    if size < _LONG:
        return raw + bytes([size]) + value
    width = (size.bit_length() + 7) // 8
    if width > TLV_LENGTH_BYTES_MAX:
        raise CardSecurityError(_WHERE, f"{size} bytes in tag {tag}", "at most 65535")
    return raw + bytes([_LONG | width]) + size.to_bytes(width, "big") + value
