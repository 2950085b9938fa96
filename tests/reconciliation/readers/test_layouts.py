"""Tables of tills, acquirers and banks, as CSV and as workbooks."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from openpyxl import Workbook as OtherWorkbook

from switch.errors import SwitchError
from switch.reconciliation.movement import SetAside, Side
from switch.reconciliation.readers.recognize import side_of
from switch.settlement.statement import CSV_COLUMNS
from tests.cli.command import run
from tests.reconciliation.readers.samples import BANK_CSV, EXPORT_HEADS, TILL_CSV, workbook
from tests.settlement.test_statement import close_a_day
from tests.support.day_builders import GROCER


def read(text: str, encoding: str = "utf-8") -> Side:
    return side_of("file.csv", text.encode(encoding))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_the_export_of_a_till(encoding: str) -> None:
    side = side_of("till.csv", TILL_CSV.encode(encoding), columns={"date": "Jour", "time": "Heure", "amount": "Total TTC",
        "terminal": "TID", "approval": "N° autorisation", "card": "Carte", "direction": "Type"})  # fmt: skip
    assert (side.form, side.kind, side.level) == ("till", "till", "sales")
    assert [(line.place, line.amount_minor, line.second) for line in side.lines] == [
        (2, 12_500, 36_300),
        (3, 125_050, 37_840),
        (4, -2_500, 39_600),
    ]
    first, second, _ = side.lines
    assert (first.terminal_id, first.approval_code, first.card) == ("T0000042", "A1B2C3", "950401******0019")
    assert second.card == "950402******0027"
    assert side.set_aside == (
        SetAside(place=5, found="Jour '32/02/2026'", expected="a date such as 03/02/2026"),
        SetAside(place=6, found="Heure '25:00'", expected="a time such as 14:05"),
        SetAside(place=7, found="Total TTC 'douze'", expected="an amount such as 1 234,56"),
    )


def test_the_usual_heads_need_no_map() -> None:
    assert read(TILL_CSV).lines == side_of("x", TILL_CSV.encode(), "till").lines
    assert len(read(TILL_CSV).lines) == 3


def test_a_bank_with_the_account_above_and_the_balance_below() -> None:
    side = read(BANK_CSV, "cp1252")
    assert (side.form, side.kind, side.level, side.set_aside) == ("bank", "bank", "sums", ())
    assert [(line.place, line.amount_minor, line.value_date, line.label) for line in side.lines] == [
        (4, 138_890, "2026-02-05", "VENTE PAR CARTE 000285"),
        (5, -2_467, "2026-02-04", "CREDIT VOUCHER 000285"),
        (6, -1_200, "2026-02-05", "FRAIS; TENUE DE COMPTE"),
    ]


def test_the_columns_of_a_relevé_on_paper() -> None:
    text = """\
