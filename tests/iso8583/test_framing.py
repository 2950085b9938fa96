"""Frames: the same ones however the stream is cut, and nothing behind a fault."""

from __future__ import annotations

from itertools import islice, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from switch.errors import MessageError
from switch.iso8583.framing import FRAME_BYTES_MAX, TPDU_BYTES, Frame, Framer, reply_tpdu
from switch.iso8583.header import HeaderFormat, checksum

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


_bodies = st.binary(max_size=12).map(lambda body: len(body).to_bytes(2, "big") + body)
_streams = st.lists(
    _bodies | st.sampled_from((b"\x00\x00", b"\x00\x05" + TPDU, b"\x00\x20")) | st.binary(max_size=3), max_size=8
)


@pytest.mark.parametrize("tpdu", [False, True])
@given(stream=_streams.map(b"".join), cuts=st.lists(st.integers(0, 10_000), max_size=4), taken=st.integers(0, 9))
def test_a_usual_line_is_cut_as_any_line_with_a_length_is(tpdu: bool, stream: bytes, cuts: list[int], taken: int) -> None:
    """Whatever comes, and where nobody takes the last frames too."""
    found = []
    for usual in (True, False):
        receiver = framer("2b", tpdu=tpdu, frame_bytes_max=10)
        assert receiver._usual
        receiver._usual = usual
        frames = fed_in_pieces(receiver, stream, cuts)
        cut = receiver.cut(stream)
        some = [frame for frame in islice(cut, taken) if frame is not None]
        del cut
        found.append((frames, some, receiver.rest, str(receiver.fault), receiver.incomplete))
    assert found[0] == found[1]


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


@pytest.mark.parametrize("notation", ["", "3b", "7a", "2x", "b2", "2bb", "2ib", "44a", "2B", "2v", "4vi", "v"])
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


LIMIT = 10  #: bytes of a frame


def in_pieces_of(size: int, stream: bytes) -> list[bytes]:
    return [stream[place : place + size] for place in range(0, len(stream), size)]


def around(notation: str, body: bytes) -> bytes:
    """A message on a line of this notation, however long it is."""
    sender = framer(notation, frame_bytes_max=FRAME_BYTES_MAX)
    return sender.wrap(body, sender.header.first_between)


@pytest.mark.parametrize("size", [1, 2, 3, LIMIT, 10 * LIMIT])
@pytest.mark.parametrize("notation", ["2b", "4ai", "2bm ~ etx lrc", "2b + 2", "lf", "lf + 'IS'", "stx", "stx + 2"])
def test_the_limit_of_a_frame_is_the_same_however_it_is_cut(notation: str, size: int) -> None:
    """No byte of a frame that comes in pieces counts twice, none is left out, and none around it counts."""
    counted = 0 if "m" in notation else Framer(HeaderFormat.parse(notation)).front_bytes
    longest = around(notation, b"x" * (LIMIT - counted))
    receiver = framer(notation, frame_bytes_max=LIMIT)
    frames = [frame for piece in in_pieces_of(size, longest * 3) for frame in receiver.feed(piece)]
    assert [frame.body for frame in frames] == [b"x" * (LIMIT - counted)] * 3
    assert (receiver.fault, receiver.rest) == (None, b"")
    too_long = around(notation, b"x" * (LIMIT - counted + 1))
    assert [frame for piece in in_pieces_of(size, longest + too_long) for frame in receiver.feed(piece)] == frames[:1]
    assert receiver.fault is not None


@pytest.mark.parametrize("notation", ["lf", "stx"])
def test_what_surrounds_the_longest_message_may_come_before_its_end(notation: str) -> None:
    before, after = {"lf": (b"", b"\r\n"), "stx": (b"\x06\x06\x05", b"")}[notation]
    wire = before + around(notation, b"x" * LIMIT).removesuffix(b"\n") + after
    for place in range(1, len(wire)):
        receiver = framer(notation, frame_bytes_max=LIMIT)
        frames = [*receiver.feed(wire[:place]), *receiver.feed(wire[place:])]
        assert [frame.body for frame in frames] == [b"x" * LIMIT]
        assert receiver.fault is None


