from __future__ import annotations

import pytest

from switch.iso8583.mapping.card_use import ACCOUNT_TYPES, card_use, place_country
from switch.transaction import CardUse

SHOP = f"{'EPICERIE DU SOUK':23}{'AGADIR':13}"


def test_a_message_that_says_nothing_says_nothing() -> None:
    assert card_use({}) == card_use({3: "000000", 22: "812"}) == CardUse()


@pytest.mark.parametrize(
    ("elements", "countries"),
    [
        ({19: "504"}, {"504"}),
        ({19: "250"}, {"250"}),
        ({19: "000"}, set()),
        ({43: f"{SHOP}  MA"}, {"504"}),
        ({43: f"{SHOP}  FR"}, {"250"}),
        ({43: f"{SHOP}CAMA"}, {"504"}),
        ({43: f"{'BAR TABAC':22} {'LYON':13} FRA"}, {"250"}),
        ({43: f"{'SNACK':22} {'RABAT':13} MAR"}, {"504"}),
        ({43: f"{SHOP}  NL"}, {"NL"}),
        ({43: f"{SHOP}    "}, set()),
        ({43: "MEDINA".ljust(40)}, set()),
        ({43: "EPICERIE"}, set()),
        ({43: f"{SHOP}  12"}, set()),
        ({19: "504", 43: f"{SHOP}  FR"}, {"504", "250"}),
    ],
)
def test_countries_of_acquirer_and_merchant(elements: dict[int, str], countries: set[str]) -> None:
    assert card_use(elements).countries == countries


def test_an_element_of_another_length_names_no_country() -> None:
    assert place_country("MA") == place_country("") == place_country("X" * 41) == ""


@pytest.mark.parametrize(
    ("entry", "contactless", "on_file"),
    [("071", True, False), ("911", True, False), ("051", False, False), ("812", False, False), ("100", False, True)],
)
def test_how_a_card_is_read(entry: str, contactless: bool, on_file: bool) -> None:
    use = card_use({22: entry})
    assert (use.contactless, use.on_file, use.with_pin) == (contactless, on_file, False)
    assert card_use({22: entry, 52: "0102030405060708"}).with_pin


@pytest.mark.parametrize(("digits", "account"), ACCOUNT_TYPES.items())
def test_the_account_that_is_named(digits: str, account: str) -> None:
    assert card_use({3: f"00{digits}00"}).account == account
    assert card_use({3: f"0000{digits}"}).account == ""


@pytest.mark.parametrize(
    ("two", "three", "number"),
    [
        *(("MA", "MAR", "504"), ("DZ", "DZA", "012"), ("TN", "TUN", "788"), ("MR", "MRT", "478"), ("SN", "SEN", "686")),
        *(("CI", "CIV", "384"), ("EG", "EGY", "818"), ("FR", "FRA", "250"), ("ES", "ESP", "724"), ("BE", "BEL", "056")),
        *(("IT", "ITA", "380"), ("DE", "DEU", "276"), ("GB", "GBR", "826"), ("US", "USA", "840"), ("AE", "ARE", "784")),
    ],
)
def test_a_country_is_the_same_in_two_letters_in_three_and_in_digits(two: str, three: str, number: str) -> None:
    for letters in (f"  {two}", f" {three}"):
        assert card_use({43: f"{'SHOP':36}{letters}"}).countries == {number}
    assert card_use({19: number, 43: f"{'SHOP':36}  {two}"}).countries == {number}
