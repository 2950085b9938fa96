"""Advices: what was done without the centre is accepted; only a completion or an increment has to fit the hold it names."""

from __future__ import annotations

from attrs import evolve

from switch.merchant import Merchant
from switch.routing.handling.outbox import Outbox
from switch.routing.handling.preauthorizations import Preauthorizations
from switch.routing.handling.register import Register
from switch.routing.memory.past import DecidedRequest
from switch.routing.memory.pending import Exchange, Pending
from switch.routing.rules.completion import accept, complete
from switch.routing.traffic.effects import Effect, JournalOccurrence
from switch.transaction import (
    APPROVALS,
    IN_PROGRESS,
    RESPONSE_MEANINGS,
    Authorization,
    Decision,
    granted_minor,
    is_financial_advice,
    refuse,
)


class Advices:
    """Answers advices, and tells their issuers."""

    def __init__(self, register: Register, holds: Preauthorizations, outbox: Outbox, pending: Pending) -> None:
        self._register, self._holds, self._outbox, self._pending = register, holds, outbox, pending

    def answer(
        self, exchange: Exchange, merchant: Merchant, hold: DecidedRequest | None, now: float, effects: list[Effect]
    ) -> None:
        """Answer an advice, for which no issuer is asked; ``hold`` is the request it completes or adds to."""
        advice, request_id, issuer = exchange.authorization, exchange.request_id, exchange.route.issuer
        decision = self._judged(advice, merchant, hold)
        code = advice.advised_code
        if code is not None and code not in RESPONSE_MEANINGS:
            what = f"tells of {code!r}, which is not in the table of ISO 8583:1987; taken for a decline"
            effects.append(JournalOccurrence(request_id, "unknown_code", what))
        if hold is None:
            advice = evolve(advice, original_key=None)
        if decision.approved:
            if hold is not None and _counts(advice):
                if is_financial_advice(advice):
                    self._holds.settle(hold, advice, now, effects)
                else:
                    hold.increments += (advice.key,)
            granted = granted_minor(advice, decision)
            self._outbox.advise(request_id, advice, issuer, granted, decision, "", now, effects)
        past = DecidedRequest(request_id, advice, issuer, decision, 0, now, exchange.capture)
        self._register.close(past, exchange.origins, effects)

    def _judged(self, advice: Authorization, merchant: Merchant, hold: DecidedRequest | None) -> Decision:
        """The answer to an advice; ``hold`` is the one it completes or adds to."""
        if advice.original_key is not None and self._pending.get(advice.original_key) is not None:
            return refuse(IN_PROGRESS, "the request it names (DE 90) waits for its issuer")
        if not _counts(advice):
            return accept(advice, f"told that {advice.advised_code} was answered at the point of sale")
        if advice.adjusts:
            return self._holds.adjusted(advice, hold, merchant)
        if hold is None:
            named = " of what is not known here" if advice.original_key or advice.approval_code else ""
            return accept(advice, f"advice{named}, taken as told")
        if is_financial_advice(advice):
            return complete(advice, hold, self._holds.authorized_minor(hold), merchant)
        return self._holds.wrong_increment(advice) or accept(advice, f"told that it adds to request {hold.request_id}")


def _counts(request: Authorization) -> bool:
    """Whether an accepted request is an approval; an advice that tells of a decline is none."""
    return request.advised_code is None or request.advised_code in APPROVALS
