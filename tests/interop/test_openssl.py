"""OpenSSL's own programs on our TLS: ``s_client`` calls a listener, ``s_server`` is called by the client of ``switch send``."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest

from switch.centre.as_process import CentreProcess, running_centre
from switch.errors import UnreachableError
from switch.iso8583.framing import Framer
from switch.iso8583.mapping.session import ECHO
from switch.lines.client import exchange
from switch.lines.tls_context import ClientSide
from tests.support.certificates import HOST, Drawer
from tests.support.played_issuer import network
from tests.support.secured_specs import secured_specs
from tests.support.tls_peer import WIRE

OPENSSL = shutil.which("openssl")
FRAME = Framer(WIRE.header).wrap(WIRE.codec.encode(network(ECHO)))
pytestmark = [pytest.mark.outside, pytest.mark.skipif(OPENSSL is None, reason="no openssl on this machine")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return secured_specs(tmp_path_factory.mktemp("secured") / "specs")


@pytest.fixture(scope="module")
def centre(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[CentreProcess]:
    with running_centre(tmp_path_factory.mktemp("centre"), ["--specs", str(folder)]) as running:
        yield running
        assert running.stop() == 0


@contextmanager
def openssl(*arguments: object) -> Iterator[subprocess.Popen[bytes]]:
    command = [str(OPENSSL), *map(str, arguments)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, bufsize=0
    ) as program:
        try:
            yield program
        finally:
            program.kill()


def pipes(program: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    assert program.stdin is not None
    assert program.stdout is not None
    return program.stdin, program.stdout


def until(stream: IO[bytes], word: bytes) -> bytes:
    """All that a program says up to a word."""
    said = b""
    while word not in said:
        data = stream.read(65_536)
        assert data, said
        said += data
    return said


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
@pytest.mark.parametrize("listener", ["secure", "both"])
def test_s_client_sends_a_message(centre: CentreProcess, folder: Path, version: str, listener: str) -> None:
    place = ":".join(map(str, centre.address(listener)))
    ca = folder / "certificates" / "ca.pem"
    header = {"secure": "2b", "both": "4a"}[listener]
    frame = FRAME if header == "2b" else b"%04d" % (len(FRAME) - 2) + FRAME[2:]
    with openssl("s_client", "-connect", place, "-CAfile", ca, "-verify_return_error", "-quiet", version) as program:
        say, hear = pipes(program)
        say.write(frame)
        assert b"0810" in until(hear, b"0810")


def test_s_client_changes_keys(centre: CentreProcess, folder: Path) -> None:
    place = ":".join(map(str, centre.address("secure")))
    with openssl("s_client", "-connect", place, "-CAfile", folder / "certificates" / "ca.pem", "-tls1_3") as program:
        say, hear = pipes(program)
        until(hear, b"Verify return code: 0 (ok)")
        for _ in range(3):
            say.write(b"K\n")  # new keys for both directions
            until(hear, b"KEYUPDATE")
            say.write(FRAME)
            until(hear, b"0810")


def test_s_client_asks_for_another_handshake_in_vain(centre: CentreProcess, folder: Path) -> None:
    place = ":".join(map(str, centre.address("secure")))
    with openssl("s_client", "-connect", place, "-CAfile", folder / "certificates" / "ca.pem", "-tls1_2") as program:
        say, hear = pipes(program)
        until(hear, b"Verify return code: 0 (ok)")
        say.write(b"R\n")
        assert b"no renegotiation" in until(hear, b"no renegotiation")


def test_s_client_without_the_certificate_that_is_needed(centre: CentreProcess) -> None:
    place = ":".join(map(str, centre.address("closed")))
    with openssl("s_client", "-connect", place, "-tls1_3", "-ign_eof") as program:
        _, hear = pipes(program)
        until(hear, b"certificate required")


def test_our_client_on_s_server(drawer: Drawer) -> None:
    """It sends each line back from its end to its beginning: here a frame of four bytes, the last of them the line's end."""
    pair = ("-cert", drawer.folder / "server.pem", "-key", drawer.folder / "server.key")
    with openssl("s_server", "-accept", f"{HOST}:0", *pair, "-naccept", 2, "-rev") as program:
        _, hear = pipes(program)
        said = until(hear, b"ACCEPT " + HOST.encode())
        while not said.endswith(b"\n"):
            said += hear.read(1)
        port = int(said.rpartition(b":")[2])
        assert asked(port, b"cba\x04\x00\n", drawer.client()) == b"abc\n"
        with pytest.raises(UnreachableError, match="no CA that is trusted here signed it"):
            asked(port, FRAME, drawer.client(ca="stranger"))


def asked(port: int, frame: bytes, tls: ClientSide) -> bytes:
    framer = Framer(WIRE.header)
    return exchange(HOST, port, framer, frame, wanted=lambda body: True, timeout_seconds=10, tls=tls).frame.body
