"""Office, application and list in a real browser without scripts, 320 px wide: nothing sticks out, everything has its label."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.gateway.site.test_browser import post_order, type_card
from tests.support.browsers import IN_A_BROWSER, opened_browser
from tests.support.http_shop import HttpShop
from tests.support.office_clerk import PASSWORD, TELECOM
from tests.support.payment_page import FRICTIONLESS
from tests.support.running_office import running_office

pytestmark = IN_A_BROWSER
#: What is wrong with a page: wider than the window, a field without a label, several headings, an unknown text.
FAULTS = """() => {
  const found = [];
  if (document.documentElement.scrollWidth > window.innerWidth) found.push("sticks out");
  for (const field of document.querySelectorAll("input:not([type=hidden]), select, textarea"))
    if (!field.labels || !field.labels.length) found.push("no label: " + field.name);
  for (const each of document.querySelectorAll("button, nav a"))
    if (each.getBoundingClientRect().height < 24) found.push("too small: " + each.textContent);
  if (document.querySelectorAll("h1").length !== 1) found.push("headings");
  for (const each of document.querySelectorAll("[aria-describedby]"))
    for (const id of each.getAttribute("aria-describedby").split(" "))
      if (!document.getElementById(id)) found.push("describes nothing: " + id);
  return found;
}"""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, HttpShop]]:
    with running_office(tmp_path_factory.mktemp("office")) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with opened_browser() as opened:
        yield opened


def faults_of(tab: Any) -> list[str]:
    """What is wrong with the page that is shown. The question is the browser's own and needs no scripts of the page."""
    found: list[str] = tab.evaluate(FAULTS)
    return found


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("language", ["fr", "ar", "en"])
def test_a_clerk_finds_and_refunds_a_payment(browser: Any, office: tuple[str, HttpShop], language: str, width: int) -> None:
    url, shop = office
    context = browser.new_context(java_script_enabled=False, viewport={"width": width, "height": 800})
    tab = context.new_page()
    tab.set_default_timeout(10_000)
    oid = f"OFFICE-{language}-{width}-" + "UN-NUMERO-BIEN-LONG-0123456789"
    post_order(tab, url, shop, oid, TranType="Auth", lang=language)
    type_card(tab, FRICTIONLESS)
    tab.click("button.pay")
    tab.wait_for_selector("h1.good")
    tab.goto(f"{url}/office?lang={language}")
    assert faults_of(tab) == []
    tab.fill("#merchant", TELECOM)
    tab.fill("#password", PASSWORD)
    tab.click("button.pay")
    tab.wait_for_selector("table.rows")
    assert tab.get_attribute("html", "dir") == ("rtl" if language == "ar" else "ltr")
    assert faults_of(tab) == []
    tab.click(f"text={oid}")
    tab.wait_for_selector("#refund-amount")
    assert faults_of(tab) == []
    tab.fill("#refund-amount", "1,50")
    tab.click("form[action$='/refund'] button")
    tab.wait_for_selector(".notice.done")
    assert tab.input_value("#refund-amount").replace(",", ".") == "30.00"
    assert faults_of(tab) == []
    for path in ("/office/statements", "/affiliation", "/payer-en-ligne"):
        tab.goto(url + path)
        assert faults_of(tab) == [], path
    tab.goto(f"{url}/affiliation")
    tab.click("button.pay")
    tab.wait_for_selector("#rib-error")
    assert faults_of(tab) == []
    context.close()
