"""Whole turns: acquirers and issuers say anything, come, go and let time pass; the centre decides every request all the same.

The bytes are a small language, one act after the other (``ACTS``). Lines are the centre's own, with what stands in for a socket
below them; tasks, clock and journal are those of a running centre, but that the clock moves when the bytes say so.
"""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Iterator
from typing import Final

import trio
from attrs import frozen
from trio.testing import MockClock

from switch.centre.server import Server
from switch.iso8583.framing import Framer
from switch.iso8583.message import Message
from switch.journal.journal import MemoryJournal
from switch.lines.line import Line
from switch.lines.wire_format import WireFormat
from switch.routing.traffic.effects import JournalDecision, JournalRequest
from switch.routing.traffic.events import IssuerDown
from switch.transaction import APPROVALS
from tests.fuzz.pipes import Bytes, Heard, Peer
from tests.iso8583.samples import CHIP_PURCHASE, ECHO_TEST, REVERSAL, said_in
from tests.support.centre_in_loop import NOW_MS, purchase, specs, wire

LISTENERS: Final = ("ascii", "ascii_hex", "bcd", "ascii93")
ISSUERS: Final = ("atlas", "rif", "souss", "vesta", "maestra")
SAY, ANSWER, SAY_AS_ISSUER, WAIT, HANG_UP, GO, COME, CUT_OVER = range(8)
ACTS: Final = 8
CHUNK: Final = struct.Struct(">BBH")  #: act, whose line, how many bytes follow; of acts without bytes, an argument
BYTES_AT_ONCE: Final = 4_096
ACTS_MAX: Final = 64  #: of one input; longer ones find nothing that these do not
CODES: Final = {
    "1987": ("00", "00", "00", "10", "51", "05", "ZZ", ""),
    "1993": ("000", "000", "000", "002", "116", "909", "100", ""),
}
ENOUGH_SECONDS: Final = 60.0  #: after which nothing waits for an issuer any more
WORDS: Final = (
    b"0100",
    b"0200",
    b"0220",
    b"0420",
    b"0500",
    b"0800",
    b"\x00\xb6",
    b"0000",
    *(bytes([n, 0, 0, 60]) for n in range(8)),
)


class World:
    """A centre, its acquirers and its issuers."""

    def __init__(self, clock: MockClock, nursery: trio.Nursery) -> None:
        self.clock, self.nursery, self.journal = clock, nursery, MemoryJournal()
        self.server = Server(specs(), self.journal, clock_ms=self._now_ms, tell=lambda notice: None)
        self.heard = Heard(self.server.turn)
        self.server.lines = self.heard
        self.acquirers: dict[str, Peer] = {}
        self.issuers: dict[str, Peer] = {}
        self.links = {
            name: self.server.link(name, wire(profile.dialect, profile.header, profile.tpdu))
            for name, profile in specs().issuers.items()
        }

    def _now_ms(self) -> int:
        return NOW_MS + int(self.clock.current_time() * 1000)

    async def begin(self) -> None:
        await self.nursery.start(self.server.run)
        for name in ISSUERS:
            await self.come(name)

    async def calls(self, name: str) -> Peer:
        """The line of an acquirer on a listener; a new one where it has none."""
        if name not in self.acquirers or self.acquirers[name].line.over:
            listener = next(each for each in specs().centre.listeners if each.name == name)
            spoken = wire(listener.dialect, listener.header.notation, listener.tpdu)
            line = Line(Bytes(), spoken, f"{name} 127.0.0.1:4000")  # type: ignore[arg-type]
            self.server.callers.called(line, name)
            self.acquirers[name] = Peer(line, spoken)
            self.nursery.start_soon(self.server._acquirer, line)
            await settled()
        return self.acquirers[name]

    async def come(self, name: str) -> None:
        """An issuer is there, and signs on."""
        if name in self.issuers and self.issuers[name].line.open:
            return
        profile = specs().issuers[name]
        spoken = wire(profile.dialect, profile.header, profile.tpdu)
        line = Line(Bytes(), spoken, name)  # type: ignore[arg-type]
        peer = self.issuers[name] = Peer(line, spoken)
        self.nursery.start_soon(self._live, name, line)
        await settled()
        assert list(peer.read()), "a sign-on"
        self.heard.hear(line, peer.answer(CODES[peer.wire.codec.dialect.edition][0]))
        await settled()

    async def _live(self, name: str, line: Line) -> None:
        link = self.links[name]
        _, why = await link._live(line)
        link._happened(IssuerDown(name, why, lost=True))

    def issuer_messages(self) -> None:
        for peer in self.issuers.values():
            list(peer.read())
        for peer in self.acquirers.values():
            list(peer.read())

    async def pass_by(self, seconds: float) -> None:
        self.clock.jump(seconds)
        self.server.turn()
        self.server.watch_sessions(trio.current_time())
        await settled()
        self.server.turn()
        self.issuer_messages()


