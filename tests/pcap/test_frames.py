"""A packet without a capture around it is told by its headers, and nothing else is taken for one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from switch.pcap.frames import frame_of
from tests.pcap.builder import Ends, Sent, conversation

ETHERNET, RAW_IP = 1, 101
PAYLOADS = (b"", b"0800", bytes(200))


def test_frames_of_all_kinds() -> None:
    for ends in (Ends(), Ends(client="2001:db8::7", server="2001:db8::1")):
        for link, kind in ((ETHERNET, "an Ethernet frame"), (RAW_IP, "an IP packet")):
            for payload in PAYLOADS:
                (packet,) = conversation([Sent(True, 1, payload)], ends, link_type=link)
                frame = frame_of(packet)
                assert frame is not None
                assert frame.segment is not None
                assert frame.segment.data == payload
                assert frame.in_words.startswith(f"{kind}, TCP ")


def test_what_is_not_tcp() -> None:
    (packet,) = conversation([Sent(True, 1, bytes(20))], Ends(), link_type=ETHERNET)
    place = packet.index(b"\x45") + 9
    frame = frame_of(packet[:place] + b"\x11" + packet[place + 1 :])
    assert frame is not None
    assert frame.in_words == "an Ethernet frame, not TCP"


@given(st.binary(max_size=120))
def test_other_bytes_are_no_frame(data: bytes) -> None:
    assert frame_of(b"0100" + data) is None
    assert frame_of(b"\x01\x00r" + data) is None
