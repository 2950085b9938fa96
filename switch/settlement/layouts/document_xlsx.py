"""A document as a workbook: a sheet that says what a person reads, with a chart where it has one, and a sheet of all rows.

Cells are typed as those of the detailed statement; no text becomes a formula or a link. The same document gives the same bytes.
"""

from __future__ import annotations

import io
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from xlsxwriter import Workbook

from switch.display.visible import visible
from switch.money import BASIS_POINTS, minor_digits
from switch.settlement.layouts.document import FIGURE_KINDS, Block, Cell, ColumnKind, Document, Writer
from switch.settlement.layouts.document_csv import about_rows, table_columns

IN_MEMORY_ROWS_MAX: Final = 20_000  #: of a workbook made in memory; a larger one passes through files that xlsxwriter deletes
SHEET_ROWS_MAX: Final = 1_000_000  #: below the heads; the format has 1,048,576
_OPTIONS: Final = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_NO_TIME: Final = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)  #: of making, in every workbook


def document_xlsx(document: Document) -> bytes:
    """The whole file."""
    out = io.BytesIO()
    rows = sum(block.row_count for block in document.table_blocks)
    how = {"in_memory": True} if rows <= IN_MEMORY_ROWS_MAX else {"constant_memory": True}
    book: Any = Workbook(out, {**_OPTIONS, **how})
    title = f"{document.title} {visible(document.subtitle)}"
    book.set_properties({"title": title, "author": visible(document.centre_name), "created": _NO_TIME})
    _Sheets(book, document).write()
    book.close()
    return out.getvalue()


