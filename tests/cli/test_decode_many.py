"""``switch decode`` with more than one message: streams and captures, a line each, in full, as JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cli.command import Outcome, run
from tests.explain.test_capture import ANSWERS, REQUESTS, dialogue
from tests.interop import pcap as plain
from tests.iso8583.reading.test_stream import SAID, TPDU, frames, way
from tests.iso8583.samples import PAN
from tests.pcap.builder import ACK, SYN, Ends, Sent, conversation, pcap, pcapng, segments
from tests.support.strategies import spoilt

BROKEN = b"".join(frames(way(), SAID)).replace(b"000000012500", b"00000ABC2500", 1)


def rows(outcome: Outcome) -> list[list[str]]:
    """The lines of the list, in words."""
    lines = outcome.out.splitlines()
    head = next(place for place, line in enumerate(lines) if line.lstrip().startswith("#"))
    return [line.split() for line in lines[head:]]


def words(line: str) -> str:
    return " ".join(line.split())


@pytest.fixture
def capture(tmp_path: Path) -> Path:
    path = tmp_path / "day.pcap"
    path.write_bytes(pcap(conversation(dialogue(way("bcd", tpdu=True)))))
    return path


def test_a_capture_is_a_list_of_messages(capture: Path) -> None:
    outcome = run("decode", capture)
    assert (outcome.code, outcome.err) == (0, "")
    about, _, listed = outcome.out.partition("\n\n")
    assert about.splitlines() == [
        "read as     a capture file",
        "capture     13 packets",
        "taken       2026-11-22 10:35:30 to 2026-11-22 10:35:30 (Africa/Casablanca)",
        "end A       10.0.0.7:40000",
        "end B       10.0.0.1:8583",
        "connection  A ↔ B: bcd, header 2b, TPDU",
    ]
    columns, first, second = listed.splitlines()[:3]
    assert words(columns) == "# time from → to MTI STAN RRN amount DE 39 exchange error"
    assert words(first) == "1 10:35:30.003001 A → B 0100 000001 632609000042 125.00 MAD"
    assert words(second).endswith("B → A 0110 000001 632609000042 125.00 MAD 00 answers #1 after 1.0 ms")
    assert len(listed.splitlines()) == 1 + len(REQUESTS) + len(ANSWERS)
    assert run("decode", "-", stdin=capture.read_bytes()).out == outcome.out
    assert run("decode", capture, "--listener", "bcd").out == outcome.out
    assert run("decode", capture, "--dialect", "bcd", "--header", "2b", "--tpdu").out == outcome.out


def test_the_capture_of_the_tests_of_tshark_is_read(tmp_path: Path) -> None:
    plain.write(tmp_path / "a.pcap", 8583, [plain.Segment(True, data) for data in frames(way(), SAID)])
    assert [row[6] for row in rows(run("decode", tmp_path / "a.pcap"))[1:]] == ["000042", "000043", "000044", "000045"]


def test_messages_in_full_all_of_them_or_chosen_ones(capture: Path) -> None:
    whole = run("decode", capture, "--all").out
    assert whole.count("Primary account number") == 10
    chosen = run("decode", capture, "--number", 2, "--number", 3).out
    assert [line for line in chosen.splitlines() if line.startswith("#")] == [
        "#2  10:35:30.004002  B → A",
        "#3  10:35:30.005002  A → B",
    ]
    assert "authorization request response" in chosen
    assert "60 00 01 02 03, stripped" in chosen
    assert run("decode", capture, "--number", 11).sentence == "--number: found 11, expected 1 to 10"


def test_card_data_is_masked_in_every_form(capture: Path) -> None:
    for options in ([], ["--all"], ["--json"]):
        assert PAN not in run("decode", capture, *options).out
    assert run("decode", capture, "--all", "--unmasked").out.count(PAN) == 10


def test_json_is_a_line_for_each_message(capture: Path) -> None:
    lines = [json.loads(line) for line in run("decode", capture, "--json").out.splitlines()]
    assert [line["number"] for line in lines] == list(range(1, 11))
    assert [line["mti"] for line in lines[:2]] == ["0100", "0110"]
    first = lines[0]
    assert (first["from"], first["to"], first["packet"]) == ("10.0.0.7:40000", "10.0.0.1:8583", 4)
    assert first["at"] == "2026-11-22T10:35:30.003001+01:00"
    assert (first["dialect"], first["header"]["form"], first["tpdu"]) == ("bcd", "2b", TPDU.hex())
    assert {line["element"]: line["value"] for line in first["elements"]}[11] == "000001"


def test_a_stream_in_bytes_or_in_hexadecimal(tmp_path: Path) -> None:
    stream = b"".join(frames(way("bcd_right_f", "4v"), SAID))
    (tmp_path / "raw").write_bytes(stream)
    (tmp_path / "hex").write_text(stream.hex(" ", 16).replace(" ", "\n"))
    outcome = run("decode", tmp_path / "raw")
    assert outcome.code == 0
    size = f"{len(stream)} bytes"
    assert outcome.out.startswith(f"read as  the bytes themselves, {size}\nstream   4 messages: bcd_right_f, header 4v\n\n")
    assert [row[:4] for row in rows(outcome)] == [
        ["#", "byte", "MTI", "STAN"],
        ["1", "0", "0100", "000042"],
        ["2", "133", "0800", "000043"],
        ["3", "165", "0100", "000044"],
        ["4", "300", "0100", "000045"],
    ]
    spelled = outcome.out.replace("the bytes themselves", "hexadecimal digits")
    assert run("decode", tmp_path / "hex").out == spelled
    assert run("decode", "-", stdin=stream).out == outcome.out
    assert run("decode", stream.hex()).out == spelled
    assert "from" not in json.loads(run("decode", tmp_path / "raw", "--json").out.splitlines()[0])


def test_where_a_stream_makes_no_sense() -> None:
    outcome = run("decode", "-", stdin=BROKEN + b"\x00")
    assert outcome.code == 1
    fault = "DE 4 at byte 36: found 'A' as character 6, expected n 12: digits"
    assert outcome.sentence == f"2 places are invalid among 4 messages; the first: message 1: {fault}"
    lines = outcome.out.splitlines()
    assert lines[4].endswith(fault)
    assert lines[-1].split(maxsplit=1) == [str(len(BROKEN)), "length header: found 1 byte, expected 2; 1 byte skipped"]
    full = run("decode", "-", "--number", 1, stdin=BROKEN).out
    assert full.endswith(f"^\n{fault}\n")
    last = json.loads(run("decode", "-", "--json", stdin=BROKEN + b"\x00").out.splitlines()[-1])
    assert (last["number"], last["mti"], last["byte"]) == (None, None, len(BROKEN))


def test_a_gap_and_a_capture_cut_off_are_told() -> None:
    sent = dialogue(way())
    del sent[3]
    data = pcapng(conversation(sent))
    outcome = run("decode", "-", stdin=data[:-4])
    assert outcome.code == 1
    assert outcome.sentence == "1 place is invalid among 8 messages; the first: 175 bytes are missing from the capture"
    assert "; what stands before it is read" in outcome.out.splitlines()[3]


def test_a_capture_of_something_else() -> None:
    web = [
        Sent(True, 0, b"", SYN),
        *segments(True, b"GET / HTTP/1.1\r\n\r\n", 99),
        Sent(False, 1, b"HTTP/1.1 200 OK\r\n\r\n", ACK),
    ]
    outcome = run("decode", "-", stdin=pcap(conversation(web, Ends(server_port=80)), link_type=1))
    assert outcome.code == 1
    assert outcome.sentence == "capture: found no ISO 8583 message in 1 TCP connection with data, expected one or more"
    assert "end B       10.0.0.1:80\nconnection  A ↔ B: no ISO 8583 in its 37 bytes" in outcome.out
    empty = run("decode", "-", stdin=pcap([b"x"], link_type=147))
    assert "left out  1 packet: link type 147" in empty.out
    assert empty.code == 1
    assert run("decode", "-", stdin=pcap([])[:12]).sentence.startswith("capture: found 12 bytes, expected at least")


@given(st.data())
@settings(max_examples=15, deadline=None)
def test_spoilt_captures_and_streams_are_answered_in_one_sentence(data: st.DataObject) -> None:
    whole = data.draw(st.sampled_from([pcap(conversation(dialogue(way()))), BROKEN]))
    outcome = run("decode", "-", "--listener", "ascii", stdin=data.draw(spoilt(whole)))
    assert outcome.code in (0, 1, 2)
    if outcome.code:
        assert outcome.sentence
