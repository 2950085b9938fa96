"""tshark reads what a running centre and its peers say to each other: every kind of message, on the acquirer's and the issuer's
line, listened in on between them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import pytest
import trio

from switch.iso8583.codec import Codec
from switch.iso8583.framing import Framer
from switch.iso8583.mapping import original_data
from switch.iso8583.message import Message
from switch.line import listen
from switch.transaction import ExchangeKey
from tests.interop import pcap, tshark
from tests.interop.pcap import Segment
from tests.interop.tshark import HEADER, PORT, read_by_tshark, without_traps
from tests.loopback import Client, Loopback, loopback, purchase, specs, wire

pytestmark = tshark.marks

#: Dialect -> the issuer that speaks it behind a header tshark knows.
ISSUERS: Final = {"ascii": "atlas", "bcd": "souss"}

#: The kinds of messages of each line; an acquirer also repeats its requests.
ON_THE_ISSUERS_LINE: Final = {"0100", "0110", "0200", "0210", "0420", "0421", "0430", "0800", "0810"}
ON_THE_ACQUIRERS_LINE: Final = ON_THE_ISSUERS_LINE | {"0101", "0201", "0400", "0401", "0410"}

PARTLY: Final = f"{5000:012d}{0:012d}C{0:08d}C{0:08d}"  #: DE 95: 50.00 of it remains


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

    def heard(self, wire: Codec) -> list[Message]:
        """All messages that passed, in the order in which they were complete."""
        framers = {True: Framer(HEADER), False: Framer(HEADER)}
        frames = [frame for segment in self.segments for frame in framers[segment.from_client].feed(segment.data)]
        return [wire.decode(frame.body) for frame in frames]


@asynccontextmanager
async def tapped(centre: Loopback, dialect: str) -> AsyncIterator[tuple[Client, Wiretap, Wiretap]]:
    """An acquirer of the centre, the tap of its line, and the tap of the line to the issuer that speaks the same dialect."""
    sock = listen("127.0.0.1", 0)
    format_ = wire(dialect, HEADER.notation, False)
    link = centre.server._links[ISSUERS[dialect]]
    assert link._address is not None
    assert link.line is not None
    acquirers, issuers = Wiretap(sock.getsockname()[1]), Wiretap(link._address[1])
    async with trio.open_nursery() as nursery:
        nursery.start_soon(centre.server.serve, "tapped", sock, format_)
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


def sale(dialect: str, stan: int, mti: str = "0100", **elements: str) -> Message:
    """A purchase with a card of the issuer of this dialect, with a PIN block and private data besides the usual."""
    card = next(specs().issuers[ISSUERS[dialect]].all_cards())
    said = {
        "de2": card.pan.digits,
        "de14": card.expiry,
        "de43": "MEDINA".ljust(40),
        "de48": "order 7",
        "de52": "0412AC89ABCDEF67",
    }
    return without_traps(Message(mti, purchase(stan, **{**said, **elements}).elements), dialect)


def reversal(of: Message, stan: int, mti: str, **elements: str) -> Message:
    kept = {number: value for number, value in of.elements.items() if number not in (48, 52)}
    key = ExchangeKey(of.elements[32], of.elements[41], of.elements[11], of.elements[7])
    added = {7: "1122100100", 11: f"{stan:06d}", 90: original_data(of.mti, key)}
    added |= {int(name.removeprefix("de")): value for name, value in elements.items()}
    return Message(mti, dict(sorted({**kept, **added}.items())))


def network(stan: int, function: str) -> Message:
    return Message("0800", {7: "1122100000", 11: f"{stan:06d}", 70: function})


def conversation(dialect: str) -> list[Message]:
    """Requests of every kind: approved, declined, not offered, not understood, of something never seen, and repeated."""
    approved, cash = sale(dialect, 1), sale(dialect, 2, "0200", de3="010000")
    too_much = sale(dialect, 3, de4="000999999999")
    without_amount = sale(dialect, 4, de4="")
    partial = reversal(approved, 5, "0400", de95=PARTLY)
    whole = reversal(cash, 6, "0420")
    never_seen = reversal(sale(dialect, 7), 8, "0420")
    again = [Message(said.mti[:3] + "1", said.elements) for said in (approved, cash, partial, whole)]
    functions = [network(9, "001"), network(10, "301"), network(11, "161"), network(12, "002")]
    return [approved, cash, too_much, without_amount, partial, whole, never_seen, *again, *functions]


async def live(centre: Loopback, acquirer: Client, issuers: Wiretap, dialect: str) -> None:
    """The conversation, and then a purchase the issuer does not answer in time and neither the reversal of it."""
    for request in conversation(dialect):
        await acquirer.ask(request)
    await until(lambda: centre.server.board.owed == 0)
    issuers.muted = True
    await acquirer.send(sale(dialect, 20))
    await until(lambda: issuers.lost == 1)
    later(centre, 60)
    assert (await acquirer.receive()).elements[39] == "91"
    await until(lambda: issuers.lost == 2)
    issuers.muted = False
    later(centre, 120)
    await until(lambda: centre.server.board.owed == 0)


def later(centre: Loopback, seconds: float) -> None:
    """What the centre does when so much time has passed without an answer."""
    now = trio.current_time() + seconds
    centre.server._perform(centre.server.board.tick(now), now)


@pytest.mark.parametrize("dialect", sorted(ISSUERS))
async def test_tshark_reads_all_that_is_said_as_we_do(dialect: str, tmp_path: Path) -> None:
    async with loopback() as centre, tapped(centre, dialect) as (acquirer, acquirers, issuers):
        await live(centre, acquirer, issuers, dialect)
    for tap, kinds in ((acquirers, ON_THE_ACQUIRERS_LINE), (issuers, ON_THE_ISSUERS_LINE)):
        spoken = wire(dialect, HEADER.notation, False).codec
        said = tap.heard(spoken)
        assert {message.mti for message in said} == kinds
        capture = tmp_path / "line.pcap"
        pcap.write(capture, PORT, tap.segments)
        heard, complaints = read_by_tshark(capture, spoken.dialect)
        assert complaints == []
        assert heard == said
