"""Reconciliation: comparing totals (0500, 0520), and what the close of a batch captures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from switch.routing.memory.bounded import Memory
from switch.routing.memory.names import same_key
from switch.routing.memory.past import DecidedRequest
from switch.routing.memory.totals import IN_BALANCE, Batches, Reconciled, Subject, Totals
from switch.routing.traffic.effects import Effect, JournalReconciliation, ReplyTotals
from switch.routing.traffic.events import TotalsReceived
from switch.transaction import ExchangeKey, Reconciliation

RECONCILIATIONS_REMEMBERED_MAX: Final = 1_000  #: kept to answer repeats


class Reconciler:
    """The open totals, the approvals that wait for the close of a batch, and the last reconciliations."""

    def __init__(self) -> None:
        self.batches = Batches()
        self._uncaptured: dict[Subject, dict[ExchangeKey, None]] = {}  #: in the order they were approved, by terminal
        self._reconciled: Memory[ExchangeKey, Reconciled] = Memory(RECONCILIATIONS_REMEMBERED_MAX)
        self._agreed: dict[Subject, Reconciled] = {}  #: since the start
        self._latest: dict[Subject, tuple[ExchangeKey, Reconciled]] = {}

    def restore(
        self,
        totals: Mapping[Subject, Totals],
        uncaptured: Iterable[ExchangeKey],
        reconciled: Iterable[tuple[ExchangeKey, Reconciled]],
    ) -> None:
        """Take up what stood before a restart."""
        self.batches.restore(totals)
        for key in uncaptured:
            self.await_batch(key)
        for key, outcome in reconciled:
            self._remember(key, outcome)

    def _remember(self, key: ExchangeKey, outcome: Reconciled) -> None:
        self._reconciled.put(key, outcome)
        self._latest[key[:2]] = key, outcome

    def _same_before(self, reconciliation: Reconciliation) -> Reconciled | None:
        """What came of the last totals of a sender that writes no time, where these are the same again."""
        key, outcome = self._latest.get(reconciliation.key[:2], (None, None))
        if key is None or outcome is None or not reconciliation.stamped or not same_key(key, reconciliation.key):
            return None
        agrees = all(outcome.totals[name] == value for name, value in reconciliation.sent.items())
        return outcome if agrees and outcome.settlement_code == IN_BALANCE else None

    def is_closed(self, past: DecidedRequest) -> bool:
        """Whether an agreement since the start covers a request: of its terminal, or of its acquirer as a whole."""
        acquirer_id, terminal_id, request_id = *past.authorization.key[:2], past.request_id
        agreed = (self._agreed.get((acquirer_id, subject)) for subject in (terminal_id, ""))
        return any(each and each.last_request_id >= request_id and request_id not in each.waiting for each in agreed)

    def await_batch(self, key: ExchangeKey) -> None:
        """An approval is to be captured when its terminal closes its batch."""
        self._uncaptured.setdefault(key[:2], {})[key] = None

    def reconcile(
        self, event: TotalsReceived, last_request_id: int, waiting: tuple[int, ...], effects: list[Effect]
    ) -> list[ExchangeKey]:
        """Answer a reconciliation; what waited for it is to be captured. A repeat gets the same answer.

        ``waiting`` are requests, up to the last, that have no answer yet.
        """
        reconciliation, closed = event.reconciliation, list[ExchangeKey]()
        outcome = self._reconciled.get(reconciliation.key) or self._same_before(reconciliation)
        if outcome is None:
            outcome = self.batches.reconcile(reconciliation, last_request_id, waiting)
            self._remember(reconciliation.key, outcome)
            effects.append(JournalReconciliation(reconciliation, event.line, outcome))
            if outcome.settlement_code == IN_BALANCE:
                self._agreed[reconciliation.key[:2]] = outcome
                closed = list(self._closed(reconciliation.key.acquirer_id, reconciliation.key.terminal_id))
        effects.append(ReplyTotals(event.origin, reconciliation, outcome))
        return closed

    def _closed(self, acquirer_id: str, terminal_id: str) -> Iterator[ExchangeKey]:
        """What waited for the close of a terminal's batch, or of all batches of an acquirer."""
        subjects = [s for s in self._uncaptured if s[0] == acquirer_id and terminal_id in ("", s[1])]
        for subject in subjects:
            yield from self._uncaptured.pop(subject)
