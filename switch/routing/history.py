"""What was decided before: the last decisions in memory, the rest in the journal."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Final

from switch.routing.archive import Archive, Past, Reference
from switch.routing.memory import Memory
from switch.routing.seen import Seen
from switch.transaction import REQUEST, ExchangeKey

REMEMBERED_MAX: Final = 5_000  #: decided exchanges kept to answer repeats and recognise late answers, about 2 kB each


class History:
    """Decided requests by key and by reference."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._memory: Memory[ExchangeKey, Past] = Memory(REMEMBERED_MAX)
        self._of_rrn: Memory[str, tuple[Past, ...]] = Memory(REMEMBERED_MAX)  #: mostly one; a completion has that of its hold
        self._seen = Seen()
        self.remembered = self._memory.get  #: one of the last decisions by its key, or None

    def restore(self, decided: Iterable[Past], keys: Iterable[Hashable]) -> None:
        """Take up the last decisions before a restart, and the keys of many more requests."""
        self._seen.restore(keys)
        for past in decided:
            self.put(past)

    def known(self, key: ExchangeKey) -> Past | None:
        """What was decided under the key of a request that has come; None where it has come for the first time, or waits."""
        past = self.remembered(key)
        return self.find(key) if past is None and self._seen.again(key) else past

    def put(self, past: Past) -> None:
        request = past.authorization
        self._memory.put(request.key, past)
        others = self._of_rrn.get(request.rrn)
        self._of_rrn.put(request.rrn, (past,) if others is None else (*others, past))

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

        found = [past for past in self._of_rrn.get(reference.rrn) or () if meant(past)]
        if found:
            return max(found, key=lambda past: past.request_id)
        past = self._archive.find_by_reference(reference)
        return self.find(past.authorization.key) if past is not None and meant(past) else None
