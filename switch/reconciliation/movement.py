"""The lines of a file to reconcile, whatever its format: what each says of one sale, one remise or one credit."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final, Literal

from attrs import evolve

from switch.record import frozen, record

TILL: Final = "till"
RELEVE: Final = "releve"
BANK: Final = "bank"
#: Whose file it is: the merchant's till, the acquirer's statement of what it pays (*relevé*), the bank's statement of account.
FileKind = Literal["till", "releve", "bank"]

SALES: Final = "sales"
SUMS: Final = "sums"
#: A file lists sales one by one, or only their sums: a remise, a day, a credit on an account.
Level = Literal["sales", "sums"]

ONLINE: Final = "online"
TERMINAL: Final = "terminal"
#: Where a sale was made, as far as its file tells.
SaleChannel = Literal["online", "terminal", ""]


@record
class Movement:
    """One line of a file. What the file does not say is empty, or None."""

    place: int  #: its line or row in the file, from 1
    amount_minor: int  #: as it changes what the merchant has: a refund is below zero
    currency: str  #: numeric code of ISO 4217
    date: str = ""  #: 2026-02-03, in the clock of the file
    second: int | None = None  #: of the day, in the clock of the file
    net_minor: int | None = None  #: the amount less its charges
    rrn: str = ""
    stan: str = ""  #: without leading zeros
    approval_code: str = ""
    card: str = ""  #: masked: its digits and stars
    terminal_id: str = ""
    channel: SaleChannel = ""
    remise: str = ""  #: number of its remise, without leading zeros
    remise_date: str = ""
    reference: str = ""  #: of the payout or the transfer
    value_date: str = ""
    ticket: str = ""  #: what the till calls the sale; two payments of one sale share it
    label: str = ""  #: what the bank writes beside a credit
    block: int = 0  #: of a file in blocks, the line on which its block begins


@frozen(kw_only=True)
class Stated:
    """The totals that a file states of a remise."""

    place: int
    remise: str
    date: str
    currency: str
    terminal_id: str = ""
    family: int = 0  #: the block of the sales of the same remise, of which this is one, or a block of refunds
    gross_minor: int | None = None
    commission_minor: int | None = None
    vat_minor: int | None = None
    net_minor: int | None = None


@frozen(kw_only=True)
class SetAside:
    """A record that cannot be used; the others of its file are."""

    place: int
    found: str
    expected: str


@frozen(kw_only=True)
class Side:
    """What a file says: its lines, and the records that were set aside."""

    name: str  #: of the file, as it was typed
    form: str  #: one of ``readers.recognize.RECOGNIZED_FORMS``
    kind: FileKind
    level: Level
    lines: tuple[Movement, ...]
    stated: tuple[Stated, ...] = ()
    set_aside: tuple[SetAside, ...] = ()
    entries: tuple[Movement, ...] = ()  #: fees and other entries of a statement's payouts, which are no sales
    #: Lines of a bank that are no card credits, as somebody said; or entries of a statement, beside sales.
    out_of_scope_count: int = 0


def scoped(side: Side, labels: Collection[str]) -> Side:
    """A bank statement with the lines alone whose label has one of these texts in it; any other side as it is."""
    if not labels or side.kind != BANK:
        return side
    wanted = [label.casefold() for label in labels]
    kept = tuple(line for line in side.lines if any(label in line.label.casefold() for label in wanted))
    return evolve(side, lines=kept, out_of_scope_count=len(side.lines) - len(kept))


def with_entries(side: Side, other: Side) -> Side:
    """A statement with its entries among its lines where the other side has sums: a payout is the net of both.

    Beside sales they are left out, and counted.
    """
    if not side.entries:
        return side
    if other.level == SUMS:
        return evolve(side, lines=(*side.lines, *side.entries), entries=())
    return evolve(side, entries=(), out_of_scope_count=len(side.entries))


def content_of(line: Movement) -> tuple[object, ...]:
    """All that a line says but its place: two lines with the same content can stand for one another."""
    return (
        line.date,
        -1 if line.second is None else line.second,
        line.amount_minor,
        line.currency,
        line.rrn,
        line.stan,
        line.approval_code,
        line.card,
        line.terminal_id,
        line.remise,
        line.remise_date,
        line.reference,
        line.value_date,
        line.ticket,
        line.label,
        line.channel,
        "" if line.net_minor is None else str(line.net_minor),
    )
