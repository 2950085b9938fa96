"""A request as the model keeps it: what it is, what it was answered, what it is worth now."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from tests.deals.rules import APPROVALS, CREDIT, Merchant


class Key(NamedTuple):
    """Whose request it is and which: DE 32, 41, 11 and 7; an empty DE 7 where the centre's clock says it."""

    acquirer: str
    terminal: str
    stan: str
    at: str


@dataclass
class Sale:
    """One request or advice the centre has taken in."""

    key: Key
    rrn: str
    merchant: Merchant
    pan: str
    amount: int
    financial: bool
    kind: str  #: first two digits of DE 3
    told: bool  #: an advice
    counts: str = "now"  #: or hold, batch, never
    clocked: bool = False  #: it came without DE 7, 12 and 13
    code: str = ""  #: what it was answered; empty while it waits
    granted: int = 0
    left: int = 0
    approval: str | None = None
    completed_by: Sale | None = None
    adds_to: Sale | None = None
    increments: list[Sale] = field(default_factory=list)
    captured: bool = False
    exception: bool = False
    called_off: bool = False
    told_decline: bool = False

    @property
    def approved(self) -> bool:
        return self.code in APPROVALS

    @property
    def worth(self) -> int:
        """What a reversal of it, or of what completed it, may find to undo."""
        return self.completed_by.left if self.completed_by is not None else self.left

    @property
    def standing(self) -> int:
        """What its bank has to hold for it, or to have credited."""
        return self.left if self.approved and self.counts != "never" else 0

    @property
    def cleared(self) -> int:
        """What the days pay for it in all: below zero for a refund."""
        due = self.counts == "now" or (self.counts == "batch" and self.captured)
        return (-self.left if self.kind == CREDIT else self.left) if due and self.approved and not self.exception else 0

    def same(self, other: Sale) -> bool:
        return (self.pan, self.amount, self.kind, self.financial, self.told) == (
            other.pan,
            other.amount,
            other.kind,
            other.financial,
            other.told,
        )

    def like(self, other: Sale) -> bool:
        return self.same(other) and self.key[:3] == other.key[:3] and self.merchant.id == other.merchant.id


class Mark(NamedTuple):
    """What a reversal names while nothing such is known: the original, should it come, was reversed before."""

    key: Key | None = None
    rrn: str = ""
    stan: str = ""
    pan: str = ""
    amount: int = 0

    def means(self, sale: Sale) -> bool:
        """Whether it names this request."""
        if self.key is not None:
            return self.key == sale.key
        if self.amount != sale.amount:
            return False
        return self.rrn == sale.rrn if self.rrn else self.stan == sale.key.stan and self.pan in ("", sale.pan)
