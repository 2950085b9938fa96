"""The desk of the payment page: captures, voids and refunds, against a real centre; the journal says the same as the orders."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from switch.gateway.store.order_book import OrderRefusedError
from switch.gateway.store.writer import Books, StoreWriter
from tests.support.payment_page import CHALLENGED, FRICTIONLESS, PaymentPage, ShopServer, payment_page


async def paid(page: PaymentPage, oid: str, kind: str = "PreAuth") -> tuple[int, Any]:
    """An order that was approved, and its shop."""
    assert (await page.pay(oid, CHALLENGED, TranType=kind)).heading == "Payment approved"
    order = await page.store.do(lambda books: books.orders.find("600000000", oid))
    assert order is not None
    return order.number, page.service.profile.shops["600000000"]


async def test_what_is_known_at_once_is_written_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each transaction waits for the disk: post, holder and centre asked, decision with its callback, the shop's answer with
    the capture that it asks for, the capture's answer."""
    written: list[int] = []
    committed = StoreWriter._committed

    def counted(store: StoreWriter, batch: list[Any]) -> None:
        written.append(store._sql.total_changes)
        committed(store, batch)

    monkeypatch.setattr(StoreWriter, "_committed", counted)
    async with payment_page(tmp_path / "gateway") as page:
        for oid, kind, transactions in (("SALE-9", "Auth", 4), ("HOLD-9", "PreAuth", 5)):
            before = set(written)
            await page.pay(oid, FRICTIONLESS, TranType=kind, email="")
            assert await page.state(oid) == "captured"
            assert len(set(written) - before) == transactions


async def test_a_hold_is_captured_once_and_at_most_whole(tmp_path: Path) -> None:
    async with payment_page(tmp_path / "gateway", shop=ShopServer(answer=b"APPROVED")) as page:
        number, shop = await paid(page, "HOLD-1")
        with pytest.raises(OrderRefusedError, match=r"found 31\.51 to capture, expected from 0\.01 to 31\.50"):
            await page.desk.capture(number, shop, 3151)
        assert await page.desk.capture(number, shop, 2000) == "00"
        assert await page.state("HOLD-1") == "captured"
        with pytest.raises(OrderRefusedError, match="found an order that is captured, expected one that is held"):
            await page.desk.capture(number, shop)
        with pytest.raises(OrderRefusedError, match=r"found 20\.01 to refund, expected from 0\.01 to 20\.00"):
            await page.desk.refund(number, shop, 2001)


async def test_a_hold_is_voided(tmp_path: Path) -> None:
    async with payment_page(tmp_path / "gateway", shop=ShopServer(answer=b"APPROVED")) as page:
        number, shop = await paid(page, "HOLD-2")
        assert await page.desk.void(number, shop) == "00"
        assert await page.state("HOLD-2") == "voided"
        with pytest.raises(OrderRefusedError):
            await page.desk.capture(number, shop)


async def test_an_order_is_neither_voided_nor_captured_again_while_its_capture_is_in_doubt(tmp_path: Path) -> None:
    async with payment_page(tmp_path / "gateway", shop=ShopServer(answer=b"APPROVED")) as page:
        number, shop = await paid(page, "HOLD-5")

        def owe(books: Books) -> None:
            approved = (books.orders.order(number).last("approved") or {})["paid"]
            books.orders.owe(number, "capture", approved, approved)

        await page.store.do(owe)
        for act in (page.desk.void, page.desk.capture):
            with pytest.raises(OrderRefusedError, match="whose capture Switch has not answered yet"):
                await act(number, shop)
        assert await page.state("HOLD-5") == "held"


async def test_a_sale_is_voided_once(tmp_path: Path) -> None:
    async with payment_page(tmp_path / "gateway") as page:
        number, shop = await paid(page, "SALE-1", "Auth")
        assert await page.desk.void(number, shop) == "00"
        with pytest.raises(OrderRefusedError, match="found an order that is voided"):
            await page.desk.void(number, shop)


async def test_a_sale_is_refunded_in_parts(tmp_path: Path) -> None:
    async with payment_page(tmp_path / "gateway") as page:
        number, shop = await paid(page, "SALE-2", "Auth")
        assert (await page.desk.refund(number, shop, 1000)).answer == "Approved"
        assert await page.state("SALE-2") == "captured"
        assert (await page.desk.refund(number, shop)).answer == "Approved"
        assert await page.state("SALE-2") == "refunded"
        order = await page.store.do(lambda books: books.orders.order(number))
        assert order.refunded_minor == 3150
        with pytest.raises(OrderRefusedError):
            await page.desk.refund(number, shop, 1)


async def test_what_is_refunded_in_part_is_not_voided(tmp_path: Path) -> None:
    async with payment_page(tmp_path / "gateway") as page:
        number, shop = await paid(page, "SALE-3", "Auth")
        await page.desk.refund(number, shop, 1000)
        with pytest.raises(OrderRefusedError, match="found an order that is refunded in part, expected one without refunds"):
            await page.desk.void(number, shop)


async def test_a_hold_captured_for_less_is_voided_whole(tmp_path: Path) -> None:
    async with payment_page(tmp_path / "gateway", shop=ShopServer(answer=b"APPROVED")) as page:
        number, shop = await paid(page, "HOLD-3")
        await page.desk.capture(number, shop, 2000)
        assert await page.desk.void(number, shop) == "00"
