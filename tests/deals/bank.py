"""Issuers the deals play themselves, so that they know what each holds: one server and one book a bank."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from tests.deals.rules import APPROVALS, Plan
from tests.deals.sale import Key
from tests.deals.wire import Frames, Message, decode, encode, frame

HELD_FOR: Final = ("0100", "0200")
FIRST_OWED_DROPPED: Final = 400  #: one in so many messages owed to a bank gets no answer at first: it has to be repeated
REASONS: Final = ("4001", "4002", "4004", "4012", "4020", "4021")  #: those deals give, and the centre's own for what it undoes
UNHEARD_SECONDS: Final = 10.0  #: a second word sent so shortly before its line ended may never have been read
UNSETTLED_SECONDS: Final = 2.0  #: after its sign-on the centre may still answer 91 for a bank, for so long at most
ANSWERED_BARELY: Final = (7, 11, 32, 41)  #: what an answer cannot do without to be matched
ANSWERED_FULLY: Final = (2, 3, 4, 7, 11, 12, 13, 32, 37, 41, 42, 49)


@dataclass
class Exchange:
    """What a bank has of one request or advice."""

    amount: int = 0  #: DE 4 as it came
    standing: int = 0  #: held for it, or credited
    asked: int = 0  #: times it came as a request
    approval: str | None = None
    reversed_to: int | None = None  #: what reversals have left of it, whether it has come or not
    request: Message | None = None
    plan: Plan | None = None
    second_word_at: float | None = None  #: when it approved what it had declined, on the line that stands
    unheard: bool = False  #: the line ended before anybody can have been sure that the second word was read

    @property
    def may_stand(self) -> set[int]:
        """What may be held here with the centre in the right: it gives back no approval that died on the line with it."""
        return {0, self.standing} if self.unheard else {self.standing}


@dataclass(frozen=True)
class Place:
    """How a bank is reached, and its two ranges of cards: one has all the time it needs, the other a second."""

    id: str
    form: str
    patient_bin: str
    hasty_bin: str


class Bank:
    """One issuer: it does what the deals have planned, and keeps its own book."""

    def __init__(self, place: Place) -> None:
        self.place, self.port = place, 0
        self.book: dict[Key, Exchange] = {}
        self.plans: dict[tuple[str, str, str], Plan] = {}
        self.arrived: dict[tuple[str, str, str], asyncio.Event] = {}
        self.faults: list[tuple[str, str]] = []  #: STAN, and a sentence
        self.keeps_holds = False  #: planted: it never gives anything back
        self.drop_every = FIRST_OWED_DROPPED
        self._thinking: set[Key] = set()
        self._owed = self._approvals = 0
        self._hung_up, self._settled_at = False, 0.0
        self._line: _Line | None = None
        self._server: asyncio.Server | None = None

    async def open(self) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Line(self), "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    def close(self) -> None:
        if self._server is not None:
            self._server.close()
        if self._line is not None:
            self._line.hang_up()

    # what comes in

    def connected(self, line: _Line) -> None:
        self._line = line

    def lose_line(self) -> bool:
        """Hang up, where no request waits here: the centre calls again. False where one waits."""
        if self._line is None or self._thinking:
            return False
        self._line.hang_up()
        self._line, self._hung_up = None, True
        return True

    def lost(self) -> None:
        """The line has ended: second words sent shortly before were read, or were not."""
        for exchange in self.book.values():
            at, exchange.second_word_at = exchange.second_word_at, None
            if at is not None and time.monotonic() - at < UNHEARD_SECONDS:
                exchange.unheard = True

    @property
    def unsettled(self) -> bool:
        """Whether it hung up lately: what it was asked then, or could not be, may be answered 91."""
        return self._hung_up or time.monotonic() < self._settled_at

    def take(self, message: Message, send: Callable[[Message], None]) -> None:
        """One message of the centre."""
        kind = message.mti[1]
        if kind == "8":
            send(Message("0810", {n: v for n, v in message.elements.items() if n in (7, 11, 70)} | {39: "00"}))
            if self._hung_up:
                self._hung_up, self._settled_at = False, time.monotonic() + UNSETTLED_SECONDS
        elif message.mti in HELD_FOR:
            self._asked(message, send)
        elif message.mti[2] == "2":
            self._owed += 1
            if self._owed % self.drop_every == 0 and message.mti[3] == "0":
                return
            (self._undo if kind == "4" else self._told)(message, send)

    def _asked(self, message: Message, send: Callable[[Message], None]) -> None:
        key = key_of(message)
        exchange = self._exchange(key)
        plan = self.plans.get(key[:3]) or Plan()
        exchange.asked += 1
        exchange.request, exchange.plan, exchange.amount = message, plan, int(message.elements.get(4, "0"))
        if exchange.asked > 1:
            self.faults.append((key.stan, "the bank was asked the same twice"))
        if key[:3] in self.arrived:
            self.arrived[key[:3]].set()
        if plan.waits:
            self._thinking.add(key)
        elif not (plan.silent or plan.late):
            self.answer(key, send)

    def release(self, place: tuple[str, str, str]) -> None:
        """Answer a request that waits."""
        for key in [key for key in self._thinking if key[:3] == place]:
            plan = self.book[key].plan
            if plan is not None and self._line is not None:
                plan.waits = False
                self.answer(key, self._line.send)

    def answer(self, key: Key, send: Callable[[Message], None]) -> None:
        """Judge a request as planned, write it down, and say so."""
        exchange = self.book[key]
        self._thinking.discard(key)
        request, plan = exchange.request, exchange.plan
        assert request is not None
        assert plan is not None
        e, kept = request.elements, ANSWERED_BARELY if plan.bare else ANSWERED_FULLY
        elements = {n: e[n] for n in kept if n in e} | plan.changed
        if plan.code == "10":
            elements[4] = f"{plan.granted:012d}"
        for word in (plan.code, plan.second):
            if not word:
                continue
            said = elements | {39: word}
            if word in APPROVALS:
                self._hold(exchange, int(elements.get(4, e.get(4, "0"))))
                said[38] = exchange.approval = exchange.approval or self._new_approval()
            send(Message(plan.mti or request.mti[:2] + "10", said))
        if plan.second in APPROVALS and plan.code not in APPROVALS:
            exchange.second_word_at = time.monotonic()

    def _new_approval(self) -> str:
        self._approvals += 1
        return f"{self.place.id[-1].upper()}{self._approvals:05d}"

    def _hold(self, exchange: Exchange, amount: int) -> None:
        left = exchange.reversed_to
        exchange.standing = amount if left is None else min(left, amount)

    def _told(self, message: Message, send: Callable[[Message], None]) -> None:
        """An advice: of a hold, of a sale made offline, of a completion, of a decline."""
        e, key = message.elements, key_of(message)
        exchange = self._exchange(key)
        if exchange.asked:
            self.faults.append((key.stan, "the bank was told what it had been asked"))
        if exchange.request is None and e.get(39, "00") in APPROVALS:
            exchange.request, exchange.amount = message, int(e[4])
            if message.mti[1] == "2" and 90 in e:
                self._exchange(named_in(message)).standing = 0
            self._hold(exchange, exchange.amount)
        answer = {n: e[n] for n in (2, 3, 4, 7, 11, 32, 37, 41, 42) if n in e} | {39: "00"}
        send(Message(message.mti[:2] + "30", answer))

    def _undo(self, message: Message, send: Callable[[Message], None]) -> None:
        e, key = message.elements, named_in(message)
        exchange = self._exchange(key)
        plan, leaves = exchange.plan, int(e[95][:12]) if 95 in e else 0
        if exchange.request is not None:
            asked = exchange.request.elements
            wrong = [n for n in (2, 3, 4, 37, 41, 42, 49) if n in asked and e.get(n) != asked[n]]
            if e.get(56, REASONS[0]) not in REASONS:
                self.faults.append((key.stan, f"an 0420 gives reason {e[56]} (DE 56), which nobody gave"))
            if e[32] != key.acquirer:
                self.faults.append((key.stan, f"an 0420 has DE 32 {e[32]} and names {key.acquirer}"))
            if wrong or e[90][:4] != exchange.request.mti[:3] + "0":
                self.faults.append((key.stan, f"an 0420 differs from what it names in {wrong or 'the MTI of DE 90'}"))
        exchange.reversed_to = leaves if exchange.reversed_to is None else min(leaves, exchange.reversed_to)
        if not self.keeps_holds:
            exchange.standing = min(exchange.standing, exchange.reversed_to)
        if plan is not None and (plan.late or plan.waits) and exchange.request is not None:
            plan.late = plan.waits = False
            self.answer(key, send)
        send(Message(message.mti[:2] + "30", {n: e[n] for n in (7, 11, 32, 41) if n in e} | {39: "00"}))

    def _exchange(self, key: Key) -> Exchange:
        return self.book.setdefault(key, Exchange())


class _Line(asyncio.Protocol):
    """A connection the centre has made to a bank."""

    def __init__(self, bank: Bank) -> None:
        self._bank, self._form = bank, bank.place.form
        self._frames = Frames("ascii")
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._bank.connected(self)

    def data_received(self, data: bytes) -> None:
        for _, body in self._frames.take(data):
            self._bank.take(decode(body, self._form), self.send)

    def send(self, message: Message) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(frame(encode(message, self._form)))

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._bank.lost()

    def hang_up(self) -> None:
        if self._transport is not None:
            self._transport.close()


def key_of(message: Message) -> Key:
    e = message.elements
    return Key(e[32], e[41], e[11], e[7])


def named_in(message: Message) -> Key:
    """The request that DE 90 of an owed message names."""
    original = message.elements[90]
    return Key(original[20:31].lstrip("0") or message.elements[32], message.elements[41], original[4:10], original[10:20])


@dataclass
class Banks:
    """All of them, by id."""

    every: list[Bank] = field(default_factory=list)

    @classmethod
    def of(cls, count: int) -> Banks:
        forms = ("ascii", "bcd")
        places = [Place(f"bank{i}", forms[i % 2], f"95041{i}", f"95042{i}") for i in range(count)]
        return cls([Bank(place) for place in places])

    async def open(self) -> None:
        for bank in self.every:
            await bank.open()

    def close(self) -> None:
        for bank in self.every:
            bank.close()
