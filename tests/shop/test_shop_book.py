"""The shop settles a bill by the callback alone, and once."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from switch.gateway.protocol.hash_rules import hash_of, signed
from switch.gateway.protocol.posted import Posted
from switch.shop.bills import CUSTOMERS, chosen_bills, customer
from switch.shop.payment_form import ShopAccount, called_back, payment_fields
from switch.shop.shop_book import ShopBook, ShopOrder

KEY: Final = "test-key"
SALMA: Final = CUSTOMERS[0]


@pytest.fixture
def book(tmp_path: Path) -> ShopBook:
    return ShopBook(tmp_path / "shop.db")


@pytest.fixture
def order(book: ShopBook) -> ShopOrder:
    return book.order(SALMA, book.unpaid(SALMA), "salma@shop.example", "fr")


def callback(order: ShopOrder, key: str = KEY, **changed: str) -> Posted:
    fields = {"oid": order.number, "amount": "647.50", "currency": "504", "ProcReturnCode": "00", "TransId": "T-1"}
    return Posted(tuple(signed({**fields, "AuthCode": "A00001", **changed}, key).items()))


def test_a_customer_is_known_by_number_and_payment_code() -> None:
    assert customer("mobile", "06-61-00-00-01", " 4471 ") is SALMA
    assert customer("mobile", "0661000001", "4472") is None
    assert customer("fixed", "0661000001", "4471") is None


def test_bills_that_cannot_wait_are_paid_with_whatever_is_ticked() -> None:
    assert [bill.number for bill in chosen_bills(SALMA.bills, ["M-261101"])] == ["M-260901", "M-261101"]


def test_the_form_has_the_amount_of_the_bills_and_a_right_hash(order: ShopOrder) -> None:
    account = ShopAccount(page_url="http://page", client_id="600000000", store_key=KEY, own_url="http://shop")
    fields = payment_fields(account, order, "0.5")
    assert (fields["amount"], fields["oid"], fields["lang"]) == ("647.50", order.number, "fr")
    assert fields["HASH"] == hash_of(Posted(tuple(fields.items())), KEY)


def test_an_approved_payment_settles_the_bills_once(book: ShopBook, order: ShopOrder) -> None:
    assert called_back(book, callback(order), KEY, "now") == "ACTION=POSTAUTH"
    assert called_back(book, callback(order), KEY, "later") == "ACTION=POSTAUTH"
    assert called_back(book, callback(order, TransId="T-2"), KEY, "later") == "FAILURE", "a second payment of the order"
    paid = book.by_number(order.number)
    assert paid is not None
    assert (paid.state, paid.paid_at, paid.approval) == ("paid", "now", "A00001")
    assert book.unpaid(SALMA) == ()


def test_a_bill_is_paid_by_one_order(book: ShopBook, order: ShopOrder) -> None:
    second = book.order(SALMA, book.unpaid(SALMA)[:1], "salma@shop.example", "fr")
    assert called_back(book, callback(order), KEY, "now") == "ACTION=POSTAUTH"
    amount = f"{second.amount_minor // 100}.{second.amount_minor % 100:02d}"
    for _ in range(2):
        assert called_back(book, callback(second, amount=amount, TransId="T-2"), KEY, "later") == "FAILURE"
    unpaid = book.by_number(second.number)
    assert unpaid is not None
    assert (unpaid.state, unpaid.transaction_id) == ("refused", "")


@pytest.mark.parametrize(
    ("changed", "word", "state"),
    [
        ({"key": "another"}, "FAILURE", "waiting"),
        ({"amount": "1.00"}, "FAILURE", "waiting"),
        ({"amount": "x"}, "FAILURE", "waiting"),
        ({"currency": "978"}, "FAILURE", "waiting"),
        ({"ProcReturnCode": "51"}, "APPROVED", "refused"),
    ],
)
def test_what_is_not_an_approved_payment_of_this_order_settles_nothing(
    book: ShopBook, order: ShopOrder, changed: dict[str, str], word: str, state: str
) -> None:
    assert called_back(book, callback(order, **changed), KEY, "now") == word
    found = book.by_number(order.number)
    assert found is not None
    assert found.state == state
    assert len(book.unpaid(SALMA)) == 3


def test_a_refused_order_may_be_paid_and_a_paid_one_is_not_refused(book: ShopBook, order: ShopOrder) -> None:
    called_back(book, callback(order, ProcReturnCode="51"), KEY, "now")
    called_back(book, callback(order), KEY, "now")
    called_back(book, callback(order, ProcReturnCode="51"), KEY, "now")
    found = book.by_number(order.number)
    assert found is not None
    assert found.state == "paid"


def test_an_unknown_order_is_no_payment(book: ShopBook, order: ShopOrder) -> None:
    fields = {"oid": "other", "amount": "647.50", "ProcReturnCode": "00"}
    assert called_back(book, Posted(tuple(signed(fields, KEY).items())), KEY, "now") == "FAILURE"


def test_a_receipt_is_found_by_what_cannot_be_guessed(book: ShopBook, order: ShopOrder) -> None:
    assert book.by_receipt(order.receipt) == order
    assert len(order.receipt) >= 32
    assert book.by_receipt(order.number) is None
