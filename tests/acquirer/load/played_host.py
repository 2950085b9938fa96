"""A host that a load calls, in memory and by a clock that jumps: it answers as it is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

import trio
import trio.testing

from switch.acquirer.load.draws import Draws, LoadCard, PartSources, Seller
from switch.acquirer.load.load_run import LoadRun
from switch.acquirer.load.mix import Mix
from switch.errors import UnreachableError
from switch.iso8583.codec import Codec
from switch.iso8583.framing import Framer
from switch.iso8583.header import HeaderFormat
from switch.iso8583.message import Message
from switch.iso8583.mti import response_mti
from switch.lines.wire_format import WireFormat
from switch.specs.load import load_specs

SPECS: Final = load_specs()
WIRE: Final = WireFormat(codec=Codec(SPECS.dialects["ascii"]), header=HeaderFormat.parse("2b"), tpdu=False)
CARDS: Final = tuple(LoadCard(f"45071600000000{number:02d}", "4912") for number in range(10, 20))
SELLERS: Final = tuple(Seller(each.id, each, each.terminals, each.currency) for each in list(SPECS.merchants.values())[:2])
DROP: Final = "drop"


class Answering(NamedTuple):
    """How one message is answered."""

    code: str = "00"  #: empty: not at all; ``drop``: the line ends
    seconds: float = 0.005
    changes: Mapping[int, str] = MappingProxyType({})


class PlayedHost:
    """The host: in place of what makes a connection. ``how`` says how each message is answered."""

    place = "the played host"

    def __init__(self, how: Callable[[Message], Answering], *, refuses: bool = False) -> None:
        self._how, self._refuses = how, refuses
        self.seen: list[Message] = []
        self.outstanding_most = self._outstanding = self.calls = 0
        self.nursery: trio.Nursery | None = None

    async def connected(self) -> trio.abc.Stream:
        await trio.lowlevel.checkpoint()
        self.calls += 1
        if self._refuses:
            raise UnreachableError(f"{self.place}: connection refused")
        ours, theirs = trio.testing.memory_stream_pair()
        assert self.nursery is not None
        self.nursery.start_soon(self._serve, ours)
        return theirs

    async def _serve(self, stream: trio.abc.Stream) -> None:
        framer, lock = Framer(WIRE.header, tpdu=False), trio.Lock()
        async with trio.open_nursery() as nursery:
            while True:
                try:
                    data = await stream.receive_some(65_536)
                except trio.ClosedResourceError:
                    data = b""
                if not data:
                    return nursery.cancel_scope.cancel()
                for frame in framer.feed(bytes(data)):
                    message = WIRE.codec.decode(frame.body)
                    self.seen.append(message)
                    self._outstanding += 1
                    self.outstanding_most = max(self.outstanding_most, self._outstanding)
                    nursery.start_soon(self._answer, stream, lock, message, self._how(message))

    async def _answer(self, stream: trio.abc.Stream, lock: trio.Lock, message: Message, how: Answering) -> None:
        await trio.sleep(how.seconds)
        self._outstanding -= 1
        if how.code == DROP:
            return await stream.aclose()
        if not how.code:
            return None
        elements = {**message.elements, 39: how.code, **how.changes}
        if how.code == "00":
            elements[38] = "ABC123"
        kept = {number: value for number, value in sorted(elements.items()) if number not in (14, 43, 90)}
        body = WIRE.codec.encode(Message(response_mti(message.mti), kept))
        async with lock:
            try:
                await stream.send_all(Framer(WIRE.header, tpdu=False).wrap(body))
            except (trio.BrokenResourceError, trio.ClosedResourceError):
                return None


def draws(mix: Mix) -> Draws:
    sources = [PartSources(part=part, cards=CARDS, sellers=SELLERS) for part in mix.parts]
    return Draws(mix, sources, WIRE.codec.dialect, acquirer_id="1", country="504", zone=SPECS.calendar.zone)


async def played(mix: Mix, host: PlayedHost, *, meanwhile: Callable[[LoadRun], None] | None = None) -> LoadRun:
    """A whole load on the host."""
    run = LoadRun(mix, draws(mix), host, WIRE)
    async with trio.open_nursery() as nursery:
        host.nursery = nursery
        if meanwhile is not None:
            meanwhile(run)
        await run.run()
        nursery.cancel_scope.cancel()
    return run
