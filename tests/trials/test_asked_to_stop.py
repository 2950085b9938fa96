"""Ctrl+C, SIGTERM, SIGHUP, a pipe that closes: once or twice, at any moment, no process answers with a traceback."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from switch.centre.as_process import LOG_FILE, CentreProcess, running_centre, spawn_centre
from tests.e2e.acquirer import Acquirer, card_of, sale, with_card
from tests.e2e.test_crash import eventually, journaled
from tests.trials.small_centre import small_specs

pytestmark = pytest.mark.long

SECONDS_MAX = 20.0
DATE = ("--business-date", "2026-11-22")
TWICE_SECONDS_MAX = 8.0  #: a request waits for ten times as long


def said(centre: CentreProcess) -> str:
    return centre.log.read_text(encoding="utf-8")


@contextmanager
def centre_that_waits(folder: Path, count: int) -> Iterator[CentreProcess]:
    """A centre with so many requests its issuer will answer in a minute and a half."""
    slow = card_of("atlas", 1)
    file = folder / "slow.toml"
    rule = f'[[rule]]\n[rule.when]\npan = "{slow[0]}"\n[rule.then]\ndelay_seconds = 9.0\n'
    file.write_text(f'purpose = "One card is slow."\n{rule}', encoding="utf-8")
    options = [*DATE, *small_specs(folder), "--scenario", str(file)]
    with (
        running_centre(folder / "var", options) as centre,
        Acquirer(centre) as acquirer,
    ):
        acquirer.send(with_card(sale(number), *slow) for number in range(1, count + 1))
        eventually(lambda: journaled(centre.data, "SELECT count(*) FROM request") == [(count,)], "the requests")
        yield centre


@pytest.mark.parametrize("asked", [(signal.SIGINT, signal.SIGINT), (signal.SIGHUP, signal.SIGTERM)], ids=["Ctrl+C", "others"])
def test_asked_twice_it_says_how_many_wait_and_ends_at_once(tmp_path: Path, asked: tuple[signal.Signals, ...]) -> None:
    with centre_that_waits(tmp_path, 3) as centre:
        began = time.monotonic()
        for number in asked:
            centre.process.send_signal(number)
            eventually(lambda: "stopping" in said(centre), "the first word of stopping")
        assert centre.process.wait(SECONDS_MAX) == 0
        assert time.monotonic() - began < TWICE_SECONDS_MAX
        assert "stopping now; 3 requests are without an answer" in said(centre)
        assert "Traceback" not in said(centre)
    undecided = "SELECT count(*) FROM request LEFT JOIN decision ON request_id = request.id WHERE request_id IS NULL"
    assert journaled(tmp_path / "var", undecided) == [(3,)], "the next start decides them"


#: How far a start has come -> what is in the data folder then.
MOMENTS = {"folder": "lock", "journal": "journal.db", "issuers": "issuers"}


@pytest.mark.parametrize("moment", MOMENTS)
def test_stopped_twice_while_it_starts_there_is_no_traceback(tmp_path: Path, moment: str) -> None:
    data = tmp_path / "var"
    process = spawn_centre(data, [*DATE, *small_specs(tmp_path)])
    eventually((data / MOMENTS[moment]).exists, "the start")
    process.send_signal(signal.SIGINT)
    with suppress(subprocess.TimeoutExpired):
        process.wait(0.01)
    process.send_signal(signal.SIGINT)
    assert process.wait(SECONDS_MAX) == 0
    assert "Traceback" not in (data / LOG_FILE).read_text(encoding="utf-8")


def test_a_pipe_nobody_reads_any_more_ends_it(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "switch",
        "up",
        "--free-ports",
        "--data",
        str(tmp_path / "var"),
        *DATE,
        *small_specs(tmp_path),
    ]
    with (tmp_path / "errors").open("wb") as errors:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors)
    try:
        assert process.stdout is not None
        line = b""
        while not line.startswith(b"try "):
            line = process.stdout.readline()
            assert line, "it ended before it was ready"
        process.stdout.close()
        assert process.wait(SECONDS_MAX) == 0
    finally:
        process.kill()
        process.wait()
    assert (tmp_path / "errors").read_bytes() == b""


@pytest.mark.parametrize("output", [">&-", ">/dev/full"])
def test_output_that_cannot_be_written_is_no_fault_of_a_centre(tmp_path: Path, output: str) -> None:
    ready, words = tmp_path / "ready.json", ["-m", "switch", "up", "--free-ports", *DATE, *small_specs(tmp_path)]
    command = ["/bin/sh", "-c", f'exec "$0" "$@" {output}', sys.executable, *words]
    process = subprocess.Popen(
        [*command, "--data", str(tmp_path / "var"), "--ready-file", str(ready)],
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    try:
        eventually(ready.exists, "the centre")
        process.send_signal(signal.SIGTERM)
        _, told = process.communicate(timeout=SECONDS_MAX)
        assert (process.returncode, told) == (0, b"")
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize(
    ("number", "leashed"), [(signal.SIGTERM, True), (signal.SIGINT, False), (signal.SIGHUP, True)], ids=["term", "int", "hup"]
)
def test_an_issuer_ends_cleanly(tmp_path: Path, number: signal.Signals, leashed: bool) -> None:

    command = [sys.executable, "-m", "switch", "issuer", "serve", "atlas", "--data", str(tmp_path), "--port", "0"]
    process = subprocess.Popen(
        [*command, *(["--announce"] if leashed else [])],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stdout.readline()
    process.send_signal(number)
    assert process.wait(SECONDS_MAX) == 0
    assert process.stderr is not None
    assert process.stderr.read() == b""
    for stream in (process.stdin, process.stdout, process.stderr):
        assert stream is not None
        stream.close()
