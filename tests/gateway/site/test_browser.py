"""The page in a real browser: three languages, with and without scripts, and what shoppers do that they should not."""

from __future__ import annotations

import html
from collections.abc import Iterator
from typing import Any

import pytest

from switch.centre.as_process import running_centre
from switch.gateway.protocol.hash_rules import signed
from tests.support.browsers import IN_A_BROWSER, opened_browser
from tests.support.http_shop import HttpShop
from tests.support.payment_page import CHALLENGED, FRICTIONLESS, LOST, STORE_KEY

pytestmark = IN_A_BROWSER


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_centre(tmp_path_factory.mktemp("centre") / "var", ["--gateway"]) as centre:
        yield centre.ready["gateway"]["url"]


@pytest.fixture(scope="module")
def shop() -> Iterator[HttpShop]:
    with HttpShop.open() as opened:
        yield opened


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with opened_browser() as opened:
        yield opened


@pytest.fixture(params=[True, False], ids=["scripts", "no scripts"])
def tab(browser: Any, request: pytest.FixtureRequest) -> Iterator[Any]:
    context = browser.new_context(java_script_enabled=request.param, viewport={"width": 320, "height": 800})
    page = context.new_page()
    page.set_default_timeout(10_000)
    yield page
    context.close()


def post_order(tab: Any, url: str, shop: HttpShop, oid: str, **more: str) -> None:
    """The shop's own page, whose button posts the form."""
    fields = {
        "clientid": "600000000",
        "storetype": "3D_PAY_HOSTING",
        "TranType": "PreAuth",
        "amount": "31.50",
        "currency": "504",
        "oid": oid,
        "okUrl": f"{shop.url}/ok",
        "failUrl": f"{shop.url}/fail",
        "callbackUrl": f"{shop.url}/callback",
        "hashAlgorithm": "ver3",
        "rnd": "1",
        "refreshtime": "60",
        **more,
    }
    hidden = "".join(
        f'<input type="hidden" name="{name}" value="{html.escape(value)}">' for name, value in signed(fields, STORE_KEY).items()
    )
    shop.page = f'<form method="post" action="{url}/fim/est3Dgate">{hidden}<button>Pay</button></form>'
    tab.goto(f"{shop.url}/shop")
    tab.click("button")
    tab.wait_for_selector("#pan")


def type_card(tab: Any, pan: str, code: str = "000") -> None:
    tab.fill("#cardHolderName", "Zoé Testeuse")
    tab.fill("#pan", pan)
    tab.select_option("#Ecom_Payment_Card_ExpDate_Month", "12")
    tab.select_option("#Ecom_Payment_Card_ExpDate_Year", "2029")
    tab.fill("#cv2", code)
    tab.check("#terms")


@pytest.mark.parametrize("language", ["fr", "ar", "en"])
def test_a_challenge_in_each_language(tab: Any, url: str, shop: HttpShop, language: str) -> None:
    oid = f"B-{language}-{id(tab)}"
    post_order(tab, url, shop, oid, lang=language)
    assert tab.get_attribute("html", "lang") == language
    type_card(tab, CHALLENGED)
    tab.click("button.pay")
    tab.wait_for_selector("#code")
    tab.fill("#code", "123")
    tab.click("button.pay")
    tab.wait_for_selector("h1.good")
    tab.click("button.pay")
    tab.wait_for_url("**/ok")
    assert shop.last("/callback", oid)["Response"] == "Approved"
    assert shop.last("/ok", oid)["mdStatus"] == "1"


def test_a_decline_leads_to_the_other_address(tab: Any, url: str, shop: HttpShop) -> None:
    oid = f"D-{id(tab)}"
    post_order(tab, url, shop, oid)
    type_card(tab, LOST)
    tab.click("button.pay")
    tab.wait_for_selector("#code")
    tab.fill("#code", "123")
    tab.click("button.pay")
    tab.wait_for_selector("h1.bad")
    tab.click("button.pay")
    tab.wait_for_url("**/fail")
    assert shop.last("/fail", oid)["Response"] == "Declined"


def test_cancel_and_the_keyboard(tab: Any, url: str, shop: HttpShop) -> None:
    post_order(tab, url, shop, f"C-{id(tab)}")
    tab.focus(".cancel button")
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/fail")


def test_back_and_double_click_pay_once(tab: Any, url: str, shop: HttpShop) -> None:
    oid = f"E-{id(tab)}"
    post_order(tab, url, shop, oid, TranType="Auth")
    type_card(tab, FRICTIONLESS)
    tab.dblclick("button.pay")
    tab.wait_for_selector("h1.good")
    tab.go_back()
    tab.wait_for_load_state()
    tab.reload()
    tab.wait_for_selector("h1.good")
    assert len([path for path, fields in shop.heard if path == "/callback" and fields["oid"] == oid]) == 1
