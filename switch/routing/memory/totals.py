"""Totals: what acquirers and terminals have done since they last agreed with the centre about it (0500, 0520).

Kept for each terminal and for each acquirer as a whole. Amounts are minor units of whatever currency the merchant sells in.
"""

from __future__ import annotations

from collections.abc import Mapping
from operator import add, sub
from typing import Final, Literal

from attrs import asdict, astuple, define

from switch.record import record
from switch.transaction import (
    APPROVED,
    BATCH,
    CREDITS,
    DEBITS,
    LATER,
    NOW,
    RECONCILE_ERROR,
    REQUEST,
    WITH_BATCH,
    Authorization,
    CaptureTime,
    Reconciliation,
)
from switch.transaction import BALANCE_INQUIRY as INQUIRY

NOT_COMPARED: Final = "0"  #: DE 66: the sender sent no totals; it is told the centre's
IN_BALANCE: Final = "1"
OUT_OF_BALANCE: Final = "2"
SettlementCode = Literal["0", "1", "2"]  #: DE 66

Subject = tuple[str, str]  #: DE 32 and DE 41 of whose totals they are; an empty terminal means the whole acquirer


@define
class Totals:
    """The counters of one batch. Reversals are counted apart from what they undo; a sale may have several, in part."""

    debits_count: int = 0
    debits_minor: int = 0
    debits_reversed_count: int = 0
    debits_reversed_minor: int = 0
    debits_undone_count: int = 0  #: those of which reversals have left nothing
    credits_count: int = 0
    credits_minor: int = 0
    credits_reversed_count: int = 0
    credits_reversed_minor: int = 0
    credits_undone_count: int = 0  #: likewise
    authorizations_count: int = 0  #: approved and not captured by themselves
    inquiries_count: int = 0

    @property
    def net_minor(self) -> int:
        """What the cardholders are to get, less what they are to pay: below zero where sales exceed refunds."""
        return self.credits_minor + self.debits_reversed_minor - self.debits_minor - self.credits_reversed_minor

    def add(self, transaction_type: str, count: int, granted_minor: int, capture: CaptureTime) -> None:
        """Count approvals."""
        if transaction_type in DEBITS and capture != LATER:
            self.debits_count += count
            self.debits_minor += granted_minor
        elif capture == LATER:
            self.authorizations_count += count
        elif transaction_type in CREDITS:
            self.credits_count += count
            self.credits_minor += granted_minor
        elif transaction_type == INQUIRY:
            self.inquiries_count += count
        else:
            self.authorizations_count += count

    def take_back(self, transaction_type: str, count: int, lowered_minor: int, undone_count: int) -> None:
        """Count reversals of approvals that count by themselves; ``undone_count`` of them left nothing."""
        if transaction_type in CREDITS:
            self.credits_reversed_count += count
            self.credits_reversed_minor += lowered_minor
            self.credits_undone_count += undone_count
        else:
            self.debits_reversed_count += count
            self.debits_reversed_minor += lowered_minor
            self.debits_undone_count += undone_count

    def plus(self, other: Totals) -> Totals:
        return Totals(*map(add, astuple(self), astuple(other)))

    def less(self, other: Totals) -> Totals:
        return Totals(*map(sub, astuple(self), astuple(other)))

    def counters(self) -> dict[str, int]:
        """All of them by name, the net among them, and what reversals have left, which is what terminals count."""
        left = {
            "debits_left_count": self.debits_count - self.debits_undone_count,
            "debits_left_minor": self.debits_minor - self.debits_reversed_minor,
            "credits_left_count": self.credits_count - self.credits_undone_count,
            "credits_left_minor": self.credits_minor - self.credits_reversed_minor,
        }
        return {**asdict(self), **left, "net_minor": self.net_minor}


@record
class Reconciled:
    """What came of a reconciliation: the centre's counters, and whether they are the sender's."""

    settlement_code: SettlementCode
    response_code: str
    totals: Mapping[str, int]
    last_request_id: int
    reason: str
    waiting: tuple[int, ...] = ()  #: requests up to the last that waited for their issuers: they count in the next batch


