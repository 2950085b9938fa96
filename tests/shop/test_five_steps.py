"""The five steps of a payment as a customer takes them, in a browser; then its money in the journal, the day and the relevé."""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest

from tests.support.browsers import IN_A_BROWSER, opened_browser

pytestmark = IN_A_BROWSER
_SALES = """
SELECT request.merchant_id, request.amount_minor FROM request JOIN decision ON decision.request_id = request.id
WHERE decision.response_code = '00' AND request.transaction_type = 'purchase' AND request.function = 'request'
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """``switch shop`` as somebody starts it: its address, and its data folder."""
    data = tmp_path_factory.mktemp("shop") / "var"
    command = [sys.executable, "-m", "switch", "shop", "--data", str(data)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        found = None
        for line in process.stdout:
            found = found or re.search(r"http://\S+", line)
            if found and "card" in line:
                break
        assert found is not None
        yield found[0], data
        process.send_signal(signal.SIGINT)
        process.stdout.read()
        assert process.wait(60) in (0, 130)


@pytest.fixture(scope="module")
def tab() -> Iterator[Any]:
    with opened_browser() as browser:
        page = browser.new_context(viewport={"width": 768, "height": 900}).new_page()
        page.set_default_timeout(20_000)
        yield page


def switch(*arguments: str) -> str:
    """What a command prints."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SWITCH_")}
    command = [sys.executable, "-m", "switch", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout


def one_mail(data: Path, tab: Any) -> Any:
    """The message with the link to the receipt, as soon as it is there."""
    for _ in range(400):
        found = list((data / "mail").glob("*/receipt-*.eml"))
        if found:
            return message_from_bytes(found[0].read_bytes(), policy=policy.default)
        tab.wait_for_timeout(25)
    raise AssertionError("no message came")


def test_five_steps_end_in_the_relevé(shop: tuple[str, Path], tab: Any) -> None:
    url, data = shop
    # 1 and 2: the service; number and payment code, e-mail, terms
    tab.goto(f"{url}/account/mobile?lang=fr")
    tab.fill("[name=number]", "0661000001")
    tab.fill("[name=code]", "4471")
    tab.fill("[name=email]", "salma@shop.example")
    tab.check("[name=terms]")
    tab.click("main button")
    # 3: unpaid bills, all ticked; one is left for later
    tab.wait_for_selector("[name=bill]")
    assert all(each.is_checked() for each in tab.query_selector_all("[name=bill]"))
    tab.uncheck("[name=bill][value=M-261101]")
    tab.click("main button")
    # 4: the page
    tab.wait_for_selector("form[action*='est3Dgate'] button")
    tab.click("main button")
    tab.wait_for_selector("#pan")
    tab.fill("#cardHolderName", "Salma Idrissi")
    tab.fill("#pan", "4000000000000010")
    tab.select_option("#Ecom_Payment_Card_ExpDate_Month", "12")
    tab.select_option("#Ecom_Payment_Card_ExpDate_Year", "2030")
    tab.fill("#cv2", "000")
    tab.check("#terms")
    tab.click("button.pay")
    # 5: the receipt in the shop, and that of the page behind the link of its message
    tab.wait_for_url(f"{url}/receipt/**")
    receipt = tab.inner_text("main")
    assert "M-260901" in receipt
    assert "448,50" in receipt
    mail = one_mail(data, tab)
    assert mail["To"] == "salma@shop.example"
    link = re.search(r"http://\S+/receipt/\S+", mail.get_content())
    assert link is not None
    tab.goto(link[0])
    assert "448,50" in tab.inner_text("main")
    assert "400000******0010" in tab.inner_text("main")
    # the money
    with closing(sqlite3.connect(data / "journal.db")) as journal:
        assert journal.execute(_SALES).fetchall() == [("TELECOM00000001", 44_850)]
    with closing(sqlite3.connect(data / "shop" / "shop.db")) as book:
        assert book.execute("SELECT state, amount_minor FROM shop_order").fetchall() == [("paid", 44_850)]
    day = json.loads(switch("day", "close", "--json", "--data", str(data)))
    statement = switch("statement", "TELECOM00000001", day["business_date"], "--data", str(data))
    assert "448,50" in statement
    # and the order is settled
    with closing(sqlite3.connect(data / "gateway" / "gateway.db")) as orders:
        query = "SELECT state FROM order_event ORDER BY id DESC LIMIT 1"
        for _ in range(200):
            if orders.execute(query).fetchone() == ("settled",):
                break
            tab.wait_for_timeout(50)
        assert orders.execute(query).fetchone() == ("settled",)
