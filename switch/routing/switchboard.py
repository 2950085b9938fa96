"""The switchboard: events in, ordered effects out. Pure: no socket, no clock, no file, no byte.

Times are seconds of a monotonic clock, passed in. The shell sleeps until ``next_deadline`` and calls ``tick``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from switch.card import Pan
from switch.merchant import Merchant
from switch.record import record
from switch.routing.checks import CHECKS, refuse
from switch.routing.effects import Effect, Forward, JournalDecision, JournalOccurrence, JournalRequest, Notice, Reply
from switch.routing.events import AnswerReceived, Event, ForwardFailed, IssuerDown, IssuerUp, RequestReceived
from switch.routing.exchange import Exchange
from switch.routing.table import Destination, Route, RoutingTable
from switch.transaction import (
    DUPLICATE_TRANSMISSION,
    ISSUER_INOPERATIVE,
    NO_ROUTE,
    NO_SUCH_ISSUER,
    Authorization,
    Decision,
    ExchangeKey,
)

PENDING_MAX: Final = 50_000  #: requests waiting for issuers at once; a further one is answered 91
REMEMBERED_MAX: Final = 5_000  #: decided exchanges kept to answer repeats and recognise late answers, in each generation


@record
class Remembered:
    """A decided exchange, kept to give a repeat the same answer and to recognise an answer that comes late."""

    request_id: int
    pan: Pan
    amount_minor: int
    decision: Decision
    decided_at: float


class Switchboard:
    """All exchanges of one centre."""

    def __init__(
        self,
        *,
        table: RoutingTable,
        destinations: Iterable[Destination],
        merchants: Mapping[str, Merchant],
        first_request_id: int,
    ) -> None:
        self._table, self._merchants = table, merchants
        self._destinations = {destination.issuer: destination for destination in destinations}
        self._waiting: dict[str, dict[ExchangeKey, Exchange]] = {issuer: {} for issuer in self._destinations}
        self._waits_for: dict[ExchangeKey, str] = {}  #: every key that waits, and for which issuer
        self._wake_at: dict[str, float] = {}
        self._up: set[str] = set()
        self._down_why: dict[str, str] = {}
        self._recent: dict[ExchangeKey, Remembered] = {}
        self._older: dict[ExchangeKey, Remembered] = {}
        self._next_id = first_request_id
        self._handlers: dict[type[Any], Callable[[Any, float, list[Effect]], None]] = {
            RequestReceived: self._request,
            AnswerReceived: self._answer,
            IssuerUp: self._issuer_up,
            IssuerDown: self._issuer_down,
            ForwardFailed: self._forward_failed,
        }

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
        return min(self._wake_at.values(), default=None)

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
                self._decide(
                    exchange, issuer, refuse(ISSUER_INOPERATIVE, f"no answer from {issuer} in {seconds:g} s"), now, effects
                )
            else:
                del self._wake_at[issuer]
        return effects

    def _request(self, event: RequestReceived, now: float, effects: list[Effect]) -> None:
        authorization = event.authorization
        route = self._table.find(authorization.pan.digits)
        known = self._recent.get(authorization.key) or self._older.get(authorization.key)
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
            self._close(request_id, authorization, [event.origin], refusal, now, effects)
            return
        deadline = now + self._destinations[route.issuer].timeout_seconds
        self._waiting[route.issuer][authorization.key] = Exchange(request_id, authorization, [event.origin], now, deadline)
        self._waits_for[authorization.key] = route.issuer
        self._wake_at.setdefault(route.issuer, deadline)
        effects.append(Forward(route.issuer, authorization))

    def _refusal(self, authorization: Authorization, merchant: Merchant | None, route: Route | None) -> Decision | None:
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
        first = exchange.authorization
        if _same_request(first.pan, first.amount_minor, event.authorization):
            exchange.origins.append(event.origin)
            effects.append(JournalOccurrence(exchange.request_id, "repeat", f"asked again by {event.line} while waiting"))
        else:
            self._refuse_used_key(event, exchange.request_id, effects)

    def _repeat(self, event: RequestReceived, known: Remembered, effects: list[Effect]) -> None:
        """The key was decided before: the same request gets the same answer, another one under its key gets 94."""
        if _same_request(known.pan, known.amount_minor, event.authorization):
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
        known = self._recent.get(answer.key) or self._older.get(answer.key)
        if known is None:
            effects.append(Notice("unmatched", f"answer {said} to STAN {answer.key.stan}, which nobody waits for"))
        else:
            late = now - known.decided_at
            detail = f"answer {said} came {late:.3f} s after {known.decision.response_code} was given"
            effects.append(JournalOccurrence(known.request_id, "late_answer", detail))

    def _decide(self, exchange: Exchange, issuer: str, decision: Decision, now: float, effects: list[Effect]) -> None:
        del self._waiting[issuer][exchange.authorization.key]
        del self._waits_for[exchange.authorization.key]
        self._close(exchange.request_id, exchange.authorization, exchange.origins, decision, now, effects)

    def _close(
        self, request_id: int, request: Authorization, origins: list[Any], decision: Decision, now: float, effects: list[Effect]
    ) -> None:
        if len(self._recent) >= REMEMBERED_MAX:
            self._older, self._recent = self._recent, {}
        self._recent[request.key] = Remembered(request_id, request.pan, request.amount_minor, decision, now)
        effects.append(JournalDecision(request_id, decision))
        effects.extend([Reply(origin, request, decision) for origin in origins])

    def _forward_failed(self, event: ForwardFailed, now: float, effects: list[Effect]) -> None:
        exchange = self._waiting[event.issuer][event.authorization.key]
        self._decide(exchange, event.issuer, refuse(event.response_code, event.why), now, effects)

    def _issuer_up(self, event: IssuerUp, now: float, effects: list[Effect]) -> None:
        self._up.add(event.issuer)
        effects.append(Notice("issuer_up", f"{event.issuer} is signed on"))

    def _issuer_down(self, event: IssuerDown, now: float, effects: list[Effect]) -> None:
        """No more requests go there. After a lost line nobody is kept waiting for an answer that has no way to come."""
        issuer = event.issuer
        if issuer in self._up:
            self._up.discard(issuer)
            effects.append(Notice("issuer_down", f"{issuer} is not available: {event.why}"))
        self._down_why[issuer] = event.why
        if event.lost:
            for exchange in list(self._waiting[issuer].values()):
                reason = f"the line to {issuer} was lost before it answered: {event.why}"
                self._decide(exchange, issuer, refuse(ISSUER_INOPERATIVE, reason), now, effects)


def _same_request(pan: Pan, amount_minor: int, authorization: Authorization) -> bool:
    return pan == authorization.pan and amount_minor == authorization.amount_minor