DATE;STAN;TYPE DE CARTE;L/I;NUMERO DE CARTE;MONTANT TRANSACTION;DEBIT NET;CREDIT NET
03/02/26;001201;V;L;950401******0019;125.00;;123.35
03/02/26;123456;V;L;950401******0019;25.00;24.67;
"""
    side = read(text)
    assert side.form == "cmi-table"
    assert [(line.stan, line.amount_minor, line.net_minor, line.channel) for line in side.lines] == [
        ("1201", 12_500, 12_335, "terminal"),
        ("123456", -2_500, -2_467, "online"),
    ]


def test_the_export_of_the_same_acquirer_as_a_workbook() -> None:
    rows = [
        ["03/02/2026", "10:05", "001201", 125, 123.35, "VISA", "4417902"],
        [46056, 0.4375, 1202, 1250.5, 1234, "MASTERCARD", 4417902],
        ["03/02/2026", "10:40", "001203", "12,345", 1, "VISA", "4417902"],
    ]
    side = side_of("export.xlsx", workbook(rows, above=2))
    assert (side.form, side.kind) == ("cmi-export", "releve")
    assert [(line.place, line.date, line.second, line.stan, line.amount_minor, line.net_minor) for line in side.lines] == [
        (4, "2026-02-03", 36_300, "1201", 12_500, 12_335),
        (5, "2026-02-03", 37_800, "1202", 125_050, 123_400),
    ]
    assert [each.place for each in side.set_aside] == [6]
    assert side.lines[1].terminal_id == "4417902"


@pytest.mark.parametrize(
    ("form", "text", "lines"),
    [
        (
            "payzone",
            (
                "Date,Montant Total Tranx,Total Com HT,TVA 10%,Com TTC,Crédit/Débit Marchand\n"
                "03/02/2026,100.00,1.20,0.12,1.32,98.68\n"
            ),
            [("2026-02-03", 10_000, 9_868, "")],
        ),
        (
            "naps",
            (
                "N°;Nombre;Ventes;Commission;Ajustement;Versé;Statut;Date de virement;Date;PDV\n"
                "000012;3;100,00;1,32;0,00;98,68;Versé;05/02/2026;03/02/2026;CAFE\n"
            ),
            [("2026-02-03", 10_000, 9_868, "12")],
        ),
        (
            "france-remises",
            (
                "SIREN;Raison sociale;N° remise;Date de traitement;Nombre;Devise;Montant total;Sens\n"
                "900000001;CAFE;0000077;03/02/2026;3;EUR;100,00;D\n"
            ),
            [("2026-02-03", -10_000, None, "77")],
        ),
        (
            "france-impayes",
            (
                "N° SIREN;Date vente;Date remise;N° carte;Réseau;N° dossier impayé;Devise;Montant;Sens;Libellé impayé\n"
                "900000001;03/02/2026;04/02/2026;950401******0019;CB;D77;EUR;12,50;Débit;CONTESTATION\n"
            ),
            [("2026-02-03", -1_250, None, "")],
        ),
    ],
)
def test_other_acquirers(form: str, text: str, lines: list[tuple[str, int, int | None, str]]) -> None:
    side = read(text)
    assert (side.form, side.kind, side.set_aside) == (form, "releve", ())
    assert [(line.date, line.amount_minor, line.net_minor, line.remise) for line in side.lines] == lines


def test_our_own_statement_in_each_form_says_the_same(tmp_path: Path) -> None:
    close_a_day(tmp_path)
    said = {}
    for form, options in {"csv": [], "excel-fr": ["--excel-fr"], "xlsx": [], "json": []}.items():
        path = tmp_path / f"statement.{form}"
        wanted = "csv" if form == "excel-fr" else form
        assert run("statement", GROCER.id, "--format", wanted, *options, "--out", path, "--data", tmp_path).code == 0
        side = side_of(path.name, path.read_bytes())
        assert (side.form, side.kind, side.level) == ("switch-json" if form == "json" else "switch", "releve", "sales")
        assert side.set_aside == ()
        said[form] = sorted(
            (line.rrn, line.date, line.second, line.amount_minor, line.net_minor, line.card, line.approval_code,
             line.terminal_id, line.channel, line.reference, line.remise_date, line.value_date, line.currency)
            for line in side.lines
        )  # fmt: skip
    assert said["csv"]
    assert said["csv"] == said["excel-fr"] == said["xlsx"] == said["json"]


def test_the_rows_of_our_remises_as_csv() -> None:
    heads = (
        "block,merchant_id,account,remise_number,terminal_id,business_date,date,stan,brand,local,card_number,amount,debit_net"
    )
    side = read(
        f"{heads},credit_net\n"
        "sales,EPICERIE0000001,310,000002,PORT0001,2026-02-04,2026-02-03,000012,V,L,950401******0019,125.00,,123.35\n"
        "refunds,EPICERIE0000001,310,000002,PORT0001,2026-02-04,2026-02-04,000013,V,L,950401******0019,-25.00,24.67,\n"
    )
    assert side.form == "switch-remises"
    assert [
        (line.stan, line.date, line.amount_minor, line.net_minor, line.remise, line.remise_date) for line in side.lines
    ] == [
        ("12", "2026-02-03", 12_500, 12_335, "2", "2026-02-04"),
        ("13", "2026-02-04", -2_500, -2_467, "2", "2026-02-04"),
    ]


def test_the_payouts_of_a_closed_date(tmp_path: Path) -> None:
    close_a_day(tmp_path)
    (path,) = tmp_path.glob("days/*/payouts.csv")
    side = side_of(path.name, path.read_bytes())
    assert (side.form, side.kind, side.level, side.set_aside) == ("switch-payouts", "releve", "sums", ())
    assert all(line.reference and line.net_minor is not None and line.value_date for line in side.lines)


def test_a_map_names_the_columns() -> None:
    text = "Quand;Combien;Qui\n03/02/2026;12,50;x\n"
    side = side_of("x.csv", text.encode(), columns={"date": "quand", "amount": "COMBIEN"})
    assert [line.amount_minor for line in side.lines] == [1_250]
    with pytest.raises(SwitchError, match=r"--map: found 'Jour', 'Combien', expected heads of columns in x\.csv"):
        side_of("x.csv", text.encode(), columns={"date": "Jour", "amount": "Combien"})
    with pytest.raises(SwitchError, match="found the heads Quand, Combien, Qui, expected those of a date and an amount"):
        side_of("x.csv", text.encode(), columns={"date": "Quand"})


def test_a_currency_that_nobody_knows_sets_a_line_aside() -> None:
    side = read("Date;Montant;Devise\n03/02/2026;12,50;EUR\n03/02/2026;12,50;XXX\n03/02/2026;12,50;978\n")
    assert [line.currency for line in side.lines] == ["978", "978"]
    assert side.set_aside == (SetAside(place=3, found="Devise 'XXX'", expected="a currency such as MAD"),)


def test_moments_of_a_workbook_are_dates_with_a_time() -> None:
    side = side_of("x.xlsx", workbook([[46056 + 605 / 1440, 12.5]], heads=("Date et heure", "Montant")))
    assert [(line.date, line.second) for line in side.lines] == [("2026-02-03", 36_300)]


def test_the_heads_are_those_that_are_written() -> None:
    assert {"local_at", "rrn", "gross", "net"} <= set(CSV_COLUMNS)
    assert len(EXPORT_HEADS) == 7


def test_sheets_of_one_form_are_one_file() -> None:
    book = OtherWorkbook()
    book.active.append(["Notes"])
    for month in (1, 2):
        sheet = book.create_sheet(f"mois {month}")
        sheet.append(["Date", "Montant"])
        sheet.append([f"03/0{month}/2026", 12.5])
    out = io.BytesIO()
    book.save(out)
    assert [line.date for line in side_of("x.xlsx", out.getvalue()).lines] == ["2026-01-03", "2026-02-03"]
