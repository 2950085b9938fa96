"""The lines of an issuer's book: what was placed on an account under the key of an exchange, and what was taken off again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal, NamedTuple, Protocol

from switch.transaction import PARTIALLY_APPROVED, ExchangeKey

HOLD: Final = "hold"
RELEASE: Final = "release"  #: of a hold
CREDIT: Final = "credit"
TAKEN_BACK: Final = "taken_back"  #: of a credit
REVERSED: Final = "reversed"  #: no money moved: an original that is to be refused, should it come
EntryKind = Literal["hold", "release", "credit", "taken_back", "reversed"]

#: What is placed -> what lowers it.
LOWERED_BY: Final[dict[EntryKind, EntryKind]] = {HOLD: RELEASE, CREDIT: TAKEN_BACK}

#: Kind -> whether it adds to (1) or takes from (-1) what the account is short of.
SIGNS: Final[dict[EntryKind, int]] = {HOLD: 1, RELEASE: -1, CREDIT: -1, TAKEN_BACK: 1, REVERSED: 0}


class Entry(NamedTuple):
    """One line of an issuer's book, in the order of its columns."""

    recorded_at_ms: int
    account: str
    kind: EntryKind
    amount_minor: int  #: above zero; of a REVERSED what its DE 4 says
    acquirer_id: str
    terminal_id: str
    stan: str
    transmitted_at: str
    rrn: str
    approval_code: str
    response_code: str

    @property
    def key(self) -> ExchangeKey:
        return ExchangeKey(self.acquirer_id, self.terminal_id, self.stan, self.transmitted_at)

    @property
    def taken_minor(self) -> int:
        """What the line takes from the available money of its account; below zero where it gives."""
        return SIGNS[self.kind] * self.amount_minor


class Placed(NamedTuple):
    """The hold or the credit of an exchange, and what is left of it: 0 once all is undone."""

    entry: Entry  #: as it was written
    left_minor: int

    @classmethod
    def new(cls, entry: Entry) -> Placed:
        return cls(entry, entry.amount_minor)

    @property
    def granted_in_part(self) -> bool:
        """Whether less was granted than asked for, and none of it is undone."""
        return self.entry.response_code == PARTIALLY_APPROVED and self.left_minor == self.entry.amount_minor

    def lowered(self, by_minor: int) -> Placed:
        assert 0 < by_minor <= self.left_minor, "more undone than is left"
        return self._replace(left_minor=self.left_minor - by_minor)

    def lowering(self, replacement_minor: int, now_ms: int) -> Entry | None:
        """The line that leaves ``replacement_minor``; None where no more than that is left."""
        if self.left_minor <= replacement_minor:
            return None
        kind, by_minor = LOWERED_BY[self.entry.kind], self.left_minor - replacement_minor
        return self.entry._replace(recorded_at_ms=now_ms, kind=kind, amount_minor=by_minor)


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
    """The last hold or credit among the lines of one exchange, in their order, with what is left of it."""
    placed = None
    for entry in entries:
        if entry.kind in LOWERED_BY:
            placed = Placed.new(entry)
        elif placed is not None and entry.kind == LOWERED_BY[placed.entry.kind]:
            placed = placed.lowered(entry.amount_minor)
    return placed
