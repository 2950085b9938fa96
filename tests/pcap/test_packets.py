"""From packets to segments, through every link layer."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switch.pcap.files import Packet
from switch.pcap.packets import CUT_SHORT, IP_FRAGMENT, NOT_TCP, Endpoint, Segment, segment_of
from tests.pcap.builder import ETHERNET, IPV4, IPV6, LOOP, NULL, RAW, SLL, SLL2, SYN, Ends, Sent, framed, packet
from tests.support.strategies import spoilt

SENT = Sent(True, 7, b"0800")
SIX = Ends(client="2001:db8::7", server="::1")


def read(data: bytes, link_type: int = ETHERNET) -> Segment | str:
    return segment_of(Packet(3, 99, link_type, data))


@pytest.mark.parametrize("link_type", [ETHERNET, RAW, 12, 14, SLL, SLL2, NULL, LOOP, IPV4])
def test_version_4_behind_every_link_header(link_type: int) -> None:
    data = framed(RAW if link_type in (12, 14) else link_type, packet(SENT))
    ends = Endpoint("10.0.0.7", 40_000), Endpoint("10.0.0.1", 8_583)
    assert read(data, link_type) == Segment(3, 99, *ends, 1_007, False, b"0800")


@pytest.mark.parametrize("link_type", [ETHERNET, RAW, SLL, SLL2, NULL, LOOP, IPV6])
def test_version_6_behind_every_link_header(link_type: int) -> None:
    segment = read(framed(link_type, packet(SENT, SIX)), link_type)
    assert isinstance(segment, Segment)
    assert (str(segment.source), str(segment.destination)) == ("[2001:db8::7]:40000", "[::1]:8583")
    assert (segment.sequence, segment.data) == (1_007, b"0800")


def test_what_stands_around_the_data_is_left_out() -> None:
    for ends in (Ends(), SIX):
        segment = read(framed(ETHERNET, packet(SENT, ends, trailer=bytes(6)), vlan=True))
        assert isinstance(segment, Segment)
        assert segment.data == b"0800"


def test_a_network_card_that_cuts_for_the_kernel_leaves_the_length_empty() -> None:
    for ends, place in ((Ends(), 2), (SIX, 4)):
        data = bytearray(packet(SENT, ends))
        data[place : place + 2] = bytes(2)
        segment = read(bytes(data), RAW)
        assert isinstance(segment, Segment)
        assert segment.data == b"0800"


def test_a_segment_that_opens_takes_a_number() -> None:
    segment = read(packet(Sent(True, 0, b"", SYN)), RAW)
    assert isinstance(segment, Segment)
    assert (segment.sequence, segment.opens) == (1_001, True)


@pytest.mark.parametrize(
    ("data", "link_type", "why"),
    [
        (packet(SENT, protocol=17), RAW, NOT_TCP),
        (packet(SENT, SIX, protocol=58), RAW, NOT_TCP),
        (bytes(12) + b"\x08\x06" + bytes(28), ETHERNET, NOT_TCP),
        (b"", RAW, NOT_TCP),
        (packet(SENT, fragment=0x2000), RAW, IP_FRAGMENT),
        (packet(SENT, fragment=0x0010), RAW, IP_FRAGMENT),
        (packet(SENT, SIX, protocol=44)[:48] + struct.pack("!BBHI", 6, 0, 0x0008, 1) + bytes(30), RAW, IP_FRAGMENT),
        (packet(SENT)[:30], RAW, CUT_SHORT),
        (packet(SENT)[:32] + bytes(30), RAW, CUT_SHORT),
        (bytes(10), ETHERNET, CUT_SHORT),
        (packet(SENT), 127, "link type 127"),
    ],
)
def test_why_a_packet_is_left_out(data: bytes, link_type: int, why: str) -> None:
    assert read(data, link_type) == why


@given(st.sampled_from([ETHERNET, RAW, SLL, SLL2, NULL]), st.one_of(st.binary(max_size=90), st.data()))
def test_any_packet_is_a_segment_or_a_reason(link_type: int, data: bytes | st.DataObject) -> None:
    if not isinstance(data, bytes):
        ends = data.draw(st.sampled_from([Ends(), SIX]))
        data = data.draw(spoilt(framed(link_type, packet(SENT, ends))))
    assert isinstance(read(data, link_type), (Segment, str))
