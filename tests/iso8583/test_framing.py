"""Frames: the same ones however the stream is cut, and nothing behind a fault."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switch.errors import MessageError
from switch.iso8583.framing import FRAME_BYTES_MAX, TPDU_BYTES, Frame, Framer, HeaderFormat, reply_tpdu

NOTATIONS = [width + kind + inclusive for width in "24" for kind in "bald" for inclusive in ("", "i")] + ["4v"]
every_header = pytest.mark.parametrize("notation", NOTATIONS)
TPDU = bytes.fromhex("6000010203")


def framer(notation: str, *, tpdu: bool = False, frame_bytes_max: int = FRAME_BYTES_MAX) -> Framer:
    return Framer(HeaderFormat.parse(notation), tpdu=tpdu, frame_bytes_max=frame_bytes_max)


def fed_in_pieces(receiver: Framer, stream: bytes, cuts: list[int]) -> list[Frame]:
    places = [0, *sorted(cut % (len(stream) + 1) for cut in cuts), len(stream)]
    return [frame for a, b in pairwise(places) for frame in receiver.feed(stream[a:b])]


@pytest.mark.long
@every_header
@pytest.mark.parametrize("tpdu", [False, True])
@given(
    bodies=st.lists(st.binary(min_size=1, max_size=60), max_size=6),
    keep_alives=st.lists(st.integers(0, 6), max_size=3),
    cuts=st.lists(st.integers(0, 10_000), max_size=12),
)
def test_the_same_frames_however_the_stream_is_cut(
    notation: str, tpdu: bool, bodies: list[bytes], keep_alives: list[int], cuts: list[int]
) -> None:
    sender, receiver = framer(notation, tpdu=tpdu), framer(notation, tpdu=tpdu)
    head = TPDU if tpdu else b""
    pieces = [sender.wrap(body, head) for body in bodies]
    for place in keep_alives:
        pieces.insert(min(place, len(pieces)), sender.header.header(0))
    assert fed_in_pieces(receiver, b"".join(pieces), cuts) == [Frame(head, body) for body in bodies]
    assert receiver.fault is None
    assert receiver.incomplete is None


@every_header
def test_one_byte_at_a_time(notation: str) -> None:
    receiver = framer(notation)
    stream = receiver.wrap(b"0800") + receiver.wrap(b"0810")
    frames = [receiver.feed(stream[place : place + 1]) for place in range(len(stream))]
    assert [frame.body for some in frames for frame in some] == [b"0800", b"0810"]


@every_header
def test_headers_say_their_length(notation: str) -> None:
    header = HeaderFormat.parse(notation)
    assert header.notation == notation
    for length in {0, 1, 77, header.length_max}:
        written = header.header(length)
        assert len(written) == header.width
        assert header.length(written) == length
    with pytest.raises(AssertionError, match="bytes do not fit a header"):
        header.header(header.length_max + 1)


@pytest.mark.parametrize(
    ("notation", "length", "written"),
    [
        ("2b", 258, "0102"),
        ("2bi", 258, "0104"),
        ("2l", 258, "0201"),
        ("4b", 258, "00000102"),
        ("4a", 258, "30323538"),
        ("4ai", 258, "30323632"),
        ("2a", 58, "3538"),
        ("2d", 258, "0258"),
        ("2di", 258, "0260"),
        ("4d", 258, "00000258"),
        ("4v", 258, "01020000"),
    ],
)
def test_headers_as_they_stand(notation: str, length: int, written: str) -> None:
    assert HeaderFormat.parse(notation).header(length).hex() == written


@pytest.mark.parametrize("notation", ["", "3b", "2x", "b2", "2bb", "2ib", "44a", "2B", "2v", "4vi", "v"])
def test_a_notation_that_is_none(notation: str) -> None:
    with pytest.raises(ValueError, match="2 or 4, then b"):
        HeaderFormat.parse(notation)


@pytest.mark.parametrize(
    ("notation", "bad", "sentence"),
    [
        ("2b", "ffff", "length header ff ff: found a frame of 65535 bytes, expected 0 to 16384"),
        ("4b", "ffffffff", "length header ff ff ff ff: found a frame of 4294967295 bytes, expected 0 to 16384"),
        ("4l", "00000001", "length header 00 00 00 01: found a frame of 16777216 bytes, expected 0 to 16384"),
        ("2bi", "0001", "length header 00 01: found a frame of -1 bytes, expected 0 to 16384"),
        ("4ai", "30303033", "length header 30 30 30 33: found a frame of -1 bytes, expected 0 to 16384"),
        ("4v", "ffff0000", "length header ff ff 00 00: found a frame of 65535 bytes, expected 0 to 16384"),
        ("4v", "00040100", "length header 00 04 01 00: found 01 00 in bytes 3 and 4, expected 00 00"),
        ("4a", "303x", ""),
        ("4a", "30315a35", "length header: found 30 31 5a 35, expected 4 bytes of ASCII digits"),
        ("4a", "2b303132", "length header: found 2b 30 31 32, expected 4 bytes of ASCII digits"),
        ("4a", "20203132", "length header: found 20 20 31 32, expected 4 bytes of ASCII digits"),
        ("4a", "b2b2b2b2", "length header: found b2 b2 b2 b2, expected 4 bytes of ASCII digits"),
        ("2d", "0a12", "length header: found 0a 12, expected 2 bytes of packed decimal digits"),
    ],
)
def test_frames_before_a_fault_are_given_and_none_behind_it(notation: str, bad: str, sentence: str) -> None:
    header = b"303x" if not sentence else bytes.fromhex(bad)
    receiver = framer(notation)
    good = receiver.wrap(b"good")
    assert [frame.body for frame in receiver.feed(good + good + header + good)] == [b"good", b"good"]
    assert str(receiver.fault) == (sentence or "length header: found 33 30 33 78, expected 4 bytes of ASCII digits")
    assert receiver.feed(good) == []
    assert receiver.fault is not None


@given(st.sampled_from(NOTATIONS), st.booleans(), st.binary(max_size=80), st.lists(st.integers(0, 80), max_size=5))
def test_any_bytes_give_frames_or_a_fault_wherever_they_are_cut(
    notation: str, tpdu: bool, stream: bytes, cuts: list[int]
) -> None:
    whole, cut = framer(notation, tpdu=tpdu, frame_bytes_max=40), framer(notation, tpdu=tpdu, frame_bytes_max=40)
    assert fed_in_pieces(cut, stream, cuts) == whole.feed(stream)
    assert str(cut.fault) == str(whole.fault)


def test_a_frame_at_the_limit_and_one_above_it() -> None:
    receiver = framer("2b", frame_bytes_max=10)
    assert receiver.feed(b"\x00\x0a" + b"x" * 10) == [Frame(b"", b"x" * 10)]
    assert receiver.feed(b"\x00\x0b") == []
    assert str(receiver.fault) == "length header 00 0b: found a frame of 11 bytes, expected 0 to 10"


def test_a_frame_shorter_than_its_tpdu() -> None:
    receiver = framer("2b", tpdu=True)
    assert receiver.feed(b"\x00\x05" + TPDU) == [Frame(TPDU, b"")]
    receiver.feed(b"\x00\x04abcd")
    assert str(receiver.fault) == "TPDU: found a frame of 4 bytes, expected at least the 5 of the TPDU"


@pytest.mark.parametrize(
    ("notation", "longest"),
    [("2a", 99), ("2ai", 97), ("2d", 9_999), ("4a", 9_999), ("4ai", 9_995), ("2b", FRAME_BYTES_MAX), ("4v", FRAME_BYTES_MAX)],
)
def test_a_message_longer_than_the_line_can_carry_is_not_sent(notation: str, longest: int) -> None:
    sender = framer(notation)
    assert len(sender.wrap(b"x" * longest)) == longest + sender.header.width
    with pytest.raises(MessageError) as refused:
        sender.wrap(b"x" * (longest + 1))
    expected = f"bitmap: found elements that make {longest + 1} bytes, expected at most {longest} (length header {notation})"
    assert str(refused.value) == expected


def test_the_answer_goes_where_the_request_came_from() -> None:
    assert reply_tpdu(TPDU).hex() == "6002030001"
    assert reply_tpdu(reply_tpdu(TPDU)) == TPDU
    assert reply_tpdu(b"") == b""
    assert len(TPDU) == TPDU_BYTES
