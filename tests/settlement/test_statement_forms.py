"""Every form of a statement is made from one value, and says the same."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from attrs import evolve

from switch.endofday.statements import stated, statement
from switch.settlement.statement import LINES_AT_ONCE, Section, Statement
from switch.settlement.statement_forms import BytesForm, as_bytes, as_json, write_texts
from tests.settlement.test_statement import close_a_day, close_a_day_of_all_kinds, close_the_day_after
from tests.support.day_builders import GROCER, SUNDAY


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
