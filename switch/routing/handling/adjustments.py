"""Adjustments of a sale that waits for its batch: the last one counts, and a reversal of it restores what stood before.

A sale has at most one approval in its place: its last adjustment, or what the centre puts there once that is reversed. The one
before counts no more, here and at the issuer, which is told to reverse it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from attrs import evolve

from switch.merchant import Merchant
from switch.money import format_minor
from switch.routing.handling.outbox import Outbox
from switch.routing.handling.reconciliation import Reconciler
from switch.routing.memory.history import History
from switch.routing.memory.past import Archive, DecidedRequest, NewAmount
from switch.routing.rules.completion import accept, adjust
from switch.routing.rules.reversal import ReversalOutcome, undo
from switch.routing.traffic.effects import Effect, JournalReversal
from switch.transaction import (
    APPROVED,
    REASON_COMPLETED,
    SWITCH,
    WITH_BATCH,
    Authorization,
    Decision,
    ExchangeKey,
    Reversal,
    granted_minor,
    is_financial_advice,
)

#: Takes in an approval of the centre's own under a new id, for a sale, and tells its issuer; a key of its own is given to it.
StandAgain = Callable[[Authorization, DecidedRequest, Decision, float, list[Effect]], None]

OWN_STANS: Final = 900_000  #: the STANs of the centre's own approvals begin here, far from where a terminal mostly counts


def own_stan(request_id: int) -> str:
    """DE 11 of an approval of the centre's own."""
    return f"{OWN_STANS + request_id % 100_000:06d}"


