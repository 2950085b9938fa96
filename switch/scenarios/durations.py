"""Lengths of time in rules: ``12s``, ``300ms``, and delays that are drawn anew for each message."""

from __future__ import annotations

import re
from math import exp
from typing import Final

from switch.record import frozen
from switch.spec_table import SECONDS_MAX, SpecTable

UNIFORM, LOGNORMAL = "uniform", "lognormal"
#: What is expected of a length of time, and of ``late``.
DURATION_MEANT: Final = f'seconds above 0 and up to {SECONDS_MAX:g}, such as "12s" or "300ms"'
DELAY_MEANT: Final = DURATION_MEANT + ', or "uniform 1s..3s", or "lognormal 300ms 0.4" (median, spread)'
#: Of the middle of a lognormal delay; beyond, a chance of one in 10^15 would be drawn as infinity.
_CERTAIN: Final = 1e-15
_DURATION: Final = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?) ?(ms|s|m|min|h)?", re.ASCII)
_UNIT_MS: Final = {"ms": 1, "s": 1_000, "m": 60_000, "min": 60_000, "h": 3_600_000}


def seconds_of(text: str) -> float | None:
    """The seconds that a text such as ``12s``, ``300ms`` or ``0.5`` says; None where it is none, or not above 0 and up to
    SECONDS_MAX.

    >>> seconds_of("300ms"), seconds_of("12 s"), seconds_of("soon")
    (0.3, 12.0, None)
    """
    seconds = seconds_said(text)
    return seconds if seconds is not None and 0 < seconds <= SECONDS_MAX else None


def seconds_said(text: str) -> float | None:
    """The same of any length: the one spelling that rules, expectations and options have.

    >>> seconds_said("2m"), seconds_said("1.5"), seconds_said("0s"), seconds_said("1 week")
    (120.0, 1.5, 0.0, None)
    """
    match = _DURATION.fullmatch(text.strip())
    return None if match is None else float(match[1]) * _UNIT_MS[match[2] or "s"] / 1000


def seconds_in_words(seconds: float) -> str:
    """As rules write it, to the millisecond."""
    return f"{round(seconds, 3):g}s" if seconds >= 1 else f"{round(seconds * 1000, 3):g}ms"


def duration_from_toml(table: SpecTable, key: str) -> float:
    """A length of time in seconds: a number, or text such as ``"30s"``; 0 where the key is missing."""
    text = table.peek(key, str)
    if text is None:
        return float(table.seconds(key, 0.0))
    seconds = seconds_of(text)
    if seconds is None:
        table.mistake(key, repr(text), DURATION_MEANT)
    return seconds or 0.0


@frozen
class Delay:
    """A delay of which each message gets another: between two ends, or lognormal with a median and a spread."""

    kind: str  #: UNIFORM or LOGNORMAL
    first: float  #: the low end, or the median, in seconds
    second: float  #: the high end in seconds, or the spread: the standard deviation of the logarithm

    def drawn(self, chance: float) -> float:
        """The delay in seconds that belongs to a number from 0 to 1; SECONDS_MAX at most."""
        if self.kind == UNIFORM:
            return self.first + (self.second - self.first) * chance
        from statistics import NormalDist  # few rules draw, and it takes long to load

        deviation = NormalDist().inv_cdf(min(max(chance, _CERTAIN), 1 - _CERTAIN))
        return min(self.first * exp(self.second * deviation), SECONDS_MAX)

    @property
    def in_words(self) -> str:
        """As the short spelling has it."""
        first = seconds_in_words(self.first)
        if self.kind == UNIFORM:
            return f"{UNIFORM} {first}..{seconds_in_words(self.second)}"
        return f"{LOGNORMAL} {first} {self.second:g}"


def delay_of(text: str) -> float | Delay | None:
    """What stands behind ``late``: seconds, or a delay that is drawn; None where it is neither.

    >>> delay_of("uniform 1s..3s").drawn(0.5)
    2.0
    """
    kind, _, rest = text.strip().partition(" ")
    if kind == UNIFORM:
        low, dots, high = rest.partition("..")
        ends = seconds_of(low), seconds_of(high)
        if dots and ends[0] is not None and ends[1] is not None and ends[0] < ends[1]:
            return Delay(UNIFORM, ends[0], ends[1])
        return None
    if kind == LOGNORMAL:
        median, _, spread = rest.strip().rpartition(" ")
        middle = seconds_of(median)
        if middle is not None and re.fullmatch(r"[0-9](\.[0-9]{1,3})?", spread) and float(spread):
            return Delay(LOGNORMAL, middle, float(spread))
        return None
    return seconds_of(text)
