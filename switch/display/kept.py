"""Texts that are written once and used again and again: amounts, times and rates of a million lines."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class KeptTexts(dict[Any, str]):
    """How values are written, by the value; it forgets all of them where it has ``most``, so that its memory is bounded.

    >>> kept = KeptTexts(lambda number: f"{number:>4}", most=2)
    >>> kept[7], kept[7], len(kept)
    ('   7', '   7', 1)
    """

    def __init__(self, write: Callable[[Any], str], most: int) -> None:
        super().__init__()
        self._write, self._most = write, most

    def __missing__(self, key: Any) -> str:
        if len(self) >= self._most:
            self.clear()
        self[key] = written = self._write(key)
        return written
