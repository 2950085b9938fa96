from __future__ import annotations

from typing import Any

import pytest

from switch.errors import SpecError
from switch.issuers.cards.product import PLAIN, Limit, Product
from switch.issuers.profile import Profile
from tests.issuers.cast import ATLAS, GOOD, atlas, table

PRODUCT = """
[[product]]
id = "debit"
scheme = "visa"
kind = "debit"
pan_digits = 16
service_code = "601"
channels = ["chip", "ecommerce"]
accounts = ["cheque"]
contactless_limit = "600.00"
day_count = 3
day_amount = "1000.00"
week_amount = "3000.00"
hold_days = 7
share = 20
"""
WITH_PRODUCT = ATLAS.replace('cvv2 = "123"', 'cvv2 = "123"\nproduct = "debit"', 1) + PRODUCT


def test_a_card_and_a_series_have_the_product_they_name() -> None:
    profile = Profile.from_toml(table(WITH_PRODUCT.replace("count = 1000", 'count = 1000\nproduct = "debit"')))
    product = profile.products["debit"]

    assert product is not None
    assert [card.product for card in profile.cards[:2]] == [product, PLAIN]
    assert profile.card_series[0].card(7).product is product
    assert product.national
    assert product.channels == {"chip", "ecommerce"}
    assert product.accounts == frozenset({"cheque"})
    assert product.limits == (Limit(86_400_000, "24 hours", 3, 100_000), Limit(604_800_000, "7 days", None, 300_000))
    assert (product.contactless_limit_minor, product.cash_limit_minor, product.hold_days, product.share) == (
        60_000,
        None,
        7,
        20,
    )


def test_a_file_without_products_loads_as_ever() -> None:
    profile = atlas()

    assert profile.products == {}
    assert {card.product for card in profile.all_cards()} == {PLAIN}
    assert all(card.usual for card in profile.cards)
    assert not Profile.from_toml(table(WITH_PRODUCT)).cards[0].usual


@pytest.mark.parametrize(
    ("said", "refuses"),
    [
        *(({"service_code": f"62{third}"}, third in "23457") for third in "01234567"),
        *(({name: value}, False) for name, value in (("scheme", "visa"), ("kind", "debit"), ("pan_digits", 16))),
        *(({name: value}, False) for name, value in (("cvv2_digits", 4), ("hold_days", 7), ("share", 20))),
        ({"channels": frozenset({"chip"})}, True),
        ({"accounts": frozenset({"cheque"})}, True),
        ({"contactless_limit_minor": 60_000}, True),
        ({"cash_limit_minor": 60_000}, True),
        ({"limits": (Limit(86_400_000, "24 hours", 3, None),)}, True),
    ],
    ids=str,
)
def test_a_product_that_refuses_at_home_makes_its_cards_unusual(said: dict[str, Any], refuses: bool) -> None:
    assert Product(id="one", **said).refuses_at_home is refuses


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('product = "debit"', 'product = "credit"', "card[1].product: found 'credit', expected one of debit"),
        ("pan_digits = 16", "pan_digits = 15", "card[1].pan: found 450716******0010 of 16 digits, expected 15 digits, as debi"),
        ("hold_days = 7", "hold_days = 7\ncvv2_digits = 4", "card[1].cvv2: found 3 digits, expected 4 digits, as product debi"),
        ('"601"', '"301"', "product[1].service_code: found '301', expected three digits of ISO/IEC 7813: 1, 2, 5, 6 or 7, the"),
        ('"601"', '"611"', "product[1].service_code: found '611', expected three digits of ISO/IEC 7813"),
        ('"601"', '"60"', "product[1].service_code: found '60', expected three digits of ISO/IEC 7813"),
        ('"chip", ', '"nfc", ', "product[1].channels: found 'nfc', expected words among ecommerce, chip, magstripe, manual"),
        ('["cheque"]', "[]", "product[1].accounts: found an empty list, expected at least one of savings, cheque, credit"),
        ('id = "debit"', 'id = "Visa Debit"', "product[1].id: found 'Visa Debit', expected at most 24 small letters"),
        ("hold_days = 7", "hold_days = 0", "product[1].hold_days: found 0, expected a whole number from 1 to 366"),
        ("hold_days = 7", "hold_day = 7", "product[1].hold_day: found a key nobody reads"),
        ('"3000.00"', '"999.99"', "product[1].week_amount: found less than that of a day, expected at least as much"),
        ('[[product]]\nid = "debit"', '[[product]]\nid = "debit"\n\n[[product]]\nid = "debit"', "product[2].id: found 'debit'"),
        ('kind = "debit"', 'kind = "charge"', "product[1].kind: found 'charge', expected one of debit, credit, prepaid"),
    ],
)  # fmt: skip
def test_a_wrong_product_is_refused_in_one_sentence(old: str, new: str, sentence: str) -> None:
    with pytest.raises(SpecError) as caught:
        Profile.from_toml(table(WITH_PRODUCT.replace(old, new, 1)))

    assert str(caught.value).startswith(f"issuers/atlas.toml: {sentence}")
    assert GOOD not in str(caught.value)


@pytest.mark.parametrize(
    ("key", "sentence"),
    [
        ('product = "debit"', "card[1].product: found 'debit', expected no product, or a [[product]] of this file"),
        ("check_digit = false", "card[1].check_digit: found false beside a number with a right check digit, expected no key"),
        ('active_from = "2027-02-30"', "card[1].active_from: found '2027-02-30', expected a date as text"),
        ('active_from = "soon"', "card[1].active_from: found 'soon', expected a date as text"),
        ('orders = "no"', "card[1].orders: found 'no', expected one of stopped, revoked, all_revoked"),
        ('status = "gone"', "card[1].status: found 'gone', expected one of active, do_not_honor, lost, stolen, restricted,"),
    ],
)
def test_a_wrong_key_of_a_card_is_refused_in_one_sentence(key: str, sentence: str) -> None:
    with pytest.raises(SpecError) as caught:
        Profile.from_toml(table(ATLAS.replace('cvv2 = "123"', f'cvv2 = "123"\n{key}', 1)))

    assert str(caught.value).startswith(f"issuers/atlas.toml: {sentence}")


def test_a_series_has_sixteen_digits_whatever_its_product_says() -> None:
    text = ATLAS.replace("count = 1000", 'count = 1000\nproduct = "short"') + '\n[[product]]\nid = "short"\npan_digits = 15\n'

    with pytest.raises(
        SpecError, match=r"card_series\[1\].product: found 'short' of 15 digits, expected one of 16, as a series"
    ):
        Profile.from_toml(table(text))


def test_a_number_with_a_wrong_check_digit_may_stand_in_the_file_where_it_says_so() -> None:
    wrong = GOOD[:-1] + str((int(GOOD[-1]) + 1) % 10)
    text = ATLAS.replace(f'pan = "{GOOD}"', f'pan = "{wrong}"\ncheck_digit = false', 1)

    card = Profile.from_toml(table(text)).cards[0]

    assert (card.pan.digits, card.check_digit, card.usual) == (wrong, False, False)
