"""Pre-authorizations, and sales that wait for their batch: what names one, what adds to it, and what takes its place."""

from __future__ import annotations

from attrs import evolve

from switch.merchant import Merchant
from switch.routing.handling.adjustments import Adjustments
from switch.routing.handling.outbox import Outbox
from switch.routing.memory.history import History
from switch.routing.memory.names import Names
from switch.routing.memory.past import DecidedRequest, Reference
from switch.routing.memory.pending import Exchange
from switch.routing.rules.completion import not_outstanding
from switch.routing.traffic.effects import Effect
from switch.transaction import (
    ADVICE,
    AUTHORIZATION,
    DEBITS,
    IN_PROGRESS,
    INVALID_TRANSACTION,
    LATER,
    REASON_COMPLETED,
    UNABLE_TO_LOCATE,
    WITH_BATCH,
    Authorization,
    Decision,
    is_financial_advice,
    refuse,
    tells_apart,
)


def as_named(request: Authorization, hold: DecidedRequest) -> Authorization:
    """A request of which is known what it names, however its acquirer did. An adjustment is the sale itself for another amount:
    a terminal types in what it adjusts, and the card was read at the sale."""
    original = hold.authorization
    kind = (original.message_class, original.captured_function or original.function)
    if not request.adjusts:
        return evolve(request, original_key=original.key, original_kind=kind)
    return evolve(
        request,
        original_key=original.key,
        original_kind=kind,
        approval_code=request.approval_code or hold.decision.approval_code,
        entry_mode=original.entry_mode,
        channel=original.channel,
    )


class Preauthorizations:
    """The approvals that wait for a completion, as far as the past is known."""

    def __init__(self, history: History, names: Names, outbox: Outbox, adjustments: Adjustments) -> None:
        self._history, self._names, self._outbox, self._adjustments = history, names, outbox, adjustments

    def named(self, request: Authorization) -> DecidedRequest | None:
        """The request that an advice completes or an increment adds to; None where it names none that is known.

        Any other request may name one (a refund its sale, say) and settles nothing of it.
        """
        if not (is_financial_advice(request) or request.pre_authorized) or request.transaction_type not in DEBITS:
            return None
        if request.original_key is not None:
            return self._itself(self._history.find(request.original_key))
        names = request.approval_code is not None and (request.function == ADVICE or request.message_class == AUTHORIZATION)
        if not (names or request.adjusts) or not tells_apart(request.rrn):
            return None
        named = self._names.hold(request)
        if named is not None and not is_financial_advice(request) and named.decision.approval_code != request.approval_code:
            return None  # a hold that is told has an approval code of its own; an increment has that of its hold
        return self._itself(named)

    def _itself(self, past: DecidedRequest | None) -> DecidedRequest | None:
        """The request itself, or its hold where the request is an approved increment, or its sale where it has adjusted one.

        An acquirer may name the last message of a stay instead of the first. Only the hold has the list of increments and the
        mark that it is completed, so completions and further increments are booked on the hold. A declined increment belongs to
        no hold: it is returned as it is, and ``not_outstanding`` says that it was declined.
        """
        while past is not None and past.adds and past.decision.approved:
            named = past.authorization.original_key
            assert named is not None
            past = self._history.find(named)
        return past and (self._adjustments.sale_of(past) or past)

    def adjusted(self, advice: Authorization, sale: DecidedRequest | None, merchant: Merchant) -> Decision:
        """The answer to an adjustment: whether it may give the sale it names another amount."""
        if sale is not None:
            return self._adjustments.judged(advice, sale, self.authorized_minor(sale), merchant)
        reference = Reference(advice.rrn, advice.key.terminal_id, advice.merchant_id, None)
        if tells_apart(advice.rrn) and self._names.waiting(reference) is not None:
            return refuse(IN_PROGRESS, "the sale it adjusts waits for its issuer")
        return refuse(UNABLE_TO_LOCATE, "the sale it adjusts is not known")

    def wrong_increment(self, request: Authorization) -> Decision | None:
        """Why a request, asked or told, that names another cannot add to it; None for one that can, and for those that add to
        nothing."""
        if not request.pre_authorized:
            return None
        if request.transaction_type not in DEBITS:
            return refuse(INVALID_TRANSACTION, f"{request.transaction_type}: nothing that adds to what it names (DE 90)")
        hold = self.named(request)
        if hold is None:
            return refuse(INVALID_TRANSACTION, "the pre-authorization it adds to (DE 90) is not known")
        wrong = not_outstanding(request, hold)
        if wrong is None and hold.capture != LATER:
            return refuse(INVALID_TRANSACTION, f"request {hold.request_id}, which it adds to, is no pre-authorization")
        return wrong

    def added(self, exchange: Exchange, decision: Decision, now: float, effects: list[Effect]) -> Decision:
        """An increment its issuer has approved: undone and declined where its hold was settled meanwhile."""
        request = exchange.authorization
        wrong = self.wrong_increment(request)
        if wrong is None:
            hold = self.named(request)
            assert hold is not None
            hold.increments += (request.key,)
            return decision
        issuer, why = exchange.route.issuer, wrong.reason
        self._outbox.reverse(exchange.request_id, request, issuer, 0, why, REASON_COMPLETED, now, effects)
        return wrong

    def authorized_minor(self, hold: DecidedRequest) -> int:
        """What is left of a hold and of its increments."""
        increments = (self._history.find(key) for key in hold.increments)
        return hold.remaining_minor + sum(past.remaining_minor for past in increments if past is not None)

    def settle(self, hold: DecidedRequest, advice: Authorization, now: float, effects: list[Effect]) -> None:
        """A completion takes the place of a hold and of its increments; the issuer gives the increments back."""
        if hold.capture == WITH_BATCH:
            self._adjustments.replace(hold, advice, now, effects)
        completion = advice.key
        hold.completed_by, hold.remaining_minor = completion, 0
        for key in hold.increments:
            increment = self._history.find(key)
            if increment is not None and increment.issuer is not None and increment.remaining_minor > 0:
                increment.completed_by, increment.remaining_minor = completion, 0
                why = f"completed together with request {hold.request_id}"
                self._outbox.reverse(
                    increment.request_id, increment.authorization, increment.issuer, 0, why, REASON_COMPLETED, now, effects
                )
