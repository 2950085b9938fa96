"""Exports for bookkeeping: what is balanced, and what adds up to what was paid and posted."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from switch.accounting.entries import ledger_root
from switch.accounting.forms import AccountingForm, beancount_account
from switch.endofday.close import close_day
from switch.errors import NegativeAnswerError
from switch.treasury.accounts import DateRange, exported
from tests.settlement.test_conversion import closed as close_converted
from tests.settlement.test_fee_plans import SHOP
from tests.settlement.test_fee_plans import close as close_charged
from tests.support.day_builders import CASH, GROCER, HOTEL, KIOSK, close_two_days, day_specs, journal_of, later_ms
from tests.treasury.bank import pain002, status
from tests.treasury.paid_days import AIRLINE, FRIDAY, SATURDAY, SPECS, again, close, issue, payout_of, say

CHART = SPECS.charts["cgnc"]
BOTH = DateRange(first=FRIDAY, last=SATURDAY)


def export(data: Path, form: AccountingForm, dates: DateRange | None = BOTH, *, ledger: bool = False, **only: Any) -> str:
    with exported(data, None if ledger else CHART, form, dates, only.get("merchant_id")) as pieces:
        return "".join(pieces)


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two closed days with sales, refunds, adjustments and a payout that is carried."""
    folder = tmp_path_factory.mktemp("closed")
    close_two_days(folder)
    return folder


@pytest.fixture(scope="module")
def paid(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed day whose payouts were issued, one of them rejected and issued again."""
    data = close(tmp_path_factory.mktemp("paid") / "var", FRIDAY)
    issue(data)
    say(data, pain002(status(payout_of(FRIDAY, AIRLINE), "RJCT", "AC04")))
    again(data)
    return data


@pytest.fixture(scope="module")
def charged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two closed days with every fee beside the commission, of a merchant with two terminals; the first one is carried."""
    data = tmp_path_factory.mktemp("charged") / "var"
    for date in (FRIDAY, SATURDAY):
        with journal_of(data, None if data.exists() else date) as journal:
            kinds: tuple[dict[str, Any], ...] = ({}, {"channel": "ecommerce"}, {"transaction_type": "cash_withdrawal"})
            for place, changes in enumerate(kinds):
                journal.decide(merchant_id=SHOP.id, terminal_id=f"SHOP000{place % 2 + 1}", **changes)
        close_charged(data)
    return data


@pytest.fixture(scope="module")
def converted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed day with payouts in another currency than that of the sales."""
    return close_converted(tmp_path_factory.mktemp("converted") / "var")


@pytest.fixture(scope="module")
def debited(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two closed days: a merchant is below zero on the first, and what it still owes is collected on the second."""
    data = tmp_path_factory.mktemp("debited") / "var"
    specs = day_specs((evolve(GROCER, debit_after_days=1),))
    with journal_of(data, FRIDAY) as journal:
        journal.decide(amount_minor=100_000, transaction_type="refund")
        close_day(data, specs, None, later_ms(data))
        journal.decide()
        close_day(data, specs, None, later_ms(data))
    return data


every_folder = pytest.mark.parametrize("folder", ["closed", "paid", "charged", "converted", "debited"])


def test_the_entry_of_a_remise_has_four_lines_that_balance(paid: Path) -> None:
    (entry,) = json.loads(export(paid, "json", None, merchant_id=AIRLINE))
    assert [(each["account"], each["debit_minor"], each["credit_minor"]) for each in entry["lines"]] == [
        ("5141", 9_851, 0),
        ("61471", 135, 0),
        ("34552", 14, 0),
        ("3421", 0, 10_000),
    ]
    assert (entry["merchant_id"], entry["business_date"], entry["value_date"]) == (AIRLINE, FRIDAY, "2026-11-23")


@every_folder
@pytest.mark.parametrize("ledger", [False, True])
def test_every_entry_balances(folder: str, ledger: bool, request: pytest.FixtureRequest) -> None:
    entries = json.loads(export(request.getfixturevalue(folder), "json", ledger=ledger))
    assert len(entries) > 2
    assert len({(each["entry_id"], each["currency"]) for each in entries}) == len(entries)
    for entry in entries:
        assert sum(each["debit_minor"] - each["credit_minor"] for each in entry["lines"]) == 0
        assert len(entry["lines"]) >= 2


@every_folder
def test_the_bank_has_what_is_paid_and_nothing_more(folder: str, request: pytest.FixtureRequest) -> None:
    data = request.getfixturevalue(folder)
    booked: Counter[tuple[str, str, str]] = Counter()
    for entry in json.loads(export(data, "json")):
        for line in entry["lines"]:
            if line["account"] == CHART.account("bank").number:
                key = (entry["business_date"], entry["merchant_id"], entry["currency"])
                booked[key] += line["debit_minor"] - line["credit_minor"]
    moved: Counter[tuple[str, str, str]] = Counter()
    with closing(sqlite3.connect(data / "books.db")) as books:
        paid = books.execute(
            "SELECT p.business_date, p.merchant_id, COALESCE(c.paid_currency, p.currency), COALESCE(c.paid_minor, p.net_minor) "
            "FROM payout AS p LEFT JOIN payout_conversion AS c ON c.reference = p.reference WHERE p.outcome = 'paid'"
        ).fetchall()
        taken = books.execute("SELECT business_date, merchant_id, currency, -amount_minor FROM direct_debit").fetchall()
        carried = books.execute("SELECT COUNT(*) FROM payout WHERE outcome = 'carried'").fetchone()[0]
    for *key, minor in paid + taken:
        moved[key[0], key[1], key[2]] += minor
    assert carried > 0 or folder in ("paid", "converted")
    assert bool(taken) == (folder == "debited")
    assert {key: minor for key, minor in booked.items() if minor} == {key: minor for key, minor in moved.items() if minor}


def _lines(entry: dict[str, Any]) -> list[tuple[str, int, int]]:
    return [(each["account"], each["debit_minor"], each["credit_minor"]) for each in entry["lines"]]


def test_a_direct_debit_is_owed_until_the_bank_takes_it(debited: Path) -> None:
    entries = [each for each in json.loads(export(debited, "json")) if "/direct_debit/" in each["entry_id"]]
    assert [(_lines(each), each["value_date"]) for each in entries] == [
        ([("5141", 888_12, 0), ("4488", 0, 888_12)], "2026-11-23"),
        ([("4488", 888_12, 0), ("5141", 0, 888_12)], "2026-11-23"),
    ]
    (posted,) = (each for each in json.loads(export(debited, "json", ledger=True)) if "/direct_debit/" in each["entry_id"])
    assert (posted["business_date"], posted["value_date"]) == (SATURDAY, "2026-11-23"), "on the bank account as a payout is"
    assert ("settlement-account", 888_12, 0) in _lines(posted)


def test_a_converted_payout_has_its_margin_and_stands_in_the_currency_of_the_account(converted: Path) -> None:
    """121.82 EUR are worth 1,318.75 MAD, and 1.25 % of that, 16.48, is the margin."""
    entries = json.loads(export(converted, "json", None, merchant_id="EURO"))
    assert [(each["currency"], _lines(each)) for each in entries if "/conversion/" in each["entry_id"]] == [
        ("978", [("5141", 0, 121_82), ("3497", 121_82, 0)]),
        ("504", [("5141", 1_302_27, 0), ("6331", 16_48, 0), ("3497", 0, 1_318_75)]),
    ]


def test_fees_beside_the_remises_have_entries_of_their_own(charged: Path) -> None:
    entries = json.loads(export(charged, "json", DateRange(first=FRIDAY, last=FRIDAY)))
    kinds = {each["entry_id"].split("/")[1]: each for each in entries}
    assert kinds.keys() == {"remise", "carried", "setup", "subscription", "rent", "gateway", "service", "cash_machine"}
    assert [(each["account"], each["debit_minor"], each["credit_minor"]) for each in kinds["rent"]["lines"]] == [
        ("5141", 0, 180_00),
        ("61315", 150_00, 0),
        ("34552", 30_00, 0),
    ]
    assert [each["account"] for each in kinds["cash_machine"]["lines"]] == ["5141", "7127", "4455"]
    assert sum(each["entry_id"].split("/")[1] == "rent" for each in entries) == 2, "one for each terminal"


def test_csv_has_the_same_lines_as_json(closed: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(export(closed, "csv"))))
    lines = [line for entry in json.loads(export(closed, "json")) for line in entry["lines"]]
    assert [row["account"] for row in rows] == [line["account"] for line in lines]
    debit = sum(line["debit_minor"] for line in lines)
    assert sum(int(row["debit"].replace(".", "") or 0) for row in rows) == debit
    assert sum(int(row["credit"].replace(".", "") or 0) for row in rows) == debit
    assert {row["merchant"] for row in rows} <= {each.id for each in (GROCER, HOTEL, KIOSK, CASH)}


