"""A document as a PDF: A4 pages, each block under its title with the heads of its columns on every page it goes on to.

It is laid out twice, the first time for the number of its pages. The same document gives the same bytes.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from itertools import repeat
from typing import Any, Final

from switch.display.visible import visible
from switch.money import currency_name
from switch.settlement.layouts.document import FIGURE_KINDS, Bar, Block, Cells, Document, Writer
from switch.settlement.typesetting.letters import Letters
from switch.settlement.typesetting.sheet import (
    ACCENT,
    BODY,
    BOLD,
    BOTTOM,
    FAINT,
    INK,
    LARGE,
    LEFT,
    PAGE_HEIGHT,
    PLAIN,
    RIGHT,
    SMALL,
    WHITE,
    ZEBRA,
    Sheet,
)

# All lengths are points, 1/72 inch; y counts from the foot of the page.
TOP: Final = PAGE_HEIGHT - 36
PAIR_HEIGHT: Final = 13.0
LATER_TOP: Final = PAGE_HEIGHT - 62  #: of every page but the first
LINE_HEIGHT: Final = 11.0
COLUMN_HEADS_HEIGHT: Final = 16.0
BLOCK_TITLE_HEIGHT: Final = 24.0
SUM_HEIGHT: Final = 12.0
LAST_HEIGHT: Final = 34.0  #: of what it all comes to, in its box
CHART_HEIGHT: Final = 130.0
DAYS_MAX: Final = 31  #: of a month, each with its place on the chart
PADDING: Final = 3.0  #: between the edge of a column and what stands in it
LABEL_INDENT: Final = 150.0  #: of what stands at the head


def document_pdf(document: Document, letters: Letters | None = None) -> bytes:
    """The whole file; ``letters`` as for ``statement_pdf.as_pdf``."""
    pages = _Pages(document, None, 0).laid_out()
    out = io.BytesIO()
    drawn = _Pages(document, _paper(document, out, letters or Letters()), pages)
    drawn.laid_out()
    return out.getvalue()


def _paper(document: Document, out: io.BytesIO, letters: Letters) -> Sheet:
    sheet = Sheet(out, document.language, letters)
    sheet.canvas.setTitle(f"{document.title} {visible(document.subtitle)}")
    sheet.canvas.setAuthor(visible(document.centre_name))
    sheet.canvas.setSubject(visible(document.subtitle))
    return sheet


class _Pages:
    """A document that goes down the pages; without paper it is laid out, and nothing drawn."""

    def __init__(self, document: Document, paper: Sheet | None, page_count: int) -> None:
        self.document, self.paper, self.page_count = document, paper, page_count
        self.writer = Writer(document)
        self.words = self.writer.words
        self.page, self.y = 1, 0.0

    def laid_out(self) -> int:
        """Go through all of it; the number of its pages."""
        document = self.document
        self._first_head()
        for block in document.blocks:
            self._block(block)
        if not document.blocks:
            self.y -= BLOCK_TITLE_HEIGHT
            if self.paper:
                self.paper.text(LEFT, self.y + 6, self.words["nothing"])
        if document.chart:
            self._chart()
        self._closing()
        if self.paper:
            self.paper.turn_page()
            self.paper.canvas.save()
        return self.page

    def _first_head(self) -> None:
        """Who pays whom, under the mark of the house."""
        document, paper = self.document, self.paper
        pairs = document.pairs
        self.y = TOP - 66 - PAIR_HEIGHT * len(pairs)
        if paper is None:
            return
        paper.mark(LEFT, TOP - 24, 24)
        paper.text(LEFT + 31, TOP - 17, visible(document.centre_name), LARGE, BOLD, ACCENT, width=220)
        paper.right(RIGHT, TOP - 12, document.title, 13, BOLD, INK, width=260)
        paper.right(RIGHT, TOP - 24, visible(document.subtitle), BODY, PLAIN, FAINT, width=260)
        paper.rule(TOP - 34, 1, ACCENT)
        paper.text(LEFT, TOP - 52, visible(document.name), 11, BOLD)
        for number, (key, value) in enumerate(pairs):
            y = TOP - 68 - PAIR_HEIGHT * number
            paper.text(LEFT, y, self.writer.label(key), BODY, PLAIN, FAINT, width=LABEL_INDENT - 6)
            paper.text(LEFT + LABEL_INDENT, y, visible(value), BODY)
        self._foot(paper)

    def _next_page(self) -> None:
        self.page, self.y = self.page + 1, LATER_TOP
        document, paper = self.document, self.paper
        if paper is None:
            return
        paper.turn_page()
        paper.mark(LEFT, TOP - 10, 12)
        paper.text(LEFT + 17, TOP - 7, f"{visible(document.name)} ({visible(document.merchant_id)})", BODY, BOLD, width=300)
        paper.right(RIGHT, TOP - 7, f"{document.title}  {self.words['continued']}", BODY, PLAIN, FAINT)
        self._foot(paper)

    def _foot(self, paper: Sheet) -> None:
        paper.rule(BOTTOM - 12)
        left = f"{visible(self.document.centre_name)}  ·  {visible(self.document.subtitle)}"
        paper.text(LEFT, BOTTOM - 22, left, SMALL, PLAIN, FAINT, width=200)
        paper.text(LEFT + 210, BOTTOM - 22, self.words["simulated"], SMALL, PLAIN, FAINT, width=190)
        page = self.words["page"].format(page=f"{self.page:,}", pages=f"{self.page_count:,}")
        mark = self.words["printed_thousands_mark"]
        paper.right(RIGHT, BOTTOM - 22, page.replace(",", mark), SMALL, PLAIN, FAINT, width=110)

    def _block(self, block: Block) -> None:
        """Its title stands with at least two of its rows."""
        rows_with_title = min(block.row_count, 2) or 1
        needed = BLOCK_TITLE_HEIGHT + COLUMN_HEADS_HEIGHT + rows_with_title * LINE_HEIGHT
        if self.y - needed < BOTTOM:
            self._next_page()
        self.y -= BLOCK_TITLE_HEIGHT
        if self.paper:
            self.paper.text(LEFT + 2, self.y + 5, block.title, 9.5, BOLD, ACCENT)
        self._heads(block)
        rows: Iterable[Cells | None] = block.rows if self.paper else repeat(None, block.row_count)
        for number, row in enumerate(rows):
            if self.y - LINE_HEIGHT < BOTTOM:
                self._next_page()
                self._heads(block)
            self.y -= LINE_HEIGHT
            if row is not None:
                self._row(block, row, shaded=bool(number % 2))
        self._totals(block)

    def _heads(self, block: Block) -> None:
        self.y -= COLUMN_HEADS_HEIGHT
        if self.paper is None:
            return
        self.paper.box(LEFT, self.y, RIGHT - LEFT, COLUMN_HEADS_HEIGHT - 2, ACCENT)
        for column, left, width in _places(block):
            draw = self.paper.figure if column.kind in FIGURE_KINDS else self.paper.text
            x = left + width if column.kind in FIGURE_KINDS else left
            draw(x, self.y + 4.5, self.writer.label(column.key), SMALL, BOLD, WHITE, width)

    def _row(self, block: Block, row: Cells, *, shaded: bool) -> None:
        paper = self.paper
        assert paper is not None
        if shaded:
            paper.box(LEFT, self.y, RIGHT - LEFT, LINE_HEIGHT, ZEBRA)
        paper.use(PLAIN, SMALL)
        cells = []
        for (column, left, width), cell in zip(_places(block), row, strict=True):
            text = self.writer.shown(cell, column.kind)
            if text:
                side = "figure" if column.kind in FIGURE_KINDS else "begin"
                cells.append(paper.set(left, self.y + 3, text, PLAIN, SMALL, width, side))
        ink = " ".join(map(str, INK))
        paper.canvas.addLiteral(f"{ink} rg BT {' '.join(cells)} ET")

    def _totals(self, block: Block) -> None:
        """All of them on one page, below a line."""
        if not block.totals:
            self.y -= 4
            return
        if self.y - SUM_HEIGHT * len(block.totals) - 3 < BOTTOM:
            self._next_page()
        if self.paper:
            self.paper.rule(self.y - 1, 0.4)
        self.y -= 3
        for number, (key, minor) in enumerate(block.totals, start=1):
            self.y -= SUM_HEIGHT
            self._sum(key, minor, BOLD if number == len(block.totals) else PLAIN, _places(block)[-1][2])

    def _sum(self, key: str, minor: int, font: str, width: float) -> None:
        """A sum, below the last column of a block, which is so wide."""
        if self.paper:
            self.paper.text(LEFT + 230, self.y + 3, self.writer.label(key), 8, font, width=190)
            self.paper.figure(RIGHT - PADDING, self.y + 3, self.writer.amount(minor), 8, font, width=width)

    def _chart(self) -> None:
        """A bar for each day, as high as its amount; the highest one is named."""
        bars = self.document.chart
        highest = max((bar.minor for bar in bars), default=0)
        if highest <= 0:
            return
        if self.y - CHART_HEIGHT - BLOCK_TITLE_HEIGHT < BOTTOM:
            self._next_page()
        self.y -= BLOCK_TITLE_HEIGHT + CHART_HEIGHT
        if self.paper is None:
            return
        self.paper.text(LEFT + 2, self.y + CHART_HEIGHT + 5, self.document.chart_title, 9.5, BOLD, ACCENT)
        foot, room = self.y + 14, CHART_HEIGHT - 34
        step = (RIGHT - LEFT - 60) / DAYS_MAX
        scale = self.writer.amount(highest)
        self.paper.rule(foot + room, 0.3)
        self.paper.figure(LEFT + 52, foot + room + 3, scale, SMALL, PLAIN, FAINT, width=50)
        self.paper.rule(foot, 0.6)
        for bar in bars:
            self._bar(self.paper, bar, LEFT + 58 + (int(bar.label) - 1) * step, foot, room * max(bar.minor, 0) / highest, step)

    def _bar(self, paper: Sheet, bar: Bar, x: float, foot: float, height: float, step: float) -> None:
        paper.box(x, foot, step * 0.7, height, ACCENT)
        paper.text(x, foot - 9, bar.label, SMALL, PLAIN, FAINT, width=step * 0.7)

    def _closing(self) -> None:
        """What it comes to; the last sum in a box, with what is to be said below it."""
        document = self.document
        *sums, (last_key, last) = document.closing
        height = 14 + SUM_HEIGHT * len(sums) + LAST_HEIGHT + LINE_HEIGHT * len(document.notes)
        if self.y - height < BOTTOM:
            self._next_page()
        self.y -= 14
        for key, minor in sums:
            self.y -= SUM_HEIGHT
            self._sum(key, minor, PLAIN, _places(document.blocks[-1])[-1][2] if document.blocks else LABEL_INDENT)
        self.y -= LAST_HEIGHT
        if self.paper:
            self.paper.box(LEFT, self.y + 4, RIGHT - LEFT, LAST_HEIGHT - 10, ACCENT)
            self.paper.text(LEFT + 8, self.y + 12.5, self.writer.label(last_key), 10, BOLD, WHITE, width=340)
            amount = f"{self.writer.amount(last)} {currency_name(document.currency)}"
            self.paper.right(RIGHT - 8, self.y + 12, amount, 12, BOLD, WHITE, width=170)
            for number, note in enumerate(document.notes):
                self.paper.text(LEFT, self.y - 8 - LINE_HEIGHT * number, note, SMALL, PLAIN, FAINT)


def _places(block: Block) -> list[tuple[Any, float, float]]:
    """Where the columns of a block stand on a page: column, left edge, width."""
    whole = sum(column.width for column in block.columns)
    unit, left = (RIGHT - LEFT) / whole, LEFT
    places = []
    for column in block.columns:
        width = column.width * unit
        places.append((column, left + PADDING, width - 2 * PADDING))
        left += width
    return places
