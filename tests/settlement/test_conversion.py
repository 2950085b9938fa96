"""Payouts in another currency: hand-computed, to the minor unit, in the books, in the ledger and on the statement."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from switch.endofday.close import check_books, close_day
from switch.endofday.statements import stated, statement
from switch.errors import SpecError
from switch.merchant import HeldBack
from switch.rates import RateTable
from tests.support.day_builders import (
    FRIDAY,
    GROCER,
    NOW_MS,
    SATURDAY,
    day_specs,
    journal_of,
    later_ms,
    merchant,
    spec_table,
)

RATES = """
[[rate]]
from = "2026-01-01"
transaction = "EUR"
billing = "MAD"
rate = "10.8254"
margin_basis_points = 150
[[rate]]
from = "2026-11-21"
transaction = "EUR"
billing = "MAD"
rate = "10.9"
[[rate]]
from = "2026-01-01"
transaction = "JPY"
billing = "MAD"
rate = "0.0713"
"""
EURO = merchant(id="EURO", currency="978", paid_in="504", conversion_margin_basis_points=125)
YEN = merchant(id="YEN", currency="392", paid_in="504", conversion_margin_basis_points=50)
OWN = merchant(id="OWN", currency="840")


def specs(rates: str = RATES, merchants: tuple[Any, ...] = (GROCER, EURO, YEN, OWN)) -> Any:
    return evolve(day_specs(merchants=merchants), rates=RateTable.from_toml(spec_table("rates.toml", rates)))


def closed(data: Path, date: str = FRIDAY) -> Path:
    with journal_of(data, date if date == FRIDAY else None) as journal:
        journal.decide()
        journal.decide(merchant_id="EURO", currency="978", amount_minor=12_345)
        journal.decide(merchant_id="YEN", currency="392", amount_minor=9_999)
        journal.decide(merchant_id="OWN", currency="840", amount_minor=5_000)
    close_day(data, specs(), date, NOW_MS)
    return data


def asked(data: Path, sql: str) -> list[Any]:
    with closing(sqlite3.connect(data / "books.db")) as books:
        return books.execute(sql).fetchall()


def test_amounts_are_those_of_the_hand(tmp_path: Path) -> None:
    data = closed(tmp_path)
    rows = asked(
        data,
        "SELECT merchant_id, sold_minor, rate, rate_date, converted_minor, margin_minor, paid_minor, "
        "paid_currency FROM payout_conversion ORDER BY merchant_id",
    )
    # 123.45 - 1.48 commission - 0.15 VAT = 121.82 EUR; x 10.8254 = 1318.750... MAD; 1.25 % = 16.48
    # 9999 - 120 commission - 12 VAT = 9867 JPY; x 0.0713 = 703.5171 MAD; 0.5 % = 3.52
    assert rows == [
        ("EURO", 12_182, "10.8254", "2026-01-01", 131_875, 1_648, 130_227, "504"),
        ("YEN", 9_867, "0.0713", "2026-01-01", 70_352, 352, 70_000, "504"),
    ]


def test_the_ledger_balances_in_each_currency_and_the_books_are_sound(tmp_path: Path) -> None:
    data = closed(tmp_path)
    sums = asked(data, "SELECT currency, SUM(debit_minor) - SUM(credit_minor) FROM posting GROUP BY currency")
    assert sums == [("392", 0), ("504", 0), ("840", 0), ("978", 0)]
    query = "SELECT SUM(credit_minor) - SUM(debit_minor) FROM posting WHERE account = 'settlement-account' AND kind = 'payout'"
    left = asked(data, f"{query} AND currency IN ('978', '392')")
    paid = asked(data, f"{query} AND currency = '504' AND entry_id LIKE '%/conversion/%'")
    income = asked(data, "SELECT SUM(credit_minor) FROM posting WHERE account = 'conversion-income'")
    assert (left, paid, income) == ([(0,)], [(200_227,)], [(2_000,)])
    assert check_books(data).faults == ()


def test_the_statement_says_both_amounts_the_rate_its_date_and_the_margin(tmp_path: Path) -> None:
    data = closed(tmp_path)
    lines = statement(data, "EURO").replace("\N{NO-BREAK SPACE}", " ").splitlines()
    assert lines[-1] == "Converti : 121,82 EUR au taux 10,8254 du 01/01/2026, marge 16,48 MAD, payé 1 302,27 MAD."
    with stated(data, "OWN") as told:
        assert told.conversions == ()
    with stated(data, "YEN") as told:
        assert [(each.sold_minor, each.paid_minor) for each in told.conversions] == [(9_867, 70_000)]


def test_the_rate_is_that_of_the_date(tmp_path: Path) -> None:
    data = closed(tmp_path)
    closed(data, SATURDAY)
    rows = asked(
        data, f"SELECT rate, rate_date FROM payout_conversion WHERE merchant_id = 'EURO' AND business_date = '{SATURDAY}'"
    )
    assert rows == [("10.9", SATURDAY)]


def test_a_close_names_all_rates_that_are_missing(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide(merchant_id="EURO", currency="978")
        journal.decide(merchant_id="YEN", currency="392")
    with pytest.raises(SpecError) as refused:
        close_day(tmp_path, specs(""), FRIDAY, NOW_MS)
    assert "one of EUR to MAD" in str(refused.value)
    assert "one of JPY to MAD" in str(refused.value)
    close_day(tmp_path, specs(), FRIDAY, NOW_MS)


def test_check_finds_a_conversion_that_does_not_follow_its_rate(tmp_path: Path) -> None:
    data = closed(tmp_path)
    with closing(sqlite3.connect(data / "books.db")) as books, books:
        books.execute("DROP TRIGGER payout_conversion_no_update")
        books.execute("UPDATE payout_conversion SET converted_minor = converted_minor + 1, paid_minor = paid_minor + 1")
    found = {fault.check for fault in check_books(data).faults}
    assert "conversions_follow_rates" in found


def test_what_is_released_to_a_merchant_of_the_default_contract_is_converted_too(tmp_path: Path) -> None:
    """The merchant sells on Friday; on Saturday it has no sale, and its reserve is released."""
    default = merchant(
        id="DEFAULT", currency="978", paid_in="504", reserve=HeldBack(rate_basis_points=1_000, days=1, maximum_minor=None)
    )
    with_default = evolve(specs(merchants=(GROCER,)), default_contract=default)
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide(merchant_id="X1", currency="978")
        close_day(tmp_path, with_default, None, NOW_MS)
        journal.decide()
        close_day(tmp_path, with_default, None, later_ms(tmp_path))
    paid = asked(
        tmp_path,
        "SELECT p.business_date, p.net_minor, p.currency, c.paid_minor, c.paid_currency FROM payout AS p "
        "LEFT JOIN payout_conversion AS c ON c.reference = p.reference WHERE p.merchant_id = 'X1' ORDER BY 1",
    )
    # 9.87 EUR x 10.9 = 107.583 MAD
    assert paid == [(FRIDAY, 8_881, "978", 96_140, "504"), (SATURDAY, 987, "978", 10_758, "504")]
    assert check_books(tmp_path).faults == ()


def test_check_finds_a_payout_that_is_not_converted(tmp_path: Path) -> None:
    data = closed(tmp_path)
    with closing(sqlite3.connect(data / "books.db")) as books, books:
        books.execute("DROP TRIGGER payout_conversion_no_delete")
        books.execute("DELETE FROM payout_conversion WHERE merchant_id = 'YEN'")
    sentences = [f.sentence for f in check_books(data).faults if f.check == "payouts_in_account_currency"]
    assert sentences == [f"payout {FRIDAY}-PORT0001-000001-4: 9867 minor units are not paid in the currency of the account"]
