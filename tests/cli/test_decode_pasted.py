"""``switch decode`` of what people paste: the message, how it was read, what it has gone through, and two side by side."""

from __future__ import annotations

import json
import re
import struct
from pathlib import Path

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from switch.card import luhn_digit
from switch.cli.show.message import message_json
from switch.explain.given import Manner, One, Several, read_given
from switch.iso8583.codec import Codec
from switch.iso8583.header import HeaderFormat
from switch.iso8583.message import Message
from switch.iso8583.reading.recognize import Wrapping
from switch.iso8583.reading.stream import HEADERS as STREAM_HEADERS
from switch.iso8583.reading.stream import Way
from switch.specs.load import load_specs
from tests.cli.command import run
from tests.iso8583.reading.pasted.notations import dump
from tests.iso8583.samples import CHIP_PURCHASE, ECHO_TEST, PURCHASE, REVERSAL, said_in, with_elements
from tests.pcap.builder import Sent, conversation, pcap

CODECS = {name: Codec(dialect) for name, dialect in load_specs().dialects.items()}
HEADERS = [None, HeaderFormat.parse("2b"), HeaderFormat.parse("4a")]
MANNER = Manner(
    codecs=tuple(codec for name, codec in CODECS.items() if not name.startswith("base")),
    wrappings=tuple(Wrapping(header, tpdu) for header in HEADERS for tpdu in (False, True)),
    ways=(),
    packet_ways=(),
    header_asked=False,
)
WAYS = tuple(Way(header, tpdu, codec) for tpdu in (False, True) for header in STREAM_HEADERS for codec in MANNER.codecs)
ANSWER = Message("0110", {**{n: PURCHASE.elements[n] for n in (2, 3, 4, 7, 11, 37, 41, 42, 49)}, 39: "00"})
PAN = PURCHASE.elements[2]


def said(dialect: str, message: Message = PURCHASE) -> bytes:
    return CODECS[dialect].encode(said_in(dialect, message))


def read_as(out: str) -> str:
    line = out.splitlines()[0]
    assert line.startswith("read as")
    return line.split(maxsplit=2)[2]


@pytest.mark.parametrize("as_file", [False, True])
def test_a_message_as_text_and_its_line_end(tmp_path: Path, as_file: bool) -> None:
    text = said("ascii_hex", ECHO_TEST).decode()
    for end in ("", "\n", "\r\n", "\n\n"):
        if as_file:
            (tmp_path / "message.txt").write_bytes((text + end).encode())
        outcome = run("decode", tmp_path / "message.txt" if as_file else text + end)
        assert (outcome.code, outcome.err) == (0, "")
        assert read_as(outcome.out) == f"text, {len(text)} bytes"
        assert "0800 network management request" in outcome.out


def test_digits_of_a_file_and_of_an_argument_are_read_alike(tmp_path: Path) -> None:
    body = bytearray(bytes.fromhex("6000010000") + said("bcd"))
    body[5] = 0xF2  # where the MTI begins
    digits = (HeaderFormat.parse("2b").header(len(body)) + body).hex()
    (tmp_path / "damaged.hex").write_text(digits + "\n")
    file, argument = run("decode", tmp_path / "damaged.hex"), run("decode", digits)
    assert (file.code, file.out, file.err) == (argument.code, argument.out, argument.err)
    assert file.sentence == "MTI at byte 0: found 'F200', expected four digits"
    assert "dialect  bcd " in file.out
    assert "60 00 01 00 00, stripped" in file.out


def test_digits_alone_in_an_odd_number_are_text() -> None:
    text = said("ascii_hex", Message("0800", {7: "1126101500", 11: "204816", 70: "301"})).decode()
    assert text.isdecimal()
    assert len(text) % 2
    outcome = run("decode", text)
    assert (outcome.code, read_as(outcome.out)) == (0, f"text, {len(text)} bytes")


