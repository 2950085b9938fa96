"""Which keys have come before: a sieve that forgets none of the last ones, and costs a byte or two for each."""

from __future__ import annotations

from collections.abc import Hashable
from mmap import MAP_PRIVATE, mmap
from typing import Final

SLOTS: Final = 1 << 22  #: of a generation, a byte each: 4 MiB
KEYS_MAX: Final = 400_000  #: of a generation; full, it takes one new key in thirty for one that came before
_MASK: Final = SLOTS - 1
_SHIFT: Final = 23  #: the second place of a key is read from other bits of its hash than the first


class Seen:
    """A Bloom filter of two generations (Bloom, 1970): at least the last KEYS_MAX keys, and at most twice as many.

    It is never wrong about a key it has been shown, and now and then about one it has not: whoever asks looks closer then.
    """

    def __init__(self) -> None:
        self._younger, self._elder = _empty_slots(), _empty_slots()
        self._count = 0

    def holds(self, key: Hashable) -> bool:
        """Whether a key has, or may have, come before."""
        number = hash(key)
        one, two = number & _MASK, (number >> _SHIFT) & _MASK
        return bool((self._younger[one] and self._younger[two]) or (self._elder[one] and self._elder[two]))

    def again(self, key: Hashable) -> bool:
        """Whether a key has, or may have, come before; it has from now on."""
        number = hash(key)
        one, two = number & _MASK, (number >> _SHIFT) & _MASK
        younger, elder = self._younger, self._elder
        if (younger[one] and younger[two]) or (elder[one] and elder[two]):
            return True
        younger[one] = younger[two] = 1
        self._count += 1
        if self._count >= KEYS_MAX:
            self._elder, self._younger, self._count = younger, _empty_slots(), 0
        return False


def _empty_slots() -> mmap:
    """The slots of a generation. They take no memory, and no time to be emptied, before something stands in them."""
    return mmap(-1, SLOTS, flags=MAP_PRIVATE)
