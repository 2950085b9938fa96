"""``explain --bytes`` and ``trace`` against a running centre started with ``switch up --trace``, and one without."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from switch.centre.as_process import CentreProcess, running_centre
from switch.specs.load import load_specs
from switch.trace.recorder import TRACE_FILE
from tests.cli.command import Outcome, run

pytestmark = pytest.mark.long  # most play beside a whole centre

SPECS = load_specs()
BROKE = next(card for card in SPECS.issuers["atlas"].cards if "50.00 left" in card.purpose)
MESSAGES = 4  #: of a purchase: two on each leg
SECONDS_MAX = 10.0  #: until a message is in the trace, which is written after its answer


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CentreProcess]:
    with running_centre(tmp_path_factory.mktemp("traced"), ["--trace"]) as running:
        yield running
        assert running.stop() == 0


def sent(centre: CentreProcess, *arguments: object, listener: str = "ascii") -> Any:
    host, port = centre.address(listener)
    return run("send", "--json", "--listener", listener, "--host", host, "--port", port, *arguments).json


def explained(centre: CentreProcess, rrn: str, *arguments: object) -> Outcome:
    """``explain --bytes`` once the last message of a purchase, its answer, is in the trace."""
    until = time.monotonic() + SECONDS_MAX
    while len(re.findall("^#", run("explain", rrn, "--bytes", "--data", centre.data).out, re.MULTILINE)) < MESSAGES:
        assert time.monotonic() < until
        time.sleep(0.05)
    return run("explain", rrn, "--bytes", *arguments, "--data", centre.data)


def test_every_message_of_both_legs_in_order_with_its_bytes(centre: CentreProcess) -> None:
    sale = sent(centre, "--pan", BROKE.pan.digits, "--entry", "magstripe", "--amount", "125.00", "--set", "52=0412AC89ABCDEF67")
    told = explained(centre, sale["rrn"]).out
    assert re.match(r"51 insufficient funds, by atlas after \d+ ms: available 50\.00 MAD is less than 125\.00 MAD\n", told)
    rows = re.findall(r"(\w+) +(#\d+) +(\w+) +(\d{4})", told.partition("\n#")[0])
    assert [(leg, what, mti) for leg, _, what, mti in rows] == [
        ("acquirer", "received", "0100"),
        ("atlas", "forwarded", "0100"),
        ("atlas", "response", "0110"),
        ("acquirer", "answered", "0110"),
    ]
    heads = re.findall(r"^(#\d+)  \S+ \S+  (received|sent) (\d{4}), (.*)$", told, re.MULTILINE)
    assert [number for _, number, _, _ in rows] == [number for number, *_ in heads]
    assert [re.sub(r"127\.0\.0\.1:\d+", "PEER", way) for *_, way in heads] == [
        "ascii PEER → centre",
        "centre → atlas",
        "atlas → centre",
        "centre → ascii PEER",
    ]
    assert re.search(r"^ 2  Primary account number +n\.\.19 +12 +18  " + re.escape(BROKE.pan.masked), told, re.MULTILINE)
    assert "(Track 2 data: never kept)" in told
    assert "(Personal identification number data: never kept)" in told
    assert "0000  30 31 30 30 " in told
    assert re.search(r"(-- ){6,}", told)
    assert BROKE.pan.digits not in told


def test_unmasked_shows_the_card_number_and_still_no_track(centre: CentreProcess) -> None:
    rrn = sent(centre, "--pan", BROKE.pan.digits, "--entry", "magstripe", "--amount", "125.00")["rrn"]
    told = explained(centre, rrn, "--unmasked").out
    assert f" {BROKE.pan.digits}" in told
    assert f"{BROKE.pan.digits}=" not in told
    assert f"{BROKE.pan.digits}D" not in told


@pytest.mark.parametrize("listener", ["ascii_hex", "bcd", "ascii93"])
def test_as_json_in_every_dialect(centre: CentreProcess, listener: str) -> None:
    rrn = sent(centre, "--pan", BROKE.pan.digits, "--amount", "125.00", listener=listener)["rrn"]
    steps = explained(centre, rrn, "--json").json["steps"]
    messages = [step["message"] for step in steps if "message" in step]
    version = "1" if listener == "ascii93" else "0"
    assert [message["mti"] for message in messages] == [f"{version}100", "0100", "0110", f"{version}110"]
    assert [message["direction"] for message in messages] == ["received", "sent", "received", "sent"]
    first = messages[0]
    assert first["dialect"] == listener
    assert first["header"]["form"] == next(one.header.notation for one in SPECS.centre.listeners if one.name == listener)
    assert first["line"].startswith(f"{listener} 127.0.0.1:")
    assert len(first["hex"]) == 2 * first["length"]
    assert "**" in first["hex"]
    assert {2, 3, 4, 11, 37, 41, 49} <= {element["element"] for element in first["elements"]}
    times = [step["at_ms"] for step in steps if step["at_ms"] is not None]
    assert times == sorted(times)


def test_the_last_messages_and_what_made_no_sense(centre: CentreProcess) -> None:
    with socket.create_connection(centre.address("ascii")) as peer:
        peer.sendall(b"GET / HTTP/1.1\r\nX: 4507160000000010\r\n\r\n")
        assert peer.recv(100) == b""
    data = ("--data", centre.data)
    rrn = sent(centre, "--pan", BROKE.pan.digits, "--amount", "125.00")["rrn"]
    explained(centre, rrn)
    until = time.monotonic() + SECONDS_MAX
    while (unreadable := run("trace", "--unreadable", *data)).out.count("\n") < 2:
        assert time.monotonic() < until
        time.sleep(0.05)
    assert unreadable.out.splitlines()[-1].endswith("length header 47 45: found a frame of 18245 bytes, expected 0 to 16384")
    number = unreadable.out.split()[unreadable.out.split().index("fault") + 1]
    shown = run("trace", "--number", number, *data).out
    assert "0000  47 45 54 20 2f 20 48 54  54 50 2f 31 -- -- -- --  GET / HTTP/1----" in shown
    assert "4507160000000010" not in shown
    assert run("trace", "--number", number, "--json", *data).json[0]["hex"].startswith("474554202f20485454502f31--")
    listed = run("trace", "--last", "1000", "--network", *data).out
    brief = run("trace", "--last", "1000", *data).out
    assert "  0800  " not in brief
    left_out = len(re.findall(r"  [01]8[01][04]  ", listed[listed.index(" 0100 ") :]))
    assert f"{left_out} message" in brief if left_out else "left out" not in brief
    chosen = run("trace", "--rrn", rrn, "--mti", "0100", *data).out
    assert chosen.count(f"  0100  {rrn[-6:]}  {rrn}") == 2
    assert "centre → atlas  " in listed
    assert re.search(r"0800 +000001", listed), "sign-ons are there too"
    assert len(run("trace", "--last", "3", "--json", *data).json) == 3
    gone = run("trace", "--number", "999999", *data)
    assert (gone.code, gone.sentence.partition(",")[0]) == (1, f"{centre.data / TRACE_FILE} has no message 999999")


def test_no_card_number_is_in_the_files(centre: CentreProcess) -> None:
    rrn = sent(centre, "--pan", BROKE.pan.digits, "--entry", "magstripe", "--amount", "125.00")["rrn"]
    explained(centre, rrn)
    kept = b"".join(path.read_bytes() for path in centre.data.glob(f"{TRACE_FILE}*"))
    assert rrn.encode() in kept
    assert BROKE.pan.digits.encode() not in kept
    assert bytes.fromhex(BROKE.pan.digits) not in kept


def test_without_a_trace_one_sentence_says_what_is_needed(tmp_path: Path) -> None:
    with running_centre(tmp_path / "var") as plain:
        rrn = sent(plain)["rrn"]
        told = run("explain", rrn, "--bytes", "--data", plain.data)
        assert plain.stop() == 0
    assert told.code == 1
    assert told.sentence == (
        f"{plain.data}: no bytes are kept here; `switch up --trace` keeps those of every message from then on"
    )
    assert "answered" in told.out, "the list is told all the same"
    assert not (plain.data / TRACE_FILE).exists()
    assert run("trace", "--data", plain.data).sentence == told.sentence
