"""``switch tail`` and ``switch up --follow`` against a running centre: what is shown, and that nothing waits for a viewer."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from switch.centre.as_process import CentreProcess, running_centre
from switch.cli.show.following import Filter, patience_ms
from switch.cli.tail import follow
from switch.data_folder.vault import Vault
from switch.journal.journal import SqliteJournal
from switch.journal.journal_file import JOURNAL_FILE
from switch.specs.load import load_specs
from tests.cli.command import Outcome, run
from tests.trials.small_centre import small_specs

pytestmark = pytest.mark.long  # most play beside a whole centre

SPECS = load_specs()
BROKE = next(card for card in SPECS.issuers["atlas"].cards if "50.00 left" in card.purpose)
GOOD = next(SPECS.issuers["atlas"].all_cards())
SECONDS_MAX = 20.0  #: until something that another process does is seen
EVERYTHING = Filter(lines=frozenset(), mtis=frozenset(), codes=frozenset(), card="", declined=False)


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CentreProcess]:
    folder = tmp_path_factory.mktemp("followed")
    with running_centre(folder / "var", [*small_specs(folder), "--follow"]) as running:
        for arguments in (
            ("--pan", GOOD.pan.digits, "--rrn", "APPROVED0001"),
            ("--pan", BROKE.pan.digits, "--rrn", "DECLINED0001"),
            ("--pan", GOOD.pan.digits, "--rrn", "NOAMOUNT0001", "--set", "4="),
            ("--network", "echo"),
            ("--network", "echo", "--set", "11=", "--set", "70="),
            ("--network", "echo", "--set", "70="),
        ):
            assert send(running, *arguments).code == 0
        with socket.create_connection(running.address("ascii")) as peer:
            peer.sendall(b"GET / HTTP/1.1\r\n\r\n")
            assert peer.recv(100) == b""
        until(lambda: tail(running, "--json").out.count("\n") == 7)
        yield running
        assert running.stop() == 0


def send(centre: CentreProcess, *arguments: object) -> Outcome:
    host, port = centre.address("ascii")
    return run("send", "--host", host, "--port", port, *arguments)


def tail(centre: CentreProcess, *arguments: object) -> Outcome:
    return run("tail", "--no-follow", "--data", centre.data, *arguments)


def until(seen: Callable[[], bool]) -> None:
    """Wait for what another process does."""
    deadline = time.monotonic() + SECONDS_MAX
    while not seen():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def fields(line: str) -> tuple[str, ...]:
    """MTI, answer and RRN of a line."""
    found = re.match(
        r" *\d+ \d\d:\d\d:\d\d\.\d{3} ascii +(\S+) +(?:950401\S+ +125.00 MAD +)?(.*?)(?: {2,}\d+)?(?: (\w{12}))?$", line
    )
    assert found, line
    return tuple(part or "" for part in found.groups())


def test_a_line_for_each_message_and_its_answer(centre: CentreProcess) -> None:
    shown = tail(centre)
    assert (shown.code, shown.err) == (0, "")
    head, *lines = shown.out.splitlines()
    assert head.split() == ["#", "time", "line", "MTI", "card", "amount", "answer", "ms", "RRN"]
    found = [fields(line) for line in lines]
    assert [(mti, answer[:12]) for mti, answer, _ in found] == [
        ("0100", "00 approved"),
        ("0100", "51 insuffici"),
        ("0100", "950401******"),  # a card and no amount
        ("0800", "00 approved"),
        ("0800", "30 format er"),
        ("0800", "30 format er"),
        ("?", "unreadable: "),
    ]
    assert "unreadable: length header 47 45: found a frame of 18245 bytes, expected 0 to 16384" in lines[-1]
    assert [line.split()[-1] for line in lines[:3]] == ["APPROVED0001", "DECLINED0001", "NOAMOUNT0001"]
    assert GOOD.pan.digits not in shown.out


@pytest.mark.parametrize(
    ("arguments", "codes"),
    [
        (("--declined",), ["51", "30", "30", "30"]),
        (("--code", "30"), ["30", "30", "30"]),
        (("--code", "51", "--code", "00"), ["00", "51", "00"]),
        (("--mti", "0800"), ["00", "30", "30"]),
        (("--mti", "0110", "--declined"), ["51", "30"]),
        (("--card", BROKE.pan.digits[-4:]), ["51"]),
        (("--line", "ascii", "--last", "2"), ["30", None]),
        (("--line", "bcd"), []),
        (("--line", "atlas", "--mti", "0100"), ["00", "51"]),
    ],
)
def test_filters(centre: CentreProcess, arguments: tuple[str, ...], codes: list[str | None]) -> None:
    assert [json_of(line)["response_code"] for line in tail(centre, "--json", *arguments).out.splitlines()] == codes


def json_of(line: str) -> Any:
    return Outcome(code=0, out=line, err="").json


def test_every_refused_or_unreadable_message_opens_by_its_number(centre: CentreProcess) -> None:
    wrong = [json_of(line) for line in tail(centre, "--json").out.splitlines()]
    wrong = [each for each in wrong if each["response_code"] in ("30", None)]
    assert len(wrong) == 4
    for each in wrong:
        opened = run("trace", each["number"], "--data", centre.data)
        assert opened.code == 0
        assert opened.out.startswith(f"#{each['number']}  ")
        assert "received" in opened.out.splitlines()[0]
        assert "\n0000  " in opened.out
    assert (
        run("trace", wrong[0]["number"], "--data", centre.data).out
        == run("trace", "--number", wrong[0]["number"], "--data", centre.data).out
    )
    log = centre.log.read_text()
    for each in wrong[:-1]:
        assert f"format error: {each['line']}: {each['mti']}: " in log, "each has its sentence in the output of the centre"
    assert f"bad frame: {wrong[-1]['line']}: " in log


def test_the_centre_shows_the_same_lines_itself(centre: CentreProcess) -> None:
    until(lambda: "expected 0 to 16384\n" in centre.log.read_text() and "DECLINED0001\n" in centre.log.read_text())
    lines = [line for line in centre.log.read_text().splitlines() if re.match(r" *\d+ \d\d:", line)]
    assert lines[:7] == tail(centre).out.splitlines()[1:8]
    assert f"{TRACE_WORDS}" in centre.log.read_text()


TRACE_WORDS = "trace.db there keeps the last 100,000 messages"


def test_new_messages_are_shown_as_they_come(centre: CentreProcess, capsys: pytest.CaptureFixture[str]) -> None:
    looks = iter([("LATER0000001", True), ("LATER0000002", True), ("", False)])

    def wait() -> bool:
        rrn, more = next(looks)
        if rrn:
            assert send(centre, "--rrn", rrn, "--expect", "00").code == 0
            until(lambda: rrn in tail(centre, "--last", "1").out)
        return more

    capsys.readouterr()
    follow(centre.data, None, EVERYTHING, last=0, since=None, wait=wait, as_json=False)
    told = capsys.readouterr().out
    assert [line.split()[-1] for line in told.splitlines() if "LATER" in line] == ["LATER0000001", "LATER0000002"]


@pytest.mark.long
@pytest.mark.parametrize("how", [signal.SIGSTOP, signal.SIGKILL])
def test_a_viewer_that_stops_holds_nobody_up(centre: CentreProcess, how: signal.Signals) -> None:
    command = [sys.executable, "-m", "switch", "tail", "--data", str(centre.data)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as viewer:
        assert viewer.stdout is not None
        assert viewer.stdout.readline()
        os.kill(viewer.pid, how)
        try:
            outcome = send(centre, "--count", "20", "--expect", "00", "--timeout", "2")
            assert outcome.code == 0, outcome.err
        finally:
            viewer.kill()


def test_beside_a_centre_it_shows_the_last_lines_and_ends_with_it(centre: CentreProcess) -> None:
    command = [sys.executable, "-m", "switch", "tail", "--beside", "--since", "0", "--data", str(centre.data)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as viewer:
        assert viewer.stdout is not None
        assert viewer.stdin is not None
        assert viewer.stdout.readline().split()[0] == b"#"
        viewer.send_signal(signal.SIGINT)  # Ctrl+C is for the centre
        assert send(centre, "--rrn", "ATTHEEND0001", "--expect", "00").code == 0
        until(lambda: "ATTHEEND0001" in tail(centre, "--last", "1").out)
        viewer.stdin.close()
        assert b"ATTHEEND0001" in viewer.stdout.read()
        assert viewer.wait(SECONDS_MAX) == 0


def test_a_viewer_nobody_reads_ends(centre: CentreProcess) -> None:
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-m", "switch", "tail", "--data", str(centre.data)]
    assert subprocess.run(command, stdout=write, stderr=subprocess.PIPE, check=False, timeout=SECONDS_MAX).stderr == b""
    os.close(write)


def test_where_nothing_is_kept(tmp_path: Path) -> None:
    elsewhere = run("tail", "--no-follow", "--data", tmp_path)
    assert (elsewhere.code, elsewhere.sentence) == (
        2,
        f"{tmp_path}: found no journal.db, expected the data folder of a Switch that has run",
    )
    SqliteJournal(tmp_path / JOURNAL_FILE, Vault.open(tmp_path)).close()
    outcome = run("tail", "--no-follow", "--data", tmp_path)
    assert (outcome.code, outcome.sentence) == (
        1,
        f"{tmp_path}: no bytes are kept here; `switch up --trace` keeps those of every message from then on",
    )
    assert run("tail", "--card", "x").sentence == "--card: found 'x', expected the last digits of a card number"


def test_an_answer_is_waited_for_as_long_as_any_issuer_may_take() -> None:
    assert patience_ms(SPECS) == 12_000
