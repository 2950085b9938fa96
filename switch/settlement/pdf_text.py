"""Texts as the operators of a PDF, in the letters of Windows-1252: written straight down, for each line has a dozen."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from reportlab.pdfbase.pdfmetrics import getFont

TEXTS_KEPT: Final = 1 << 15  #: as they are set, some 8 MB: prices, terminals and cards come again and again


def placed(x: float, y: float, text: str, font: str, size: float, width: float, *, ends: bool = False) -> str:
    """The operators of a text in a column: where it stands, how much narrower it is set where it does not fit, its letters."""
    letters, natural = typeset(text, font, size)
    if natural <= width:
        left = x + width - natural if ends else x
        return f"1 0 0 1 {left:.2f} {y:.2f} Tm {letters} Tj"
    return f"1 0 0 1 {x:.2f} {y:.2f} Tm {100 * width / natural:.2f} Tz {letters} Tj 100 Tz"


@lru_cache(TEXTS_KEPT)
def typeset(text: str, font: str, size: float) -> tuple[str, float]:
    """A text as a string of PDF, with its width. What Windows-1252 has no letter for is a question mark."""
    encoded = text.encode("cp1252", "replace")
    return f"({encoded.decode('latin-1').translate(_ESCAPED)})", sum(map(_widths(font).__getitem__, encoded)) * size / 1000


@lru_cache
def _widths(font: str) -> list[float]:
    """How wide each letter of Windows-1252 is, in thousandths of the size."""
    widths: list[float] = getFont(font).widths
    return widths


_ESCAPED: Final = {code: f"\\{code:03o}" for code in (*b"()\\", *range(0x80, 0x100))}
