"""Texts as the operators of a PDF, in the letters of Windows-1252: written straight down, for each line has a dozen.

A text with other letters is set by whoever is handed in for it (``letters.Letters``).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Final

from reportlab.pdfbase.pdfmetrics import getFont

TEXTS_KEPT: Final = 1 << 15  #: as they are set, some 8 MB: prices, terminals and cards come again and again

#: Sets a text that Windows-1252 has no letters for: text, font, size -> its operators before ``Tj``, and its width.
Other = Callable[[str, str, float], tuple[str, float]]


def placed(
    x: float, y: float, text: str, font: str, size: float, width: float, *, ends: bool = False, other: Other | None = None
) -> str:
    """The operators of a text in a column: where it stands, how much narrower it is set where it does not fit, its letters."""
    if other is None or text.isascii() or in_windows_1252(text):
        letters, natural = typeset(text, font, size)
    else:
        letters, natural = other(text, font, size)
    if natural <= width:
        left = x + width - natural if ends else x
        return f"1 0 0 1 {left:.2f} {y:.2f} Tm {letters} Tj"
    return f"1 0 0 1 {x:.2f} {y:.2f} Tm {100 * width / natural:.2f} Tz {letters} Tj 100 Tz"


@lru_cache(TEXTS_KEPT)
def in_windows_1252(text: str) -> bool:
    """Whether the fonts that every reader of PDF has can write a text."""
    try:
        text.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True


@lru_cache(TEXTS_KEPT)
def typeset(text: str, font: str, size: float) -> tuple[str, float]:
    """A text as a string of PDF, with its width. What Windows-1252 has no letter for is a question mark."""
    encoded = text.encode("cp1252", "replace")
    return string_of(encoded), sum(map(_widths(font).__getitem__, encoded)) * size / 1000


def string_of(encoded: bytes) -> str:
    """Bytes as a string of PDF.

    >>> string_of(b"a(b)"), string_of(bytes([1, 233]))
    ('(a\\\\050b\\\\051)', '(\\\\001\\\\351)')
    """
    return f"({encoded.decode('latin-1').translate(_ESCAPED)})"


@lru_cache
def _widths(font: str) -> list[float]:
    """How wide each letter of Windows-1252 is, in thousandths of the size."""
    widths: list[float] = getFont(font).widths
    return widths


_ESCAPED: Final = {code: f"\\{code:03o}" for code in (*range(0x20), *b"()\\", *range(0x7F, 0x100))}
