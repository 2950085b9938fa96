"""The lines of an issuer's book: what was placed on an account under the key of an exchange, and what was taken off again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal, NamedTuple, Protocol

from switch.issuers.cards.product import DAY_MS
from switch.transaction import PARTIALLY_APPROVED, ExchangeKey

HOLD: Final = "hold"
RELEASE: Final = "release"  #: of a hold
CREDIT: Final = "credit"
TAKEN_BACK: Final = "taken_back"  #: of a credit
REVERSED: Final = "reversed"  #: no money moved: an original that is to be refused, should it come
EXPIRED: Final = "expired"  #: of a hold whose time is up
SETTLED: Final = "settled"  #: of a hold: a cleared day has presented what it was held for
POSTED_DEBIT: Final = "posted"  #: a debit that a cleared day has presented
RETURNED: Final = "returned"  #: of a posted debit, by its reversal or by a later cleared day
DEPOSIT: Final = "deposit"  #: by the bank's own hand
WITHDRAWAL: Final = "withdrawal"  #: by the bank's own hand
BLOCKED: Final = "blocked"  #: no money moved: the cards of the account are refused from then on
UNBLOCKED: Final = "unblocked"
EntryKind = Literal[
    "hold",
    "release",
    "credit",
    "taken_back",
    "reversed",
    "expired",
    "settled",
    "posted",
    "returned",
    "deposit",
    "withdrawal",
    "blocked",
    "unblocked",
]

#: What is placed -> what lowers it.
LOWERED_BY: Final[dict[EntryKind, EntryKind]] = {HOLD: RELEASE, CREDIT: TAKEN_BACK}

#: Kind -> whether it adds to (1) or takes from (-1) what is held on the account.
HOLD_SIGNS: Final[dict[EntryKind, int]] = {HOLD: 1, RELEASE: -1, EXPIRED: -1, SETTLED: -1}

#: Kind -> whether it adds to (1) or takes from (-1) the ledger balance of the account.
LEDGER_SIGNS: Final[dict[EntryKind, int]] = {
    CREDIT: 1,
    TAKEN_BACK: -1,
    POSTED_DEBIT: -1,
    RETURNED: 1,
    DEPOSIT: 1,
    WITHDRAWAL: -1,
}

#: Kind -> whether it adds to (1) or takes from (-1) what the account is short of: available money is the ledger less the holds.
SIGNS: Final[dict[EntryKind, int]] = {
    **dict.fromkeys((REVERSED, BLOCKED, UNBLOCKED), 0),
    **HOLD_SIGNS,
    **{kind: -sign for kind, sign in LEDGER_SIGNS.items()},
}

#: The kinds that belong to no exchange: the bank's own doing.
BY_HAND: Final[frozenset[EntryKind]] = frozenset({DEPOSIT, WITHDRAWAL, BLOCKED, UNBLOCKED})

#: How long a hold lasts where the card's product says nothing else. Schemes protect a pre-authorization for 7 to 30 days; the
#: longest of these never ends a hold that could still be captured.
HOLD_DAYS: Final = 30


class Entry(NamedTuple):
    """One line of an issuer's book, in the order of its columns."""

    recorded_at_ms: int
    account: str
    kind: EntryKind
    amount_minor: int  #: above zero; of a REVERSED what its DE 4 says, of a BLOCKED or UNBLOCKED 0
    acquirer_id: str
    terminal_id: str
    stan: str
    transmitted_at: str
    rrn: str
    approval_code: str
    response_code: str
    expires_at_ms: int = 0  #: of a HOLD; 0 where an earlier release wrote it
    business_date: str = ""  #: of the cleared day that caused it; empty for all else

    @property
    def key(self) -> ExchangeKey:
        return ExchangeKey(self.acquirer_id, self.terminal_id, self.stan, self.transmitted_at)

    @property
    def taken_minor(self) -> int:
        """What the line takes from the available money of its account; below zero where it gives."""
        return SIGNS[self.kind] * self.amount_minor

    @property
    def term_ms(self) -> int:
        """How long a hold lasts."""
        return self.expires_at_ms - self.recorded_at_ms if self.expires_at_ms else HOLD_DAYS * DAY_MS

    def changed(self, kind: EntryKind, amount_minor: int, now_ms: int, business_date: str = "") -> Entry:
        """A later line of the same exchange on the same account."""
        return self._replace(
            recorded_at_ms=now_ms, kind=kind, amount_minor=amount_minor, expires_at_ms=0, business_date=business_date
        )


