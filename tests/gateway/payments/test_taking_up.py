"""What an earlier version of the page left open when it was killed is taken up by this one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest
import trio
from attrs import evolve

from switch.data_folder import databases
from switch.gateway.front import page_server
from switch.gateway.payments.advice_desk import AdviceDesk
from switch.gateway.site.calling_back import CallbackDesk
from switch.gateway.store.callback_book import Callback
from switch.gateway.store.order_book import GATEWAY_DATABASE, SCHEMA, OrderRefusedError
from switch.gateway.store.writer import Books, Change
from tests.gateway.site.test_legacy_posts import begin as begin_legacy
from tests.support.centre_in_loop import NOW_MS, loopback
from tests.support.payment_page import FRICTIONLESS, LOST, Page, PaymentPage, ShopServer, payment_page

#: What the store of the page was made of in its first version.
TABLES = ("shop_order", "order_event", "sealed_card", "counter", "advice", "callback", "callback_attempt")


def as_the_first_version_left_it(path: Path) -> None:
    """Write a store anew in the first schema."""
    earlier = path.with_name("earlier.db")
    with closing(databases.to_write(earlier, evolve(SCHEMA, scripts=SCHEMA.scripts[:1]))) as connection:
        connection.execute("ATTACH ? AS now", (str(path),))
        for table in TABLES:
            connection.execute(f"INSERT INTO {table} SELECT * FROM now.{table}")
    earlier.replace(path)


@asynccontextmanager
async def after_an_update(
    folder: Path, monkeypatch: pytest.MonkeyPatch, answer: bytes, *, legacy: bool = False
) -> AsyncIterator[PaymentPage]:
    """The page over the store of an earlier version, which wrote an answer of the shop and what came of it in two transactions,
    and was killed between them."""
    shop, died = ShopServer(answer=answer), trio.Event()

    async def killed(desk: CallbackDesk, callback: Callback, attempted: Change, act: str) -> None:
        await desk._store.do(attempted)
        died.set()
        await trio.sleep_forever()

    async with trio.open_nursery() as shops, loopback() as centre:
        await shops.start(shop.serve)
        with monkeypatch.context() as patched:
            patched.setattr(CallbackDesk, "_carried_out", killed)
            patched.setattr(page_server, "PAGE_END_SECONDS", 0.0)  # what is under way never ends
            async with payment_page(folder, centre=centre, shop=shop) as page:
                card: Page = await (begin_legacy(page, "LOST-1") if legacy else page.begin("LOST-1"))
                async with trio.open_nursery() as browsing:
                    browsing.start_soon(page.type_card, card, FRICTIONLESS)
                    await died.wait()
                    browsing.cancel_scope.cancel()
                assert await page.state("LOST-1") == "held"
        as_the_first_version_left_it(folder / GATEWAY_DATABASE)
        async with payment_page(folder, centre=centre, shop=shop) as page:
            yield page
            assert len(shop.heard) == 1, "the shop has answered; it is not asked again"
        shops.cancel_scope.cancel()


async def test_a_capture_that_an_earlier_version_lost_is_made_up_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with after_an_update(tmp_path, monkeypatch, b"ACTION=POSTAUTH") as page:
        await page.comes_to("LOST-1", "captured")


async def test_a_rejected_booking_whose_void_was_lost_is_voided(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with after_an_update(tmp_path, monkeypatch, b"0;Null;Null;1", legacy=True) as page:
        assert await page.state("LOST-1") == "voided"


async def test_a_booking_whose_capture_was_lost_is_captured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with after_an_update(tmp_path, monkeypatch, b"1;LOST-1;20261122;2", legacy=True) as page:
        await page.comes_to("LOST-1", "captured")


async def test_only_what_was_asked_for_and_never_begun_is_taken_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = ShopServer()
    async with trio.open_nursery() as shops, loopback() as centre:
        await shops.start(shop.serve)
        async with payment_page(tmp_path, centre=centre, shop=shop) as page:
            bank = await page.type_card(await page.begin("DECLINED-FIRST"), LOST)
            assert (await page.prove(bank, code="123")).heading == "Payment declined", "and the shop said ACTION=POSTAUTH"
            shop.answer = b"APPROVED"
            for oid in ("DECLINED-FIRST", "LATER", "REFUSED"):
                await page.pay(oid)
                assert await page.state(oid) == "held"
            shop.answer = b"ACTION=POSTAUTH"
            with monkeypatch.context() as patched:
                patched.setattr(AdviceDesk, "owe_capture", _refused)
                await page.pay("CAPTURE-REFUSED")

            def answered(books: Books) -> None:
                """Another whose capture the centre refused."""
                refused = books.orders.find("600000000", "REFUSED")
                assert refused is not None
                paid = (refused.last("approved") or {})["paid"]
                books.orders.answered(books.orders.owe(refused.number, "capture", paid, paid).id, "12")
                books.connection.execute(
                    "UPDATE callback_attempt SET verdict = 'capture' WHERE callback_id IN"
                    " (SELECT id FROM callback WHERE order_no = ?)",
                    (refused.number,),
                )

            await page.store.do(answered)
        async with payment_page(tmp_path, centre=centre, shop=shop) as page:
            assert await page.store.do(lambda books: books.orders.advices()) == []
            for oid in ("DECLINED-FIRST", "LATER", "REFUSED", "CAPTURE-REFUSED"):
                assert await page.state(oid) == "held", oid
        shops.cancel_scope.cancel()


def _refused(*_: object) -> None:
    raise OrderRefusedError("found an order that is odd, expected another")


async def test_the_callback_of_a_decline_captures_no_payment_that_was_approved_since(tmp_path: Path) -> None:
    shop, now = ShopServer(answer=b"not now"), [NOW_MS]
    async with payment_page(tmp_path, shop=shop, clock_ms=lambda: now[0]) as page:
        bank = await page.type_card(await page.begin("TWICE-1"), LOST)
        assert (await page.prove(bank, code="123")).heading == "Payment declined"
        shop.answer = b"APPROVED"
        await page.pay("TWICE-1")
        shop.answer = b"ACTION=POSTAUTH"
        now[0] += 60_000
        with trio.fail_after(10):
            while len(page.shop.heard) < 3:
                await trio.lowlevel.checkpoint()
            while any(each.state == "waiting" for each in await page.store.do(lambda books: books.callbacks.all())):
                await trio.lowlevel.checkpoint()
        assert [each["Response"] for each in shop.heard] == ["Declined", "Approved", "Declined"]
        owed = await page.store.do(lambda books: books.connection.execute("SELECT kind FROM advice").fetchall())
        assert owed == []
