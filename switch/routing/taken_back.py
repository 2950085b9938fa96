"""What acquirers have taken back: the outcome of every reversal, and the originals whose reversal came before them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from attrs import evolve

from switch.routing.archive import Past, Reference
from switch.routing.capture import LATER
from switch.routing.effects import Effect, JournalReversal
from switch.routing.history import History
from switch.routing.memory import Memory
from switch.routing.outbox import Outbox
from switch.routing.reversals import GIVEN_BACK, NOT_KNOWN, Demand, Undone, undo
from switch.routing.totals import Batches
from switch.transaction import APPROVED, REASON_CANCELLED, UNABLE_TO_LOCATE, Authorization, ExchangeKey, Reversal

REVERSALS_REMEMBERED_MAX: Final = 10_000  #: reversals kept to answer repeats, and originals that were reversed and had not come


class TakenBack:
    """Reversals by their key, and originals not seen yet by the key or the reference that named them."""

    def __init__(self, history: History, outbox: Outbox, batches: Batches) -> None:
        self._history, self._outbox, self._batches = history, outbox, batches
        self._outcomes: Memory[Demand, Undone] = Memory(REVERSALS_REMEMBERED_MAX)
        self._unknown: Memory[ExchangeKey | Reference, bool] = Memory(REVERSALS_REMEMBERED_MAX)

    def restore(self, unknown: Iterable[ExchangeKey | Reference], outcomes: Iterable[tuple[Demand, Undone]]) -> None:
        """Take up what was reversed before a restart and had not come, and what came of the last reversals."""
        for named in unknown:
            self._unknown.put(named, True)
        for demand, outcome in outcomes:
            self._outcomes.put(demand, outcome)

    def outcome(self, reversal: Reversal) -> Undone | None:
        """What came of the same reversal before; None where it has not come, or long ago."""
        return self._outcomes.get(_demand(reversal))

    def remember(self, reversal: Reversal, outcome: Undone) -> None:
        self._outcomes.put(_demand(reversal), outcome)

    def before_it_came(self, request: Authorization) -> bool:
        """Whether a request was reversed before it came."""
        if not self._unknown:
            return False
        reference = Reference(request.rrn, request.key.terminal_id, request.merchant_id, request.amount_minor)
        return bool(self._unknown.get(request.key) or self._unknown.get(reference))

    def take_back(self, reversal: Reversal, line: str, now: float, effects: list[Effect]) -> Undone:
        """Undo what a reversal names, as far as it is known and decided."""
        named = self._named(reversal)
        if named is not None and named.adds and named.completed_by is not None:
            return Undone(named.request_id, False, APPROVED, GIVEN_BACK)
        past = named if named is None or named.completed_by is None else self._history.find(named.completed_by)
        if named is None or past is None:
            if reversal.is_void:
                return Undone(None, False, UNABLE_TO_LOCATE, "what it voids is not known")
            meant = reversal.original_key or Reference.of(reversal)
            if meant is not None:
                self._unknown.put(meant, True)
            return NOT_KNOWN
        outcome = undo(reversal, past, named)
        if outcome.effective:
            self._leave(past, reversal, outcome.reason, now, effects)
            if not reversal.partial:
                self._take_back_increments(past, reversal, line, now, effects)
        return outcome

    def _take_back_increments(self, hold: Past, reversal: Reversal, line: str, now: float, effects: list[Effect]) -> None:
        """What ends a hold ends all that was added to it."""
        for key in hold.increments:
            increment = self._history.find(key)
            if increment is not None and increment.remaining_minor > 0:
                why = f"reversed together with request {hold.request_id}"
                also = evolve(reversal, original_key=key, amount_minor=increment.authorization.amount_minor)
                self._leave(increment, also, why, now, effects)
                effects.append(JournalReversal(also, line, Undone(increment.request_id, True, APPROVED, why)))

    def _named(self, reversal: Reversal) -> Past | None:
        """The decided request a reversal names, by DE 90 or by reference."""
        if reversal.original_key is not None:
            return self._history.find(reversal.original_key)
        reference = Reference.of(reversal)
        return None if reference is None else self._history.find_by_reference(reference)

    def _leave(self, past: Past, reversal: Reversal, why: str, now: float, effects: list[Effect]) -> None:
        """Only so much is left of an approval, here and at its issuer, which is told the acquirer's own reason."""
        left_minor = reversal.replacement_minor
        if past.capture != LATER:
            self._batches.take_back(past.authorization, past.remaining_minor - left_minor)
        past.remaining_minor = left_minor
        if past.issuer is not None:
            code = reversal.reason or REASON_CANCELLED
            self._outbox.reverse(past.request_id, past.authorization, past.issuer, left_minor, why, code, now, effects)


def _demand(reversal: Reversal) -> Demand:
    return reversal.key, reversal.original_key or reversal.rrn, reversal.replacement_minor
