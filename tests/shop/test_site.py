"""The shop in a browser's place: five steps in three languages, and what a wrong entry is told."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from html import unescape
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

import pytest
from starlette.testclient import TestClient

from switch.gateway.protocol.hash_rules import hash_of, signed
from switch.gateway.protocol.posted import Posted
from switch.shop.confirmation import Confirmations
from switch.shop.payment_form import ShopAccount
from switch.shop.sentences import SHOP_LANGUAGES, sentences
from switch.shop.shop_book import ShopBook
from switch.shop.site import ShopSite

KEY: Final = "test-key"
GOOD: Final = {"number": "0661000001", "code": "4471", "email": "salma@shop.example", "terms": "yes"}


@pytest.fixture
def shop(tmp_path: Path) -> TestClient:
    account = ShopAccount(
        page_url="http://page.example/fim/est3Dgate", client_id="6", store_key=KEY, own_url="http://shop.example"
    )
    book, mails = ShopBook(tmp_path / "shop.db"), Confirmations(tmp_path / "mails")
    site = ShopSite(book, account, mails, clock_ms=lambda: 1_795_132_800_000)
    return TestClient(site.application(), base_url="http://shop.example", follow_redirects=False)


def post(shop: TestClient, path: str, fields: dict[str, str] | list[tuple[str, str]]) -> str:
    return str(shop.post(path, content=urlencode(fields)).text)


def hidden(page: str) -> dict[str, str]:
    return {name: unescape(value) for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page)}


def paid(shop: TestClient, fields: dict[str, str], code: str = "00") -> str:
    answer = {
        "oid": fields["oid"],
        "amount": fields["amount"],
        "currency": "504",
        "ProcReturnCode": code,
        "TransId": "T-9",
        "AuthCode": "A00001",
    }
    return post(shop, "/callback", signed({**answer, "maskedCreditCard": "4000 00** **** 0010"}, KEY))


@pytest.mark.parametrize("language", SHOP_LANGUAGES)
def test_from_a_bill_to_its_receipt(shop: TestClient, tmp_path: Path, language: str) -> None:
    say = sentences(language)
    first = shop.get(f"/?lang={language}").text
    assert f'lang="{language}"' in first
    assert ('dir="rtl"' in first.partition(">")[2].partition(">")[0]) == (language == "ar")
    assert say["email"] in shop.get(f"/account/mobile?lang={language}").text
    bills = post(shop, f"/bills/mobile?lang={language}", GOOD)
    assert ("647.50\u00a0MAD" if language == "en" else "647,50\u00a0MAD") in unescape(bills)
    leaving = post(shop, f"/pay/mobile?lang={language}", [*GOOD.items(), ("bill", "M-261101")])
    fields = hidden(leaving)
    assert (fields["amount"], fields["lang"]) == ("398.00", language)
    assert fields["HASH"] == hash_of(Posted(tuple(fields.items())), KEY)
    assert paid(shop, fields) == "ACTION=POSTAUTH"
    back = shop.post(fields["okUrl"].removeprefix("http://shop.example"), content=b"")
    assert back.status_code == 303
    receipt = shop.get(back.headers["location"]).text
    assert say["paid"] in unescape(receipt)
    assert "M-260901, M-261101" in receipt
    (mail,) = (tmp_path / "mails").glob("*.eml")
    message = message_from_bytes(mail.read_bytes(), policy=policy.default)
    assert message["To"] == GOOD["email"]
    assert back.headers["location"] in message.get_content()


def test_what_the_browser_brings_back_settles_nothing(shop: TestClient) -> None:
    fields = hidden(post(shop, "/pay/mobile", [*GOOD.items(), ("bill", "M-261101")]))
    back = shop.post(fields["okUrl"].removeprefix("http://shop.example"), content=urlencode({"Response": "Approved"}))
    assert sentences("fr")["waiting"] in unescape(shop.get(back.headers["location"]).text)
    assert "647,50\u00a0MAD" in unescape(post(shop, "/bills/mobile", GOOD))


def test_a_refused_order_is_tried_again_under_its_number(shop: TestClient) -> None:
    fields = hidden(post(shop, "/pay/mobile", GOOD))
    assert paid(shop, fields, "51") == "APPROVED"
    back = shop.get(fields["failUrl"].removeprefix("http://shop.example"))
    receipt = shop.get(back.headers["location"]).text
    assert sentences("fr")["refused"] in unescape(receipt)
    again = re.search(r'href="(/again/[^"]+)"', receipt)
    assert again is not None
    assert hidden(shop.get(unescape(again[1])).text)["oid"] == fields["oid"]


def test_an_order_whose_bill_another_order_has_paid_says_so_and_leads_on(shop: TestClient) -> None:
    first, second = hidden(post(shop, "/pay/mobile", GOOD)), hidden(post(shop, "/pay/mobile", GOOD))
    shop.get(first["failUrl"].removeprefix("http://shop.example"))
    assert paid(shop, second) == "ACTION=POSTAUTH"
    receipt = first["failUrl"].rpartition("/")[2]
    again = shop.get(f"/again/{receipt}?lang=en")
    assert again.status_code == 303
    page = shop.get(again.headers["location"]).text
    assert sentences("en")["paid_elsewhere"] in page
    assert "M-260901" in page
    assert "/again/" not in page
    assert 'href="/?lang=en"' in page
    paid_receipt = second["okUrl"].rpartition("/")[2]
    assert shop.get(f"/again/{paid_receipt}").headers["location"].startswith(f"/receipt/{paid_receipt}")


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"code": "1"}, "not_found"),
        ({"email": "x"}, "email_wrong"),
        ({"email": "=?utf-8?q?=0a?=@x.ma"}, "email_wrong"),
        ({"terms": ""}, "terms_wrong"),
    ],
)
def test_a_wrong_entry_is_told_beside_what_was_given(shop: TestClient, changed: dict[str, str], sentence: str) -> None:
    page = post(shop, "/bills/mobile?lang=en", {**GOOD, **changed})
    assert sentences("en")[sentence] in unescape(page)
    assert 'value="0661000001"' in page


def test_every_page_keeps_to_itself(shop: TestClient) -> None:
    headers = shop.get("/").headers
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "script" not in shop.get("/").text
    assert (shop.get("/account/other").status_code, shop.get("/receipt/guessed").status_code) == (404, 404)
