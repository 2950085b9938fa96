"""Captures made by hand: TCP segments in IP packets, behind any link header, in a file of either kind."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from ipaddress import IPv6Address, ip_address
from typing import Final, NamedTuple

SYN, ACK = 0x02, 0x10
AT_NS: Final = 1_795_340_130_000_000_000  #: 2026-11-22 09:35:30 UTC
ETHERNET, RAW, SLL, SLL2, NULL, LOOP, IPV4, IPV6 = 1, 101, 113, 276, 0, 108, 228, 229


class Sent(NamedTuple):
    """A segment on its way: from which side, its number counted from the one the side begins with, its data."""

    from_client: bool
    place: int
    data: bytes
    flags: int = ACK


class Ends(NamedTuple):
    """Who talks to whom, and the number each side begins with."""

    client: str = "10.0.0.7"
    server: str = "10.0.0.1"
    client_port: int = 40_000
    server_port: int = 8_583
    client_begins: int = 1_000
    server_begins: int = 2**32 - 20


USUAL: Final = Ends()


def segments(from_client: bool, stream: bytes, size: int, *, start: int = 1) -> list[Sent]:
    """A stream cut into segments of a size, in order; ``start`` is where its first byte stands, behind the SYN."""
    return [Sent(from_client, start + at, stream[at : at + size]) for at in range(0, len(stream), size)]


def handshake() -> list[Sent]:
    return [Sent(True, 0, b"", SYN), Sent(False, 0, b"", SYN | ACK), Sent(True, 1, b"")]


def packet(sent: Sent, ends: Ends = USUAL, *, protocol: int = 6, fragment: int = 0, trailer: bytes = b"") -> bytes:
    """An IP packet, of version 4 or 6 as the addresses are."""
    source, port = (ends.client, ends.client_port) if sent.from_client else (ends.server, ends.server_port)
    destination, other = (ends.server, ends.server_port) if sent.from_client else (ends.client, ends.client_port)
    number = ((ends.client_begins if sent.from_client else ends.server_begins) + sent.place) % 2**32
    tcp = struct.pack("!HHIIBBHHHI", port, other, number, 0, 6 << 4, sent.flags, 65_535, 0, 0, 0x01010101) + sent.data
    a, b = ip_address(source), ip_address(destination)
    if isinstance(a, IPv6Address):
        options = bytes([protocol, 0, 1, 4, 0, 0, 0, 0])  # hop-by-hop options of nothing but padding
        return struct.pack("!IHBB", 6 << 28, len(options) + len(tcp), 0, 64) + a.packed + b.packed + options + tcp + trailer
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(tcp), 1, fragment, 64, protocol, 0) + a.packed + b.packed
    return head + tcp + trailer


def framed(link_type: int, data: bytes, *, vlan: bool = False) -> bytes:
    """An IP packet behind the header of a link type."""
    kind = b"\x86\xdd" if data[0] >> 4 == 6 else b"\x08\x00"
    tag = b"\x81\x00\x00\x07" if vlan else b""
    return {
        ETHERNET: bytes(12) + tag + kind,
        RAW: b"",
        IPV4: b"",
        IPV6: b"",
        SLL: bytes(14) + kind,
        SLL2: kind + bytes(18),
        NULL: struct.pack("<I", 2),
        LOOP: struct.pack(">I", 2),
    }[link_type] + data


def at_ns(number: int) -> int:
    """When a packet is seen: a millisecond and a little after the one before it."""
    return AT_NS + number * 1_000_500


def pcap(packets: Iterable[bytes], *, link_type: int = ETHERNET, order: str = "<", nanoseconds: bool = False) -> bytes:
    """A classic capture file."""
    magic, unit = (0xA1B23C4D, 1) if nanoseconds else (0xA1B2C3D4, 1_000)
    parts = [struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, 65_535, link_type)]
    for number, data in enumerate(packets):
        seconds, rest = divmod(at_ns(number), 1_000_000_000)
        parts.append(struct.pack(order + "IIII", seconds, rest // unit, len(data), len(data)) + data)
    return b"".join(parts)


def block(order: str, kind: int, body: bytes) -> bytes:
    """A block of a pcapng file."""
    padded = body + bytes(-len(body) % 4)
    return struct.pack(order + "II", kind, len(padded) + 12) + padded + struct.pack(order + "I", len(padded) + 12)


def interface(order: str, link_type: int, resolution: int | None = None, offset_seconds: int = 0) -> bytes:
    options = b""
    if resolution is not None:
        options += struct.pack(order + "HHBxxx", 9, 1, resolution)
    if offset_seconds:
        options += struct.pack(order + "HHq", 14, 8, offset_seconds)
    return block(order, 1, struct.pack(order + "HHI", link_type, 0, 0) + (options + bytes(4) if options else b""))


def section(order: str) -> bytes:
    return block(order, 0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1))


def enhanced(order: str, number: int, data: bytes, *, units: int = 1_000_000, which: int = 0) -> bytes:
    """An enhanced packet block."""
    stamp = at_ns(number) * units // 1_000_000_000
    return block(order, 6, struct.pack(order + "IIIII", which, stamp >> 32, stamp & 0xFFFFFFFF, len(data), len(data)) + data)


def pcapng(packets: Sequence[bytes], *, link_type: int = ETHERNET, order: str = "<") -> bytes:
    """A capture file of the next generation, with a block in it that nobody has to understand."""
    blocks = [enhanced(order, number, data) for number, data in enumerate(packets)]
    return section(order) + interface(order, link_type) + block(order, 5, bytes(12)) + b"".join(blocks)


def conversation(sent: Iterable[Sent], ends: Ends = USUAL, *, link_type: int = ETHERNET) -> list[bytes]:
    """The packets of a connection, as a capture of a link has them."""
    return [framed(link_type, packet(one, ends)) for one in sent]
