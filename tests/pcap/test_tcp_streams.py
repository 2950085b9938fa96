"""TCP put together again: whatever the network did to the order, the bytes come out as they were sent, or a gap is told."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from switch.pcap.files import Packet
from switch.pcap.packets import Segment, segment_of
from switch.pcap.tcp_streams import Stream, streams
from tests.pcap.builder import ACK, RAW, SYN, USUAL, Ends, Sent, at_ns, handshake, packet, segments

STREAM = bytes(range(256)) * 3


def read(sent: list[Sent], ends: Ends = USUAL) -> list[Stream]:
    found = [segment_of(Packet(place + 1, at_ns(place), RAW, packet(one, ends))) for place, one in enumerate(sent)]
    return streams(one for one in found if isinstance(one, Segment))


def said(stream: Stream) -> list[tuple[int, bytes]]:
    return [(run.missing, run.data) for run in stream.runs]


def test_both_sides_of_a_connection() -> None:
    sent = [*handshake(), *segments(True, b"request", 3), *segments(False, b"answer", 100)]
    client, server = read(sent)
    assert (said(client), said(server)) == ([(0, b"request")], [(0, b"answer")])
    assert client.connection == server.connection == 1
    assert (client.source, client.destination) == (server.destination, server.source)
    assert [mark.packet for mark in client.runs[0].marks] == [4, 5, 6]
    assert client.runs[0].mark(3).packet == 4
    assert client.runs[0].mark(4) == (6, 5, at_ns(4))
    assert client.runs[0].mark(7).packet == 6


def test_bytes_are_there_when_the_last_before_them_is() -> None:
    first, second, third = segments(True, b"aabbcc", 2)
    (client,) = read([*handshake(), first, third, second])
    assert said(client) == [(0, b"aabbcc")]
    assert [mark.packet for mark in client.runs[0].marks] == [4, 6, 6]


@given(
    cuts=st.lists(st.integers(1, len(STREAM) - 1), max_size=12, unique=True),
    again=st.lists(st.tuples(st.integers(0, len(STREAM) - 1), st.integers(1, 60)), max_size=6),
    order=st.randoms(use_true_random=False),
    opened=st.booleans(),
    begins=st.sampled_from([0, 1_000, 2**31 - 300, 2**32 - 1, 2**32 - 400]),
)
def test_the_same_bytes_in_whatever_order(
    cuts: list[int], again: list[tuple[int, int]], order: object, opened: bool, begins: int
) -> None:
    places = [0, *sorted(cuts), len(STREAM)]
    sent = [Sent(True, 1 + a, STREAM[a:b]) for a, b in pairwise(places)]
    sent += [Sent(True, 1 + at, STREAM[at : at + size]) for at, size in again]
    order.shuffle(sent)  # type: ignore[attr-defined]
    (client,) = read([*(handshake() if opened else []), *sent], Ends(client_begins=begins))
    assert said(client) == [(0, STREAM)]


@given(cuts=st.lists(st.integers(1, len(STREAM) - 1), min_size=2, max_size=12, unique=True), data=st.data())
def test_a_lost_segment_is_a_gap_of_its_size(cuts: list[int], data: st.DataObject) -> None:
    places = [0, *sorted(cuts), len(STREAM)]
    sent = [Sent(True, 1 + a, STREAM[a:b]) for a, b in pairwise(places)]
    lost = sent.pop(data.draw(st.integers(0, len(sent) - 2)))
    (client,) = read([*handshake(), *data.draw(st.permutations(sent))])
    a, size = lost.place - 1, len(lost.data)
    before, behind = STREAM[:a], STREAM[a + size :]
    assert said(client) == ([(0, before)] if before else []) + [(size, behind)]


def test_a_keep_alive_of_tcp_adds_nothing() -> None:
    sent = [*handshake(), *segments(True, b"request", 100), Sent(True, 7, b"\0"), Sent(True, 7, b"t"), Sent(True, 8, b"more")]
    assert said(read(sent)[0]) == [(0, b"requestmore")]


def test_ports_used_again_are_another_connection() -> None:
    first = [*handshake(), *segments(True, b"first", 100), *segments(False, b"1", 100)]
    far = 70_000
    again = [Sent(True, far, b"", SYN), Sent(False, far, b"", SYN | ACK), Sent(True, far, b"", SYN)]
    second = [*segments(True, b"second", 100, start=far + 1), *segments(False, b"2", 100, start=far + 1)]
    heard = read([*first, *again, *second])
    assert [(stream.connection, said(stream)[0][1]) for stream in heard] == [
        (1, b"first"),
        (1, b"1"),
        (2, b"second"),
        (2, b"2"),
    ]


def test_a_connection_that_said_nothing_is_none() -> None:
    assert read([*handshake(), Sent(True, 1, b"")]) == []
