"""Counts with their nouns, as people say them."""

from __future__ import annotations


def plural(count: int, noun: str, several: str = "") -> str:
    """A count and its noun.

    >>> plural(1, "byte"), plural(2, "byte"), plural(0, "entry", "entries")
    ('1 byte', '2 bytes', '0 entries')
    """
    return f"{count} {noun if count == 1 else several or noun + 's'}"
