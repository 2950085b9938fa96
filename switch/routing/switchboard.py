"""The switchboard: events in, ordered effects out. Pure: no socket, no clock, no file, no byte.

Times are seconds of a monotonic clock, passed in. The shell sleeps until ``next_deadline`` and calls ``tick``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from switch.merchant import Merchant
from switch.routing.archive import Archive, NoArchive, Past, Recovery
from switch.routing.checks import CHECKS, refuse
from switch.routing.deliveries import Deliveries, Delivery
from switch.routing.effects import (
    Deliver,
    Effect,
    Forward,
    JournalDecision,
    JournalDelivered,
    JournalDelivery,
    JournalOccurrence,
    JournalRequest,
    JournalReversal,
    Notice,
    Reply,
    ReplyReversal,
)
from switch.routing.events import (
    AnswerReceived,
    DeliveryAnswered,
    Event,
    ForwardFailed,
    IssuerDown,
    IssuerUp,
    RequestReceived,
    ReversalReceived,
)
from switch.routing.exchange import Exchange
from switch.routing.memory import Memory
from switch.routing.reversals import NOT_KNOWN, Undone, undo
from switch.routing.table import Destination, Route, RoutingTable
from switch.transaction import (
    APPROVED,
    DUPLICATE_TRANSMISSION,
    INVALID_TRANSACTION,
    ISSUER_INOPERATIVE,
    NO_ACTION,
    NO_ROUTE,
    NO_SUCH_ISSUER,
    Authorization,
    Decision,
    ExchangeKey,
    Reversal,
)

PENDING_MAX: Final = 50_000  #: requests waiting for issuers at once; a further one is answered 91
REMEMBERED_MAX: Final = 5_000  #: decided exchanges kept to answer repeats and recognise late answers, about 2 kB each
REVERSALS_REMEMBERED_MAX: Final = 10_000  #: reversals kept to answer repeats, and those whose original is not known
RESTARTED: Final = "the centre was restarted before an answer came"


class Switchboard:
    """All exchanges of one centre."""

    def __init__(
        self,
        *,
        table: RoutingTable,
        destinations: Iterable[Destination],
        merchants: Mapping[str, Merchant],
        archive: Archive | None = None,
        first_request_id: int = 1,
        first_delivery_id: int = 1,
    ) -> None:
        self._table, self._merchants, self._archive = table, merchants, archive or NoArchive()
        self._destinations = {destination.issuer: destination for destination in destinations}
        self._waiting: dict[str, dict[ExchangeKey, Exchange]] = {issuer: {} for issuer in self._destinations}
        self._waits_for: dict[ExchangeKey, str] = {}  #: every key that waits, and for which issuer
        self._wake_at: dict[str, float] = {}
        self._up: set[str] = set()
        self._down_why: dict[str, str] = {}
        self._past: Memory[ExchangeKey, Past] = Memory(REMEMBERED_MAX)
        self._reversals: Memory[ExchangeKey, Undone] = Memory(REVERSALS_REMEMBERED_MAX)
        self._reversed_unknown: Memory[ExchangeKey, bool] = Memory(REVERSALS_REMEMBERED_MAX)
        self._deliveries = Deliveries()
        self._next_id, self._next_delivery_id = first_request_id, first_delivery_id
        self._handlers: dict[type[Any], Callable[[Any, float, list[Effect]], None]] = {
            RequestReceived: self._request,
            ReversalReceived: self._reversal,
            AnswerReceived: self._answer,
            DeliveryAnswered: self._delivery_answered,
            IssuerUp: self._issuer_up,
            IssuerDown: self._issuer_down,
            ForwardFailed: self._forward_failed,
        }

    def recover(self, found: Recovery, now: float) -> list[Effect]:
        """Take up what a journal tells of the time before the start; to be called once, before anything is handled.

        Nobody waits any more for what was forwarded and not decided: it is decided 91 and reversed at its issuer.
        """
        effects: list[Effect] = []
        for past in found.decided:
            self._past.put(past.authorization.key, past)
        for key in found.reversed_unknown:
            self._reversed_unknown.put(key, True)
        for delivery in found.owed:
            self._deliveries.add(delivery)
        for request_id, authorization, issuer in found.undecided:
            if issuer is not None:
                self._owe(request_id, authorization, issuer, 0, RESTARTED, now, effects)
            self._close(request_id, authorization, issuer, [], refuse(ISSUER_INOPERATIVE, RESTARTED), now, effects)
        return effects

    @property
    def owed(self) -> int:
        """Reversals that issuers have not answered yet."""
        return self._deliveries.owed

    @property
    def pending(self) -> int:
        """Requests forwarded and not decided yet."""
        return len(self._waits_for)

    def handle(self, event: Event, now: float) -> list[Effect]:
        """What one event leads to, in order."""
        effects: list[Effect] = []
        self._handlers[type(event)](event, now, effects)
        return effects

    def next_deadline(self) -> float | None:
        """When ``tick`` has to be called at the latest; it may have nothing to do then."""
        times = [*self._wake_at.values(), *self._deliveries.repeat_times(self._up)]
        return min(times, default=None)

    def tick(self, now: float) -> list[Effect]:
        """Decide what has waited too long. An issuer's requests all wait equally long, so the oldest is the first due."""
        effects: list[Effect] = []
        for issuer in [issuer for issuer, at in self._wake_at.items() if at <= now]:
            waiting = self._waiting[issuer]
            for key in list(waiting):
                exchange = waiting[key]
                if exchange.deadline > now:
                    self._wake_at[issuer] = exchange.deadline
                    break
                seconds = self._destinations[issuer].timeout_seconds
                self._give_up(exchange, issuer, f"no answer from {issuer} in {seconds:g} s", now, effects)
            else:
                del self._wake_at[issuer]
        for issuer in sorted(self._up):
            self._send_owed(issuer, now, effects)
        return effects

    def _request(self, event: RequestReceived, now: float, effects: list[Effect]) -> None:
        authorization = event.authorization
        route = self._table.find(authorization.pan.digits)
        known = self._past.get(authorization.key)
        if known is not None:
            self._repeat(event, known, effects)
            return
        waits_for = self._waits_for.get(authorization.key)
        if waits_for is not None:
            self._repeat_while_waiting(event, self._waiting[waits_for][authorization.key], effects)
            return
        request_id = self._next_id
        self._next_id += 1
        merchant = self._merchants.get(authorization.merchant_id)
        origin = self._destinations[route.issuer].origin if route is not None else None
        mcc = merchant.mcc if merchant is not None else authorization.merchant_type
        effects.append(JournalRequest(request_id, authorization, event.line, mcc, route, origin))
        refusal = self._refusal(authorization, merchant, route)
        if refusal is not None or route is None:
            assert refusal is not None
            self._close(request_id, authorization, None, [event.origin], refusal, now, effects)
            return
        deadline = now + self._destinations[route.issuer].timeout_seconds
        self._waiting[route.issuer][authorization.key] = Exchange(request_id, authorization, [event.origin], now, deadline)
        self._waits_for[authorization.key] = route.issuer
        self._wake_at.setdefault(route.issuer, deadline)
        effects.append(Forward(route.issuer, authorization))

    def _refusal(self, authorization: Authorization, merchant: Merchant | None, route: Route | None) -> Decision | None:
        if self._reversed_unknown.get(authorization.key):
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
        if route.issuer not in self._up:
            why = self._down_why.get(route.issuer, "not signed on yet")
            return refuse(ISSUER_INOPERATIVE, f"issuer {route.issuer} is not available: {why}")
        if len(self._waiting[route.issuer]) >= PENDING_MAX:
            return refuse(ISSUER_INOPERATIVE, f"{PENDING_MAX} requests wait for {route.issuer} already")
        return None

    def _repeat_while_waiting(self, event: RequestReceived, exchange: Exchange, effects: list[Effect]) -> None:
        """The key is being decided: the same request gets the answer when it comes, another one under its key gets 94."""
        if _same_request(exchange.authorization, event.authorization):
            exchange.origins.append(event.origin)
            effects.append(JournalOccurrence(exchange.request_id, "repeat", f"asked again by {event.line} while waiting"))
        else:
            self._refuse_used_key(event, exchange.request_id, effects)

    def _repeat(self, event: RequestReceived, known: Past, effects: list[Effect]) -> None:
        """The key was decided before: the same request gets the same answer, another one under its key gets 94."""
        if _same_request(known.authorization, event.authorization):
            detail = f"asked again by {event.line}, same answer given"
            effects.append(JournalOccurrence(known.request_id, "repeat", detail))
            effects.append(Reply(event.origin, event.authorization, known.decision))
        else:
            self._refuse_used_key(event, known.request_id, effects)

    def _refuse_used_key(self, event: RequestReceived, request_id: int, effects: list[Effect]) -> None:
        what = f"request {request_id} has the same DE 32, 41, 11 and 7 with another card or amount"
        effects.append(Notice("duplicate", f"{event.line}: {what}"))
        effects.append(Reply(event.origin, event.authorization, refuse(DUPLICATE_TRANSMISSION, what)))

    def _answer(self, event: AnswerReceived, now: float, effects: list[Effect]) -> None:
        answer = event.answer
        exchange = self._waiting[event.issuer].get(answer.key)
        if exchange is None:
            self._unexpected(event, now, effects)
            return
        decision = Decision(
            response_code=answer.response_code,
            approval_code=answer.approval_code,
            decided_by=event.issuer,
            reason=answer.reason,
            carried=answer.carried,
        )
        self._decide(exchange, event.issuer, decision, now, effects)

    def _unexpected(self, event: AnswerReceived, now: float, effects: list[Effect]) -> None:
        answer = event.answer
        said = f"{answer.response_code} from {event.issuer}"
        known = self._past.get(answer.key)
        if known is None:
            effects.append(Notice("unmatched", f"answer {said} to STAN {answer.key.stan}, which nobody waits for"))
        else:
            late = "" if known.decided_at is None else f"{now - known.decided_at:.3f} s "
            detail = f"answer {said} came {late}after {known.decision.response_code} was given"
            effects.append(JournalOccurrence(known.request_id, "late_answer", detail))

    def _decide(self, exchange: Exchange, issuer: str, decision: Decision, now: float, effects: list[Effect]) -> None:
        del self._waiting[issuer][exchange.authorization.key]
        del self._waits_for[exchange.authorization.key]
        self._close(exchange.request_id, exchange.authorization, issuer, exchange.origins, decision, now, effects)

    def _give_up(
        self, exchange: Exchange, issuer: str, why: str, now: float, effects: list[Effect], code: str = ISSUER_INOPERATIVE
    ) -> None:
        """Decide without the issuer. It may have approved: whatever it did is to be undone there."""
        self._owe(exchange.request_id, exchange.authorization, issuer, 0, why, now, effects)
        self._decide(exchange, issuer, refuse(code, why), now, effects)

    def _close(
        self,
        request_id: int,
        request: Authorization,
        issuer: str | None,
        origins: list[Any],
        decision: Decision,
        now: float,
        effects: list[Effect],
    ) -> None:
        remaining_minor = request.amount_minor if decision.approved else 0
        self._past.put(request.key, Past(request_id, request, issuer, decision, remaining_minor, now))
        approved_minor = remaining_minor if decision.approved else None
        effects.append(JournalDecision(request_id, decision, approved_minor, approved_minor))
        effects.extend([Reply(origin, request, decision) for origin in origins])

    def _forward_failed(self, event: ForwardFailed, now: float, effects: list[Effect]) -> None:
        exchange = self._waiting[event.issuer][event.authorization.key]
        self._decide(exchange, event.issuer, refuse(event.response_code, event.why), now, effects)

    def _reversal(self, event: ReversalReceived, now: float, effects: list[Effect]) -> None:
        """Undo what can be undone; a repeat gets the same answer, and so does a reversal of what was never seen."""
        reversal = event.reversal
        outcome = self._reversals.get(reversal.key)
        if outcome is None:
            outcome = self._undo(reversal, now, effects)
            self._reversals.put(reversal.key, outcome)
            effects.append(JournalReversal(reversal, event.line, outcome))
        elif outcome.original_id is not None:
            detail = f"reversed again by {event.line}, same answer given"
            effects.append(JournalOccurrence(outcome.original_id, "repeat", detail))
        effects.append(ReplyReversal(event.origin, reversal, outcome.response_code))

    def _undo(self, reversal: Reversal, now: float, effects: list[Effect]) -> Undone:
        key = reversal.original_key
        waits_for = self._waits_for.get(key) if key is not None else None
        if key is not None and waits_for is not None:
            exchange = self._waiting[waits_for][key]
            why = "reversed by the acquirer before an answer came"
            self._give_up(exchange, waits_for, why, now, effects, NO_ACTION)
            return Undone(exchange.request_id, False, APPROVED, why)
        past = self._archive.find_original(reversal) if key is None else self._past.get(key) or self._archive.find(key)
        if past is None:
            if key is not None:
                self._reversed_unknown.put(key, True)
            return NOT_KNOWN
        outcome = undo(reversal, past)
        if outcome.effective:
            past.remaining_minor = reversal.replacement_minor
            if past.issuer is not None:
                left_minor = reversal.replacement_minor
                self._owe(past.request_id, past.authorization, past.issuer, left_minor, outcome.reason, now, effects)
        return outcome

    def _owe(
        self,
        request_id: int,
        original: Authorization,
        issuer: str,
        replacement_minor: int,
        reason: str,
        now: float,
        effects: list[Effect],
    ) -> None:
        """From now on an issuer is owed the reversal of a request; it is sent as soon as its turn comes."""
        delivery = Delivery(self._next_delivery_id, issuer, request_id, original, replacement_minor, reason)
        self._next_delivery_id += 1
        self._deliveries.add(delivery)
        effects.append(JournalDelivery(delivery))
        self._send_owed(issuer, now, effects)

    def _send_owed(self, issuer: str, now: float, effects: list[Effect]) -> None:
        due = self._deliveries.next_send(issuer, now) if issuer in self._up else None
        if due is not None:
            effects.append(Deliver(*due))

    def _delivery_answered(self, event: DeliveryAnswered, now: float, effects: list[Effect]) -> None:
        delivery = self._deliveries.answered(event.issuer, event.stan)
        if delivery is None:
            what = f"answer {event.response_code} of {event.issuer} to a reversal with STAN {event.stan}"
            effects.append(Notice("unmatched", f"{what}, which nobody waits for"))
            return
        effects.append(JournalDelivered(delivery.delivery_id, event.response_code))
        self._send_owed(event.issuer, now, effects)

    def _issuer_up(self, event: IssuerUp, now: float, effects: list[Effect]) -> None:
        self._up.add(event.issuer)
        effects.append(Notice("issuer_up", f"{event.issuer} is signed on"))
        self._deliveries.reconnected(event.issuer)
        self._send_owed(event.issuer, now, effects)

    def _issuer_down(self, event: IssuerDown, now: float, effects: list[Effect]) -> None:
        """No more requests go there. After a lost line nobody is kept waiting for an answer that has no way to come."""
        issuer = event.issuer
        if issuer in self._up:
            self._up.discard(issuer)
            effects.append(Notice("issuer_down", f"{issuer} is not available: {event.why}"))
        self._down_why[issuer] = event.why
        if event.lost:
            for exchange in list(self._waiting[issuer].values()):
                why = f"the line to {issuer} was lost before it answered: {event.why}"
                self._give_up(exchange, issuer, why, now, effects)


def _same_request(one: Authorization, other: Authorization) -> bool:
    return one.pan == other.pan and one.amount_minor == other.amount_minor
