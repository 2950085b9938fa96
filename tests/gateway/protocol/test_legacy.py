"""The earlier protocol: checksums, and the shop's answer."""

from __future__ import annotations

import hashlib
from typing import Final
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switch.gateway.protocol.legacy import PaidWith, booking_accepted, booking_fields, legacy_checksum, legacy_request
from switch.gateway.protocol.posted import Posted

URL: Final = "http://127.0.0.1:8080/mtc/actionSLK"
FORM_FIELDS: Final = {
    "storeId": "600000000",
    "langue": "FR",
    "offerURL": "https://shop.example/",
    "updateURL": "https://shop.example/update",
    "bookURL": "https://shop.example/book",
    "cartId": "A-17",
    "totalAmountTx": "31.50",
    "symbolCur": "MAD",
    "name": "Zoé",
    "email": "zoe@shop.example",
}
SECRET: Final = "test é"
PAID: Final = PaidWith(order_number="N-1", bank="", pan_masked="435508******4358", expiry="1230", brand="VISA")


def signed(fields: dict[str, str] = FORM_FIELDS) -> Posted:
    text = URL + fields["storeId"] + fields["cartId"] + fields["totalAmountTx"] + fields["email"] + SECRET
    return Posted((*fields.items(), ("checksum", hashlib.md5(quote(text, safe="").encode()).hexdigest())))


def test_a_payment_is_read_where_its_checksum_is_right() -> None:
    request, errors = legacy_request(signed(), URL, SECRET)
    assert errors == ()
    assert request is not None
    assert (request.version, request.order_id, request.amount_minor) == ("2017", "A-17", 3150)


def test_a_wrong_checksum_says_what_it_is_made_of() -> None:
    request, errors = legacy_request(signed(), URL + "?", SECRET)
    assert request is None
    (error,) = errors
    assert error.field == "checksum"
    assert SECRET not in str(error)


@pytest.mark.parametrize("missing", ["storeId", "cartId", "totalAmountTx", "email", "updateURL", "bookURL"])
def test_what_is_missing_is_named(missing: str) -> None:
    request, errors = legacy_request(signed({**FORM_FIELDS, missing: ""}), URL, SECRET)
    assert request is None
    assert [error.field for error in errors] == [missing]


def test_the_version_with_items_has_the_count_in_its_checksum() -> None:
    fields = {name: value for name, value in FORM_FIELDS.items() if name not in ("totalAmountTx", "bookURL")}
    posted = Posted((*fields.items(), ("Count", "1"), ("TotalmountTx", "31.50")))
    text = URL + "600000000" + "A-17" + "1" + "31.50" + "zoe@shop.example" + SECRET
    checksum = hashlib.md5(quote(text, safe="").encode()).hexdigest()
    request, errors = legacy_request(Posted((*posted.fields, ("Checksum", checksum))), URL, SECRET)
    assert (request is not None and request.version, errors) == ("2010", ())


def test_the_shop_can_check_what_it_is_asked_to_book() -> None:
    request, _ = legacy_request(signed(), URL, SECRET)
    assert request is not None
    asked = booking_fields(request, signed(), PAID, SECRET)
    assert asked["checksum"] == legacy_checksum("2017", FORM_FIELDS["bookURL"], signed(), SECRET)


@pytest.mark.parametrize(
    ("body", "accepted"),
    [
        (b"1;A-17;20261128;2", True),
        (b" 1;A-17;20261128;2\n", True),
        (b"0;Null;Null;1", False),
        (b"1;B;20261128;2", False),
        (b"", False),
    ],
)
def test_the_answer_of_a_shop(body: bytes, accepted: bool) -> None:
    booked, remark = booking_accepted(body, "A-17")
    assert booked == accepted
    assert bool(remark) == (not accepted and not body.startswith(b"0"))


@given(st.binary(max_size=100))
def test_any_answer_is_read(body: bytes) -> None:
    booked, remark = booking_accepted(body, "A-17")
    assert not (booked and remark)


def test_bytes_that_are_no_text_are_a_wrong_checksum_and_no_fault() -> None:
    posted = Posted.from_form(b"storeId=600000000&cartId=%E9&checksum=%FF&totalAmountTx=31.50")
    assert legacy_checksum("2017", "http://page.example/", posted, "secret").isalnum()
    request, errors = legacy_request(posted, "http://page.example/", "secret")
    assert request is None
    assert errors[-1].field == "checksum"
