"""What an issuer remembers of the proofs of its cards: wrong PINs of the day, and the counters of their chips."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal, NamedTuple

PIN_WRONG: Final = "pin_wrong"
PIN_RIGHT: Final = "pin_right"  #: written where a wrong one went before it
COUNTER: Final = "counter"  #: of a chip, of a cryptogram that was right
ProofEventKind = Literal["pin_wrong", "pin_right", "counter"]

DAY_OF_TRIES_MS: Final = 86_400_000


class ProofEvent(NamedTuple):
    """One line of the book, in the order of its columns. A card is named by its account and its last four digits."""

    recorded_at_ms: int
    card: str
    kind: ProofEventKind
    value: int  #: of a COUNTER, 0 to 65535; else 0


class ProofMemory:
    """Wrong PINs are counted by the day (UTC): on the next one the cardholder may try again."""

    __slots__ = ("_counters", "_wrong")

    def __init__(self) -> None:
        self._wrong: dict[str, tuple[int, int]] = {}  #: card -> day, and wrong PINs of it since the last right one
        self._counters: dict[str, set[int]] = {}

    def replay(self, events: Iterable[ProofEvent]) -> None:
        """Take up what the durable book tells."""
        for event in events:
            self.note(event)

    def note(self, event: ProofEvent) -> None:
        if event.kind == COUNTER:
            self._counters.setdefault(event.card, set()).add(event.value)
        elif event.kind == PIN_RIGHT:
            self._wrong.pop(event.card, None)
        else:
            day = event.recorded_at_ms // DAY_OF_TRIES_MS
            self._wrong[event.card] = (day, self.wrong_pins(event.card, event.recorded_at_ms) + 1)

    def wrong_pins(self, card: str, now_ms: int) -> int:
        """Wrong PINs of this day since the last right one."""
        day, count = self._wrong.get(card, (0, 0))
        return count if day == now_ms // DAY_OF_TRIES_MS else 0

    def was_used(self, card: str, counter: int) -> bool:
        """Whether a cryptogram with this counter was accepted before. Counters come out of order: a terminal that was offline
        sends late."""
        return counter in self._counters.get(card, ())
