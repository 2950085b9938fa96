"""What was decided before: the last decisions in memory, the rest in the journal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from switch.routing.archive import Archive, Past, Reference
from switch.routing.memory import Memory
from switch.transaction import REQUEST, ExchangeKey

REMEMBERED_MAX: Final = 5_000  #: decided exchanges kept to answer repeats and recognise late answers, about 2 kB each


class History:
    """Decided requests by key and by reference."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._memory: Memory[ExchangeKey, Past] = Memory(REMEMBERED_MAX)
        self.remembered = self._memory.get  #: one of the last decisions by its key, or None

    def put(self, past: Past) -> None:
        self._memory.put(past.authorization.key, past)

    def find(self, key: ExchangeKey) -> Past | None:
        """A decision of any time; it is remembered from then on."""
        past = self._memory.get(key)
        if past is None:
            past = self._archive.find(key)
            if past is not None:
                self.put(past)
        return past

    def find_by_reference(self, reference: Reference, *, held: bool = False) -> Past | None:
        """The latest request a reference can mean; ``held``: only one that was asked, no completion of one."""

        def meant(past: Past) -> bool:
            return reference.fits(past.authorization) and (not held or past.authorization.function == REQUEST)

        past = self._newest(meant)
        if past is None:
            past = self._archive.find_by_reference(reference)
            if past is None or not meant(past):
                return None
            past = self.find(past.authorization.key)
        return past

    def _newest(self, meant: Callable[[Past], bool]) -> Past | None:
        found = [past for past in self._memory.values() if meant(past)]
        return max(found, key=lambda past: past.request_id, default=None)
