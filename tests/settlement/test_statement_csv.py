"""The CSV for a French spreadsheet."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from switch.endofday.statements import statement
from switch.settlement.statement import CSV_COLUMNS
from switch.settlement.statement_csv import as_text
from switch.settlement.statement_labels import EXCEL_FR_HEADS
from tests.settlement.test_statement import close_a_day, close_the_day_after
from tests.support.day_builders import GROCER


def test_rows_are_those_of_the_standard_csv_in_french(tmp_path: Path) -> None:
    close_a_day(tmp_path)
    close_the_day_after(tmp_path)
    french = statement(tmp_path, GROCER.id, fmt="excel-fr")
    assert french.startswith("\N{ZERO WIDTH NO-BREAK SPACE}Journée comptable;")
    rows = list(csv.DictReader(io.StringIO(french[1:], newline=""), delimiter=";"))
    plain = list(csv.DictReader(io.StringIO(statement(tmp_path, GROCER.id, fmt="csv"), newline="")))
    assert len(rows) == len(plain) > 1
    for row, line in zip(rows, plain, strict=True):
        assert row["Montant net"].replace(",", ".") == line["net"]
        assert row["RRN"] == f'="{line["rrn"]}"'
        assert row["RIB"].startswith('="310 810 ')
        assert row["Devise"] == "MAD"
        assert row["Canal"] == {"chip": "puce", "ecommerce": "e-commerce"}[line["channel"]]
        assert row["Produit"] == {"debit": "débit", "credit": "crédit"}[line["product"]]
        assert row["Opération"] == {"purchase": "Achats", "reversal": "Régularisations"}[line["transaction_type"]]
        year, month, day = line["business_date"].split("-")
        assert row["Journée comptable"] == f"{day}/{month}/{year}"


def test_every_column_has_a_french_head() -> None:
    assert set(EXCEL_FR_HEADS) == {*CSV_COLUMNS, "rib"}
    assert len(set(EXCEL_FR_HEADS.values())) == len(EXCEL_FR_HEADS)


def test_only_digits_become_a_formula() -> None:
    assert as_text("000123") == '="000123"'
    assert as_text('=HYPERLINK("x")').startswith("'")
    assert as_text('1"&A1&"') == '1"&A1&"'
