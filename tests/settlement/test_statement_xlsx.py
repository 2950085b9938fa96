"""The workbook of a statement, read back by another program: typed cells, nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from switch.endofday.close import close_day
from switch.endofday.statements import stated, statement
from switch.merchant import StatementLanguage
from switch.settlement import statement_xlsx
from switch.settlement.statement import CSV_COLUMNS
from switch.settlement.statement_labels import EXCEL_FR_HEADS, EXCEL_HEADS
from switch.settlement.statement_xlsx import as_xlsx
from tests.settlement.test_statement import close_a_day, close_a_day_of_all_kinds, close_the_day_after
from tests.support.day_builders import FRIDAY, GROCER, HOTEL, SATURDAY, SUNDAY, day_specs, journal_of, later_ms


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("closed")
    close_a_day(data)
    close_the_day_after(data)
    close_a_day_of_all_kinds(data)
    return data


def workbook(
    data: Path, merchant_id: str, date: str | None = None, language: StatementLanguage | None = None
) -> tuple[bytes, Any]:
    with stated(data, merchant_id, date, language=language) as told:
        content = as_xlsx(told)
    return content, openpyxl.load_workbook(io.BytesIO(content))


def rows_of(book: Any) -> list[dict[str, Any]]:
    """The lines of a workbook by the heads of their columns."""
    heads, *rows = [[cell.value for cell in row] for row in book.worksheets[1].iter_rows()]
    return [dict(zip(heads, row, strict=True)) for row in rows]


@pytest.mark.parametrize("merchant_id", [GROCER.id, HOTEL.id])
@pytest.mark.parametrize("date", [FRIDAY, SATURDAY, SUNDAY])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_rows_are_those_of_the_csv_with_types(closed: Path, merchant_id: str, date: str, language: StatementLanguage) -> None:
    _, book = workbook(closed, merchant_id, date, language)
    names = EXCEL_FR_HEADS if language == "fr" else EXCEL_HEADS
    rows = rows_of(book)
    plain = list(csv.DictReader(io.StringIO(statement(closed, merchant_id, date, "csv"), newline="")))
    assert len(rows) == len(plain) > 0
    for row, line in zip(rows, plain, strict=True):
        for key in ("gross", "discount", "vat", "net"):
            assert isinstance(row[names[key]], int | float)
            assert Decimal(str(row[names[key]])) == Decimal(line[key])
        for key in ("merchant_id", "terminal_id", "pan_masked", "rrn", "approval_code", "reference"):
            assert (row[names[key]] or "") == line[key]
        assert row[names["business_date"]] == datetime.fromisoformat(line["business_date"])
        assert row[names["value_date"]] == datetime.fromisoformat(line["value_date"])
        assert row[names["local_at"]] == datetime.fromisoformat(line["local_at"])
        assert round(row[names["discount_rate_basis_points"]] * 10_000) == int(line["discount_rate_basis_points"])
        adjusts = row[names["adjusts"]]
        assert (adjusts.date().isoformat() if adjusts else "") == line["adjusts"]


def test_the_first_sheet_says_what_is_paid(closed: Path) -> None:
    _, book = workbook(closed, GROCER.id, SUNDAY)
    said = {row[0].value: row for row in book.worksheets[0].iter_rows() if row[0].value}
    assert said["RIB crédité"][1].value == "310 810 1014029004423101 33"
    assert said["RIB crédité"][1].data_type == "s"
    assert said["Date de valeur"][1].value == datetime(2026, 11, 23)  # noqa: DTZ001
    assert said["SOLDE NET CRÉDITÉ"][5].value == 349.32
    assert said["Total TVA sur commissions"][1].value == 0.1
    assert [cell.value for cell in said["Total"][1:]] == [6, 352.55, 2.94, 0.29, 349.32]
    assert said["SOLDE NET CRÉDITÉ"][5].number_format == "#,##0.00"


def test_the_same_statement_gives_the_same_bytes_without_a_time(closed: Path) -> None:
    first, _ = workbook(closed, GROCER.id, SUNDAY)
    assert workbook(closed, GROCER.id, SUNDAY)[0] == first
    with zipfile.ZipFile(io.BytesIO(first)) as parts:
        assert {part.date_time[0] for part in parts.infolist()} == {1980}
        assert b"2026-11-2" not in parts.read("docProps/core.xml").replace(b"2026-11-22-PORT0001-000003", b"")


def test_a_large_one_says_the_same_as_one_made_in_memory(closed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, small = workbook(closed, GROCER.id, SUNDAY)
    monkeypatch.setattr(statement_xlsx, "LINES_IN_MEMORY_MAX", 0)
    content, large = workbook(closed, GROCER.id, SUNDAY)
    assert workbook(closed, GROCER.id, SUNDAY)[0] == content
    assert rows_of(large) == rows_of(small)


@pytest.mark.parametrize("rows_max", [1, 2, 3, 6])
def test_lines_that_have_no_room_go_on_another_sheet(closed: Path, monkeypatch: pytest.MonkeyPatch, rows_max: int) -> None:
    _, whole = workbook(closed, GROCER.id, SUNDAY)
    monkeypatch.setattr(statement_xlsx, "ROWS_MAX", rows_max)
    _, book = workbook(closed, GROCER.id, SUNDAY)
    rows = [row for sheet in book.worksheets[1:] for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert rows == list(whole.worksheets[1].iter_rows(min_row=2, values_only=True))
    assert [sheet.title for sheet in book.worksheets][:3] == ["Relevé", "Opérations", "Opérations 2"][: len(book.worksheets)]


HOSTILE = ("=1+1", "+1", "-1", "@SUM", "http://x", '=cmd|" /C', "00000001", "{=1}")


def test_what_strangers_wrote_stays_text(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        for text in HOSTILE:
            journal.decide(terminal_id=text, local_at="0231080000")
    close_day(tmp_path, day_specs(), None, later_ms(tmp_path))
    content, book = workbook(tmp_path, GROCER.id)
    cells = [row[CSV_COLUMNS.index("terminal_id")] for row in book.worksheets[1].iter_rows(min_row=2)]
    assert tuple(cell.value for cell in cells) == HOSTILE
    assert {(cell.data_type, cell.number_format) for cell in cells} == {("s", "@")}
    times = [row[CSV_COLUMNS.index("local_at")].value for row in book.worksheets[1].iter_rows(min_row=2)]
    assert set(times) == {"2026-02-31T08:00:00"}
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        sheets = b"".join(parts.read(name) for name in parts.namelist() if "worksheets/" in name)
    assert b"<f>" not in sheets
    assert b"<hyperlink" not in sheets


def test_both_languages_head_every_column() -> None:
    assert EXCEL_HEADS.keys() == EXCEL_FR_HEADS.keys() == {*CSV_COLUMNS, "rib"}
    assert len(set(EXCEL_HEADS.values())) == len(EXCEL_HEADS)