class Placed(NamedTuple):
    """What an exchange has on its account: a hold or a credit, and what was posted of it."""

    entry: Entry  #: as it was placed; of a debit the issuer was never asked about, as it was posted
    left_minor: int  #: of the hold or of the credit: 0 once it has ended
    posted_minor: int = 0  #: debited by cleared days, less what was returned; below zero where more was

    @classmethod
    def new(cls, entry: Entry) -> Placed:
        return cls(entry, 0, entry.amount_minor) if entry.kind == POSTED_DEBIT else cls(entry, entry.amount_minor)

    @classmethod
    def after(cls, placed: Placed | None, entry: Entry) -> Placed | None:
        """What stands once a further line of the exchange is written."""
        kind, amount_minor = entry.kind, entry.amount_minor
        if placed is None:
            return cls.new(entry) if kind in (HOLD, CREDIT, POSTED_DEBIT) else None
        if kind == CREDIT and entry.business_date and placed.entry.kind == CREDIT:
            return placed._replace(left_minor=placed.left_minor + amount_minor)
        if kind in LOWERED_BY:
            return cls(entry, amount_minor, placed.posted_minor)
        if kind in (POSTED_DEBIT, RETURNED):
            return placed._replace(posted_minor=placed.posted_minor - LEDGER_SIGNS[kind] * amount_minor)
        if kind == TAKEN_BACK or kind in HOLD_SIGNS:
            assert amount_minor <= placed.left_minor, "more undone than is left"
            return placed._replace(left_minor=placed.left_minor - amount_minor)
        return placed

    @property
    def granted_in_part(self) -> bool:
        """Whether less was granted than asked for, and none of it is undone."""
        return self.entry.response_code == PARTIALLY_APPROVED and self.standing_minor == self.entry.amount_minor

    @property
    def standing_minor(self) -> int:
        """What is left of it, held or posted."""
        return self.left_minor if self.entry.kind == CREDIT else self.left_minor + max(self.posted_minor, 0)

    @property
    def debited_minor(self) -> int:
        """What the exchange took from the ledger balance; below zero where it gave."""
        return self.posted_minor - self.left_minor if self.entry.kind == CREDIT else self.posted_minor

    def lowering(self, replacement_minor: int, now_ms: int) -> Entry | None:
        """The line that leaves ``replacement_minor``; None where no more than that is left."""
        by_minor = self.standing_minor - replacement_minor
        if by_minor <= 0:
            return None
        kind = RETURNED if not self.left_minor else LOWERED_BY[self.entry.kind]
        return self.entry.changed(kind, by_minor, now_ms)


class EntryReference(NamedTuple):
    """What a reversal without DE 90 knows of its original."""

    rrn: str
    terminal_id: str
    amount_minor: int


class Records(Protocol):
    """The durable book, asked for what is no longer remembered."""

    def placed_under(self, key: ExchangeKey) -> Placed | None:
        """The last hold or credit of an exchange, with what is left of it."""

    def key_of(self, reference: EntryReference) -> ExchangeKey | None:
        """The exchange whose hold or credit was the last placed under a reference."""

    def of_account(self, account: str, after_ms: int) -> Iterable[Entry]:
        """The entries of an account recorded after an instant, in their order."""


def standing(entries: Iterable[Entry]) -> Placed | None:
    """What the lines of one exchange, in their order, come to."""
    placed = None
    for entry in entries:
        placed = Placed.after(placed, entry)
    return placed
