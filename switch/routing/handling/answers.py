"""What the centre decides on an issuer's answer: the answer itself where it fits the request; else a decline, and a reversal
for the issuer."""

from __future__ import annotations

from attrs import evolve

from switch.money import format_minor
from switch.routing.handling.outbox import Outbox
from switch.routing.handling.preauthorizations import Preauthorizations
from switch.routing.memory.pending import Exchange
from switch.routing.traffic.effects import Effect, JournalOccurrence
from switch.transaction import (
    INSUFFICIENT_FUNDS,
    INVALID_RESPONSE,
    PARTIALLY_APPROVED,
    REASON_INVALID_RESPONSE,
    RESPONSE_MEANINGS,
    SCHEME_MEANINGS,
    Decision,
    IssuerAnswer,
    refuse,
)


class Answers:
    """Judges answers to requests that wait."""

    def __init__(self, holds: Preauthorizations, outbox: Outbox) -> None:
        self._holds, self._outbox = holds, outbox

    def judged(
        self, exchange: Exchange, answer: IssuerAnswer | None, decision: Decision, now: float, effects: list[Effect]
    ) -> Decision:
        """The centre's decision on an answer, None where it says no more than ``decision``, which is what it says itself."""
        if not decision.approved:
            return self._declined(exchange, decision, now, effects)
        if answer is not None and answer.contradiction:
            why = f"{exchange.route.issuer} approved what was not asked: {answer.contradiction}"
            self._undo(exchange, why, now, effects)
            effects.append(JournalOccurrence(exchange.request_id, "contradicted", why))
            return refuse(INVALID_RESPONSE, why)
        if answer is not None and answer.response_code == PARTIALLY_APPROVED:
            decision = self._partial(exchange, answer.approved_minor, decision, now, effects)
        request = exchange.authorization
        if request.original_key is not None and request.pre_authorized and decision.approved:
            return self._holds.added(exchange, decision, now, effects)
        return decision

    def _declined(self, exchange: Exchange, decision: Decision, now: float, effects: list[Effect]) -> Decision:
        code, issuer = decision.response_code, exchange.route.issuer
        if code == INVALID_RESPONSE:  # an action code of 1993 for another class of message is read as such, too
            self._undo(exchange, f"{issuer} answered {code}, which is no word on a request", now, effects)
        elif code not in RESPONSE_MEANINGS and code not in SCHEME_MEANINGS:
            what = f"{issuer} answered {code!r}, which is not in the table of ISO 8583:1987; taken for a decline"
            effects.append(JournalOccurrence(exchange.request_id, "unknown_code", what))
        return decision

    def _partial(
        self, exchange: Exchange, approved_minor: int | None, decision: Decision, now: float, effects: list[Effect]
    ) -> Decision:
        """An approval of less than was asked stands where the acquirer can take it; else it is undone and declined."""
        request, issuer = exchange.authorization, exchange.route.issuer
        if request.partial_accepted and approved_minor is not None and 0 < approved_minor < request.amount_minor:
            return evolve(decision, approved_minor=approved_minor)
        granted = "no amount" if approved_minor is None else format_minor(approved_minor, request.currency)
        asked = format_minor(request.amount_minor, request.currency)
        why = f"{issuer} approved {granted} of {asked}, which cannot be taken"
        self._undo(exchange, why, now, effects)
        return refuse(INSUFFICIENT_FUNDS, why)

    def _undo(self, exchange: Exchange, why: str, now: float, effects: list[Effect]) -> None:
        """Reverse at the issuer whatever it may hold for the request."""
        request, issuer = exchange.authorization, exchange.route.issuer
        self._outbox.reverse(exchange.request_id, request, issuer, 0, why, REASON_INVALID_RESPONSE, now, effects)