def test_a_message_a_line_is_a_list(tmp_path: Path) -> None:
    lines = [said("ascii").hex(), said("ascii", ANSWER).hex(), said("ascii", ECHO_TEST).hex()]
    (tmp_path / "log").write_text("\n".join(lines) + "\n")
    outcome = run("decode", tmp_path / "log")
    assert (outcome.code, outcome.err) == (0, "")
    assert read_as(outcome.out).startswith("hexadecimal digits, a message a line, 3 messages, ")
    rows = [line.split()[:3] for line in outcome.out.splitlines()[-3:]]
    assert rows == [["1", "1", PURCHASE.mti], ["2", "2", "0110"], ["3", "3", "0800"]]
    said_in_json = [json.loads(line) for line in run("decode", tmp_path / "log", "--json").out.splitlines()]
    assert [(one["line_number"], one["mti"]) for one in said_in_json] == [(1, PURCHASE.mti), (2, "0110"), (3, "0800")]
    assert all(one["read_as"] == read_as(outcome.out) for one in said_in_json)
    assert "Primary account number" in run("decode", tmp_path / "log", "--number", 2).out


def test_lines_of_a_log_with_a_damaged_one_among_them() -> None:
    damaged = said("bcd", with_elements(PURCHASE, de11="000077"))[:-9]
    log = "\n".join(
        f"2026-11-28 10:15:0{place} INFO sent: {body.hex(' ')}"
        for place, body in enumerate((said("bcd"), damaged, said("bcd")))
    )
    outcome = run("decode", "-", stdin=log.encode())
    assert outcome.code == 1
    assert outcome.sentence.startswith("1 place is invalid among 3 messages; the first: message 2: DE ")
    assert "list     3 messages: bcd, no length header" in outcome.out


@given(st.integers(1, 7), st.sampled_from("*Xx"), st.sampled_from(["ascii", "ascii_hex", "ebcdic"]))
@settings(deadline=None, max_examples=20)
@pytest.mark.long
def test_digits_masked_in_a_log_are_no_mistake(hidden: int, sign: str, dialect: str) -> None:
    codec = CODECS[dialect]
    text = "cp500" if dialect == "ebcdic" else "ascii"
    sign = "*" if dialect == "ebcdic" or hidden < 3 else sign
    masked = PAN[:6] + sign * hidden + PAN[6 + hidden :]
    body = codec.encode(PURCHASE).replace(PAN.encode(text), masked.encode(text))
    outcome = run("decode", "-", "--json", "--dialect", dialect, stdin=body)
    assert (outcome.code, outcome.err) == (0, "")
    values = {line["element"]: line["value"] for line in outcome.json["elements"]}
    assert values[2][:6] == PAN[:6]
    assert values[11] == PURCHASE.elements[11]
    assert outcome.json["error"] is None
    wrong = body.replace("000000012500".encode(text), "00000ABC2500".encode(text))
    if wrong != body:
        assert run("decode", "-", "--dialect", dialect, stdin=wrong).code == 1


def test_a_masked_dump_is_read() -> None:
    rows = dump(said("ascii"))
    masked = rows.replace(PAN[6:12].encode().hex(" "), "** ** ** ** ** **")
    assert masked != rows
    outcome = run("decode", "-", stdin=masked.encode())
    assert (outcome.code, outcome.err) == (0, "")
    assert f"{PAN[:6]}******{PAN[-4:]}" in outcome.out


@pytest.mark.parametrize("dialect", ["ascii", "ebcdic"])
@pytest.mark.parametrize("code_page", ["latin-1", "cp1252"])
def test_bytes_that_were_converted_as_text_are_told(dialect: str, code_page: str) -> None:
    body = said(dialect)
    converted = (
        body.decode("latin-1").encode()
        if code_page == "latin-1"
        else "".join(bytes([each]).decode("cp1252", "ignore") or chr(each) for each in body).encode()
    )
    outcome = run("decode", converted.hex())
    assert outcome.code == 1
    place = next(place for place, byte in enumerate(body) if byte > 0x7F)
    assert f"looks converted as UTF-8 at byte {place}: " in outcome.sentence
    assert f"{PURCHASE.mti} authorization request, {len(body)} bytes" in outcome.out
    told = run("decode", converted.hex(), "--json").json["converted"]
    assert (told["byte"], told["undone"]) == (place, True)


