"""A statement as a workbook (XLSX): a sheet that says who is paid what and when, and a sheet with a row for each line.

Cells are typed: amounts and rates are numbers, dates are dates, and identifiers such as a RIB or an RRN are text. No text
becomes a formula or a link, whatever stands in it. The same statement gives the same bytes.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from xlsxwriter import Workbook

from switch.display.visible import visible
from switch.money import BASIS_POINTS, CURRENCIES, currency_name
from switch.settlement.bank_account import grouped_iban, grouped_rib
from switch.settlement.statement import CSV_COLUMNS, Section, Statement, StatementRow, years_of_months
from switch.settlement.statement_labels import LABELS, SHEET_HEADS, SHEET_VALUES, entry_words

LINES_IN_MEMORY_MAX: Final = 20_000  #: of a workbook made in memory; a larger one passes through files that xlsxwriter deletes
ROWS_MAX: Final = 1_000_000  #: on a sheet below its heads; the format has 1,048,576

#: How wide each column of the lines is, in letters.
_WIDTHS: Final = {"local_at": 19, "pan_masked": 20, "rrn": 14, "reference": 28, "merchant_id": 17, "transaction_type": 20}
LEFT_TO_RIGHT: Final = 1  #: of the text of a cell, whatever the sheet's direction
_DATES: Final = ("business_date", "value_date", "adjusts")
_AMOUNTS: Final = ("gross", "discount", "vat", "net")
_OPTIONS: Final = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
#: What stands as the time of making in every workbook, so that no two of one statement differ.
_MADE_AT: Final = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)


def as_xlsx(statement: Statement) -> bytes:
    """The whole file."""
    out = io.BytesIO()
    head = statement.head
    how = {"in_memory": True}
    if head.presentment_count + head.adjustment_count > LINES_IN_MEMORY_MAX:
        how = {"constant_memory": True}
    book: Any = Workbook(out, {**_OPTIONS, **how})
    title = f"{LABELS[head.language]['title']} {visible(head.reference)}"
    book.set_properties({"title": title, "author": visible(head.centre_name), "created": _MADE_AT})
    _Workbook(book, statement).write()
    book.close()
    return out.getvalue()


class _Workbook:
    """A workbook with the formats of its cells, in the language of a statement."""

    def __init__(self, book: Any, statement: Statement) -> None:
        self.book, self.statement, self.head = book, statement, statement.head
        self.labels = LABELS[self.head.language]
        self.heads_of, self.values = SHEET_HEADS[self.head.language], SHEET_VALUES[self.head.language]
        self.mirrored = self.head.language == "ar"
        self.decimals = CURRENCIES.get(self.head.currency, ("", 2))[1]
        amount = "#,##0" + ("." + "0" * self.decimals if self.decimals else "")
        date = "yyyy-mm-dd" if self.head.language == "en" else "dd/mm/yyyy"
        reads = {"reading_order": LEFT_TO_RIGHT} if self.mirrored else {}  # or an account is shown from its end
        self.plain = book.add_format({"num_format": "@", **reads})  # text, also once somebody has edited it
        self.bold = book.add_format({"num_format": "@", "bold": True})
        self.title = book.add_format({"num_format": "@", "bold": True, "font_size": 14})
        self.heads = book.add_format({"bold": True, "bg_color": "#17476B", "font_color": "#FFFFFF", "text_wrap": True})
        self.amount = book.add_format({"num_format": amount})
        self.bold_amount = book.add_format({"num_format": amount, "bold": True})
        self.count = book.add_format({"num_format": "#,##0"})
        self.rate = book.add_format({"num_format": "0.00%"})
        self.date = book.add_format({"num_format": date, "align": "left"})
        self.time = book.add_format({"num_format": f"{date} hh:mm:ss", "align": "left"})

    def write(self) -> None:
        summary = self.book.add_worksheet(self.labels["statement_sheet"])
        self._summary(summary)
        rows = self._rows()
        name = self.labels["lines"]
        while not self._lines(self.book.add_worksheet(name), rows):
            name = f"{self.labels['lines']} {len(self.book.worksheets())}"

    def figure(self, minor: int) -> Decimal:
        return Decimal(minor).scaleb(-self.decimals)

    def _summary(self, sheet: Any) -> None:
        """Who, when and how much; then the totals, as the text form has them."""
        if self.mirrored:
            sheet.right_to_left()
        head, labels, statement = self.head, self.labels, self.statement
        sheet.set_column(0, 0, 44)
        sheet.set_column(1, 5, 17)
        sheet.write_string(0, 0, f"{visible(head.centre_name)}  {labels['title']}", self.title)
        texts = {
            "merchant": f"{visible(head.name)}, {visible(head.city)}",
            "address": visible(head.address),
            "merchant_id": visible(head.merchant_id),
            "ice": visible(head.ice),
            "rib": grouped_rib(head.rib),
            "iban": grouped_iban(head.rib),
            "reference": visible(head.reference),
            "currency": currency_name(head.currency),
        }
        row = 2
        for key, text in texts.items():
            if not text:
                continue
            sheet.write_string(row, 0, labels[key], self.bold)
            sheet.write_string(row, 1, text, self.plain)
            row += 1
        for key, date in (("business_date", head.business_date), ("value_date", head.value_date)):
            sheet.write_string(row, 0, labels[key], self.bold)
            sheet.write_datetime(row, 1, _date(date), self.date)
            row += 1
        row += 1
        for column, key in enumerate(("totals", "count", "gross", "discount", "vat", "net")):
            sheet.write_string(row, column, labels[key], self.heads)
        whole = statement.whole
        parts = [(f"{labels['of_which']} {labels[part.of].lower()}", part) for part in statement.parts]
        for name, total in (*((labels[each.of], each) for each in statement.origins), (labels["all"], whole), *parts):
            row += 1
            text, amount = (self.bold, self.bold_amount) if total is whole else (self.plain, self.amount)
            sheet.write_string(row, 0, name, text)
            sheet.write_number(row, 1, total.line_count, self.count)
            minors = (total.gross_minor, total.discount_minor, total.vat_minor, total.net_minor)
            for column, minor in enumerate(minors, start=2):
                sheet.write_number(row, column, self.figure(minor), amount)
        self._money(sheet, row + 1)

    def _money(self, sheet: Any, row: int) -> None:
        """What is paid, and what it is made of besides the lines."""
        head, labels = self.head, self.labels
        for key, minor in (
            ("entries", head.entries_minor + head.entries_vat_minor),
            ("brought_forward", head.brought_forward_minor),
            ("carried_part", -head.carried_minor),
            ("total_discount", head.discount_minor),
            ("total_vat", head.vat_minor),
            ("total_charges", head.discount_minor + head.vat_minor),
            (head.outcome, head.net_minor),
        ):
            if key in ("entries", "brought_forward", "carried_part") and not minor:
                continue
            row += 1
            sheet.write_string(row, 0, labels[key], self.bold)
            sheet.write_number(row, 5, self.figure(minor), self.bold_amount)
            if key == "total_vat":
                sheet.write_number(row, 1, head.vat_rate_basis_points / BASIS_POINTS, self.rate)
        row += 1
        for entry in self.statement.entries:
            row += 1
            sheet.write_string(row, 0, visible(entry_words(entry, self.statement.head.language)), self.plain)
            figures = ((2, entry.amount_minor), (4, entry.vat_minor), (5, entry.amount_minor + entry.vat_minor))
            for column, minor in figures:
                sheet.write_number(row, column, self.figure(minor), self.amount)

    def _rows(self) -> Iterator[tuple[Section, StatementRow]]:
        return ((section, line) for section in self.statement.sections for line in section.lines)

    def _lines(self, sheet: Any, rows: Iterator[tuple[Section, StatementRow]]) -> bool:
        """Fill a sheet with lines below the heads of ``CSV_COLUMNS``; whether all of them had room on it."""
        names = self.heads_of
        if self.mirrored:
            sheet.right_to_left()
        for column, key in enumerate(CSV_COLUMNS):
            sheet.set_column(column, column, _WIDTHS.get(key, 12))
        sheet.freeze_panes(1, 0)
        for column, key in enumerate(CSV_COLUMNS):
            sheet.write_string(0, column, names[key], self.heads)
        number = 0
        for number, (_, line) in enumerate(rows, start=1):
            self._line(sheet, number, line)
            if number == ROWS_MAX:
                break
        sheet.autofilter(0, 0, number, len(CSV_COLUMNS) - 1)
        return number < ROWS_MAX

    def _line(self, sheet: Any, row: int, line: StatementRow) -> None:
        at, terminal, pan, scheme, product, origin, channel, kind, rrn, approval, gross, rate, discount, vat, net, adjusts = (
            line
        )
        head = self.head
        texts: dict[str, str] = {
            "merchant_id": head.merchant_id,
            "reference": head.reference,
            "terminal_id": terminal,
            "pan_masked": pan,
            "scheme": scheme,
            "product": self._word(product),
            "origin": self.labels[f"{origin}_mark"],
            "channel": self._word(channel),
            "transaction_type": self.labels["adjusted"] if adjusts else self.labels.get(kind, kind),
            "rrn": rrn,
            "approval_code": approval,
            "currency": currency_name(head.currency),
        }
        amounts = {"gross": gross, "discount": discount, "vat": vat, "net": net}
        dates = {"business_date": head.business_date, "value_date": head.value_date, "adjusts": adjusts}
        for column, key in enumerate(CSV_COLUMNS):
            if key in texts:
                sheet.write_string(row, column, visible(texts[key]), self.plain)
            elif key in amounts:
                sheet.write_number(row, column, self.figure(amounts[key]), self.amount)
            elif key == "local_at":
                self._local_at(sheet, row, column, at, adjusts)
            elif key == "discount_rate_basis_points":
                sheet.write_number(row, column, rate / BASIS_POINTS, self.rate)
            elif dates[key]:
                sheet.write_datetime(row, column, _date(dates[key]), self.date)

    def _local_at(self, sheet: Any, row: int, column: int, at: str, adjusts: str) -> None:
        year = years_of_months(adjusts or self.head.business_date)[at[:2]]
        text = f"{year}-{at[:2]}-{at[2:4]}T{at[4:6]}:{at[6:8]}:{at[8:10]}"
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:  # a terminal may send the 31st of June
            sheet.write_string(row, column, text, self.plain)
        else:
            sheet.write_datetime(row, column, moment, self.time)

    def _word(self, word: str) -> str:
        return self.values.get(word, word)


def _date(date: str) -> datetime:
    return datetime.fromisoformat(date)
