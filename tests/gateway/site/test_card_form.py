"""The card form, judged field by field."""

from __future__ import annotations

from datetime import date

import pytest

from switch.gateway.protocol.posted import Posted
from switch.gateway.site.card_form import CardForm, card_form
from tests.support.centre_in_loop import specs
from tests.support.payment_page import CARD, CHALLENGED

TODAY = date(2026, 11, 22)


def read(**fields: str) -> CardForm:
    profile = specs().gateway
    posted = Posted(tuple({**CARD, "pan": CHALLENGED, **fields}.items()))
    known = {"9876011807712000"}
    return card_form(posted, profile.shops["600000000"], profile, TODAY, without_check_digit=known.__contains__)


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({}, {}),
        ({"pan": "9876 0197-5067 3560"}, {}),
        ({"pan": ""}, {"pan": "number_missing"}),
        ({"pan": "98760197506735AB"}, {"pan": "number_no_digits"}),
        ({"pan": "9876019750673561"}, {"pan": "number_check"}),
        ({"pan": "9876011807712000"}, {}),
        ({"pan": "987601975067356"}, {"pan": "number_length"}),
        ({"pan": "6011000990139424"}, {"pan": "number_brand"}),
        ({"cardType": "visa"}, {"cardType": "brand_other"}),
        ({"cardType": "3"}, {}),
        ({"cv2": "12"}, {"cv2": "code_wrong"}),
        ({"pan": "374512000000010", "cv2": "123"}, {"cv2": "code_wrong_4"}),
        ({"pan": "374512000000010", "cv2": "1234"}, {}),
        ({"Ecom_Payment_Card_ExpDate_Month": "13"}, {"Ecom_Payment_Card_ExpDate_Month": "expiry_wrong"}),
        (
            {"Ecom_Payment_Card_ExpDate_Month": "10", "Ecom_Payment_Card_ExpDate_Year": "2026"},
            {"Ecom_Payment_Card_ExpDate_Month": "expiry_past"},
        ),
        ({"Ecom_Payment_Card_ExpDate_Month": "11", "Ecom_Payment_Card_ExpDate_Year": "26"}, {}),
        ({"cardHolderName": " "}, {"cardHolderName": "holder_wrong"}),
        ({"cardHolderName": "4111111111111111"}, {"cardHolderName": "holder_digits"}),
        ({"terms": ""}, {"terms": "terms_wrong"}),
    ],
)
def test_each_field_has_its_sentence(fields: dict[str, str], errors: dict[str, str]) -> None:
    form = read(**fields)
    assert form.errors == errors
    assert (form.card is None) == bool(errors)


def test_a_number_in_the_wrong_field_is_not_shown_again() -> None:
    assert read(cardHolderName="4111111111111111").holder == ""


def test_what_was_typed_is_not_in_the_words_of_the_card() -> None:
    card = read().card
    assert card is not None
    assert CHALLENGED not in repr(card)
    assert card.masked == "987601******3560"
    assert card.expiry == "2912"
