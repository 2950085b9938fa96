"""A statement as CSV: for programs, and for a French spreadsheet, with semicolons, decimal commas, French heads and words, and
no number of a card or an account that a spreadsheet would round.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from typing import Final

from switch.display.kept import KeptTexts
from switch.display.visible import cell
from switch.money import currency_name
from switch.settlement.bank_account import grouped_rib
from switch.settlement.statement import CSV_COLUMNS, Head, Out, ShownLine, shown_date, years_of_months
from switch.settlement.statement_labels import EXCEL_FR_HEADS, EXCEL_FR_VALUES, LABELS

CSV_LINE_END = "\r\n"
TIMES_KEPT: Final = 10_000  #: of the lines written at once
BYTE_ORDER_MARK: Final = "\N{ZERO WIDTH NO-BREAK SPACE}"  #: by which a spreadsheet knows UTF-8
_NUMBER: Final = re.compile(r" *[0-9][0-9 ]*(?:[Ee][0-9]+)?")  #: what a spreadsheet takes for a number


def as_text(digits: str) -> str:
    """A cell of digits that a spreadsheet keeps as they are: no leading zero is lost, nothing becomes 6,33E+11.

    >>> as_text("000123"), as_text("12E456"), as_text("AB12"), as_text("=1+1")
    ('="000123"', '="12E456"', 'AB12', "'=1+1")
    """
    return f'="{digits}"' if _NUMBER.fullmatch(digits) else cell(digits)


def write_excel_head(out: Out) -> None:
    """The byte order mark, and the heads."""
    out.write(BYTE_ORDER_MARK)
    csv.writer(out, delimiter=";", lineterminator=CSV_LINE_END).writerow(EXCEL_FR_HEADS.values())


def write_excel_lines(out: Out, head: Head, lines: Iterable[ShownLine]) -> None:
    """One row for each line of the statement, in the order of ``EXCEL_FR_HEADS``."""
    labels = LABELS["fr"]
    marks = {"domestic": labels["domestic_mark"], "foreign": labels["foreign_mark"]}
    first = (
        shown_date(head.business_date, labels),
        shown_date(head.value_date, labels),
        as_text(head.merchant_id),
        as_text(grouped_rib(head.rib)),
        cell(head.reference),
    )
    writerow = csv.writer(out, delimiter=";", lineterminator=CSV_LINE_END).writerow
    for (
        at,
        terminal,
        pan,
        scheme,
        product,
        origin,
        channel,
        kind,
        rrn,
        approval,
        gross,
        rate,
        discount,
        vat,
        net,
        adjusts,
    ) in lines:
        year = years_of_months(adjusts or head.business_date)[at[:2]]
        texts = (
            as_text(terminal),
            cell(pan),
            cell(scheme),
            cell(EXCEL_FR_VALUES.get(product, product)),
            marks[origin],
            cell(EXCEL_FR_VALUES.get(channel, channel)),
            labels.get(kind) or EXCEL_FR_VALUES.get(kind, kind),
        )
        decimals = (gross, f"{rate // 100}.{rate % 100:02d}", discount, vat, net)
        figures = [decimal.replace(".", labels["decimal_mark"]) for decimal in decimals]
        local_at = f"{at[2:4]}/{at[:2]}/{year} {at[4:6]}:{at[6:8]}:{at[8:10]}"
        references = (as_text(rrn), as_text(approval), currency_name(head.currency))
        writerow((*first, local_at, *texts, *references, *figures, shown_date(adjusts, labels) if adjusts else ""))


def write_csv_head(out: Out) -> None:
    """The CSV form (RFC 4180, UTF-8): one row for each line, amounts as decimals, no totals."""
    csv.writer(out, lineterminator=CSV_LINE_END).writerow(CSV_COLUMNS)


def first_cells(head: Head) -> tuple[str, str, str, str]:
    """The cells that begin each row."""
    return head.business_date, head.value_date, cell(head.merchant_id), cell(head.reference)


def write_csv_lines(out: Out, head: Head, lines: Iterable[ShownLine]) -> None:
    """Rows are joined plainly where no text needs quotes or may be a formula, which is nearly always; ``csv`` takes others."""
    first = first_cells(head)
    prefix, lines = ",".join(first), list(lines)
    sales_years, currency = years_of_months(head.business_date), head.currency

    def local_at(at: str, adjusts: str) -> str:
        years = years_of_months(adjusts) if adjusts else sales_years
        return f"{years[at[:2]]}-{at[:2]}-{at[2:4]}T{at[4:6]}:{at[6:8]}:{at[8:10]}"

    texts = [",".join(line[1:10]) for line in lines]
    if prefix.count(",") == len(first) - 1 and '"' not in prefix and _all_plain(texts):
        kept = KeptTexts(lambda at: local_at(at, ""), TIMES_KEPT)
        written = [
            f"{prefix},{local_at(line[0], line[15]) if line[15] else kept[line[0]]},{text},{currency},{line[10]},{line[11]},"
            f"{line[12]},{line[13]},{line[14]},{line[15]}\r\n"
            for text, line in zip(texts, lines, strict=True)
        ]
        out.write("".join(written))
        return
    writerow = csv.writer(out, lineterminator=CSV_LINE_END).writerow
    for line in lines:
        writerow((*first, local_at(line[0], line[15]), *map(cell, line[1:10]), currency, *line[10:]))


def _all_plain(texts: list[str]) -> bool:
    """Whether nine words, with a comma between them, are written to CSV as they are, in each of the texts."""
    whole = "\n".join(texts)
    plain = whole.isascii() and whole.count(",") == 8 * len(texts) and whole.count("\n") == len(texts) - 1
    return plain and "\r" not in whole and not any(mark in whole for mark in '"=+-@')
