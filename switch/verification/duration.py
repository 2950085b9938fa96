"""Lengths of time as people write them, and say them."""

from __future__ import annotations

import re
from typing import Final

from switch.spec_table import SECONDS_MAX, SpecTable

_DURATION: Final = re.compile(r"([0-9]{1,7}(?:\.[0-9]{1,3})?)(ms|s|m|min)?", re.ASCII)
_UNIT_MS: Final = {"ms": 1, "s": 1_000, "m": 60_000, "min": 60_000}
DURATION_EXPECTED: Final = f'a length of time up to {SECONDS_MAX:g} s, such as "30s", "500ms" or "2m"'


def duration_ms(text: str) -> int | None:
    """The milliseconds of a length of time, which is in seconds where no unit stands; None where it is none.

    >>> duration_ms("30s"), duration_ms("1.5"), duration_ms("500ms"), duration_ms("soon")
    (30000, 1500, 500, None)
    """
    found = _DURATION.fullmatch(text)
    milliseconds = round(float(found[1]) * _UNIT_MS[found[2] or "s"]) if found else -1
    return milliseconds if 0 <= milliseconds <= SECONDS_MAX * 1000 else None


def in_seconds(milliseconds: int) -> str:
    """A length of time for people.

    >>> in_seconds(30000), in_seconds(31240), in_seconds(7)
    ('30 s', '31.24 s', '0.007 s')
    """
    return f"{milliseconds / 1000:.3f}".rstrip("0").rstrip(".") + " s"


def duration_from_toml(table: SpecTable, key: str) -> int | None:
    """The milliseconds at a key, text or a number of seconds; None where there is none."""
    whole, fraction = table.peek(key, int), table.peek(key, float)
    number = fraction if whole is None else whole
    if number is not None:
        said = f"{number:g}"
    else:
        said = table.text(key, None)
        if said is None:
            return None
    found = duration_ms(said)
    if found is None:
        table.mistake(key, repr(said), DURATION_EXPECTED)
    return found
