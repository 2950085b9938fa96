"""The process that writes the trace: what it is handed is there for whoever reads, also where it is asked to end or killed."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from switch.data_folder.vault import Vault
from switch.iso8583.message import Message
from switch.trace.hand_over import HandOver
from switch.trace.process import NAME, READY
from switch.trace.reader import last_messages
from switch.trace.recorder import TRACE_FILE, begin_trace
from switch.trace.told import HEARD, Told
from switch.trace.up_to_date import FOLLOWERS_MAX, Wakening, wait_until_written
from tests.support.centre_in_loop import wire

SECONDS_MAX = 20.0
WIRE = wire("ascii", "2b", False)


def heard(stan: int) -> Told:
    return (stan, "ascii 127.0.0.1:1", WIRE.words, HEARD, (b"", WIRE.codec.encode(Message("0800", {11: f"{stan:06d}"}))))


@contextmanager
def recording(data: Path) -> Iterator[tuple[subprocess.Popen[bytes], HandOver]]:
    """The process of a data folder, ready, and what hands over to it."""
    Vault.open(data)
    begin_trace(data / TRACE_FILE)
    command = [sys.executable, "-m", "switch", "issuer", "record-trace", "--data", str(data)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline().decode() == f"{READY}\n"
        os.set_blocking(process.stdin.fileno(), False)
        giver = HandOver()
        giver.attach(process.stdin.fileno())
        try:
            yield process, giver
        finally:
            process.kill()


def end(process: subprocess.Popen[bytes]) -> tuple[int, bytes, bytes]:
    """Its exit code, and what it still says, once its standard input has ended."""
    out, err = process.communicate(timeout=SECONDS_MAX)
    return process.returncode, out, err


def test_whoever_reads_sees_what_was_handed_over_before(tmp_path: Path) -> None:
    with recording(tmp_path) as (process, giver):
        for stan in range(1, 51):
            giver.give([heard(stan)])
            assert last_messages(tmp_path, 1)[0].at_ms == stan
        giver.give([heard(stan) for stan in range(51, 5_001)])
        assert [message.at_ms for message in last_messages(tmp_path, 5_000)] == list(range(1, 5_001))
        assert end(process) == (0, b"", b"")


def test_asked_to_end_it_writes_all_that_it_is_handed_until_nobody_hands_over(tmp_path: Path) -> None:
    with recording(tmp_path) as (process, giver):
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            process.send_signal(number)
        giver.give([heard(stan) for stan in range(1, 1_001)])
        assert end(process) == (0, b"", b"")
        assert len(last_messages(tmp_path, 5_000)) == 1_000


def test_it_is_named_and_leaves_no_image_of_its_memory(tmp_path: Path) -> None:
    with recording(tmp_path) as (process, _):
        about = Path(f"/proc/{process.pid}")
        assert (about / "comm").read_text().strip() == NAME
        limits = (about / "limits").read_text()
        assert re.search(r"Max core file size +0 +0 ", limits)


def test_a_file_that_is_taken_away_is_told_of_once(tmp_path: Path) -> None:
    with recording(tmp_path) as (process, giver):
        (tmp_path / TRACE_FILE).rename(tmp_path / "elsewhere")
        assert process.stdout is not None
        told = process.stdout.readline().decode()
        assert told.startswith(f"{tmp_path / TRACE_FILE}: cannot be written (found nothing under the name ")
        giver.give([heard(1)])
        assert end(process) == (0, b"", b"")


def test_a_reader_waits_for_a_process_that_has_stopped_only_so_long(tmp_path: Path) -> None:
    with recording(tmp_path) as (process, giver):
        process.send_signal(signal.SIGSTOP)
        giver.give([heard(1)])
        began = time.monotonic()
        assert last_messages(tmp_path, 1) == []
        assert time.monotonic() - began < SECONDS_MAX
        process.send_signal(signal.SIGCONT)
        assert len(last_messages(tmp_path, 1)) == 1


@pytest.mark.parametrize("there", [True, False])
def test_where_nobody_writes_nobody_waits(tmp_path: Path, there: bool) -> None:
    began = time.monotonic()
    for _ in range(20):
        wait_until_written(tmp_path if there else tmp_path / "nowhere")
    assert time.monotonic() - began < 0.5


def test_whoever_follows_is_woken_by_each_message_and_hears_of_the_end(tmp_path: Path) -> None:
    with recording(tmp_path) as (process, giver), Wakening(tmp_path) as wakening:
        assert wakening.wait(0)
        for stan in range(1, 4):
            giver.give([heard(stan)])
            before = time.monotonic()
            assert wakening.wait(SECONDS_MAX)
            assert time.monotonic() - before < SECONDS_MAX / 2
            assert len(last_messages(tmp_path, 10)) == stan
        assert end(process) == (0, b"", b"")
        while wakening.wait(SECONDS_MAX):  # it is woken by what came, then by the end
            pass
        assert not wakening.wait(0)


def test_who_never_looks_does_not_hold_up_the_process_and_is_forgotten_in_the_end(tmp_path: Path) -> None:
    with recording(tmp_path) as (process, giver), Wakening(tmp_path):
        others = [Wakening(tmp_path) for _ in range(FOLLOWERS_MAX + 3)]
        for stan in range(1, 2_001):
            giver.give([heard(stan)])
        assert len(last_messages(tmp_path, 5_000)) == 2_000
        for each in others:
            each.close()
        giver.give([heard(2_001)])
        assert len(last_messages(tmp_path, 1)) == 1
        assert end(process) == (0, b"", b"")


def test_where_nobody_writes_nobody_is_woken(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "nowhere"):
        with Wakening(folder) as wakening:
            assert not wakening.wait(SECONDS_MAX)
