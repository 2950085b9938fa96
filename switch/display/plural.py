"""Counts with their nouns, as people say them."""

from __future__ import annotations


def plural(count: int, noun: str, several: str = "") -> str:
    """A count and its noun; ``several`` is the noun of more than one where that is not the noun with an s.

    The verb may come with it, so that a sentence is right for one as for many:

    >>> f"{plural(1, 'file is', 'files are')} missing"
    '1 file is missing'
    >>> f"{plural(3, 'file is', 'files are')} missing"
    '3 files are missing'

    None of something is several of it:

    >>> plural(1, "byte"), plural(2, "byte"), plural(0, "entry", "entries")
    ('1 byte', '2 bytes', '0 entries')
    """
    return f"{count} {noun if count == 1 else several or noun + 's'}"
