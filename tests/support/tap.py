"""Listening in on the lines of a running centre: what is said to it and by it, byte for byte."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

import trio

from switch.iso8583.codec import Codec
from switch.iso8583.dialect import Dialect
from switch.iso8583.framing import Framer
from switch.iso8583.header import HeaderFormat
from switch.iso8583.message import Message
from switch.lines.sockets import listen
from tests.interop.pcap import Segment
from tests.support.centre_in_loop import Client, Loopback, wire

HEADER: Final = HeaderFormat.parse("2b")  #: of the lines that are tapped; no TPDU


class Wiretap:
    """Stands between two ends of a line and keeps what passes. While ``muted``, what the dialled end says is lost."""

    def __init__(self, port: int) -> None:
        self.segments: list[Segment] = []
        self.muted, self.lost = False, 0
        self._dialled = port
        self._socket = listen("127.0.0.1", 0)
        self.port: int = self._socket.getsockname()[1]

    async def run(self) -> None:
        listener = trio.SocketListener(trio.socket.from_stdlib_socket(self._socket))
        async with (
            listener,
            await listener.accept() as caller,
            await trio.open_tcp_stream("127.0.0.1", self._dialled) as dialled,
            trio.open_nursery() as nursery,
        ):
            nursery.start_soon(self._pass_on, caller, dialled, True)
            nursery.start_soon(self._pass_on, dialled, caller, False)

    async def _pass_on(self, source: trio.SocketStream, target: trio.SocketStream, from_client: bool) -> None:
        async for data in source:
            if self.muted and not from_client:
                self.lost += 1
                continue
            self.segments.append(Segment(from_client, bytes(data)))
            await target.send_all(data)

    def heard(self, dialect: Dialect) -> list[Message]:
        """All messages that passed, in the order in which they were complete."""
        codec = Codec(dialect)
        framers = {True: Framer(HEADER), False: Framer(HEADER)}
        frames = [frame for segment in self.segments for frame in framers[segment.from_client].feed(segment.data)]
        return [codec.decode(frame.body) for frame in frames]


@asynccontextmanager
async def tapped(centre: Loopback, dialect: str, issuer: str) -> AsyncIterator[tuple[Client, Wiretap, Wiretap]]:
    """An acquirer of the centre, the tap of its line, and the tap of the line to an issuer."""
    sock = listen("127.0.0.1", 0)
    format_ = wire(dialect, HEADER.notation, False)
    link = centre.server.links[issuer]
    assert link._address is not None
    assert link.line is not None
    acquirers, issuers = Wiretap(sock.getsockname()[1]), Wiretap(link._address[1])
    async with trio.open_nursery() as nursery:
        nursery.start_soon(centre.server.serve, dialect, sock, format_)
        nursery.start_soon(acquirers.run)
        nursery.start_soon(issuers.run)
        link.moved("127.0.0.1", issuers.port)
        link.line.shut()
        await until(lambda: len(issuers.segments) == 2 and link._session.state == "up")
        async with Client(acquirers.port, format_) as acquirer:
            yield acquirer, acquirers, issuers
        nursery.cancel_scope.cancel()


async def until(happened: Callable[[], bool]) -> None:
    with trio.fail_after(10):
        while not happened():
            await trio.testing.wait_all_tasks_blocked(0.001)
