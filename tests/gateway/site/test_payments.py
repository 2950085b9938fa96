"""Payments on the page, from the shop's form to the shop's answer: real sockets, a real centre behind them."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import trio
from attrs import evolve

from switch.gateway.protocol.hash_rules import signed
from switch.gateway.site.calling_back import REPEATS_AT_ONCE_MAX
from switch.gateway.site.sessions import Sessions
from switch.gateway.store.writer import Books, StoreWriter
from tests.support.centre_in_loop import NOW_MS, loopback
from tests.support.payment_page import CHALLENGED, FRICTIONLESS, LOST, STRONG, ShopServer, deaf_server, payment_page, right


def bare(fields: dict[str, str]) -> dict[str, str]:
    """A form without its hash."""
    return {name: value for name, value in fields.items() if name != "HASH"}


async def test_a_payment_is_authorized_called_back_captured_and_led_back(tmp_path: Path) -> None:
    async with payment_page(tmp_path / "gateway") as page:
        end = await page.pay("ORDER-1")
        url, fields = end.form()
        assert end.heading == "Payment approved"
        assert url == f"{page.shop.url}/ok"
        assert right(fields)
        assert (fields["Response"], fields["ProcReturnCode"], fields["oid"]) == ("Approved", "00", "ORDER-1")
        assert (fields["mdStatus"], fields["eci"], fields["BillToName"]) == ("2", "07", "Zoé | Testeuse")
        assert fields["maskedCreditCard"] == "4000 00** **** 0010"
        (heard,) = page.shop.heard
        assert right(heard)
        assert (heard["callbackCall"], heard["Response"], heard["AuthCode"]) == ("true", "Approved", fields["AuthCode"])
        assert await page.state("ORDER-1") == "captured"


async def test_a_challenge_proves_the_holder_to_shop_and_bank(tmp_path: Path) -> None:
    async with payment_page(tmp_path / "gateway") as page:
        bank = await page.type_card(await page.begin("ORDER-2", TranType="Auth"), CHALLENGED)
        assert bank.heading == "Authentication by your bank"
        wrong = await page.prove(bank, code="999")
        assert "This code is not right." in wrong.text
        end = await page.prove(wrong, code="123")
        fields = end.form()[1]
        assert (fields["mdStatus"], fields["txstatus"], fields["eci"]) == ("1", "Y", "05")
        assert fields["cavv"]
        told = [message for message in page.centre.heard["atlas"] if message.mti == "0200"]
        assert told, "the issuer was asked"
        assert await page.state("ORDER-2") == "captured"


@pytest.mark.parametrize(
    ("result", "heading", "md_status", "asked"),
    [
        ("frictionless", "Payment approved", "1", True),
        ("attempted", "Payment approved", "4", True),
        ("not enrolled", "Payment approved", "2", True),
        ("unavailable", "Payment approved", "5", True),
        ("rejected", "Payment declined", "0", False),
        ("failed", "Payment declined", "0", False),
    ],
)
async def test_the_result_can_be_chosen_on_the_page_of_the_bank(
    tmp_path: Path, result: str, heading: str, md_status: str, asked: bool
) -> None:
    async with payment_page(tmp_path / "gateway") as page:
        before = len(page.centre.heard["atlas"])
        bank = await page.type_card(await page.begin("ORDER-3"), CHALLENGED)
        end = await page.prove(bank, result=result)
        assert end.heading == heading
        assert end.form()[1]["mdStatus"] == page.shop.heard[-1]["mdStatus"] == md_status
        assert (len(page.centre.heard["atlas"]) > before) == asked


async def test_three_wrong_codes_end_the_try(tmp_path: Path) -> None:
    async with payment_page(tmp_path / "gateway") as page:
        bank = await page.type_card(await page.begin("ORDER-4"), CHALLENGED)
        for _ in range(3):
            bank = await page.prove(bank, code="000")
        assert bank.heading == "Payment declined"
        assert bank.form()[1]["txstatus"] == "N"
        assert await page.state("ORDER-4") == "declined"


async def test_a_declined_order_may_be_posted_again_and_a_paid_one_not(tmp_path: Path) -> None:
    async with payment_page(tmp_path / "gateway") as page:
        end = await page.pay("ORDER-5", LOST)
        assert end.heading == "Payment declined"
        assert end.form()[0] == f"{page.shop.url}/fail"
        assert (await page.pay("ORDER-5")).heading == "Payment approved"
        again = await page.begin("ORDER-5")
        assert again.answer.status == 409
        assert "&#39;ORDER-5&#39; that is paid" in again.text
        assert [each["Response"] for each in page.shop.heard] == ["Declined", "Approved"]


@pytest.mark.parametrize(
    ("answer", "state"),
    [(b"APPROVED", "held"), (b"FAILURE", "held"), (b"<html>no", "held"), (b"ACTION=POSTAUTH\n", "captured")],
)
async def test_the_answer_of_the_shop_decides_the_capture(tmp_path: Path, answer: bytes, state: str) -> None:
    async with payment_page(tmp_path / "gateway", shop=ShopServer(answer=answer)) as page:
        assert (await page.pay("ORDER-6")).heading == "Payment approved"
        assert await page.state("ORDER-6") == state


async def test_a_soft_decline_leads_to_the_page_of_the_bank(tmp_path: Path) -> None:
    async with payment_page(tmp_path / "gateway") as page:
        bank = await page.type_card(await page.begin("ORDER-7"), STRONG)
        again = await page.prove(bank, result="not enrolled")
        assert again.heading == "Authentication by your bank"
        assert "Your bank asks for authentication of this payment." in again.text
        assert page.shop.heard == [], "nothing is decided yet"
        end = await page.prove(again, code="123")
        assert end.heading == "Payment approved"
        assert end.form()[1]["eci"] == "05"


async def test_the_same_form_twice_is_one_payment(tmp_path: Path) -> None:
    async with payment_page(tmp_path / "gateway") as page:
        card = await page.begin("ORDER-8", TranType="Auth")
        ends = []

        async def click() -> None:
            ends.append(await page.type_card(card, FRICTIONLESS))

        async with trio.open_nursery() as nursery:
            nursery.start_soon(click)
            nursery.start_soon(click)
        assert [end.heading for end in ends] == ["Payment approved"] * 2
        assert len(page.shop.heard) == 1
        back = await page.browser.get(card.url)
        assert back.heading == "Payment approved", "the back button shows where the order stands"


async def test_two_tabs_pay_once(tmp_path: Path) -> None:
    async with payment_page(tmp_path / "gateway") as page:
        one, other = await page.begin("ORDER-9"), await page.begin("ORDER-9")
        first = await page.type_card(one, FRICTIONLESS)
        assert first.heading == "Order opened again", "it is paid as the shop posted it last"
        assert (await page.type_card(other, FRICTIONLESS)).heading == "Payment approved"
        assert len(page.shop.heard) == 1


async def test_a_tab_is_not_paid_with_the_amount_of_another(tmp_path: Path) -> None:
    async with payment_page(tmp_path / "gateway") as page:
        one = await page.begin("ORDER-23", amount="500.00", TranType="Auth")
        other = await page.begin("ORDER-23", amount="5.00", TranType="Auth")
        assert (await page.type_card(one, FRICTIONLESS)).heading == "Order opened again"
        end = await page.type_card(other, FRICTIONLESS)
        assert "5.00" in end.text
        assert end.form()[1]["amount"] == page.shop.heard[-1]["amount"] == "5.00"
        asked = [each.elements[4] for heard in page.centre.heard.values() for each in heard if each.mti == "0200"]
        assert asked == ["000000000500"]


async def test_a_tab_that_was_declined_answers_for_itself_alone(tmp_path: Path) -> None:
    async with payment_page(tmp_path / "gateway") as page:
        one = await page.begin("ORDER-24", amount="500.00", TranType="Auth")
        assert (await page.prove(await page.type_card(one, LOST), code="123")).heading == "Payment declined"
        assert (await page.pay("ORDER-24", amount="5.00", TranType="Auth")).heading == "Payment approved"
        again = await page.browser.get(one.url)
        fields = again.form()[1]
        assert (again.heading, fields["Response"], fields["amount"]) == ("Payment declined", "Declined", "500.00")


async def test_a_paid_order_outlives_the_time_of_another_tab(tmp_path: Path) -> None:
    now = [NOW_MS]
    async with payment_page(tmp_path / "gateway", shop=ShopServer(answer=b"APPROVED"), clock_ms=lambda: now[0]) as page:
        one, other = await page.begin("ORDER-25"), await page.begin("ORDER-25")
        assert (await page.type_card(other, FRICTIONLESS)).heading == "Payment approved"
        now[0] += 2_701_000
        assert (await page.browser.get(one.url)).heading == "Order already paid", "and not that nothing was charged"
        assert await page.state("ORDER-25") == "held"
        order = await page.store.do(lambda books: books.orders.find("600000000", "ORDER-25"))
        assert order is not None
        assert await page.desk.capture(order.number, page.service.profile.shops["600000000"]) == "00"


async def test_a_tab_is_cancelled_for_itself_alone(tmp_path: Path) -> None:
    async with payment_page(tmp_path / "gateway") as page:
        one, other = await page.begin("ORDER-26"), await page.begin("ORDER-26")
        assert (await page.browser.post(*one.form(1))).heading == "Order opened again"
        assert (await page.type_card(other, FRICTIONLESS)).heading == "Payment approved"


async def test_whoever_leaves_the_page_of_the_bank_can_begin_anew(tmp_path: Path) -> None:
    async with payment_page(tmp_path / "gateway") as page:
        left = await page.type_card(await page.begin("ORDER-19"), CHALLENGED)
        again = await page.type_card(await page.begin("ORDER-19"), CHALLENGED)
        assert again.heading == "Authentication by your bank"
        stale = await page.prove(left, code="123")
        assert stale.heading == "Order opened again", "it is paid in the window that was opened last"
        assert (await page.prove(again, code="123")).heading == "Payment approved"
        assert len(page.shop.heard) == 1


async def test_a_shops_own_page_may_ask_for_the_card(tmp_path: Path) -> None:
    async with payment_page(tmp_path / "gateway") as page:
        signed_form = page.order("ORDER-20", storetype="3D_PAY", TranType="Auth")
        card = {
            "pan": CHALLENGED,
            "cv2": "000",
            "Ecom_Payment_Card_ExpDate_Month": "12",
            "Ecom_Payment_Card_ExpDate_Year": "29",
            "cardType": "3",
        }
        bank = await page.browser.post(page.base + "/fim/est3Dgate", {**signed_form, **card})
        assert bank.heading == "Authentication by your bank"
        end = await page.prove(bank, code="123")
        fields = end.form()[1]
        assert fields["Response"] == "Approved"
        assert CHALLENGED not in fields.values()
        assert "cv2" not in fields


async def test_a_shop_without_callbacks_is_answered_by_the_browser_alone(tmp_path: Path) -> None:
    async with payment_page(tmp_path / "gateway") as page:
        end = await page.pay("ORDER-21", callbackUrl="", TranType="Auth")
        assert right(end.form()[1])
        assert page.shop.heard == []


async def test_a_session_of_three_tries_ends_with_the_third(tmp_path: Path) -> None:
    async with payment_page(tmp_path / "gateway") as page:
        form = signed(bare(page.order("ORDER-22", clientid="610000000")), "TEST5678")
        now = await page.browser.post(page.base + "/north/fim/est3Dgate", form)
        for _ in range(2):
            bank = await page.type_card(now, LOST)
            now = await page.prove(bank, code="123")
            assert "You can try again with another card." in now.text
        end = await page.prove(await page.type_card(now, LOST), code="123")
        assert end.heading == "Payment declined"
        assert len(page.shop.heard) == 3, "the shop is told of each"


async def test_cancel_leads_back_also_where_the_page_died_before_its_answer(tmp_path: Path) -> None:
    async with payment_page(tmp_path / "gateway") as page:
        card = await page.begin("ORDER-32")
        action, hidden = card.form(1)
        cancelled = await page.browser.post(action, hidden)
        page.service.sessions = Sessions()  # as after a restart
        address = action.removesuffix("/cancel")
        assert (await page.browser.get(address)).heading == "Payment cancelled"
        assert (await page.browser.post(action, hidden)).url == cancelled.url == f"{page.shop.url}/fail"
        expired = await page.begin("ORDER-33", sessiontimeout="30")
        found = await page.store.do(lambda books: books.orders.find("600000000", "ORDER-33"))
        assert found is not None
        await page.store.do(lambda books: books.orders.happen(found.number, "expire", NOW_MS, {}))
        page.service.sessions = Sessions()
        assert (await page.browser.get(expired.url)).heading == "Session ended"


async def test_cancel_leads_back_by_get(tmp_path: Path) -> None:
    async with payment_page(tmp_path / "gateway") as page:
        card = await page.begin("ORDER-10")
        action, hidden = card.form(1)
        away = await page.browser.post(action, hidden)
        assert away.url == f"{page.shop.url}/fail"
        assert await page.state("ORDER-10") == "abandoned"
        assert (await page.pay("ORDER-10")).heading == "Payment approved"


async def test_a_session_ends_in_time(tmp_path: Path) -> None:
    now = [NOW_MS]
    async with payment_page(tmp_path / "gateway", clock_ms=lambda: now[0]) as page:
        card = await page.begin("ORDER-11", sessiontimeout="30")
        now[0] += 31_000
        late = await page.type_card(card, FRICTIONLESS)
        assert late.heading == "Session ended"
        assert await page.state("ORDER-11") == "abandoned"


async def test_a_silent_centre_leaves_doubt_that_is_reversed(tmp_path: Path) -> None:
    async with loopback() as centre, deaf_server() as port:
        async with payment_page(tmp_path / "gateway", centre=centre, answer_seconds=0.05, port=port) as page:
            end = await page.pay("ORDER-12")
            fields = end.form()[1]
            assert (end.heading, fields["Response"], fields["ProcReturnCode"]) == ("Payment declined", "Error", "99")
            assert await page.state("ORDER-12") == "in doubt", fields["ErrMsg"]
            assert (await page.begin("ORDER-12")).answer.status == 409, "nobody pays what may be paid already"
        async with payment_page(tmp_path / "gateway", centre=centre) as page:
            await page.comes_to("ORDER-12", "failed")
            assert (await page.pay("ORDER-12")).heading == "Payment approved"


async def test_a_gateway_that_dies_as_it_asks_undoes_and_tells(tmp_path: Path) -> None:
    shop = ShopServer()
    async with trio.open_nursery() as shops:
        await shops.start(shop.serve)
        async with loopback() as centre, deaf_server() as port:
            async with payment_page(tmp_path / "gateway", centre=centre, shop=shop, answer_seconds=60, port=port) as page:
                card = await page.begin("ORDER-18")
                async with trio.open_nursery() as browsing:
                    browsing.start_soon(page.type_card, card, FRICTIONLESS)
                    await page.comes_to("ORDER-18", "authorizing")
                    browsing.cancel_scope.cancel()
            assert shop.heard == []
            async with payment_page(tmp_path / "gateway", centre=centre, shop=shop) as page:
                await page.comes_to("ORDER-18", "failed")
                with trio.fail_after(10):
                    while not shop.heard:
                        await trio.lowlevel.checkpoint()
            assert [each["Response"] for each in shop.heard] == ["Error"]
            assert right(shop.heard[0])
        shops.cancel_scope.cancel()


async def test_nobody_home_is_an_error_and_nothing_is_owed(tmp_path: Path) -> None:
    async with loopback(issuers=()) as centre, payment_page(tmp_path / "gateway", centre=centre, port=1) as page:
        end = await page.pay("ORDER-13")
        assert end.form()[1]["Response"] == "Error"
        assert await page.state("ORDER-13") == "failed"


async def test_after_a_restart_the_browser_finds_its_order(tmp_path: Path) -> None:
    async with loopback() as centre:
        async with payment_page(tmp_path / "gateway", centre=centre) as page:
            card = await page.begin("ORDER-14")
            await page.type_card(card, FRICTIONLESS)
            path = card.url.removeprefix(page.base)
        async with payment_page(tmp_path / "gateway", centre=centre) as page:
            end = await page.browser.get(page.base + path)
            assert end.heading == "Payment approved"
            assert right(end.form()[1])
            assert page.shop.heard == [], "the shop was told before"


async def test_a_callback_that_fails_is_sent_again(tmp_path: Path) -> None:
    shop, now = ShopServer(status=500), [NOW_MS]
    async with payment_page(tmp_path / "gateway", shop=shop, clock_ms=lambda: now[0]) as page:
        assert (await page.pay("ORDER-15")).heading == "Payment approved"
        assert await page.state("ORDER-15") == "held"
        shop.status = 200
        now[0] += 6_000
        await page.comes_to("ORDER-15", "captured")
        first, second = page.shop.heard
        assert first == second
        assert len(set(page.shop.events)) == 1, "one event, however often it is sent"


@pytest.mark.parametrize("writes", range(4))
async def test_a_page_that_dies_after_the_shop_accepted_still_captures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, writes: int
) -> None:
    shop, now, died, do = ShopServer(), [NOW_MS], trio.Event(), StoreWriter.do
    left = [writes]

    async def until_death(store: StoreWriter, change: Callable[[Books], Any], **how: Any) -> Any:
        """The store of a page that is killed when it has written so often since the shop answered."""
        if shop.heard:
            if left[0] == 0:
                died.set()
                await trio.sleep_forever()
            left[0] -= 1
        return await do(store, change, **how)

    async with trio.open_nursery() as shops:
        await shops.start(shop.serve)
        async with loopback() as centre:
            with monkeypatch.context() as patched:
                patched.setattr(StoreWriter, "do", until_death)
                async with payment_page(tmp_path / "gateway", centre=centre, shop=shop) as page:
                    card = await page.begin("ORDER-31")
                    async with trio.open_nursery() as browsing:
                        browsing.start_soon(page.type_card, card, FRICTIONLESS)
                        await died.wait()
                        browsing.cancel_scope.cancel()
            now[0] += 60_000
            async with payment_page(tmp_path / "gateway", centre=centre, shop=shop, clock_ms=lambda: now[0]) as page:
                await page.comes_to("ORDER-31", "captured")
                assert len(set(shop.events)) == 1
        shops.cancel_scope.cancel()


async def test_a_shop_that_is_silent_holds_up_neither_another_nor_its_own_first_calls(tmp_path: Path) -> None:
    silent = ShopServer(silent=True)
    async with trio.open_nursery() as shops:
        await shops.start(silent.serve)
        async with payment_page(tmp_path / "gateway") as page:
            await page.pay("ORDER-27", callbackUrl="")
            order = await page.store.do(lambda books: books.orders.find("600000000", "ORDER-27"))
            assert order is not None

            def owe(books: Books) -> None:
                for each in range(150):
                    books.callbacks.add(f"owed-{each}", order, NOW_MS, f"{silent.url}/callback", {"oid": "ORDER-27"})

            await page.store.do(owe)
            with trio.fail_after(5):
                while len(silent.heard) < REPEATS_AT_ONCE_MAX:
                    await trio.lowlevel.checkpoint()
                assert (await page.pay("ORDER-28")).heading == "Payment approved"
                other = signed(bare(page.order("ORDER-29", clientid="610000000")), "TEST5678")
                card = await page.browser.post(page.base + "/north/fim/est3Dgate", other)
                bank = await page.type_card(card, CHALLENGED)
                assert (await page.prove(bank, code="123")).heading == "Payment approved"
            assert [each["oid"] for each in page.shop.heard] == ["ORDER-28", "ORDER-29"]
            assert len(silent.heard) == REPEATS_AT_ONCE_MAX
        shops.cancel_scope.cancel()


def kept_texts(folder: Path) -> Iterator[str]:
    """All that is kept in a folder and the folders in it: each value of each table, and each other file as a whole."""
    for file in folder.rglob("*"):
        if not file.is_file():
            continue
        content = file.read_bytes()
        yield content.decode("latin-1")
        if content.startswith(b"SQLite format 3"):
            with closing(sqlite3.connect(file)) as db:
                for (table,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
                    yield from (str(value) for row in db.execute(f'SELECT * FROM "{table}"') for value in row)


async def test_no_card_number_no_code_and_no_expiry_is_kept(tmp_path: Path) -> None:
    card = {"cv2": "739", "Ecom_Payment_Card_ExpDate_Month": "12", "Ecom_Payment_Card_ExpDate_Year": "2029"}
    async with payment_page(tmp_path / "gateway") as page:
        assert (await page.pay("ORDER-16", CHALLENGED, card=card)).heading == "Payment approved"
        assert (await page.pay("ORDER-17", LOST, card=card)).heading == "Payment declined"
        assert "form" in (await page.type_card(await page.begin("ORDER-30"), CHALLENGED, **{**card, "terms": ""})).text
        with trio.fail_after(10):
            while not [*(tmp_path / "gateway").rglob("*.eml")]:
                await trio.lowlevel.checkpoint()
    kept = "\n".join(kept_texts(tmp_path))
    assert "ORDER-16" in kept
    assert "987601******3560" in kept, "it is looked into the tables"
    assert "zoe@shop.example" in kept, "and into the messages"
    assert CHALLENGED not in kept
    assert LOST not in kept
    for secret in ("739", "2912", "1229", "12/29", "12/2029", "2029-12", "12-2029"):
        assert not re.search(rf"(?<![0-9A-Za-z]){secret}(?![0-9A-Za-z])", kept), secret


async def test_a_callback_that_was_answered_meanwhile_is_not_sent_again(tmp_path: Path) -> None:
    async with payment_page(tmp_path / "gateway") as page:
        await page.pay("ORDER-30")
        (callback,) = await page.store.do(lambda books: books.callbacks.all("ORDER-30"))
        assert callback.state == "answered"
        found_before_that = evolve(callback, state="waiting", tries=0)
        await page.service._callbacks._sent_again(found_before_that)
        assert len(page.shop.heard) == 1
