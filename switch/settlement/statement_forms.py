"""The forms of a statement: text, CSV, CSV for a French spreadsheet, PDF, XLSX and JSON, all of them made from a ``Statement``.

Forms of text are written side by side, each line read once for all of them; PDF and XLSX are bytes, whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from attrs import asdict

from switch.display.visible import visible
from switch.settlement.statement import (
    ADJUSTMENTS_SECTION,
    SALE_FIELDS,
    Head,
    Out,
    Section,
    Statement,
    StatementRow,
    amount_formatter,
    amount_writer,
    batches,
    shown_lines,
    text_labels,
    write_text_head,
    write_text_lines,
    write_text_section,
    write_text_totals,
)
from switch.settlement.statement_conversions import conversion_lines
from switch.settlement.statement_csv import write_csv_head, write_csv_lines, write_excel_head, write_excel_lines
from switch.settlement.statement_labels import TEXT_LANGUAGE, entry_words

if TYPE_CHECKING:
    from switch.settlement.typesetting.letters import Letters

TextForm = Literal["text", "csv", "excel-fr"]
BytesForm = Literal["pdf", "xlsx"]

#: Forms that are files of a day, and how their names end: those that every date has, and those it has where they are asked for.
TEXT_SUFFIXES: Final[dict[TextForm, str]] = {"text": "txt", "csv": "csv"}
BYTES_SUFFIXES: Final[dict[BytesForm, str]] = {"pdf": "pdf", "xlsx": "xlsx"}

#: The fields of a line, in the order of ``payouts.STATEMENT_LINES``.
LINE_FIELDS: Final = (
    *SALE_FIELDS,
    "amount_minor",
    "discount_rate_basis_points",
    "discount_minor",
    "vat_minor",
    "net_minor",
    "adjusts",
)


class WrittenLines(NamedTuple):
    """Some lines of a section, ready to be written."""

    text: str
    csv: str


#: How lines are gone through that can be written ready by whoever has them (``ready``): some at a time, written or as rows.
LineWriter = Callable[[Head], Iterator[WrittenLines | list[StatementRow]]]


def write_texts(statement: Statement, outs: Mapping[TextForm, Out]) -> None:
    """Write a statement in the forms of text asked for, some lines at a time."""
    head, text, as_csv, excel = statement.head, outs.get("text"), outs.get("csv"), outs.get("excel-fr")
    if text is not None:
        write_text_head(text, head)
    if as_csv is not None:
        write_csv_head(as_csv)
    if excel is not None:
        write_excel_head(excel)
    for section in statement.sections:
        if text is not None:
            write_text_section(text, head, section.of)
        for some in _pieces(section, head, ready=excel is None):
            if isinstance(some, WrittenLines):
                _write_ready(some, text, as_csv)
                continue
            lines = shown_lines(head, some)
            if text is not None:
                write_text_lines(text, head, lines)
            if as_csv is not None:
                write_csv_lines(as_csv, head, lines)
            if excel is not None:
                write_excel_lines(excel, head, lines)
    if text is not None:
        _write_text_end(text, statement)


def _write_ready(lines: WrittenLines, text: Out | None, as_csv: Out | None) -> None:
    if text is not None:
        text.write(lines.text)
    if as_csv is not None:
        as_csv.write(lines.csv)


def _pieces(section: Section, head: Head, *, ready: bool) -> Iterator[WrittenLines | list[StatementRow]]:
    """The lines of a section, some at a time; as rows, unless they may come ready."""
    written: LineWriter | None = getattr(section.lines, "written", None) if ready else None
    return batches(section.lines) if written is None else written(head)


def _write_text_end(text: Out, statement: Statement) -> None:
    """Entries beside the lines, the totals, and what is paid in another currency."""
    if statement.entries:
        _write_text_entries(text, statement)
    write_text_totals(text, statement.head, statement.origins, statement.parts)
    for line in conversion_lines(statement, text_labels(statement.head)):
        text.write(f"{line}\n")


def _write_text_entries(out: Out, statement: Statement) -> None:
    """What changes what is paid besides the lines: before VAT, the VAT and both, below the columns of the lines."""
    head = statement.head
    labels, language = text_labels(head), TEXT_LANGUAGE[head.language]
    decimal, shown = amount_formatter(head.currency), amount_writer(labels)
    out.write(f"{labels['entries']}\n")
    for entry in statement.entries:
        amount, vat = shown(decimal(entry.amount_minor)), shown(decimal(entry.vat_minor))
        both = shown(decimal(entry.amount_minor + entry.vat_minor))
        out.write(f"{visible(entry_words(entry, language)):<73.73}{amount:>14}{'':19}{vat:>12}{both:>14}\n")


def as_bytes(statement: Statement, form: BytesForm, letters: Letters | None = None) -> bytes:
    """A statement as PDF or XLSX. The libraries of both are loaded here, for nobody else waits for them.

    ``letters`` has the fonts for what a PDF cannot write without them (``statement_pdf.as_pdf``).
    """
    if form == "pdf":
        from switch.settlement.statement_pdf import as_pdf

        return as_pdf(statement, letters)
    from switch.settlement.statement_xlsx import as_xlsx

    return as_xlsx(statement)


def as_json(statement: Statement) -> dict[str, Any]:
    """What is said once, then the lines and the totals for each origin and type; amounts in minor units."""
    return {
        **asdict(statement.head),
        "payouts": [asdict(payout) for payout in statement.payouts],
        "entries": [asdict(entry) for entry in statement.entries],
        "conversions": [asdict(conversion) for conversion in statement.conversions],
        "lines": [dict(zip(LINE_FIELDS, line, strict=True)) for section in statement.sections for line in section.lines],
        "totals": [asdict(total) for total in statement.origins],
        "types": [asdict(section.total) for section in _of_types(statement)],
    }


def _of_types(statement: Statement) -> Iterator[Section]:
    return (section for section in statement.sections if section.of != ADJUSTMENTS_SECTION)