def test_bytes_lost_in_a_conversion_are_told() -> None:
    lost = said("ascii").decode("utf-8", "replace").encode()
    outcome = run("decode", lost.hex())
    assert outcome.code == 1
    place = lost.index(b"\xef\xbf\xbd")
    assert outcome.sentence.endswith(f"looks converted as UTF-8 at byte {place}: ef bf bd stands for a byte that is lost")


def ethernet(payload: bytes, sequence: int = 1000) -> bytes:
    tcp = struct.pack(">HHIIBBHHH", 40_000, 8583, sequence, 9000, 0x50, 0x18, 8192, 0, 0) + payload
    head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(tcp), 1, 0, 64, 6, 0) + b"\x0a\0\0\7\x0a\0\0\1"
    return bytes.fromhex("020000000001020000000002 0800") + head + tcp


def test_a_frame_is_told_and_its_payload_read() -> None:
    framed = HeaderFormat.parse("2b").header(len(said("ascii"))) + said("ascii")
    outcome = run("decode", ethernet(framed).hex())
    assert (outcome.code, outcome.err) == (0, "")
    assert f"an Ethernet frame, TCP 10.0.0.7:40000 → 10.0.0.1:8583, {len(framed)} bytes of payload" in outcome.out
    assert f"message  {PURCHASE.mti}" in outcome.out
    several = "\n\n".join(dump(ethernet(framed, 1000 + place * len(framed))) for place in range(3))
    assert "#3" not in several
    listed = run("decode", "-", stdin=several.encode())
    assert listed.code == 0
    assert listed.out.splitlines()[-1].split()[:1] == ["3"]


def test_a_frame_with_something_else_in_it() -> None:
    outcome = run("decode", ethernet(bytes.fromhex("2a31311c3030321c1c1c313b1c3b3935303430") + b"=" * 20).hex())
    assert outcome.code == 1
    assert outcome.sentence == (
        "message: found an Ethernet frame, TCP 10.0.0.7:40000 → 10.0.0.1:8583, 39 bytes of payload; "
        "its payload is no ISO 8583 message, expected one"
    )


def test_a_capture_of_messages_without_a_length(tmp_path: Path) -> None:
    sent, places = [], {True: 1, False: 1}
    for place in range(4):
        for client, message in ((True, PURCHASE), (False, ANSWER)):
            body = said("ebcdic", with_elements(message, de11=f"{place + 1:06d}"))
            sent.append(Sent(client, places[client], body))
            places[client] += len(body)
    (tmp_path / "bare.pcap").write_bytes(pcap(conversation(sent)))
    for options in ([], ["--no-header"], ["--no-header", "--dialect", "ebcdic"]):
        outcome = run("decode", tmp_path / "bare.pcap", *options)
        assert (outcome.code, outcome.err) == (0, "")
        assert "ebcdic, no length header" in outcome.out
        assert len([line for line in outcome.out.splitlines() if re.match(r"\d", line)]) == 8
    assert run("decode", tmp_path / "bare.pcap", "--header", "2b").code == 1


def test_no_header_and_a_header_are_not_both() -> None:
    assert run("decode", "30", "--no-header", "--header", "2b").code == 2
    framed = HeaderFormat.parse("4a").header(len(said("ascii_hex"))) + said("ascii_hex")
    assert run("decode", framed.decode()).code == 0
    assert run("decode", framed.hex(), "--no-header").code == 1


def test_the_dialect_that_was_asked_for_is_used() -> None:
    assert run("decode", said("ascii").hex(), "--dialect", "bcd93", "--json").json["dialect"] == "bcd93"
    assert run("decode", said("bcd").hex(), "--dialect", "ascii", "--json").json["dialect"] == "ascii"


