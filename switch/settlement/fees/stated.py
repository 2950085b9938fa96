"""What a statement says of its payouts, and of what changes them besides its lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from switch.record import frozen, of_row


@frozen(kw_only=True)
class StatementPayout:
    """One payout of a statement: of a remise, or of all the merchant is due."""

    reference: str
    label: str  #: as it stands on the merchant's account
    terminal_id: str  #: of the remise; empty where it is of the merchant
    remise_number: int  #: 0 where it is of the merchant
    net_minor: int
    outcome: Literal["paid", "carried"]

    @classmethod
    def from_row(cls, row: Sequence[Any]) -> StatementPayout:
        return of_row(cls, row)


@frozen(kw_only=True)
class StatementEntry:
    """What changes what is paid besides the lines: a fee of a period, an amount held back, a difference of rounding."""

    terminal_id: str  #: empty where it is of the merchant
    remise_number: int  #: 0 where it is of no remise
    kind: str
    reference: str  #: what it is of
    amount_minor: int  #: above zero where the merchant gets it
    vat_minor: int
    vat_rate_basis_points: int
    rule: str  #: file, line and date of the row it follows from
    narrative: str

    @classmethod
    def from_row(cls, row: Sequence[Any]) -> StatementEntry:
        return of_row(cls, row)


@frozen(kw_only=True)
class StatementConversion:
    """A payout that is paid in another currency than that of the sales."""

    reference: str  #: of the payout
    sold_minor: int
    sold_currency: str
    rate: str  #: units of what is paid for one of what was sold
    rate_date: str  #: from which it is in force
    converted_minor: int  #: at that rate
    margin_minor: int  #: kept by the centre
    paid_minor: int
    paid_currency: str

    @classmethod
    def from_row(cls, row: Sequence[Any]) -> StatementConversion:
        return of_row(cls, row)
