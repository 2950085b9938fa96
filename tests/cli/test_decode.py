"""``switch decode``: any dialect, any wrapping, and every way a message can stop making sense."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from switch.iso8583.codec import Codec
from switch.iso8583.framing import Framer
from switch.iso8583.header import HeaderFormat
from switch.iso8583.message import Message
from switch.specs.load import load_specs
from tests.cli.command import run
from tests.iso8583.samples import said_in

SPECS = load_specs()
PAN = "4507160000000010"
MESSAGE = Message(
    "0100",
    {
        2: PAN,
        3: "000000",
        4: "000000012500",
        11: "000042",
        35: f"{PAN}=29121010",
        37: "632610000042",
        41: "TERM0001",
        42: "MERCHANT0000001",
        49: "504",
        52: "0123456789ABCDEF",
    },
)


def encoded(dialect: str = "ascii", message: Message = MESSAGE) -> bytes:
    return Codec(SPECS.dialects[dialect]).encode(said_in(dialect, message))


@pytest.mark.parametrize("dialect", ["ascii", "ascii_hex", "bcd", "ebcdic", "ebcdic_bcd", "ascii93", "ascii_hex93", "bcd93"])
def test_the_dialect_is_found_out(dialect: str) -> None:
    outcome = run("decode", encoded(dialect).hex(), "--json")
    assert outcome.code == 0
    assert outcome.json["dialect"] == dialect
    assert outcome.json["mti"] == said_in(dialect, MESSAGE).mti
    assert {line["element"]: line["value"] for line in outcome.json["elements"]}[37] == "632610000042"


def test_card_data_is_masked_unless_asked_for_by_name() -> None:
    masked, whole = run("decode", encoded().hex()), run("decode", encoded().hex(), "--unmasked")
    assert PAN not in masked.out
    assert "450716******0010=…" in masked.out
    assert "0123456789ABCDEF" not in masked.out
    assert f"{PAN}=29121010" in whole.out
    assert "0123456789ABCDEF" in whole.out


def test_hex_comes_in_any_shape(tmp_path: Path) -> None:
    plain = run("decode", encoded().hex()).out
    file, binary = tmp_path / "message.hex", tmp_path / "message.bin"
    file.write_text(encoded().hex(" ", 16).replace(" ", "\n") + "\n")
    binary.write_bytes(encoded())
    assert run("decode", *encoded().hex(" ").split()).out == plain
    assert run("decode", f"0x{encoded().hex().upper()}").out == plain
    assert run("decode", encoded().hex(":")).out == plain
    assert run("decode", file).out == plain
    assert run("decode", stdin=encoded().hex().encode()).out == plain
    as_bytes = plain.replace("hexadecimal digits, ", "the bytes themselves, ")
    assert run("decode", binary).out == as_bytes
    assert run("decode", "-", stdin=encoded()).out == as_bytes


def test_the_frame_of_a_listener_is_stripped_and_told() -> None:
    for known in SPECS.centre.listeners:
        tpdu = bytes.fromhex("6000010000") if known.tpdu else b""
        frame = Framer(known.header, tpdu=known.tpdu).wrap(encoded(known.dialect), tpdu + known.header.first_between)
        outcome = run("decode", frame.hex())
        assert outcome.code == 0
        assert f"({known.header.notation}: the " in outcome.out
        assert ("60 00 01 00 00, stripped" in outcome.out) is known.tpdu
        assert run("decode", frame.hex(), "--listener", known.name).out == outcome.out


def test_a_header_asked_for_has_to_fit() -> None:
    outcome = run("decode", encoded().hex(), "--header", "2b")
    assert outcome.code == 2
    assert outcome.sentence == "length header 30 31: found a frame of 12337 bytes announced, expected the 125 that follow"
    framed = len(encoded()).to_bytes(4, "big") + encoded()
    assert run("decode", framed.hex(), "--header", "4b").code == 0


def test_where_a_message_stops_making_sense() -> None:
    broken = encoded().replace(b"000000012500", b"000ABC012500")
    outcome = run("decode", broken.hex())
    assert outcome.code == 1
    assert outcome.sentence == "DE 4 at byte 36: found 'A' as character 4, expected n 12: digits"
    assert "Processing code" in outcome.out
    shown, caret = outcome.out.splitlines()[-2:]
    assert shown[caret.index("^") :].startswith("30 30 30 41 42 43")
    error = run("decode", broken.hex(), "--json").json["error"]
    assert (error["element"], error["byte"], error["expected"]) == (4, 36, "n 12: digits")


def test_no_card_number_in_the_hex_around_an_error() -> None:
    letters = encoded().replace(PAN.encode(), b"450716000000001A", 1)
    cut = encoded("bcd")[:14]
    shifted = encoded()[:8] + encoded()[9:]
    for data in (letters, cut, shifted):
        outcome = run("decode", data.hex())
        assert outcome.code == 1
        shown = outcome.out.splitlines()[-2].replace(" ", "")
        assert PAN[6:12] not in shown
        assert PAN[6:12].encode().hex() not in shown


@pytest.mark.parametrize(
    ("argument", "sentence"),
    [
        ("zz", "message: found 'z' at digit 1, expected hexadecimal digits; nor is there a file 'zz'"),
        ("303", "message: found 3 hexadecimal digits, expected an even number, two for each byte; nor is there a file '303'"),
        ("", "message: found nothing, expected a message in hexadecimal or in bytes"),
        ("/dev/null", "message: found nothing, expected a message in hexadecimal or in bytes"),
        ("30\0" * 300, "message: found '\\x00' at digit 3, expected hexadecimal digits"),
        ("/dev/zero", "message: found more than 67108864 bytes, expected a message, a stream or a capture"),
        ("30" * 20_000, "message: found 20000 bytes, expected at most 16523"),
    ],
)
def test_what_is_no_message_gives_one_sentence(argument: str, sentence: str) -> None:
    outcome = run("decode", argument)
    assert (outcome.code, outcome.sentence) == (2, sentence)


def test_a_folder_and_unknown_names_give_one_sentence(tmp_path: Path) -> None:
    assert run("decode", tmp_path).sentence == f"{tmp_path}: found a folder, expected a file with a message"
    assert run("decode", "30", "--dialect", "x").sentence.startswith("--dialect: found 'x', expected one of ascii, ")
    assert run("decode", "30", "--listener", "x").sentence.startswith("--listener: found 'x', expected one of ascii, ")
    assert run("decode", "30", "--header", "x").sentence.startswith("--header: found 'x', expected 2 or 4, then b")


@settings(max_examples=20, deadline=None)
@given(st.binary(max_size=400))
def test_garbage_is_answered_in_one_sentence(data: bytes) -> None:
    outcome = run("decode", "-", stdin=data)
    assert outcome.code in (0, 1, 2)
    if outcome.code:
        assert outcome.sentence


@pytest.mark.parametrize(
    "notation",
    [
        "2b + 'ISO026000070'",
        "4a + 'A4M09000'",
        "2b + 10",
        "4h",
        "6a",
        "2b ~ etx",
        "2b ~ etx lrc",
        "stx",
        "packet + 'ISO026000070'",
    ],
)
def test_what_else_stands_around_a_message_is_found_out_and_shown(notation: str) -> None:
    header = HeaderFormat.parse(notation)
    frame = Framer(header).wrap(encoded("ascii_hex"), header.first_between.replace(b"\x00", b"7"))
    outcome = run("decode", frame.hex())
    assert (outcome.code, outcome.err) == (0, "")
    assert f"{notation}: the " in outcome.out or f"{notation}, stripped" in outcome.out
    assert run("decode", frame.hex(), "--header", notation, "--dialect", "ascii_hex").code == 0
    assert run("decode", frame.hex(), "--header", "2bi").code != 0
