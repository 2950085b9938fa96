"""A statement as a PDF: A4 pages with the heads of the columns on each, the totals, and what is paid.

It is set in the Helvetica that every reader of PDF has (accents, and whatever else Windows-1252 writes), and only other letters
in a font of the machine (``typesetting.letters``). The same statement gives the same bytes: the file has neither a time nor a
number of its own. Lines are written as operators of PDF, without the layout engine of reportlab, which takes several times as
long. An Arabic statement is the mirror of the others.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from itertools import repeat
from typing import Final

from switch.display.visible import visible
from switch.money import currency_name
from switch.settlement.bank_account import grouped_iban, grouped_rib
from switch.settlement.fees.stated import StatementEntry
from switch.settlement.statement import (
    Head,
    Section,
    ShownLine,
    Statement,
    StatementTotal,
    amount_formatter,
    amount_writer,
    batches,
    shown_date,
    shown_lines,
    shown_rate,
    years_of_months,
)
from switch.settlement.statement_conversions import conversion_lines
from switch.settlement.statement_labels import LABELS, entry_words
from switch.settlement.typesetting.letters import Letters
from switch.settlement.typesetting.sheet import (
    ACCENT,
    BAND,
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
FIRST_TOP: Final = PAGE_HEIGHT - 194  #: where the lines begin, below the head of the first page
NEXT_TOP: Final = PAGE_HEIGHT - 62  #: and of the others
ROW_HEIGHT: Final = 10.5
HEADS_HEIGHT: Final = 16.0  #: the names of the columns
TITLE_HEIGHT: Final = 17.0  #: of a section
TOTALS_TITLE_HEIGHT: Final = 26.0
TOTAL_ROW_HEIGHT: Final = 12.0
PAID_HEIGHT: Final = 34.0  #: the amount credited, in its box
LEGEND_HEIGHT: Final = 22.0
#: Columns of a line: label, left edge, width. A figure ends at its right edge, everything else begins at its left one.
TEXT_COLUMNS: Final = (
    ("line_date", LEFT + 2, 38.0),
    ("line_time", LEFT + 42, 30.0),
    ("terminal", LEFT + 74, 38.0),
    ("card", LEFT + 114, 64.0),
    ("scheme", LEFT + 181, 37.0),
    ("origin", LEFT + 222, 13.0),
    ("rrn", LEFT + 237, 48.0),
    ("approval", LEFT + 292, 30.0),
)
FIGURE_COLUMNS: Final = (
    ("gross", LEFT + 324, 50.0),
    ("discount", LEFT + 376, 46.0),
    ("vat", LEFT + 424, 40.0),
    ("net", LEFT + 466, RIGHT - LEFT - 468),
)
COUNT_RIGHT: Final = LEFT + 300  #: of the counts among the totals

_ZEBRA, _INK = (" ".join(map(str, colour)) for colour in (ZEBRA, INK))


def as_pdf(statement: Statement, letters: Letters | None = None) -> bytes:
    """The whole file. It is laid out twice, the first time for the number of its pages.

    ``letters`` has the fonts for what Windows-1252 does not write; without it, that becomes question marks. SwitchError where
    the statement is in Arabic and cannot be set.
    """
    counting = _Place()
    _walk(statement, counting, _Blank())
    out = io.BytesIO()
    paper = _Paper(statement, out, counting.page, letters or Letters())
    place = _Place(paper.next_page)
    paper.first_head()
    _walk(statement, place, paper)
    paper.done()
    return out.getvalue()


class _Place:
    """Where the next thing stands: what does not fit any more begins a page."""

    def __init__(self, begin_page: Callable[[], None] = lambda: None) -> None:
        self.y, self.page, self._begin_page = FIRST_TOP, 1, begin_page

    def fits(self, height: float) -> bool:
        return self.y - height >= BOTTOM

    def begin_page(self) -> None:
        self._begin_page()
        self.page, self.y = self.page + 1, NEXT_TOP

    def take(self, height: float) -> float:
        """The foot of what is so high."""
        self.y -= height
        return self.y


class _Blank:
    """What is laid out and not written, so that its pages are counted."""

    def heads(self, y: float) -> None: ...

    def section(self, y: float, of: str) -> None: ...

    def lines(self, section: Section) -> Iterable[ShownLine | None]:
        return repeat(None, section.total.line_count)

    def line(self, y: float, line: ShownLine | None, *, shaded: bool) -> None: ...

    def subtotal(self, y: float, total: StatementTotal) -> None: ...

    def entry(self, y: float, entry: StatementEntry) -> None: ...

    def totals(self, y: float) -> None: ...


def _walk(statement: Statement, place: _Place, paper: _Blank) -> None:
    """Lay all of a statement out: the heads of the columns on each page that has lines, and each section with its subtotal."""

    def room(height: float) -> None:
        if not place.fits(height):
            place.begin_page()
            paper.heads(place.take(HEADS_HEIGHT))

    several = len(statement.sections) > 1
    paper.heads(place.take(HEADS_HEIGHT))
    for section in statement.sections:
        room(TITLE_HEIGHT + 2 * ROW_HEIGHT)
        paper.section(place.take(TITLE_HEIGHT), section.of)
        for number, line in enumerate(paper.lines(section)):
            room(ROW_HEIGHT)
            paper.line(place.take(ROW_HEIGHT), line, shaded=bool(number % 2))
        if several:
            room(TOTAL_ROW_HEIGHT)
            paper.subtotal(place.take(TOTAL_ROW_HEIGHT), section.total)
    if statement.entries:
        room(TITLE_HEIGHT + 2 * ROW_HEIGHT)
        paper.section(place.take(TITLE_HEIGHT), "entries")
    for entry in statement.entries:
        room(ROW_HEIGHT)
        paper.entry(place.take(ROW_HEIGHT), entry)
    height = _totals_height(statement)
    if not place.fits(height):
        place.begin_page()
    paper.totals(place.y)


def _totals_height(statement: Statement) -> float:
    rows = 1 + len(statement.origins) + 1 + len(statement.parts) + 3 + len(_beside(statement.head))
    return TOTALS_TITLE_HEIGHT + rows * TOTAL_ROW_HEIGHT + PAID_HEIGHT + LEGEND_HEIGHT + ROW_HEIGHT * len(statement.conversions)


def _beside(head: Head) -> list[tuple[str, int]]:
    """What changes what is paid besides the lines: the key of its label, minor units."""
    beside = (
        ("entries", head.entries_minor + head.entries_vat_minor),
        ("brought_forward", head.brought_forward_minor),
        ("carried_part", -head.carried_minor),
    )
    return [(key, minor) for key, minor in beside if minor]


class _Paper(Sheet, _Blank):
    """The sheets of one statement, with the words and the amounts of its language."""

    def __init__(self, statement: Statement, out: io.BytesIO, page_count: int, letters: Letters) -> None:
        head = statement.head
        super().__init__(out, head.language, letters)
        words = LABELS[head.language]
        self.labels = {**words, "thousands_mark": words["printed_thousands_mark"]}
        self.statement, self.head, self.page_count, self.page = statement, head, page_count, 1
        self.marks = {"domestic": words["domestic_mark"], "foreign": words["foreign_mark"]}
        self.decimal, self.shown_amount = amount_formatter(head.currency), amount_writer(self.labels, 1 << 6)
        self.currency = currency_name(head.currency)
        self.centre, self.name, self.merchant_id = visible(head.centre_name), visible(head.name), visible(head.merchant_id)
        self.canvas.setTitle(f"{words['title']} {visible(head.reference)}")
        self.canvas.setAuthor(self.centre)
        self.canvas.setSubject(f"{self.merchant_id} {head.business_date}")

    def amount(self, minor: int) -> str:
        return self.shown_amount(self.decimal(minor))

    def date(self, date: str) -> str:
        return shown_date(date, self.labels)

    def first_head(self) -> None:
        """Who pays whom what, and when."""
        head, labels, top = self.head, self.labels, PAGE_HEIGHT - 36
        self.mark(LEFT, top - 24, 24)
        self.text(LEFT + 31, top - 17, self.centre, LARGE, BOLD, ACCENT, width=230)
        self.right(RIGHT, top - 12, labels["title"], LARGE, BOLD, INK, width=240)
        reference = visible(head.reference)  # behind an Arabic word its date would turn round
        named = reference if self.mirrored else f"{labels['reference']} {reference}"
        self.right(RIGHT, top - 24, named, BODY, PLAIN, FAINT, width=240)
        self.rule(top - 34, 1, ACCENT)
        y, middle = top - 52, LEFT + 272
        self.text(LEFT, y, self.name, 11, BOLD, width=middle - LEFT - 12)
        place = [visible(part) for part in (head.address, head.city) if part]
        for number, text in enumerate(place, start=1):
            self.text(LEFT, y - 13 * number, text, BODY, width=middle - LEFT - 12)
        pairs = [("merchant_id", self.merchant_id), *([("ice", visible(head.ice))] if head.ice else [])]
        pairs += [("rib", grouped_rib(head.rib)), ("iban", grouped_iban(head.rib))]
        self._pairs(LEFT, y - 13 * len(place) - 18, pairs, middle - LEFT - 12, 78)
        pairs = [
            ("business_date", self.date(head.business_date)),
            ("value_date", self.date(head.value_date)),
            ("currency", self.currency),
        ]
        self._pairs(middle, y, pairs, RIGHT - middle, 96)
        self.box(middle, y - 84, RIGHT - middle, 34, BAND)
        self.text(middle + 8, y - 62, labels[head.outcome], SMALL, BOLD, ACCENT)
        self.right(RIGHT - 8, y - 77, f"{self.amount(head.net_minor)} {self.currency}", 13, BOLD, width=RIGHT - middle - 16)
        self._foot()

    def _pairs(self, x: float, y: float, pairs: Iterable[tuple[str, str]], width: float, indent: float) -> None:
        for number, (key, value) in enumerate(pairs):
            self.text(x, y - 13 * number, self.labels[key], BODY, PLAIN, FAINT, width=indent - 4)
            self.text(x + indent, y - 13 * number, value, BODY, width=width - indent)

    def next_page(self) -> None:
        """What every page but the first begins with."""
        self.turn_page()
        self.page += 1
        top = PAGE_HEIGHT - 36
        self.mark(LEFT, top - 10, 12)
        self.text(LEFT + 17, top - 7, f"{self.name} ({self.merchant_id})", BODY, BOLD, width=300)
        day = f"{self.labels['title']}  {self.date(self.head.business_date)}  {self.labels['continued']}"
        self.right(RIGHT, top - 7, day, BODY, PLAIN, FAINT)
        self._foot()

    def _foot(self) -> None:
        self.rule(BOTTOM - 12)
        left = f"{self.centre}  ·  {visible(self.head.reference)}  ·  {self.labels['simulated']}"
        self.text(LEFT, BOTTOM - 22, left, SMALL, PLAIN, FAINT, width=430)
        page = self.labels["page"].format(page=f"{self.page:,}", pages=f"{self.page_count:,}")
        self.right(RIGHT, BOTTOM - 22, page.replace(",", self.labels["thousands_mark"]), SMALL, PLAIN, FAINT)

    def heads(self, y: float) -> None:
        """The names of the columns."""
        labels = self.labels
        self.box(LEFT, y, RIGHT - LEFT, HEADS_HEIGHT - 2, ACCENT)
        for key, left, width in TEXT_COLUMNS:
            self.text(left, y + 4.5, labels[key], SMALL, BOLD, WHITE, width)
        names = {"vat": f"{labels['vat']} {shown_rate(self.head.vat_rate_basis_points, labels)}"}
        for key, left, width in FIGURE_COLUMNS:
            self.figure(left + width, y + 4.5, names.get(key, labels[key]), SMALL, BOLD, WHITE, width)

    def section(self, y: float, of: str) -> None:
        self.text(LEFT + 2, y + 4, self.labels[of], BODY, BOLD, ACCENT)

    def lines(self, section: Section) -> Iterator[ShownLine]:
        for some in batches(section.lines):
            yield from shown_lines(self.head, some)

    def line(self, y: float, line: ShownLine | None, *, shaded: bool) -> None:
        """One transaction: its texts from their left edges, its figures to their right ones."""
        assert line is not None, "only a blank has lines that say nothing"
        at, terminal, pan, scheme, _, origin, _, _, rrn, approval, gross, _, discount, vat, net, adjusts = line
        self.use(PLAIN, SMALL)
        year, base = years_of_months(adjusts or self.head.business_date)[at[:2]], y + 3
        texts = (
            self.labels["date"].format(year=year, month=at[:2], day=at[2:4]),
            f"{at[4:6]}:{at[6:8]}:{at[8:10]}",
            *(terminal, pan, scheme, self.marks[origin], rrn, approval),
        )
        cells = [
            self.set(left, base, text, PLAIN, SMALL, width)
            for (_, left, width), text in zip(TEXT_COLUMNS, texts, strict=True)
            if text
        ]
        shown = self.shown_amount
        for (_, left, width), decimal in zip(FIGURE_COLUMNS, (gross, discount, vat, net), strict=True):
            cells.append(self.set(left, base, shown(decimal), PLAIN, SMALL, width, "figure"))
        shade = f"{_ZEBRA} rg {LEFT:.2f} {y:.2f} {RIGHT - LEFT:.2f} {ROW_HEIGHT:.2f} re f " if shaded else ""
        self.canvas.addLiteral(f"{shade}{_INK} rg BT {' '.join(cells)} ET")

    def subtotal(self, y: float, total: StatementTotal) -> None:
        self.rule(y + TOTAL_ROW_HEIGHT - 1, 0.4, begin=FIGURE_COLUMNS[0][1])
        self.right(COUNT_RIGHT + 14, y + 2.5, f"{self.labels['subtotal']} ({total.line_count})", SMALL, BOLD)
        self._figures(y + 2.5, total, SMALL, BOLD)

    def entry(self, y: float, entry: StatementEntry) -> None:
        """What it is, before VAT, the VAT, and both, below the columns of the lines."""
        amounts = (entry.amount_minor, None, entry.vat_minor, entry.amount_minor + entry.vat_minor)
        self.text(LEFT + 2, y + 3, visible(entry_words(entry, self.head.language)), SMALL, width=300)
        for (_, left, width), minor in zip(FIGURE_COLUMNS, amounts, strict=True):
            if minor is not None:
                self.figure(left + width, y + 3, self.amount(minor), SMALL, width=width)

    def _figures(self, y: float, total: StatementTotal, size: float, font: str) -> None:
        minors = (total.gross_minor, total.discount_minor, total.vat_minor, total.net_minor)
        for (_, left, width), minor in zip(FIGURE_COLUMNS, minors, strict=True):
            self.figure(left + width, y, self.amount(minor), size, font, width=width)

    def totals(self, y: float) -> None:
        """Totals of each origin, in all and of their parts, the commission with its VAT, and what is paid."""
        head, labels = self.head, self.labels
        y -= TOTALS_TITLE_HEIGHT
        self.text(LEFT, y + 6, labels["summary"], 11, BOLD, ACCENT)
        self.rule(y + 1, 1, ACCENT)
        y -= TOTAL_ROW_HEIGHT
        for right, width, key in (
            (COUNT_RIGHT, 60.0, "count"),
            *((left + width, width, key) for key, left, width in FIGURE_COLUMNS),
        ):
            self.figure(right, y + 3, labels[key], SMALL, BOLD, FAINT, width)
        whole = self.statement.whole
        parts = [(f"{labels['of_which']} {labels[part.of].lower()}", part, PLAIN, 10) for part in self.statement.parts]
        origins = [(labels[total.of], total, PLAIN, 0) for total in self.statement.origins]
        for name, total, font, indent in (*origins, (labels["all"], whole, BOLD, 0), *parts):
            y -= TOTAL_ROW_HEIGHT
            if total is whole:
                self.box(LEFT, y, RIGHT - LEFT, TOTAL_ROW_HEIGHT, BAND)
            self.text(LEFT + 2 + indent, y + 3, name, 8, font, width=220)
            self.figure(COUNT_RIGHT, y + 3, f"{total.line_count:,}".replace(",", labels["thousands_mark"]), 8, font, width=60)
            self._figures(y + 3, total, 8, font)
        rate = f" ({shown_rate(head.vat_rate_basis_points, labels)})"
        lines = [
            *((labels[key], minor) for key, minor in _beside(head)),
            (labels["total_discount"], head.discount_minor),
            (labels["total_vat"] + rate, head.vat_minor),
            (labels["total_charges"], head.discount_minor + head.vat_minor),
        ]
        for name, minor in lines:
            y -= TOTAL_ROW_HEIGHT
            self.text(LEFT + 2, y + 3, name, 8)
            self.figure(RIGHT - 2, y + 3, self.amount(minor), 8, width=FIGURE_COLUMNS[-1][2])
        y -= PAID_HEIGHT
        self.box(LEFT, y + 4, RIGHT - LEFT, PAID_HEIGHT - 10, ACCENT)
        credited = f"{labels[head.outcome]} ({labels['value_date'].lower()} {self.date(head.value_date)})"
        self.text(LEFT + 8, y + 12.5, credited, 10, BOLD, (1, 1, 1), width=340)
        self.right(RIGHT - 8, y + 12, f"{self.amount(head.net_minor)} {self.currency}", 12, BOLD, (1, 1, 1), width=170)
        for number, text in enumerate((labels["legend"], *conversion_lines(self.statement, labels))):
            self.text(LEFT, y - 10 - ROW_HEIGHT * number, text, SMALL, PLAIN, FAINT)

    def done(self) -> None:
        self.canvas.showPage()
        self.canvas.save()
