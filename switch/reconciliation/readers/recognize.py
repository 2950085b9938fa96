"""What a file is, found out from its content, or taken as somebody says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from attrs import evolve

from switch.errors import SwitchError
from switch.reconciliation.movement import Side
from switch.reconciliation.readers.camt import CAMT_FORM, is_camt, side_of_camt
from switch.reconciliation.readers.cmi_text import FORM as BLOCKS
from switch.reconciliation.readers.cmi_text import is_blocks_of_remises, side_of_blocks
from switch.reconciliation.readers.decoding import decoded, rows_of
from switch.reconciliation.readers.layouts import TABLE_FORMS
from switch.reconciliation.readers.other_texts import AMEX, BARID, form_of_text, side_of_text
from switch.reconciliation.readers.switch_json import JSON_FORM, is_json, side_of_json
from switch.reconciliation.readers.tables import side_of_table
from switch.reconciliation.readers.workbook import is_workbook, sheets_of

#: The forms a file may have, by the words of ``--left-as``.
RECOGNIZED_FORMS: Final = (*TABLE_FORMS, JSON_FORM, BLOCKS, BARID, AMEX, CAMT_FORM)
FILE_EXPECTED: Final = "a till export, a relevé or a bank statement (CSV, XLSX, text, JSON, camt.053)"


class ColumnsMissingError(SwitchError):
    """No table of a file has the columns that a person mapped."""


def side_of(name: str, content: bytes, form: str | None = None, columns: Mapping[str, str] | None = None) -> Side:
    """The side that a file is; SwitchError where it is none, or not of the form that it is said to be."""
    side = _side(name, content, form, columns)
    if not side.lines and not side.entries and side.set_aside:
        first = side.set_aside[0]
        raise SwitchError(f"{name}: found no usable line (line {first.place}: {first.found}), expected {first.expected}")
    if not side.lines and not side.entries:
        raise SwitchError(f"{name}: found no line of money, expected {FILE_EXPECTED}")
    return side


def _side(name: str, content: bytes, form: str | None, columns: Mapping[str, str] | None) -> Side:
    if not content.strip():
        raise SwitchError(f"{name}: found an empty file, expected {FILE_EXPECTED}")
    side: Side | None = None
    if is_workbook(content):
        _refuse_other(name, form, TABLE_FORMS, "a workbook")
        side = _side_of_sheets([side_of_table(name, rows, form, columns) for rows in sheets_of(content, name)])
    elif form == CAMT_FORM or (form is None and is_camt(content)):
        side = side_of_camt(name, content)
    else:
        side = _side_of_text(name, decoded(content), form, columns)
    if side is None and columns:
        heads = ", ".join(repr(head) for head in columns.values())
        raise ColumnsMissingError(f"--map: found {heads}, expected heads of columns in {name}")
    if side is None:
        hint = "`--map date=HEAD,amount=HEAD` names the columns of a table; --left-as and --right-as say what a file is"
        raise SwitchError(f"{name}: found a file of no known layout, expected {FILE_EXPECTED}", hint=hint)
    return side


def _side_of_sheets(sheets: list[Side | None]) -> Side | None:
    """The first sheet that is a known table, with those of the same form behind it: a sheet a month, or a very long table."""
    known = [sheet for sheet in sheets if sheet is not None]
    if not known:
        return None
    alike = [sheet for sheet in known if sheet.form == known[0].form]
    return evolve(
        known[0],
        lines=tuple(line for sheet in alike for line in sheet.lines),
        entries=tuple(entry for sheet in alike for entry in sheet.entries),
        set_aside=tuple(each for sheet in alike for each in sheet.set_aside),
    )


def _side_of_text(name: str, text: str, form: str | None, columns: Mapping[str, str] | None) -> Side | None:
    if columns or form in TABLE_FORMS:
        return side_of_table(name, list(rows_of(text)), form, columns)
    if form == JSON_FORM or (form is None and is_json(text)):
        return side_of_json(name, text)
    if form == BLOCKS or (form is None and is_blocks_of_remises(text)):
        return side_of_blocks(name, text)
    other = form or form_of_text(text)
    if other is not None:
        return side_of_text(name, text, other)
    return side_of_table(name, list(rows_of(text)))


def _refuse_other(name: str, form: str | None, allowed: tuple[str, ...], found: str) -> None:
    if form is not None and form not in allowed:
        raise SwitchError(f"{name}: found {found}, expected {form}")
