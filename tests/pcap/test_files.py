"""Capture files of every kind, whole, cut off and spoilt."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switch.errors import CaptureError
from switch.pcap.files import Capture, Packet, is_capture, read_capture
from tests.pcap.builder import AT_NS, at_ns, block, enhanced, interface, pcap, pcapng, section
from tests.support.strategies import spoilt

PACKETS = [b"one", b"the second", b"", b"four"]
both_orders = pytest.mark.parametrize("order", ["<", ">"])


def microseconds(at: int) -> int:
    return at // 1_000 * 1_000


@both_orders
@pytest.mark.parametrize("nanoseconds", [False, True])
def test_a_classic_capture(order: str, nanoseconds: bool) -> None:
    data = pcap(PACKETS, link_type=113, order=order, nanoseconds=nanoseconds)
    assert is_capture(data)
    times = [at_ns(number) if nanoseconds else microseconds(at_ns(number)) for number in range(4)]
    packets = tuple(Packet(place + 1, at, 113, data) for place, (at, data) in enumerate(zip(times, PACKETS, strict=True)))
    assert read_capture(data) == Capture(packets=packets, fault=None)


@both_orders
def test_a_capture_of_the_next_generation(order: str) -> None:
    capture = read_capture(pcapng(PACKETS, link_type=276, order=order))
    assert capture.fault is None
    assert [packet.data for packet in capture.packets] == PACKETS
    assert [packet.at_ns for packet in capture.packets] == [microseconds(at_ns(number)) for number in range(4)]
    assert {packet.link_type for packet in capture.packets} == {276}


@both_orders
def test_interfaces_sections_and_the_other_packet_blocks(order: str) -> None:
    other = ">" if order == "<" else "<"
    seconds = AT_NS // 1_000_000_000
    data = b"".join([
        section(order) + interface(order, 1, resolution=9) + interface(order, 101, resolution=0x80 | 10),
        enhanced(order, 0, b"nanoseconds", units=1_000_000_000),
        enhanced(order, 0, b"1/1024 s", units=1_024, which=1),
        block(order, 3, struct.pack(order + "I", 6) + b"simple"),
        block(order, 2, struct.pack(order + "HHIIII", 1, 0, 0, seconds * 1_024 >> 32, 8, 8) + b"obsolete"),
        section(other) + interface(other, 113, offset_seconds=seconds),
        block(other, 6, struct.pack(other + "IIIII", 0, 0, 5, 4, 4) + b"late"),
    ])  # fmt: skip
    packets = read_capture(data).packets
    assert [(packet.number, packet.link_type, packet.data) for packet in packets] == [
        (1, 1, b"nanoseconds"),
        (2, 101, b"1/1024 s"),
        (3, 1, b"simple"),
        (4, 101, b"obsolete"),
        (5, 113, b"late"),
    ]
    assert [packets[place].at_ns for place in (0, 1, 2, 4)] == [AT_NS, AT_NS, None, AT_NS + 5_000]


def test_a_time_no_clock_can_have_written_is_left_out() -> None:
    data = section("<") + interface("<", 1, resolution=0) + block("<", 6, struct.pack("<IIIII", 0, 2**31, 0, 1, 1) + b"x")
    assert read_capture(data).packets[0].at_ns is None


@pytest.mark.parametrize("make", [pcap, pcapng])
def test_a_capture_that_was_cut_off_gives_what_stands_before(make: object) -> None:
    whole = pcap(PACKETS) if make is pcap else pcapng(PACKETS)
    counts = []
    for size in range(4, len(whole)):
        try:
            capture = read_capture(whole[:size])
        except CaptureError:
            counts.append(0)
            continue
        assert [packet.data for packet in capture.packets] == PACKETS[: len(capture.packets)]
        counts.append(len(capture.packets))
    assert counts == sorted(counts)
    assert counts[-1] == 3
    fault = read_capture(whole[:-1]).fault
    assert fault is not None
    assert fault.endswith("; what stands before it is read")


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"0100", "capture: found another beginning, expected that of a pcap or pcapng file"),
        (pcap([])[:20], "capture: found 20 bytes, expected at least the 24 of a pcap header"),
        (pcap([b"x"])[:30], "capture at byte 24: found 6 bytes, expected the 16 of packet 1; what stands before it is read"),
        (
            section("<") + struct.pack("<III", 6, 13, 0),
            "capture at byte 28: found a block of 13 bytes, expected a multiple of 4, 12 or more",
        ),
        (section("<") + block("<", 6, bytes(20)), "capture at byte 28: found an invalid block of type 6"),
        (section("<") + block("<", 1, b""), "capture at byte 28: found an invalid block of type 1"),
        (
            section("<") + struct.pack("<III", 0x0A0D0D0A, 12, 12),
            "capture at byte 28: found 0c 00 00 00, expected the byte order of a section",
        ),
    ],
)
def test_what_is_wrong_is_one_sentence(data: bytes, sentence: str) -> None:
    with pytest.raises(CaptureError) as refused:
        read_capture(data)
    assert str(refused.value) == sentence


def read_or_refused(data: bytes) -> Capture | CaptureError:
    try:
        return read_capture(data)
    except CaptureError as error:
        return error


@given(st.sampled_from([pcap([])[:4], pcap([], order=">")[:4], section("<")[:12], section(">")]), st.binary(max_size=200))
def test_any_bytes_are_packets_or_one_named_error(head: bytes, rest: bytes) -> None:
    found = read_or_refused(head + rest)
    if isinstance(found, Capture):
        assert sum(len(packet.data) for packet in found.packets) <= len(head + rest)
    else:
        assert str(found).startswith("capture")


@given(st.data())
def test_a_spoilt_capture_is_packets_or_one_named_error(data: st.DataObject) -> None:
    whole = data.draw(st.sampled_from([pcap(PACKETS), pcapng(PACKETS), pcapng(PACKETS, order=">")]))
    found = read_or_refused(data.draw(spoilt(whole)))
    assert isinstance(found, Capture) or str(found).startswith("capture")
