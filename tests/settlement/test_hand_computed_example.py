"""A sale of 100.00 MAD, worked out by hand: interchange 0.65 %, discount 1.20 % before VAT, VAT 10 % on the discount.

the issuer keeps      100.00 × 0.65 %  =  0.65   and pays     100.00 - 0.65         = 99.35
the merchant pays     100.00 × 1.20 %  =  1.20   and VAT        1.20 × 10 %         =  0.12
the merchant receives                                         100.00 - 1.20 - 0.12  = 98.68
"""

from __future__ import annotations

import csv
import sqlite3
from pathlib import Path

import pytest

from switch.endofday import close_day, statement
from switch.settlement.day import DayReport
from tests.day_builders import FRIDAY, GROCER, MONDAY, NOW_MS, day_specs, journal_of


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
    credited = next(row for row in text.splitlines() if row.startswith("MONTANT CRÉDITÉ"))
    assert credited.endswith("MAD         98,68")


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
