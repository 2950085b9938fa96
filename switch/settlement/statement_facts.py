"""What a statement is made of besides its lines in their sections: its remises, and what a month charged and sold.

``StatementFacts`` is asked of the books by whoever lays a statement out in another way; each answer is read anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, Protocol

from switch.record import frozen

StatementLayout = Literal["detailed", "remise", "monthly"]

#: Of a transaction: local_at (MMDDhhmmss), STAN, scheme, origin, card, amount, net, the business date it takes back or nothing.
RemiseLine = tuple[str, str, str, str, str, int, int, str]


@frozen(kw_only=True)
class LineGroup:
    """Transactions of a remise that stand in one block, with their totals."""

    kind: str  #: sales, refunds, adjustments
    lines: Iterable[RemiseLine]  #: read anew each time they are gone through
    line_count: int
    gross_minor: int
    discount_minor: int
    vat_minor: int
    net_minor: int


@frozen(kw_only=True)
class RemiseFacts:
    """A remise: what one terminal captured on a business date, or one batch of it."""

    business_date: str
    terminal_id: str
    number: int  #: 0: of a date that was closed before remises were numbered
    label: str  #: as it stands on the bank account; empty: none
    groups: tuple[LineGroup, ...]

    @property
    def gross_minor(self) -> int:
        return sum(group.gross_minor for group in self.groups)

    @property
    def discount_minor(self) -> int:
        return sum(group.discount_minor for group in self.groups)

    @property
    def vat_minor(self) -> int:
        return sum(group.vat_minor for group in self.groups)

    @property
    def net_minor(self) -> int:
        return sum(group.net_minor for group in self.groups)


@frozen(kw_only=True)
class FeeLine:
    """What a month charged of one kind at one rate of VAT; above zero where the merchant paid it."""

    kind: str  #: commission, or a kind of entry
    line_count: int
    base_minor: int
    vat_minor: int
    vat_rate_basis_points: int


@frozen(kw_only=True)
class Volume:
    """Transactions and reversals of one brand and origin, or of one business date."""

    scheme: str = ""
    origin: str = ""
    business_date: str = ""
    line_count: int
    gross_minor: int
    discount_minor: int
    vat_minor: int
    net_minor: int


class StatementFacts(Protocol):
    """What the books say of a statement's merchant besides its lines."""

    @property
    def layout(self) -> StatementLayout:
        """Which layout its contract named on the business date."""
        ...

    def remises(self) -> Sequence[RemiseFacts]:
        """Of the business date, by terminal and number."""
        ...

    def earlier_remises(self) -> Sequence[RemiseFacts]:
        """Of the merchant's statement before; none where this is its first."""
        ...

    def fees(self, month: str) -> Sequence[FeeLine]:
        """What a month (2026-11) charged, commissions first."""
        ...

    def volumes(self, month: str) -> Sequence[Volume]:
        """What it sold, by brand and origin."""
        ...

    def days(self, month: str) -> Sequence[Volume]:
        """What it sold, by business date."""
        ...
