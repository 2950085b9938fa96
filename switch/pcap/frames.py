"""One packet somebody pasted without a capture around it: an Ethernet frame, or the IP packet in one."""

from __future__ import annotations

from typing import Final, NamedTuple

from switch.pcap.files import Packet
from switch.pcap.packets import NOT_TCP, Segment, segment_of

_ETHERNET, _RAW_IP = 1, 101
_TCP, _UDP = 6, 17
_BEFORE_TCP: Final = (0, 43, 44, 60)  #: headers of IPv6 that may stand in front of it
_PADDING_BYTES_MAX: Final = 46  #: Ethernet fills a frame up to 60 bytes
_IPV4, _IPV6 = b"\x08\x00", b"\x86\xdd"
_VLAN: Final = b"\x81\x00"
_ADDRESSES_BYTES: Final = 12


class PastedFrame(NamedTuple):
    """A packet with its headers: what it is, and its TCP segment (None: it has none)."""

    kind: str
    packet: Packet
    segment: Segment | None

    @property
    def in_words(self) -> str:
        if self.segment is None:
            return f"{self.kind}, {NOT_TCP}"
        size = len(self.segment.data)
        ends = f"{self.segment.source} → {self.segment.destination}"
        return f"{self.kind}, TCP {ends}, {size} byte{'' if size == 1 else 's'} of payload"


def frame_of(data: bytes, number: int = 1) -> PastedFrame | None:
    """The frame that bytes are, told by their headers; None where they are none."""
    place = _ADDRESSES_BYTES
    while data[place : place + 2] == _VLAN:
        place += 4
    if data[place : place + 2] in (_IPV4, _IPV6) and _is_ip(data[place + 2 :], _PADDING_BYTES_MAX):
        return _frame("an Ethernet frame", Packet(number, None, _ETHERNET, data))
    if _is_ip(data, 0):
        return _frame("an IP packet", Packet(number, None, _RAW_IP, data))
    return None


def _frame(kind: str, packet: Packet) -> PastedFrame:
    segment = segment_of(packet)
    return PastedFrame(kind, packet, segment if isinstance(segment, Segment) else None)


def _is_ip(data: bytes, padding_max: int) -> bool:
    """Whether an IP packet of TCP or UDP stands here, as long as it says, but for the padding of a short frame."""
    if len(data) < 28:
        return False
    if data[0] >> 4 == 4:
        said, protocol, header = int.from_bytes(data[2:4], "big"), data[9], (data[0] & 0x0F) * 4
        return header >= 20 and protocol in (_TCP, _UDP) and said >= header and 0 <= len(data) - said <= padding_max
    if data[0] >> 4 == 6 and len(data) >= 48:
        said = 40 + int.from_bytes(data[4:6], "big")
        return data[6] in (_TCP, _UDP, *_BEFORE_TCP) and 0 <= len(data) - said <= padding_max
    return False
