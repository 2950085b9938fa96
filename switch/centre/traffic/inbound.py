"""Messages read off the lines, as events for the switchboard. What the switchboard cannot act on is answered here, or a
notice says so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

from attrs import evolve

from switch.centre.host.issuer_stage import IssuerStage, altered_arrival
from switch.centre.host.script import HostScript
from switch.centre.traffic.outbound import Origin, Outbound
from switch.centre.traffic.unreadable import Unreadable
from switch.centre.traffic.wire_format_hint import WireFormatHint
from switch.errors import MessageError
from switch.iso8583.dialect import EDITION_1987, EDITIONS
from switch.iso8583.elements import NEEDED_IN_ANSWERS
from switch.iso8583.framing import Frame
from switch.iso8583.mapping import acquirer, issuer
from switch.iso8583.mapping.dates import Dates
from switch.iso8583.mapping.reconciliation import to_reconciliation, to_upload
from switch.iso8583.mapping.session import KEY_FUNCTION_NAMES, NETWORK_FUNCTION_NAMES
from switch.iso8583.message import Message
from switch.iso8583.mti import ORIGINS, REQUEST_ANSWERS, expects_answer, message_class
from switch.iso8583.plain.picker import PickValues
from switch.iso8583.plain.plain_answer import answered_key, plain_decision
from switch.iso8583.plain.plain_request import EXPIRY, PickedElements, plain_authorization, when
from switch.lines.acquirer_lines import AcquirerLines
from switch.lines.issuer_link import IssuerLink
from switch.lines.line import Line
from switch.lines.message_mac import MacError
from switch.lines.network_management import Identity
from switch.money import format_minor
from switch.record import altered
from switch.routing.memory.deliveries import REVERSAL, DeliveryKind
from switch.routing.switchboard import Switchboard
from switch.routing.traffic.effects import Effect
from switch.routing.traffic.events import (
    AnswerReceived,
    DeliveryAnswered,
    ReversalReceived,
    Scripted,
    TotalsReceived,
)
from switch.routing.traffic.notice import Notice
from switch.scenarios.conduct import RESET, Conduct
from switch.transaction import (
    ADVICE,
    APPROVED,
    FORMAT_ERROR,
    FUNCTION_NOT_SUPPORTED,
    ISSUER_INOPERATIVE,
    SECURITY_VIOLATION,
    UNABLE_TO_LOCATE,
    refuse,
)

#: Class of a message -> the kind of delivery it answers, where it is an answer.
DELIVERY_OF_CLASS: Final[dict[str | None, DeliveryKind]] = {"authorization": ADVICE, "financial": ADVICE, "reversal": REVERSAL}
CURRENCY: Final = "504"  #: of an amount without DE 49: the dirham
NO_STAMP: Final = acquirer.Stamp("", "")  #: of a message that has a time of its own

T = TypeVar("T")
PutOff = Callable[[float, Line, Callable[[float, list[Effect]], None]], None]


class Inbound:
    """The messages of a turn, handed to the switchboard ``board`` as events."""

    def __init__(
        self,
        voice: Identity,
        callers: AcquirerLines,
        outgoing: Outbound,
        board: Switchboard,
        hints: WireFormatHint,
    ) -> None:
        self._voice, self._callers, self._outgoing = voice, callers, outgoing
        self._take, self._tick, self.unreadable = board.take, board.tick, Unreadable(outgoing, hints)
        self._requested, self._decided = board.requested, board.decided
        self._waiting, self._same_before, self._stands = board.waiting, board.same_before, board.stands
        dates = {edition: Dates(edition) for edition in EDITIONS}
        self._dates = {edition: each.check for edition, each in dates.items()}
        self._dates_right = dates[EDITION_1987].right
        acts = {"1": self._authorization, "2": self._authorization, "4": self._reversal, "5": self._totals}
        #: MTI, in its 1987 form -> what is done with it.
        self._acts = {f"0{kind}{function}{by}": act for kind, act in acts.items() for function in "02" for by in ORIGINS}
        self._acts |= {f"032{by}": self._upload for by in ORIGINS}
        self.script: HostScript | None = None  #: the rules of scenarios at the host, while there are any
        self.issuers: IssuerStage | None = None  #: those at issuers, once there were any
        self.put_off: PutOff = lambda seconds, line, take: None  #: has a message taken after so many seconds

    def from_acquirer(self, line: Line, frame: Frame, now: float, effects: list[Effect]) -> None:
        """One message of an acquirer."""
        if line.dropped or line.muted:
            return
        if line.pickers is not None and self._plain_request(line, line.pickers[0], frame, now, effects):
            return
        try:
            received = line.codec.decode(frame.body)
        except MessageError as error:
            self.unreadable.refuse(line, frame, error, effects)
            return
        plain = received
        if line.macs is not None:
            try:
                plain = line.checked(received, frame.body)
            except MacError as fault:
                self._refuse_mac(line, frame, received, fault, effects)
                return
        message = line.understood(plain) if line.translates else plain
        origin = Origin(line, line.framer.answered(frame.tpdu) if frame.tpdu else b"", *received, frame.body)
        try:
            self._dates[line.edition](received.elements)
        except MessageError as error:
            self._lacks(origin, message, error, effects)
            return
        act = self._acts.get(message.mti)
        if self.script is not None:
            staged = self._staged(origin, message, act, effects)
            if staged is None:
                line.opening = None
                return
            origin = staged
        if act is None:
            self._other(origin, message, effects)
            return
        line.opening = None
        act(origin, message, now, effects)

    def _plain_request(self, line: Line, pick: PickValues, frame: Frame, now: float, effects: list[Effect]) -> bool:
        """Take a request that says no more than who pays what to whom. False, and nothing is done, where it has to be decoded:
        it says more, there is something wrong with it, or a rule may mean it."""
        tpdu, body = frame
        picked = pick(body)
        if picked is None or line in self._callers.signed_off or not self._dates_right(when(picked), picked[EXPIRY]):
            return False
        elements = PickedElements(picked, line.codec, body)
        request = plain_authorization(picked, elements, CURRENCY)
        if request is None or (self.script is not None and self.script.may_apply(line, elements)):
            return False
        line.opening = None
        line.answers_due += 1
        origin = Origin(line, line.framer.answered(tpdu) if tpdu else b"", picked[0], elements, body)
        self._requested(request, origin, line.name, None, now, effects)
        return True

    def _staged(self, origin: Origin, message: Message, act: object, effects: list[Effect]) -> Origin | None:
        """What a scenario does with a message: where its answer goes, with how it is given; None where nothing else is done
        with the message."""
        assert self.script is not None
        cue = self.script.cue(origin.line, message) if expects_answer(message.mti) else None
        if cue is None:
            return origin
        conduct, line = cue.conduct, origin.line
        told = f"{conduct.told} ({cue.reason})"
        if conduct.code is not None and act == self._authorization and not acquirer.is_void(message):
            plain = evolve(conduct, code=None)
            scripted = Scripted("" if plain.usual else told, refuse(conduct.code, cue.reason))
            return altered(origin, scripted=scripted, conduct=None if plain.usual else plain, rule=cue.reason)
        if conduct.part_minor is not None or conduct.timeout_seconds:
            plain = evolve(conduct, part_minor=None, timeout_seconds=0.0)
            asked = None
            if act == self._authorization and not acquirer.is_void(message):
                seconds = conduct.timeout_seconds
                asked = Scripted(told, part_minor=conduct.part_minor, timeout_seconds=seconds)
                if seconds:  # nobody else looks so early
                    self.put_off(seconds, line, lambda now, effects: effects.extend(self._tick(now)))
            return altered(origin, scripted=asked, conduct=None if plain.usual else plain, rule=cue.reason)
        ends = conduct.lost or conduct.code is not None
        if ends or act not in (self._authorization, self._reversal):
            stan = f" STAN {message.stan}" if message.stan else ""
            effects.append(Notice("scenario", f"{line.name}: {origin.mti}{stan}: {told}"))
            staged = altered(origin, conduct=conduct, rule=cue.reason)
        else:
            staged = altered(origin, conduct=conduct, rule=cue.reason, scripted=Scripted(told))
        if conduct.code is not None:
            self._outgoing.refuse(staged, message, conduct.code)
        return None if ends else staged

    def _other(self, origin: Origin, message: Message, effects: list[Effect]) -> None:
        """A message that is no request for money: about the session, or not offered, or not of the standard at all."""
        line, received = origin.line, origin.message
        kind = message_class(received.mti, line.version)
        if kind is None:
            answered = self._outgoing.refuse(origin, message, FORMAT_ERROR)
            outcome = f"answered {line.code(FORMAT_ERROR, message)}" if answered else "not answered"
            fault = f"MTI {received.mti} is none of ISO 8583:{line.edition}; {outcome}{self.unreadable.looks_like(line)}"
            effects.append(Notice("format_error", f"{line.name}: {fault}"))
            return
        line.opening = None
        if kind == "network_management":
            answer = self._callers.network(line, message, origin.tpdu)
            if answer is not None:
                self._outgoing.answer(origin, answer)
                self._tell_of(origin, answer, message, effects)
        elif not expects_answer(message.mti):
            effects.append(Notice("unexpected", f"{line.name}: a {received.mti} where only requests are expected"))
        else:
            code = line.code(FUNCTION_NOT_SUPPORTED, message)
            effects.append(Notice("unsupported", f"{line.name}: MTI {received.mti} is not offered, answered {code}"))
            self._outgoing.refuse(origin, message, FUNCTION_NOT_SUPPORTED)

    def _tell_of(self, origin: Origin, answer: Message, request: Message, effects: list[Effect]) -> None:
        """Tell of a network management message that was not answered 00."""
        if answer.response_code == APPROVED or request.network_function in KEY_FUNCTION_NAMES:
            return  # of a key its line has told already
        line, received = origin.line, origin.message
        found = f"function {request.network_function} (DE 70)" if request.network_function else "no function (DE 70)"
        offered = ", ".join(f"{number} {name}" for number, name in NETWORK_FUNCTION_NAMES.items())
        code = line.code(answer.response_code, request)
        what = f"{line.name}: {received.mti}: found {found}, expected one of {offered}; answered {code}"
        effects.append(Notice("format_error" if answer.response_code == FORMAT_ERROR else "unsupported", what))

    def from_issuer(self, source: tuple[IssuerLink, Line], frame: Frame, now: float, effects: list[Effect]) -> None:
        """One message of an issuer: an answer, or something about the session."""
        link, line = source
        awaited = self.issuers is not None and self.issuers.awaits(now)
        picked = line.pickers[1](frame.body) if line.pickers is not None and not awaited else None
        if picked is not None:
            exchange = self._waiting(answered_key(picked))
            if exchange is not None and exchange.route.issuer == link.issuer and not exchange.timer.unusual:
                decision = plain_decision(picked, exchange.asked, link.issuer)
                if decision is not None:
                    self._decided(exchange, decision, now, effects)
                    return
        try:
            try:
                received = line.codec.decode(frame.body)
            except MessageError:
                received, wrong = line.codec.decode_most(frame.body, NEEDED_IN_ANSWERS)
                effects.append(Notice("garbled", f"{line.name}: {wrong}; the answer is used without that element"))
            if line.macs is not None:
                received = line.checked(received, frame.body)
            message = line.understood(received) if line.translates else received
            conduct = None if self.issuers is None else self.issuers.arrived(link.issuer, message)
        except (MessageError, MacError) as error:
            effects.append(Notice("garbled", f"{line.name}: {error}; the answer is not used"))
            return
        if conduct is None:
            self._issuer_said(source, message, received, now, effects)
        else:
            self._arrived(source, message, received, conduct, now, effects)

    def _arrived(
        self,
        source: tuple[IssuerLink, Line],
        message: Message,
        received: Message,
        conduct: Conduct,
        now: float,
        effects: list[Effect],
    ) -> None:
        """An answer of an issuer that is no process of ours, taken as a rule wants it."""
        line = source[1]

        def take(now: float, effects: list[Effect]) -> None:
            if not conduct.silence:
                for _ in range(1 + conduct.twice):
                    self._issuer_said(source, altered_arrival(message, conduct), received, now, effects)
            if conduct.drop:
                (line.abandon if conduct.drop == RESET else line.shut)()

        if conduct.late_seconds:
            self.put_off(conduct.late_seconds, line, take)
        else:
            take(now, effects)

    def _issuer_said(
        self, source: tuple[IssuerLink, Line], message: Message, received: Message, now: float, effects: list[Effect]
    ) -> None:
        """A message of an issuer in the form of 1987; ``received`` is the same as it came off the line."""
        link, line = source
        try:
            if message.mti in REQUEST_ANSWERS:
                answer = issuer.to_issuer_answer(
                    message, acquirer_id=self._voice.institution_id, waiting=self._waiting, places=line.places
                )
                self._take(AnswerReceived(link.issuer, answer), now, effects)
                return
            kind = message_class(message.mti)
            delivery = DELIVERY_OF_CLASS.get(kind)
            if delivery is not None and message.mti[2] in "13":
                answered = DeliveryAnswered(link.issuer, message.stan, message.response_code, delivery, message.terminal_id)
                self._take(answered, now, effects)
                return
        except (MessageError, MacError) as error:
            effects.append(Notice("garbled", f"{line.name}: {error}; the answer is not used"))
            return
        if kind == "network_management" and line is link.line:
            link.network(message, received)
            self._outgoing.touch(line)
        else:
            effects.append(Notice("unexpected", f"{line.name}: a {received.mti} where only answers are expected"))

    def _authorization(self, origin: Origin, message: Message, now: float, effects: list[Effect]) -> None:
        if acquirer.is_void(message):
            self._reversal(origin, message, now, effects)
            return
        line, voice = origin.line, self._voice
        if line in self._callers.signed_off and message.mti[2] == "0":
            self._callers.refused(line, ISSUER_INOPERATIVE)
            self._outgoing.refuse(origin, message, ISSUER_INOPERATIVE)
            return
        stamp = NO_STAMP if message.transmitted_at else voice.stamp()
        own, places = voice.institution_id, line.places
        try:
            request = acquirer.to_authorization(message, acquirer_id=own, stamp=stamp, currency=CURRENCY, places=places)
            earlier = self._same_before(request) if request.stamped else None
            if earlier is not None:  # the same again: it is known, and answered, by the time of the first
                stamp = acquirer.Stamp(earlier.key.transmitted_at, earlier.local_at)
                request = acquirer.to_authorization(message, acquirer_id=own, stamp=stamp, currency=CURRENCY, places=places)
        except MessageError as error:
            self._lacks(origin, message, error, effects)
            return
        line.answers_due += 1
        self._requested(request, origin, line.name, origin.scripted, now, effects)

    def _understood(
        self, read: Callable[..., T], origin: Origin, message: Message, effects: list[Effect], **defaults: str
    ) -> T | None:
        """A message in the trade's words. One that lacks an element it needs is answered 30, and None is returned."""
        voice = self._voice
        try:
            understood = read(message, acquirer_id=voice.institution_id, stamp=voice.stamp(), **defaults)
        except MessageError as error:
            self._lacks(origin, message, error, effects)
            return None
        origin.line.answers_due += 1
        return understood

    def _lacks(self, origin: Origin, message: Message, error: MessageError, effects: list[Effect]) -> None:
        line, code = origin.line, origin.line.code(FORMAT_ERROR, message)
        effects.append(Notice("format_error", f"{line.name}: {origin.mti}: {error}; answered {code}"))
        self._outgoing.refuse(origin, message, FORMAT_ERROR)

    def _reversal(self, origin: Origin, message: Message, now: float, effects: list[Effect]) -> None:
        reversal = self._understood(acquirer.to_reversal, origin, message, effects, currency=CURRENCY)
        if reversal is not None:
            self._take(ReversalReceived(reversal, origin, origin.line.name, origin.scripted), now, effects)

    def _totals(self, origin: Origin, message: Message, now: float, effects: list[Effect]) -> None:
        reconciliation = self._understood(to_reconciliation, origin, message, effects)
        if reconciliation is not None:
            self._take(TotalsReceived(reconciliation, origin, origin.line.name), now, effects)

    def _upload(self, origin: Origin, message: Message, now: float, effects: list[Effect]) -> None:
        """A transaction of a terminal's batch: it is compared with what was approved here, and changes nothing."""
        voice = self._voice
        upload = to_upload(message, acquirer_id=voice.institution_id, stamp=voice.stamp(), currency=CURRENCY)
        if upload is None or origin.line.translates:
            self._other(origin, message, effects)
            return
        code = APPROVED if self._stands(upload) else UNABLE_TO_LOCATE
        self._outgoing.refuse(origin, message, code)
        if code != APPROVED:
            name = f"RRN {upload.rrn}" if upload.refers else f"STAN {upload.original_stan}"
            amount = format_minor(upload.amount_minor, upload.currency)
            what = f"{name} for {amount} is no approval here that stands; answered {code}"
            effects.append(Notice("unmatched", f"{origin.line.name}: {message.mti}: {what}"))

    def _refuse_mac(self, line: Line, frame: Frame, received: Message, fault: MacError, effects: list[Effect]) -> None:
        """Answer 63 to a message whose MAC is wrong, 30 to one that has none where one is asked for; nothing more is done with
        it, for nobody knows who sent it. Answers go unanswered."""
        code = FORMAT_ERROR if fault.missing else SECURITY_VIOLATION
        message = line.understood(received) if line.translates else received
        line.opening = None
        answered = self._outgoing.refuse(Origin(line, line.framer.answered(frame.tpdu), *received), message, code)
        outcome = f"answered {line.code(code, message)}" if answered else "not answered"
        effects.append(Notice("mac", f"{line.name}: {received.mti}: {fault}; {outcome}"))
