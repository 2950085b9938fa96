"""Lengths of time as people write them, and say them."""

from __future__ import annotations

from typing import Final

from switch.scenarios.durations import seconds_said
from switch.spec_table import SECONDS_MAX, SpecTable

DURATION_EXPECTED: Final = f'a length of time up to {SECONDS_MAX:g} s, such as "30s", "500ms" or "2m"'


def duration_ms(text: str) -> int | None:
    """The milliseconds of a length of time, which is in seconds where no unit stands; None where it is none.

    >>> duration_ms("30s"), duration_ms("1.5"), duration_ms("500ms"), duration_ms("soon")
    (30000, 1500, 500, None)
    """
    seconds = seconds_said(text)
    return round(seconds * 1000) if seconds is not None and seconds <= SECONDS_MAX else None


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
