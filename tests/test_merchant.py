"""Merchants: RIB keys and what their file may say."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switch.errors import SpecError
from switch.merchant import Merchant, rib_key
from switch.spec_table import SpecTable

PHARMACY = {
    "id": "PHARMACIE000001",
    "name": "PHARMACIE DU PORT",
    "city": "ESSAOUIRA",
    "mcc": "5912",
    "rib": "310 810 1014029004423101 33",
    "email": "officine@pharmacie-port.example",
    "plan": "retail",
    "terminals": ["PHARMA01"],
}


def merchant(**changes: Any) -> Merchant:
    return Merchant.from_toml(SpecTable("merchants.toml", {**PHARMACY, **changes}, "merchant[1]"))


@pytest.mark.parametrize(("first_22", "key"), [("3108101014029004423101", "33"), ("0115190000012050005349", "21")])
def test_rib_keys_that_were_printed(first_22: str, key: str) -> None:
    """Bulletin Officiel (LF 2020), and the account of a Moroccan IBAN (MA64 0115…)."""
    assert rib_key(first_22) == key


@given(st.text(alphabet="0123456789", min_size=22, max_size=22))
def test_a_whole_rib_is_a_multiple_of_97(first_22: str) -> None:
    key = rib_key(first_22)
    assert len(key) == 2
    assert int(first_22 + key) % 97 == 0


def test_a_merchant_as_its_file_says_it() -> None:
    pharmacy = merchant()
    assert (pharmacy.id, pharmacy.currency, pharmacy.language) == ("PHARMACIE000001", "504", "fr")
    assert pharmacy.rib == "310810101402900442310133"
    assert pharmacy.terminals == ("PHARMA01",)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"rib": "310 810 1014029004423101 34"}, "rib: found key 34 in 310810101402900442310134, expected key 33"),
        ({"rib": "310 810"}, "rib: found '310810', expected 24 digits"),
        ({"rib": "٣" * 24}, f"rib: found {'٣' * 24!r}, expected 24 digits"),
        ({"id": "TOO-SHORT"}, "id: found 'TOO-SHORT', expected 1 to 15 letters or digits"),
        ({"name": "A" * 23}, f"name: found {'A' * 23!r}, expected at most 22 characters"),
        ({"city": ""}, "city: found '', expected at most 13 characters"),
        ({"mcc": 5912}, "mcc: found 5912, expected text"),
        ({"mcc": "٥٩١٢"}, "mcc: found '٥٩١٢', expected four digits (ISO 18245)"),
        ({"currency": "MAD"}, "currency: found 'MAD', expected three digits (ISO 4217)"),
        ({"email": "officine"}, "email: found 'officine', expected an e-mail address"),
        ({"email": "a=?b@c.example"}, "email: found 'a=?b@c.example', expected an e-mail address"),
        ({"language": "de"}, "language: found 'de', expected one of fr, en, ar"),
        ({"terminals": ["PHARMA1"]}, "terminals: found 'PHARMA1', expected terminal ids of 8 characters"),
        ({"terminals": "PHARMA01"}, "terminals: found 'PHARMA01', expected a list"),
    ],
)
def test_what_a_merchant_may_not_say(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(SpecError) as refused:
        merchant(**changes)
    assert str(refused.value) == f"merchants.toml: merchant[1].{sentence}"
