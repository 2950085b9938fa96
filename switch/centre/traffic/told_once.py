"""Warnings that would be the same for every message: told the first time, then counted."""

from __future__ import annotations

from collections import Counter
from typing import Final

from switch.routing.traffic.notice import Notice, NoticeKind

WARNINGS_MAX: Final = 1_000  #: that are counted; what is new beyond them is told each time
_COUNTS_TOLD: Final = frozenset(10**power for power in range(1, 12))  #: a person wants to know that it goes on


class ToldOnce:
    """What was told, by what is the same in it. A warning is about a rule, or a dialect, and not about the one message."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[NoticeKind, str]] = Counter()

    def notice(self, kind: NoticeKind, where: str, warning: str) -> Notice | None:
        """What to tell of a warning: all of it the first time, behind ``where`` (empty: it says that itself), its count at 10,
        100 …; None in between."""
        key, whole = (kind, warning), f"{where}: {warning}" if where else warning
        if key not in self._counts and len(self._counts) >= WARNINGS_MAX:
            return Notice(kind, whole)
        self._counts[key] += 1
        count = self._counts[key]
        if count == 1:
            return Notice(kind, f"{whole}; told once, then counted")
        return Notice(kind, f"{warning}: {count:,} times so far") if count in _COUNTS_TOLD else None

    def in_all(self) -> list[Notice]:
        """How often each came that came more than once; the counts begin anew."""
        counts, self._counts = self._counts, Counter()
        return [Notice(kind, f"{warning}: {count:,} times in all") for (kind, warning), count in counts.items() if count > 1]
