"""A document as text of fixed width, at most 120 columns. A text has no direction: an Arabic document has French words here."""

from __future__ import annotations

from typing import Final

from switch.display.visible import visible
from switch.settlement.layouts.document import FIGURE_KINDS, Block, Document, Writer
from switch.settlement.statement import Out

TEXT_WIDTH: Final = 120
LABEL_WIDTH: Final = 30  #: of what stands at the head
BAR_WIDTH: Final = 60  #: of the longest bar of the chart
BAR: Final = "█"


def write_document_text(out: Out, document: Document) -> None:
    """Head, blocks, chart and what it comes to."""
    writer = Writer(document)
    title = document.title
    out.write(f"{visible(document.centre_name)[: TEXT_WIDTH - len(title) - 1]:<{TEXT_WIDTH - len(title)}}{title}\n\n")
    out.write(f"{visible(document.name)}\n")
    for key, value in document.pairs:
        out.write(f"{writer.label(key):<{LABEL_WIDTH}}: {visible(value)}\n")
    for block in document.blocks:
        _write_block(out, block, writer)
    if not document.blocks:
        out.write(f"\n{writer.label('nothing')}\n")
    if document.chart:
        _write_chart(out, document, writer)
    out.write("\n" + "=" * TEXT_WIDTH + "\n")
    for key, minor in document.closing:
        _write_total(out, writer.label(key), writer.amount(minor))
    for note in document.notes:
        out.write(f"\n{note}\n")


def _write_block(out: Out, block: Block, writer: Writer) -> None:
    out.write(f"\n{block.title}\n")
    heads = ((writer.label(column.key), column.kind in FIGURE_KINDS, column.width) for column in block.columns)
    out.write("".join(_placed(*head) for head in heads).rstrip() + "\n" + "-" * TEXT_WIDTH + "\n")
    for row in block.rows:
        cells = zip(block.columns, row, strict=True)
        shown = ((writer.shown(cell, column.kind), column.kind in FIGURE_KINDS, column.width) for column, cell in cells)
        out.write("".join(_placed(*cell) for cell in shown).rstrip() + "\n")
    for key, minor in block.totals:
        _write_total(out, writer.label(key), writer.amount(minor))


def _placed(text: str, at_its_end: bool, width: int) -> str:
    """A text in its column; one that is too wide is cut, a figure never."""
    if at_its_end:
        return f"{text:>{width}}"
    return f"{text[: width - 1]:<{width}}"


def _write_total(out: Out, label: str, amount: str) -> None:
    out.write(f"{label:<{TEXT_WIDTH - len(amount) - 1}} {amount}\n")


def _write_chart(out: Out, document: Document, writer: Writer) -> None:
    """A bar a day; a day of more refunds than sales has none."""
    longest = max((bar.minor for bar in document.chart), default=0)
    out.write(f"\n{document.chart_title}\n")
    for bar in document.chart:
        length = round(BAR_WIDTH * bar.minor / longest) if longest > 0 and bar.minor > 0 else 0
        out.write(f"{bar.label:<4}{BAR * length:<{BAR_WIDTH + 1}}{writer.amount(bar.minor):>18}\n")
