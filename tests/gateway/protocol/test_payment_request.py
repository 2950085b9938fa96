"""What a shop's post is read as, and what it is told where something is wrong."""

from __future__ import annotations

from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switch.gateway.protocol.payment_request import FORM_FIELDS, PaymentRequest, payment_request
from switch.gateway.protocol.posted import Posted

PLAIN: Final = {
    "clientid": "600000000",
    "storetype": "3D_PAY_HOSTING",
    "TranType": "PreAuth",
    "amount": "31.50",
    "currency": "504",
    "oid": "A-17",
    "okUrl": "https://shop.example/ok",
    "failUrl": "https://shop.example/fail",
    "callbackUrl": "http://127.0.0.1:8080/callback",
    "lang": "ar",
    "email": "zoe@shop.example",
    "BillToName": "Zoé",
    "rnd": "0.1",
    "HASH": "…",
}


def read(**changed: str) -> PaymentRequest:
    request, errors = payment_request(Posted(tuple({**PLAIN, **changed}.items())))
    assert request is not None, errors
    return request


def wrong(**changed: str) -> list[str]:
    request, errors = payment_request(Posted(tuple({**PLAIN, **changed}.items())))
    assert request is None
    return [str(error) for error in errors]


def test_a_plain_post() -> None:
    request = read()
    assert (request.amount_minor, request.currency, request.order_id, request.language) == (3150, "504", "A-17", "ar")
    assert not request.captures
    assert dict(request.echoed) == {name: value for name, value in PLAIN.items() if name != "HASH"}
    assert request.bill_to == (("BillToName", "Zoé"),)


@pytest.mark.parametrize(
    ("spelt", "changed"),
    [
        ("CLIENTID", {"clientid": ""}),
        ("storeType", {"storetype": ""}),
        ("trantype", {"TranType": ""}),
    ],
)
def test_names_are_understood_in_any_case(spelt: str, changed: dict[str, str]) -> None:
    (name,) = changed
    fields = {spelt if field == name else field: value for field, value in PLAIN.items()}
    request, errors = payment_request(Posted(tuple(fields.items())))
    assert (request is not None, errors) == (True, ())


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("31.5", "504", 3150),
        ("31", "504", 3100),
        ("31,50", "MAD", 3150),
        ("5", "392", 5),
        ("5.125", "788", 5125),
        ("5.50", "978", 550),
    ],
)
def test_amounts(amount: str, currency: str, minor: int) -> None:
    assert read(amount=amount, currency=currency).amount_minor == minor


AMOUNT: Final = "expected an amount such as 31.50, without blanks or thousands marks"
YEN: Final = "expected an amount such as 31, without blanks or thousands marks"
ADDRESS: Final = "expected the address of a page of the shop, http://… or https://…"


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"amount": ""}, f"amount: found nothing, {AMOUNT}"),
        ({"amount": "31.505"}, f"amount: found '31.505', {AMOUNT}"),
        ({"amount": "1 031.50"}, f"amount: found '1 031.50', {AMOUNT}"),
        ({"amount": "0.00"}, "amount: found '0.00', expected more than nothing, and at most twelve digits with the decimals"),
        ({"amount": "5.5", "currency": "392"}, f"amount: found '5.5', {YEN}"),
        ({"currency": "999"}, "currency: found '999', expected the number of a currency (ISO 4217): 504 for dirhams"),
        ({"storetype": "pay"}, "storetype: found 'pay', expected 3D_PAY_HOSTING (or 3D_PAY)"),
        ({"okUrl": "javascript:alert(1)"}, f"okUrl: found 'javascript:alert(1)', {ADDRESS}"),
        ({"lang": "de"}, "lang: found 'de', expected fr, ar or en"),
        ({"sessiontimeout": "5"}, "sessiontimeout: found '5', expected seconds from 30 to 2700"),
        ({"okUrl": "http://[::1%é]/"}, f"okUrl: found 'http://[::1%é]/', {ADDRESS}"),
        ({"email": "nobody"}, "email: found 'nobody', expected an e-mail address"),
        ({"email": "=?utf-8?q?=0a?=@x.ma"}, "email: found '=?utf-8?q?=0a?=@x.ma', expected an e-mail address"),
        ({"BillToCountry": "Maroc"}, "BillToCountry: found 'Maroc', expected the country by ISO 3166: MA or 504"),
    ],
)
def test_what_is_wrong_is_told_by_its_field(changed: dict[str, str], told: str) -> None:
    assert wrong(**changed) == [told]


def test_all_mistakes_are_told_at_once() -> None:
    assert len(wrong(amount="x", lang="de", oid="", okUrl="")) == 4


def test_a_field_twice_is_told() -> None:
    request, errors = payment_request(Posted((*PLAIN.items(), ("OID", "A-18"))))
    assert request is None
    assert [str(error) for error in errors] == ["OID: found it twice, expected each field once"]


def test_a_card_is_never_given_back() -> None:
    request = read(storetype="3D_PAY", pan="4000000000000010", cv2="000", Ecom_Payment_Card_ExpDate_Year="30")
    assert {name.lower() for name, _ in request.echoed} & {"pan", "cv2", "ecom_payment_card_expdate_year", "hash"} == set()


@given(st.lists(st.tuples(st.sampled_from(FORM_FIELDS), st.text(max_size=30)), max_size=20))
def test_any_post_is_read_or_told(fields: list[tuple[str, str]]) -> None:
    request, errors = payment_request(Posted(tuple(fields)))
    assert (request is None) == bool(errors)
