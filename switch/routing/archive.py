"""Exchanges of the past: what the switchboard remembers of them, and what it may ask of the journal."""

from __future__ import annotations

from typing import Protocol

from attrs import define

from switch.record import record
from switch.routing.deliveries import Delivery
from switch.transaction import Authorization, Decision, ExchangeKey, Reversal


@define
class Past:
    """A request that was decided. ``remaining_minor`` is what effective reversals have left of its amount."""

    request_id: int
    authorization: Authorization
    issuer: str | None
    decision: Decision
    remaining_minor: int
    decided_at: float | None = None  #: seconds of the monotonic clock; None before the last start


class Archive(Protocol):
    """The journal, read by key; asked only for what is no longer remembered."""

    def find(self, key: ExchangeKey) -> Past | None:
        """The latest decided request under a key."""

    def find_original(self, reversal: Reversal) -> Past | None:
        """The latest decided request a reversal without a usable DE 90 can mean: same DE 37, 41, 42 and 4."""


class NoArchive:
    """The past of a centre that has none."""

    def find(self, key: ExchangeKey) -> Past | None:
        return None

    def find_original(self, reversal: Reversal) -> Past | None:
        return None


@record
class Recovery:
    """What a journal tells of the time before a start."""

    decided: list[Past]  #: the latest ones, oldest first
    undecided: list[tuple[int, Authorization, str | None]]  #: request id, request, the issuer it was forwarded to
    owed: list[Delivery]  #: oldest first
    reversed_unknown: list[ExchangeKey]  #: originals that were reversed and had not come
