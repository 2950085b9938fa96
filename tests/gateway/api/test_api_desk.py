"""The XML API over real sockets, with a real centre behind it."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from switch.gateway.site.http_call import call, form_body
from tests.support.payment_page import FRICTIONLESS, LOST, PaymentPage, ShopServer, payment_page


async def ask(page: PaymentPage, kind: str, order: str = "", path: str = "/fim/api", **more: str) -> dict[str, str]:
    """A request of the shop's server; texts of the answer by tag, those of Extra too."""
    fields = {"Name": "ondeapi", "Password": "TEST1234-API", "ClientId": "600000000", "OrderId": order, **more}
    if kind in ("ORDERSTATUS", "ORDERHISTORY"):
        fields["Extra"] = f"<{kind}>QUERY</{kind}>"
    else:
        fields["Type"] = kind
    inner = "".join(f"<{name}>{text}</{name}>" for name, text in fields.items())
    body = f"<?xml version='1.0' encoding='UTF-8'?><CC5Request>{inner}</CC5Request>".encode()
    got = await call("POST", page.base + path, body, (("Content-Type", "text/xml"),))
    assert got.status == 200
    assert got.header("content-type") == "text/xml; charset=UTF-8"
    root = ElementTree.fromstring(got.body)
    return {each.tag: each.text or "" for each in (*root, *root.iterfind("Extra/*"))}


def card(pan: str = FRICTIONLESS, total: str = "31.50") -> dict[str, str]:
    return {"Number": pan, "Expires": "12/29", "Cvv2Val": "000", "Total": total, "Currency": "504"}


async def test_a_payment_is_captured_refunded_and_told(tmp_path: Path) -> None:
    async with payment_page(tmp_path / "gateway") as page:
        paid = await ask(page, "Auth", "API-1", **card())
        assert (paid["Response"], paid["ProcReturnCode"], paid["OrderId"]) == ("Approved", "00", "API-1")
        assert (paid["PAN"], paid["CARDBRAND"]) == ("400000******0010", "VISA")
        assert paid["AuthCode"]
        assert paid["HostRefNum"]
        again = await ask(page, "Auth", "API-1", **card())
        assert (again["Response"], again["ERRORCODE"]) == ("Error", "CORE-2202")
        part = await ask(page, "Credit", "API-1", Total="10.00")
        assert part["Response"] == "Approved", part
        status = await ask(page, "ORDERSTATUS", "API-1")
        assert (status["TRANS_STAT"], status["CAPTURE_AMT"], status["REFUND_AMT"]) == ("C", "31.50", "10.00")
        assert "TRANS_STAT:C\t" in status["ORDERSTATUS"]
        by_transaction = await ask(page, "ORDERHISTORY", TransId=paid["TransId"])
        assert by_transaction["TRXCOUNT"] == "2"
        assert by_transaction["TRX1"].split("\t")[:3] == ["S", "C", "31.50"]
        assert by_transaction["TRX2"].split("\t")[:3] == ["C", "C", "10.00"]
        too_much = await ask(page, "Credit", "API-1", Total="25.00")
        assert (too_much["Response"], too_much["ERRORCODE"]) == ("Error", "CORE-2507")
        assert page.shop.heard == [], "whoever asks has its answer, and no callback"


async def test_a_hold_is_captured_in_part_or_given_up(tmp_path: Path) -> None:
    async with payment_page(tmp_path / "gateway") as page:
        for order in ("API-2", "API-3"):
            assert (await ask(page, "PreAuth", order, **card()))["Response"] == "Approved"
            assert await page.state(order) == "held"
        assert (await ask(page, "PostAuth", "API-2", Total="20.00"))["Response"] == "Approved"
        assert (await ask(page, "ORDERSTATUS", "API-2"))["CAPTURE_AMT"] == "20.00"
        assert (await ask(page, "Void", "API-3"))["Response"] == "Approved"
        assert await page.state("API-3") == "voided"
        assert (await ask(page, "PostAuth", "API-3"))["ERRORCODE"] == "CORE-2507"


async def test_an_order_of_the_page_is_captured_by_the_server(tmp_path: Path) -> None:
    async with payment_page(tmp_path / "gateway", shop=ShopServer(answer=b"APPROVED")) as page:
        await page.pay("PAGE-1")
        assert await page.state("PAGE-1") == "held"
        assert (await ask(page, "PostAuth", "PAGE-1"))["Response"] == "Approved"
        assert await page.state("PAGE-1") == "captured"


async def test_a_decline_has_the_code_of_the_bank(tmp_path: Path) -> None:
    async with payment_page(tmp_path / "gateway") as page:
        declined = await ask(page, "Auth", "API-4", **card(LOST))
        assert (declined["Response"], declined["ProcReturnCode"], declined["ERRORCODE"]) == ("Declined", "41", "ISO8583-41")
        assert (await ask(page, "Auth", "API-4", **card()))["Response"] == "Approved", "a refused order may be tried again"


@pytest.mark.parametrize(
    ("kind", "more", "code", "sentence"),
    [
        ("Auth", {"Password": "wrong", **card()}, "CORE-2005", "Name, Password: found others"),
        ("Auth", {"ClientId": "610000000", **card()}, "CORE-2005", "Name, Password: found others"),
        ("Auth", {**card(), "Number": "4000000000000011"}, "CORE-2001", "Number: found a wrong check digit"),
        ("Auth", {**card(), "Expires": "01/20"}, "CORE-2001", "Expires: found a month that is past"),
        ("Auth", {**card(), "Currency": "978"}, "CORE-2001", "Currency: found '978', expected 504"),
        ("Credit", {}, "CORE-2008", "OrderId 'NONE': found no such order of this shop"),
        ("Sell", {}, "CORE-2001", "Type: found 'Sell'"),
    ],
)
async def test_a_request_that_cannot_be_met_is_told_why(
    tmp_path: Path, kind: str, more: dict[str, str], code: str, sentence: str
) -> None:
    async with payment_page(tmp_path / "gateway") as page:
        got = await ask(page, kind, "NONE", **more)
        assert (got["Response"], got["ERRORCODE"]) == ("Error", code), got
        assert sentence in got["ErrMsg"]
        assert "4000000000000011" not in got["ErrMsg"]


async def test_a_form_may_hold_the_document(tmp_path: Path) -> None:
    async with payment_page(tmp_path / "gateway") as page:
        document = "<CC5Request><Name>ondeapi</Name><Password>no</Password><ClientId>600000000</ClientId></CC5Request>"
        got = await call("POST", page.base + "/fim/api", form_body((("DATA", document),)))
        assert b"Type: found nothing" in got.body


async def test_orders_of_the_server_survive_a_restart(tmp_path: Path) -> None:
    async with payment_page(tmp_path / "gateway") as page:
        await ask(page, "Auth", "API-5", **card())
    async with payment_page(tmp_path / "gateway") as page:
        assert (await ask(page, "ORDERSTATUS", "API-5"))["TRANS_STAT"] == "C"
        assert page.shop.heard == []