@settings(deadline=None)
@given(
    st.sampled_from(["ascii", "ascii_hex", "bcd", "ebcdic", "ebcdic_bcd"]),
    st.sampled_from([PURCHASE, CHIP_PURCHASE, REVERSAL]),
    st.sampled_from(["", "2b", "4a"]),
    st.sampled_from(["mti", "front", "change"]),
    st.data(),
)
@pytest.mark.long
def test_a_damaged_message_of_1987_stays_one(
    dialect: str, message: Message, header: str, damage: str, data: st.DataObject
) -> None:
    body = bytearray(said(dialect, message))
    size = 2 if "bcd" in dialect else 4
    byte = st.integers(0, 255)
    if damage == "front":
        body[:2] = bytes(data.draw(st.tuples(byte, byte)))
    else:
        body[data.draw(st.integers(0, size - 1 if damage == "mti" else len(body) - 1))] = data.draw(byte)
    front = HeaderFormat.parse(header).header(len(body)) if header else b""
    found = read_given((front + body).hex().encode(), evolve(MANNER, ways=WAYS))
    if isinstance(found, One):
        edition = found.trial.codec.dialect.edition
        assert edition == "1987" or found.trial.mti.startswith("1"), found.trial
    else:
        assert isinstance(found, Several)
        assert {one.way.codec.dialect.edition for one in found.heard} == {"1987"}, found.heard


cards = st.builds(
    lambda first, rest: first + rest + luhn_digit(first + rest),
    st.sampled_from("23456"),
    st.integers(12, 18).flatmap(lambda size: st.text("0123456789", min_size=size - 1, max_size=size - 1)),
).filter(lambda card: len(set(card)) > 4)


@settings(deadline=None)
@given(
    cards,
    st.sampled_from(["ascii", "ascii_hex", "bcd", "ebcdic"]),
    st.integers(0, 120),
    st.sampled_from([None, *sorted(CODECS)]),
)
def test_a_message_cut_short_never_shows_its_card(card: str, dialect: str, cut: int, read_in: str | None) -> None:
    body = said(dialect, with_elements(PURCHASE, de2=card))
    body = body[: max(len(body) - cut, 30)]
    codecs = (CODECS[read_in],) if read_in else MANNER.codecs
    found = read_given(body.hex().encode(), evolve(MANNER, codecs=codecs))
    if isinstance(found, One):
        shown = message_json(found.trial.reading(), found.trial.codec)
        digits = re.sub(r"[^0-9]", "", "".join(str(line["value"]) for line in shown["elements"]))
        assert card[:12] not in digits
        assert card.encode().hex()[:24] not in digits


def test_two_messages_side_by_side(tmp_path: Path) -> None:
    other = with_elements(PURCHASE, de4="000000099900", de2="4507160000000028", de37=None)
    (tmp_path / "a").write_text(said("bcd").hex())
    (tmp_path / "b").write_text(dump(said("ascii", other)))
    outcome = run("decode", "--diff", tmp_path / "a", tmp_path / "b")
    assert (outcome.code, outcome.err) == (1, ""), "as diff: they differ"
    assert PAN not in outcome.out
    lines = {line.split()[0]: line for line in outcome.out.splitlines() if re.match(r" *\d", line)}
    assert lines["4"].rstrip().endswith("differs")
    assert lines["37"].rstrip().endswith("only in A")
    assert lines["11"].rstrip().endswith(PURCHASE.elements[11])
    assert outcome.out.endswith("3 elements differ\n")
    found = run("decode", "--diff", tmp_path / "a", tmp_path / "b", "--json").json
    assert found["different"] == 3
    assert {each["element"]: each["difference"] for each in found["elements"] if each["difference"]} == {
        2: "differs",
        4: "differs",
        37: "only in A",
    }
    alike = run("decode", "--diff", tmp_path / "a", tmp_path / "a")
    assert (alike.code, alike.out.rpartition("\n\n")[2]) == (0, "no element differs\n")


