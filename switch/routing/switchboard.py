"""The switchboard: events in, ordered effects out. Pure: no socket, no clock, no file, no byte.

Times are seconds of a monotonic clock, passed in. The shell sleeps until ``next_deadline`` and calls ``tick``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from attrs import evolve

from switch.merchant import Merchant
from switch.record import positional
from switch.routing.handling.adjustments import Adjustments
from switch.routing.handling.advices import Advices
from switch.routing.handling.answers import Answers
from switch.routing.handling.outbox import Outbox
from switch.routing.handling.preauthorizations import Preauthorizations, as_named
from switch.routing.handling.reconciliation import Reconciler
from switch.routing.handling.register import Register
from switch.routing.handling.repeats import Repeats, note_scripted
from switch.routing.handling.reversals import TakenBackRequests
from switch.routing.handling.terminals import Terminals
from switch.routing.handling.unmatched_answers import UnmatchedAnswers
from switch.routing.memory.history import History
from switch.routing.memory.names import Names, named_by
from switch.routing.memory.past import Archive, DecidedRequest, NoArchive
from switch.routing.memory.pending import Exchange, Pending
from switch.routing.rules.capture import capture_of
from switch.routing.rules.checks import CHECKS
from switch.routing.rules.part_asked import granted_in_part, part_of
from switch.routing.rules.reversal import ReversalOutcome, unfit
from switch.routing.table.routes import Destination, Route, RoutingTable
from switch.routing.traffic.effects import Effect, Forward, JournalOccurrence, JournalReversal, ReplyReversal
from switch.routing.traffic.events import (
    AnswerReceived,
    DeliveryAnswered,
    DeliveryFailed,
    Event,
    ForwardFailed,
    IssuerDown,
    IssuerUp,
    RequestReceived,
    ReversalReceived,
    Scripted,
    TotalsReceived,
)
from switch.routing.traffic.notice import Notice
from switch.routing.traffic.recovery import Recovery
from switch.transaction import (
    ADVICE,
    APPROVED,
    INVALID_TRANSACTION,
    ISSUER_INOPERATIVE,
    NEVER,
    NO_ACTION,
    NO_ROUTE,
    NO_SUCH_ISSUER,
    REASON_TIMEOUT,
    REQUEST,
    Authorization,
    Decision,
    IssuerAnswer,
    Reversal,
    Upload,
    refuse,
)

PENDING_MAX: Final = 50_000  #: requests waiting for one issuer at once; a further one is answered 91
RESTARTED: Final = "Switch was restarted before an answer came"
_decision: Final = positional(Decision, "response_code", "approval_code", "decided_by", "reason", "carried", "results")


class Switchboard:
    """All exchanges of one centre."""

    def __init__(
        self,
        *,
        table: RoutingTable,
        destinations: Iterable[Destination],
        merchants: Mapping[str, Merchant],
        default_contract: Merchant | None = None,
        archive: Archive | None = None,
        first_request_id: int = 1,
        first_delivery_id: int = 1,
        timers: float = 1.0,
    ) -> None:
        """``timers``: repeats come so much sooner or later than usual, and timeouts already do in table and destinations."""
        self._unusual_timers = timers != 1.0
        self._table, self._terminals = table, Terminals(merchants)
        self._destinations = {destination.issuer: destination for destination in destinations}
        self._pending = Pending()
        self.waiting = self._pending.get  #: the exchange that waits for its issuer's answer under a key, or None
        self._down_why: dict[str, str] = {}
        archive = archive or NoArchive()
        self._history = History(archive)
        self._names = Names(archive, self._history, self._pending)
        self._outbox, self._reconciler = Outbox(first_delivery_id, timers), Reconciler()
        self._batches = self._reconciler.batches
        self._repeats = Repeats(self._history, self._pending)
        memory = self._history, self._names, self._outbox, self._reconciler
        self._register = Register(first_request_id, table, self._destinations, merchants, default_contract, *memory)
        self._take_in, self._decide, self._close = self._register.take_in, self._register.decide, self._register.close
        self._adjustments = Adjustments(archive, self._history, self._outbox, self._reconciler, self._register.stand_again)
        self._holds = Preauthorizations(self._history, self._names, self._outbox, self._adjustments)
        self._advices = Advices(self._register, self._holds, self._outbox, self._pending)
        self._answers = Answers(self._holds, self._outbox)
        self._unexpected = UnmatchedAnswers(self._history, self._pending, self._outbox)
        self._taken_back = TakenBackRequests(
            archive, self._names, self._history, self._outbox, self._batches, self._adjustments
        )
        self._handlers: dict[type[Any], Callable[[Any, float, list[Effect]], None]] = {
            RequestReceived: self._request,
            ReversalReceived: self._reversal,
            TotalsReceived: self._totals,
            AnswerReceived: self._answer,
            DeliveryAnswered: self._outbox.answered,
            DeliveryFailed: self._outbox.give_up,
            IssuerUp: self._issuer_up,
            IssuerDown: self._issuer_down,
            ForwardFailed: self._forward_failed,
        }

    def recover(self, recovery: Recovery, now: float) -> list[Effect]:
        """Take up what a journal tells of the time before the start; to be called once, before anything is handled.

        A request that was forwarded and not decided gets 91 and is reversed at its issuer: its acquirer waits no more.
        """
        effects: list[Effect] = []
        self._history.restore(recovery.decided, recovery.keys)
        self._taken_back.restore(recovery.reversed_unknown, recovery.reversals)
        self._outbox.restore(recovery.owed)
        self._reconciler.restore(recovery.totals, recovery.uncaptured, recovery.reconciled)
        for request_id, authorization, issuer in recovery.undecided:
            self._history.again(authorization.key)
            if issuer is not None:
                self._outbox.reverse(request_id, authorization, issuer, 0, RESTARTED, REASON_TIMEOUT, now, effects)
            decision = evolve(refuse(ISSUER_INOPERATIVE, RESTARTED), unanswered=issuer is not None)
            self._close(DecidedRequest(request_id, authorization, issuer, decision, 0, now, NEVER), [], effects)
        return effects

    @property
    def owed(self) -> int:
        """Reversals and advices that issuers have not answered yet."""
        return self._outbox.owed

    @property
    def pending(self) -> int:
        """Requests forwarded and not decided yet."""
        return len(self._pending)

    def handle(self, event: Event, now: float) -> list[Effect]:
        """What one event leads to, in order."""
        effects: list[Effect] = []
        self.take(event, now, effects)
        return effects

    def take(self, event: Event, now: float, effects: list[Effect]) -> None:
        """Handle one event, and add what it leads to."""
        self._handlers[type(event)](event, now, effects)

    def next_deadline(self) -> float | None:
        """When ``tick`` has to be called at the latest; it may have nothing to do then."""
        deadline = self._pending.next_deadline()
        times = self._outbox.repeat_times()
        if deadline is not None:
            times.append(deadline)
        return min(times, default=None)

    def tick(self, now: float) -> list[Effect]:
        """Decide what has waited too long, and repeat what issuers have not answered."""
        effects: list[Effect] = []
        for exchange, seconds in self._pending.overdue(now):
            self._do_without(exchange, f"no answer from {exchange.route.issuer} in {seconds:g} s", now, effects)
        self._outbox.send_due(now, effects)
        return effects

    def same_before(self, request: Authorization) -> Authorization | None:
        """The request that one without a time of its own repeats; None where it is the first."""
        return self._names.same_before(request)

    def stands(self, upload: Upload) -> bool:
        """Whether a transaction that a terminal sends up with its batch was approved here for that amount, and is neither
        reversed nor adjusted."""
        past = self._names.decided(named_by(upload))
        return past is not None and past.decision.approved and past.remaining_minor > 0

    # requests and advices

    def _request(self, event: RequestReceived, now: float, effects: list[Effect]) -> None:
        self.requested(event.authorization, event.origin, event.line, event.scripted, now, effects)

    def requested(
        self, authorization: Authorization, origin: Any, line: str, scripted: Scripted | None, now: float, effects: list[Effect]
    ) -> None:
        """As ``take`` of a RequestReceived, without the event: most of what comes is this, or an answer."""
        if self._history.again(authorization.key):
            again = RequestReceived(authorization, origin, line, scripted)
            if self._repeats.answered(again, effects):
                return
        plain = authorization.original_key is None and authorization.function == REQUEST and authorization.approval_code is None
        hold = None if plain else self._holds.named(authorization)
        if hold is not None:  # from here on it is known which hold it is, however the acquirer named it
            authorization = as_named(authorization, hold)
        route = self._table.find(authorization.pan.digits)
        merchant = self._terminals.listed.get((authorization.merchant_id, authorization.key.terminal_id))
        if merchant is None:
            merchant = self._register.merchant(authorization)
            effects += self._terminals.stranger(authorization, merchant, line)
        capture = capture_of(authorization, merchant)
        request_id = self._take_in(authorization, line, route, merchant, capture, hold, effects)
        if authorization.repeat:
            effects.append(JournalOccurrence(request_id, "came_as_repeat", "what it repeats was not received"))
        refusal, part = None, None
        if scripted is not None:
            refusal = scripted.refusal
            part = None if scripted.part_minor is None else part_of(authorization, scripted.part_minor)
            if scripted.part_minor is not None and part is None:
                note = f"{scripted.note}; in whole: it is no sale of more"
                scripted = Scripted(note, timeout_seconds=scripted.timeout_seconds)
            note_scripted(scripted, request_id, line, effects)
        refusal = refusal or self._refusal(authorization, merchant, route)
        if refusal is not None or route is None or merchant is None:
            assert refusal is not None
            self._close(DecidedRequest(request_id, authorization, None, refusal, 0, now, capture), [origin], effects)
            return
        seconds = route.timeout_seconds or self._destinations[route.issuer].timeout_seconds
        timer = self._pending.timer(route.issuer, seconds)
        if scripted is not None and scripted.timeout_seconds not in (0.0, seconds):
            seconds = scripted.timeout_seconds
            timer = self._pending.timer(route.issuer, seconds)
            timer.unusual = True
        exchange = Exchange(request_id, authorization, [origin], route, capture, now + seconds, timer, part or authorization)
        if authorization.function == ADVICE:
            self._advices.answer(exchange, merchant, hold, now, effects)
        else:
            self._ask(exchange, now, effects)

    def know_merchants(self, merchants: Mapping[str, Merchant]) -> None:
        """Requests from now on come under these contracts; those in flight keep what was decided of them."""
        self._register.merchants = merchants
        self._terminals.know(merchants)

    def _ask(self, exchange: Exchange, now: float, effects: list[Effect]) -> None:
        """Forward a request to its issuer, or decide without it where it cannot be asked."""
        issuer, authorization = exchange.route.issuer, exchange.authorization
        wrong = None if authorization.original_key is None else self._holds.wrong_increment(authorization)
        if wrong is not None:
            self._decide(exchange, wrong, now, effects)
        elif issuer not in self._outbox.up:
            why = f"issuer {issuer} is not available: {self._down_why.get(issuer, 'not signed on yet')}"
            self._decide(exchange, self._outbox.stand_in(exchange, why, now, effects), now, effects)
        elif len(exchange.timer.waiting) >= PENDING_MAX:
            busy = refuse(ISSUER_INOPERATIVE, f"{PENDING_MAX} requests wait for {issuer} already")
            self._decide(exchange, busy, now, effects)
        else:
            self._pending.add(exchange)
            if self._unusual_timers or exchange.timer.unusual:  # the specification does not say how long it has
                effects.append(JournalOccurrence(exchange.request_id, "timer", f"{exchange.timer.seconds:g} s"))
            asked = exchange.asked
            effects.append(Forward(issuer, asked, exchange.origins[0], asked is not authorization))

    def _refusal(self, authorization: Authorization, merchant: Merchant | None, route: Route | None) -> Decision | None:
        """The centre's own decline of a request; None where its issuer is to be asked."""
        if self._taken_back.expects_any and self._taken_back.before_it_came(authorization):
            return refuse(INVALID_TRANSACTION, "its reversal came before it")
        for check in CHECKS:
            refusal = check(authorization, merchant)
            if refusal is not None:
                return refusal
        if route is None:
            scheme = self._table.scheme_of(authorization.pan.digits)
            if scheme is None:
                return refuse(NO_ROUTE, f"no route for card {authorization.pan.masked}")
            return refuse(NO_SUCH_ISSUER, f"no issuer of {scheme} for card {authorization.pan.masked}")
        return None

    # answers

    def _answer(self, event: AnswerReceived, now: float, effects: list[Effect]) -> None:
        issuer, answer = event.issuer, event.answer
        exchange = self._pending.get(answer.key)
        if exchange is not None and exchange.timer.unusual and exchange.deadline <= now:
            effects += self.tick(now)  # a rule may give a bank less time than passes between two looks at deadlines
            exchange = self._pending.get(answer.key)
        if exchange is None or exchange.route.issuer != issuer:
            self._unexpected.take(event, now, effects)
            return
        decision = _decision(answer.response_code, answer.approval_code, issuer, answer.reason, answer.carried, answer.results)
        self.decided(exchange, decision, now, effects, answer)

    def decided(
        self, exchange: Exchange, decision: Decision, now: float, effects: list[Effect], answer: IssuerAnswer | None = None
    ) -> None:
        """Close a pending exchange with what its issuer decided, as far as that can stand. As ``take`` of an AnswerReceived,
        where the ``answer`` is in time, and says yes or no and nothing more."""
        contradicts = answer is not None and answer.contradiction
        if decision.response_code != APPROVED or contradicts or exchange.authorization.original_key is not None:
            decision = self._answers.judged(exchange, answer, decision, now, effects)
        if exchange.asked is not exchange.authorization:
            decision = granted_in_part(decision, exchange.asked)
        self._pending.remove(exchange)
        self._decide(exchange, decision, now, effects)

    def _do_without(
        self,
        exchange: Exchange,
        why: str,
        now: float,
        effects: list[Effect],
        code: str = ISSUER_INOPERATIVE,
        reason: str = REASON_TIMEOUT,
    ) -> None:
        """Decide a pending exchange without its issuer. The issuer may have approved it meanwhile: a reversal undoes that, or
        an advice confirms it.

        ``reason`` is the message reason of that reversal.
        """
        self._pending.remove(exchange)
        decision = refuse(code, why)
        if code == ISSUER_INOPERATIVE:
            decision = self._outbox.stand_in(exchange, why, now, effects)
        if not decision.approved:
            request, issuer = exchange.authorization, exchange.route.issuer
            decision = evolve(decision, unanswered=code == ISSUER_INOPERATIVE)
            self._outbox.reverse(exchange.request_id, request, issuer, 0, why, reason, now, effects)
        self._decide(exchange, decision, now, effects)

    def _forward_failed(self, event: ForwardFailed, now: float, effects: list[Effect]) -> None:
        """Decide a request that could not be sent, unless it is decided already: its reversal may have come in the same
        turn."""
        exchange = self._pending.get(event.authorization.key)
        if exchange is None:
            return
        self._pending.remove(exchange)
        decision = refuse(event.response_code, event.why)
        if event.response_code == ISSUER_INOPERATIVE:
            decision = self._outbox.stand_in(exchange, event.why, now, effects)
        self._decide(exchange, decision, now, effects)

    # reversals

    def _reversal(self, event: ReversalReceived, now: float, effects: list[Effect]) -> None:
        """Undo what can be undone; a repeat gets the same answer, and so does a reversal of what was never seen."""
        reversal = event.reversal
        outcome = self._taken_back.outcome(reversal)
        if outcome is None:
            waiting = self._taken_back.waiting(reversal)
            if waiting is None:
                outcome = self._taken_back.take_back(reversal, event.line, now, effects)
            else:
                outcome = self._call_off(waiting, reversal, now, effects)
                effects.append(JournalReversal(reversal, event.line, outcome))
            self._taken_back.remember(reversal, outcome)
        elif outcome.original_id is not None:
            detail = f"reversed again by {event.line}, same answer given"
            effects.append(JournalOccurrence(outcome.original_id, "repeat", detail))
        if event.scripted is not None:
            note_scripted(event.scripted, outcome.original_id, event.line, effects)
        effects.append(ReplyReversal(event.origin, reversal, outcome.response_code))

    def _call_off(self, exchange: Exchange, reversal: Reversal, now: float, effects: list[Effect]) -> ReversalOutcome:
        """A reversal that fits a request which still waits for its issuer decides that request at once."""
        wrong = unfit(reversal, exchange.authorization, exchange.request_id)
        if wrong is not None:
            return wrong
        why = "reversed by the acquirer before an answer came"
        self._do_without(exchange, why, now, effects, NO_ACTION, reversal.reason)
        return ReversalOutcome(exchange.request_id, False, APPROVED, why)

    # totals

    def _totals(self, event: TotalsReceived, now: float, effects: list[Effect]) -> None:
        """Compare totals. Where they agree, the batch is closed, and the approvals that waited for its close are captured."""
        waiting = self._pending.of_terminal(event.reconciliation.key.acquirer_id, event.reconciliation.key.terminal_id)
        for key in self._reconciler.reconcile(event, self._register.next_id - 1, waiting, effects):
            past = self._history.find(key)
            if past is not None and past.held:
                self._register.capture(past, event.line, now, effects)

    # issuers come and go

    def _issuer_up(self, event: IssuerUp, now: float, effects: list[Effect]) -> None:
        effects.append(Notice("issuer_up", f"{event.issuer} is signed on"))
        self._outbox.reached(event.issuer, now, effects)

    def _issuer_down(self, event: IssuerDown, now: float, effects: list[Effect]) -> None:
        """Send an issuer no more requests. If its line is lost, decide every request that waits for it: no answer can come
        any more."""
        issuer = event.issuer
        if issuer in self._outbox.up:
            self._outbox.up.discard(issuer)
            effects.append(Notice("issuer_down", f"{issuer} is not available: {event.why}"))
        self._down_why[issuer] = event.why
        if event.lost:
            for exchange in self._pending.of_issuer(issuer):
                why = f"the line to {issuer} was lost before it answered: {event.why}"
                self._do_without(exchange, why, now, effects)
