"""What the switchboard wants sent, as messages on lines: answers to acquirers; requests, reversals and advices to issuers.

A message is queued on its line here and sent by ``flush``, one system call a line, once the turn has journaled what it says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from switch.centre.host.issuer_stage import IssuerStage
from switch.centre.traffic.told_once import ToldOnce
from switch.errors import MessageError
from switch.iso8583.codec import NOTHING_ADDED, Codec
from switch.iso8583.edition93.action_codes import finer
from switch.iso8583.mapping import acquirer
from switch.iso8583.mapping import issuer as forwarding
from switch.iso8583.mapping.lesser import as_asked, lesser_responses
from switch.iso8583.mapping.reconciliation import totals_response
from switch.iso8583.message import Message
from switch.iso8583.mti import expects_answer
from switch.iso8583.scripted.altered_answers import altered_answer
from switch.lines.issuer_link import IssuerLink
from switch.lines.line import Line
from switch.lines.network_management import Identity
from switch.lines.pin_zones import PinRefusedError, PinZones
from switch.lines.staging.answer_stage import AnswerStage
from switch.rates import RateError
from switch.record import record
from switch.routing.memory.deliveries import Delivery
from switch.routing.memory.pending import Exchange
from switch.routing.traffic.effects import Deliver, Effect, Forward, JournalOccurrence, Reply, ReplyReversal, ReplyTotals
from switch.routing.traffic.events import DeliveryFailed, Event, ForwardFailed, Scripted
from switch.routing.traffic.notice import Notice
from switch.scenarios.conduct import Conduct
from switch.transaction import ADVICE, FORMAT_ERROR, ISSUER_INOPERATIVE, SYSTEM_MALFUNCTION


@record
class Origin:
    """Where an answer goes: the line the request came on, the TPDU of its answer, and the request as it came.

    ``body`` is the message's bytes; empty where they cannot be read wholly. ``conduct`` is what a scenario does with the
    answer; None where it goes as it is."""

    line: Line
    tpdu: bytes
    mti: str
    elements: Mapping[int, str]
    body: bytes = b""
    conduct: Conduct | None = None
    rule: str = ""  #: of that scenario, for people
    scripted: Scripted | None = None

    @property
    def message(self) -> Message:
        """The request as it came."""
        elements = self.elements
        return Message(self.mti, elements if isinstance(elements, dict) else dict(elements))


class Outbound:
    """The messages of a turn. ``handle`` gives the switchboard the event of a message that could not be sent, and returns
    the effects that follow."""

    def __init__(
        self,
        voice: Identity,
        links: Mapping[str, IssuerLink],
        handle: Callable[[Event, float], Iterable[Effect]],
        zones: PinZones | None = None,
        stage: AnswerStage | None = None,
        waiting: Callable[[Any], Exchange | None] = lambda key: None,
        codec_named: Callable[[str], Codec | None] | None = None,
    ) -> None:
        self._voice, self._links, self._handle, self._zones = voice, links, handle, zones
        self._touched: dict[Line, None] = {}
        self._stage, self._waiting, self._codec_named = stage, waiting, codec_named
        self.issuers: IssuerStage | None = None  #: the rules of scenarios at issuers, while there are any
        self.warnings = ToldOnce()
        #: Kind of effect -> how it is said; each gives the effects that follow from it.
        self.actions: dict[type[Any], Callable[[Any, float], Iterable[Effect]]] = {
            Reply: self._reply,
            Forward: self._forward,
            ReplyReversal: self._reply_reversal,
            ReplyTotals: self._reply_totals,
            Deliver: self._deliver,
        }

    def flush(self) -> None:
        """Send what is queued on every line."""
        touched, self._touched = self._touched, {}
        for line in touched:
            line.flush()

    def last_words(self) -> list[Notice]:
        """What is told as the centre ends: the answers that were never released, and how often each warning came."""
        held = self._stage.held.give_up() if self._stage is not None else ()
        return [*(Notice("scenario", f"{each.in_words}, was never released") for each in held), *self.warnings.in_all()]

    def touch(self, line: Line) -> None:
        """Something was queued on a line by its own session: it goes with the next flush."""
        self._touched[line] = None

    def refuse(self, origin: Origin, message: Message, response_code: str) -> bool:
        """Answer a request that the centre does not act on; False where no answer is expected, or none can be written."""
        return expects_answer(message.mti) and self.answer(origin, acquirer.refusal(message, response_code))

    def answer(self, origin: Origin, message: Message) -> bool:
        """Answer a request on the line it came on; where its dialect cannot say all of that, without what the centre filled
        in."""
        if origin.conduct is not None:
            return self._staged(origin, message, origin.conduct)
        try:
            origin.line.queue(message, origin.tpdu, origin.message)
        except MessageError:
            return self._send(origin.line, as_asked(message, origin.message), origin.tpdu, origin.message)
        self._touched[origin.line] = None
        return True

    def _send(self, line: Line, message: Message, tpdu: bytes, request: Message | None = None) -> bool:
        """Queue a message; False, and a notice, where the line's dialect cannot say it."""
        try:
            line.queue(message, tpdu, request)
        except MessageError as error:
            self._voice.tell(Notice("format_error", f"{line.name}: an answer {message.mti} cannot be said: {error}"))
            return False
        self._touched[line] = None
        return True

    def _staged(self, origin: Origin, message: Message, conduct: Conduct, action: str | None = None) -> bool:
        """Answer as a scenario wants it: ``AnswerStage`` sends the frame, or does not. An answer that the line's dialect
        cannot say in the altered form is sent unaltered."""
        assert self._stage is not None, "a conduct without a stage"
        line, frame, about = origin.line, b"", None
        self._touched[line] = None
        if not conduct.silence:
            for said, codec in self._ways_to_answer(origin, message, conduct):
                try:
                    if codec is None:
                        line.queue(said, origin.tpdu, origin.message, action)
                    else:
                        line.queue_in(codec, said, origin.tpdu, action)
                except MessageError as error:
                    what = f"an answer {said.mti} cannot be said as {origin.rule or 'a scenario'} wants it: {error}"
                    notice = self.warnings.notice("format_error", line.name, what)
                    if notice is not None:
                        self._voice.tell(notice)
                    continue
                frame, about = line.take_back(), _about(said, origin)
                break
            else:
                return False
        self._stage.perform(line, frame, conduct, about)
        return True

    def _ways_to_answer(self, origin: Origin, message: Message, conduct: Conduct) -> Iterator[tuple[Message, Codec | None]]:
        """The answer as a scenario wants it, then with ever less of that; None: in the line's own dialect."""
        wanted = message
        if conduct.alters:
            wanted = altered_answer(message, conduct.set, conduct.remove, conduct.wrong, conduct.balance_minor)
        other = self._codec_named(conduct.dialect) if conduct.dialect and self._codec_named is not None else None
        if other is not None:
            yield wanted, other
        yield wanted, None
        if wanted is not message:
            yield message, None
        yield as_asked(message, origin.message), None

    def _reply(self, effect: Reply, now: float) -> Iterable[Effect]:
        """Queue an answer: the whole of it; if the acquirer's dialect cannot say that, the first of the lesser ones that it
        can."""
        origin, request, decision = effect.origin, effect.authorization, effect.decision
        line = origin.line
        line.answers_due -= 1
        self._touched[line] = None
        if origin.conduct is not None:
            message = acquirer.to_response(request, decision, line.places)
            self._staged(origin, message, origin.conduct, finer(decision))
            return ()
        if request.carried is origin.elements and acquirer.only_adds(decision, line.places):
            mti, added = acquirer.answer_mti(request), decision.carried or NOTHING_ADDED
            if line.queue_answer(origin.body, origin.tpdu, mti, decision.approval_code, decision.response_code, added):
                return ()
        try:
            line.queue(acquirer.to_response(request, decision, line.places), origin.tpdu, origin.message, finer(decision))
        except MessageError as error:
            instead = "not answered"
            for lesser, told, words in lesser_responses(request, decision, origin.message):
                with suppress(MessageError):
                    line.queue(lesser, origin.tpdu, origin.message, finer(told))
                    instead = f"answered {words}"
                    break
            what = f"{line.name}: the answer {decision.response_code} cannot be said: {error}; {instead}"
            return (Notice("format_error", what),)
        return ()

    def _reply_reversal(self, effect: ReplyReversal, now: float) -> Iterable[Effect]:
        effect.origin.line.answers_due -= 1
        self.answer(effect.origin, acquirer.reversal_response(effect.reversal, effect.response_code))
        return ()

    def _reply_totals(self, effect: ReplyTotals, now: float) -> Iterable[Effect]:
        outcome, origin = effect.outcome, effect.origin
        origin.line.answers_due -= 1
        message = totals_response(
            effect.reconciliation, outcome.totals, settlement_code=outcome.settlement_code, response_code=outcome.response_code
        )
        self.answer(origin, message)
        return ()

    def _forward(self, effect: Forward, now: float) -> Iterable[Effect]:
        """Queue a request for its issuer. Where that cannot be done, return the effects by which the switchboard decides it."""
        request, issuer = effect.authorization, effect.issuer
        if effect.in_part:
            request = forwarding.for_a_part(request)
        link = self._links[issuer]
        line = link.line
        if line is None:
            return self._handle(ForwardFailed(request, issuer, ISSUER_INOPERATIVE, f"the line to {issuer} is lost"), now)
        own, origin = self._voice.institution_id, effect.origin
        plain = request.security is None and link.billing is None and origin and request.carried is origin.elements
        if plain and (self.issuers is None or not self.issuers.may_mean(issuer, line, origin.elements, own)):
            mti = forwarding.REQUEST_MTIS[request.message_class]
            if line.queue_forward(origin.body, origin.line.codec, link.tpdu, mti, own):
                self._touched[line] = None
                return ()
        message = forwarding.to_issuer_request(request, forwarder_id=own)
        try:
            if request.security is not None:
                pin = None if self._zones is None else self._zones.sealed_for(issuer, request)
                message = forwarding.secured(message, request.security, line.places, pin)
            line.queue(message if link.billing is None else link.billing.asked(message, request), link.tpdu)
        except RateError as error:
            return self._handle(ForwardFailed(request, issuer, SYSTEM_MALFUNCTION, f"cannot be billed: {error}"), now)
        except PinRefusedError as error:
            return self._handle(ForwardFailed(request, issuer, error.response_code, str(error)), now)
        except MessageError as error:
            why = f"cannot be said in the dialect of {issuer}: {error}"
            self._voice.tell(
                Notice("format_error", f"{line.name}: the request of STAN {request.key.stan} {why}; answered {FORMAT_ERROR}")
            )
            return self._handle(ForwardFailed(request, issuer, FORMAT_ERROR, why), now)
        self._touched[line] = None
        if self.issuers is None:
            return ()
        exchange = self._waiting(request.key)
        return self._cued(link, line, message, None if exchange is None else exchange.request_id)

    def _cued(self, link: IssuerLink, line: Line, message: Message, request_id: int | None) -> Iterable[Effect]:
        """What a scenario does with the answer to a message that was queued last, under the request it is about."""
        assert self.issuers is not None, "rules at issuers"
        told = self.issuers.queued(link.issuer, line, link.tpdu, message)
        if not told:
            return ()
        return (Notice("scenario", told) if request_id is None else JournalOccurrence(request_id, "scenario", told),)

    def _deliver(self, effect: Deliver, now: float) -> Iterable[Effect]:
        """Queue a reversal or an advice for its issuer; where there is no line, the switchboard repeats it later."""
        link = self._links[effect.delivery.issuer]
        line = link.line
        if line is None:
            return ()
        message = self._owed(effect.delivery, effect.repeat)
        if link.billing is not None:
            message = link.billing.owed(message, effect.delivery.original, effect.delivery.replacement_minor)
        try:
            line.queue(message, link.tpdu)
        except MessageError as error:
            return self._deliver_less(effect, line, link.tpdu, message, error, now)
        self._touched[line] = None
        return () if self.issuers is None else self._cued(link, line, message, effect.delivery.request_id)

    def _owed(self, delivery: Delivery, repeat: bool) -> Message:
        """The advice or the reversal of a delivery, as a message."""
        if delivery.kind == ADVICE:
            return forwarding.to_issuer_advice(
                delivery.original,
                approval_code=delivery.approval_code,
                repeat=repeat,
                forwarder_id=self._voice.institution_id,
                message_reason=delivery.message_reason,
            )
        return forwarding.to_issuer_reversal(
            delivery.original,
            replacement_minor=delivery.replacement_minor,
            stan=delivery.stan,
            transmitted_at=self._voice.stamp().transmitted_at,
            repeat=repeat,
            forwarder_id=self._voice.institution_id,
            message_reason=delivery.message_reason,
        )

    def _deliver_less(
        self, effect: Deliver, line: Line, tpdu: bytes, message: Message, fault: MessageError, now: float
    ) -> Iterable[Effect]:
        """Queue a delivery with as many of its elements as the issuer's dialect can say; give it up where the dialect cannot
        say even the fewest."""
        delivery = effect.delivery
        what = f"the {line.version}{message.mti[1:]} to {delivery.issuer} cannot be said in its dialect"
        last = fault
        for less in forwarding.with_fewer(message, delivery.original.pan):
            try:
                line.queue(less, tpdu)
            except MessageError as error:
                last = error
                continue
            self._touched[line] = None
            cued = () if self.issuers is None else self._cued(self._links[delivery.issuer], line, less, delivery.request_id)
            left_out = ", ".join(str(number) for number in sorted(message.elements.keys() - less.elements.keys()))
            warning = f"{what}: {fault}; said without DE {left_out}"
            said = None if effect.repeat else self.warnings.notice("format_error", "", warning)
            return cued if said is None else (*cued, said)
        return self._handle(DeliveryFailed(delivery, f"{what}: {last}; given up"), now)


def _about(message: Message, origin: Origin) -> dict[str, str]:
    """Which answer it is, for who may release it; without a card number."""
    e = message.elements
    named = {"stan": message.stan, "rrn": e.get(37, ""), "terminal": e.get(41, "").rstrip(), "amount": e.get(4, "")}
    return {"mti": message.mti, **named, "response_code": message.response_code or "", "rule": origin.rule}
