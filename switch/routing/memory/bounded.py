"""A bounded memory: the newest entries of a table, at least half of what it may hold and never more."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class Memory(Generic[Key, Value]):
    """Two generations of a dict: when the younger is full it becomes the elder, and the elder is forgotten."""

    def __init__(self, entries_max: int) -> None:
        self._half = max(entries_max // 2, 1)
        self._younger: dict[Key, Value] = {}
        self._elder: dict[Key, Value] = {}

    def __len__(self) -> int:
        return len(self._younger) + len(self._elder)

    def get(self, key: Key) -> Value | None:
        return self._younger.get(key) or self._elder.get(key)

    def values(self) -> Iterator[Value]:
        """All that is remembered."""
        yield from self._elder.values()
        yield from self._younger.values()

    def put(self, key: Key, value: Value) -> None:
        if len(self._younger) >= self._half:
            self._elder, self._younger = self._younger, {}
        self._younger[key] = value