class _Sheets:
    """A workbook with the formats of its cells."""

    def __init__(self, book: Any, document: Document) -> None:
        self.book, self.document, self.writer = book, document, Writer(document)
        self.digits = minor_digits(document.currency)
        amount = "#,##0" + ("." + "0" * self.digits if self.digits else "")
        date = "yyyy-mm-dd" if document.language == "en" else "dd/mm/yyyy"
        reads = {"reading_order": 1} if document.language == "ar" else {}  # text from left to right, or RIBs turn round
        self.formats: dict[ColumnKind, Any] = {
            "text": book.add_format({"num_format": "@", **reads}),
            "digits": book.add_format({"num_format": "@", **reads}),
            "amount": book.add_format({"num_format": amount}),
            "count": book.add_format({"num_format": "#,##0"}),
            "rate": book.add_format({"num_format": "0.00%"}),
            "date": book.add_format({"num_format": date, "align": "left"}),
        }
        self.bold = book.add_format({"num_format": "@", "bold": True})
        self.bold_amount = book.add_format({"num_format": amount, "bold": True})
        self.title = book.add_format({"num_format": "@", "bold": True, "font_size": 14})
        self.block_title = book.add_format({"num_format": "@", "bold": True, "font_color": "#17476B", "top": 1})
        self.heads = book.add_format({"bold": True, "bg_color": "#17476B", "font_color": "#FFFFFF", "text_wrap": True})

    def write(self) -> None:
        words = self.document.words
        self._summary(self._sheet(words["statement_sheet"]))
        self._table(words["lines"])

    def _sheet(self, name: str) -> Any:
        sheet = self.book.add_worksheet(name)
        if self.document.language == "ar":
            sheet.right_to_left()
        return sheet

    def _cell(self, sheet: Any, row: int, column: int, value: Cell, kind: ColumnKind) -> None:
        shape = self.formats[kind]
        if value is None:
            return
        if kind == "amount":
            sheet.write_number(row, column, self.figure(int(value)), shape)
        elif kind == "count":
            sheet.write_number(row, column, int(value), shape)
        elif kind == "rate":
            sheet.write_number(row, column, int(value) / BASIS_POINTS, shape)
        elif kind == "date":
            self._date(sheet, row, column, str(value))
        else:
            sheet.write_string(row, column, visible(str(value)), shape)

    def _date(self, sheet: Any, row: int, column: int, value: str) -> None:
        try:
            sheet.write_datetime(row, column, datetime.fromisoformat(value), self.formats["date"])
        except ValueError:  # a terminal may send the 31st of June
            sheet.write_string(row, column, value, self.formats["text"])

    def figure(self, minor: int) -> Decimal:
        return Decimal(minor).scaleb(-self.digits)

    def _summary(self, sheet: Any) -> None:
        """Who and what, each block's totals, or its rows where it is a table of totals itself, and what it comes to."""
        document, label = self.document, self.writer.label
        sheet.set_column(0, 0, 48)
        sheet.set_column(1, 7, 20)
        sheet.write_string(0, 0, f"{visible(document.centre_name)}  {document.title}", self.title)
        sheet.write_string(1, 0, visible(document.name), self.bold)
        row = 2
        for key, value in document.pairs:
            sheet.write_string(row, 0, label(key), self.bold)
            sheet.write_string(row, 1, visible(value), self.formats["text"])
            row += 1
        for block in document.blocks:
            row = self._block(sheet, row + 1, block)
        row += 1
        for key, minor in document.closing:
            sheet.write_string(row, 0, label(key), self.bold)
            sheet.write_number(row, 1, self.figure(minor), self.bold_amount)
            row += 1
        for note in document.notes:
            sheet.write_string(row + 1, 0, note, self.formats["text"])
            row += 1

    def _block(self, sheet: Any, row: int, block: Block) -> int:
        """The first row below it."""
        sheet.write_string(row, 0, block.title, self.block_title)
        row += 1
        if block.totals:
            for key, minor in block.totals:
                sheet.write_string(row, 0, self.writer.label(key), self.formats["text"])
                sheet.write_number(row, 1, self.figure(minor), self.formats["amount"])
                row += 1
            return row
        for column, each in enumerate(block.columns):
            sheet.write_string(row, column, self.writer.label(each.key), self.heads)
        first = row + 1
        for cells in block.rows:
            row += 1
            for column, (each, value) in enumerate(zip(block.columns, cells, strict=True)):
                self._cell(sheet, row, column, value, each.kind)
        if block.kind == "days" and self.document.chart and row >= first:
            self._chart(sheet, block, first, row)
        return row + 1

    def _chart(self, sheet: Any, block: Block, first: int, last: int) -> None:
        """A column a day, beside the tables; it reads the cells of the days."""
        gross = next(place for place, column in enumerate(block.columns) if column.key == "gross")
        chart = self.book.add_chart({"type": "column"})
        name = sheet.get_name()
        chart.add_series(
            {
                "name": self.document.chart_title,
                "categories": [name, first, 0, last, 0],
                "values": [name, first, gross, last, gross],
                "fill": {"color": "#17476B"},
            }
        )
        chart.set_legend({"none": True})
        chart.set_title({"name": self.document.chart_title, "name_font": {"size": 11}})
        sheet.insert_chart(1, 9, chart)

    def _table(self, name: str) -> None:
        """All rows below one another, on as many sheets as they need."""
        columns = table_columns(self.document)
        sheet, number = self._begun(name, columns), 0
        for block in self.document.table_blocks:
            about = about_rows(self.document, block)
            for row in block.rows:
                if number == SHEET_ROWS_MAX:
                    sheet, number = self._begun(f"{name} {len(self.book.worksheets())}", columns), 0
                number += 1
                cells = {**about, **{column.key: value for column, value in zip(block.columns, row, strict=True)}}
                for place, (key, kind) in enumerate(columns.items()):
                    self._cell(sheet, number, place, cells.get(key), kind)

    def _begun(self, name: str, columns: dict[str, ColumnKind]) -> Any:
        sheet = self._sheet(name)
        sheet.freeze_panes(1, 0)
        for place, (key, kind) in enumerate(columns.items()):
            sheet.set_column(place, place, 14 if kind in FIGURE_KINDS or kind == "date" else 22)
            sheet.write_string(0, place, self.writer.label(key), self.heads)
        return sheet
