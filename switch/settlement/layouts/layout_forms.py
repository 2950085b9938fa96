"""The forms of a document: text, CSV, CSV for a French spreadsheet, JSON, PDF and XLSX. All are whole when they are given.

The libraries of PDF and XLSX are loaded when one is asked for, for nobody else waits for them.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final, Literal

from attrs import evolve

from switch.settlement.layouts.document import Document, as_document_json
from switch.settlement.layouts.document_csv import write_document_csv, write_document_excel
from switch.settlement.layouts.document_text import write_document_text
from switch.settlement.layouts.monthly import monthly_document
from switch.settlement.layouts.remise import remise_document
from switch.settlement.layouts.statement_faults import StatementFault, spoilt_remises
from switch.settlement.statement import Statement
from switch.settlement.statement_facts import StatementLayout
from switch.settlement.statement_labels import TEXT_LANGUAGE

if TYPE_CHECKING:
    from switch.settlement.typesetting.letters import Letters

DocumentForm = Literal["text", "csv", "excel-fr", "json", "pdf", "xlsx"]

_WRITERS: Final = {"text": write_document_text, "csv": write_document_csv, "excel-fr": write_document_excel}


def laid_out(
    statement: Statement,
    layout: StatementLayout,
    form: DocumentForm,
    letters: Letters | None = None,
    faults: Sequence[StatementFault] = (),
) -> bytes:
    """A statement in another layout than the detailed one, in a form; the invoice is of the month of its date.

    A text has no direction, so that Arabic becomes French there.
    """
    facts, head = statement.facts, statement.head
    assert facts is not None, "a statement that is read from the books has the facts of its layouts"
    if form == "text" and head.language != TEXT_LANGUAGE[head.language]:
        head = evolve(head, language="fr")
        statement = evolve(statement, head=head)
    if layout == "monthly":
        month = head.business_date[:7]
        return formed(monthly_document(head, month, facts.fees(month), facts.volumes(month), facts.days(month)), form, letters)
    remises = facts.remises()
    if faults:
        remises = spoilt_remises(remises, facts.earlier_remises(), head.business_date, faults)
    return formed(remise_document(statement, remises), form, letters)


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
