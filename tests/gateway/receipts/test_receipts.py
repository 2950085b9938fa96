"""Receipts of approved payments: the page, the PDF, the link that ends, and the message to the shopper."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from html import unescape
from pathlib import Path

import pypdfium2
import pytest
import trio

from switch.gateway.receipts.receipt_links import RECEIPT_DAYS, ReceiptLinks
from switch.gateway.receipts.receipt_pdf import qr_path
from switch.gateway.site.http_call import call
from tests.support.centre_in_loop import NOW_MS
from tests.support.payment_page import LOST, PaymentPage, payment_page

DAY_MS = 86_400_000


async def receipt_path(page: PaymentPage, oid: str, lang: str = "en") -> str:
    """Where the receipt of a payment is, as the last page links to it."""
    end = await page.pay(oid, lang=lang)
    found = re.search(r'href="(/receipt/[^"]+)"', end.text)
    assert found is not None
    return found[1]


@pytest.mark.parametrize(("language", "title"), [("fr", "Reçu de paiement"), ("en", "Payment receipt"), ("ar", "إيصال الدفع")])
async def test_the_receipt_is_a_page_and_a_pdf(tmp_path: Path, language: str, title: str) -> None:
    async with payment_page(tmp_path / "gateway") as page:
        path = await receipt_path(page, "RECEIPT-1", lang=language)
        shown = await call("GET", page.base + path)
        text = unescape(shown.body.decode())
        assert f"<h1>{title}</h1>" in text
        assert f'lang="{language}"' in text
        assert "400000******0010" in text
        assert ("31,50\u00a0MAD" if language == "fr" else "31.50\u00a0MAD") in text
        assert qr_path(page.base + path)[1] in text, "the code leads to this page"
        assert "script" not in text
        assert shown.header("cache-control") == "no-store"
        file = await call("GET", f"{page.base}{path}.pdf")
        assert file.header("content-type") == "application/pdf"
        (sheet,) = pypdfium2.PdfDocument(file.body)
        words = sheet.get_textpage().get_text_range()
        assert "RECEIPT-1" in words
        assert "400000******0010" in words
        assert "?" not in words, "every letter is one of the font"
        style = await call("GET", f"{page.base}/receipt/receipt.css")
        assert b"@media print" in style.body


async def test_a_refund_stands_on_the_receipt(tmp_path: Path) -> None:
    async with payment_page(tmp_path / "gateway") as page:
        path = await receipt_path(page, "RECEIPT-2", lang="en")
        order = await page.store.do(lambda books: books.orders.find("600000000", "RECEIPT-2"))
        assert order is not None
        shop = page.service.profile.shops["600000000"]
        await page.desk.refund(order.number, shop, 1000)
        assert "10.00\u00a0MAD" in unescape((await call("GET", page.base + path)).body.decode())


async def test_a_link_ends_and_cannot_be_guessed(tmp_path: Path) -> None:
    now = [NOW_MS]
    async with payment_page(tmp_path / "gateway", clock_ms=lambda: now[0]) as page:
        path = await receipt_path(page, "RECEIPT-3")
        changed = path[:-1] + ("A" if path[-1] != "A" else "B")
        for wrong in (changed, "/receipt/1", "/receipt/1-2-3", path.replace("/receipt/1-", "/receipt/2-")):
            assert (await call("GET", page.base + wrong)).status == 404
        assert (await call("GET", page.base + path)).status == 200
        now[0] += (RECEIPT_DAYS + 1) * DAY_MS
        assert (await call("GET", page.base + path)).status == 404
        assert (await call("GET", f"{page.base}{path}.pdf")).status == 404


def test_another_key_opens_nothing() -> None:
    token = ReceiptLinks(b"a" * 32).token(7, NOW_MS)
    assert ReceiptLinks(b"a" * 32).read(token, NOW_MS) == 7
    assert ReceiptLinks(b"b" * 32).read(token, NOW_MS) is None


async def test_a_decline_has_no_receipt(tmp_path: Path) -> None:
    async with payment_page(tmp_path / "gateway") as page:
        end = await page.pay("RECEIPT-4", LOST)
        assert end.heading == "Payment declined"
        assert "/receipt/" not in end.text


async def test_the_shopper_is_sent_the_link_once(tmp_path: Path) -> None:
    data = tmp_path / "gateway"
    async with payment_page(data) as page:
        path = await receipt_path(page, "RECEIPT-5")
        with trio.fail_after(10):
            while not list(data.glob("mail/*/receipt-*.eml")):
                await trio.lowlevel.checkpoint()
        (file,) = data.glob("mail/*/receipt-*.eml")
        message = message_from_bytes(file.read_bytes(), policy=policy.default)
        assert message["To"] == "zoe@shop.example"
        assert message["Subject"].startswith("Payment receipt")
        assert page.base + path in message.get_content()
        assert "400000******0010" in message.get_content()
        assert file.stat().st_mode & 0o077 == 0
        order = await page.store.do(lambda books: books.orders.find("600000000", "RECEIPT-5"))
        assert order is not None
        with trio.fail_after(10):
            while await page.store.do(lambda books: books.orders.approved_since(0, "receipt mailed")):
                await trio.lowlevel.checkpoint()
    file.unlink()
    async with payment_page(data) as page:
        again = await page.store.do(lambda books: books.orders.approved_since(0, "receipt mailed"))
        assert again == [], "a gateway that starts again sends it no second time"
