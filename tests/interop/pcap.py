"""A capture file of one TCP connection, for programs that read captures: pcap, Ethernet, IPv4, TCP, nothing else."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from pathlib import Path
from typing import Final, NamedTuple

SECONDS: Final = 1_795_340_130  #: when the capture begins, in seconds since 1970
CLIENT_PORT: Final = 40_000
SYN, ACK, PUSH = 0x02, 0x10, 0x08
_FILE_HEADER = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65_535, 1)
_ETHERNET = bytes(12) + b"\x08\x00"
_LOOPBACK = bytes([127, 0, 0, 1])


class Segment(NamedTuple):
    """The bytes of one TCP segment, and who sends it."""

    from_client: bool
    data: bytes


def write(path: Path, port: int, segments: Iterable[Segment]) -> None:
    """A capture with the handshake of a connection to ``port`` and then the segments, each acknowledging all before it."""
    sent = {True: 0, False: 0}
    packets = [_packet(True, port, SYN, 0, 0), _packet(False, port, SYN | ACK, 0, 1), _packet(True, port, ACK, 1, 1)]
    for from_client, data in segments:
        packets.append(_packet(from_client, port, PUSH | ACK, sent[from_client] + 1, sent[not from_client] + 1, data))
        sent[from_client] += len(data)
    records = (
        struct.pack("<IIII", SECONDS + place, 0, len(packet), len(packet)) + packet for place, packet in enumerate(packets)
    )
    path.write_bytes(_FILE_HEADER + b"".join(records))


def _packet(from_client: bool, port: int, flags: int, sequence: int, acknowledged: int, data: bytes = b"") -> bytes:
    source, destination = (CLIENT_PORT, port) if from_client else (port, CLIENT_PORT)
    tcp = struct.pack("!HHIIBBHHH", source, destination, sequence, acknowledged, 5 << 4, flags, 65_535, 0, 0) + data
    size = 20 + len(tcp)
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, size, 1, 0x4000, 64, 6, 0, _LOOPBACK, _LOOPBACK)
    return _ETHERNET + head[:10] + struct.pack("!H", _checksum(head)) + head[12:] + tcp


def _checksum(header: bytes) -> int:
    total: int = sum(struct.unpack(f"!{len(header) // 2}H", header))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF
