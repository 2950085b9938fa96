"""Each kind of entry, in each form, byte by byte: pure values in, ``entries_whole.txt`` out, which was read by a person.

Where a line has to change, ``python -m tests.accounting.test_entries_whole`` prints the file anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import pytest
from attrs import evolve

from switch.accounting.chart import Chart, ChartAccount
from switch.accounting.entries import (
    AccountingEntry,
    ConvertedPayout,
    SettledAmount,
    SettledRemise,
    TakenDebit,
    entries_of_conversion,
    entry_of_amount,
    entry_of_debit,
    entry_of_ledger,
    entry_of_remise,
    ledger_root,
)
from switch.accounting.forms import accounts_used, as_beancount, as_csv, as_json, beancount_account, commodity

FILE: Final = Path(__file__).with_name("entries_whole.txt")
ROLES: Final = {
    "bank": "5141",
    "customers": "3421",
    "commission": "6147",
    "vat": "34552",
    "carried": "4488",
    "other": "1190",
    "rent": "61315",
    "vat_collected": "4455",
    "conversion": "5115",
    "conversion_margin": "6331",
    "direct_debit": "8000",
    "cash_machine": "7121",
}
CHART: Final = Chart(
    name="mine",
    title="Mine",
    accounts=MappingProxyType({role: ChartAccount(number=number, name=role) for role, number in ROLES.items()}),
)
REMISE: Final = SettledRemise(
    business_date="2028-02-29",
    merchant_id="SHOP1",
    name="Épicerie",
    terminal_id="T1 ",
    number=42,
    reference="P1",
    currency="504",
    gross_minor=100_000,
    discount_minor=1_200,
    vat_minor=120,
    net_minor=98_680,
    label='VENTE "PAR" CARTE\\',
)
AMOUNT: Final = SettledAmount(
    business_date="2028-02-29",
    merchant_id="SHOP1",
    name="Épicerie",
    terminal_id="",
    number=0,
    reference="2028-02",
    currency="392",
    kind="rent",
    amount_minor=-2_000,
    vat_minor=-400,
    narrative="=rent",
)
CONVERTED: Final = ConvertedPayout(
    business_date="2028-02-29",
    merchant_id="SHOP1",
    name="Épicerie",
    terminal_id="T1",
    number=7,
    reference="P2",
    sold_minor=10_000,
    sold_currency="978",
    converted_minor=108_254,
    margin_minor=812,
    paid_minor=107_442,
    paid_currency="504",
    rate="10.8254",
)
DEBIT: Final = TakenDebit(
    business_date="2028-03-01",
    merchant_id="SHOP1",
    name="Épicerie",
    reference="D1",
    currency="504",
    amount_minor=5_000,
    value_date="2028-03-02",
)
ON: Final = "2028-03-01"


def _posted(account: str, minor: int) -> tuple[str, str, str, int, str, str, str]:
    return "2028-02-28", "2028-02-28/x", account, minor, "504", ON, "posted"


ENTRIES: Final[list[AccountingEntry]] = [
    entry_of_remise(REMISE, ON, CHART),
    entry_of_remise(evolve(REMISE, terminal_id="  ", number=0, vat_minor=0, net_minor=98_800), ON, CHART),
    entry_of_remise(
        evolve(REMISE, gross_minor=-5_000, discount_minor=-60, vat_minor=-6, net_minor=-4_934, currency="999"), ON, CHART
    ),
    entry_of_amount(AMOUNT, ON, CHART),
    entry_of_amount(evolve(AMOUNT, kind="cash_machine", amount_minor=700, vat_minor=70, terminal_id="T2", number=3), ON, CHART),
    entry_of_amount(evolve(AMOUNT, kind="gift", vat_minor=0, currency="048"), ON, CHART),
    *entries_of_conversion(CONVERTED, ON, CHART),
    *entries_of_conversion(evolve(CONVERTED, terminal_id="", number=0, margin_minor=0, paid_minor=108_254), ON, CHART),
    entry_of_debit(DEBIT, CHART),
    entry_of_ledger(
        [_posted("settlement-account", 500), _posted("merchant-payable:SHOP1", -480), _posted("discount-income", -20)]
    ),
    entry_of_ledger([_posted("issuer-receivable:a_b", 5), _posted("rent-income", -4), _posted("strange", -1)]),
]


def _whole() -> Iterator[str]:
    yield from as_csv(ENTRIES)
    yield from as_json(ENTRIES)
    yield from as_beancount(ENTRIES, accounts_used(ENTRIES), 'Books of "Épicerie"')


def test_each_form_has_each_kind_of_entry_as_the_file_says() -> None:
    assert "".join(_whole()).replace("\r\n", "\n") == FILE.read_text("utf-8")
    assert list(as_csv(ENTRIES))[1].endswith("\r\n")
    assert "".join(as_json([])) == "[]\n"


def test_every_entry_balances() -> None:
    assert [sum(line.amount_minor for line in entry.lines) for entry in ENTRIES] == [0] * len(ENTRIES)
    assert all(line.amount_minor for entry in ENTRIES for line in entry.lines)


def test_an_account_is_used_from_its_first_date_on() -> None:
    used = accounts_used(
        [*ENTRIES, evolve(ENTRIES[0], business_date="2028-01-02"), evolve(ENTRIES[0], business_date="2029-01-02")]
    )
    assert used["Assets", "5141"] == "2028-01-02"
    assert used["Liabilities", "merchant-payable:SHOP1"] == "2028-02-28"


@pytest.mark.parametrize(
    ("account", "root"),
    [
        ("settlement-account", "Assets"),
        ("issuer-receivable:atlas", "Assets"),
        ("merchant-payable:X", "Liabilities"),
        ("payout-suspense", "Liabilities"),
        ("vat-collected", "Liabilities"),
        ("discount-income", "Income"),
        ("interchange-expense", "Expenses"),
        ("gateway-income:income", "Income"),
        ("any-expense", "Expenses"),
        ("any-receivable", "Assets"),
        ("any-account", "Assets"),
        ("any-payable", "Liabilities"),
        ("any-collected", "Liabilities"),
        ("merchant-reserve:X", "Liabilities"),
        ("merchant-deposit", "Liabilities"),
        ("merchant-recoverable:X", "Assets"),
        ("any-suspense", "Liabilities"),
        ("strange", "Equity"),
    ],
)
def test_an_account_of_the_ledger_has_its_root(account: str, root: str) -> None:
    assert ledger_root(account) == root


@pytest.mark.parametrize("digit", "123456789")
def test_an_account_of_a_chart_has_the_root_of_its_first_digit(digit: str) -> None:
    accounts: dict[str, Any] = {**CHART.accounts, "bank": ChartAccount(number=f"{digit}100", name="bank")}
    entry = entry_of_remise(REMISE, ON, evolve(CHART, accounts=MappingProxyType(accounts)))
    roots = {"1": "Equity", "4": "Liabilities", "6": "Expenses", "7": "Income", "8": "Equity", "9": "Equity"}
    assert entry.lines[0].root == roots.get(digit, "Assets")


def test_names_are_made_such_that_beancount_takes_them() -> None:
    named = {account: beancount_account("Assets", account) for account in ("5141", "a:b", "-a", "é", ":")}
    assert named["5141"] == "Assets:5141"
    assert named["a:b"] == "Assets:A:B"
    assert named["-a"].startswith("Assets:A-")
    assert named["é"].startswith("Assets:X-")
    assert len(named["é"]) == len("Assets:X-") + 6
    assert [commodity(each) for each in ("504", "978", "392", "001")] == ["MAD", "EUR", "JPY", "C001"]


if __name__ == "__main__":
    print("".join(_whole()).replace("\r\n", "\n"), end="")
