"""A centre with one issuer that the test plays itself, and one acquirer.

Time stands still until a test moves it (``mock_clock``).
"""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import trio
from attrs import define

from switch.centre.server import Server
from switch.iso8583.dialect import EDITION_1987
from switch.iso8583.message import Message
from switch.iso8583.mti import response_mti
from switch.journal.journal import MemoryJournal
from switch.lines.issuer_link import IssuerLink
from switch.lines.sockets import accept, listen
from switch.lines.wire_format import WireFormat
from switch.routing.traffic.notice import Notice
from tests.support.centre_in_loop import NOW_MS, Client, purchase, specs, wire


@define
class Played:
    """A centre with one issuer, which the test plays, and one acquirer."""

    server: Server
    journal: MemoryJournal
    notices: list[Notice]
    listening: socket.socket
    acquirer: Client
    link: IssuerLink
    wire: WireFormat  #: of the issuer's lines
    issuers: list[Client]  #: the lines the centre has called in on; closed at the end

    async def connected(self) -> Client:
        """The centre's next connection, its sign-on not read yet."""
        with trio.fail_after(10):
            connection, _ = await accept(self.listening)
        issuer = Client(0, self.wire)
        issuer._stream = trio.SocketStream(trio.socket.from_stdlib_socket(connection))
        self.issuers.append(issuer)
        return issuer

    async def signed_on(self) -> Client:
        """The centre's next connection, signed on."""
        issuer = await self.connected()
        accepted = "00" if self.wire.codec.dialect.edition == EDITION_1987 else "800"
        await issuer.send(answer_to(await issuer.receive(), accepted))
        await quiet()
        return issuer

    async def code(self, stan: int) -> str:
        return (await self.acquirer.ask(purchase(stan))).elements[39]

    def told(self, kind: str) -> list[str]:
        return [notice.detail for notice in self.notices if notice.kind == kind]


@asynccontextmanager
async def played(
    spoken: WireFormat | None = None,
    *,
    asked: str = "ascii",
    asked_in: WireFormat | None = None,
    issuer: str = "atlas",
    journal: Any = None,
) -> AsyncIterator[Played]:
    """The issuer's lines are in the wire format ``spoken``, the acquirer's in ``asked_in``; both else as the listener ``asked``
    has it.

    ``journal`` is that of an earlier life, if given.
    """
    asking = next(each for each in specs().centre.listeners if each.name == asked)
    own = wire(asking.dialect, asking.header.notation, asking.tpdu)
    asked_in = asked_in or own
    spoken = spoken or own
    journal, notices = journal or MemoryJournal(), list[Notice]()
    server = Server(specs(), journal, clock_ms=lambda: NOW_MS, tell=notices.append)
    bank, acquirers = listen("127.0.0.1", 0), listen("127.0.0.1", 0)
    link = server.link(issuer, spoken)
    link.moved(*bank.getsockname())
    issuers: list[Client] = []
    try:
        async with trio.open_nursery() as nursery:
            await nursery.start(server.run)
            nursery.start_soon(link.run)
            nursery.start_soon(server.serve, asked, acquirers, asked_in)
            async with Client(acquirers.getsockname()[1], asked_in) as client:
                yield Played(server, journal, notices, bank, client, link, spoken, issuers)
            nursery.cancel_scope.cancel()
    finally:
        bank.close()
        acquirers.close()
        for line in issuers:
            line.stream.socket.close()


async def quiet() -> None:
    """Until nobody has anything to do."""
    await trio.testing.wait_all_tasks_blocked(0.02)


def answer_to(request: Message, response_code: str | None = "00", **elements: str) -> Message:
    values = dict(request.elements)
    values.update({int(name.removeprefix("de")): value for name, value in elements.items()})
    if response_code is not None:
        values[39] = response_code
    return Message(response_mti(request.mti), dict(sorted(values.items())))


def network(function: str, stan: str = "000009") -> Message:
    return Message("0800", {7: "1122100000", 11: stan, 70: function})
