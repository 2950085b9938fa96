"""What one card did in the last week: its debits by count and by amount, less what was reversed of them."""

from __future__ import annotations

from collections.abc import Hashable
from typing import NamedTuple

from switch.issuers.cards.product import WEEK_MS


class Used(NamedTuple):
    """Debits within some time."""

    debits: int
    amount_minor: int


class Uses:
    """The debits of one card, each under the key of its exchange with what is left of it.

    One that was reversed whole counts no more, nor does a hold that expired; of one reversed in part what is left
    counts, in the time the debit was made in.
    """

    __slots__ = ("_debits",)

    def __init__(self) -> None:
        self._debits: dict[Hashable, tuple[int, int]] = {}  #: key -> when it was made, and what is left

    def add(self, key: Hashable, at_ms: int, amount_minor: int) -> None:
        """Count a debit."""
        self._debits[key] = (at_ms, amount_minor)

    def take_off(self, key: Hashable, amount_minor: int) -> None:
        """A debit was reversed by so much; one older than a week is counted no more anyway."""
        at_ms, left_minor = self._debits.get(key, (0, 0))
        if left_minor > amount_minor:
            self._debits[key] = (at_ms, left_minor - amount_minor)
        else:
            self._debits.pop(key, None)

    def within(self, window_ms: int, now_ms: int) -> Used:
        """What was made in the last ``window_ms``, a week at most: a debit falls out when exactly so much has passed."""
        gone = [key for key, (at_ms, _) in self._debits.items() if at_ms <= now_ms - WEEK_MS]
        for key in gone:
            del self._debits[key]
        amounts = [left_minor for at_ms, left_minor in self._debits.values() if at_ms > now_ms - window_ms]
        return Used(len(amounts), sum(amounts))
