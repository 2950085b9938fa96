"""A centre inside the test's own process: real sockets on free ports, a journal in memory, issuers in the same loop."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import date
from functools import cache
from threading import Timer
from typing import Any

import trio
from attrs import define, evolve, field
from trio.testing import MockClock

from switch.centre import server as server_module
from switch.centre.server import Server
from switch.iso8583.codec import Codec
from switch.iso8583.dialect import Dialect
from switch.iso8583.framing import Framer
from switch.iso8583.header import HeaderFormat
from switch.iso8583.message import Message
from switch.issuers.process.book import MemoryBook
from switch.issuers.process.host import IssuerHost
from switch.journal.journal import MemoryJournal
from switch.lines.sockets import listen
from switch.lines.wire_format import WireFormat
from switch.routing.traffic.notice import Notice
from switch.scenarios.host_scenario import HostScenario
from switch.scenarios.playbook import Playbook
from switch.spec_table import SpecTable
from switch.specs.centre_profile import KEEP, AfterUnreadable
from switch.specs.load import load_specs
from switch.specs.specification import Specs
from switch.trace.told import Trace

for _limit in ("TURN_SECONDS_MAX", "SHARE_SECONDS_MAX"):  # what comes at once is one turn, however busy the machine is
    setattr(server_module, _limit, float("inf"))

NOW_MS = 1_795_341_600_000  # 2026-11-22 10:00 UTC
TODAY = date(2026, 11, 22)


@cache
def specs() -> Specs:
    return load_specs()


def wire(dialect: str, header: str, tpdu: bool, heard: list[Message] | None = None) -> WireFormat:
    """A wire format; what is read with it is added to ``heard``, as it stood on the line."""
    codec = _codec(dialect) if heard is None else Overhearing(specs().dialects[dialect], heard)
    return WireFormat(codec=codec, header=HeaderFormat.parse(header), tpdu=tpdu, today=lambda: TODAY)


@cache
def _codec(dialect: str) -> Codec:
    return Codec(specs().dialects[dialect])


class Overhearing(Codec):
    """A codec that remembers what it has read."""

    def __init__(self, dialect: Dialect, heard: list[Message]) -> None:
        super().__init__(dialect)
        self._heard = heard

    def decode(self, data: bytes, otherwise: Callable[[bytes], Message] | None = None) -> Message:
        message = super().decode(data, otherwise)
        self._heard.append(message)
        return message


@define
class Loopback:
    """The running centre: its server, its journal, its notices, where it listens."""

    server: Server
    journal: MemoryJournal
    ports: dict[str, int]
    issuers: dict[str, trio.CancelScope]
    hosts: dict[str, IssuerHost]
    notices: list[Notice] = field(factory=list)
    heard: dict[str, list[Message]] = field(factory=dict)  #: what each issuer was sent, as it stood on its line

    def client(self, listener: str = "ascii") -> Client:
        found = next(item for item in specs().centre.listeners if item.name == listener)
        return Client(self.ports[listener], wire(found.dialect, found.header.notation, found.tpdu))


@contextmanager
def in_real_time(seconds: float) -> Iterator[None]:
    """TooSlowError after so many seconds, also where the clock is one that a test moves, which stands still meanwhile."""
    if not isinstance(trio.lowlevel.current_clock(), MockClock):
        with trio.fail_after(seconds):
            yield
        return
    with trio.CancelScope() as scope:
        timer = Timer(seconds, trio.lowlevel.current_trio_token().run_sync_soon, (scope.cancel,))
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
    if scope.cancelled_caught:
        raise trio.TooSlowError


class Client:
    """An acquirer: sends messages or raw bytes, receives messages."""

    tpdu = bytes.fromhex("6000010002")

    def __init__(self, port: int, wire_format: WireFormat) -> None:
        self.port, self.wire = port, wire_format
        self._framer = Framer(wire_format.header, tpdu=wire_format.tpdu)
        self._received: list[Message] = []
        self.tpdus: list[bytes] = []
        self._stream: trio.SocketStream | None = None

    async def __aenter__(self) -> Client:
        self._stream = await trio.open_tcp_stream("127.0.0.1", self.port)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stream.aclose()

    @property
    def stream(self) -> trio.SocketStream:
        assert self._stream is not None
        return self._stream

    def framed(self, message: Message) -> bytes:
        front = (self.tpdu if self.wire.tpdu else b"") + self.wire.header.first_between
        return self._framer.wrap(self.wire.codec.encode(message), front)

    async def send(self, *messages: Message) -> None:
        await self.stream.send_all(b"".join(map(self.framed, messages)))

    async def receive(self) -> Message:
        """The next message; EOFError when the centre closes the line."""
        with in_real_time(10):
            while not self._received:
                data = await self.stream.receive_some(65_536)
                if not data:
                    raise EOFError
                for frame in self._framer.feed(data):
                    self._received.append(self.wire.codec.decode(frame.body))
                    self.tpdus.append(frame.tpdu)
        return self._received.pop(0)

    async def ask(self, message: Message) -> Message:
        await self.send(message)
        return await self.receive()


def purchase(stan: int = 1, **elements: str) -> Message:
    """A purchase of 125.00 MAD with atlas' first card at the first merchant; ``de2="…"`` replaces an element."""
    merchant = next(iter(specs().merchants.values()))
    card = next(specs().issuers["atlas"].all_cards())
    values = {
        2: card.pan.digits,
        3: "000000",
        4: "000000012500",
        7: "1122100000",
        11: f"{stan:06d}",
        12: "110000",
        13: "1122",
        14: card.expiry,
        22: "051",
        25: "00",
        32: "504777",
        37: f"{stan:012d}",
        41: merchant.terminals[0],
        42: merchant.id,
        49: "504",
    }
    values.update({int(name.removeprefix("de")): value for name, value in elements.items()})
    return Message("0100", dict(sorted((number, value) for number, value in values.items() if value)))


