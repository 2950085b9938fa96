"""A peer that speaks TLS by hand: what it encrypts is sent when a test says so, in pieces of its choice."""

from __future__ import annotations

import ssl
from contextlib import suppress

import trio

from switch.iso8583.framing import Framer
from switch.iso8583.message import Message
from switch.lines.tls_context import ClientSide
from tests.support.centre_in_loop import wire

WIRE = wire("ascii", "2b", False)
SECONDS_MAX = 10.0  #: of anything that is waited for


class TlsEndError(Exception):
    """The other end has said that nothing more comes."""


class TlsPeer:
    """A client of a listener ``ascii``, over TLS."""

    def __init__(self, stream: trio.SocketStream, side: ClientSide) -> None:
        self.stream = stream
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = side.context.wrap_bio(self._incoming, self._outgoing, server_hostname=side.server_name)
        self._framer = Framer(WIRE.header)
        self._received: list[Message] = []

    @classmethod
    async def dialled(cls, port: int, side: ClientSide) -> TlsPeer:
        """Connected, and nothing said."""
        return cls(await trio.open_tcp_stream("127.0.0.1", port), side)

    @classmethod
    async def agreed(cls, port: int, side: ClientSide) -> TlsPeer:
        """Connected, TLS agreed on."""
        peer = await cls.dialled(port, side)
        await peer.send(await peer.shake_hands())
        return peer

    async def shake_hands(self) -> bytes:
        """All of the handshake but its last records, which are given back."""
        while True:
            try:
                self.tls.do_handshake()
            except ssl.SSLWantReadError:
                await self.send(self._outgoing.read())
                await self._read()
            else:
                return self._outgoing.read()

    async def send(self, records: bytes) -> None:
        await self.stream.send_all(records)

    async def _read(self) -> None:
        with trio.fail_after(SECONDS_MAX):
            data = await self.stream.receive_some(65_536)
        if not data:
            raise EOFError
        self._incoming.write(data)

    def sealed(self, data: bytes) -> bytes:
        """The records that carry these bytes."""
        self.tls.write(data)
        return self._outgoing.read()

    def end(self) -> bytes:
        """The records that end this direction."""
        with suppress(ssl.SSLWantReadError):
            self.tls.unwrap()
        return self._outgoing.read()

    @staticmethod
    def framed(message: Message) -> bytes:
        return Framer(WIRE.header).wrap(WIRE.codec.encode(message))

    async def say(self, *messages: Message) -> None:
        """All in as few records as they go into."""
        await self.send(self.sealed(b"".join(map(self.framed, messages))))

    async def receive(self) -> Message:
        """The next message; TlsEndError when TLS ends, EOFError when the connection ends without that."""
        while not self._received:
            try:
                data = self.tls.read(16_384)
                if not data:
                    raise TlsEndError
                self._received += [WIRE.codec.decode(frame.body) for frame in self._framer.feed(data)]
            except ssl.SSLZeroReturnError:
                raise TlsEndError from None
            except ssl.SSLWantReadError:
                await self._read()
        return self._received.pop(0)

    async def ask(self, message: Message) -> Message:
        await self.say(message)
        return await self.receive()