async def settled() -> None:
    for _ in range(4):
        await trio.lowlevel.checkpoint()


def turns(data: bytes) -> None:
    """Acts as the bytes say, and then enough time for everything to be decided."""
    clock = MockClock()
    trio.run(_live_through, data, clock, clock=clock)


async def _live_through(data: bytes, clock: MockClock) -> None:
    async with trio.open_nursery() as nursery:
        world = World(clock, nursery)
        await world.begin()
        for act, who, argument, said in acts(data):
            await _act(world, act, who, argument, said)
            await settled()
            world.server.turn()
            world.issuer_messages()
        for _ in range(3):
            await world.pass_by(ENOUGH_SECONDS)
        faults = list(_faults(world))
        assert not faults, faults
        nursery.cancel_scope.cancel()


def acts(data: bytes) -> Iterator[tuple[int, int, int, bytes]]:
    """Act, who, argument and what is said; the last one may be cut short."""
    place = 0
    for _ in range(ACTS_MAX):
        if place + CHUNK.size > len(data):
            return
        act, who, argument = CHUNK.unpack_from(data, place)
        place += CHUNK.size
        act, said = act % ACTS, b""
        if act in (SAY, SAY_AS_ISSUER):
            said = data[place : place + argument % BYTES_AT_ONCE]
            place += len(said)
        yield act, who, argument, said


def act(what: int, who: int = 0, argument: int = 0, said: bytes = b"") -> bytes:
    return CHUNK.pack(what, who, len(said) or argument) + said


async def _act(world: World, what: int, who: int, argument: int, said: bytes) -> None:
    issuer, listener = ISSUERS[who % len(ISSUERS)], LISTENERS[who % len(LISTENERS)]
    match what:
        case 0:  # SAY
            world.heard.hear((await world.calls(listener)).line, said or b"\x00")
        case 1:  # ANSWER
            peer = world.issuers[issuer]
            codes = CODES[peer.wire.codec.dialect.edition]
            if said := peer.answer(codes[argument % len(codes)]):
                world.heard.hear(peer.line, said)
        case 2:  # SAY_AS_ISSUER
            world.heard.hear(world.issuers[issuer].line, said or b"\x00")
        case 3:  # WAIT
            await world.pass_by(argument / 16)
        case 4:  # HANG_UP
            world.heard.hear((await world.calls(listener)).line, b"")
        case 5:  # GO
            world.heard.hear(world.issuers[issuer].line, b"")
        case 6:  # COME
            await world.come(issuer)
        case _:  # CUT_OVER
            world.journal.open_business_date("2026-11-23", "clock", 0)
            world.server.watch_sessions(trio.current_time())


def _faults(world: World) -> Iterator[str]:
    """What must not be, whatever was said."""
    board, batches = world.server.board, world.journal.batches
    if board.pending:
        yield f"{board.pending} requests still wait after all that time"
    for peer in (*world.acquirers.values(), *world.issuers.values()):
        if peer.line.open and peer.line.answers_due:
            yield f"{peer.line.name}: {peer.line.answers_due} answers are due still"
    asked: dict[int, JournalRequest] = {}
    decided = Counter[int]()
    for batch in batches:
        for request in batch.requests:
            if request.request_id in asked:
                yield f"request {request.request_id} is journaled twice"
            asked[request.request_id] = request
        for decision in batch.decisions:
            decided[decision.request_id] += 1
            if decision.request_id not in asked:
                yield f"a decision of request {decision.request_id}, which is not in the journal"
            else:
                yield from _amounts(asked[decision.request_id], decision)
    for number in asked:
        if decided[number] != 1:
            yield f"request {number} has {decided[number]} decisions"
    yield from _totals(world, asked)


