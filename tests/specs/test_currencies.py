"""Currencies between the files: rates for all that is sold, decimals of balances, dialects that can say a billing amount."""

from __future__ import annotations

import re
from pathlib import Path
from shutil import copytree

import pytest

from switch.errors import SwitchError
from switch.specs.folder import default_folder
from switch.specs.load import load_specs


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(copytree(default_folder(), tmp_path / "specs"))


def change(folder: Path, file: str, old: str, new: str) -> None:
    text = (folder / file).read_text()
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1))


def sentence(folder: Path) -> str:
    with pytest.raises(SwitchError) as raised:
        load_specs(folder)
    return str(raised.value)


def test_accounts_in_euro_and_in_yen() -> None:
    specs = load_specs()
    kept = {issuer.id: issuer.billing_currency for issuer in specs.issuers.values() if issuer.billing_currency}
    assert kept == {"lusitania": "978", "sakura": "392"}
    assert [card.balance_minor for card in specs.issuers["sakura"].cards][:3] == [800_000, 1_500, 800_000], (
        "yen have no decimals"
    )
    assert [card.balance_minor for card in specs.issuers["lusitania"].cards][:2] == [500_000, 1_000]


def test_a_folder_of_before_has_no_rates(folder: Path) -> None:
    (folder / "rates.toml").unlink()
    for name in ("lusitania", "sakura"):
        (folder / f"issuers/{name}.toml").unlink()
        change(folder, "routing.toml", f'issuer = "{name}"', 'issuer = "vesta"')
    assert not load_specs(folder).rates.courses


def test_every_sale_has_a_rate(folder: Path) -> None:
    change(folder, "merchants.toml", 'currency = "504"', 'currency = "826"')
    said = sentence(folder)
    assert "issuers/lusitania.toml" in said
    assert "currency: found 'EUR', and no rate of GBP to EUR, expected a [[rate]] of GBP to EUR in rates.toml" in said


def test_a_rate_is_in_force_today(folder: Path) -> None:
    pair = '\ntransaction = "MAD"\nbilling = "JPY"'
    change(folder, "rates.toml", f'from = "2013-01-01"{pair}', f'from = "2030-01-01"{pair}')
    assert load_specs(folder).rates.courses
    with pytest.raises(SwitchError, match=r"no rate of MAD to JPY on 2026-11-22, expected a .* from 2026-11-22 or before"):
        load_specs(folder, today="2026-11-22")


def test_one_currency_that_nobody_knows(folder: Path) -> None:
    change(folder, "issuers/lusitania.toml", 'currency = "EUR"', 'currency = "EURO"')
    assert "issuers/lusitania.toml:8: currency: found 'EURO', expected one of AED, CAD, CHF, EUR" in sentence(folder)


def test_a_balance_has_the_decimals_of_its_currency(folder: Path) -> None:
    change(folder, "issuers/sakura.toml", '"1500"', '"1500.00"')
    assert "card[2].balance: found '1500.00', expected an amount as text with no decimals, such as \"125\"" in sentence(folder)


def test_series_too_have_the_decimals_of_the_currency(folder: Path) -> None:
    series = '\n[[card_series]]\nbin = "53399801"\ncount = 10\nexpiry = "2912"\nbalance = "90000"\npurpose = "ten"\n'
    path = folder / "issuers/sakura.toml"
    path.write_text(path.read_text() + series)
    said = sentence(folder)  # the cards above are of the same numbers
    assert "each number once" in said
    assert "decimals" not in said


def test_the_dialect_says_a_billing_amount(folder: Path) -> None:
    base = folder / "dialects/base87.toml"
    base.write_text(re.sub(r"\[\[?element[^\[]*?number = 10\n[^\[]*|\[element\.10\][^\[]*", "", base.read_text()))
    said = sentence(folder)
    assert "issuers/lusitania.toml" in said
    assert "dialect: found 'ebcdic_bcd', which lacks DE 10, expected a dialect with the elements of a billing amount" in said


def test_a_card_file_has_two_decimals(folder: Path) -> None:
    change(folder, "issuers/sakura.toml", 'currency = "JPY"', 'currency = "JPY"\ncard_file = "cards.csv"')
    said = "found a card file, of amounts with 2 decimals, beside a currency with 0, expected cards and series in this file"
    assert said in sentence(folder)
