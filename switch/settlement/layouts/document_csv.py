"""A document as CSV: for programs (RFC 4180, keys for heads, amounts as decimals), and for a French spreadsheet.

Rows of all blocks stand below one another under the columns of all of them; totals are left to whoever adds them up.
"""

from __future__ import annotations

import csv
from collections.abc import Callable

from switch.display.visible import cell as safe_cell
from switch.money import format_minor
from switch.settlement.layouts.document import Block, Cell, ColumnKind, Document
from switch.settlement.layouts.layout_labels import LAYOUT_LABELS
from switch.settlement.statement import Out
from switch.settlement.statement_csv import BYTE_ORDER_MARK, CSV_LINE_END, as_text
from switch.settlement.statement_labels import LABELS


def write_document_csv(out: Out, document: Document) -> None:
    """One row for each row of the blocks."""

    def written(value: Cell, kind: ColumnKind) -> str:
        if value is None:
            return ""
        return format_minor(int(value), document.currency) if kind == "amount" else safe_cell(str(value))

    _write(csv.writer(out, lineterminator=CSV_LINE_END).writerow, document, lambda key: key, written)


def write_document_excel(out: Out, document: Document) -> None:
    """The same with semicolons, decimal commas, French heads and the mark by which a spreadsheet knows UTF-8."""
    words = {**LABELS["fr"], **LAYOUT_LABELS["fr"]}

    def written(value: Cell, kind: ColumnKind) -> str:
        if value is None:
            return ""
        if kind == "amount":
            return format_minor(int(value), document.currency).replace(".", ",")
        if kind == "rate":
            return f"{int(value) / 100:.2f}".replace(".", ",")
        if kind == "date":
            return "/".join(reversed(str(value).split("-")))
        return as_text(str(value)) if kind == "digits" else safe_cell(str(value))

    out.write(BYTE_ORDER_MARK)
    writerow = csv.writer(out, delimiter=";", lineterminator=CSV_LINE_END).writerow
    _write(writerow, document, lambda key: words.get(key, key).replace(" ({currency})", ""), written)


def table_columns(document: Document) -> dict[str, ColumnKind]:
    """The columns of the layout, whichever blocks a date has, in the order in which they come first: key -> kind."""
    columns: dict[str, ColumnKind] = {"block": "text", "merchant_id": "digits", "account": "digits"}
    abouts = [tuple((key, kind) for key, _, kind in block.about) for block in document.table_blocks]
    for about in (document.usual_about, *abouts):
        columns.update({key: kind for key, kind in about if key not in columns})
    for some in (document.usual, *(block.columns for block in document.table_blocks)):
        columns.update({column.key: column.kind for column in some if column.key not in columns})
    return columns


def about_rows(document: Document, block: Block) -> dict[str, Cell]:
    """What stands in every row of a block: whose it is, which account is paid, and what the block says of itself."""
    pairs = dict(document.pairs)
    account = pairs.get("account") or pairs.get("rib")
    about: dict[str, Cell] = {"block": block.kind, "merchant_id": document.merchant_id, "account": account}
    return about | {key: value for key, value, _ in block.about}


def _write(
    writerow: Callable[[list[str]], object],
    document: Document,
    head: Callable[[str], str],
    written: Callable[[Cell, ColumnKind], str],
) -> None:
    columns = table_columns(document)
    writerow([head(key) for key in columns])
    for block in document.table_blocks:
        about = about_rows(document, block)
        for row in block.rows:
            cells = {**about, **{column.key: value for column, value in zip(block.columns, row, strict=True)}}
            writerow([written(cells.get(key), kind) for key, kind in columns.items()])
