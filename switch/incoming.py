"""What is read off the lines, as events for the switchboard; what nobody can act on is answered or told of here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

from switch.errors import MessageError
from switch.hints import Hints
from switch.iso8583 import forwarding, mapping
from switch.iso8583.framing import Frame, reply_tpdu
from switch.iso8583.message import Message
from switch.iso8583.mti import expects_answer, message_class
from switch.iso8583.recognize import around_in_line
from switch.iso8583.reconciling import to_reconciliation
from switch.line import Line
from switch.link import IssuerLink
from switch.outgoing import Origin, Outgoing
from switch.routing.deliveries import ADVICE, REVERSAL
from switch.routing.effects import Effect, Notice
from switch.routing.events import (
    AnswerReceived,
    DeliveryAnswered,
    Event,
    RequestReceived,
    ReversalReceived,
    TotalsReceived,
)
from switch.station import Callers, Voice
from switch.transaction import FORMAT_ERROR, FUNCTION_NOT_SUPPORTED, ISSUER_INOPERATIVE

CURRENCY: Final = "504"  #: of an amount without DE 49: the dirham

T = TypeVar("T")


class Incoming:
    """The messages of a turn. ``handle`` is the switchboard's word on an event."""

    def __init__(
        self,
        voice: Voice,
        callers: Callers,
        outgoing: Outgoing,
        handle: Callable[[Event, float], list[Effect]],
        hints: Hints,
    ) -> None:
        self._voice, self._callers, self._outgoing = voice, callers, outgoing
        self._handle, self._hints = handle, hints

    def from_acquirer(self, line: Line, frame: Frame, now: float, effects: list[Effect]) -> None:
        """One message of an acquirer."""
        if line.dropped:
            return
        try:
            asked = line.codec.decode(frame.body)
        except MessageError as error:
            self._refuse_unreadable(line, frame, error, effects)
            return
        message = line.understood(asked) if line.translates else asked
        origin = Origin(line, reply_tpdu(frame.tpdu), asked)
        kind = message_class(asked.mti, line.version)
        if kind is None:
            fault = f"MTI {asked.mti} is none of ISO 8583:{line.edition}{self._looks_like(line)}"
            effects.append(Notice("format_error", f"{line.name}: {fault}"))
            self._outgoing.refuse(origin, message, FORMAT_ERROR)
            return
        line.opening = None
        if kind == "network_management":
            answer = self._callers.network(line, message, origin.tpdu)
            if answer is not None:
                self._outgoing.answer(origin, answer)
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
            self._outgoing.refuse(origin, message, FUNCTION_NOT_SUPPORTED)

    def from_issuer(self, source: tuple[IssuerLink, Line], frame: Frame, now: float, effects: list[Effect]) -> None:
        """One message of an issuer: an answer, or something about the session."""
        link, line = source
        try:
            asked = line.codec.decode(frame.body)
            message = line.understood(asked) if line.translates else asked
            kind = message_class(message.mti)
            if kind in ("authorization", "financial") and message.mti[2] == "1":
                answer = forwarding.to_issuer_answer(message, acquirer_id=self._voice.institution_id)
                effects += self._handle(AnswerReceived(link.issuer, answer), now)
                return
            owed = ADVICE if kind in ("authorization", "financial") else REVERSAL if kind == "reversal" else None
            if owed is not None and message.mti[2] in "13":
                stan, code = message.elements.get(11, ""), message.elements.get(39, "")
                effects += self._handle(DeliveryAnswered(link.issuer, stan, code, owed), now)
                return
        except MessageError as error:
            effects.append(Notice("garbled", f"{line.name}: {error}; the answer is not used"))
            return
        if kind == "network_management" and line is link.line:
            link.network(message, asked)
            self._outgoing.touch(line)
        else:
            effects.append(Notice("unexpected", f"{line.name}: a {asked.mti} where only answers are expected"))

    def _understood(
        self, read: Callable[..., T], origin: Origin, message: Message, effects: list[Effect], **defaults: str
    ) -> T | None:
        """What a message asks in the trade's words; one that lacks what it needs is answered 30 and gives None."""
        centre_id, now = self._voice.institution_id, self._voice.transmitted_at()
        try:
            asked = read(message, acquirer_id=centre_id, transmitted_at=now, **defaults)
        except MessageError as error:
            line, code = origin.line, origin.line.code(FORMAT_ERROR, message)
            effects.append(Notice("format_error", f"{line.name}: {origin.asked.mti}: {error}; answered {code}"))
            self._outgoing.refuse(origin, message, FORMAT_ERROR)
            return None
        origin.line.answers_due += 1
        return asked

    def _authorization(self, origin: Origin, message: Message, now: float, effects: list[Effect]) -> None:
        if origin.line in self._callers.signed_off and message.mti[2] == "0":
            self._callers.refused(origin.line, ISSUER_INOPERATIVE)
            self._outgoing.refuse(origin, message, ISSUER_INOPERATIVE)
            return
        authorization = self._understood(mapping.to_authorization, origin, message, effects, currency=CURRENCY)
        if authorization is not None:
            effects += self._handle(RequestReceived(authorization, origin, origin.line.name), now)

    def _reversal(self, origin: Origin, message: Message, now: float, effects: list[Effect]) -> None:
        reversal = self._understood(mapping.to_reversal, origin, message, effects, currency=CURRENCY)
        if reversal is not None:
            effects += self._handle(ReversalReceived(reversal, origin, origin.line.name), now)

    def _totals(self, origin: Origin, message: Message, now: float, effects: list[Effect]) -> None:
        asked = self._understood(to_reconciliation, origin, message, effects)
        if asked is not None:
            effects += self._handle(TotalsReceived(asked, origin, origin.line.name), now)

    def _refuse_unreadable(self, line: Line, frame: Frame, error: MessageError, effects: list[Effect]) -> None:
        """A message that can be read in part is answered 30 with what lets its sender match it; else it is told of, and its
        line is dropped where the listener says so."""
        parts, _ = line.codec.inspect(frame.body)
        values = {key: value for key, _, _, value in parts}
        asked = Message(values.get("t", ""), {int(k): v for k, v in values.items() if k.isdecimal() and k != "1"})
        outcome = f"not answered; bytes around it {around_in_line(line.codec, frame.body)}"
        if asked.mti and 11 in asked.elements:
            readable = line.understood(asked) if line.translates else asked
            if self._outgoing.refuse(Origin(line, reply_tpdu(frame.tpdu), asked), readable, FORMAT_ERROR):
                outcome = f"answered {line.code(FORMAT_ERROR, readable)}"
        if line.drops_unreadable and outcome.startswith("not"):
            outcome += "; the line is dropped"
            line.drop()
        effects.append(Notice("format_error", f"{line.name}: {error}; {outcome}{self._looks_like(line)}"))

    def broken_off(self, line: Line) -> Notice | None:
        """What there is to tell of the end of an acquirer's line; None where it ended between two frames."""
        if line.framer.fault is not None:
            return Notice("bad_frame", f"{line.name}: {line.framer.fault}; the line is closed{self._looks_like(line)}")
        if line.framer.incomplete and line.open:
            return Notice("bad_frame", f"{line.name}: closed by its peer; {line.framer.incomplete}{self._looks_like(line)}")
        return None

    def _looks_like(self, line: Line) -> str:
        """A hint for a line nothing was understood on, given once: the wire format its first bytes make sense in."""
        opening, line.opening = line.opening, None
        return self._hints.looks_like(opening) if opening else ""
