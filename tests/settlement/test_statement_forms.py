"""Every form of a statement is made from one value, and says the same."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pytest
from attrs import evolve

from switch.endofday.statements import stated, statement
from switch.merchant import StatementLanguage
from switch.settlement.fees.entries import ENTRY_ACCOUNTS
from switch.settlement.fees.stated import StatementEntry
from switch.settlement.statement import LINES_AT_ONCE, Section, Statement
from switch.settlement.statement_forms import BytesForm, as_bytes, as_json, write_texts
from switch.settlement.statement_labels import ENTRY_KINDS, entry_kind
from tests.settlement.test_statement import close_a_day, close_a_day_of_all_kinds, close_the_day_after
from tests.settlement.test_statement_pdf import cells_of
from tests.support.day_builders import GROCER, SUNDAY


def entry(kind: str, narrative: str) -> StatementEntry:
    return StatementEntry(
        terminal_id="",
        remise_number=0,
        kind=kind,
        reference="2026-11",
        amount_minor=-15_000,
        vat_minor=-1_500,
        vat_rate_basis_points=1_000,
        rule="",
        narrative=narrative,
    )


@pytest.fixture
def told(tmp_path: Path) -> Statement:
    """A statement with its lines in memory: the books it was read from are closed."""
    close_a_day(tmp_path)
    close_the_day_after(tmp_path)
    close_a_day_of_all_kinds(tmp_path)
    with stated(tmp_path, GROCER.id, SUNDAY) as read:
        sections = tuple(evolve(section, lines=tuple(section.lines)) for section in read.sections)
        return evolve(read, sections=sections)


def test_forms_side_by_side_are_those_made_alone(told: Statement, tmp_path: Path) -> None:
    text, as_csv, excel = (io.StringIO(newline="") for _ in range(3))
    write_texts(told, {"text": text, "csv": as_csv, "excel-fr": excel})
    assert text.getvalue() == statement(tmp_path, GROCER.id, SUNDAY)
    assert as_csv.getvalue() == statement(tmp_path, GROCER.id, SUNDAY, "csv")
    assert excel.getvalue() == statement(tmp_path, GROCER.id, SUNDAY, "excel-fr")


@pytest.mark.parametrize(("language", "word"), [("fr", "Impayé"), ("en", "Chargeback"), ("ar", "Impayé")])
def test_an_entry_says_its_kind_before_what_it_is_about(told: Statement, language: StatementLanguage, word: str) -> None:
    head = evolve(told.head, language=language)
    both = (entry("chargeback", "dossier 7 RRN 1"), entry("rent", "rent 2026-11"))
    text = io.StringIO()
    write_texts(evolve(told, head=head, entries=both), {"text": text})
    rent = "Terminal rent" if language == "en" else "Location TPE"
    lines = [line.partition("  ")[0] for line in text.getvalue().splitlines()]
    assert [line for line in lines if line.startswith((word, rent))] == [f"{word}, dossier 7 RRN 1", f"{rent}, 2026-11"]
    page = "\n".join(cells_of(as_bytes(evolve(told, head=evolve(head, language="en"), entries=both), "pdf")))
    assert "Chargeback, dossier 7 RRN 1" in page
    sheet = openpyxl.load_workbook(io.BytesIO(as_bytes(evolve(told, head=head, entries=both), "xlsx"))).worksheets[0]
    assert f"{entry_kind('rent', language)}, 2026-11" in [row[0].value for row in sheet.iter_rows()]


def test_every_kind_of_entry_that_is_posted_has_a_word() -> None:
    assert ENTRY_ACCOUNTS.keys() <= ENTRY_KINDS.keys()


@pytest.mark.parametrize("form", ["pdf", "xlsx"])
def test_lines_are_read_anew_from_the_books_for_each_form(told: Statement, tmp_path: Path, form: BytesForm) -> None:
    with stated(tmp_path, GROCER.id, SUNDAY) as read:
        assert as_bytes(read, form) == as_bytes(read, form) == as_bytes(told, form)


def test_json_has_all_lines_and_totals(told: Statement) -> None:
    whole = as_json(told)
    assert whole["net_minor"] == sum(line["net_minor"] for line in whole["lines"])
    assert [total["of"] for total in whole["totals"]] == ["domestic", "foreign"]
    assert [total["of"] for total in whole["types"]] == [section.of for section in told.sections[:-1]]
    assert whole["lines"][-1]["adjusts"]


def test_more_lines_than_are_in_memory_at_once(told: Statement) -> None:
    first: Section = told.sections[0]
    many = [*first.lines] * LINES_AT_ONCE
    out = io.StringIO(newline="")
    write_texts(evolve(told, sections=(evolve(first, lines=many),)), {"csv": out})
    assert len(out.getvalue().splitlines()) == 1 + len(many)
