from __future__ import annotations

import tomllib

import pytest

from switch.accounting.chart import ROLES, Chart
from switch.errors import SpecError
from switch.spec_table import SpecTable
from switch.specs.load import load_specs

WHOLE = 'title = "T"\n' + "".join(
    f'[[account]]\nrole = "{role}"\nnumber = "{number}"\nname = "{role}"\n' for number, role in enumerate(ROLES, start=10)
)


def read(text: str) -> Chart:
    return Chart.from_toml("mine", SpecTable("accounting/mine.toml", tomllib.loads(text)))


def test_a_kind_without_an_account_goes_to_other() -> None:
    chart = read(WHOLE)
    assert chart.account("bank").number == "10"
    assert chart.account("rent") == chart.account("other")


def test_the_moroccan_chart_comes_along() -> None:
    chart = load_specs().charts["cgnc"]
    assert [chart.account(role).number for role in ("bank", "customers", "vat", "rent")] == ["5141", "3421", "34552", "61315"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (WHOLE.replace('"other"', '"others"', 1), "account: found no account for other, expected an account for each of"),
        (WHOLE.replace('"11"', '"X"'), "account[2].number: found 'X', expected the number of an account, 2 to 10 digits"),
        (
            WHOLE.replace('role = "vat"', 'role = "bank"'),
            "account[4].role: found 'bank' a second time, expected each role once",
        ),
    ],
)
def test_a_mistake_is_told(text: str, sentence: str) -> None:
    with pytest.raises(SpecError) as refused:
        read(text)
    assert sentence in str(refused.value)