def test_a_difference_where_both_are_masked_is_told() -> None:
    track = with_elements(PURCHASE, de35=f"{PAN}=29121010000")
    other = with_elements(PURCHASE, de35=f"{PAN}=29121010001")
    found = run("decode", "--diff", said("ascii", track).hex(), said("ascii", other).hex(), "--json").json
    assert [each["difference"] for each in found["elements"] if each["element"] == 35] == ["differs where it is masked"]


def test_what_cannot_be_compared(tmp_path: Path) -> None:
    (tmp_path / "day.pcap").write_bytes(pcap([]))
    assert run("decode", "--diff", said("ascii").hex()).code == 2
    outcome = run("decode", "--diff", tmp_path / "day.pcap", said("ascii").hex())
    assert outcome.sentence == f"{tmp_path / 'day.pcap'}: found a capture, expected one message to compare"
    assert outcome.code == 2
    outcome = run("decode", "--diff", said("ascii").hex(), said("ascii")[:40].hex())
    assert outcome.sentence.startswith("B: DE ")
    assert outcome.code == 2, "1 would say that they differ"


def test_prose_is_answered_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("Nothing to see in 2026.\nReally.\n")
    assert run("decode", tmp_path / "notes.txt").sentence == (
        "message: found text that begins with 'Nothing to see in ****.', expected hexadecimal digits, a dump, a literal, "
        "base64 or a message as text"
    )


@settings(deadline=None)
@given(st.text("0123456789abcdefABCDEFx\\'\"{}[](),:;|*-+= \n\tbyteB0", max_size=400))
@pytest.mark.long
def test_any_text_is_answered_in_one_sentence(text: str) -> None:
    outcome = run("decode", "-", stdin=text.encode())
    assert outcome.code in (0, 1, 2)
    if outcome.code:
        assert outcome.sentence


@pytest.mark.parametrize(
    ("dialect", "form", "tpdu"), [("ascii", "2b", ""), ("bcd", "2b", "6000010000"), ("ascii_hex", "4a", "")]
)
def test_a_frame_cut_short_says_how_much_is_missing(dialect: str, form: str, tpdu: str) -> None:
    body = bytes.fromhex(tpdu) + said(dialect)
    frame = HeaderFormat.parse(form).header(len(body)) + body
    outcome = run("decode", frame[:-30].hex())
    assert outcome.code == 1
    head = frame[: len(frame) - len(body)].hex(" ")
    have, size = len(body) - 30, len(body)
    assert outcome.sentence.startswith(f"length header {head}: found {have} bytes behind it, expected {size}; DE ")
    assert f"header   {head} ({form}: announces {size} bytes, {have} are there), stripped" in outcome.out
    assert f"message  {PURCHASE.mti} " in outcome.out
    told = run("decode", frame[:-30].hex(), "--json").json
    assert (told["dialect"], told["header"]["missing"]) == (dialect, 30)


def test_packets_that_only_begin_as_messages_are_none(tmp_path: Path) -> None:
    sent = [Sent(True, 1 + 11 * place, b"0100garbage") for place in range(4)]
    (tmp_path / "other.pcap").write_bytes(pcap(conversation(sent)))
    outcome = run("decode", tmp_path / "other.pcap")
    assert outcome.code == 1
    assert outcome.sentence == "capture: found no ISO 8583 message in 1 TCP connection with data, expected one or more"
    assert "1987" not in outcome.out
    assert "4 messages" in run("decode", tmp_path / "other.pcap", "--no-header").sentence


def test_a_digit_too_few_is_told_where_the_digits_are_no_text_either() -> None:
    for dialect in ("ascii", "bcd", "ebcdic"):
        digits = said(dialect).hex()[:-1]
        sentence = f"message: found {len(digits)} hexadecimal digits, expected an even number, two for each byte"
        assert run("decode", "-", stdin=digits.encode()).sentence == sentence


def test_a_list_of_nothing_is_one_sentence() -> None:
    outcome = run("decode", "-", "--tpdu", "--no-header", stdin=b"b'\\x30'\nb'\\x31'")
    assert outcome.sentence.startswith(
        "message: found literals of Python, 2 messages, 2 bytes, expected more than header and TPDU"
    )