@pytest.mark.parametrize("size", [1, 7, LIMIT, 100 * LIMIT])
@pytest.mark.parametrize("notation", ["lf", "stx"])
def test_bytes_without_an_end_are_refused_however_they_come(notation: str, size: int) -> None:
    receiver = framer(notation, frame_bytes_max=LIMIT)
    held = 0
    for piece in in_pieces_of(size, b"\x02" + b"x" * 20 * LIMIT):
        assert receiver.feed(piece) == []
        held = max(held, len(receiver.rest))
    assert held <= LIMIT + 2 + size, "no more is kept than the longest frame, and a piece"
    assert f"bytes without an end, expected {receiver.header.in_words}" in str(receiver.fault)


def test_a_packet_is_no_longer_than_any_other_frame() -> None:
    receiver = framer("packet", frame_bytes_max=LIMIT)
    assert [frame.body for frame in receiver.feed(b"x" * LIMIT)] == [b"x" * LIMIT]
    assert receiver.feed(b"x" * (LIMIT + 1)) == []
    assert str(receiver.fault) == "found a frame of 11 bytes, expected at most 10"


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


# -- more around a message than a length and a TPDU

WHOLE = b"0800..and.the.rest"
#: notation -> (whether a TPDU stands in front, what WHOLE looks like on such a line, sent by somebody else)
AROUND = {
    "2b + 'ISO026000070'": (False, b"\x00\x1eISO026000070" + WHOLE),
    "4a + 'ISO026000070'": (False, b"0030ISO026000070" + WHOLE),
    "2bm + 'ISO026000070'": (False, b"\x00\x12ISO026000070" + WHOLE),
    "2b + x'01f4'": (True, b"\x00\x19" + TPDU + b"\x01\xf4" + WHOLE),
    "2b + 6": (True, b"\x00\x1d" + TPDU + b"\x32\x00\x32\x05\x01\x08" + WHOLE),
    "2b + 2<>2 + 1": (False, b"\x00\x17" + b"AABB!" + WHOLE),
    "2bi + 22": (False, b"\x00\x2a" + bytes(22) + WHOLE),
    "4h": (False, b"0012" + WHOLE),
    "5a": (False, b"00018" + WHOLE),
    "2b ~ etx": (False, b"\x00\x13" + WHOLE + b"\x03"),
    "2bm ~ etx": (False, b"\x00\x12" + WHOLE + b"\x03"),
    "2b ~ etx lrc": (False, b"\x00\x14" + WHOLE + b"\x03" + bytes([checksum(WHOLE + b"\x03")])),
    "2b ~ x'0d0a'": (False, b"\x00\x14" + WHOLE + b"\r\n"),
    "lf": (False, WHOLE + b"\n"),
    "lf + 'ISO026000070'": (False, b"ISO026000070" + WHOLE + b"\n"),
    "stx": (False, b"\x02" + WHOLE + b"\x03" + bytes([checksum(WHOLE + b"\x03")])),
    "packet + 10": (False, b"0110000000" + WHOLE),
}


@pytest.mark.parametrize("notation", AROUND)
def test_what_stands_around_a_message_is_taken_off_and_put_on_again(notation: str) -> None:
    tpdu, wire = AROUND[notation]
    header = HeaderFormat.parse(notation)
    assert (header.notation, HeaderFormat.parse(notation.replace(" ", " ")).notation) == (notation, notation)
    (frame,) = Framer(header, tpdu=tpdu).feed(wire)
    assert frame.body == WHOLE
    framer = Framer(header, tpdu=tpdu)
    assert framer.wrap(frame.body, frame.tpdu) == wire
    answered = Framer(header, tpdu=tpdu).feed(framer.wrap(WHOLE, framer.answered(frame.tpdu)))
    assert [each.body for each in answered] == [WHOLE]
    first = Framer(header, tpdu=tpdu).feed(framer.wrap(WHOLE, (TPDU if tpdu else b"") + header.first_between))
    assert [each.body for each in first] == [WHOLE]


@pytest.mark.parametrize("notation", [each for each in AROUND if not each.startswith("packet")])
@given(cuts=st.lists(st.integers(1, 40), min_size=1))
@settings(max_examples=20)
def test_such_messages_are_found_however_they_are_cut(notation: str, cuts: list[int]) -> None:
    tpdu, wire = AROUND[notation]
    framer, frames, data = Framer(HeaderFormat.parse(notation), tpdu=tpdu), [], wire * 4
    for cut in cuts:
        frames += framer.feed(data[:cut])
        data = data[cut:]
    frames += framer.feed(data)
    assert ([frame.body for frame in frames], framer.rest, framer.fault) == ([WHOLE] * 4, b"", None)


