"""Banks that answer late: the shopper waits, one payment comes of it, and none where the answer comes too late."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest
import trio

from switch.gateway.site.late_banks import BANK_SECONDS, LateBanks
from switch.gateway.site.sessions import PageSession
from switch.specs.gateway.gateway_profile import LATE_SECONDS
from tests.support.centre_in_loop import NOW_MS, loopback, specs
from tests.support.payment_page import CHALLENGED, Page, PaymentPage, deaf_server, payment_page, right

WAITING = "Waiting for your bank"


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.ms = NOW_MS

    def __call__(self) -> int:
        return self.ms


async def waiting(page: PaymentPage, oid: str, result: Literal["late", "too late"], **more: str) -> Page:
    bank = await page.type_card(await page.begin(oid, **more), CHALLENGED)
    return await page.prove(bank, result=result)


def asked(page: PaymentPage) -> list[str]:
    return [each.mti for each in page.centre.heard["atlas"] if each.mti in ("0100", "0200", "0400")]


async def test_a_late_answer_pays_once(tmp_path: Path) -> None:
    clock = Clock()
    async with payment_page(tmp_path / "gateway", clock_ms=clock) as page:
        now = await waiting(page, "LATE-1", "late", TranType="Auth")
        assert now.heading == WAITING
        assert (await page.browser.get(now.url)).heading == WAITING
        assert (asked(page), page.shop.heard, await page.state("LATE-1")) == ([], [], "authenticating")
        clock.ms += LATE_SECONDS * 1000
        end = await page.browser.get(now.url)
        assert end.heading == "Payment approved"
        fields = end.form()[1]
        assert (fields["mdStatus"], fields["txstatus"], fields["eci"], fields["Response"]) == ("1", "Y", "05", "Approved")
        assert right(fields)
        clock.ms += BANK_SECONDS * 1000
        assert (await page.browser.get(now.url)).heading == "Payment approved"
        assert (asked(page), len(page.shop.heard), await page.state("LATE-1")) == (["0200"], 1, "captured")


async def test_a_payment_goes_on_where_the_shopper_has_closed_the_window(tmp_path: Path) -> None:
    clock = Clock()
    async with payment_page(tmp_path / "gateway", clock_ms=clock) as page:
        await waiting(page, "LATE-2", "late", TranType="Auth")
        clock.ms += LATE_SECONDS * 1000
        await page.comes_to("LATE-2", "captured")
        with trio.fail_after(10):
            while not page.shop.heard:
                await trio.lowlevel.checkpoint()


@pytest.mark.parametrize("session", ["30", "1800"])
async def test_an_answer_that_is_too_late_charges_nothing_and_everybody_says_so(tmp_path: Path, session: str) -> None:
    clock = Clock()
    async with payment_page(tmp_path / "gateway", clock_ms=clock) as page:
        now = await waiting(page, "LATE-3", "too late", sessiontimeout=session)
        clock.ms += BANK_SECONDS * 1000
        end = await page.browser.get(now.url)
        assert end.heading == "Payment declined"
        url, fields = end.form()
        (heard,) = page.shop.heard
        for told in (fields, heard):
            assert (told["Response"], told["ProcReturnCode"], told["mdStatus"], told["txstatus"]) == (
                "Declined",
                "99",
                "6",
                "U",
            )
            assert (told["eci"], told["cavv"], told["ErrMsg"]) == (
                "",
                "",
                "3-D Secure: the issuing bank did not answer in time",
            )
        assert url == f"{page.shop.url}/fail"
        clock.ms += 10_000
        await noted(page, "LATE-3")
        assert (asked(page), await page.state("LATE-3"), len(page.shop.heard)) == ([], "declined", 1)
        assert (await page.browser.get(now.url)).heading == "Payment declined"
        assert (await page.pay("LATE-3")).heading == "Payment approved", "the shop may post it again"
        assert len(page.shop.heard) == 2


async def noted(page: PaymentPage, oid: str) -> None:
    """Wait until the order's last event is that of an answer that nobody waits for."""
    with trio.fail_after(10):
        while True:
            order = await page.store.do(lambda books: books.orders.find("600000000", oid))
            if order is not None and order.events[-1].event == "authentication too late":
                return