class Adjustments:
    """The sales that were adjusted, as far as the past is known."""

    def __init__(
        self, archive: Archive, history: History, outbox: Outbox, reconciler: Reconciler, stand_again: StandAgain
    ) -> None:
        self._archive, self._history, self._outbox, self._reconciler = archive, history, outbox, reconciler
        self._stand_again = stand_again

    def sale_of(self, past: DecidedRequest) -> DecidedRequest | None:
        """The sale that an approved adjustment gave another amount; None where a request is no such thing."""
        key = past.authorization.original_key
        if key is None or not past.decision.approved or not is_financial_advice(past.authorization):
            return None
        sale = self._history.find(key)
        return sale if sale is not None and sale.capture == WITH_BATCH else None

    def last(self, sale: DecidedRequest) -> DecidedRequest | None:
        """What stands in the place of a sale; None where it stands there itself."""
        return None if sale.completed_by is None or sale.capture != WITH_BATCH else self._history.find(sale.completed_by)

    def judged(self, advice: Authorization, sale: DecidedRequest, authorized_minor: int, merchant: Merchant) -> Decision:
        """The answer to an adjustment of a sale; ``authorized_minor`` is what is left of one that was not adjusted yet."""
        last = self.last(sale)
        if last is None:
            return adjust(advice, sale, None, authorized_minor, merchant)
        ended = self._archive.ended_date(last.request_id)
        over = f"counts in business date {ended}, which has ended" if ended is not None else ""
        if self._reconciler.is_closed(sale) or self._archive.batch_closed(sale):
            over = "is in a batch that is closed"
        return adjust(advice, sale, last, sale.sold_minor, merchant, over)

    def replace(self, sale: DecidedRequest, advice: Authorization, now: float, effects: list[Effect]) -> None:
        """An approved adjustment takes the place of a sale, or of what stands there."""
        last = self.last(sale)
        if last is None:
            sale.sold_minor = sale.remaining_minor
            self._reconciler.batches.forget(sale.authorization, sale.remaining_minor)
        else:
            self._note_replaced(last, advice.key, f"another adjustment of request {sale.request_id} counts", effects)
            self._give_back(last, "another amount counts in its place", REASON_COMPLETED, now, effects)
        sale.completed_by, sale.remaining_minor = advice.key, 0
        sale.adjustments += (NewAmount(advice.key, advice.amount_minor),)

    def _note_replaced(self, last: DecidedRequest, by: ExchangeKey, why: str, effects: list[Effect]) -> None:
        """Write down that an approval counts no more, and count it no more in the totals."""
        self._reconciler.batches.forget(last.authorization, last.remaining_minor)
        was = last.authorization
        note = Reversal(
            key=by,
            mti="",
            original_key=was.key,
            original_stan=was.key.stan,
            pan=was.pan,
            amount_minor=was.amount_minor,
            currency=was.currency,
            replacement_minor=0,
            merchant_id=was.merchant_id,
            rrn=was.rrn,
            reason="",
            carried={},
        )
        effects.append(JournalReversal(note, SWITCH, ReversalOutcome(last.request_id, True, APPROVED, why)))

    def _give_back(self, last: DecidedRequest, why: str, reason: str, now: float, effects: list[Effect]) -> None:
        """The issuer gives back what an approval held that counts no more."""
        if last.issuer is not None and last.remaining_minor > 0:
            self._outbox.reverse(last.request_id, last.authorization, last.issuer, 0, why, reason, now, effects)
        last.remaining_minor = 0

    # reversals

    def standing(self, named: DecidedRequest) -> DecidedRequest | None:
        """What a reversal of the whole sale takes back where it names an adjustment that another has taken the place of."""
        sale = self.sale_of(named)
        if sale is None or named.authorization.key not in {each.key for each in sale.adjustments}:
            return None
        return self.last(sale)

    def take_back(
        self, reversal: Reversal, named: DecidedRequest, line: str, now: float, effects: list[Effect]
    ) -> ReversalOutcome | None:
        """What comes of the reversal of an adjustment itself; None where it takes back the sale, or is none of an adjustment.

        After a reversal in part, which leaves an amount of the whole sale, a further one takes back what that left.
        """
        if reversal.of_adjustment and named.adjustments and named.adjustments[-1].amount_minor == reversal.amount_minor:
            named = self._history.find(named.adjustments[-1].key) or named  # it names the sale that was adjusted
        sale = self.sale_of(named)
        last = self.last(sale) if sale is not None else None
        if sale is None or last is None or reversal.is_void or reversal.partial:
            return None
        mine = next((each for each in sale.adjustments if each.key == named.authorization.key), None)
        if mine is None or 0 < last.remaining_minor < granted_minor(last.authorization, last.decision):
            return None
        is_last = mine is sale.adjustments[-1]
        worth = granted_minor(named.authorization, named.decision) if last.remaining_minor else 0
        outcome = undo(reversal, evolve(named, remaining_minor=worth), named)
        if not outcome.effective:
            effects.append(JournalReversal(reversal, line, outcome))
            return outcome
        sale.adjustments = tuple(each for each in sale.adjustments if each is not mine)
        if not is_last:
            outcome = evolve(outcome, reason="reversed by the acquirer: a later adjustment counts, and stays")
            effects.append(JournalReversal(reversal, line, outcome))
            return outcome
        before_minor = sale.adjustments[-1].amount_minor if sale.adjustments else sale.sold_minor
        before = format_minor(before_minor, sale.authorization.currency)
        outcome = evolve(outcome, reason=f"reversed by the acquirer: {before} stand again")
        effects.append(JournalReversal(reversal, line, outcome))
        self._restore(sale, named, last, before_minor, reversal, line, now, effects)
        return outcome

    def _restore(
        self,
        sale: DecidedRequest,
        named: DecidedRequest,
        last: DecidedRequest,
        amount_minor: int,
        reversal: Reversal,
        line: str,
        now: float,
        effects: list[Effect],
    ) -> None:
        """An amount stands again in the place of a sale, under a key of the centre's own."""
        again = evolve(
            named.authorization,
            key=named.authorization.key._replace(transmitted_at=reversal.key.transmitted_at),
            amount_minor=amount_minor,
            original_minor=None,
            repeat=False,
            approval_code=named.decision.approval_code or sale.decision.approval_code,
        )
        if last is not named:  # it stood for what is reversed
            also = evolve(reversal, original_key=last.authorization.key, amount_minor=last.authorization.amount_minor)
            gone = f"reversed together with request {named.request_id}"
            effects.append(JournalReversal(also, line, ReversalOutcome(last.request_id, True, APPROVED, gone)))
        self._reconciler.batches.take_back(last.authorization, last.remaining_minor, 0)
        self._give_back(last, "reversed by the acquirer", reversal.reason, now, effects)
        amount = format_minor(amount_minor, again.currency)
        why = f"{amount} of request {sale.request_id} stand again: request {named.request_id} is reversed"
        self._stand_again(again, sale, accept(again, why), now, effects)
