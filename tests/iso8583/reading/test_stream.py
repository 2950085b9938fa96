"""Whole streams: read in any wire format without being told which, and read on behind whatever makes no sense."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from switch.errors import MessageError
from switch.iso8583.codec import Codec, Part
from switch.iso8583.framing import Framer
from switch.iso8583.header import HeaderFormat
from switch.iso8583.message import Message
from switch.iso8583.reading.stream import HEADERS, Lost, Said, Way, likeliest_way, read_stream, whole_way
from switch.specs.load import load_specs
from tests.iso8583.samples import ECHO_TEST, PURCHASE, said_in, with_elements
from tests.support.strategies import spoilt

CODECS = {name: Codec(dialect) for name, dialect in load_specs().dialects.items()}
WAYS = [Way(header, tpdu, codec) for header in HEADERS for tpdu in (False, True) for codec in CODECS.values()]
TPDU = bytes.fromhex("6000010203")
LONG = with_elements(PURCHASE, de2="4507160000000000018", de11="000044")
SAID = [PURCHASE, ECHO_TEST, LONG, with_elements(PURCHASE, de11="000045")]


def way(dialect: str = "ascii", notation: str = "2b", *, tpdu: bool = False) -> Way:
    return Way(HeaderFormat.parse(notation), tpdu, CODECS[dialect])


def frames(how: Way, messages: list[Message]) -> list[bytes]:
    assert how.header is not None
    framer = Framer(how.header, tpdu=how.tpdu)
    spoken = [said_in(how.codec.dialect.name, message) for message in messages]
    return [framer.wrap(how.codec.encode(message), TPDU if how.tpdu else b"") for message in spoken]


def read(data: bytes, how: Way) -> list[Message | str]:
    """What a stream says: its messages, and sentences about what is none or wrong."""
    items = list(read_stream(data, how))
    return [item.sentence if isinstance(item, Lost) else str(item.error) if item.error else item.message for item in items]


SPOKEN = [
    (header.notation, tpdu, name)
    for header in HEADERS
    for tpdu in (False, True)
    for name in (
        "ascii",
        "ascii_hex",
        "bcd",
        "bcd_right_0",
        "bcd_right_f",
        "ebcdic",
        "ebcdic_bcd",
        "ascii93",
        "ascii_hex93",
        "bcd93",
    )
    if header.width == 4 or header.kind != "a"  # two digits of length are too few for a purchase
]


@pytest.mark.parametrize("notation", sorted({notation for notation, _, _ in SPOKEN}))
@pytest.mark.long
def test_any_wire_format_is_found_out_by_what_makes_sense(notation: str) -> None:
    for _, tpdu, name in (spoken for spoken in SPOKEN if spoken[0] == notation):
        how = way(name, notation, tpdu=tpdu)
        stream = b"".join(frames(how, SAID))
        found = likeliest_way([stream], WAYS)
        assert found is not None
        assert read(stream, found) == [said_in(name, message) for message in SAID]
        assert (found.header, found.tpdu, found.codec.dialect.name) == (how.header, how.tpdu, name)


def test_both_sides_of_a_line_are_judged_together() -> None:
    how = way("bcd_right_f")
    even, odd = b"".join(frames(how, [PURCHASE] * 9)), b"".join(frames(how, [LONG] * 2))
    assert likeliest_way([even], WAYS) == way("bcd")
    assert likeliest_way([even, odd], WAYS) == how


def test_keep_alives_are_passed_over() -> None:
    for how in (way(), way(notation="4b"), way(notation="4v"), way(notation="4ai")):
        first, *others = frames(how, SAID)
        assert how.header is not None
        idle = how.header.header(0)
        stream = idle + first + idle + idle + b"".join(others) + idle
        assert likeliest_way([stream], WAYS) == how
        assert read(stream, how) == SAID


def test_reading_begins_in_the_middle_of_a_frame() -> None:
    for how in (way(), way("bcd", "2b", tpdu=True), way("ebcdic", "4a")):
        stream = b"".join(frames(how, SAID))[40:]
        assert likeliest_way([stream], WAYS) == how
        lost, *messages = read(stream, how)
        assert isinstance(lost, str)
        assert lost.endswith(" bytes skipped")
        assert messages == SAID[1:]


def test_a_message_that_makes_no_sense_is_one_sentence_and_reading_goes_on() -> None:
    how = way()
    stream = b"".join(frames(how, SAID)).replace(b"000000012500", b"00000ABC2500", 1)
    assert likeliest_way([stream], WAYS) == likeliest_way([stream[: len(frames(how, SAID)[0])]], WAYS) == how
    assert read(stream, how) == ["DE 4 at byte 36: found 'A' as character 6, expected n 12: digits", *SAID[1:]]
    first = next(read_stream(stream, how))
    assert isinstance(first, Said)
    assert first.message == with_elements(PURCHASE, de4=None)


def test_bytes_that_are_no_frame_are_one_sentence_and_reading_goes_on() -> None:
    how = way(notation="4a")
    one, two, three, _ = frames(how, SAID)
    assert read(one + b"HELLO" + two + three[:60], how) == [
        PURCHASE,
        "length header: found 48 45 4c 4c, expected 4 bytes of ASCII digits; 5 bytes skipped",
        ECHO_TEST,
        "length header 30 31 37 36: found 56 bytes behind it, expected 176; 60 bytes skipped",
    ]


def test_a_length_that_lies_costs_one_message() -> None:
    how = way()
    one, two, three, four = frames(how, SAID)
    assert read(one[:1] + b"\xff" + one[2:] + two + three + four, how)[1:] == SAID[1:]
    assert read(b"\x01" + one[1:] + two + three, how)[1:] == SAID[1:3]


def test_a_way_that_was_named_is_taken_though_nothing_is_whole() -> None:
    stream = b"\x00\x06080012" * 2
    assert likeliest_way([stream], [way()]) == way()
    assert likeliest_way([b"HTTP/1.1 200 OK\r\n"], [way()]) is None


@pytest.mark.parametrize("foreign", [b"", b"GET / HTTP/1.1\r\n\r\n", bytes(range(256)) * 20, b"\x16\x03\x01\x02\x00\x01" * 9])
def test_what_is_not_iso_8583_is_read_in_no_way(foreign: bytes) -> None:
    assert likeliest_way([foreign], WAYS) is None
    assert likeliest_way([foreign], []) is None
    assert likeliest_way([], WAYS) is None


@given(st.data(), st.sampled_from(WAYS))
@settings(deadline=None)
def test_whatever_the_bytes_nothing_is_read_twice_and_nothing_left_out(data: st.DataObject, how: Way) -> None:
    assert how.header is not None
    usable = [message for message in SAID if how.header.length_max > 200] or [Message("0800", {11: "000001"})]
    stream = b"".join(frames(how, usable))
    damaged = data.draw(st.one_of(spoilt(stream), st.binary(max_size=200)))
    at = 0
    for item in read_stream(damaged, how):
        between = damaged[at : item.start]
        assert between == how.header.header(0) * (len(between) // how.header.width)
        assert item.start < item.end
        at = item.end
    rest = damaged[at:]
    assert rest == how.header.header(0) * (len(rest) // how.header.width)


@given(st.data(), st.sampled_from([way(), way("bcd", tpdu=True), way("ebcdic", "4v"), way("ascii_hex", "4a")]))
@settings(deadline=None)
def test_a_spoilt_message_between_others_costs_no_other(data: st.DataObject, how: Way) -> None:
    one, two, three, four = frames(how, SAID)
    messages = read(one + data.draw(spoilt(two)) + three + four, how)
    assert messages[0] == SAID[0]
    assert messages[-1] == SAID[3]


def test_an_opening_that_begins_as_no_message_is_decoded_in_no_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hundreds of ways are tried for a line that makes no sense, while the other lines wait."""
    decoded: list[bytes] = []
    inspect = Codec.inspect

    def counted(codec: Codec, body: bytes) -> tuple[list[Part], MessageError | None]:
        decoded.append(body)
        return inspect(codec, body)

    monkeypatch.setattr(Codec, "inspect", counted)
    nonsense = b"\x00\x40" + b"\xaa" * 64
    assert whole_way(nonsense * 20, WAYS) is None
    assert decoded == []
    assert whole_way(nonsense + frames(way(), [PURCHASE])[0], WAYS) == way()
    assert 0 < len(decoded) < len(WAYS) / 2