def test_source_and_destination_change_places_in_an_answer() -> None:
    framer = Framer(HeaderFormat.parse("2b + 2<>2 + 1"), tpdu=True)
    assert framer.answered(bytes.fromhex("6000010002") + b"AABB!") == bytes.fromhex("6000020001") + b"BBAA!"


@pytest.mark.parametrize(
    ("notation", "data", "sentence"),
    [
        ("2b + 'ISO'", b"\x00\x07ISX0800", "header before the MTI: found 'ISX', expected 'ISO'"),
        ("2b + 'ISO'", b"\x00\x02IS", "header before the MTI: found a frame of 2 bytes, expected at least 3"),
        ("2b ~ etx", b"\x00\x050800\x04", "end of the frame: found 04, expected 03"),
        ("2b ~ etx lrc", b"\x00\x060800\x03\x00", "end of the frame: found 03 00, expected 03 0b"),
        ("4h", b"00x10800", "length header: found 30 30 78 31, expected 4 bytes of hexadecimal digits"),
        ("stx", b"0800\x03", "found 30 38 30 30, expected 02 (STX) at the beginning of a frame"),
        ("stx", b"\x020800\x03\x00", "LRC: found 00, expected 0b"),
        ("lf", b"0" * 20_000, "found 20000 bytes without an end, expected a line feed behind each message"),
    ],
)
def test_what_stands_around_a_message_and_should_not_is_said(notation: str, data: bytes, sentence: str) -> None:
    framer = Framer(HeaderFormat.parse(notation))
    assert framer.feed(data) == []
    assert str(framer.fault) == sentence


@pytest.mark.parametrize(
    "notation", ["2b + ", "2b + ISO", "2b + 2<>3", "2b + 200", "lf ~ etx", "2b ~ lrc etx", "2b ~ end", "lfm"]
)
def test_a_notation_of_what_cannot_be(notation: str) -> None:
    with pytest.raises(ValueError, match=r"after \+: |after ~: |no ~ behind lf|2 or 4, then b"):
        HeaderFormat.parse(notation)


def test_terminals_may_send_controls_between_frames() -> None:
    framer = Framer(HeaderFormat.parse("stx"))
    frame = framer.wrap(WHOLE)
    assert [each.body for each in framer.feed(b"\x05" + frame + b"\x06" + frame + b"\x04")] == [WHOLE, WHOLE]
    with pytest.raises(MessageError, match="found byte 03 in the message"):
        framer.wrap(b"08\x0300")


def test_what_has_come_of_a_frame_is_told_until_there_is_a_fault() -> None:
    at, told = framer("2b", frame_bytes_max=10), list[str | None]()
    for piece in (b"", b"\x00", b"\x05ab", b"cde", b"\xff\xffabc"):
        at.feed(piece)
        told.append(at.incomplete)
    head = "length header: found 1 byte, expected 2"
    assert told == [None, head, "length header 00 05: found 2 bytes behind it, expected 5", None, None]
    assert at.fault is not None
    lines = framer("lf")
    lines.feed(b"abc")
    assert lines.incomplete is not None
    assert lines.incomplete.startswith("found 3 bytes without an end, expected ")


@pytest.mark.parametrize("notation", ["2b", "4a", "2bi", "lf"])
@pytest.mark.parametrize("before", [0, 3])
def test_whole_frames_that_nobody_has_taken_yet_are_no_rest(notation: str, before: int) -> None:
    """Else a line that ends meanwhile would be said to have broken off in the middle of a message."""
    at = framer(notation, frame_bytes_max=10)
    data = b"".join(at.wrap(b"0800%d" % number) for number in range(3)) + at.wrap(b"0800")[:3]
    at.feed(data[:before])
    frames, told = at.cut(data[before:]), list[tuple[bytes, str | None]]()
    for _ in range(3):
        next(frames)
        told.append((at.rest, at.incomplete))
    assert told == [(b"", None)] * 3
    assert next(frames, None) is None
    assert at.rest == data[-3:]
    assert at.incomplete is not None


def test_what_stands_between_is_looked_at_where_messages_have_no_length() -> None:
    at = framer("lf + 'ISO'")
    assert [frame.body for frame in at.feed(b"ISO0800\nISO0810\n")] == [b"0800", b"0810"]
    assert at.feed(b"ISX0800\n") == []
    assert at.fault is not None
    short = framer("lf + 'ISO'")
    assert short.feed(b"IS\n") == []
    assert short.fault is not None
