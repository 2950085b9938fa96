"""A link: the line the centre dials to an issuer, with its session; dialled again when it is lost."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any, Final

import trio

from switch.errors import MessageError
from switch.iso8583.framing import Frame
from switch.iso8583.message import Message
from switch.iso8583.mti import expects_answer
from switch.iso8583.session import SIGN_OFF, SIGN_ON, SIGNING_ON, UP, Session, network_request, network_response
from switch.line import Line, Lines, WireFormat, dial
from switch.routing.events import IssuerDown, IssuerUp
from switch.transaction import APPROVED

RETRY_SECONDS_FIRST: Final = 0.05  #: a process that has just been started again is there within a blink
RETRY_SECONDS_MAX: Final = 5.0  #: and one that is away for long is asked no more often than this
TPDU: Final = bytes.fromhex("6000000000")  #: of what the centre sends to an issuer whose lines carry one
SIGN_ON_SECONDS_MAX: Final = 10.0  #: an issuer that leaves its sign-on unanswered for so long is dialled anew


class IssuerLink:
    """The centre's side of one issuer. ``receive`` takes its frames, ``happened`` hears when it comes and goes."""

    def __init__(
        self,
        issuer: str,
        wire: WireFormat,
        *,
        institution_id: str,
        transmitted_at: Callable[[], str],
        lines: Lines,
        receive: Callable[[Any, list[Frame]], None],
        happened: Callable[[IssuerUp | IssuerDown], None],
    ) -> None:
        self.issuer = issuer
        self.line: Line | None = None
        self.tpdu = TPDU if wire.tpdu else b""
        self.signed_on = trio.Event()  #: set at the first sign-on
        self._wire, self._institution_id, self._transmitted_at = wire, institution_id, transmitted_at
        self._lines, self._receive, self._happened = lines, receive, happened
        self._session = Session()
        self._unanswered = trio.CancelScope()
        self._stan = 0
        self._was_up = False
        self._address: tuple[str, int] | None = None
        self._moved = trio.Event()

    def moved(self, host: str, port: int) -> None:
        """The issuer listens at this address from now on."""
        self._address = (host, port)
        self._moved.set()
        self._moved = trio.Event()

    async def run(self) -> None:
        """Dial, sign on, and read, for ever; after each loss wait a little longer, up to RETRY_SECONDS_MAX."""
        pause = RETRY_SECONDS_FIRST
        while True:
            if self._address is None:
                await self._moved.wait()
                continue
            try:
                sock = await dial(*self._address)
            except OSError:
                with trio.move_on_after(pause):
                    await self._moved.wait()
                pause = min(pause * 2, RETRY_SECONDS_MAX)
                continue
            why = await self._live(Line(sock, self._wire, self.issuer))
            self._happened(IssuerDown(self.issuer, why, lost=True))
            if self._was_up:
                pause = RETRY_SECONDS_FIRST
            else:
                await trio.sleep(pause)
                pause = min(pause * 2, RETRY_SECONDS_MAX)

    async def _live(self, line: Line) -> str:
        """One connection, from sign-on to its end; why it ended."""
        self.line, self._was_up = line, False
        self._session.happened("connected")
        self._ask(SIGN_ON)
        try:
            async with line.living():
                with trio.move_on_after(SIGN_ON_SECONDS_MAX) as self._unanswered:
                    await self._lines.read(line, partial(self._receive, (self, line)))
                if self._unanswered.cancelled_caught:
                    return f"sign-on not answered in {SIGN_ON_SECONDS_MAX:g} s"
        finally:
            self.line = None
            self._session.happened("lost")
        return str(line.framer.fault) if line.framer.fault else "the connection was closed"

    def _ask(self, function: str) -> None:
        assert self.line is not None
        self._stan = self._stan % 999_999 + 1
        request = network_request(
            function, stan=f"{self._stan:06d}", transmitted_at=self._transmitted_at(), institution_id=self._institution_id
        )
        self.line.queue(request, self.tpdu)
        self.line.flush()

    def network(self, message: Message, asked: Message | None = None) -> None:
        """A network management message of the issuer, and the same as it came off the line.

        An answer to one of its own requests is queued, not flushed.
        """
        function = message.elements.get(70)
        if not expects_answer(message.mti):
            if function == SIGN_ON and self._session.state == SIGNING_ON:
                self._signed_on(message.elements.get(39))
            return
        assert self.line is not None
        with suppress(MessageError):
            self.line.queue(network_response(message), self.tpdu, asked)
        if function == SIGN_ON:
            self._up("sign-on")
        elif function == SIGN_OFF and self._session.state == UP:
            self._session.happened("sign-off")
            self._happened(IssuerDown(self.issuer, "it signed off", lost=False))

    def _up(self, event: str) -> None:
        self._session.happened(event)
        self._was_up = True
        self._unanswered.deadline = float("inf")
        self.signed_on.set()
        self._happened(IssuerUp(self.issuer))

    def _signed_on(self, response_code: str | None) -> None:
        if response_code == APPROVED:
            self._up("sign-on answered")
        else:
            assert self.line is not None
            self.line.shut()
