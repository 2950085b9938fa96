"""Captures read through: each connection in its own wire format, in the order things were said, gaps told."""

from __future__ import annotations

from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as st

from switch.errors import CaptureError
from switch.explain.capture import Heard, listen, overhear
from switch.iso8583.header import HeaderFormat
from switch.iso8583.message import Message
from switch.iso8583.reading.stream import HEADERS, Lost, Way
from switch.pcap.files import read_capture
from switch.specs.load import load_specs
from tests.iso8583.reading.test_stream import CODECS, WAYS, frames, way
from tests.iso8583.samples import PURCHASE, codec, with_elements
from tests.pcap.builder import SYN, Ends, Sent, conversation, handshake, packet, pcap, pcapng, segments
from tests.support.strategies import spoilt

REQUESTS = [with_elements(PURCHASE, de11=f"{number:06d}") for number in range(1, 6)]
ANSWERS = [with_elements(Message("0110", request.elements), de39="00") for request in REQUESTS]


def dialogue(how: Way) -> list[Sent]:
    """Requests and their answers by turns, each in a segment."""
    sent = handshake()
    asked, answered = frames(how, REQUESTS), frames(how, ANSWERS)
    places = [list(accumulate(map(len, said), initial=1)) for said in (asked, answered)]
    for number in range(len(REQUESTS)):
        sent += [Sent(True, places[0][number], asked[number]), Sent(False, places[1][number], answered[number])]
    return sent


def words(one: Heard) -> Message | str:
    if isinstance(one.item, Lost):
        return one.item.sentence
    return str(one.item.error) if one.item.error else one.item.message


def test_a_dialogue_in_the_order_it_was_held() -> None:
    overheard = overhear(read_capture(pcap(conversation(dialogue(way())))), WAYS)
    assert [words(one) for one in overheard.heard] == [said for pair in zip(REQUESTS, ANSWERS, strict=True) for said in pair]
    assert [one.number for one in overheard.heard] == list(range(1, 11))
    assert [one.packet for one in overheard.heard] == list(range(4, 14))
    first, second = overheard.heard[:2]
    assert (str(first.source), str(first.destination)) == ("10.0.0.7:40000", "10.0.0.1:8583")
    assert (second.source, second.destination) == (first.destination, first.source)
    assert [connection.way for connection in overheard.connections] == [way()]


def test_each_connection_is_read_in_its_own_way_and_foreign_ones_in_none() -> None:
    foreign = [Sent(True, 0, b"", SYN), *segments(True, b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", 10)]
    one, other = way("bcd", tpdu=True), way("ebcdic", "4v")
    packets = [
        *conversation(dialogue(one), Ends(client_port=1)),
        *conversation(foreign, Ends(client_port=2)),
        *conversation(dialogue(other), Ends(client="::2", server="::1", client_port=3)),
        packet(Sent(True, 1, b"name?"), protocol=17),
    ]
    overheard = overhear(read_capture(pcapng(packets)), WAYS)
    assert [connection.way for connection in overheard.connections] == [one, None, other]
    assert [connection.bytes_total for connection in overheard.connections][1] == 35
    assert len(overheard.heard) == 20
    assert overheard.left_out == {"not TCP": 1}


def test_a_gap_and_what_it_tore_apart_is_one_sentence() -> None:
    stream = b"".join(frames(way(), REQUESTS))
    sent = [*handshake(), *segments(True, stream, 100)]
    lost = sent.pop(6)
    overheard = overhear(read_capture(pcap(conversation(sent))), WAYS)
    size = len(stream) // len(REQUESTS)
    first, behind = (lost.place - 1) // size, -(-(lost.place - 1 + 100) // size)
    around = (behind - first) * size - 100
    gap = f"100 bytes are missing from the capture; {around} bytes around them skipped"
    assert [words(one) for one in overheard.heard] == [*REQUESTS[:first], gap, *REQUESTS[behind:]]
    assert [one.number for one in overheard.heard if one.number] == list(range(1, len(REQUESTS) - (behind - first) + 1))


def test_a_whole_message_lost_tears_none_apart() -> None:
    sent = dialogue(way())
    del sent[5]
    said = [words(one) for one in overhear(read_capture(pcap(conversation(sent))), WAYS).heard]
    assert f"{len(frames(way(), REQUESTS)[1])} bytes are missing from the capture" in said
    assert len(said) == 10


def test_a_capture_begun_late_and_ended_early() -> None:
    stream = b"".join(frames(way(), REQUESTS))
    sent = segments(True, stream[50:-20], 64, start=51)
    said = [words(one) for one in overhear(read_capture(pcap(conversation(sent))), WAYS).heard]
    assert said[1:-1] == REQUESTS[1:-1]
    assert all(isinstance(one, str) and one.endswith("bytes skipped") for one in (said[0], said[-1]))


def test_a_stream_that_is_no_capture() -> None:
    said = frames(way(), REQUESTS)
    heard = listen(b"".join(said), WAYS)
    assert [words(one) for one in heard] == REQUESTS
    assert [one.item.start for one in heard] == [0, *accumulate(map(len, said[:-1]))]
    assert {(one.packet, one.at_ns, one.source) for one in heard} == {(0, None, None)}
    assert listen(b"".join(said).replace(b"000000012500", b"00000ABC2500"), WAYS)[0].way == way()
    assert listen(codec("ascii").encode(PURCHASE), WAYS) == ()
    assert listen(said[0].replace(b"000000012500", b"00000ABC2500"), WAYS) == ()


FEW = [Way(HeaderFormat.parse("2b"), False, CODECS[name]) for name in ("ascii", "bcd")]
WHOLE = pcap(conversation(dialogue(way())))


@given(st.data())
def test_a_spoilt_capture_is_read_or_refused_by_name(data: st.DataObject) -> None:
    broken = data.draw(spoilt(WHOLE))
    try:
        capture = read_capture(broken)
    except CaptureError:
        return
    overheard = overhear(capture, FEW)
    assert [one.number for one in overheard.heard if one.number] == list(
        range(1, sum(1 for one in overheard.heard if one.number) + 1)
    )
    assert [one.packet for one in overheard.heard] == sorted(one.packet for one in overheard.heard)


def test_every_header_is_tried() -> None:
    assert len({header.notation for header in HEADERS}) == 17
    assert len(load_specs().dialects) == len(CODECS)
