"""The forms of a document: text, CSV, CSV for a French spreadsheet, JSON, PDF and XLSX. All are whole when they are given.

The libraries of PDF and XLSX are loaded when one is asked for, for nobody else waits for them.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, Literal

from switch.merchant import StatementLanguage
from switch.settlement.layouts.document import Document, as_document_json
from switch.settlement.layouts.document_csv import write_document_csv, write_document_excel
from switch.settlement.layouts.document_text import write_document_text

if TYPE_CHECKING:
    from switch.settlement.typesetting.letters import Letters

DocumentForm = Literal["text", "csv", "excel-fr", "json", "pdf", "xlsx"]

_WRITERS: Final = {"text": write_document_text, "csv": write_document_csv, "excel-fr": write_document_excel}


def language_of(form: DocumentForm, language: StatementLanguage) -> StatementLanguage:
    """In which language a document is to be made for a form: a text has no direction, so that Arabic becomes French there."""
    return "fr" if form == "text" and language == "ar" else language


def formed(document: Document, form: DocumentForm, letters: Letters | None = None) -> bytes:
    """A document in a form. ``letters`` has the fonts of a PDF; SwitchError where Arabic cannot be set."""
    if form == "pdf":
        from switch.settlement.layouts.document_pdf import document_pdf

        return document_pdf(document, letters)
    if form == "xlsx":
        from switch.settlement.layouts.document_xlsx import document_xlsx

        return document_xlsx(document)
    if form == "json":
        return f"{json.dumps(as_document_json(document), indent=2, ensure_ascii=False)}\n".encode()
    out = io.StringIO(newline="")
    write: Callable[..., None] = _WRITERS[form]
    write(out, document)
    return out.getvalue().encode()
