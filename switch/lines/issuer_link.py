"""A link: the line the centre dials to an issuer, with its session; dialled again when it is lost."""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any, Final

import trio

from switch.errors import CardSecurityError, MessageError, TlsError
from switch.iso8583.mapping.billing import Billing
from switch.iso8583.mapping.session import (
    CUT_OVER,
    KEY_FUNCTION_NAMES,
    REFUSED,
    SIGN_OFF,
    SIGN_ON,
    SIGNED_OFF,
    UP,
    Session,
    network_response,
)
from switch.iso8583.message import Message
from switch.iso8583.mti import expects_answer
from switch.lines.line import Frames, Line, Tap
from switch.lines.network_management import KEY_USES_OF, Identity, Station
from switch.lines.selector import Lines
from switch.lines.sockets import dial
from switch.lines.tls import call
from switch.lines.tls_context import ClientSide
from switch.lines.wire_format import WireFormat
from switch.machine.shortage import Shortage
from switch.routing.traffic.events import IssuerDown, IssuerUp
from switch.routing.traffic.notice import Notice
from switch.transaction import APPROVED

RETRY_SECONDS_FIRST: Final = 0.05  #: a process that has just been started again is there within a blink
RETRY_SECONDS_MAX: Final = 5.0  #: and one that is away for long is asked no more often than this
_STEADY_SECONDS: Final = 5.0  #: an issuer that stays signed on for less, or does not read, is dialled as one that is away
_TPDU: Final = bytes.fromhex("6000000000")  #: of what the centre sends to an issuer whose lines carry one
CUT_OVER_REPEAT_SECONDS: Final = 30.0  #: an issuer that leaves a cut-over unanswered is told again after so long
#: An issuer whose frame has begun and has no end after so long is dialled anew: its bytes may be cut in the wrong places.
BROKEN_SECONDS_MAX: Final = 5.0
SIGN_ON_SECONDS_MAX: Final = 10.0  #: an issuer that leaves its sign-on unanswered for so long is dialled anew


