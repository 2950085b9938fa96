"""Payments of two shops that know the documents alone: each way to end one, and each way to get the hash wrong."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from tests.clients import ver3, xml_api
from tests.clients.browser import Browser
from tests.clients.orders import APPROVED, CAPTURE, CRASH, FAILURE, NO_QUESTION, QUESTION, SILENCE, Client, Order, Shopper
from tests.clients.php_shop import PHP, PhpShop, php
from tests.clients.python_shop import PythonShop
from tests.clients.running import Running, command
from tests.clients.wrong_hashes import TELLING, WRONG_WAYS

LOST: Final = "5128010400000035"
REJECTED: Final = "5128010400000027"
STRANGE_NAMES: Final = {
    "BillToName": "Zoé | d'Œuvre \\ fils_1",
    "BillToCompany": "",
    "BillToStreet12": "Étage | 2\\",
    "BillToStreet2": "زنقة",
    "_charset_": "UTF-8",
    "my_field": "a_b",
}
#: Public vectors of the hash: fields, store key, hash.
VECTOR: Final = {
    "clientid": "190100000",
    "storetype": "3d_pay",
    "amount": "100.25",
    "oid": "order222",
    "okUrl": "https://domain.com/success",
    "failUrl": "https://domain.com/fail_url",
    "rnd": "rand",
    "lang": "tr",
    "currency": "949",
    "taksit": "",
    "islemtipi": "Auth",
    "firmaadi": "siparis veren",
    "Email": "test@test.com",
    "hashAlgorithm": "ver3",
}
VECTORS: Final = {
    "plain": (VECTOR, "123456", "/uPxhEKWCEGi3NsDOOQ4u8Hu5g71v5GWspOid70WehTWEz97PqxG3IN1Jv5jsbOXOw3Z3Rr/0UtywzEgbqFfdA=="),
    "escaped": (
        {**VECTOR, "description": "a|b\\c", "_charset_": "UTF-8"},
        "12|3\\4",
        "05pi7iFFuPnjFOMKcYmKqazG7wMuILup9piUiAvgV8Vwb/qLWK+y1/Q70/dfQzxoUlv+amtFHdQs68Y5yoOLhw==",
    ),
}
needs_php = [pytest.mark.outside, pytest.mark.skipif(PHP is None, reason="php is not installed")]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("switch") / "var"


@pytest.fixture(scope="module")
def page_url(data: Path) -> Iterator[str]:
    """The page of a Switch on free ports."""
    with Running("up", "--gateway", "--free-ports", "--data", data, until=r"^page\s+(http\S+)") as switch:
        yield switch.ready()
        assert switch.stop() == 0, switch.lines


@pytest.fixture(scope="module", params=["python", pytest.param("php", marks=needs_php)])
def shop(request: pytest.FixtureRequest, page_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    shop = PhpShop(page_url, tmp_path_factory.mktemp("php")) if request.param == "php" else PythonShop(page_url)
    with shop:
        yield shop


@pytest.fixture
def oid(request: pytest.FixtureRequest) -> str:
    """An order number of its own for each test."""
    return "ORDER-" + hashlib.sha256(request.node.name.encode()).hexdigest()[:12].upper()


def callbacks(data: Path, oid: str) -> list[dict[str, Any]]:
    """What ``switch gateway callbacks list`` says of an order."""
    found: list[dict[str, Any]] = json.loads(command("gateway", "callbacks", "list", "--data", data, "--order", oid, "--json"))
    return found


@pytest.mark.parametrize("vector", VECTORS)
@pytest.mark.parametrize("language", ["python", pytest.param("php", marks=needs_php)])
def test_the_hash_is_that_of_the_public_vectors(language: str, vector: str) -> None:
    fields, key, expected = VECTORS[vector]
    assert (php("hash", [fields, key]) if language == "php" else ver3.hash_of(list(fields.items()), key)) == expected


@pytest.mark.parametrize("kind", ["PreAuth", "Auth"])
@pytest.mark.parametrize("pan", [NO_QUESTION, QUESTION])
def test_a_payment_is_captured(shop: Client, page_url: str, oid: str, pan: str, kind: str) -> None:
    """The shop is told first by the callback, then by the browser, and both say the same."""
    ended = shop.pay(Order(oid, kind=kind), Shopper(pan))
    assert ended.path == "/ok"
    assert ended.headings[-1] == "Payment approved"
    assert ("Authentication by your bank" in ended.headings) == (pan == QUESTION)
    called, came = shop.told(oid)
    assert (called.path, came.path) == ("/callback", "/ok")
    assert called.hash_right
    assert came.hash_right
    assert called.answer == CAPTURE
    assert called.fields["callbackCall"] == "true"
    for told in (called.fields, came.fields):
        assert (told["Response"], told["ProcReturnCode"], told["amount"], told["oid"]) == ("Approved", "00", "31.50", oid)
        assert told["mdStatus"] == ("1" if pan == QUESTION else "2")
        assert told["MaskedPan"] == f"{pan[:6]}***{pan[-4:]}"
        assert pan not in " ".join(told.values())
    assert called.fields["TransId"] == came.fields["TransId"]
    assert shop.paid(oid) == [called.fields["TransId"]]
    assert xml_api.status(page_url, oid) == "C"


def test_a_wrong_code_can_be_typed_again_and_then_ends_the_payment(shop: Client, page_url: str, oid: str) -> None:
    ended = shop.pay(Order(oid), Shopper(QUESTION, code_of_bank="999"))
    assert ended.path == "/fail"
    assert ended.headings.count("Authentication by your bank") == 3
    assert [(told.path, told.fields["mdStatus"], told.hash_right) for told in shop.told(oid)] == [
        ("/callback", "0", True),
        ("/fail", "0", True),
    ]
    assert shop.paid(oid) == []
    assert xml_api.status(page_url, oid) == "D"


@pytest.mark.parametrize(("pan", "code"), [(LOST, "41"), (REJECTED, "99")])
def test_a_declined_payment_is_told_to_the_shop(shop: Client, page_url: str, oid: str, pan: str, code: str) -> None:
    ended = shop.pay(Order(oid), Shopper(pan))
    assert ended.path == "/fail"
    called, came = shop.told(oid)
    assert called.answer == APPROVED
    for told in (called, came):
        assert told.hash_right
        assert (told.fields["Response"], told.fields["ProcReturnCode"]) == ("Declined", code)
        assert told.fields["ErrMsg"]
    assert xml_api.status(page_url, oid) == "D"


def test_a_cancelled_payment_comes_back_to_the_shop(shop: Client, page_url: str, oid: str) -> None:
    assert shop.pay(Order(oid), Shopper(cancels=True)).path == "/fail"
    assert shop.paid(oid) == []
    assert xml_api.status(page_url, oid) == "CNCL"
    assert shop.pay(Order(oid), Shopper()).path == "/ok"
    assert len(shop.paid(oid)) == 1


def test_an_acknowledged_hold_is_captured_later(shop: Client, page_url: str, oid: str) -> None:
    assert shop.pay(Order(oid, answer=APPROVED), Shopper(QUESTION)).path == "/ok"
    assert xml_api.status(page_url, oid) == "A"
    assert xml_api.captured(page_url, oid, "20.00")["ProcReturnCode"] == "00"
    assert xml_api.status(page_url, oid) == "C"
    assert xml_api.captured(page_url, oid)["Response"] != "Approved"


def test_a_shop_that_fails_leaves_the_payment_held(shop: Client, page_url: str, data: Path, oid: str) -> None:
    assert shop.pay(Order(oid, answer=FAILURE), Shopper()).path == "/ok"
    assert shop.paid(oid) == []
    assert xml_api.status(page_url, oid) == "A"
    (callback,) = callbacks(data, oid)
    assert (callback["state"], [each["verdict"] for each in callback["attempts"]]) == ("answered", ["failure"])


def test_a_server_error_is_called_back_again(shop: Client, page_url: str, data: Path, oid: str) -> None:
    """It stays held; when the shop is repaired, the same event comes again and is captured."""
    shop.pay(Order(oid, answer=CRASH), Shopper())
    assert xml_api.status(page_url, oid) == "A"
    (callback,) = callbacks(data, oid)
    assert callback["state"] == "waiting"
    assert callback["attempts"][0]["status"] == 500
    assert {told.event for told in shop.told(oid) if told.path == "/callback"} == {callback["id"]}


def test_the_same_event_comes_again_until_the_shop_can_answer(page_url: str, data: Path, oid: str) -> None:
    with PythonShop(page_url) as shop:
        shop.pay(Order(oid, answer=CRASH), Shopper())
        shop.mended(oid)
        first, second = shop.told_times(oid, "/callback", 2, seconds_max=60)[:2]
        assert (first.event, first.fields) == (second.event, second.fields)
        assert second.answer == CAPTURE
        shop.wait_for(lambda: xml_api.status(page_url, oid) == "C")
        command("gateway", "callbacks", "replay", "--data", data, first.event)
        third = shop.told_times(oid, "/callback", 3, seconds_max=60)[2]
        assert (third.fields, third.answer) == (first.fields, CAPTURE)
        assert shop.paid(oid) == [first.fields["TransId"]]
        assert xml_api.status(page_url, oid) == "C"


def test_a_shop_that_never_answers_holds_nobody_up_for_ever(page_url: str, data: Path, oid: str) -> None:
    with PythonShop(page_url) as shop:
        ended = shop.pay(Order(oid, answer=SILENCE), Shopper())
        assert (ended.path, ended.headings[-1]) == ("/ok", "Payment approved")
        assert xml_api.status(page_url, oid) == "A"
        (callback,) = callbacks(data, oid)
        assert callback["state"] == "waiting"


def test_an_order_may_be_tried_again_after_a_refusal_and_not_after_a_success(shop: Client, page_url: str, oid: str) -> None:
    assert shop.pay(Order(oid), Shopper(LOST)).path == "/fail"
    assert shop.pay(Order(oid), Shopper()).path == "/ok"
    assert len({told.event for told in shop.told(oid) if told.path == "/callback"}) == 2
    before = shop.told(oid)
    ended = shop.pay(Order(oid), Shopper())
    assert ended.path == ""
    assert any(oid in sentence and "is paid" in sentence for sentence in ended.sentences), ended.sentences
    assert shop.told(oid) == before
    assert len(shop.paid(oid)) == 1


def test_strange_names_come_back_as_they_were(shop: Client, page_url: str, oid: str) -> None:
    assert shop.pay(Order(oid, more=STRANGE_NAMES), Shopper(QUESTION)).path == "/ok"
    for told in shop.told(oid):
        assert told.hash_right
        assert {name: told.fields[name] for name in STRANGE_NAMES} == STRANGE_NAMES


@pytest.mark.parametrize("way", WRONG_WAYS)
def test_the_cause_of_a_wrong_hash_is_named(page_url: str, oid: str, way: str) -> None:
    wrong = WRONG_WAYS[way]
    with PythonShop(page_url) as shop:
        for number in range(100):
            order = Order(oid, more={**TELLING, **wrong.more, "rnd": str(number)})
            given = wrong.done(list(order.fields(shop.url).items()))
            if wrong.telling(given):
                break
        _, page = shop.post(order, signed=False, HASH=given)
        assert page.heading == "The post of the shop is refused"
        sentences = page.texts["li.sentence"]
        assert any(word in " ".join(sentences).lower() for word in wrong.named), sentences
        assert "unknown" not in sentences[0], sentences
        assert "TEST1234" not in page.text


def test_a_shopper_pays_the_amount_that_the_page_showed(page_url: str, oid: str) -> None:
    """The shop posts its order anew with another amount while the shopper looks at the first page."""
    with PythonShop(page_url) as shop:
        browser, shown = shop.post(Order(oid, amount="10.00"))
        shop.post(Order(oid, amount="99.00"))
        assert "10.00" in shown.text
        browser.submit(shown, shown.form_with("pan"), **Shopper().card())
        charged = {row[2] for row in xml_api.history(page_url, oid)}
        assert charged <= {"10.00"}, charged


@pytest.fixture
def bills_url(page_url: str, tmp_path: Path) -> Iterator[str]:
    """The address of a demo shop that has nothing paid yet."""
    page = page_url.removesuffix("/fim/est3Dgate")
    with Running("shop", "--page", page, "--data", tmp_path / "shop", until=r"open at (http\S+)") as shop:
        yield shop.ready()


def test_a_bill_of_the_demo_shop_is_paid_once_in_two_tabs(page_url: str, bills_url: str) -> None:
    tabs = []
    for _ in range(2):
        browser = Browser()
        page = browser.get(f"{bills_url}/account/fixed?lang=en")
        who = {"number": "0522000002", "code": "8210", "email": "zoe@shop.example", "terms": "yes"}
        page = browser.submit(page, page.form_with("number"), **who)
        page = browser.submit(page, page.form_with("number"))
        tabs.append((browser, page, dict(page.form_with("HASH").values)["oid"]))
    tabs = [(browser, browser.submit(page, page.form_with("HASH")), oid) for browser, page, oid in tabs]
    for browser, page, _ in tabs:
        browser.submit(page, page.form_with("pan"), **Shopper().card())
    assert [xml_api.status(page_url, oid) for _, _, oid in tabs].count("C") == 1
