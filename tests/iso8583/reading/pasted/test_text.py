"""Whatever a message is written as, the same bytes are read back; and never out of the text beside them."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from switch.iso8583.codec import Codec
from switch.iso8583.reading.choice import choose
from switch.iso8583.reading.pasted.lines import from_digits
from switch.iso8583.reading.pasted.literals import unescaped
from switch.iso8583.reading.pasted.piece import Pasted, Piece
from switch.iso8583.reading.pasted.text import THE_BYTES, ways_to_read
from switch.iso8583.reading.recognize import BARE
from switch.specs.load import load_specs
from tests.iso8583.reading.pasted.notations import NOTATIONS, dump, log_line
from tests.iso8583.samples import CHIP_PURCHASE, ECHO_TEST, PURCHASE, REVERSAL, said_in

DIALECTS = load_specs().dialects
CODECS = {name: Codec(DIALECTS[name]) for name in ("ascii", "bcd", "ebcdic", "ascii_hex", "ascii93")}
BODIES = [
    codec.encode(said_in(name, said))
    for name, codec in CODECS.items()
    for said in (PURCHASE, CHIP_PURCHASE, ECHO_TEST, REVERSAL)
]

bodies = st.sampled_from(BODIES)
LINE_ENDS = ("\n", "\r\n")
FRONTS = ("", "Here is what we sent:\n\n", "\ufeff", "\n\n", "Request from the gateway (see below)\n")


def chosen(text: str | bytes) -> tuple[str, list[bytes]]:
    """How a text is read, and its messages."""
    choice = choose(ways_to_read(text.encode() if isinstance(text, str) else text), CODECS.values(), [BARE])
    assert choice is not None
    return choice.pasted.how, [piece.data for piece in choice.pasted.pieces]


@pytest.mark.parametrize("notation", sorted(NOTATIONS))
@settings(deadline=None)
@given(st.data())
def test_every_notation_is_read_back(notation: str, data: st.DataObject) -> None:
    body = data.draw(bodies)
    text = data.draw(st.composite(lambda draw: NOTATIONS[notation](body, draw))())
    end = data.draw(st.sampled_from(LINE_ENDS))
    front = data.draw(st.sampled_from(FRONTS))
    if notation in ("in_base64", "bare_escapes", "with_0x", "pairs_with_commas"):
        front = front if front in ("", "\ufeff", "\n\n") else ""
    whole = (front + text + data.draw(st.sampled_from(("", "\n")))).replace("\n", end)
    assert chosen(whole)[1] == [body], whole


def test_a_text_column_of_digits_is_not_read_as_bytes_where_offsets_are_decimal() -> None:
    body = b"0800822000000000000004000000000000001122091530000043301"
    rows = [body[place : place + 24] for place in range(0, len(body), 24)]
    text = "\n".join(f"{24 * place:04d}:  {row.hex(' '):<71}  {row.decode()}" for place, row in enumerate(rows))
    assert chosen(text)[1] == [body]


@settings(deadline=None)
@given(st.lists(bodies, min_size=2, max_size=4), st.sampled_from(("\n\n", "\nanswer:\n", "\n")), st.data())
def test_several_dumps_are_several_messages(said: list[bytes], between: str, data: st.DataObject) -> None:
    how = data.draw(st.sampled_from(("hexdump_canonical", "xxd", "wireshark", "jpos", "tcpdump", "any_dump")))
    texts = [data.draw(st.composite(lambda draw, body=body: NOTATIONS[how](body, draw))()) for body in said]
    assert chosen(between.join(text.rstrip("\n") for text in texts))[1] == said


@settings(deadline=None)
@given(st.lists(bodies, min_size=2, max_size=5), st.sampled_from(LINE_ENDS), st.data())
def test_lines_of_a_log_are_several_messages(said: list[bytes], end: str, data: st.DataObject) -> None:
    lines = [data.draw(st.composite(lambda draw, body=body: log_line(body, draw))()) for body in said]
    other = ["2026-11-28 10:15:00 INFO listening on 8583", *lines, "2026-11-28 10:16:00 INFO closed"]
    assert chosen(end.join(other) + end)[1] == said
    assert chosen(end.join(body.hex() for body in said) + end)[1] == said


@settings(deadline=None)
@given(st.lists(bodies, min_size=2, max_size=3), st.integers(8, 30))
def test_blocks_of_wrapped_digits_are_several_messages(said: list[bytes], width: int) -> None:
    blocks = [body.hex(" ", width).replace(" ", "\n") for body in said]
    assert chosen("\n\n".join(blocks))[1] == said
    assert chosen("".join(f"message {place}:\n{block}\n" for place, block in enumerate(blocks)))[1] == said


@given(
    st.binary(min_size=12, max_size=80),
    st.sampled_from(sorted(set(NOTATIONS) - {"any_dump", "log_line", "wrapped"})),
    st.data(),
)
@settings(deadline=None)
def test_any_bytes_are_among_the_ways_a_text_is_read(body: bytes, notation: str, data: st.DataObject) -> None:
    text = data.draw(st.composite(lambda draw: NOTATIONS[notation](body, draw))())
    found = [[piece.data for piece in way.pieces] for way in ways_to_read(text.encode())]
    assert [body] in found, text


def test_a_row_of_asterisks_stands_for_rows_alike() -> None:
    body = b"0800" + bytes(64) + b"0123"
    rows = dump(body, offset="{:08x}", middle=True, text="  |{}|").split("\n")
    assert ways_to_read("\n".join([rows[0], rows[1], "*", rows[4]]).encode())[0].pieces[0].data == body
    assert not any(
        body in (piece.data for piece in way.pieces) for way in ways_to_read("\n".join([*rows[:1], "*", "zz"]).encode())
    )


@pytest.mark.parametrize(
    ("text", "how"),
    [
        ("00000000  30 31 30 30 72  |0100r|\n", "a hexdump -C dump"),
        ("00000000: 3031 3030 72  0100r\n", "an xxd dump"),
        ("0000   30 31 30 30 72   0100r\n", "a dump with offsets, as Wireshark and jPOS write it"),
        ("\t0x0000:  3031 3030 72  0100r\n", "a tcpdump dump"),
        ("0000000 30 31 30 30 72\n0000005\n", "an od dump"),
        ("30 31 30 30 72", "hexadecimal digits"),
        ("30 31 30 30 72 20 04 00  0100r ..", "hexadecimal digits with text behind"),
        ("b'0100r\\x00'", "a literal of Python"),
        ('"0100r\\x00\\x01"', "a literal with escapes"),
        ("0100r\\x00\\x01", "text with escapes"),
        ("{0x30, 0x31, 0x30, 0x30}", "an array of bytes"),
        ("[48, 49, 48, 48, -64]", "an array of bytes"),
    ],
)
def test_the_way_is_named(text: str, how: str) -> None:
    assert ways_to_read(text.encode())[0].how == how
    assert ways_to_read(b"\xff\xfe" + text.encode("utf-16-le"))[0].how == how


def test_bytes_are_themselves_and_a_line_end_behind_them_may_be_none_of_theirs() -> None:
    assert [way.how for way in ways_to_read(b"0100\x00\x80\n")] == [THE_BYTES, f"{THE_BYTES} without the line end behind them"]
    assert ways_to_read(b"") == ()


def test_what_may_stand_between_digits() -> None:
    assert from_digits("0x30 31\n30:30\t") == b"0100"
    assert from_digits("30-31, 30.30") == b"0100"
    assert from_digits("30h 31H, 0x30 30h") == b"0100"
    assert from_digits("303") is None
    assert from_digits("30 zz") is None
    assert from_digits("30 3* **") == b"00*"


def test_escapes_of_literals() -> None:
    assert unescaped("0\\x31\\060\\u0030\\n\\\\") == b"0100\n\\"
    assert unescaped("\u20ac") is None
    assert Pasted("base64", (Piece(b"0", 1), Piece(b"1", 2))).in_words == "base64, 2 messages, 2 bytes"


WORST = {
    "digits": b"30" * 130_000,
    "quotes": b'"\\"' * 87_000,
    "literals": b"b'" * 131_000,
    "brackets": b"[1," * 87_000,
    "offsets": b"0000 30\n" * 32_000,
    "broken dumps": b"00000000  30 31 30 30 72 20 04 00\n00000100 3\n" * 5_700,
    "line ends": b"\n" * 262_000,
    "short lines": b"30 31\r\n" * 37_000,
    "commas": b"0x30," * 52_000,
    "comments": b"/*" * 131_000,
    "words": b"at 10:15:02 sent 30 31 " * 11_000,
}


@pytest.mark.parametrize("name", sorted(WORST))
@pytest.mark.long
def test_four_times_the_text_takes_no_more_than_some_four_times_as_long(name: str) -> None:
    """A quarter of a MiB each. What grows with the square would take sixteen times as long."""

    def cpu_seconds(text: bytes) -> float:
        began = time.process_time()
        ways_to_read(text)
        return time.process_time() - began

    text = WORST[name]
    a_quarter, whole = (min(cpu_seconds(part) for _ in range(3)) for part in (text[: len(text) // 4], text))
    assert whole < 10 * a_quarter