class Batches:
    """What every terminal has done, and how much of that it, or its acquirer as a whole, has agreed with the centre about."""

    def __init__(self) -> None:
        self._done: dict[Subject, Totals] = {}  #: of each terminal, ever
        self._agreed: dict[Subject, Totals] = {}  #: of each terminal and each acquirer

    def restore(self, totals: Mapping[Subject, Totals]) -> None:
        """Take up what open batches had counted: terminals', and acquirers' as a whole.

        The journal gives open totals, not all that was ever done. A terminal therefore begins with its open totals and without
        an agreement. The open totals of an acquirer are the sum of its terminals less its agreement, so that agreement is set
        to the difference. It may be below zero: a terminal may have closed its batch after the acquirer last closed the whole.
        """
        for (acquirer_id, terminal_id), counted in totals.items():
            if terminal_id:
                self._done[acquirer_id, terminal_id] = counted
        for (acquirer_id, terminal_id), counted in totals.items():
            if not terminal_id:
                self._agreed[acquirer_id, ""] = self._sum(acquirer_id).less(counted)

    def add(self, request: Authorization, granted_minor: int, capture: CaptureTime) -> None:
        """Count an approval. What the close of a batch captures was counted when it was approved."""
        totals = self._done.get(request.key[:2]) or self._terminal(request)
        if capture == NOW and request.function == REQUEST and request.transaction_type in DEBITS:  # nearly always
            totals.debits_count += 1
            totals.debits_minor += granted_minor
        elif request.function != BATCH:
            totals.add(request.transaction_type, 1, granted_minor, capture)

    def forget(self, request: Authorization, granted_minor: int) -> None:
        """Count an approval that waited for its batch no more: its completion counts in its place."""
        self._terminal(request).add(request.transaction_type, -1, -granted_minor, WITH_BATCH)

    def take_back(self, request: Authorization, remaining_minor: int, left_minor: int) -> None:
        """Count the reversal of an approval that counts by itself, and of what remained of it leaves so much."""
        undone_count = 1 if left_minor == 0 else 0
        self._terminal(request).take_back(request.transaction_type, 1, remaining_minor - left_minor, undone_count)

    def open(self, subject: Subject) -> Totals:
        """What was done since the last agreement."""
        acquirer_id, terminal_id = subject
        done = self._done.get(subject, Totals()) if terminal_id else self._sum(acquirer_id)
        return done.less(self._agreed.get(subject, Totals()))

    def reconcile(self, reconciliation: Reconciliation, last_request_id: int, waiting: tuple[int, ...] = ()) -> Reconciled:
        """Compare what the sender has counted with the centre's own; what agrees is closed, and counting begins anew.

        ``waiting`` are the sender's requests, up to the last, that have no answer yet.
        """
        subject = (reconciliation.key.acquirer_id, reconciliation.key.terminal_id)
        totals = self.open(subject)
        ours = totals.counters()
        differing = [name for name, value in reconciliation.sent.items() if ours[name] != value]
        if not reconciliation.sent:
            return Reconciled(NOT_COMPARED, APPROVED, ours, last_request_id, "no totals were sent to compare")
        if differing:
            words = ", ".join(f"{name} {reconciliation.sent[name]} where Switch has {ours[name]}" for name in differing)
            return Reconciled(OUT_OF_BALANCE, RECONCILE_ERROR, ours, last_request_id, words)
        self._agreed[subject] = self._agreed.get(subject, Totals()).plus(totals)
        return Reconciled(IN_BALANCE, APPROVED, ours, last_request_id, f"{len(reconciliation.sent)} totals agree", waiting)

    def _terminal(self, request: Authorization) -> Totals:
        return self._done.setdefault(request.key[:2], Totals())

    def _sum(self, acquirer_id: str) -> Totals:
        whole = Totals()
        for (acquirer, _), totals in self._done.items():
            if acquirer == acquirer_id:
                whole = whole.plus(totals)
        return whole
