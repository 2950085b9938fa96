"""Orders are settled once the books of the centre have them: in status and history, and by a callback where it is wanted."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import trio
from attrs import evolve

from switch.data_folder import databases
from switch.endofday.books import SCHEMA
from switch.gateway.payments.settling import SettlingDesk
from switch.gateway.store.order_book import PageOrder
from switch.gateway.store.settled_remises import PaymentKey, last_change, settled_remises
from switch.journal.journal import BOOKS_FILE
from tests.support.centre_in_loop import NOW_MS, specs
from tests.support.payment_page import PaymentPage, ShopServer, payment_page, right

CLOSED = "2026-11-22"
_PRESENTMENT = """
INSERT INTO presentment (request_id, business_date, merchant_id, terminal_id, issuer, scheme, product, origin, channel,
  transaction_type, amount_minor, currency, interchange_rate_basis_points, interchange_minor, discount_rate_basis_points,
  discount_minor, vat_minor, net_minor, rrn, approval_code, pan_masked, local_at, decided_at_ms, remise_number)
VALUES (1, ?, 'TELECOM00000001', 'ONDE0002', 'atlas', 'visa', '', 'domestic', 'ecommerce', 'purchase', 3150, '504',
  65, 20, 150, 47, 5, 3098, ?, 'A1', '400000******0010', '1122100000', 1, 285)
"""
_REMISE = """
INSERT INTO remise (business_date, merchant_id, terminal_id, number, ordinal, currency, presentment_count, adjustment_count,
  gross_minor, discount_minor, vat_minor, net_minor, label, payout_reference)
VALUES (?, 'TELECOM00000001', 'ONDE0002', 285, 285, '504', 1, 0, 3150, 47, 5, 3098, 'VENTE PAR CARTE 000285', 'P')
"""
_PAYOUT = """
INSERT INTO payout (business_date, merchant_id, reference, rib, currency, presentment_count, gross_minor, discount_minor,
  vat_minor, brought_forward_minor, net_minor, outcome, value_date)
VALUES (?, 'TELECOM00000001', 'P', '', '504', 1, 3150, 47, 5, 0, 3098, 'paid', '2026-11-23')
"""


def close_day(data: Path, rrn: str) -> None:
    """Books with one sale in one remise that is paid."""
    with closing(databases.to_write(data / BOOKS_FILE, SCHEMA)) as books:
        books.execute(_PRESENTMENT, (CLOSED, rrn))
        books.execute(_REMISE, (CLOSED,))
        books.execute(_PAYOUT, (CLOSED,))


async def rrn_of(page: PaymentPage, oid: str) -> str:
    order = await page.store.do(lambda books: books.orders.find("600000000", oid))
    assert order is not None
    return str((order.last("approved") or {})["rrn"])


async def test_a_captured_order_is_settled_when_its_day_is_closed(tmp_path: Path) -> None:
    async with payment_page(tmp_path / "gateway") as page:
        await page.pay("SETTLED-1")
        await page.pay("SETTLED-2")
        close_day(tmp_path / "gateway", await rrn_of(page, "SETTLED-1"))
        await page.comes_to("SETTLED-1", "settled")
        assert await page.state("SETTLED-2") == "captured"
        order = await page.store.do(lambda books: books.orders.find("600000000", "SETTLED-1"))
        assert order is not None
        assert order.last("settle") == {
            "settle_id": "000285",
            "business_date": CLOSED,
            "value_date": "2026-11-23",
            "terminal_id": "ONDE0002",
        }
        assert len(page.shop.heard) == 2, "nobody asked for a second callback"


async def test_a_shop_may_be_called_back_once_more(tmp_path: Path) -> None:
    shop = specs().gateway.shops["600000000"]
    asking = evolve(shop, settled_callback=True)
    known = evolve(specs(), gateway=evolve(specs().gateway, shops={**specs().gateway.shops, asking.client_id: asking}))
    server = ShopServer()
    async with payment_page(tmp_path / "gateway", shop=server) as page:
        page.service._callbacks._specs = known
        await page.pay("SETTLED-3")
        close_day(tmp_path / "gateway", await rrn_of(page, "SETTLED-3"))
        await page.comes_to("SETTLED-3", "settled")
        while len(server.heard) < 2:
            await page.store.do(lambda books: None)
        first, second = server.heard
        assert (first["SettleId"], second["SettleId"]) == ("", "000285")
        assert right(second)
        assert await page.state("SETTLED-3") == "settled"


async def test_what_a_killed_gateway_settled_is_told_by_the_next(tmp_path: Path) -> None:
    told: list[str] = []

    async def tell(order: PageOrder) -> None:
        told.append(order.order_id)

    async with payment_page(tmp_path / "gateway") as page:
        await page.pay("SETTLED-4")
        order = await page.store.do(lambda books: books.orders.find("600000000", "SETTLED-4"))
        assert order is not None
        number = order.number
        await page.store.do(lambda books: books.orders.happen(number, "settle", NOW_MS, {"settle_id": "000001"}))
        desk = SettlingDesk(specs(), page.store, tmp_path / "gateway", clock_ms=lambda: NOW_MS, told=tell)
        async with trio.open_nursery() as nursery:
            await nursery.start(desk.run)
            nursery.cancel_scope.cancel()
    assert told == ["SETTLED-4"]


def test_books_that_are_not_there_settle_nothing(tmp_path: Path) -> None:
    key = PaymentKey(merchant_id="TELECOM00000001", terminal_id="ONDE0002", rrn="1")
    assert settled_remises(tmp_path, [(1, key)]) == {}
    before = last_change(tmp_path)
    (tmp_path / BOOKS_FILE).write_bytes(b"no books at all, but a text of some length")
    assert settled_remises(tmp_path, [(1, key)]) == {}
    assert last_change(tmp_path) != before
