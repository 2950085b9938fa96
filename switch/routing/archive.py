"""Exchanges of the past: what the switchboard remembers of them, and what it may ask of the journal."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from attrs import define

from switch.routing.capture import LATER, NOW, WITH_BATCH
from switch.transaction import REQUEST, Authorization, Decision, ExchangeKey, Reversal


@define(eq=False)
class Past:
    """A request that was decided. ``remaining_minor`` is what effective reversals, or its completion, have left of it."""

    request_id: int
    authorization: Authorization
    issuer: str | None
    decision: Decision
    remaining_minor: int
    decided_at: float | None = None  #: seconds of the monotonic clock; None before the last start
    capture: str = NOW  #: when it counts (``switch.routing.capture``)
    completed_by: ExchangeKey | None = None  #: of a hold: the completion that took its place
    increments: tuple[ExchangeKey, ...] = ()  #: of a hold: the approved requests that added to it

    @property
    def held(self) -> bool:
        """Whether it is an approval that does not count yet: it waits for a completion, or for the close of its batch."""
        return self.capture in (LATER, WITH_BATCH) and self.remaining_minor > 0

    @property
    def adds(self) -> bool:
        """Whether it is an increment: a request that adds to the hold it names."""
        request = self.authorization
        return self.capture == LATER and request.original_key is not None and request.function == REQUEST

    @property
    def to_undo(self) -> bool:
        """Whether a reversal of it, or of what completed it, may find something to undo."""
        return self.remaining_minor > 0 or self.completed_by is not None


class Reference(NamedTuple):
    """What names an original that no DE 90 names: DE 37, 41 and 42, and its amount where that is known."""

    rrn: str
    terminal_id: str
    merchant_id: str
    amount_minor: int | None

    @classmethod
    def of(cls, reversal: Reversal) -> Reference | None:
        """What a reversal without DE 90 refers to; None where its DE 37 tells nothing apart."""
        if not reversal.rrn.strip("0 "):
            return None
        return cls(reversal.rrn, reversal.key.terminal_id, reversal.merchant_id, reversal.amount_minor)

    def fits(self, authorization: Authorization) -> bool:
        return (
            authorization.rrn == self.rrn
            and authorization.key.terminal_id == self.terminal_id
            and authorization.merchant_id == self.merchant_id
            and self.amount_minor in (None, authorization.amount_minor)
        )


class Archive(Protocol):
    """The journal, read by key; asked only for what is no longer remembered."""

    def find(self, key: ExchangeKey) -> Past | None:
        """The latest decided request under a key."""

    def find_by_reference(self, reference: Reference) -> Past | None:
        """The latest decided request a reference can mean."""


class NoArchive:
    """The past of a centre that has none."""

    def find(self, key: ExchangeKey) -> Past | None:
        return None

    def find_by_reference(self, reference: Reference) -> Past | None:
        return None
