"""A day in dinars, of three decimals, and in yen, of none: every file and every screen has the decimals of the currency."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from switch.endofday.close import check_books, close_day
from switch.endofday.statements import stated, statement
from switch.merchant import Merchant
from switch.settlement.statement import CSV_COLUMNS
from switch.settlement.statement_forms import as_bytes
from tests.cli.command import run
from tests.settlement.test_statement_pdf import cells_of
from tests.support.day_builders import FRIDAY, GROCER, SATURDAY, day_specs, journal_of, later_ms, merchant

TUNIS = merchant(id="TUNIS0000000001", name="DAR TUNIS", currency="788", capture="completion")
TOKYO = merchant(id="TOKYO0000000001", name="TOKYO YA", currency="392", capture="completion")
SPECS = day_specs(merchants=(GROCER, TUNIS, TOKYO))
SHOPS = (GROCER, TUNIS, TOKYO)
#: 100,000 minor units as each currency writes them, and other amounts of the two days likewise.
SALE = {"504": "1000.00", "788": "100.000", "392": "100000"}
DISCOUNT = {"504": "12.00", "788": "1.200", "392": "1200"}  #: 1.20 %
VAT = {"504": "1.20", "788": "0.120", "392": "120"}  #: 10 % of it
NET = {"504": "986.80", "788": "98.680", "392": "98680"}
INTERCHANGE = {"504": "6.50", "788": "0.650", "392": "650"}  #: 0.65 %
HELD = {"504": "42.05", "788": "4.205", "392": "4205"}
LEFT = {"504": "-250.00", "788": "-25.000", "392": "-25000"}  #: what a reversal of the next day takes back
REVERSED = {"504": "11.07", "788": "1.107", "392": "1107"}
NAMES = {"504": "MAD", "788": "TND", "392": "JPY"}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Friday: a sale and a hold in each currency; Saturday: each sale is reversed in part, and another wholly."""
    with journal_of(tmp_path, FRIDAY) as journal:
        sales = [journal.decide(merchant_id=shop.id, currency=shop.currency, amount_minor=100_000) for shop in SHOPS]
        for shop in SHOPS:
            journal.hold(merchant_id=shop.id, currency=shop.currency, amount_minor=4_205)
        close_day(tmp_path, SPECS, None, later_ms(tmp_path))
        for sale in sales:
            journal.reverse(sale, 75_000)
        for shop in SHOPS:
            journal.reverse(journal.decide(merchant_id=shop.id, currency=shop.currency, amount_minor=1_107))
        close_day(tmp_path, SPECS, None, later_ms(tmp_path))
    assert check_books(tmp_path).faults == ()
    return tmp_path


def table(path: Path, *columns: str) -> set[tuple[str, ...]]:
    with path.open(encoding="utf-8", newline="") as file:
        return {tuple(row[column] for column in columns) for row in csv.DictReader(file)}


def test_files(data: Path) -> None:
    friday = data / "days" / FRIDAY
    charges = ("currency", "gross", "discount", "vat", "net")
    expected = {(each, SALE[each], DISCOUNT[each], VAT[each], NET[each]) for each in SALE}
    assert table(friday / "payouts.csv", *charges) == expected
    assert table(friday / "holds.csv", "currency", "amount") == set(HELD.items())
    for shop in SHOPS:
        (line,) = table(friday / "statements" / f"{shop.id}.csv", *charges)
        assert line in expected
    of_issuers = table(friday / "positions.csv", "role", "currency", "debit", "interchange")
    assert {each[1:] for each in of_issuers if each[0] == "issuer"} == {(each, SALE[each], INTERCHANGE[each]) for each in SALE}


@pytest.mark.parametrize("shop", SHOPS, ids=lambda shop: NAMES[shop.currency])
def test_statements(data: Path, shop: object) -> None:
    each = getattr(shop, "currency", "")
    merchant_id = getattr(shop, "id", "")
    text = statement(data, merchant_id, FRIDAY, language="en")
    (line,) = (line for line in text.splitlines() if "632400000" in line)
    words = line.replace(",", "").split()
    assert [words[-5], *words[-3:]] == [SALE[each], DISCOUNT[each], VAT[each], NET[each]]
    french = statement(data, merchant_id, FRIDAY, "excel-fr").splitlines()[1].split(";")
    assert [part.replace(".", ",") for part in (SALE[each], DISCOUNT[each], VAT[each], NET[each])] == [
        french[place] for place in (-6, -4, -3, -2)
    ]
    back = next(line for line in statement(data, merchant_id, SATURDAY, "csv").splitlines() if line.endswith(FRIDAY))
    assert LEFT[each] in back.split(",")


@pytest.mark.parametrize(
    ("title", "amounts"),
    [
        ("Held: approved and waiting to be captured", HELD),
        ("Adjustments: reversals of what was presented before", LEFT),
        ("Reversed before they were presented", REVERSED),
    ],
)
def test_items_of_the_screen(data: Path, title: str, amounts: dict[str, str]) -> None:
    told = run("day", "show", "--data", data).out
    (block,) = (block for block in told.split("\n\n") if block.startswith(title))
    listed = [line.split() for line in block.splitlines()[2:]]
    assert {(each[4], each[3].replace(",", "")) for each in listed} == {(NAMES[each], amounts[each]) for each in amounts}


def test_totals_of_the_screen(data: Path) -> None:
    told = run("day", "show", FRIDAY, "--data", data).out.replace(",", "")
    for each in SALE:
        figures = " +".join((SALE[each], INTERCHANGE[each], DISCOUNT[each], VAT[each], NET[each]))
        assert [line for line in told.splitlines() if line.split()[:7] == [NAMES[each], "1", *figures.split(" +")]]


@pytest.mark.parametrize("shop", SHOPS, ids=lambda shop: NAMES[shop.currency])
def test_statements_on_paper_and_in_a_workbook(data: Path, shop: Merchant) -> None:
    with stated(data, shop.id, FRIDAY, language="en") as told:
        cells = cells_of(as_bytes(told, "pdf"))
        sheet = openpyxl.load_workbook(io.BytesIO(as_bytes(told, "xlsx"))).worksheets[1]
    assert {"504": "1,000.00", "788": "100.000", "392": "100,000"}[shop.currency] in cells
    assert NAMES[shop.currency] in cells
    row = dict(zip(CSV_COLUMNS, next(iter(sheet.iter_rows(min_row=2))), strict=True))
    for key, expected in (("gross", SALE), ("discount", DISCOUNT), ("vat", VAT), ("net", NET)):
        assert Decimal(str(row[key].value)) == Decimal(expected[shop.currency])
    decimals = len(SALE[shop.currency].partition(".")[2])
    assert row["gross"].number_format == "#,##0" + ("." + "0" * decimals if decimals else "")
