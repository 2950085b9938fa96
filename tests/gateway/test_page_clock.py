"""The payment page of a running centre goes by the centre's clock: what it stores, sends and lets pass."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import trio

from switch.centre.as_process import CentreProcess, running_centre
from switch.gateway.protocol.hash_rules import signed
from switch.gateway.site.serving import GATEWAY_FOLDER
from switch.gateway.store.order_book import GATEWAY_DATABASE
from tests.cli.command import run
from tests.support.http_shop import HttpShop
from tests.support.payment_page import STORE_KEY, Browser, Page, type_into

PAN = "9504010000000019"


def posted(shop: HttpShop, order: str) -> dict[str, str]:
    fields = {
        "clientid": "600000000",
        "storetype": "3D_PAY_HOSTING",
        "TranType": "Auth",
        "amount": "10.00",
        "currency": "504",
        "oid": order,
        "okUrl": f"{shop.url}/ok",
        "failUrl": f"{shop.url}/fail",
        "callbackUrl": f"{shop.url}/callback",
        "hashAlgorithm": "ver3",
        "rnd": "1",
    }
    return signed(fields, STORE_KEY)


def at_the_page(centre: CentreProcess, shop: HttpShop, order: str, *, late: bool = False) -> Page:
    """A shopper posts an order and pays it; ``late``: an hour of the centre's clock after the page was shown."""

    async def shopping() -> Page:
        base = centre.ready["gateway"]["url"]
        browser = Browser(base)
        page = await browser.post(f"{base}/fim/est3Dgate", posted(shop, order))
        if late:
            assert run("clock", "advance", "1h", "--data", centre.data).code == 0
        return await type_into(browser, page, PAN)

    return trio.run(shopping)


def test_orders_sales_and_sessions_of_the_page(tmp_path: Path) -> None:
    data = tmp_path / "var"
    with HttpShop.open() as shop, running_centre(data, ["--gateway", "--clock", "2026-12-31T21:00"]) as centre:
        assert run("clock", "freeze", "2026-12-31T21:30", "--data", data).code == 0
        frozen_ms = run("clock", "--json", "--data", data).json["at_ms"]
        at_the_page(centre, shop, "C-1")
        with closing(sqlite3.connect(data / GATEWAY_FOLDER / GATEWAY_DATABASE)) as db:
            times = {at_ms for (at_ms,) in db.execute("SELECT at_ms FROM order_event")}
        assert times == {frozen_ms}
        with closing(sqlite3.connect(data / "journal.db")) as db:
            sale = db.execute("SELECT transmitted_at, received_at_ms FROM request ORDER BY id LIMIT 1").fetchone()
        assert sale == ("1231203000", frozen_ms), "DE 7 is the time of the centre, in UTC"
        expired = at_the_page(centre, shop, "C-2", late=True)
        assert expired.answer.status != 200 or "expir" in expired.text.lower()