def _amounts(request: JournalRequest, decision: JournalDecision) -> Iterator[str]:
    approved, captured = decision.approved_minor, decision.captured_minor
    number, code = request.request_id, decision.decision.response_code
    told = request.authorization.advised_code
    if (approved is not None) != (code in APPROVALS and told in (None, *APPROVALS)):
        yield f"request {number} was answered {code} and {approved} of it are approved"
    if captured is not None and (approved is None or abs(captured) != approved):
        yield f"request {number}: {captured} captured where {approved} is approved"
    if approved is not None and not 0 <= approved <= request.authorization.amount_minor:
        yield f"request {number}: {approved} approved where {request.authorization.amount_minor} was asked"


def _totals(world: World, asked: dict[int, JournalRequest]) -> Iterator[str]:
    """The net of every terminal is that of what was captured, or waits for its batch, less what reversals took of that.

    Only where nothing was agreed on the way, no batch closed and nothing completed, which begins the count anew.
    """
    batches = world.journal.batches
    if any(batch.reconciliations for batch in batches) or any(each.original_id is not None for each in asked.values()):
        return
    granted: dict[int, int] = {}
    for batch in batches:
        for decision in batch.decisions:
            counts = asked[decision.request_id].capture in ("now", "batch")
            if decision.approved_minor is not None and counts:
                granted[decision.request_id] = decision.approved_minor
        for reversal in batch.reversals:
            outcome = reversal.outcome
            if outcome.effective and outcome.original_id in granted:
                left = min(reversal.reversal.replacement_minor, granted[outcome.original_id])
                granted[outcome.original_id] = left
    nets: dict[tuple[str, str], int] = {}
    for number, request in asked.items():
        key, kind = request.authorization.key, request.authorization.transaction_type
        sign = 1 if kind == "refund" else -1
        nets[key[:2]] = nets.get(key[:2], 0) + sign * granted.get(number, 0)
    for subject, net in nets.items():
        found = world.server.board._batches.open(subject).net_minor
        if found != net:
            yield f"the net of {subject} is {found}, and the journal comes to {net}"


@frozen
class Caller:
    """Acts of an acquirer on one listener."""

    who: int
    wire: WireFormat

    @classmethod
    def on(cls, who: int) -> Caller:
        listener = next(each for each in specs().centre.listeners if each.name == LISTENERS[who])
        return cls(who, wire(listener.dialect, listener.header.notation, listener.tpdu))

    def says(self, message: Message) -> bytes:
        codec, tpdu = self.wire.codec, bytes.fromhex("6000010002") if self.wire.tpdu else b""
        frame = Framer(self.wire.header, tpdu=self.wire.tpdu).wrap(
            codec.encode(said_in(codec.dialect.name, message)), tpdu + self.wire.header.first_between
        )
        return act(SAY, self.who, said=frame)


def turn_seeds() -> list[bytes]:
    """A few lives, in every dialect acquirers may speak."""
    return [seed for who in range(len(LISTENERS)) for seed in _lives(Caller.on(who))]


def _lives(caller: Caller) -> list[bytes]:
    hold = purchase(2, de25="06")
    e = hold.elements
    named = f"0100{e[11]}{e[7]}{e[32]:0>11}{0:011d}"
    completion = caller.says(Message("0220", purchase(3, de25="06", de39="00", de90=named).elements))
    undo = caller.says(Message("0420", purchase(4, de90=named.replace("000002", "000001", 1)).elements))
    totals = caller.says(Message("0500", {n: e[n] for n in (7, 11, 32, 41)}))
    sale, answer, declined = caller.says(purchase(1)), act(ANSWER, 0, 0), act(ANSWER, 0, 4)
    return [
        sale + answer,
        sale + sale + answer + act(WAIT, 0, 160) + sale,
        sale + declined + undo,
        caller.says(hold) + answer + completion + answer,
        sale + answer + undo + answer + totals,
        act(GO, 0) + sale + act(COME, 0) + answer + act(CUT_OVER) + caller.says(ECHO_TEST),
        sale + act(WAIT, 0, 400) + answer + act(HANG_UP, caller.who) + caller.says(Message("0200", e)) + answer,
        caller.says(Message("0200", CHIP_PURCHASE.elements)) + caller.says(REVERSAL) + answer,
    ]
