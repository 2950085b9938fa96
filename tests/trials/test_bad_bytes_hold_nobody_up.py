"""Whatever bytes a peer sends or a file holds: others are answered meanwhile, reading ends soon, sentences are few."""

from __future__ import annotations

import os
import re
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from switch.centre.as_process import CentreProcess, running_centre
from tests.e2e.acquirer import Acquirer, sale

ROOT = Path(__file__).parents[2]
SECONDS_MAX = 30.0
HELD_UP_SECONDS_MAX = 1.0  #: a hundred times what it takes here; the fault held everybody up for four seconds and more
CPU_SECONDS_MAX = 3.0  #: of decode, for 256 KiB: ten times what it takes, on a machine that is busy
KIB = 1_024


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CentreProcess]:
    with running_centre(tmp_path_factory.mktemp("held-up") / "var", ["--business-date", "2026-11-22"]) as running:
        yield running


@pytest.mark.long
@pytest.mark.parametrize(
    "data",
    [bytes(65_534) + b"\xff\xff", b"\x00\x01x" * 40_000, b"\x00\x040200" * 20_000],
    ids=["keep-alives and a length that is none", "the smallest frames", "MTIs"],
)
def test_another_client_is_answered_while_a_peer_sends_bad_bytes(centre: CentreProcess, data: bytes) -> None:
    with Acquirer(centre) as acquirer, socket.create_connection(centre.address("ascii")) as peer:
        acquirer.ask(sale(int.from_bytes(data[:2], "big") * 10 + len(data) % 7 + 1, "vesta"))
        peer.sendall(data)
        began = time.monotonic()
        acquirer.ask(sale(len(data) % 900_000, "vesta"))
        assert time.monotonic() - began < HELD_UP_SECONDS_MAX


@pytest.mark.long
def test_sentences_of_a_kind_are_counted_and_summed_up(centre: CentreProcess) -> None:
    with socket.create_connection(centre.address("ascii")) as peer:
        peer.sendall(b"\x00\x05junk!" * 1_000)
        peer.shutdown(socket.SHUT_WR)
        assert peer.recv(10) == b""
    deadline = time.monotonic() + SECONDS_MAX
    while not (found := re.findall(r"… and ([\d,]+) more of this kind.* in the last", centre.log.read_text(encoding="utf-8"))):
        assert time.monotonic() < deadline, "what was left out was never summed up"
        time.sleep(0.05)
    assert found
    assert centre.log.read_text(encoding="utf-8").count("6a 75 6e 6b") < 200


def _capture_of_many_connections() -> bytes:
    packets = []
    for number in range(256 * KIB // 70):
        segment = struct.pack(">HHIIBBHHH", 1_024 + number, 80, 1, 0, 0x50, 0x18, 1_000, 0, 0) + b"GET / HT"
        head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(segment), 0, 0, 64, 6, 0) + b"\x0a\0\0\1\x0a\0\0\2"
        packets.append(struct.pack("<IIII", 1_795_341_600, 0, len(head + segment), len(head + segment)) + head + segment)
    return struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65_535, 101) + b"".join(packets)


FILES = {
    "zero bytes": bytes(256 * KIB),
    "MTIs everywhere": b"0200" * (64 * KIB),
    "small frames": b"\x00\x040200" * (40 * KIB),
    "a capture of many connections": _capture_of_many_connections(),
}


@pytest.mark.long
@pytest.mark.parametrize("data", FILES.values(), ids=FILES)
def test_decode_ends_soon_whatever_it_is_given(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "file").write_bytes(data)
    before = os.times()
    limited = f"ulimit -t {CPU_SECONDS_MAX:.0f}; exec {sys.executable} -m switch decode {tmp_path / 'file'}"
    done = subprocess.run(["/bin/sh", "-c", limited], cwd=ROOT, capture_output=True, timeout=60, check=False)
    after = os.times()
    assert done.returncode in (1, 2), "it was still reading"
    assert after.children_user - before.children_user < CPU_SECONDS_MAX
    assert done.stderr.count(b"\n") == 1
