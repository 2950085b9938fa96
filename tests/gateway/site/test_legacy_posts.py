"""Payments by the protocol before est3Dgate: the post, the booking by the shop's server, the way back by GET."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

from switch.gateway.protocol.legacy import legacy_checksum
from switch.gateway.protocol.posted import Posted
from switch.gateway.site.legacy_posts import LEGACY_PATH
from tests.support.payment_page import FRICTIONLESS, LOST, Page, PaymentPage, ShopServer, payment_page

SECRET = "TEST1234-MTC"


async def begin(page: PaymentPage, order: str, *, secret: str = SECRET, **more: str) -> Page:
    fields = {
        "storeId": "600000000",
        "langue": "en",
        "offerURL": f"{page.shop.url}/offer",
        "updateURL": f"{page.shop.url}/update?step=5",
        "bookURL": f"{page.shop.url}/book",
        "cartId": order,
        "totalAmountTx": "31.50",
        "symbolCur": "MAD",
        "name": "Zoé Testeuse",
        "email": "zoe@shop.example",
        **more,
    }
    url = page.base + LEGACY_PATH
    checksum = legacy_checksum("2017", url, Posted(tuple(fields.items())), secret)
    return await page.browser.post(url, {**fields, "checksum": checksum})


async def test_a_payment_is_booked_by_the_shop_and_led_back(tmp_path: Path) -> None:
    shop = ShopServer(answer=b"1;CART-1;20261122;2")
    async with payment_page(tmp_path / "gateway", shop=shop) as page:
        end = await page.type_card(await begin(page, "CART-1"), FRICTIONLESS)
        assert end.heading == "Payment approved"
        (heard,) = shop.heard
        assert (heard["cartId"], heard["totalAmountTx"], heard["ccn"]) == ("CART-1", "31.50", "400000******0010")
        covered = Posted(tuple({**heard, "storeId": "600000000"}.items()))
        assert heard["checksum"] == legacy_checksum("2017", f"{shop.url}/book", covered, SECRET)
        assert await page.state("CART-1") == "captured"
        url, fields = end.form()
        assert '<form method="get"' in end.text
        assert url == f"{shop.url}/update"
        assert fields["step"] == "5"
        covered = Posted(tuple({**fields, "storeId": "600000000"}.items()))
        assert fields["checksum"] == legacy_checksum("2017", f"{shop.url}/update?step=5", covered, SECRET)


@pytest.mark.parametrize(("answer", "state"), [(b"0;Null;Null;1", "voided"), (b"OK", "held")])
async def test_a_booking_that_is_not_accepted_captures_nothing(tmp_path: Path, answer: bytes, state: str) -> None:
    async with payment_page(tmp_path / "gateway", shop=ShopServer(answer=answer)) as page:
        await page.type_card(await begin(page, "CART-2"), FRICTIONLESS)
        await page.comes_to("CART-2", state)


async def test_a_decline_is_not_booked_and_leads_to_the_shop(tmp_path: Path) -> None:
    async with payment_page(tmp_path / "gateway") as page:
        bank = await page.type_card(await begin(page, "CART-3"), LOST)
        end = await page.prove(bank, code="123")
        assert end.heading == "Payment declined"
        assert page.shop.heard == []
        assert end.form()[0] == f"{page.shop.url}/offer"


async def test_without_a_booking_address_the_payment_is_captured_at_once(tmp_path: Path) -> None:
    async with payment_page(tmp_path / "gateway") as page:
        fields = {
            "storeId": "600000000",
            "CartId": "CART-4",
            "Count": "1",
            "TotalmountTx": "31.50",
            "Email": "zoe@shop.example",
            "updateURL": f"{page.shop.url}/update",
        }
        url = page.base + LEGACY_PATH
        checksum = legacy_checksum("2010", url, Posted(tuple(fields.items())), SECRET)
        card = await page.browser.post(url, {**fields, "checksum": checksum})
        end = await page.type_card(card, FRICTIONLESS)
        assert await page.state("CART-4") == "captured"
        assert page.shop.heard == []
        assert dict(parse_qsl(urlsplit(end.form()[0]).query)) == {}
        assert end.form()[1]["paymentResult"] == "ok"


async def test_a_wrong_checksum_is_told_with_what_it_covers(tmp_path: Path) -> None:
    async with payment_page(tmp_path / "gateway") as page:
        refused = await begin(page, "CART-5", secret="another")
        assert refused.answer.status == 400
        assert "rawurlencode over the address" in refused.text
        assert SECRET not in refused.text
        unknown = await begin(page, "CART-5", storeId="610000000")
        assert "expected a shop of gateway.toml with a legacy_secret" in unknown.text
