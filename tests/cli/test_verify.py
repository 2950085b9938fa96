"""``switch verify`` and ``switch requests`` against a running centre: through real sockets, beside the trace it writes."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest

from switch.centre.as_process import CentreProcess, running_centre
from switch.specs.load import load_specs
from tests.cli.command import Outcome, run
from tests.trials.small_centre import small_specs

SPECS = load_specs()
GOOD = next(SPECS.issuers["atlas"].all_cards()).pan.digits
BROKE = next(card for card in SPECS.issuers["atlas"].cards if "50.00 left" in card.purpose).pan.digits
SALE, UNDONE = "632603575796", "632603575797"

pytestmark = pytest.mark.long  # beside a whole centre


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CentreProcess]:
    folder = tmp_path_factory.mktemp("verified")
    with running_centre(folder / "var", [*small_specs(folder), "--trace"]) as running:
        for arguments in (
            ("--pan", GOOD, "--rrn", SALE, "--amount", "12.00"),
            ("--pan", BROKE, "--rrn", "DECLINED0001"),
            ("--network", "echo"),
            ("--network", "echo", "--set", "70="),
            ("--pan", GOOD, "--rrn", UNDONE, "--amount", "13.00"),
            ("--pan", GOOD, "--reverse", UNDONE, "--amount", "13.00"),
            ("--pan", GOOD, "--rrn", "MODERN000001", "--amount", "14.00", "--listener", "ascii93"),
        ):
            sent = send(running, *arguments)
            assert sent.code == 0, sent.err
        with socket.create_connection(running.address("ascii")) as peer:
            peer.sendall(b"GET / HTTP/1.1\r\n\r\n")
            assert peer.recv(100) == b""
        yield running
        assert running.stop() == 0


def send(centre: CentreProcess, *arguments: object) -> Outcome:
    return run("send", "--ready-file", centre.data / "ready.json", *arguments)


def verify(centre: CentreProcess, *arguments: object) -> Outcome:
    return run("verify", "--data", centre.data, *arguments)


def requests(centre: CentreProcess, *arguments: object) -> Outcome:
    return run("requests", "--data", centre.data, *arguments)


@pytest.mark.parametrize(
    "text",
    [
        f"one 0100 of rrn {SALE} answered 00",
        f"one 0400 of rrn {UNDONE} within 30s of its 0100, amount equal, nothing after",
        f"one 0100 card={BROKE} answered 51",
        f"at least 2 0100 of card {GOOD} issuer=atlas terminal=ONDE0001 type=purchase",
        "one 0800 answered 30",
        "one echo answered 00",
        "one unreadable answered none",
        f"one 0100 of rrn {SALE} to the issuer",
        "no 0420 for 0.1s",
        "one 1100 of rrn MODERN000001 amount=14.00 line=ascii93 answered 000",
        "one 0110 of rrn DECLINED0001 response_code=51",
        "0100 retrieval_reference_number=" + SALE,
    ],
)
def test_what_was_seen_is_proved(centre: CentreProcess, text: str) -> None:
    outcome = verify(centre, text, "--wait", "1s")
    assert outcome.code == 0, outcome.out + outcome.err
    assert outcome.out.startswith("met     ")
    assert GOOD not in outcome.out
    assert BROKE not in outcome.out


def test_what_was_not_seen_is_told_with_the_nearest_miss(centre: CentreProcess) -> None:
    outcome = verify(centre, f"one 0400 of rrn {UNDONE} amount=12.00", "one echo")
    assert outcome.code == 1
    first, *lines = outcome.out.splitlines()
    assert first == f"failed  one 0400 of rrn {UNDONE} amount=12.00"
    assert lines[1].strip() == "found 0, expected exactly 1"
    assert "0400" in lines[2]
    assert lines[3].strip() == "amount: expected 12.00, found 13.00"
    assert lines[-1] == "the gateway sent 8 messages; no expectation speaks of 7 of them"


def test_strict_names_what_no_expectation_speaks_of_and_junit_has_it_all(centre: CentreProcess, tmp_path: Path) -> None:
    junit = tmp_path / "out.xml"
    outcome = verify(centre, f"one 0100 of rrn {SALE}", "--strict", "--junit", junit)
    assert outcome.code == 1
    assert outcome.out.startswith("met     ")
    assert "not expected: #" in outcome.out
    cases = list(ElementTree.fromstring(junit.read_text(encoding="utf-8")).iter("testcase"))
    assert [(case.attrib["name"], len(case)) for case in cases] == [(f"one 0100 of rrn {SALE}", 0), ("nothing else", 1)]
    assert verify(centre, f"one 0100 of rrn {SALE}", "--junit", tmp_path / "nowhere" / "out.xml").code == 2


def test_a_file_and_its_mistakes(centre: CentreProcess, tmp_path: Path) -> None:
    file = tmp_path / "expectations.toml"
    file.write_text(
        f'expectations = ["one 0100 of rrn {SALE}"]\n\n[[expect]]\nname = "undone"\n'
        f'when = {{ mti = "0400", rrn = "{UNDONE}" }}\nexactly = 1\nwithin = "30s"\nof = "0100"\namount_equal = true\n',
        encoding="utf-8",
    )
    outcome = verify(centre, file, "--json")
    assert outcome.code == 0, outcome.out
    assert [each["name"] for each in outcome.json["expectations"]] == [f"one 0100 of rrn {SALE}", "undone"]
    file.write_text('expectations = ["one 0420 of rnn 1"]\n[[expect]]\nexacty = 1\n\nwithn = "3s"\n', encoding="utf-8")
    refused = verify(centre, file)
    assert (refused.code, refused.out) == (2, "")
    assert [line.partition(": found")[0] for line in refused.err.splitlines()] == [
        f"switch: {file}:1: expectations[1]",
        f"switch: {file}:3: expect[1].exacty",
        f"switch: {file}:5: expect[1].withn",
    ]
    assert verify(centre, tmp_path / "none.toml").sentence.endswith(
        "found no such file, expected a TOML file (see README.md of the specs folder)"
    )
    assert verify(centre, "one 0100", "--wait", "soon").code == 2


def test_it_is_woken_by_what_comes(centre: CentreProcess) -> None:
    command = [sys.executable, "-m", "switch", "verify", "one 0100 of rrn WOKEN0000001 answered 00", "--wait", "60s"]
    with subprocess.Popen([*command, "--json", "--data", str(centre.data)], stdout=subprocess.PIPE) as waiting:
        assert send(centre, "--pan", GOOD, "--rrn", "WOKEN0000001").code == 0
        out, _ = waiting.communicate(timeout=50)
    assert waiting.returncode == 0
    assert json.loads(out)["waited_ms"] < 50_000


def test_requests_lists_each_with_its_answer(centre: CentreProcess) -> None:
    rows = requests(centre, "--json", "--network", "--last", "100").json
    unreadable = rows[-1] if rows[-1]["mti"] is None else next(row for row in rows if row["mti"] is None)
    assert unreadable["error"]["found"] == "a frame of 18245 bytes"
    by_rrn = {row["rrn"]: row for row in rows if row["mti"] == "0100"}
    assert (by_rrn[SALE]["response_code"], by_rrn[SALE]["amount_minor"]) == ("00", 1200)
    assert by_rrn["DECLINED0001"]["response_code"] == "51"
    assert by_rrn[SALE]["elapsed_ms"] >= 0
    shown = requests(centre, "answered", "51")
    assert (shown.code, shown.out.count("0100")) == (0, 1)
    assert BROKE not in shown.out
    assert {row["mti"] for row in requests(centre, "--json").json} >= {"0100", "0400", None}
    assert "0800" not in {row["mti"] for row in requests(centre, "--json").json}


def test_requests_unmatched_are_those_that_led_to_nothing(centre: CentreProcess) -> None:
    rows = requests(centre, "--unmatched", "--network", "--json").json
    assert [(row["mti"], row["response_code"]) for row in rows] == [("0800", "30"), (None, None)]
    none = requests(centre, "rrn=NOBODY000000")
    assert (none.code, none.out) == (1, "no message to list\n")
    assert requests(centre, "rnn=NOBODY").code == 2


def test_without_a_journal_it_says_how_to_begin_one(tmp_path: Path) -> None:
    outcome = run("verify", "--data", tmp_path, "one 0100")
    assert (outcome.code, outcome.sentence.startswith(f"{tmp_path}: found no journal")) == (2, True)
