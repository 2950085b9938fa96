"""A4 pages that a statement is drawn on: texts, boxes and rules by their places, from either side.

All lengths are points, 1/72 inch; y counts from the foot of the page. Places are given as for a page that is read from left to
right; a mirrored sheet puts each thing where a reader from right to left looks for it.
"""

from __future__ import annotations

import io
from typing import Any, Final

from reportlab import rl_config
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from switch.settlement.typesetting.letters import Letters
from switch.settlement.typesetting.pdf_text import placed

PAGE_WIDTH: Final[float] = A4[0]
PAGE_HEIGHT: Final[float] = A4[1]
LEFT: Final = 36.0
RIGHT: Final = PAGE_WIDTH - LEFT
BOTTOM: Final = 54.0  #: no line stands lower; the foot of the page does
FIGURE_GAP: Final = 4.0  #: on a mirrored sheet, between a figure and the text whose column begins at its right
SMALL, BODY, LARGE = 7.0, 8.5, 15.0  #: sizes of type
PLAIN, BOLD = "Helvetica", "Helvetica-Bold"
INK, ACCENT, FAINT, BAND, ZEBRA, WHITE = (
    (0.12, 0.14, 0.18),
    (0.09, 0.28, 0.42),
    (0.45, 0.48, 0.52),
    (0.9, 0.93, 0.95),
    (0.965, 0.97, 0.975),
    (1, 1, 1),
)

rl_config.useA85 = 0  # bytes as they are: a fifth smaller, and made in half the time


class Sheet:
    """A canvas with what is drawn on it most."""

    def __init__(self, out: io.BytesIO, language: str, letters: Letters) -> None:
        """SwitchError where the language is Arabic, and the machine has no font for it or nothing that joins its letters."""
        self.mirrored = language == "ar"
        if self.mirrored:
            letters.need_arabic()
        self.canvas: Any = Canvas(out, pagesize=A4, pageCompression=1, invariant=1, lang=language)
        self.canvas.setCreator("Switch")
        self.other = letters.setter(self.canvas)
        self.type_used: tuple[str, float] | None = None

    def use(self, font: str, size: float) -> None:
        """Set what follows in this type, until another is used or the page ends."""
        if self.type_used != (font, size):
            self.canvas.setFont(font, size)
            self.type_used = (font, size)

    def turn_page(self) -> None:
        """End a page, with the type that was used on it."""
        self.canvas.showPage()
        self.type_used = None

    def set(self, x: float, y: float, text: str, font: str, size: float, width: float, side: str = "begin") -> str:
        """The operators of a text in a column: at its ``begin``, at its ``end``, or as a ``figure``, which always ends at the
        right edge, so that decimal marks stand below one another on a mirrored sheet too."""
        ends = side != "begin"
        if self.mirrored:
            x = PAGE_WIDTH - x - width - (FIGURE_GAP if side == "figure" else 0)
            ends = side != "end"
        return placed(x, y, text, font, size, width, ends=ends, other=self.other)

    def text(
        self, x: float, y: float, text: str, size: float = BODY, font: str = PLAIN, ink: Any = INK, width: float = 0
    ) -> None:
        """A text that begins at ``x``; made narrower where it is wider than ``width``."""
        self._write(x, y, text, size, font, ink, width or RIGHT - x, "begin")

    def right(
        self, x: float, y: float, text: str, size: float = BODY, font: str = PLAIN, ink: Any = INK, width: float = 200
    ) -> None:
        """A text that ends at ``x``."""
        self._write(x - width, y, text, size, font, ink, width, "end")

    def figure(
        self, x: float, y: float, text: str, size: float = BODY, font: str = PLAIN, ink: Any = INK, width: float = 200
    ) -> None:
        """A figure, or the name above figures, whose column ends at ``x``."""
        self._write(x - width, y, text, size, font, ink, width, "figure")

    def _write(self, x: float, y: float, text: str, size: float, font: str, ink: Any, width: float, side: str) -> None:
        self.canvas.setFillColorRGB(*ink)
        self.use(font, size)
        self.canvas.addLiteral(f"BT {self.set(x, y, text, font, size, width, side)} ET")

    def box(self, x: float, y: float, width: float, height: float, ink: Any) -> None:
        self.canvas.setFillColorRGB(*ink)
        self.canvas.rect(PAGE_WIDTH - x - width if self.mirrored else x, y, width, height, stroke=0, fill=1)

    def rule(self, y: float, width: float = 0.5, ink: Any = FAINT, begin: float = LEFT) -> None:
        """A line across the sheet, or its end from ``begin`` on."""
        self.canvas.setStrokeColorRGB(*ink)
        self.canvas.setLineWidth(width)
        self.canvas.line(LEFT if self.mirrored else begin, y, PAGE_WIDTH - begin if self.mirrored else RIGHT, y)

    def mark(self, x: float, y: float, size: float) -> None:
        """The mark of the house: a switch, one line that leads to one of two."""
        x, unit = PAGE_WIDTH - x - size if self.mirrored else x, size / 10
        self.canvas.setFillColorRGB(*ACCENT)
        self.canvas.roundRect(x, y, size, size, 2 * unit, stroke=0, fill=1)
        self.canvas.setStrokeColorRGB(1, 1, 1)
        self.canvas.setFillColorRGB(1, 1, 1)
        self.canvas.setLineWidth(0.9 * unit)
        self.canvas.line(x + 2.2 * unit, y + 5 * unit, x + 7.4 * unit, y + 7.4 * unit)
        for right, up in ((2.2, 5.0), (7.6, 7.5), (7.6, 2.5)):
            self.canvas.circle(x + right * unit, y + up * unit, 1.05 * unit, stroke=0, fill=1)
