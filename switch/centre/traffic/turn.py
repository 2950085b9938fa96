"""A turn: what was decided is written down in one commit, and only then sent. It never waits, so nothing can come between.

This is the promise *journal, then send*: no byte that says a thing leaves before the journal has it, and where the journal
cannot take it, none leaves at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from switch.journal.journal import Batch
from switch.routing.traffic.effects import UNTOLD, Effect
from switch.routing.traffic.notice import Notice


class Sending(Protocol):
    """Who says what a turn sends: ``actions`` only queue, and ``flush`` lets all that is queued go."""

    @property
    def actions(self) -> Mapping[type[Any], Callable[[Any, float], Iterable[Effect]]]:
        """Kind of effect -> how it is queued; each gives the effects that follow from it, where it cannot be said."""

    def flush(self) -> None:
        """Send what is queued."""


class Turn:
    """Performs what the switchboard wants. ``commit`` makes a batch durable or raises; ``tell`` reaches the person watching."""

    def __init__(self, commit: Callable[[Batch], None], sending: Sending, tell: Callable[[Notice], None]) -> None:
        self._commit, self._sending, self._tell = commit, sending, tell

    def perform(self, effects: list[Effect], now: float) -> None:
        """Queue what is to be sent, write down what is to be journaled, then send, then tell."""
        batch, notices = Batch(), list[Notice]()
        write, say = {**batch.writers(), Notice: notices.append}, self._sending.actions
        for effect in effects:  # grows while it is gone through: a forward that fails is decided at once
            kind = type(effect)
            written = write.get(kind)
            if written is not None:
                written(effect)
            else:
                effects += say[kind](effect, now)
        if batch:
            self._commit(batch)
        self._sending.flush()
        for occurrence in batch.occurrences:
            if occurrence.kind not in UNTOLD:
                self._tell(Notice(occurrence.kind, f"request {occurrence.request_id}: {occurrence.detail}"))
        for notice in notices:
            self._tell(notice)
