"""Totals: what acquirers and terminals have done since they last agreed with the centre about it (0500, 0520).

Kept for each terminal and for each acquirer as a whole. Amounts are minor units of whatever currency the merchant sells in.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from attrs import asdict, define, fields

from switch.record import record
from switch.routing.capture import LATER
from switch.transaction import APPROVED, BATCH, CREDITS, DEBITS, RECONCILE_ERROR, Authorization, Reconciliation
from switch.transaction import BALANCE_INQUIRY as INQUIRY

NOT_COMPARED: Final = "0"  #: DE 66: the sender sent no totals; it is told the centre's
IN_BALANCE: Final = "1"
OUT_OF_BALANCE: Final = "2"

Subject = tuple[str, str]  #: DE 32 and DE 41 of whose totals they are; an empty terminal means the whole acquirer


@define
class Totals:
    """The counters of one batch. Reversals are counted apart from what they undo."""

    debits_count: int = 0
    debits_minor: int = 0
    debits_reversed_count: int = 0
    debits_reversed_minor: int = 0
    credits_count: int = 0
    credits_minor: int = 0
    credits_reversed_count: int = 0
    credits_reversed_minor: int = 0
    authorizations_count: int = 0  #: approved and not captured by themselves
    inquiries_count: int = 0

    @property
    def net_minor(self) -> int:
        """What the cardholders are to get, less what they are to pay: below zero where sales exceed refunds."""
        return self.credits_minor + self.debits_reversed_minor - self.debits_minor - self.credits_reversed_minor

    def add(self, transaction_type: str, count: int, granted_minor: int, capture: str) -> None:
        """Count approvals."""
        if capture == LATER:
            self.authorizations_count += count
        elif transaction_type in DEBITS:
            self.debits_count += count
            self.debits_minor += granted_minor
        elif transaction_type in CREDITS:
            self.credits_count += count
            self.credits_minor += granted_minor
        elif transaction_type == INQUIRY:
            self.inquiries_count += count
        else:
            self.authorizations_count += count

    def take_back(self, transaction_type: str, count: int, lowered_minor: int) -> None:
        """Count reversals of approvals that count by themselves."""
        if transaction_type in CREDITS:
            self.credits_reversed_count += count
            self.credits_reversed_minor += lowered_minor
        else:
            self.debits_reversed_count += count
            self.debits_reversed_minor += lowered_minor

    def counters(self) -> dict[str, int]:
        """All of them by name, the net among them."""
        return {**asdict(self), "net_minor": self.net_minor}


COUNTERS: Final = tuple(attribute.name for attribute in fields(Totals))


@record
class Reconciled:
    """What came of a reconciliation: the centre's counters, and whether they are the sender's."""

    settlement_code: str  #: DE 66
    response_code: str
    totals: Mapping[str, int]
    last_request_id: int
    reason: str


class Batches:
    """The open totals of everybody."""

    def __init__(self) -> None:
        self._open: dict[Subject, Totals] = {}

    def restore(self, totals: Mapping[Subject, Totals]) -> None:
        self._open.update(totals)

    def add(self, request: Authorization, granted_minor: int, capture: str) -> None:
        """Count an approval. What the close of a batch captures was counted when it was approved."""
        if request.function == BATCH:
            return
        for totals in self._both(request):
            totals.add(request.transaction_type, 1, granted_minor, capture)

    def forget(self, request: Authorization, granted_minor: int) -> None:
        """Count an approval no more: its completion counts in its place."""
        for totals in self._both(request):
            totals.debits_count -= 1
            totals.debits_minor -= granted_minor

    def take_back(self, request: Authorization, lowered_minor: int) -> None:
        for totals in self._both(request):
            totals.take_back(request.transaction_type, 1, lowered_minor)

    def _both(self, request: Authorization) -> tuple[Totals, Totals]:
        """The totals of its terminal, and of its acquirer."""
        acquirer_id, terminal_id = request.key[:2]
        return self.of((acquirer_id, terminal_id)), self.of((acquirer_id, ""))

    def of(self, subject: Subject) -> Totals:
        totals = self._open.get(subject)
        if totals is None:
            totals = self._open[subject] = Totals()
        return totals

    def reconcile(self, asked: Reconciliation, last_request_id: int) -> Reconciled:
        """Compare what the sender has counted with the centre's own; what agrees is closed, and counting begins anew."""
        subject = (asked.key.acquirer_id, asked.key.terminal_id)
        ours = self.of(subject).counters()
        differing = [name for name, value in asked.sent.items() if ours[name] != value]
        if not asked.sent:
            return Reconciled(NOT_COMPARED, APPROVED, ours, last_request_id, "no totals were sent to compare")
        if differing:
            words = ", ".join(f"{name} {asked.sent[name]} where the centre has {ours[name]}" for name in differing)
            return Reconciled(OUT_OF_BALANCE, RECONCILE_ERROR, ours, last_request_id, words)
        self._open.pop(subject)
        return Reconciled(IN_BALANCE, APPROVED, ours, last_request_id, f"{len(asked.sent)} totals agree")
