"""The page of reconciled files names every form, pass, column and field, and no other."""

from __future__ import annotations

import re
from typing import Final

from switch.reconciliation.as_rows import FRENCH_CLASSES, FRENCH_PASSES, RESULT_COLUMNS
from switch.reconciliation.findings import FINDING_CLASSES, PASSES
from switch.reconciliation.readers.layouts import FIELDS
from switch.reconciliation.readers.recognize import RECOGNIZED_FORMS
from tests.docs.pages import ROOT, tables

PAGE: Final = ROOT / "docs" / "reference" / "reconciled-files.md"


def first_cells(number: int) -> list[str]:
    """What stands in code in the first column of a table of the page."""
    _, *rows = list(tables(PAGE))[number]
    return [word for _, row in rows for word in re.findall(r"`([^`]+)`", row[0])]


def test_every_form_every_pass_every_column_and_every_field() -> None:
    assert set(first_cells(0)) == set(RECOGNIZED_FORMS)
    assert [*first_cells(1), *first_cells(2)] == list(PASSES)
    assert first_cells(3) == list(RESULT_COLUMNS)
    fields = PAGE.read_text(encoding="utf-8").partition("## Fields of")[2].partition("\n## ")[0]
    assert re.findall(r"`([a-z_]+)`", fields) == list(FIELDS)


def test_every_pass_and_every_class_has_its_french() -> None:
    assert list(FRENCH_PASSES) == list(PASSES)
    assert list(FRENCH_CLASSES) == list(FINDING_CLASSES)