class IssuerLink:
    """The centre's side of one issuer. ``receive`` takes its frames, ``happened`` hears when it comes and goes."""

    def __init__(
        self,
        issuer: str,
        wire: WireFormat,
        *,
        voice: Identity,
        echo_seconds: float,
        business_date: str,
        lines: Lines,
        receive: Callable[[Any, Frames], None],
        happened: Callable[[IssuerUp | IssuerDown], None],
        shortage: Shortage,
        ear: Tap | None = None,
        tls: ClientSide | None = None,
        billing: Billing | None = None,
        asked: Callable[[IssuerLink, Line, Message], None] | None = None,
    ) -> None:
        """``asked`` is told of each network management message that was queued, before it is sent."""
        self.issuer = issuer
        self.billing = billing  #: what is added for a network whose accounts are in a currency of their own
        self.line: Line | None = None
        self.tpdu = (_TPDU if wire.tpdu else b"") + wire.header.first_between
        self.signed_on = trio.Event()  #: set at the first sign-on
        self._wire, self._voice, self._echo_seconds = wire, voice, echo_seconds
        self._lines, self._receive, self._happened, self._ear = lines, receive, happened, ear
        self._shortage, self._tls, self._asked = shortage, tls, asked
        self._session = Session()
        self._station: Station | None = None  #: of the line there is
        self._unanswered = trio.CancelScope()
        self._up_at: float | None = None  #: when it first signed on on this line
        self._deaf = False  #: whether the centre closed the line because the issuer did not read
        self._pause_seconds = 0.0  #: before it is dialled again
        self._gave_up: str | None = None  #: why the centre itself closed the line
        self._business_date = self._acknowledged = business_date  #: the open one, and the last the issuer knows of
        self._begun: tuple[float, bytes] | None = None  #: when a frame was seen that had begun, and what had come of it
        self._told_at: float | None = None  #: when the cut-over was sent, while the issuer has not answered it
        self._address: tuple[str, int] | None = None
        self._moved = trio.Event()
        self._rest_until = 0.0  #: it is not dialled before
        self._exchanges: dict[str, Callable[[str, str], None]] = {}  #: of keys, by function, while they are not answered

    def told(self) -> dict[str, Any]:
        """The issuer with the session of its line."""
        return {"issuer": self.issuer, "session": self._session.state, "connected": self._station is not None}

    def moved(self, host: str, port: int) -> None:
        """The issuer listens at this address from now on."""
        self._address, self._pause_seconds = (host, port), 0.0
        self._moved.set()
        self._moved = trio.Event()

    async def run(self) -> None:
        """Dial, sign on, and read, for ever; a steady line that is lost is dialled anew at once."""
        reported = ""
        while True:
            if self._address is None:
                await self._moved.wait()
                continue
            await trio.sleep_until(max(self._rest_until, trio.current_time()))
            try:
                sock = await dial(*self._address)
            except OSError as error:
                self._shortage.met(f"{self.issuer} cannot be dialled", error)
                await self._pause(RETRY_SECONDS_FIRST)
                continue
            line = Line(sock, self._wire, self.issuer)
            why = await self._refused(line, sock)
            if why is not None:
                if why != reported:
                    reported = why
                    self._voice.tell(Notice("not_signed_on", f"{self.issuer}: {why}; it is dialled again"))
                await self._pause(RETRY_SECONDS_FIRST)
                continue
            ended_in, why = await self._live(line)
            self._happened(IssuerDown(self.issuer, why, lost=True))
            if ended_in != UP and why != reported:  # else the switchboard tells of it
                self._voice.tell(Notice("not_signed_on", f"{self.issuer}: {why}; it is dialled again"))
            up_at, reported = self._up_at, why if self._up_at is None else ""
            if up_at is None:
                await self._pause(RETRY_SECONDS_FIRST)
            elif self._deaf or trio.current_time() - up_at < _STEADY_SECONDS:
                await self._pause(0.0)
            else:
                self._pause_seconds = 0.0

    async def _refused(self, line: Line, sock: socket.socket) -> str | None:
        """Begin TLS, where this line has it; in words why it comes to nothing, and the line is closed then."""
        if self._tls is None:
            return None
        try:
            line.secure(await call(sock, self._tls))
        except TlsError as error:
            line.shut()
            return f"TLS: {error}"
        except BaseException:
            line.shut()
            raise
        return None

    async def _pause(self, seconds_min: float) -> None:
        """Wait a little longer each time, up to RETRY_SECONDS_MAX, or until the issuer says where it listens."""
        seconds = max(self._pause_seconds, seconds_min)
        self._pause_seconds = min(max(seconds * 2, RETRY_SECONDS_FIRST), RETRY_SECONDS_MAX)
        with trio.move_on_after(seconds):
            await self._moved.wait()

    async def _live(self, line: Line) -> tuple[str, str]:
        """One connection, from sign-on to its end: the state it ended in, and why."""
        self.line, self._up_at, self._gave_up, self._told_at, self._deaf = line, None, None, None, False
        self._begun = None
        line.ear, line.read_always = self._ear, True
        self._session.happened("connected")
        self._station = Station(line, self._session, self._voice, echo_seconds=self._echo_seconds, tpdu=self.tpdu)
        if self._asked is not None:
            self._station.queued = partial(self._asked, self, line)
        self._station.ask(SIGN_ON)
        try:
            async with line.living():
                with trio.move_on_after(SIGN_ON_SECONDS_MAX) as self._unanswered:
                    await self._lines.read(line, partial(self._receive, (self, line)))
                if self._unanswered.cancelled_caught:
                    self._gave_up = f"sign-on not answered in {SIGN_ON_SECONDS_MAX:g} s"
        finally:
            self.line = self._station = None
            self._keys_lost()
            ended_in = self._session.state
            self._session.happened("lost")
        return ended_in, self._gave_up or (line.fault or "the connection was closed")

    def network(self, message: Message, received: Message | None = None) -> None:
        """Handle a network management message of the issuer; ``received`` is the same message as it came off the line.

        The answer to a request of the issuer is queued, not flushed.
        """
        station, before = self._station, self._session.state
        if station is None or not station.line.open:
            return
        if not expects_answer(message.mti):
            self._answered(station, station.answered(message), message.response_code)
            return
        with suppress(MessageError):
            code = station.key_taken(message)
            station.line.queue(network_response(message, response_code=code), self.tpdu, received)
        function = station.asked_by_peer(message)
        if function == SIGN_ON:
            self._up(station)
        elif function == SIGN_OFF and before == UP:
            self._happened(IssuerDown(self.issuer, "it signed off", lost=False))

    def _answered(self, station: Station, function: str | None, response_code: str | None) -> None:
        """The issuer has answered a request of the centre's; to an echo, any answer is good."""
        answered = f"answered {response_code or 'without DE 39'} to the"
        if function == SIGN_ON and response_code == APPROVED:
            self._session.happened("sign-on answered")
            self._up(station)
        elif function == SIGN_ON and self._session.happened("sign-on refused") == REFUSED:
            self._give_up(station, f"it {answered} sign-on")
        elif function == CUT_OVER and response_code == APPROVED:
            self._acknowledged, self._told_at = self._business_date, None
        elif function == CUT_OVER:
            self._told_at = None
            what = f"{self.issuer} {answered} cut-over to {self._business_date}; it is told again at its next sign-on"
            self._voice.tell(Notice("cut_over", what))
        elif function in KEY_FUNCTION_NAMES:
            self._key_answered(function, response_code)

    def _key_answered(self, function: str, response_code: str | None) -> None:
        zone, told = self._wire.zone, self._exchanges.pop(function, None)
        assert zone is not None, "no key is offered without"
        use = KEY_USES_OF[function]
        if response_code == APPROVED:
            about = zone.taken(use)
            outcome = f"it took the new key {about.id}, KCV {about.kcv}"
        else:
            zone.withdraw(use)
            outcome = f"it did not take the new {zone.name(use)}"
        what = f"{KEY_FUNCTION_NAMES[function]}: {outcome}; answered {response_code or 'without DE 39'}"
        self._voice.tell(Notice("key", f"{self.issuer}: {what}"))
        if told is not None:
            told(response_code or "", what)

    def change_key(self, function: str, told: Callable[[str, str], None]) -> bool:
        """Give the issuer a new key; ``told`` is called with its response code (empty: none came) and what that means. False
        where it is not signed on, or another exchange of that key waits for its answer."""
        zone, station = self._wire.zone, self._station
        if zone is None or station is None or self._session.state != UP or function in self._exchanges:
            return False
        try:
            key = zone.offer(KEY_USES_OF[function])
        except CardSecurityError as error:
            told("", str(error))
            return True
        self._exchanges[function] = told
        if not station.ask(function, key=key):
            self._keys_lost()
        return True

    def _keys_lost(self) -> None:
        """What was offered is offered no more: its answer does not come."""
        exchanges, self._exchanges = self._exchanges, {}
        for function, told in exchanges.items():
            if self._wire.zone is not None:
                self._wire.zone.withdraw(KEY_USES_OF[function])
            told("", f"{KEY_FUNCTION_NAMES[function]}: {self.issuer} gave no answer; the key before it stays in use")

    def _up(self, station: Station) -> None:
        if self._up_at is None:
            self._up_at = trio.current_time()
        self._unanswered.deadline = float("inf")
        self.signed_on.set()
        self._happened(IssuerUp(self.issuer))
        if self._acknowledged != self._business_date:
            self._tell_date(station)

    def _tell_date(self, station: Station) -> None:
        self._told_at = trio.current_time() if station.ask(CUT_OVER, self._business_date) else None

    def _give_up(self, station: Station, why: str) -> None:
        self._gave_up = why
        station.line.shut()

    def cut_over(self, business_date: str) -> None:
        """A business date begins: the issuer is told now, or else as soon as it signs on."""
        self._business_date = business_date
        if self._station is not None and self._session.state == UP:
            self._tell_date(self._station)

    def ask_on_cue(self, function: str) -> bool:
        """Send an 0800 now; False where there is no line. After a sign-off no request goes there until a sign-on."""
        station = self._station
        if station is None or not station.line.open:
            return False
        date = self._business_date if function == CUT_OVER else None
        if not station.ask(function, date):
            return False
        if function == SIGN_OFF and self._session.state != REFUSED:
            before = self._session.state
            self._session.happened("sign-off")
            if before == UP:
                self._happened(IssuerDown(self.issuer, "signed off on cue", lost=False))
        return True

    def drop_on_cue(self, seconds: float) -> bool:
        """Close the line now, and dial again after so many seconds at the earliest; False where there is no line."""
        self._rest_until = trio.current_time() + seconds
        if self.line is None or not self.line.open:
            return False
        self._gave_up = "the line was dropped on cue"
        self.line.shut()
        return True

    def check(self, now: float) -> None:
        """Ask an idle issuer for an echo, repeat a cut-over it has not answered, and close the line of an issuer that is
        gone or does not read; ``run`` then dials again. The sign-on has a limit of its own."""
        deaf = self.line.deaf(now) if self.line is not None else None
        if deaf is not None and self.line is not None:
            self._deaf, self._gave_up = True, deaf
            self.line.abandon()
        elif self._station is not None and self._broken(self._station.line, now):
            self._give_up(self._station, f"{self._station.line.framer.incomplete} in {BROKEN_SECONDS_MAX:g} s")
        elif self._station is not None and self._session.state in (UP, SIGNED_OFF):
            repeat_seconds = CUT_OVER_REPEAT_SECONDS * self._voice.timers
            if self._told_at is not None and now >= self._told_at + repeat_seconds and self._session.state == UP:
                self._tell_date(self._station)
            why = self._station.check(now)
            if why is not None:
                self._give_up(self._station, why)

    def _broken(self, line: Line, now: float) -> bool:
        """Whether the same frame has had no end for too long."""
        rest = line.framer.rest
        if not rest:
            self._begun = None
        elif self._begun is None or not rest.startswith(self._begun[1]):
            self._begun = now, rest
        return self._begun is not None and now - self._begun[0] >= BROKEN_SECONDS_MAX
