"""From a packet to the TCP segment in it: link layer, IPv4 or IPv6, TCP."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from ipaddress import ip_address
from typing import Final, NamedTuple

from switch.pcap.files import Packet

_TCP: Final = 6
_SYN: Final = 0x02
_TCP_HEADER_BYTES_MIN: Final = 20
_IPV4_HEADER_BYTES_MIN: Final = 20
_IPV4, _IPV6 = 0x0800, 0x86DD  #: EtherTypes
_VLAN_TAGS: Final = (0x8100, 0x88A8, 0x9100)

#: IPv6 headers that may stand before TCP: hop-by-hop options, routing, fragment, destination options (RFC 8200).
_HOP_BY_HOP, _ROUTING, _FRAGMENT, _DESTINATION = 0, 43, 44, 60

NOT_TCP: Final = "not TCP"
IP_FRAGMENT: Final = "IP fragment"
CUT_SHORT: Final = "cut short"
BAD_HEADER: Final = "a header of impossible length"


class Endpoint(NamedTuple):
    """One end of a TCP connection."""

    address: str
    port: int

    def __str__(self) -> str:
        return f"[{self.address}]:{self.port}" if ":" in self.address else f"{self.address}:{self.port}"


class Segment(NamedTuple):
    """One TCP segment: the packet it came in, who sent it to whom, and its data, whose first byte has number ``sequence``."""

    packet: int
    at_ns: int | None
    source: Endpoint
    destination: Endpoint
    sequence: int
    opens: bool
    data: bytes


def segment_of(packet: Packet) -> Segment | str:
    """The TCP segment in a packet, or why there is none, in two words."""
    strip = _LINKS.get(packet.link_type)
    if strip is None:
        return f"link type {packet.link_type}"
    try:
        return _of_ip(packet, strip(packet.data))
    except IndexError:
        return CUT_SHORT


def _number(data: bytes, place: int, size: int = 2) -> int:
    """A number in network byte order; IndexError where the data ends before it."""
    if place + size > len(data):
        raise IndexError(place)
    return int.from_bytes(data[place : place + size], "big")


def _after_ethertype(place: int) -> Callable[[bytes], bytes]:
    """Strips a link header whose EtherType stands at ``place``, and VLAN tags behind it; nothing is left of what is not IP."""

    def strip(data: bytes) -> bytes:
        at = place
        kind = _number(data, at)
        while kind in _VLAN_TAGS:
            at += 4
            kind = _number(data, at)
        return data[at + 2 :] if kind in (_IPV4, _IPV6) else b""

    return strip


def _sll2(data: bytes) -> bytes:
    return data[20:] if _number(data, 0) in (_IPV4, _IPV6) else b""


def _family(data: bytes) -> bytes:
    """Loopback: four bytes of address family, numbered otherwise on every system, so IP's own version has to tell."""
    return data[4:]


#: Link type (the registry of tcpdump.org) -> what takes its header off; the bytes of other protocols than IP come out empty.
_LINKS: Final[dict[int, Callable[[bytes], bytes]]] = {
    0: _family,  # BSD loopback, in the byte order of the host
    1: _after_ethertype(12),  # Ethernet
    12: bytes,  # raw IP, as some systems number it
    14: bytes,
    101: bytes,  # raw IP
    108: _family,  # OpenBSD loopback
    113: _after_ethertype(14),  # Linux cooked
    228: bytes,  # IPv4
    229: bytes,  # IPv6
    276: _sll2,  # Linux cooked, version 2
}


def _of_ip(packet: Packet, data: bytes) -> Segment | str:
    version = data[0] >> 4 if data else 0
    if version == 4:
        return _of_ipv4(packet, data)
    if version == 6:
        return _of_ipv6(packet, data)
    return NOT_TCP


def _of_ipv4(packet: Packet, data: bytes) -> Segment | str:
    if data[9] != _TCP:
        return NOT_TCP
    if _number(data, 6) & 0x3FFF:
        return IP_FRAGMENT
    start, total = (data[0] & 0x0F) * 4, _number(data, 2)
    end = total or len(data)  # 0 where the network card was left to cut the data into packets
    if start < _IPV4_HEADER_BYTES_MIN or end < start:
        return BAD_HEADER
    return _of_tcp(packet, data[12:16], data[16:20], data[start:end])


def _of_ipv6(packet: Packet, data: bytes) -> Segment | str:
    place, kind = 40, data[6]
    end = place + _number(data, 4) if _number(data, 4) else len(data)
    while kind in (_HOP_BY_HOP, _ROUTING, _FRAGMENT, _DESTINATION):
        if kind == _FRAGMENT and _number(data, place + 2) & 0xFFF9:
            return IP_FRAGMENT
        size = 8 if kind == _FRAGMENT else 8 + 8 * data[place + 1]
        kind, place = data[place], place + size
    if kind != _TCP:
        return NOT_TCP
    return _of_tcp(packet, data[8:24], data[24:40], data[place:end])


def _of_tcp(packet: Packet, source: bytes, destination: bytes, data: bytes) -> Segment:
    start, opens = (data[12] >> 4) * 4, bool(data[13] & _SYN)
    if start < _TCP_HEADER_BYTES_MIN:
        raise IndexError(start)
    return Segment(
        packet.number,
        packet.at_ns,
        Endpoint(_address(source), _number(data, 0)),
        Endpoint(_address(destination), _number(data, 2)),
        (_number(data, 4, 4) + opens) % 2**32,  # a SYN takes a number of its own
        opens,
        data[start:],
    )


@lru_cache(maxsize=1024)
def _address(packed: bytes) -> str:
    return str(ip_address(packed))
