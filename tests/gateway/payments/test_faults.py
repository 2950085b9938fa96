"""A fault of ours in the middle of one order, callback or session: it is told, and all others go on."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import pytest
import trio

from switch.errors import UnansweredError
from switch.gateway.payments.faults import OthersGoOn
from switch.gateway.site.http_call import call, post_form
from switch.gateway.store.order_book import NOT_MAILED, PageOrder
from switch.gateway.store.writer import Books
from tests.support.centre_in_loop import NOW_MS, loopback
from tests.support.payment_page import FRICTIONLESS, PaymentPage, ShopServer, payment_page


def test_a_fault_is_one_line_and_says_nothing_of_what_it_was_about(capsys: pytest.CaptureFixture[str]) -> None:
    with OthersGoOn():
        raise ValueError("4000000000000010")
    told = capsys.readouterr().err
    assert told.startswith("switch: a fault of the payment page: ValueError at test_faults.py:")
    assert "4000" not in told
    assert told.count("\n") == 1


def _found(oid: str, books: Books) -> PageOrder | None:
    return books.orders.find("600000000", oid)


async def _events(page: PaymentPage, oid: str) -> list[str]:
    order = await page.store.do(partial(_found, oid))
    assert order is not None
    return [each.event for each in order.events]


async def _noted(page: PaymentPage, oid: str, event: str) -> None:
    with trio.fail_after(10):
        while event not in await _events(page, oid):
            await trio.lowlevel.checkpoint()


async def test_a_receipt_that_cannot_be_made_holds_up_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with payment_page(tmp_path / "gateway") as page:
        desk: Any = page.service.receipts
        real = desk._message

        def message(order: Any, receipt: Any) -> Any:
            if order.order_id == "FAULT-1":
                raise ValueError("Header values may not contain linefeed or carriage return characters")
            return real(order, receipt)

        monkeypatch.setattr(desk, "_message", message)
        for oid in ("FAULT-1", "FAULT-2"):
            assert (await page.pay(oid)).heading == "Payment approved"
        await _noted(page, "FAULT-2", "receipt mailed")
        assert NOT_MAILED in await _events(page, "FAULT-1"), "it is not tried again"


async def test_a_callback_with_a_fault_is_an_attempt_and_holds_up_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def post(url: str, fields: Any, *more: Any, **named: Any) -> Any:
        if dict(fields)["oid"] == "FAULT-3":
            raise KeyError("of ours")
        return await post_form(url, fields, *more, **named)

    monkeypatch.setattr("switch.gateway.site.calling_back.post_form", post)
    async with payment_page(tmp_path / "gateway") as page:
        assert (await page.pay("FAULT-3")).heading == "Payment approved", "the shopper is led back all the same"
        (callback,) = await page.store.do(lambda books: books.callbacks.all("FAULT-3"))
        assert (callback.state, callback.tries) == ("waiting", 1), "it is sent again later, and not at once"
        (attempt,) = await page.store.do(lambda books: books.callbacks.attempts(callback.id))
        assert attempt.remark == "a fault of the payment page: KeyError"
        assert (await page.pay("FAULT-4")).heading == "Payment approved"
        assert await page.state("FAULT-4") == "captured"


async def test_a_callback_that_cannot_be_made_undoes_no_approval_and_is_made_by_the_next_life(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def words(*_: Any) -> Any:
        raise KeyError("of ours")

    shop = ShopServer()
    async with trio.open_nursery() as shops, loopback() as centre:
        await shops.start(shop.serve)
        with monkeypatch.context() as patched:
            patched.setattr("switch.gateway.site.calling_back.for_server", words)
            async with payment_page(tmp_path / "gateway", centre=centre, shop=shop) as page:
                assert (await page.pay("FAULT-9")).heading == "Payment approved"
                assert await page.state("FAULT-9") == "held"
                assert shop.heard == []
        async with payment_page(tmp_path / "gateway", centre=centre, shop=shop) as page:
            await page.comes_to("FAULT-9", "captured")
            assert len(shop.heard) == 1
        shops.cancel_scope.cancel()


async def test_an_advice_with_a_fault_holds_up_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with payment_page(tmp_path / "gateway") as page:
        for oid in ("FAULT-5", "FAULT-6"):
            await page.pay(oid, callbackUrl="")
        advices: Any = page.desk._advices
        real, line, deaf = advices._deliver, advices._side._line, [True]
        ask = line.ask

        async def unheard(message: Any, seconds: float) -> Any:
            if deaf[0]:
                raise UnansweredError("dropped")
            return await ask(message, seconds)

        async def deliver(advice: Any) -> Any:
            if (await page.store.do(lambda books: books.orders.order(advice.order_no))).order_id == "FAULT-5":
                raise KeyError("of ours")
            return await real(advice)

        monkeypatch.setattr(advices, "_deliver", deliver)
        monkeypatch.setattr(line, "ask", unheard)
        shop = page.service.profile.shops["600000000"]
        for oid in ("FAULT-5", "FAULT-6"):
            order: Any = await page.store.do(partial(_found, oid))
            with pytest.raises(UnansweredError):
                await page.desk.capture(order.number, shop)
        deaf[0] = False
        advices.wake()
        await page.comes_to("FAULT-6", "captured")
        assert await page.state("FAULT-5") == "held"


async def test_a_session_whose_end_has_a_fault_holds_up_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("switch.gateway.site.service.EXPIRY_LOOK_SECONDS", 0.01)
    now = [NOW_MS]
    async with payment_page(tmp_path / "gateway", clock_ms=lambda: now[0]) as page:
        for oid in ("FAULT-7", "FAULT-8"):
            await page.begin(oid, sessiontimeout="30")
        service: Any = page.service
        real, spoilt = service._expire, iter([True])

        async def expire(session: Any) -> None:
            if next(spoilt, False):
                raise KeyError("of ours")
            await real(session)

        monkeypatch.setattr(service, "_expire", expire)
        now[0] += 31_000
        await page.comes_to("FAULT-8", "abandoned")
        assert (await page.pay("FAULT-9", FRICTIONLESS)).heading == "Payment approved"


async def test_a_request_that_meets_a_fault_is_answered_and_says_nothing_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def spoilt(*given: Any, **named: Any) -> Any:
        raise KeyError("4000000000000010")

    monkeypatch.setattr("switch.gateway.api.api_desk.api_request", spoilt)
    monkeypatch.setattr("switch.gateway.receipts.receipt_links.ReceiptLinks.read", spoilt)
    async with payment_page(tmp_path / "gateway") as page:
        answers = [await call("POST", page.base + "/fim/api", b"<x/>"), await call("GET", page.base + "/receipt/1-2-3")]
    for answer in answers:
        assert answer.status == 500
        assert b"The payment page has a fault" in answer.body.replace(b"the payment", b"The payment")
        assert b"4000" not in answer.body
    told = capsys.readouterr().err
    assert "Traceback" not in told
    assert told.count("a fault of the payment page: KeyError") == 2
