"""Every page of the gateway in a real browser under axe-core: three languages, three widths, no violation of any rule."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import resources
from typing import Any

import pytest

from tests.gateway.site.test_browser import post_order, type_card
from tests.support.browsers import IN_A_BROWSER, opened_browser
from tests.support.http_shop import HttpShop
from tests.support.office_clerk import PASSWORD, TELECOM
from tests.support.payment_page import CHALLENGED, FRICTIONLESS
from tests.support.running_office import running_office

pytestmark = IN_A_BROWSER
#: Rules that were broken, with what breaks them; and whether the page is wider than the window.
AXE = """async () => {
  const found = (await axe.run(document)).violations.map(
    each => each.id + ": " + each.nodes.map(node => node.target.join(" ") + " " + node.html.slice(0, 120)).join(" | "));
  if (document.documentElement.scrollWidth > window.innerWidth) found.push("sticks out");
  return found;
}"""


@pytest.fixture(scope="module")
def axe() -> str:
    pytest.importorskip("axe_playwright_python", reason="axe-core is not installed")
    return resources.files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, HttpShop]]:
    with running_office(tmp_path_factory.mktemp("axe")) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with opened_browser() as opened:
        yield opened


class Inspector:
    """A tab, and what axe-core found on the pages it was shown."""

    def __init__(self, tab: Any, axe: str) -> None:
        self.tab, self._axe = tab, axe
        self.found: list[str] = []

    def look(self, name: str) -> None:
        self.tab.evaluate(self._axe)
        self.found += [f"{name}: {each}" for each in self.tab.evaluate(AXE)]


@pytest.fixture
def inspector(browser: Any, axe: str, width: int) -> Iterator[Inspector]:
    context = browser.new_context(bypass_csp=True, viewport={"width": width, "height": 800})
    tab = context.new_page()
    tab.set_default_timeout(20_000)
    yield Inspector(tab, axe)
    context.close()


@pytest.mark.parametrize("width", [320, 768, 1280])
@pytest.mark.parametrize("language", ["fr", "ar", "en"])
def test_the_pages_of_a_payment(inspector: Inspector, office: tuple[str, HttpShop], language: str, width: int) -> None:
    url, shop = office
    tab, oid = inspector.tab, f"AXE-{language}-{width}"
    post_order(tab, url, shop, oid, lang=language, email="zoe@shop.example", amountCur="EUR", symbolCur="2.90")
    inspector.look("card form")
    tab.click("button.pay")
    tab.wait_for_selector(".error")
    inspector.look("card form with errors")
    type_card(tab, CHALLENGED)
    tab.click("button.pay")
    tab.wait_for_selector("#code")
    inspector.look("bank")
    tab.fill("#code", "000")
    tab.click("button.pay")
    tab.wait_for_selector(".notice")
    inspector.look("bank, wrong code")
    tab.click("button[value='too late']")
    tab.wait_for_selector("script[src$='wait.js']", state="attached")
    tab.focus(".cancel button")  # so that the page stays while it is looked at
    inspector.look("bank that is late")
    tab.click(".cancel button")
    tab.wait_for_url("**/fail")
    post_order(tab, url, shop, f"{oid}-2", lang=language, TranType="Auth")
    type_card(tab, FRICTIONLESS)
    tab.click("button.pay")
    tab.wait_for_selector("h1.good")
    inspector.look("approved")
    tab.goto(url + tab.get_attribute("main a[target=_blank]", "href"))
    inspector.look("receipt")
    for path in ("/", "/pay/nowhere", "/fim/nowhere"):
        tab.goto(url + path)
        inspector.look(path)
    assert inspector.found == []


@pytest.mark.parametrize("width", [320, 768, 1280])
@pytest.mark.parametrize("language", ["fr", "ar", "en"])
def test_the_office_and_the_affiliation(inspector: Inspector, office: tuple[str, HttpShop], language: str, width: int) -> None:
    url, shop = office
    tab, oid = inspector.tab, f"AXE-O-{language}-{width}"
    post_order(tab, url, shop, oid, lang=language, TranType="Auth")
    type_card(tab, FRICTIONLESS)
    tab.click("button.pay")
    tab.wait_for_selector("h1.good")
    tab.goto(f"{url}/office?lang={language}")
    inspector.look("sign in")
    tab.fill("#merchant", "NOBODY")
    tab.fill("#password", "wrong")
    tab.click("button.pay")
    tab.wait_for_selector(".notice")
    inspector.look("sign in, refused")
    tab.fill("#merchant", TELECOM)
    tab.fill("#password", PASSWORD)
    tab.click("button.pay")
    tab.wait_for_selector("table.rows")
    inspector.look("payments")
    tab.click(f"text={oid}")
    tab.wait_for_selector("#refund-amount")
    inspector.look("payment")
    tab.fill("#refund-amount", "1,50")
    tab.click("form[action$='/refund'] button")
    tab.wait_for_selector(".notice.done")
    inspector.look("payment, refunded in part")
    for path in ("/office/statements", "/office/payment/999999", "/affiliation", "/payer-en-ligne"):
        tab.goto(url + path)
        inspector.look(path)
    tab.goto(f"{url}/affiliation")
    tab.click("button.pay")
    tab.wait_for_selector("#rib-error")
    inspector.look("application with errors")
    assert inspector.found == []
