"""A statement as CSV for a French spreadsheet: semicolons, decimal commas, French heads and words, and no number of a card or
an account that a spreadsheet would round.

The standard CSV of ``statement`` stays what programs read.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from typing import Final

from switch.display.visible import cell
from switch.money import currency_name
from switch.settlement.bank_account import grouped_rib
from switch.settlement.statement import CSV_LINE_END, Head, Out, ShownLine, shown_date, years_of_months
from switch.settlement.statement_labels import EXCEL_FR_HEADS, EXCEL_FR_VALUES, LABELS

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
