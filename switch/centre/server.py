"""The switch: lines in, turns of the switchboard, the journal, lines out.

Everything read since the last turn is handled in one go: decoded, judged by the switchboard, journaled in one commit, then
sent with one system call a line. A turn never waits, so nothing can come between the commit and the answers.
"""

from __future__ import annotations

import socket
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from functools import cache, partial
from time import perf_counter
from typing import Any, Final

import trio

from switch.centre.host.entrance import Entrance
from switch.centre.host.issuer_stage import IssuerStage
from switch.centre.host.pokes import Pokes
from switch.centre.host.script import HostScript
from switch.centre.traffic.inbound import Inbound
from switch.centre.traffic.outbound import Outbound
from switch.centre.traffic.turn import Turn
from switch.centre.traffic.unreadable import WAITED_SECONDS
from switch.centre.traffic.wire_format_hint import WireFormatHint
from switch.errors import TlsError
from switch.iso8583.codec import Codec
from switch.iso8583.framing import Frame
from switch.iso8583.mapping.acquirer import Stamp
from switch.journal.journal import Batch, Journal
from switch.keys.key_module import KeyModule
from switch.lines.acquirer_lines import CONNECTIONS_MAX, AcquirerLines
from switch.lines.issuer_link import IssuerLink
from switch.lines.line import Frames, Line, Secured
from switch.lines.network_management import Identity
from switch.lines.pin_zones import PinZones
from switch.lines.selector import Lines
from switch.lines.sockets import keep_alive
from switch.lines.staging.answer_stage import AnswerStage
from switch.lines.staging.issuer_script import IssuerScript
from switch.lines.tls import answer
from switch.lines.tls_context import ClientSide, ServerSide
from switch.lines.wire_format import WireFormat
from switch.machine.shortage import Shortage
from switch.merchant import Merchant
from switch.routing.memory.deliveries import REPEAT_SECONDS_FIRST
from switch.routing.switchboard import Switchboard
from switch.routing.table.routes import Destination
from switch.routing.traffic.effects import Effect
from switch.routing.traffic.events import IssuerDown, IssuerUp
from switch.routing.traffic.notice import Notice
from switch.routing.traffic.recovery import Recovery
from switch.scenarios.business_time import Moment, Moments
from switch.scenarios.playbook import Playbook
from switch.scenarios.vocabulary.rule_words import HOST
from switch.specs.centre_profile import DROP
from switch.specs.currencies import billing_for
from switch.specs.specification import Specs
from switch.trace.told import Trace

DRAIN_SECONDS_MAX: Final = 45.0  #: how long a line that is read no more waits for the answers due to it
WATCH_SECONDS: Final = 1.0  #: how often silent lines and the business date are looked at; echoes are asked for in whole seconds

#: A turn takes frames for so long; what they lead to, written and sent, takes as long again, or twice. A frame that makes no
#: sense costs up to some milliseconds; a hundred good messages go into it.
TURN_SECONDS_MAX: Final = 0.006
TURN_EFFECTS_MAX: Final = 600  #: and no more than lead to so many: some twenty microseconds each
BUSY_EFFECTS: Final = 40  #: a turn that leads to so many looks once more for what came in meanwhile, and journals both at once
SHARE_SECONDS_MAX: Final = 0.003  #: of a turn, to the frames of one line while others wait

Take = Callable[[Any, Frame, float, list[Effect]], None]
Handshake = Callable[[], Awaitable[Secured | None]]  #: what stands before a line that may be TLS; None: it is not


