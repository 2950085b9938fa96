"""Reconciliation: comparing totals (0500, 0520), and what the close of a batch captures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from switch.routing.archive import Past
from switch.routing.effects import Effect, JournalReconciliation, ReplyTotals
from switch.routing.events import TotalsReceived
from switch.routing.memory import Memory
from switch.routing.totals import IN_BALANCE, Batches, Reconciled, Subject, Totals
from switch.transaction import ExchangeKey

RECONCILIATIONS_REMEMBERED_MAX: Final = 1_000  #: kept to answer repeats


class Reconciler:
    """The open totals, the approvals that wait for the close of a batch, and the last reconciliations."""

    def __init__(self) -> None:
        self.batches = Batches()
        self._uncaptured: dict[Subject, dict[int, Past]] = {}  #: by terminal and request id
        self._reconciled: Memory[ExchangeKey, Reconciled] = Memory(RECONCILIATIONS_REMEMBERED_MAX)

    def restore(
        self,
        totals: Mapping[Subject, Totals],
        uncaptured: Iterable[Past],
        reconciled: Iterable[tuple[ExchangeKey, Reconciled]],
    ) -> None:
        """Take up what stood before a restart."""
        self.batches.restore(totals)
        for past in uncaptured:
            self.await_batch(past)
        for key, outcome in reconciled:
            self._reconciled.put(key, outcome)

    def await_batch(self, past: Past) -> None:
        """An approval is to be captured when its terminal closes its batch."""
        subject = (past.authorization.key.acquirer_id, past.authorization.key.terminal_id)
        self._uncaptured.setdefault(subject, {})[past.request_id] = past

    def reconcile(self, event: TotalsReceived, last_request_id: int, effects: list[Effect]) -> list[Past]:
        """Answer a reconciliation; what is to be captured because of it. A repeat gets the same answer."""
        asked, captured = event.asked, list[Past]()
        outcome = self._reconciled.get(asked.key)
        if outcome is None:
            outcome = self.batches.reconcile(asked, last_request_id)
            self._reconciled.put(asked.key, outcome)
            effects.append(JournalReconciliation(asked, event.line, outcome))
            if outcome.settlement_code == IN_BALANCE:
                captured = list(self._closed(asked.key.acquirer_id, asked.key.terminal_id))
        effects.append(ReplyTotals(event.origin, asked, outcome))
        return captured

    def _closed(self, acquirer_id: str, terminal_id: str) -> Iterator[Past]:
        """What waited for the close of a terminal's batch, or of all batches of an acquirer."""
        subjects = [s for s in self._uncaptured if s[0] == acquirer_id and terminal_id in ("", s[1])]
        for subject in subjects:
            yield from (past for past in self._uncaptured.pop(subject).values() if past.remaining_minor > 0)
