"""What was decided before: the last decisions in memory, the rest in the journal."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Final

from switch.routing.memory.bounded import Memory
from switch.routing.memory.past import Archive, DecidedRequest
from switch.routing.memory.seen_keys import Seen
from switch.transaction import ExchangeKey

REMEMBERED_MAX: Final = 5_000  #: decided exchanges kept to answer repeats and recognise late answers, about 2 kB each


class History:
    """Decided requests by key."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._memory: Memory[ExchangeKey, DecidedRequest] = Memory(REMEMBERED_MAX)
        self.again = Seen().again  #: whether a key came before, or may have: only then it can be found; it has from now on

    def restore(self, decided: Iterable[DecidedRequest], keys: Iterable[Hashable]) -> None:
        """Take up the last decisions before a restart, and the keys of many more requests."""
        for key in keys:
            self.again(key)
        for past in decided:
            self._recall(past)

    def _recall(self, past: DecidedRequest) -> None:
        self.again(past.authorization.key)
        self.put(past)

    def put(self, past: DecidedRequest) -> None:
        """Remember a decision; its key has come before."""
        self._memory.put(past.authorization.key, past)

    def find(self, key: ExchangeKey) -> DecidedRequest | None:
        """A decision of any time; it is remembered from then on."""
        past = self._memory.get(key)
        if past is None:
            past = self._archive.find(key)
            if past is not None:
                self._recall(past)
        return past

    def remembered(self) -> Iterable[DecidedRequest]:
        """The decisions in memory."""
        return self._memory.values()