class Server:
    """One switch process. ``tell`` receives every notice worth a person's attention; ``clock_ms`` is the centre's clock.

    ``trace`` keeps every message, where there is one. ``keys`` opens and seals PIN blocks; without it they go on as they
    came. ``playbook`` has the rules of scenarios. ``timers`` is how long timers run, as a share of what the files say.
    """

    def __init__(
        self,
        specs: Specs,
        journal: Journal,
        *,
        clock_ms: Callable[[], int],
        tell: Callable[[Notice], None],
        trace: Trace | None = None,
        keys: KeyModule | None = None,
        playbook: Playbook | None = None,
        timers: float = 1.0,
    ) -> None:
        self.specs, self.journal, self._trace, self._clock_ms, self._tell = specs, journal, trace, clock_ms, tell
        destinations = [
            Destination(issuer=profile.id, origin=profile.origin, timeout_seconds=profile.timeout_seconds * timers)
            for profile in specs.issuers.values()
        ]
        beginning, table = journal.beginning(), specs.routing.with_timers(timers)
        self.board = Switchboard(
            table=table,
            destinations=destinations,
            merchants=specs.merchants,
            default_contract=specs.default_contract,
            archive=journal.archive,
            first_request_id=beginning.first_request_id,
            first_delivery_id=beginning.first_delivery_id,
            timers=timers,
        )
        self._recovery: Recovery | None = beginning.recovery
        self.lines = Lines(self.turn)
        self.links: dict[str, IssuerLink] = {}
        self._business_date = self._open_date()
        self._voice = Identity(institution_id=specs.centre.institution_id, stamp=self.stamp, tell=tell, timers=timers)
        self._dropping = frozenset(each.name for each in specs.centre.listeners if each.unreadable == DROP)
        echoes = {listener.name: listener.echo_seconds for listener in specs.centre.listeners}
        self.callers = AcquirerLines(self._voice, echoes)
        self._wires: dict[str, WireFormat] = {}  #: of the listeners, by name
        zones = None if keys is None else PinZones(keys, specs.issuers.values())
        self._entrances: dict[str, Entrance] = {}  #: of the listeners, by name
        self.stage = AnswerStage(self._written, self.refuse_connections)
        codec_named = cache(lambda name: Codec(specs.dialects[name]) if name in specs.dialects else None)
        self._outgoing = Outbound(
            self._voice, self.links, self.board.handle, zones, self.stage, self.board.waiting, codec_named
        )
        self.hints = WireFormatHint(self._wires, specs.dialects)
        self._incoming = Inbound(self._voice, self.callers, self._outgoing, self.board, self.hints)
        self._incoming.put_off = self._put_off
        rules, self._moments = playbook or Playbook((), seed=1), Moments(specs.calendar.zone)
        self.script = HostScript(rules, specs.routing, specs.merchants, self._moment)
        given = [*(d.timeout_seconds for d in destinations), *(r.timeout_seconds for r in table.routes() if r.timeout_seconds)]
        self._issuers = IssuerStage(IssuerScript.beside(self.script), specs.issuers, tell, max(given, default=0.0))
        self.rules_changed()
        self.pokes = Pokes(
            self.links,
            self.callers,
            echoes,
            voice=self._voice,
            refuse=self.refuse_connections,
            business_date=lambda: self._business_date,
            sent=self._written,
        )
        self._turn = Turn(self._commit, self._outgoing, tell)
        self._inbox: deque[tuple[Take, Any, Frames]] = deque()  #: no line twice: it is read again when its frames are taken
        self._effects: list[Effect] = []
        self._woken = trio.Event()
        self._watch_seconds = WATCH_SECONDS * min(timers, 1.0)
        self._idle_seconds = min([REPEAT_SECONDS_FIRST * timers, *given])
        self._look_at = 0.0  #: nothing is due before
        self._reading: set[trio.CancelScope] = set()
        self._shortage = Shortage(lambda what: tell(Notice("shortage", what)))
        self._stopping, self._stamp = False, (0, Stamp("", ""))

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Take up what the journal tells of the time before, then read lines and take turns until cancelled."""
        assert self._recovery is not None, "run once"
        recovery, self._recovery = self._recovery, None
        self._perform(self.board.recover(recovery, trio.current_time()), trio.current_time())
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._watch_deadlines)
            nursery.start_soon(self.lines.run)
            nursery.start_soon(self._watch_sessions)
            nursery.start_soon(self.stage.run)
            task_status.started()
            while True:
                await self._woken.wait()
                self._woken = trio.Event()
                self.turn()

    async def serve(self, name: str, listening: socket.socket, wire: WireFormat, tls: ServerSide | None = None) -> None:
        """Accept acquirers on one listener until ``stop``; the socket is closed then."""
        self._wires[name] = wire
        entrance = self._entrances[name] = Entrance(listening)
        async with trio.open_nursery() as nursery:
            with closing(entrance), self._until_stop():
                while True:
                    connection, peer = await entrance.accept(partial(self._shortage.met, f"{name}: a connection waits"))
                    if self.callers.full():
                        connection.close()
                        what = f"{name} {peer}: {CONNECTIONS_MAX} lines are open already, this one is closed"
                        self._tell(Notice("too_many_lines", what))
                        continue
                    keep_alive(connection)
                    line = Line(connection, wire, f"{name} {peer}")
                    line.ear = self._trace
                    line.drops_unreadable = name in self._dropping
                    self.callers.called(line, name)
                    nursery.start_soon(self._acquirer, line, None if tls is None else partial(answer, connection, tls))

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

    def link(self, issuer: str, wire: WireFormat, tls: ClientSide | None = None) -> IssuerLink:
        """The link to an issuer; the caller runs it."""
        link = IssuerLink(
            issuer,
            wire,
            voice=self._voice,
            echo_seconds=self.specs.issuers[issuer].echo_seconds,
            business_date=self._business_date,
            lines=self.lines,
            receive=partial(self._receive, self._incoming.from_issuer),
            happened=self._link_happened,
            shortage=self._shortage,
            ear=self._trace,
            tls=tls,
            billing=billing_for(issuer, self.specs, self._clock_ms),
            asked=self._issuers.asked,
        )
        self.links[issuer] = link
        return link

    def _receive(self, take: Take, source: Any, frames: Frames) -> None:
        """Put frames in the inbox of the turn that follows."""
        self._inbox.append((take, source, frames))

    def refuse_connections(self, listener: str, seconds: float) -> None:
        """Refuse connections to a listener for a time; those there are stay."""
        entrance = self._entrances.get(listener)
        if entrance is not None and not self._stopping:
            entrance.refuse(seconds)

    def stop(self) -> None:
        """Take nothing further; ``serve`` returns once everybody has the answers due. What a scenario holds back is named."""
        self._stopping = True
        for notice in self._outgoing.last_words():
            self._tell(notice)
        for scope in self._reading:
            scope.cancel()

    def stamp(self) -> Stamp:
        """This second by the centre's clock, as DE 7 and as DE 13 and 12 have it."""
        second = self._clock_ms() // 1000
        if second != self._stamp[0]:
            at = datetime.fromtimestamp(second, UTC)
            local = at.astimezone(self.specs.calendar.zone)
            self._stamp = (second, Stamp(f"{at:%m%d%H%M%S}", f"{local:%m%d%H%M%S}"))
        return self._stamp[1]

    def _moment(self) -> Moment:
        """Now, in business time."""
        return self._moments.at(self._clock_ms(), self._business_date)

    def turn(self) -> None:
        """Handle what came in, and whatever has waited too long: decide, journal, then send.

        What takes too long for one turn waits for the next, which comes when all else that can run has run.
        """
        now = trio.current_time()
        effects, self._effects = self._effects, []
        end = perf_counter() + TURN_SECONDS_MAX
        self._take_frames(now, end, effects)
        if len(effects) >= BUSY_EFFECTS:
            self.lines.gather(now)
            self._take_frames(now, end, effects)
        if now >= self._look_at:
            effects += self._due(now)
        self._perform(effects, now)
        if self._inbox:
            self._woken.set()

    def _take_frames(self, now: float, end: float, effects: list[Effect]) -> None:
        """Take the frames of the inbox, in order from each line, and from all lines in turn, as many as a turn may."""
        inbox, time = self._inbox, perf_counter()
        while inbox and time < end and len(effects) < TURN_EFFECTS_MAX:
            take, source, frames = waiting = inbox.popleft()
            others_wait = time + SHARE_SECONDS_MAX
            for frame in frames:
                if frame is not None:
                    take(source, frame, now, effects)
                if perf_counter() >= others_wait:
                    inbox.append(waiting)
                    break
            time = perf_counter()

    def _due(self, now: float) -> list[Effect]:
        """The effects of deadlines that have passed. A request that begins to wait now is due after ``_idle_seconds`` at the
        earliest."""
        deadline = self.board.next_deadline()
        effects = self.board.tick(now) if deadline is not None and deadline <= now else []
        deadline = self.board.next_deadline()
        self._look_at = now + self._idle_seconds if deadline is None else min(deadline, now + self._idle_seconds)
        return effects

    def _perform(self, effects: list[Effect], now: float) -> None:
        """Journal what the switchboard wants, then send; what led to no message is handed over to the trace behind both."""
        self._turn.perform(effects, now)
        self._written()

    def _written(self) -> None:
        if self._trace is not None:
            self._trace.write()

    def rules_changed(self) -> None:
        """Look at the rules of scenarios from the next message on, where there are any; without any, a message pays nothing."""
        self._incoming.script = self.script if self.script.playbook.has(HOST) else None
        self._outgoing.issuers = self._issuers if self._issuers.plays else None
        self._incoming.issuers = self._outgoing.issuers or self._incoming.issuers  # answers that a rule waits for still come

    def _put_off(self, seconds: float, line: Line, take: Callable[[float, list[Effect]], None]) -> None:
        """Have a message taken by a turn after so many seconds."""

        def act() -> None:
            self._receive(lambda source, frame, now, effects: take(now, effects), line, iter((Frame(b"", b""),)))
            self._woken.set()

        self.stage.at(trio.current_time() + seconds, line, act)

    def know_merchants(self, merchants: Mapping[str, Merchant]) -> None:
        """Take the contracts that count from the next turn on."""
        self.board.know_merchants(merchants)
        self.script.know_merchants(merchants)
        self._issuers.know_merchants(merchants)

    def _commit(self, batch: Batch) -> None:
        self.journal.commit(batch, self._clock_ms())

    def _link_happened(self, event: IssuerUp | IssuerDown) -> None:
        self._effects += self.board.handle(event, trio.current_time())
        self._woken.set()

    async def _acquirer(self, line: Line, handshake: Handshake | None = None) -> None:
        """Serve one acquirer's connection. An acquirer that has stopped sending still gets the answers it waits for."""
        async with line.living():
            try:
                with self._until_stop():
                    if handshake is None or await self._agreed(line, handshake):
                        await self.lines.read(line, partial(self._receive, self._incoming.from_acquirer, line))
            finally:
                line.dropped = True  # frames that no turn has taken yet are not read, like those still on their way
                self.callers.lost(line)
            ended = self._incoming.unreadable.broken_off(line)
            if ended is not None:
                self._tell(ended)
            elif line.fault is not None:
                self._tell(Notice("tls", f"{line.name}: {line.fault}; the line is closed"))
            with trio.move_on_after(DRAIN_SECONDS_MAX):
                await line.settled()

    async def _agreed(self, line: Line, handshake: Handshake) -> bool:
        """Whether a line that may be TLS can be read; a notice where not."""
        try:
            secured = await handshake()
        except TlsError as error:
            self._tell(Notice("tls", f"{line.name}: {error}; the line is closed"))
            return False
        if secured is not None:
            line.secure(secured)
        return True

    async def _watch_deadlines(self) -> None:
        """Take a turn at each deadline. What begins to wait now is due after the shortest timeout or the first repeat at the
        earliest, so who sleeps no longer than that misses no deadline."""
        while True:
            deadline = self.board.next_deadline()
            now = trio.current_time()
            if deadline is not None and deadline <= now:
                self._look_at = now
                self.turn()
                continue
            await trio.sleep_until(min(deadline or now + self._idle_seconds, now + self._idle_seconds))

    async def _watch_sessions(self) -> None:
        while True:
            await trio.sleep(self._watch_seconds)
            self.watch_sessions(trio.current_time())

    def watch_sessions(self, now: float) -> None:
        """Announce a new business date on every signed-on line, whoever opened the date; ask idle lines for an echo; drop
        lines whose peer is gone."""
        date = self._open_date()
        if date != self._business_date:
            ended, self._business_date = self._business_date, date
            self._tell(Notice("cut_off", f"business date {ended} has ended, {date} is open"))
            for link in self.links.values():
                link.cut_over(date)
            self.callers.cut_over(date)
        for link in self.links.values():
            link.check(now)
        self.callers.check(now)
        for line in self.callers.silent_since(now - WAITED_SECONDS):
            waited = self._incoming.unreadable.waited(line)
            if waited is not None:
                self._tell(waited)

    def _open_date(self) -> str:
        row = self.journal.open_date()
        assert row is not None, "a switch before the first business date"
        return row[0]
