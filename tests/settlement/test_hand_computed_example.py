"""A sale of 100.00 MAD, worked out by hand: interchange 0.65 %, discount 1.20 % before VAT, VAT 10 % on the discount.

the issuer keeps      100.00 × 0.65 %  =  0.65   and pays     100.00 - 0.65         = 99.35
the merchant pays     100.00 × 1.20 %  =  1.20   and VAT        1.20 × 10 %         =  0.12
the merchant receives                                         100.00 - 1.20 - 0.12  = 98.68

Reversed to 33.33 on the next business date, it should have come to

the issuer keeps       33.33 × 0.65 %  =  0.22   and pays      33.33 - 0.22         = 33.11
the merchant pays      33.33 × 1.20 %  =  0.40   and VAT        0.40 × 10 %         =  0.04
the merchant receives                                          33.33 - 0.40 - 0.04  = 32.89

and so the next day takes back 66.67, of which 0.43 interchange, 0.80 discount, 0.08 VAT and 65.79 of the merchant.
"""

from __future__ import annotations

import csv
import sqlite3
from pathlib import Path

import pytest

from switch.endofday.close import close_day
from switch.endofday.report import DayReport
from switch.endofday.statements import statement
from tests.support.day_builders import FRIDAY, GROCER, MONDAY, NOW_MS, SATURDAY, day_specs, journal_of


@pytest.fixture
def closed(tmp_path: Path) -> DayReport:
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide(amount_minor=100_00)
    return close_day(tmp_path, day_specs(), FRIDAY, NOW_MS)


def test_positions(closed: DayReport) -> None:
    issuer, acquirer = closed.positions
    assert (issuer.participant, issuer.debit_minor, issuer.interchange_minor, issuer.net_minor) == ("atlas", 100_00, 65, -99_35)
    assert (acquirer.role, acquirer.credit_minor, acquirer.interchange_minor, acquirer.net_minor) == (
        "acquirer",
        100_00,
        -65,
        99_35,
    )


def test_payout(closed: DayReport) -> None:
    (payout,) = closed.payouts
    assert (payout.gross_minor, payout.discount_minor, payout.vat_minor, payout.net_minor) == (100_00, 1_20, 12, 98_68)
    assert (payout.rib, payout.value_date, payout.outcome) == (GROCER.rib, MONDAY, "paid")


@pytest.mark.usefixtures("closed")
def test_statement(tmp_path: Path) -> None:
    (line,) = csv.DictReader(statement(tmp_path, GROCER.id, fmt="csv").splitlines())
    assert (line["gross"], line["discount"], line["vat"], line["net"]) == ("100.00", "1.20", "0.12", "98.68")
    text = statement(tmp_path, GROCER.id)
    assert "100,00  1,20         1,20        0,12         98,68" in text
    credited = next(row for row in text.splitlines() if row.startswith("SOLDE NET CRÉDITÉ"))
    assert credited.endswith(" 98,68 MAD")


@pytest.mark.usefixtures("closed")
def test_postings(tmp_path: Path) -> None:
    books = sqlite3.connect(tmp_path / "books.db")
    rows = books.execute("SELECT kind, account, debit_minor, credit_minor, value_date FROM posting ORDER BY rowid").fetchall()
    books.close()
    payable = f"merchant-payable:{GROCER.id}"
    assert sorted(rows) == sorted(
        [
            ("presentment", "issuer-receivable:atlas", 100_00, 0, FRIDAY),
            ("presentment", payable, 0, 100_00, FRIDAY),
            ("presentment", "interchange-expense", 65, 0, FRIDAY),
            ("presentment", "issuer-receivable:atlas", 0, 65, FRIDAY),
            ("discount", payable, 1_20, 0, FRIDAY),
            ("discount", "discount-income", 0, 1_20, FRIDAY),
            ("vat", payable, 12, 0, FRIDAY),
            ("vat", "vat-collected", 0, 12, FRIDAY),
            ("payout", payable, 98_68, 0, MONDAY),
            ("payout", "settlement-account", 0, 98_68, MONDAY),
            ("settlement", "settlement-account", 99_35, 0, MONDAY),
            ("settlement", "issuer-receivable:atlas", 0, 99_35, MONDAY),
        ]
    )


@pytest.fixture
def reversed_in_part(closed: DayReport, tmp_path: Path) -> DayReport:
    assert closed.presentment_count == 1
    with journal_of(tmp_path) as journal:
        journal.reverse(1, 33_33)
    return close_day(tmp_path, day_specs(), SATURDAY, NOW_MS)


def test_positions_of_a_reversal(reversed_in_part: DayReport) -> None:
    issuer, acquirer = reversed_in_part.positions
    assert (issuer.credit_count, issuer.credit_minor, issuer.interchange_minor, issuer.net_minor) == (1, 66_67, -43, 66_24)
    assert (acquirer.debit_count, acquirer.debit_minor, acquirer.interchange_minor, acquirer.net_minor) == (
        1,
        66_67,
        43,
        -66_24,
    )


def test_payout_of_a_reversal(reversed_in_part: DayReport) -> None:
    (payout,) = reversed_in_part.payouts
    assert (payout.gross_minor, payout.discount_minor, payout.vat_minor, payout.net_minor) == (-66_67, -80, -8, -65_79)
    assert (payout.presentment_count, payout.adjustment_count, payout.outcome) == (0, 1, "carried")


@pytest.mark.usefixtures("reversed_in_part")
def test_statement_of_a_reversal(tmp_path: Path) -> None:
    (line,) = csv.DictReader(statement(tmp_path, GROCER.id, fmt="csv").splitlines())
    assert (line["gross"], line["discount"], line["vat"], line["net"]) == ("-66.67", "-0.80", "-0.08", "-65.79")
    text = statement(tmp_path, GROCER.id)
    assert "-66,67  1,20        -0,80       -0,08        -65,79" in text
    assert next(row for row in text.splitlines() if row.startswith("SOLDE NET REPORTÉ")).endswith(" -65,79 MAD")


@pytest.mark.usefixtures("reversed_in_part")
def test_postings_of_a_reversal_have_debits_and_credits_the_other_way_round(tmp_path: Path) -> None:
    books = sqlite3.connect(tmp_path / "books.db")
    query = "SELECT kind, account, debit_minor, credit_minor, value_date FROM posting WHERE business_date = ? ORDER BY rowid"
    rows = books.execute(query, (SATURDAY,)).fetchall()
    books.close()
    payable = f"merchant-payable:{GROCER.id}"
    assert sorted(rows) == sorted(
        [
            ("adjustment", "issuer-receivable:atlas", 0, 66_67, SATURDAY),
            ("adjustment", payable, 66_67, 0, SATURDAY),
            ("adjustment", "interchange-expense", 0, 43, SATURDAY),
            ("adjustment", "issuer-receivable:atlas", 43, 0, SATURDAY),
            ("discount", payable, 0, 80, SATURDAY),
            ("discount", "discount-income", 80, 0, SATURDAY),
            ("vat", payable, 0, 8, SATURDAY),
            ("vat", "vat-collected", 8, 0, SATURDAY),
            ("settlement", "settlement-account", 0, 66_24, MONDAY),
            ("settlement", "issuer-receivable:atlas", 66_24, 0, MONDAY),
        ]
    )