def test_the_ledger_is_what_was_posted(paid: Path) -> None:
    entries = json.loads(export(paid, "json", DateRange(first="", last="9998-12-31"), ledger=True))
    with closing(sqlite3.connect(paid / "books.db")) as books:
        sql = "SELECT {}, SUM(debit_minor), SUM(credit_minor) FROM {} GROUP BY 1"
        posted = [row for table in ("posting", "transfer_posting") for row in books.execute(sql.format("account", table))]
    expected: Counter[str] = Counter()
    for account, debit, credit in posted:
        expected[account] += debit - credit
    found: Counter[str] = Counter()
    for line in (line for entry in entries for line in entry["lines"]):
        found[line["account"]] += line["debit_minor"] - line["credit_minor"]
    assert found == expected
    assert found[f"payout-suspense:{AIRLINE}"] == 0
    assert [each["narrative"] for each in entries if "transfer" in each["entry_id"]] == [
        f"transfer {payout_of(FRIDAY, AIRLINE)} is rejected: AC04",
        f"payout {payout_of(FRIDAY, AIRLINE)} paid again by {payout_of(FRIDAY, AIRLINE)}/2",
    ]


@pytest.mark.parametrize("ledger", [False, True])
@every_folder
def test_bean_check_accepts_it(folder: str, ledger: bool, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """beancount is a program beside this one: its licence is another."""
    places = (Path(__file__).parents[2] / ".venv-outside/bin", Path(sys.executable).parent)
    program = shutil.which("bean-check", path=os.pathsep.join([*map(str, places), os.environ["PATH"]]))
    if program is None:
        pytest.skip("no bean-check, of the package beancount (.venv-outside or the search path)")
    file = tmp_path / "switch.beancount"
    every = DateRange(first="", last="9998-12-31")
    file.write_text(export(request.getfixturevalue(folder), "beancount", every, ledger=ledger), encoding="utf-8")
    checked = subprocess.run([program, str(file)], capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")
    file.write_text(file.read_text(encoding="utf-8").replace("MAD\n", "EUR\n", 1), encoding="utf-8")
    assert subprocess.run([program, str(file)], capture_output=True, check=False).returncode != 0


def test_dates_that_are_not_closed_are_told(closed: Path) -> None:
    with pytest.raises(
        NegativeAnswerError, match="no business date of 2027-01-01 is closed; the last one closed is 2026-11-21"
    ):
        export(closed, "csv", DateRange(first="2027-01-01", last="2027-01-01"))
    assert export(closed, "json", DateRange(first=FRIDAY, last=FRIDAY)) != export(closed, "json", None)


@pytest.mark.parametrize(
    ("account", "root"),
    [
        ("settlement-account", "Assets"),
        ("issuer-receivable:atlas", "Assets"),
        ("payout-suspense:X", "Liabilities"),
        ("rent-income", "Income"),
        ("merchant-reserve:X", "Liabilities"),
        ("rounding", "Equity"),
    ],
)
def test_every_account_has_a_root(account: str, root: str) -> None:
    assert ledger_root(account) == root
    assert beancount_account(root, account).startswith(f"{root}:")
