"""Capture files: classic pcap and pcapng (IETF opsawg-pcap and opsawg-pcapng). Bytes in, packets out.

A capture that ends in the middle of a packet, as one does whose writer was killed, gives the packets before it and says so.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final, NamedTuple

from switch.display.plural import plural
from switch.errors import CaptureError
from switch.record import frozen

#: How a classic file begins -> byte order, nanoseconds in a unit of its time stamps.
_CLASSIC: Final = {
    b"\xd4\xc3\xb2\xa1": ("<", 1_000),
    b"\xa1\xb2\xc3\xd4": (">", 1_000),
    b"\x4d\x3c\xb2\xa1": ("<", 1),
    b"\xa1\xb2\x3c\x4d": (">", 1),
}
_CLASSIC_HEADER_BYTES: Final = 24
_RECORD_HEADER_BYTES: Final = 16

_SECTION: Final = 0x0A0D0D0A  #: the same in both byte orders
_INTERFACE, _OBSOLETE_PACKET, _SIMPLE_PACKET, _ENHANCED_PACKET = 1, 2, 3, 6
_BYTE_ORDERS: Final = {b"\x4d\x3c\x2b\x1a": "<", b"\x1a\x2b\x3c\x4d": ">"}
_BLOCK_BYTES_MIN: Final = 12  #: type, length, and the length again
_SECTION_BYTES_MIN: Final = 28  #: and byte order, version, and the length of the section
_RESOLUTION_OPTION, _OFFSET_OPTION = 9, 14
_NS: Final = 1_000_000_000
_AT_NS_MAX: Final = 2**63 - 1  #: the year 2262: no clock has written a later time


class Packet(NamedTuple):
    """One packet: its place in the capture from 1, as Wireshark counts, and when it was seen (None: the file does not say)."""

    number: int
    at_ns: int | None
    link_type: int
    data: bytes


@frozen(kw_only=True)
class Capture:
    """The packets of a capture file, and why there are no more (``fault``) when it could not be read to its end."""

    packets: tuple[Packet, ...]
    fault: str | None


def is_capture(data: bytes) -> bool:
    """Whether bytes begin as a capture file does."""
    return data[:4] in _CLASSIC or (data[:4] == _SECTION.to_bytes(4, "big") and data[8:12] in _BYTE_ORDERS)


def read_capture(data: bytes) -> Capture:
    """The packets of a capture file; CaptureError when it has no beginning that can be read."""
    if not is_capture(data):
        raise CaptureError("capture: found another beginning, expected that of a pcap or pcapng file")
    packets: list[Packet] = []
    fault = None
    try:
        for packet in _classic(data) if data[:4] in _CLASSIC else _next_generation(data):
            packets.append(packet)  # noqa: PERF402  (what came before a fault is kept)
    except CaptureError as error:
        if not packets:
            raise
        fault = str(error)
    return Capture(packets=tuple(packets), fault=fault)


def _classic(data: bytes) -> Iterator[Packet]:
    order, unit_ns = _CLASSIC[data[:4]]
    if len(data) < _CLASSIC_HEADER_BYTES:
        raise CaptureError(f"capture: found {len(data)} bytes, expected at least the {_CLASSIC_HEADER_BYTES} of a pcap header")
    link_type = struct.unpack_from(order + "I", data, 20)[0] & 0xFFFF  # the upper half tells of checksums
    place, number = _CLASSIC_HEADER_BYTES, 0
    while place < len(data):
        number += 1
        left = len(data) - place
        if left < _RECORD_HEADER_BYTES:
            raise _cut_short(number, place, left, _RECORD_HEADER_BYTES)
        seconds, fraction, size, _ = struct.unpack_from(order + "IIII", data, place)
        if _RECORD_HEADER_BYTES + size > left:
            raise _cut_short(number, place, left, _RECORD_HEADER_BYTES + size)
        start = place + _RECORD_HEADER_BYTES
        place = start + size
        yield Packet(number, seconds * _NS + fraction * unit_ns, link_type, data[start:place])


class _Interface(NamedTuple):
    """What an interface description says of the packets that name it."""

    link_type: int
    units_a_second: int
    offset_seconds: int


def _next_generation(data: bytes) -> Iterator[Packet]:
    order, interfaces, number = "<", list[_Interface](), 0
    for place, kind, body in _blocks(data):
        if kind == _SECTION:
            order, interfaces = _BYTE_ORDERS[body[:4]], []
            continue
        if kind not in (_INTERFACE, _OBSOLETE_PACKET, _SIMPLE_PACKET, _ENHANCED_PACKET):
            continue
        try:
            if kind == _INTERFACE:
                interfaces.append(_interface(order, body))
                continue
            number += 1
            yield _packet(order, kind, body, interfaces, number)
        except (struct.error, IndexError):
            raise CaptureError(f"capture at byte {place}: found an invalid block of type {kind}") from None


def _blocks(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Every block of a pcapng file: where it begins, its type, what stands in it."""
    place, order, number = 0, "<", 0
    while place < len(data):
        number += 1
        left = len(data) - place
        if left < _BLOCK_BYTES_MIN:
            raise _cut_short(number, place, left, _BLOCK_BYTES_MIN, what="block")
        if data[place : place + 4] == _SECTION.to_bytes(4, "big"):
            found = _BYTE_ORDERS.get(data[place + 8 : place + 12])
            if found is None:
                shown = data[place + 8 : place + 12].hex(" ")
                raise CaptureError(f"capture at byte {place}: found {shown}, expected the byte order of a section")
            order = found
        kind, size = struct.unpack_from(order + "II", data, place)
        if size < _BLOCK_BYTES_MIN or size % 4:
            raise CaptureError(f"capture at byte {place}: found a block of {size} bytes, expected a multiple of 4, 12 or more")
        if kind == _SECTION and size < _SECTION_BYTES_MIN:
            found = f"found a section header of {size} bytes"
            raise CaptureError(f"capture at byte {place}: {found}, expected {_SECTION_BYTES_MIN} or more")
        if size > left:
            raise _cut_short(number, place, left, size, what="block")
        yield place, kind, data[place + 8 : place + size - 4]
        place += size


