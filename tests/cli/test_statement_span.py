"""``switch statement`` of a range: an invoice for each month, one head whichever blocks the dates have."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from attrs import evolve

from switch.endofday.close import close_day
from switch.endofday.statements import stated
from switch.settlement.fees.stated import StatementEntry
from switch.settlement.layouts.layout_forms import laid_out
from tests.cli.command import run
from tests.support.day_builders import GROCER, NOW_MS, day_specs, journal_of

SUNDAY, MONDAY, DECEMBER = "2026-11-29", "2026-11-30", "2026-12-01"
RENT = StatementEntry(
    terminal_id="",
    remise_number=0,
    kind="rent",
    reference="000000012345",
    amount_minor=-15_000,
    vat_minor=-1_500,
    vat_rate_basis_points=1_000,
    rule="",
    narrative="terminal",
)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("closed")
    for date in (SUNDAY, MONDAY, DECEMBER):
        with journal_of(folder, SUNDAY if date == SUNDAY else None) as journal:
            journal.decide()
        close_day(folder, day_specs(), date, NOW_MS)
    return folder


def test_each_month_has_its_invoice(data: Path) -> None:
    arguments = ("statement", GROCER.id, "--layout", "monthly", "--data", data)
    whole = run(*arguments, "--from", SUNDAY, "--json").json
    assert [each["month"] for each in whole] == ["01/11/2026 - 30/11/2026", "01/12/2026 - 31/12/2026"]
    (november,) = run(*arguments, "--month", "2026-11", "--json").json
    assert november == whole[0]
    text = run(*arguments, "--from", SUNDAY).out
    assert text.count("FACTURE DE COMMISSIONS ET FRAIS") == 2
    rows = list(csv.DictReader(io.StringIO(run(*arguments, "--from", SUNDAY, "--format", "csv").out)))
    assert {row["month"] for row in rows if row["block"] == "fees"} == {"2026-11", "2026-12"}


@pytest.mark.parametrize("form", ["pdf", "xlsx"])
def test_a_page_or_a_workbook_is_of_one_statement(data: Path, tmp_path: Path, form: str) -> None:
    arguments = ("statement", GROCER.id, "--format", form, "--out", tmp_path / "x", "--data", data)
    assert run(*arguments, "--layout", "monthly", "--month", "2026-11").code == 0
    assert run(*arguments, "--from", DECEMBER).code == 0
    for layout, several in (("monthly", "months"), ("remise", "dates")):
        refused = run(*arguments, "--layout", layout, "--from", SUNDAY)
        assert refused.code == 2
        assert refused.sentence == f"--format {form}: found several {several}, expected text, csv or json"


@pytest.mark.parametrize("form", ["csv", "excel-fr"])
def test_a_layout_has_the_same_columns_on_all_dates(data: Path, form: str) -> None:
    heads = []
    for entries in ((), (RENT,)):
        with stated(data, GROCER.id, SUNDAY) as told:
            content = laid_out(evolve(told, entries=entries), "remise", "csv" if form == "csv" else "excel-fr").decode()
        heads.append(content.splitlines()[0])
    assert heads[0] == heads[1]
    assert ("2026-11-29" if form == "csv" else "29/11/2026") in content.splitlines()[-1]


def test_a_range_by_remise_has_one_head(data: Path) -> None:
    done = run("statement", GROCER.id, "--layout", "remise", "--format", "csv", "--from", SUNDAY, "--data", data)
    rows = list(csv.DictReader(io.StringIO(done.out)))
    assert [row["business_date"] for row in rows] == [SUNDAY, MONDAY, DECEMBER]
    assert None not in rows[0]
