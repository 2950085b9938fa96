"""A document that every renderer takes: who it is for, blocks of typed rows with their totals, and what they come to.

Amounts are minor units, rates basis points, dates ISO 8601, until a renderer writes them as the layout does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal

from switch.display.visible import visible
from switch.merchant import StatementLanguage
from switch.money import currency_name, format_minor
from switch.record import frozen
from switch.settlement.layouts.layout_labels import LAYOUT_LABELS
from switch.settlement.statement import amount_writer
from switch.settlement.statement_facts import StatementLayout
from switch.settlement.statement_labels import LABELS

ColumnKind = Literal["text", "digits", "amount", "count", "rate", "date"]
FIGURE_KINDS: Final = frozenset({"amount", "count", "rate"})  #: they end at the right edge of their column

Cell = str | int | None  #: None: nothing stands there
Cells = tuple[Cell, ...]


@frozen(kw_only=True)
class Column:
    """A column of a block."""

    key: str  #: by which CSV and JSON name it; its label is that of the language
    kind: ColumnKind  #: ``digits`` is text that a spreadsheet would take for a number
    width: int  #: characters of the text form, and its share of a page


@frozen(kw_only=True)
class Block:
    """Rows of one kind with their totals."""

    kind: str  #: sales, refunds, unpaid …
    title: str
    about: tuple[tuple[str, Cell, ColumnKind], ...] = ()  #: what holds for each row: key, value, kind
    columns: tuple[Column, ...]
    rows: Iterable[Cells]  #: read anew each time they are gone through
    row_count: int
    totals: tuple[tuple[str, int], ...] = ()  #: key of a label, minor units
    in_tables: bool = True  #: whether CSV and the sheet of rows have its rows; a summary of other blocks has no place there


@frozen(kw_only=True)
class Bar:
    """A bar of the chart."""

    label: str  #: the day of the month, two digits
    minor: int


@frozen(kw_only=True)
class Document:
    """All that is said, in one language and one currency."""

    layout: StatementLayout
    language: StatementLanguage
    currency: str  #: ISO 4217 numeric
    title: str
    subtitle: str  #: the reference, or the month
    centre_name: str
    name: str  #: of the merchant
    merchant_id: str
    pairs: tuple[tuple[str, str], ...]  #: key of a label, text: what stands at the head
    blocks: tuple[Block, ...]
    closing: tuple[tuple[str, int], ...]  #: key of a label, minor units; the last one is what it all comes to
    #: What CSV and the sheet of rows have on any date, so that those of several dates may stand below one another.
    usual_about: tuple[tuple[str, ColumnKind], ...] = ()
    usual: tuple[Column, ...] = ()
    chart_title: str = ""
    chart: tuple[Bar, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def words(self) -> Mapping[str, str]:
        """The labels of its language; how it writes amounts and dates."""
        return {**LABELS[self.language], **LAYOUT_LABELS[self.language]}

    @property
    def table_blocks(self) -> tuple[Block, ...]:
        """The blocks whose rows CSV and the sheet of rows have."""
        return tuple(block for block in self.blocks if block.in_tables)


class Writer:
    """How a document writes what is in a cell."""

    def __init__(self, document: Document) -> None:
        self.words = document.words
        point = self.words[f"{document.layout}_decimal_mark"]
        mark = self.words[f"{document.layout}_thousands_mark"]
        self._currency, self._layout, self._language = document.currency, document.layout, document.language
        self._mark = currency_mark(document.currency)
        self._amount = amount_writer({"decimal_mark": point, "thousands_mark": mark}, 1 << 6)
        self._point = point

    def amount(self, minor: int) -> str:
        return self._amount(format_minor(minor, self._currency))

    def shown(self, cell: Cell, kind: ColumnKind) -> str:
        """A cell in words."""
        if cell is None:
            return ""
        if kind == "amount":
            return self.amount(int(cell))
        if kind == "rate":
            return f"{int(cell) / 100:.2f}".replace(".", self._point) + self.words["percent"]
        if kind == "date":
            return written_date(str(cell), self._layout, self._language)
        return visible(str(cell))

    def label(self, key: str) -> str:
        """The label of a column or a total."""
        return self.words.get(key, key).replace("{currency}", self._mark)


def written_date(date: str, layout: StatementLayout, language: StatementLanguage) -> str:
    """A date such as 2026-02-03 as a layout writes it in a language.

    >>> written_date("2026-02-03", "remise", "fr"), written_date("2026-02-03", "monthly", "fr")
    ('03/02/26', '03/02/2026')
    """
    year, month, day = date.split("-")
    return LAYOUT_LABELS[language][f"{layout}_date"].format(year=year, short_year=year[2:], month=month, day=day)


def currency_mark(currency: str) -> str:
    """How a remise names its currency: DH is what everybody calls the dirham."""
    return "DH" if currency == "504" else currency_name(currency)


def as_document_json(document: Document) -> dict[str, Any]:
    """The whole document with amounts in minor units, rates in basis points and dates as ISO 8601 has them."""
    return {
        "layout": document.layout,
        "language": document.language,
        "title": document.title,
        "reference": document.subtitle,
        "centre_name": document.centre_name,
        "merchant_id": document.merchant_id,
        "name": document.name,
        "currency": document.currency,
        **{key: value for key, value in document.pairs if key not in ("merchant_id", "currency")},
        "blocks": [
            {
                "kind": block.kind,
                "title": block.title,
                **{_json_key(key, kind): value for key, value, kind in block.about},
                "rows": [
                    {_json_key(column.key, column.kind): cell for column, cell in zip(block.columns, row, strict=True)}
                    for row in block.rows
                ],
                "totals": {f"{key}_minor": minor for key, minor in block.totals},
            }
            for block in document.blocks
        ],
        **{f"{key}_minor": minor for key, minor in document.closing},
    }


def _json_key(key: str, kind: ColumnKind) -> str:
    return {"amount": f"{key}_minor", "rate": f"{key}_basis_points"}.get(kind, key)
