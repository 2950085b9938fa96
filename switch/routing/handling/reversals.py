"""What acquirers have taken back: the outcome of every reversal, and the originals whose reversal came before them."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Final

from attrs import evolve

from switch.card import Pan
from switch.record import record
from switch.routing.handling.adjustments import Adjustments
from switch.routing.handling.outbox import Outbox
from switch.routing.handling.repeats import is_put_off
from switch.routing.memory.bounded import Memory
from switch.routing.memory.history import History
from switch.routing.memory.names import SAME_AGAIN_SECONDS, SAME_STAN_SECONDS, Names, named_by, seconds_apart
from switch.routing.memory.past import Archive, DecidedRequest, Named, Reference, SameStan
from switch.routing.memory.pending import Exchange
from switch.routing.memory.seen_keys import Seen
from switch.routing.memory.totals import Batches
from switch.routing.rules.reversal import GIVEN_BACK, NOT_KNOWN, Demand, ReversalOutcome, undo
from switch.routing.traffic.effects import Effect, JournalOccurrence, JournalReversal
from switch.routing.traffic.notice import Notice
from switch.transaction import APPROVED, LATER, UNABLE_TO_LOCATE, Authorization, ExchangeKey, Reversal

REVERSALS_REMEMBERED_MAX: Final = 10_000  #: kept to answer repeats; older ones are judged anew and undo nothing twice
UNKNOWN_REMEMBERED_MAX: Final = 10_000  #: originals that were reversed and had not come; for older ones the journal is asked


@record
class _Earlier:
    """What came of an earlier reversal; of one before a restart the card is not known."""

    outcome: ReversalOutcome
    at: str  #: MMDDhhmmss
    pan: Pan | None
    card_known: bool


class TakenBackRequests:
    """Reversals by their key, and originals not seen yet by what named them: a key, a reference, a STAN."""

    def __init__(
        self, archive: Archive, names: Names, history: History, outbox: Outbox, batches: Batches, adjustments: Adjustments
    ) -> None:
        self._archive, self._names, self._history = archive, names, history
        self._outbox, self._batches, self._adjustments = outbox, batches, adjustments
        self._outcomes: Memory[Demand, _Earlier] = Memory(REVERSALS_REMEMBERED_MAX)
        self._unknown: Memory[Hashable, tuple[ExchangeKey | Named]] = Memory(UNKNOWN_REMEMBERED_MAX)  #: bare -> as it was named
        self._seen: Seen | None = None  #: all names of what was reversed and had not come; made when there is one
        self.expects_any = False  #: whether there is one

    def restore(self, unknown: Iterable[ExchangeKey | Named], outcomes: Iterable[tuple[Demand, ReversalOutcome]]) -> None:
        """Take up what was reversed before a restart and had not come, and what came of the last reversals."""
        for named in unknown:
            self._expect(named)
        for demand, outcome in outcomes:
            key = demand.key
            earlier = _Earlier(outcome, key.transmitted_at, None, card_known=False)
            self._outcomes.put(demand, earlier)
            self._outcomes.put(demand._replace(key=key._replace(transmitted_at="")), earlier)

    def _expect(self, named: ExchangeKey | Named) -> None:
        """An original was reversed that had not come."""
        self._seen, self.expects_any = self._seen or Seen(), True
        self._seen.again(_bare(named))
        self._unknown.put(_bare(named), (named,))

    def outcome(self, reversal: Reversal) -> ReversalOutcome | None:
        """What came of the same reversal before; None where it has not come, or long ago, or was another."""
        earlier = self._outcomes.get(Demand.of(reversal))
        if earlier is None or (earlier.card_known and earlier.pan != reversal.pan):
            return None
        if reversal.stamped and seconds_apart(earlier.at, reversal.key.transmitted_at) > SAME_AGAIN_SECONDS:
            return None
        return earlier.outcome

    def remember(self, reversal: Reversal, outcome: ReversalOutcome) -> None:
        """A reversal that is accepted gets the same answer again; one that is refused is judged anew when it comes again."""
        if outcome.response_code == APPROVED:
            earlier = _Earlier(outcome, reversal.key.transmitted_at, reversal.pan, card_known=True)
            self._outcomes.put(Demand.of(reversal), earlier)

    def before_it_came(self, request: Authorization) -> bool:
        """Whether a request was reversed before it came."""
        if self._seen is None:
            return False
        key = request.key
        by_stan = SameStan(*key[:3], request.merchant_id, request.amount_minor, key.transmitted_at, request.pan)
        reference = Reference(request.rrn, key.terminal_id, request.merchant_id, request.amount_minor)
        return self._came_reversed(key) or self._came_reversed(reference) or self._came_reversed(by_stan)

    def _came_reversed(self, name: ExchangeKey | Named) -> bool:
        assert self._seen is not None
        if not self._seen.holds(_bare(name)):
            return False
        (reversed_as,) = self._unknown.get(_bare(name)) or (None,)
        if reversed_as is None:
            return self._archive.came_reversed(name)
        if not (isinstance(name, SameStan) and isinstance(reversed_as, SameStan)):
            return True
        return reversed_as.pan in (None, name.pan) and seconds_apart(reversed_as.at, name.at) <= SAME_STAN_SECONDS

    def waiting(self, reversal: Reversal) -> Exchange | None:
        """The request a reversal names, while it waits for its issuer."""
        return self._names.waiting(reversal.original_key or named_by(reversal))

    def take_back(self, reversal: Reversal, line: str, now: float, effects: list[Effect]) -> ReversalOutcome:
        """Undo what a reversal names, as far as it is known and decided, and write down what came of it.

        DE 90 comes first: it names one request exactly, while an RRN or a STAN may fit several. An unknown original is no
        reason to refuse a reversal: the original may be late or lost, and an acquirer repeats its reversal until it is
        accepted. So ``_of_unknown`` remembers the name, and the original is declined if it still comes. Only a void of an
        unknown original is refused: it takes a finished sale back, so the centre has to know one.
        """
        name = reversal.original_key or named_by(reversal)
        known = self._names.decided(name)
        if known is not None and is_put_off(known.decision):
            return self._of_put_off(reversal, name, known, line, effects)
        if known is not None and (reversal.of_adjustment or not isinstance(name, Reference)):
            outcome = self._adjustments.take_back(reversal, known, line, now, effects)
            if outcome is not None:
                return outcome
        outcome = self._of_known(reversal, known, line, now, effects)
        if outcome is None:
            return self._of_unknown(reversal, name, line, effects)
        effects.append(JournalReversal(reversal, line, outcome))
        return outcome

    def _of_unknown(self, reversal: Reversal, name: ExchangeKey | Named, line: str, effects: list[Effect]) -> ReversalOutcome:
        """What comes of a reversal whose original is not known: should that come, it is declined. A person is told, and which
        request the reversal may have meant."""
        if reversal.is_void:
            outcome = ReversalOutcome(None, False, UNABLE_TO_LOCATE, "what it voids is not known")
        else:
            self._expect(name)
            outcome = NOT_KNOWN
        what = f"a {reversal.mti} (STAN {reversal.key.stan}) on {line} names {_in_words(name)}"
        nearest = self._names.nearest(reversal)
        if nearest is None:
            effects.append(JournalReversal(reversal, line, outcome))
            effects.append(Notice("unknown_original", f"{what}, which nothing here is like"))
            return outcome
        outcome = evolve(outcome, reason=f"{outcome.reason}; nearest is request {nearest.request_id}: {nearest.differs}")
        effects.append(JournalReversal(reversal, line, outcome))
        detail = f"{what}, which is not known, and is nearest to this request: {nearest.differs}"
        effects.append(JournalOccurrence(nearest.request_id, "unknown_original", detail))
        return outcome

    def _of_put_off(
        self, reversal: Reversal, name: ExchangeKey | Named, past: DecidedRequest, line: str, effects: list[Effect]
    ) -> ReversalOutcome:
        """What comes of a reversal whose original was answered 09: nothing was decided, so that it is to the centre as one that
        has not come. Should it be sent again, it is declined."""
        outcome = undo(reversal, past, past)
        if outcome.response_code == APPROVED:
            self._expect(name)
            reason = f"request {past.request_id} was put off; should it come again, it is declined"
            outcome = evolve(outcome, original_id=None, reason=reason)
        effects.append(JournalReversal(reversal, line, outcome))
        return outcome

    def _of_known(
        self, reversal: Reversal, named: DecidedRequest | None, line: str, now: float, effects: list[Effect]
    ) -> ReversalOutcome | None:
        """What comes of a reversal whose original is known; None where it is not."""
        if named is not None and named.adds and named.completed_by is not None:
            return ReversalOutcome(named.request_id, False, APPROVED, GIVEN_BACK)
        past = named if named is None or named.completed_by is None else self._history.find(named.completed_by)
        if past is not None and past is named:
            past = self._adjustments.standing(past) or past
        if named is None or past is None:
            return None
        outcome = undo(reversal, past, named)
        if outcome.effective:
            self._leave(past, reversal, outcome.reason, now, effects)
            if not reversal.partial:
                self._take_back_increments(past, reversal, line, now, effects)
        return outcome

    def _take_back_increments(
        self, hold: DecidedRequest, reversal: Reversal, line: str, now: float, effects: list[Effect]
    ) -> None:
        """What ends a hold ends all that was added to it."""
        for key in hold.increments:
            increment = self._history.find(key)
            if increment is not None and increment.remaining_minor > 0:
                why = f"reversed together with request {hold.request_id}"
                also = evolve(reversal, original_key=key, amount_minor=increment.authorization.amount_minor)
                self._leave(increment, also, why, now, effects)
                effects.append(JournalReversal(also, line, ReversalOutcome(increment.request_id, True, APPROVED, why)))

    def _leave(self, past: DecidedRequest, reversal: Reversal, why: str, now: float, effects: list[Effect]) -> None:
        """Only so much is left of an approval, here and at its issuer, which is told the acquirer's own reason."""
        left_minor = reversal.replacement_minor
        if past.capture != LATER:
            self._batches.take_back(past.authorization, past.remaining_minor, left_minor)
        past.remaining_minor = left_minor
        if past.issuer is not None:
            request, reason = past.authorization, reversal.reason
            self._outbox.reverse(past.request_id, request, past.issuer, left_minor, why, reason, now, effects)


def _bare(name: ExchangeKey | Named) -> Hashable:
    """A name without what may differ between those who know it: of a STAN the time and the card."""
    return name[:5] if isinstance(name, SameStan) else name


def _in_words(name: ExchangeKey | Named) -> str:
    if isinstance(name, Reference):
        return f"RRN {name.rrn} (DE 37)"
    return f"STAN {name.stan}" + ("" if isinstance(name, SameStan) else f" of {name.transmitted_at} (DE 90)")