def scenario(text: dict[str, Any]) -> HostScenario:
    return HostScenario.from_toml("test", SpecTable("test.toml", text), {})


@asynccontextmanager
async def loopback(
    played: HostScenario | None = None,
    *,
    journal: Any = None,
    books: dict[str, MemoryBook] | None = None,
    issuers: Collection[str] | None = None,
    unreadable: AfterUnreadable = KEEP,
    trace: Trace | None = None,
    specification: Specs | None = None,
    playbook: Playbook | None = None,
) -> AsyncIterator[Loopback]:
    """A centre with its issuers signed on, all of them or those named; ``journal`` and ``books`` are those of an earlier life,
    if given."""
    journal, notices = journal or MemoryJournal(), list[Notice]()
    books = {} if books is None else books
    listeners = tuple(evolve(each, unreadable=unreadable) for each in specs().centre.listeners)
    given = specification or specs()
    with_policy = evolve(given, centre=evolve(given.centre, listeners=listeners))
    if played is not None:
        playbook = Playbook(played.rules, seed=1)
    server = Server(with_policy, journal, clock_ms=lambda: NOW_MS, tell=notices.append, trace=trace, playbook=playbook)
    async with trio.open_nursery() as nursery:
        await nursery.start(server.run)
        scopes, hosts, heard = {}, {}, {}
        for profile in specs().issuers.values():
            if issuers is not None and profile.id not in issuers:
                continue
            wire_format = wire(profile.dialect, profile.header, profile.tpdu)
            heard[profile.id] = list[Message]()
            host = hosts[profile.id] = IssuerHost(
                profile,
                wire(profile.dialect, profile.header, profile.tpdu, heard[profile.id]),
                books.setdefault(profile.id, MemoryBook()),
                institution_id=specs().centre.institution_id,
                clock_ms=lambda: NOW_MS,
                codec_named=lambda name: Codec(specs().dialects[name]),
            )
            sock = listen("127.0.0.1", 0)
            scopes[profile.id] = await nursery.start(cancellable, host.serve, sock)
            link = server.link(profile.id, wire_format)
            link.moved(*sock.getsockname())
            nursery.start_soon(link.run)
            with trio.fail_after(10):
                await link.signed_on.wait()
        ports = {}
        for listener in specs().centre.listeners:
            sock = listen("127.0.0.1", 0)
            ports[listener.name] = sock.getsockname()[1]
            nursery.start_soon(
                server.serve, listener.name, sock, wire(listener.dialect, listener.header.notation, listener.tpdu)
            )
        yield Loopback(server, journal, ports, scopes, hosts, notices, heard)
        nursery.cancel_scope.cancel()


async def cancellable(serve: Any, sock: Any, task_status: trio.TaskStatus[trio.CancelScope] = trio.TASK_STATUS_IGNORED) -> None:
    with trio.CancelScope() as scope:
        task_status.started(scope)
        await serve(sock)
