"""The switch: lines in, turns of the switchboard, the journal, lines out.

Everything read since the last turn is handled in one go: decoded, judged by the switchboard, journaled in one commit, then
sent with one system call a line. A turn never waits, so nothing can come between the commit and the answers.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final, TypeVar

import trio
from attrs import evolve

from switch.errors import MessageError
from switch.iso8583 import mapping
from switch.iso8583.action_codes import finer
from switch.iso8583.framing import Frame, reply_tpdu
from switch.iso8583.message import Message
from switch.iso8583.mti import expects_answer, message_class
from switch.iso8583.reconciling import to_reconciliation, totals_response
from switch.journal import Batch, Journal
from switch.line import Line, Lines, WireFormat, accept, keep_alive, recognized
from switch.link import IssuerLink
from switch.record import record
from switch.routing.archive import Recovery
from switch.routing.checks import refuse
from switch.routing.deliveries import ADVICE, REVERSAL
from switch.routing.effects import (
    Deliver,
    Effect,
    Forward,
    Notice,
    Reply,
    ReplyReversal,
    ReplyTotals,
)
from switch.routing.events import (
    AnswerReceived,
    DeliveryAnswered,
    ForwardFailed,
    IssuerDown,
    IssuerUp,
    RequestReceived,
    ReversalReceived,
    TotalsReceived,
)
from switch.routing.switchboard import Switchboard
from switch.routing.table import Destination
from switch.specs import Specs
from switch.station import CONNECTIONS_MAX, Callers, Voice
from switch.transaction import FORMAT_ERROR, FUNCTION_NOT_SUPPORTED, ISSUER_INOPERATIVE, SYSTEM_MALFUNCTION

CURRENCY: Final = "504"  #: of an amount without DE 49: the dirham
DRAIN_SECONDS_MAX: Final = 45.0  #: how long a line that is read no more waits for the answers due to it
WATCH_SECONDS: Final = 1.0  #: how often silent lines and the business date are looked at; echoes are asked for in whole seconds

T = TypeVar("T")
Take = Callable[[Any, Frame, float, list[Effect]], None]


@record
class Origin:
    """Where an answer goes: the line the request came on, the TPDU of its answer, and the request as it came."""

    line: Line
    tpdu: bytes
    asked: Message


class Server:
    """One switch process. ``tell`` receives every notice worth a person's attention; ``clock_ms`` is the centre's clock."""

    def __init__(
        self,
        specs: Specs,
        journal: Journal,
        *,
        clock_ms: Callable[[], int],
        tell: Callable[[Notice], None],
    ) -> None:
        self.specs, self.journal = specs, journal
        self._clock_ms, self._tell = clock_ms, tell
        destinations = [
            Destination(issuer=profile.id, origin=profile.origin, timeout_seconds=profile.timeout_seconds)
            for profile in specs.issuers.values()
        ]
        beginning = journal.beginning()
        self.board = Switchboard(
            table=specs.routing,
            destinations=destinations,
            merchants=specs.merchants,
            archive=journal.archive,
            first_request_id=beginning.first_request_id,
            first_delivery_id=beginning.first_delivery_id,
        )
        self._recovery: Recovery | None = beginning.recovery
        self.lines = Lines(self.turn)
        self._links: dict[str, IssuerLink] = {}
        self._actions: dict[type[Any], Callable[[Any, float, list[Notice]], Iterable[Effect]]] = {
            Reply: self._reply,
            Forward: self._forward,
            ReplyReversal: self._reply_reversal,
            ReplyTotals: self._reply_totals,
            Deliver: self._deliver,
            Notice: self._notice,
        }
        self._business_date = self._open_date()
        self._voice = Voice(institution_id=specs.centre.institution_id, transmitted_at=self.transmitted_at, tell=tell)
        self._callers = Callers(self._voice, {listener.name: listener.echo_seconds for listener in specs.centre.listeners})
        self._wires: dict[str, WireFormat] = {}  #: of the listeners, by name
        self._inbox: list[tuple[Take, Any, list[Frame]]] = []
        self._effects: list[Effect] = []
        self._touched: dict[Line, None] = {}
        self._woken = trio.Event()
        self._idle_seconds = min((d.timeout_seconds for d in destinations), default=1.0)
        self._reading: set[trio.CancelScope] = set()
        self._stopping = False
        self._transmitted_at = (0, "")

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Take up what the journal tells of the time before, then read lines and take turns until cancelled."""
        assert self._recovery is not None, "run once"
        recovery, self._recovery = self._recovery, None
        self._perform(self.board.recover(recovery, trio.current_time()), trio.current_time())
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._watch_deadlines)
            nursery.start_soon(self.lines.run)
            nursery.start_soon(self._watch_sessions)
            task_status.started()
            while True:
                await self._woken.wait()
                self._woken = trio.Event()
                self.turn()

    async def serve(self, name: str, listening: socket.socket, wire: WireFormat) -> None:
        """Accept acquirers on one listener until ``stop``; the socket is closed then."""
        self._wires[name] = wire
        async with trio.open_nursery() as nursery:
            with closing(listening), self._until_stop():
                while True:
                    connection, peer = await accept(listening)
                    if self._callers.full():
                        connection.close()
                        what = f"{name} {peer}: {CONNECTIONS_MAX} lines are open already, this one is closed"
                        self._tell(Notice("too_many_lines", what))
                        continue
                    keep_alive(connection)
                    line = Line(connection, wire, f"{name} {peer}")
                    self._callers.called(line, name)
                    nursery.start_soon(self._acquirer, line)

    @contextmanager
    def _until_stop(self) -> Iterator[None]:
        with trio.CancelScope() as scope:
            self._reading.add(scope)
            if self._stopping:
                scope.cancel()
            try:
                yield
            finally:
                self._reading.discard(scope)

    def link(self, issuer: str, wire: WireFormat) -> IssuerLink:
        """The link to an issuer; the caller runs it."""
        link = IssuerLink(
            issuer,
            wire,
            voice=self._voice,
            echo_seconds=self.specs.issuers[issuer].echo_seconds,
            business_date=self._business_date,
            lines=self.lines,
            receive=partial(self._receive, self._from_issuer),
            happened=self._link_happened,
        )
        self._links[issuer] = link
        return link

    def _receive(self, take: Take, source: Any, frames: list[Frame]) -> None:
        """Put frames in the inbox of the turn that follows."""
        self._inbox.append((take, source, frames))

    def stop(self) -> None:
        """Take no further connection and no further request; ``serve`` returns once everybody has the answers due."""
        self._stopping = True
        for scope in self._reading:
            scope.cancel()

    def transmitted_at(self) -> str:
        """DE 7 of this second: MMDDhhmmss, UTC."""
        second = self._clock_ms() // 1000
        if second != self._transmitted_at[0]:
            self._transmitted_at = (second, datetime.fromtimestamp(second, UTC).strftime("%m%d%H%M%S"))
        return self._transmitted_at[1]

    def turn(self) -> None:
        """Handle all that came in, and whatever has waited too long: decide, journal, then send."""
        inbox, self._inbox = self._inbox, []
        now = trio.current_time()
        effects, self._effects = self._effects, []
        for take, source, frames in inbox:
            for frame in frames:
                take(source, frame, now, effects)
        deadline = self.board.next_deadline()
        if deadline is not None and deadline <= now:
            effects += self.board.tick(now)
        self._perform(effects, now)

    def _perform(self, effects: list[Effect], now: float) -> None:
        """Do what the switchboard wants: queue what is to be sent, write down what is to be journaled, then send."""
        batch, notices = Batch(), list[Notice]()
        write = batch.writers()
        for effect in effects:  # grows while it is gone through: a forward that fails is decided at once
            kind = type(effect)
            if kind in write:
                write[kind](effect)
            else:
                effects += self._actions[kind](effect, now, notices)
        if batch:
            self.journal.commit(batch, self._clock_ms())
        touched, self._touched = self._touched, {}
        for line in touched:
            line.flush()
        for occurrence in batch.occurrences:
            self._tell(Notice(occurrence.kind, f"request {occurrence.request_id}: {occurrence.detail}"))
        for notice in notices:
            self._tell(notice)

    def _notice(self, effect: Notice, now: float, notices: list[Notice]) -> Iterable[Effect]:
        notices.append(effect)
        return ()

    def _reply(self, effect: Reply, now: float, notices: list[Notice]) -> Iterable[Effect]:
        """Queue an answer: as decided, else without what the issuer adds, else 96, whatever the acquirer's dialect can say."""
        origin, request, decision = effect.origin, effect.authorization, effect.decision
        line = origin.line
        line.answers_due -= 1
        self._touched[line] = None
        try:
            line.queue(mapping.to_response(request, decision), origin.tpdu, origin.asked, finer(decision))
        except MessageError as error:
            notices.append(Notice("format_error", f"{line.name}: the answer {decision.response_code} cannot be said: {error}"))
            for lesser in (evolve(decision, carried=None), refuse(SYSTEM_MALFUNCTION, "")):
                with suppress(MessageError):
                    line.queue(mapping.to_response(request, lesser), origin.tpdu, origin.asked)
                    break
        return ()

    def _reply_reversal(self, effect: ReplyReversal, now: float, notices: list[Notice]) -> Iterable[Effect]:
        effect.origin.line.answers_due -= 1
        self._answer(effect.origin, mapping.reversal_response(effect.reversal, effect.response_code))
        return ()

    def _reply_totals(self, effect: ReplyTotals, now: float, notices: list[Notice]) -> Iterable[Effect]:
        outcome, origin = effect.outcome, effect.origin
        origin.line.answers_due -= 1
        message = totals_response(
            effect.asked, outcome.totals, settlement_code=outcome.settlement_code, response_code=outcome.response_code
        )
        self._answer(origin, message)
        return ()

    def _deliver(self, effect: Deliver, now: float, notices: list[Notice]) -> Iterable[Effect]:
        """Send an issuer what it is owed; what cannot be sent now is repeated later."""
        delivery = effect.delivery
        link = self._links[delivery.issuer]
        if link.line is None:
            return ()
        if delivery.kind == ADVICE:
            message = mapping.to_issuer_advice(
                delivery.original,
                approval_code=delivery.approval_code,
                repeat=effect.repeat,
                forwarder_id=self.specs.centre.institution_id,
                message_reason=delivery.message_reason,
            )
        else:
            message = mapping.to_issuer_reversal(
                delivery.original,
                replacement_minor=delivery.replacement_minor,
                stan=delivery.stan,
                transmitted_at=self.transmitted_at(),
                repeat=effect.repeat,
                forwarder_id=self.specs.centre.institution_id,
                message_reason=delivery.message_reason,
            )
        self._send(link.line, message, link.tpdu)
        return ()

    def _forward(self, effect: Forward, now: float, notices: list[Notice]) -> Iterable[Effect]:
        """Queue a request for its issuer; what the switchboard makes of it where that cannot be done."""
        request, issuer = effect.authorization, effect.issuer
        link = self._links[issuer]
        line = link.line
        if line is None:
            failed = ForwardFailed(request, issuer, ISSUER_INOPERATIVE, f"the line to {issuer} is lost")
            return self.board.handle(failed, now)
        try:
            line.queue(mapping.to_issuer_request(request, forwarder_id=self.specs.centre.institution_id), link.tpdu)
        except MessageError as error:
            failed = ForwardFailed(request, issuer, FORMAT_ERROR, f"cannot be said in the dialect of {issuer}: {error}")
            return self.board.handle(failed, now)
        self._touched[line] = None
        return ()

    def _from_acquirer(self, line: Line, frame: Frame, now: float, effects: list[Effect]) -> None:
        """One message of an acquirer."""
        try:
            asked = line.codec.decode(frame.body)
        except MessageError as error:
            self._refuse_unreadable(line, frame, error, effects)
            return
        message = line.understood(asked) if line.translates else asked
        origin = Origin(line, reply_tpdu(frame.tpdu), asked)
        kind = message_class(message.mti)
        if kind is None:
            fault = f"MTI {asked.mti} is none of ISO 8583:{line.edition}{self._looks_like(line)}"
            effects.append(Notice("format_error", f"{line.name}: {fault}"))
            self._refuse(origin, message, FORMAT_ERROR)
            return
        line.opening = None
        if kind == "network_management":
            answer = self._callers.network(line, message, origin.tpdu)
            if answer is not None:
                self._answer(origin, answer)
        elif not expects_answer(message.mti):
            effects.append(Notice("unexpected", f"{line.name}: a {asked.mti} where only requests are expected"))
        elif kind in ("authorization", "financial"):
            take = self._reversal if mapping.is_void(message) else self._authorization
            take(origin, message, now, effects)
        elif kind == "reversal":
            self._reversal(origin, message, now, effects)
        elif kind == "reconciliation":
            self._totals(origin, message, now, effects)
        else:
            code = line.code(FUNCTION_NOT_SUPPORTED, message)
            effects.append(Notice("unsupported", f"{line.name}: MTI {asked.mti} is not offered, answered {code}"))
            self._refuse(origin, message, FUNCTION_NOT_SUPPORTED)

    def _understood(
        self, read: Callable[..., T], origin: Origin, message: Message, effects: list[Effect], **defaults: str
    ) -> T | None:
        """What a message asks in the trade's words; one that lacks what it needs is answered 30 and gives None."""
        centre_id, now = self.specs.centre.institution_id, self.transmitted_at()
        try:
            asked = read(message, acquirer_id=centre_id, transmitted_at=now, **defaults)
        except MessageError as error:
            line, code = origin.line, origin.line.code(FORMAT_ERROR, message)
            effects.append(Notice("format_error", f"{line.name}: {origin.asked.mti}: {error}; answered {code}"))
            self._refuse(origin, message, FORMAT_ERROR)
            return None
        origin.line.answers_due += 1
        return asked

    def _authorization(self, origin: Origin, message: Message, now: float, effects: list[Effect]) -> None:
        if origin.line in self._callers.signed_off and message.mti[2] == "0":
            self._callers.refused(origin.line, ISSUER_INOPERATIVE)
            self._refuse(origin, message, ISSUER_INOPERATIVE)
            return
        authorization = self._understood(mapping.to_authorization, origin, message, effects, currency=CURRENCY)
        if authorization is not None:
            effects += self.board.handle(RequestReceived(authorization, origin, origin.line.name), now)

    def _reversal(self, origin: Origin, message: Message, now: float, effects: list[Effect]) -> None:
        reversal = self._understood(mapping.to_reversal, origin, message, effects, currency=CURRENCY)
        if reversal is not None:
            effects += self.board.handle(ReversalReceived(reversal, origin, origin.line.name), now)

    def _totals(self, origin: Origin, message: Message, now: float, effects: list[Effect]) -> None:
        asked = self._understood(to_reconciliation, origin, message, effects)
        if asked is not None:
            effects += self.board.handle(TotalsReceived(asked, origin, origin.line.name), now)

    def _refuse_unreadable(self, line: Line, frame: Frame, error: MessageError, effects: list[Effect]) -> None:
        """A message that can be read in part is answered 30 with what lets its sender match it; else it is only told of."""
        parts, _ = line.codec.inspect(frame.body)
        values = {key: value for key, _, _, value in parts}
        asked = Message(values.get("t", ""), {int(k): v for k, v in values.items() if k.isdecimal() and k != "1"})
        outcome = "not answered"
        if asked.mti and 11 in asked.elements:
            readable = line.understood(asked) if line.translates else asked
            if self._refuse(Origin(line, reply_tpdu(frame.tpdu), asked), readable, FORMAT_ERROR):
                outcome = f"answered {line.code(FORMAT_ERROR, readable)}"
        effects.append(Notice("format_error", f"{line.name}: {error}; {outcome}{self._looks_like(line)}"))

    def _looks_like(self, line: Line) -> str:
        """A hint for a line nothing was understood on: the listener whose lines begin like this one."""
        name = recognized(line.opening, self._wires) if line.opening else None
        return f"; this looks like a line for listener {name}" if name else ""

    def _refuse(self, origin: Origin, message: Message, response_code: str) -> bool:
        """Answer a request nobody acts on; whether there was anything to answer."""
        return expects_answer(message.mti) and self._answer(origin, mapping.refusal(message, response_code))

    def _answer(self, origin: Origin, message: Message) -> bool:
        return self._send(origin.line, message, origin.tpdu, origin.asked)

    def _send(self, line: Line, message: Message, tpdu: bytes, asked: Message | None = None) -> bool:
        """Queue a message; False, and a notice, where the line's dialect cannot say it."""
        try:
            line.queue(message, tpdu, asked)
        except MessageError as error:
            self._tell(Notice("format_error", f"{line.name}: an answer {message.mti} cannot be said: {error}"))
            return False
        self._touched[line] = None
        return True

    def _from_issuer(self, source: tuple[IssuerLink, Line], frame: Frame, now: float, effects: list[Effect]) -> None:
        """One message of an issuer: an answer, or something about the session."""
        link, line = source
        try:
            asked = line.codec.decode(frame.body)
            message = line.understood(asked) if line.translates else asked
            kind = message_class(message.mti)
            if kind in ("authorization", "financial") and message.mti[2] == "1":
                answer = mapping.to_issuer_answer(message, acquirer_id=self.specs.centre.institution_id)
                effects += self.board.handle(AnswerReceived(link.issuer, answer), now)
                return
            owed = ADVICE if kind in ("authorization", "financial") else REVERSAL if kind == "reversal" else None
            if owed is not None and message.mti[2] in "13":
                stan, code = message.elements.get(11, ""), message.elements.get(39, "")
                effects += self.board.handle(DeliveryAnswered(link.issuer, stan, code, owed), now)
                return
        except MessageError as error:
            effects.append(Notice("garbled", f"{line.name}: {error}; the answer is not used"))
            return
        if kind == "network_management" and line is link.line:
            link.network(message, asked)
            self._touched[line] = None
        else:
            effects.append(Notice("unexpected", f"{line.name}: a {asked.mti} where only answers are expected"))

    def _link_happened(self, event: IssuerUp | IssuerDown) -> None:
        self._effects += self.board.handle(event, trio.current_time())
        self._woken.set()

    async def _acquirer(self, line: Line) -> None:
        """One acquirer's connection. Who has said its last word still gets the answers it waits for."""
        async with line.living():
            try:
                with self._until_stop():
                    await self.lines.read(line, partial(self._receive, self._from_acquirer, line))
            finally:
                self._callers.lost(line)
            if line.framer.fault is not None:
                self._tell(Notice("bad_frame", f"{line.name}: {line.framer.fault}; the line is closed{self._looks_like(line)}"))
            elif line.framer.incomplete and line.open:
                self._tell(
                    Notice("bad_frame", f"{line.name}: closed by its peer; {line.framer.incomplete}{self._looks_like(line)}")
                )
            with trio.move_on_after(DRAIN_SECONDS_MAX):
                await line.settled()

    async def _watch_deadlines(self) -> None:
        """No deadline is nearer than the shortest timeout while nothing waits, so sleeping that long misses none."""
        while True:
            deadline = self.board.next_deadline()
            now = trio.current_time()
            if deadline is not None and deadline <= now:
                self.turn()
                continue
            await trio.sleep_until(deadline if deadline is not None else now + self._idle_seconds)

    async def _watch_sessions(self) -> None:
        while True:
            await trio.sleep(WATCH_SECONDS)
            self.watch_sessions(trio.current_time())

    def watch_sessions(self, now: float) -> None:
        """Tell every signed-on line of a business date that has begun, whoever opened it; echo the idle, give up the gone."""
        date = self._open_date()
        if date != self._business_date:
            ended, self._business_date = self._business_date, date
            self._tell(Notice("cut_off", f"business date {ended} has ended, {date} is open"))
            for link in self._links.values():
                link.cut_over(date)
            self._callers.cut_over(date)
        for link in self._links.values():
            link.check(now)
        self._callers.check(now)

    def _open_date(self) -> str:
        row = self.journal.open_date()
        assert row is not None, "a switch before the first business date"
        return row[0]