def _interface(order: str, body: bytes) -> _Interface:
    link_type = struct.unpack_from(order + "H", body)[0]
    units, offset, place = 1_000_000, 0, 8
    while place + 4 <= len(body):
        code, size = struct.unpack_from(order + "HH", body, place)
        value = body[place + 4 : place + 4 + size]
        if code == 0:
            break
        if code == _RESOLUTION_OPTION:
            exponent = value[0] & 0x7F
            units = 2**exponent if value[0] & 0x80 else 10**exponent
        elif code == _OFFSET_OPTION:
            offset = struct.unpack(order + "q", value)[0]
        place += 4 + size + -size % 4
    return _Interface(link_type, units, offset)


def _packet(order: str, kind: int, body: bytes, interfaces: list[_Interface], number: int) -> Packet:
    if kind == _SIMPLE_PACKET:
        size = struct.unpack_from(order + "I", body)[0]
        return Packet(number, None, interfaces[0].link_type, body[4 : 4 + size])
    layout = "IIIII" if kind == _ENHANCED_PACKET else "HxxIIII"
    which, high, low, size, _ = struct.unpack_from(order + layout, body)
    interface = interfaces[which]
    at_ns = (high << 32 | low) * _NS // interface.units_a_second + interface.offset_seconds * _NS
    told = 0 <= at_ns <= _AT_NS_MAX
    return Packet(number, at_ns if told else None, interface.link_type, body[20 : 20 + size])


def _cut_short(number: int, place: int, left: int, size: int, *, what: str = "packet") -> CaptureError:
    found = f"found {plural(left, 'byte')}, expected the {size} of {what} {number}"
    return CaptureError(f"capture at byte {place}: {found}; what stands before it is read")