async def test_a_shopper_who_waits_may_give_up(tmp_path: Path) -> None:
    clock = Clock()
    async with payment_page(tmp_path / "gateway", clock_ms=clock) as page:
        now = await waiting(page, "LATE-4", "late")
        away = await page.browser.post(*now.form())
        assert away.url == f"{page.shop.url}/fail"
        clock.ms += LATE_SECONDS * 1000
        await noted(page, "LATE-4")
        assert (asked(page), page.shop.heard, await page.state("LATE-4")) == ([], [], "abandoned")


async def test_another_window_pays_meanwhile_and_the_late_answer_pays_nothing(tmp_path: Path) -> None:
    clock = Clock()
    async with payment_page(tmp_path / "gateway", clock_ms=clock) as page:
        now = await waiting(page, "LATE-5", "late", TranType="Auth")
        assert (await page.pay("LATE-5", CHALLENGED, TranType="Auth")).heading == "Payment approved"
        clock.ms += LATE_SECONDS * 1000
        assert (await page.browser.get(now.url)).heading == "Order opened again"
        assert (asked(page), len(page.shop.heard)) == (["0200"], 1)


async def test_a_late_answer_before_a_centre_that_is_silent_is_in_doubt_and_reversed(tmp_path: Path) -> None:
    clock = Clock()
    async with loopback() as centre:
        async with (
            deaf_server() as port,
            payment_page(tmp_path / "gateway", centre=centre, clock_ms=clock, port=port, answer_seconds=0.05) as page,
        ):
            now = await waiting(page, "LATE-6", "late", TranType="Auth")
            clock.ms += LATE_SECONDS * 1000
            end = await page.browser.get(now.url)
            assert end.form()[1]["Response"] == "Error"
            assert await page.state("LATE-6") == "in doubt"
            assert [each.kind for each in await page.store.do(lambda books: books.orders.advices())] == ["reversal"]
        async with payment_page(tmp_path / "gateway", centre=centre, clock_ms=clock) as page:
            await page.comes_to("LATE-6", "failed")


def test_each_session_is_decided_once() -> None:
    banks, session = LateBanks(), _session()
    banks.ask(session, "late", 40, NOW_MS)
    assert banks.decided(NOW_MS + 29_999) == []
    assert banks.decided(NOW_MS + 40_000) == [(session, "too late")], "the answer comes after the page has stopped waiting"
    assert banks.decided(NOW_MS + 41_000) == []
    assert banks.came_too_late(NOW_MS + 39_999) == []
    assert banks.came_too_late(NOW_MS + 40_000) == [session.number]
    assert banks.came_too_late(NOW_MS + 50_000) == []


def _session() -> PageSession:
    from switch.gateway.protocol.payment_request import payment_request
    from switch.gateway.protocol.posted import Posted

    fields = {"clientid": "600000000", "oid": "A", "amount": "1.00", "currency": "504", "storetype": "3D_PAY_HOSTING"}
    more = {"okUrl": "http://a.example/ok", "failUrl": "http://a.example/no", "TranType": "Auth", "lang": "en"}
    request, errors = payment_request(Posted(tuple({**fields, **more, "hashAlgorithm": "ver3", "rnd": "1"}.items())))
    assert request is not None, errors
    profile = specs().gateway
    return PageSession(
        token="t",
        number=7,
        shop=profile.shops["600000000"],
        acquirer=profile.acquirers["cmi"],
        request=request,
        language="en",
        client_ip="127.0.0.1",
        deadline_ms=NOW_MS + 1_800_000,
    )
