"""The client of ``switch send`` over TLS, and servers that leave it in the middle: what was not sent is told from what was."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from switch.errors import UnansweredError, UnreachableError
from switch.iso8583.framing import Framer
from switch.lines.client import exchange
from tests.support.certificates import HOST, Drawer
from tests.support.tls_peer import WIRE

SECONDS_MAX = 10.0


@contextmanager
def server(serve: Callable[[socket.socket], None]) -> Iterator[int]:
    """A port where one connection is served by a thread."""
    with socket.create_server((HOST, 0)) as listening:
        listening.settimeout(SECONDS_MAX)

        def run() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.settimeout(SECONDS_MAX)
                serve(connection)

        thread = threading.Thread(target=run)
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            thread.join()


def asked(port: int, drawer: Drawer) -> bytes:
    framer = Framer(WIRE.header)
    return exchange(
        HOST, port, framer, b"\x00\x02hi", wanted=lambda _: True, timeout_seconds=SECONDS_MAX, tls=drawer.client()
    ).frame.body


def test_an_answer_in_pieces(drawer: Drawer) -> None:
    def serve(connection: socket.socket) -> None:
        with drawer.server().context.wrap_socket(connection, server_side=True) as secured:
            assert secured.recv(100) == b"\x00\x02hi"
            for byte in b"\x00\x02ho":
                secured.sendall(bytes([byte]))
            assert secured.recv(1) == b""

    with server(serve) as port:
        assert asked(port, drawer) == b"ho"


@pytest.mark.parametrize("reads", [False, True])
def test_who_hangs_up_in_the_handshake_has_had_no_message(drawer: Drawer, reads: bool) -> None:
    def serve(connection: socket.socket) -> None:
        if reads:
            connection.recv(65_536)

    with server(serve) as port, pytest.raises(UnreachableError) as outcome:
        asked(port, drawer)
    assert not isinstance(outcome.value, UnansweredError)
    assert str(outcome.value).endswith(": the line was closed before TLS was agreed on: does this listener speak it?")


def test_who_answers_without_tls(drawer: Drawer) -> None:
    def serve(connection: socket.socket) -> None:
        connection.recv(65_536)
        connection.sendall(b"\x00\x2e0810" + bytes(40))
        with suppress(ConnectionError):
            connection.recv(65_536)

    with server(serve) as port, pytest.raises(UnreachableError, match=r": TLS: what it sends is no TLS$"):
        asked(port, drawer)


def test_who_hangs_up_after_the_message_may_have_taken_it(drawer: Drawer) -> None:
    def serve(connection: socket.socket) -> None:
        with drawer.server().context.wrap_socket(connection, server_side=True) as secured:
            secured.recv(100)
            secured.shutdown(socket.SHUT_RDWR)

    with server(serve) as port, pytest.raises(UnansweredError, match="the line was closed without an answer"):
        asked(port, drawer)


def test_an_answer_that_was_altered(drawer: Drawer) -> None:
    def serve(connection: socket.socket) -> None:
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = drawer.server().context.wrap_bio(incoming, outgoing, server_side=True)
        asked = b""
        while not asked:
            try:
                tls.do_handshake()
                asked = tls.read(100)
            except ssl.SSLWantReadError:
                connection.sendall(outgoing.read())
                incoming.write(connection.recv(65_536))
        tls.write(b"\x00\x02ho")
        record = bytearray(outgoing.read())
        record[-1] ^= 1
        connection.sendall(record)
        with suppress(ConnectionError):
            connection.recv(65_536)

    with server(serve) as port, pytest.raises(UnansweredError, match="the line broke before an answer"):
        asked(port, drawer)
