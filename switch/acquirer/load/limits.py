"""Limits of a load that set the exit code: ``p95>50ms``, ``errors>0.1%``, ``approved<95%``. Each says when the load fails."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from switch.record import frozen

#: Of the time to an answer, in milliseconds; ``behind``: of how far the load was behind its schedule, at its 99th percentile.
TIME_LIMITS: Final = ("p50", "p90", "p95", "p99", "p99.9", "max", "mean", "behind")
#: Of messages: so many, or a share of all that were sent.
COUNT_LIMITS: Final = ("approved", "declined", "answered", "unanswered", "errors", "wrong")
RATE_LIMIT: Final = "rate"  #: answers a second
LIMIT_EXPECTED: Final = (
    f"a limit such as p95>50ms, errors>0.1% or approved<95%: one of {', '.join((*TIME_LIMITS, *COUNT_LIMITS, RATE_LIMIT))}, "
    "then < or >, then a time, a count or a share"
)
_FORM: Final = re.compile(r"\s*([a-z][a-z0-9.]*)\s*(<=|>=|<|>)\s*([0-9]{1,9}(?:\.[0-9]{1,6})?)\s*(ms|s|%|/s)?\s*", re.ASCII)


@frozen(kw_only=True)
class LoadLimit:
    """When a load fails. ``value`` is in milliseconds, percent, messages, or messages a second."""

    name: str
    comparison: str  #: one of < > <= >=
    value: float
    unit: str  #: ms, %, /s, or empty for a count

    @classmethod
    def parse(cls, text: str) -> LoadLimit | None:
        """A limit as people write it; None where it is none.

        >>> LoadLimit.parse("p95 > 0.05s").in_words
        'p95>50ms'
        >>> LoadLimit.parse("p95>5%") is None
        True
        """
        found = _FORM.fullmatch(text)
        if found is None:
            return None
        name, comparison, number, unit = found.groups("")
        value = float(number)
        if name in TIME_LIMITS and unit in ("ms", "s"):
            unit, value = "ms", value * (1000 if unit == "s" else 1)
        elif not ((name in COUNT_LIMITS and unit in ("", "%")) or (name == RATE_LIMIT and unit in ("", "/s"))):
            return None
        elif name == RATE_LIMIT:
            unit = "/s"
        return cls(name=name, comparison=comparison, value=value, unit=unit)

    @property
    def in_words(self) -> str:
        return f"{self.name}{self.comparison}{self.value:g}{self.unit}"

    def judged(self, figures: Mapping[str, float | None], sent: int) -> JudgedLimit:
        """The limit held against what was measured: ``figures`` by name, shares being of ``sent``."""
        found = figures.get(self.name)
        if found is not None and self.unit == "%":
            found = 100 * found / sent if sent else 0.0
        if found is None:
            return JudgedLimit(limit=self, found=None, kept=False)
        fails = {
            "<": found < self.value, ">": found > self.value, "<=": found <= self.value, ">=": found >= self.value
        }[self.comparison]  # fmt: skip
        return JudgedLimit(limit=self, found=found, kept=not fails)


@frozen(kw_only=True)
class JudgedLimit:
    """A limit and what was found; None where nothing was answered, and then no limit on times is kept."""

    limit: LoadLimit
    found: float | None
    kept: bool

    @property
    def found_in_words(self) -> str:
        if self.found is None:
            return "no answer"
        digits = 0 if not self.limit.unit else 3 if self.limit.unit == "%" else 1
        return f"{self.found:.{digits}f} {self.limit.unit}".strip()
