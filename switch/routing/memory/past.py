"""Exchanges of the past: what the switchboard remembers of them, and what it may ask of the journal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, Protocol

from attrs import define

from switch.card import Pan
from switch.transaction import LATER, NOW, WITH_BATCH, Authorization, CaptureTime, Decision, ExchangeKey


class NewAmount(NamedTuple):
    """An acquirer's adjustment of a sale: its key, and the amount it gave the sale."""

    key: ExchangeKey
    amount_minor: int


@define(eq=False)
class DecidedRequest:
    """A request that was decided. ``remaining_minor`` is what effective reversals, or its completion, have left of it."""

    request_id: int
    authorization: Authorization
    issuer: str | None
    decision: Decision
    remaining_minor: int
    decided_at: float | None = None  #: seconds of the monotonic clock; None before the last start
    capture: CaptureTime = NOW  #: when it counts (``rules.capture``)
    completed_by: ExchangeKey | None = None  #: of a hold: the completion that took its place
    increments: tuple[ExchangeKey, ...] = ()  #: of a hold: the approved requests that added to it
    sold_minor: int = 0  #: of a completed hold: what was left of it when a completion first took its place
    adjustments: tuple[NewAmount, ...] = ()  #: of a sale: those that were not reversed, the last one counts
    given_back: bool = False  #: its issuer is owed a reversal for an approval that came after its decline

    @property
    def held(self) -> bool:
        """Whether it is an approval that does not count yet: it waits for a completion, or for the close of its batch."""
        return self.capture in (LATER, WITH_BATCH) and self.remaining_minor > 0

    @property
    def adds(self) -> bool:
        """Whether it is an increment: a request, or the word of one, that adds to the hold it names."""
        return self.capture == LATER and self.authorization.original_key is not None

    @property
    def to_undo(self) -> bool:
        """Whether a reversal of it, or of what completed it, may find something to undo."""
        return self.remaining_minor > 0 or self.completed_by is not None


class Reference(NamedTuple):
    """The name of an earlier request for a message without DE 90: DE 37, 41 and 42, and its amount where the message has it."""

    rrn: str
    terminal_id: str
    merchant_id: str
    amount_minor: int | None

    def fits(self, authorization: Authorization) -> bool:
        return (
            authorization.rrn == self.rrn
            and authorization.key.terminal_id == self.terminal_id
            and authorization.merchant_id == self.merchant_id
            and self.amount_minor in (None, authorization.amount_minor)
        )


class SameStan(NamedTuple):
    """The name of an original for a reversal with neither DE 90 nor a usable DE 37: its STAN, and what the reversal repeats
    of it."""

    acquirer_id: str
    terminal_id: str
    stan: str
    merchant_id: str
    amount_minor: int
    at: str  #: MMDDhhmmss of the message that names it
    pan: Pan | None  #: None where the message has no card

    @property
    def key(self) -> ExchangeKey:
        """The key of the original, if it was sent in the same second as the message that names it."""
        return ExchangeKey(self.acquirer_id, self.terminal_id, self.stan, self.at)

    def fits(self, authorization: Authorization) -> bool:
        return (
            authorization.key[:3] == self[:3]
            and authorization.merchant_id == self.merchant_id
            and authorization.amount_minor == self.amount_minor
            and self.pan in (None, authorization.pan)
        )


Named = Reference | SameStan


class Archive(Protocol):
    """The journal, read by key and by name; asked only for what is no longer remembered."""

    def find(self, key: ExchangeKey) -> DecidedRequest | None:
        """The latest decided request under a key."""

    def find_named(self, named: Named) -> DecidedRequest | None:
        """The decided request that a name means: one that still has something to undo before one that has not, then the
        latest."""

    def find_hold(self, reference: Reference, approval_code: str | None) -> DecidedRequest | None:
        """The request of a reference, never itself a completion: one of that approval code before another, then one that
        still waits for a completion, then the latest."""

    def of_stan(self, key: ExchangeKey, seconds: float) -> Iterable[Authorization]:
        """Requests of the acquirer, terminal and STAN of a key, and so near to its time, the latest first."""

    def came_reversed(self, name: ExchangeKey | Named) -> bool:
        """Whether a reversal that found no original has named one by this name."""

    def ended_date(self, request_id: int) -> str | None:
        """The business date a request was decided in, where that is not open any more; else None."""

    def batch_closed(self, past: DecidedRequest) -> bool:
        """Whether its terminal, or its acquirer as a whole, has agreed about totals in which a request is counted."""


class NoArchive:
    """The past of a centre that has none."""

    def find(self, key: ExchangeKey) -> DecidedRequest | None:
        return None

    def find_named(self, named: Named) -> DecidedRequest | None:
        return None

    def find_hold(self, reference: Reference, approval_code: str | None) -> DecidedRequest | None:
        return None

    def of_stan(self, key: ExchangeKey, seconds: float) -> Iterable[Authorization]:
        return ()

    def came_reversed(self, name: ExchangeKey | Named) -> bool:
        return False

    def ended_date(self, request_id: int) -> str | None:
        return None

    def batch_closed(self, past: DecidedRequest) -> bool:
        return False
