"""The merchant's office over HTTP: signing in, a merchant's own payments and nobody else's, and forms that move money once."""

from __future__ import annotations

import json
import re
from importlib import resources
from pathlib import Path
from typing import get_args

import pytest
import trio
import trio.testing

from switch.gateway.front.page_frame import words
from switch.gateway.office.office_desk import SIGN_INS_AT_ONCE, SIGN_INS_WAITING_MAX, TRIES_OF_PAIR
from switch.gateway.office.office_sessions import IDLE_MINUTES, SESSION_HOURS, SESSIONS_OF_MERCHANT_MAX, OfficeSessions
from switch.gateway.protocol.hash_rules import signed
from switch.gateway.protocol.order_states import STATUS_LETTERS, OrderEvent
from switch.gateway.protocol.payment_request import PAGE_LANGUAGES, PageLanguage
from switch.gateway.site.http_call import call, form_body
from switch.gateway.store.order_book import MAILED, NOT_MAILED
from tests.gateway.payments.test_money import sqlite_journal
from tests.gateway.payments.test_settling import close_day, rrn_of
from tests.support.centre_in_loop import NOW_MS, loopback
from tests.support.office_clerk import AIRLINE, PASSWORD, TELECOM, Clerk, set_password, signed_in
from tests.support.payment_page import FRICTIONLESS, LOST, Page, PaymentPage, ShopServer, payment_page, type_into

OFFICE = "switch.gateway.office"
#: What is written of an order beside what its life may be.
NOTED = (
    *("post", "told", "refund asked", "refund undone", "refund in part"),
    *("reversal answered", "capture answered", "capture refused", "void refused", MAILED, NOT_MAILED),
)


async def number_of(page: PaymentPage, oid: str, client_id: str = "600000000") -> int:
    found = await page.store.do(lambda books: books.orders.find(client_id, oid))
    assert found is not None
    return found.number


def form_of(shown: Page, act: str) -> dict[str, str]:
    """The hidden fields of the form for an act."""
    inner = re.findall(rf'<form[^>]*action="/office/payments/\d+/{act}"[^>]*>(.*?)</form>', shown.text, re.DOTALL)[0]
    return dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', inner))


def notice_of(shown: Page) -> str:
    found = re.search(r'<p class="notice[^"]*" role="alert">(.*?)</p>', shown.text)
    return found[1] if found else ""


def test_every_text_of_the_office_is_there_in_every_language() -> None:
    for package in (OFFICE, "switch.gateway.front"):
        folder = resources.files(package).joinpath("texts")
        found = {each: json.loads(folder.joinpath(f"{each}.json").read_text(encoding="utf-8")) for each in PAGE_LANGUAGES}
        assert list(found["fr"]) == list(found["en"]) == list(found["ar"])
        for key, text in found["en"].items():
            assert {each[key].count("{}") for each in found.values()} == {text.count("{}")}, key
    for state in STATUS_LETTERS:
        assert f"state_{state}" in words(OFFICE, "fr")
    for event in (*get_args(OrderEvent), *NOTED):
        assert f"event_{event}" in words(OFFICE, "fr"), event


async def test_a_merchant_signs_in_sees_the_day_and_signs_out(tmp_path: Path) -> None:
    async with payment_page(tmp_path / "gateway") as page:
        await page.pay("OFFICE-1")
        await page.pay("OFFICE-2", LOST)
        await set_password(page.store, TELECOM)
        clerk = Clerk(page.base)
        assert (await clerk.get("/office/payments")).url.endswith("/office"), "nobody is shown anything before"
        day = await clerk.sign_in()
        assert day.heading == "Payments of 2026-11-22"
        for part in ("OFFICE-1", "OFFICE-2", "31.50\u00a0MAD", "400000******0010", "captured", "declined"):
            assert part in day.text
        office = next(each for each in clerk.set_cookies if each.startswith("office="))
        assert "HttpOnly" in office
        assert "SameSite=strict" in office
        assert "Path=/office" in office
        assert len(clerk.cookies["office"]) >= 43, "256 bits"
        assert "There are no payments of this date." in (await clerk.get("/office/payments?date=2026-11-21")).text
        out = await clerk.post("/office/sign-out", token=day.form()[1]["token"])
        assert out.heading == "Merchant's office"
        assert (await clerk.get("/office/payments")).url.endswith("/office")


async def test_a_cookie_of_a_session_that_ended_opens_nothing(tmp_path: Path) -> None:
    now = [NOW_MS]
    async with payment_page(tmp_path / "gateway", clock_ms=lambda: now[0]) as page:
        for minutes in (IDLE_MINUTES + 1, SESSION_HOURS * 60 + 1):
            clerk = await signed_in(page)
            now[0] += minutes * 60_000
            assert (await clerk.get("/office/statements")).url.endswith("/office")
        clerk = await signed_in(page)
        stolen = dict(clerk.cookies)
        await clerk.post("/office/sign-out", token=(await clerk.get("/office/payments")).form()[1]["token"])
        clerk.cookies = stolen
        assert (await clerk.get("/office/payments")).url.endswith("/office")
        clerk = await signed_in(page)
        await set_password(page.store, TELECOM, "quite another password", now[0] + 1)
        assert (await clerk.get("/office/payments")).url.endswith("/office"), "its password was changed"


async def test_a_wrong_password_is_one_sentence_and_says_not_what_was_wrong(tmp_path: Path) -> None:
    async with payment_page(tmp_path / "gateway") as page:
        await set_password(page.store, TELECOM)
        told = set()
        for merchant, password in ((TELECOM, "not the password"), ("NOBODY", PASSWORD), (AIRLINE, PASSWORD), (TELECOM, "")):
            got = await Clerk(page.base).sign_in(merchant, password)
            assert got.answer.status == 403
            assert password not in got.text or not password
            told.add(notice_of(got))
        assert told == {"The merchant number or the password is wrong."}


async def test_guessing_is_slowed_for_a_merchant_and_an_address_together(tmp_path: Path) -> None:
    now = [NOW_MS]
    async with payment_page(tmp_path / "gateway", clock_ms=lambda: now[0]) as page:
        await set_password(page.store, TELECOM)
        await set_password(page.store, AIRLINE)
        for _ in range(TRIES_OF_PAIR):
            assert (await Clerk(page.base).sign_in(TELECOM, "a wrong password")).answer.status == 403
        late = await Clerk(page.base).sign_in(TELECOM)
        assert late.answer.status == 429, "even with the right password"
        assert re.fullmatch(r"Too many tries: wait \d+ s before the next one\.", notice_of(late))
        assert int(late.answer.header("retry-after")) > 0
        assert (await Clerk(page.base).sign_in(AIRLINE)).answer.status == 200, "another merchant waits for nobody"
        elsewhere = await page.service.office.sign_in(TELECOM, PASSWORD, "192.0.2.1")
        assert elsewhere.token, "nor does the merchant at another address"
        now[0] += 61_000
        assert (await Clerk(page.base).sign_in(TELECOM)).answer.status == 200


async def test_another_merchants_payments_are_not_there(tmp_path: Path) -> None:
    async with payment_page(tmp_path / "gateway") as page:
        await page.pay("MINE-1", TranType="Auth")
        fields = page.order("THEIRS-1", clientid="610000000", TranType="Auth")
        del fields["HASH"]
        begun = await page.browser.post(page.base + "/north/fim/est3Dgate", signed(fields, "TEST5678"))
        await type_into(page.browser, begun, FRICTIONLESS)
        theirs = await number_of(page, "THEIRS-1", "610000000")
        assert await page.state("THEIRS-1", "610000000") == "captured"
        clerk = await signed_in(page)
        mine = await clerk.get("/office/payments")
        assert "MINE-1" in mine.text
        assert "THEIRS-1" not in mine.text
        other = await clerk.get(f"/office/payments/{theirs}")
        nobody = await clerk.get("/office/payments/4711")
        assert (other.answer.status, other.text) == (404, nobody.text), "it cannot be told from one that is not there"
        assert "THEIRS" not in (await clerk.get("/office/payments?order=THEIRS-1")).text.replace("“THEIRS-1”", "")
        shown = await clerk.get(f"/office/payments/{await number_of(page, 'MINE-1')}")
        for act in ("capture", "void", "refund"):
            form = form_of(shown, "refund")
            refused = await clerk.post(f"/office/payments/{theirs}/{act}", **form, amount="1.00")
            assert refused.answer.status == 404
        assert await page.state("THEIRS-1", "610000000") == "captured"
        for path in (f"/office/statements/2026-11-22.pdf/../{AIRLINE}", "/office/statements/..%2f..%2fkey.pdf"):
            assert (await clerk.get(path)).answer.status == 404


async def test_capture_refund_and_void_go_through_the_one_desk(tmp_path: Path) -> None:
    shop = ShopServer(answer=b"APPROVED")
    async with payment_page(tmp_path / "gateway", shop=shop) as page:
        await page.pay("ACT-1")
        await page.pay("ACT-2")
        clerk = await signed_in(page)
        path = f"/office/payments/{await number_of(page, 'ACT-1')}"
        held = await clerk.get(path)
        assert "held, to be captured" in held.text
        assert notice_of(await clerk.post(f"{path}/capture", **form_of(held, "capture"), amount="31.51")) == (
            "This amount is not possible. Nothing was done."
        )
        captured = await clerk.post(f"{path}/capture", **form_of(await clerk.get(path), "capture"), amount="30,00")
        assert notice_of(captured) == "The amount is captured."
        assert await page.state("ACT-1") == "captured"
        part = await clerk.post(f"{path}/refund", **form_of(captured, "refund"), amount="10.00")
        assert notice_of(part) == "The amount is refunded."
        assert "At most 20.00\u00a0MAD" in part.text
        assert 'action="/office/payments/1/void"' not in part.text, "what is refunded in part is not voided"
        whole = await clerk.post(f"{path}/refund", **form_of(part, "refund"), amount="20.00")
        assert await page.state("ACT-1") == "refunded"
        assert "Nothing can be done in this state." in whole.text
        path = f"/office/payments/{await number_of(page, 'ACT-2')}"
        voided = await clerk.post(f"{path}/void", **form_of(await clerk.get(path), "void"))
        assert notice_of(voided) == "The payment is voided."
        assert await page.state("ACT-2") == "voided"


async def test_a_form_that_is_sent_twice_moves_money_once(tmp_path: Path) -> None:
    async with payment_page(tmp_path / "gateway") as page:
        await page.pay("TWICE-1", TranType="Auth")
        clerk = await signed_in(page)
        path = f"/office/payments/{await number_of(page, 'TWICE-1')}"
        form = form_of(await clerk.get(path), "refund")
        async with trio.open_nursery() as nursery:
            for _ in range(3):
                nursery.start_soon(lambda: clerk.post(f"{path}/refund", **form, amount="1.00"))
        order = await page.store.do(lambda books: books.orders.find("600000000", "TWICE-1"))
        assert order is not None
        assert order.refunded_minor == 100
        again = await clerk.post(f"{path}/refund", **form, amount="1.00")
        assert notice_of(again).startswith("The order changed meanwhile.")


async def test_a_form_from_elsewhere_does_nothing(tmp_path: Path) -> None:
    async with payment_page(tmp_path / "gateway") as page:
        await page.pay("CSRF-1", TranType="Auth")
        clerk = await signed_in(page)
        path = f"/office/payments/{await number_of(page, 'CSRF-1')}"
        seen = form_of(await clerk.get(path), "void")["seen"]
        for token in ("", "guessed", "é"):
            got = await clerk.post(f"{path}/void", token=token, seen=seen)
            assert got.answer.status == 403
            assert "Nothing was done." in got.text
        assert (await clerk.post("/office/sign-out", token="guessed")).answer.status == 403
        assert await page.state("CSRF-1") == "captured"
        foreign = form_body((("merchant", TELECOM), ("password", PASSWORD), ("token", "0" * 64)))
        headers = (("Content-Type", "application/x-www-form-urlencoded"), ("Cookie", "office_visit=planted"))
        assert (await call("POST", f"{page.base}/office/sign-in", foreign, headers)).status == 403


@pytest.mark.parametrize("language", PAGE_LANGUAGES)
async def test_one_payments_life_on_both_platforms(tmp_path: Path, language: PageLanguage) -> None:
    with sqlite_journal(tmp_path / "gateway") as journal:
        async with loopback(journal=journal) as centre, payment_page(tmp_path / "gateway", centre=centre) as page:
            await page.pay("LIFE-1")
            rrn = await rrn_of(page, "LIFE-1")
            clerk = await signed_in(page, language=language)
            path = f"/office/payments/{await number_of(page, 'LIFE-1')}"
            shown = await clerk.get(path)
            t = words(OFFICE, language)
            assert f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}">' in shown.text
            for key in ("event_post", "event_approved", "event_capture", "journal_hold", "journal_capture", "verdict_capture"):
                assert t[key].replace("'", "&#39;") in shown.text, key
            assert rrn in shown.text
            assert f"{page.shop.url}/callback" in shown.text
            assert "ACTION=POSTAUTH" in shown.text
            assert t["not_settled"].replace("'", "&#39;") in shown.text
            close_day(tmp_path / "gateway", rrn)
            await page.comes_to("LIFE-1", "settled")
            settled = await clerk.get(path)
            for part in ("000285", t["value_date"], "2026-11-23" if language == "en" else "23/11/2026"):
                assert part in settled.text
            assert FRICTIONLESS not in settled.text
            policy = settled.answer.header("content-security-policy")
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
            assert not re.search(r"<script|\son[a-z]+=|style=|javascript:", settled.text)
            assert settled.answer.header("cache-control") == "no-store"


async def test_a_payment_is_found_by_its_order_and_its_transaction(tmp_path: Path) -> None:
    async with payment_page(tmp_path / "gateway") as page:
        end = await page.pay("FIND-1")
        clerk = await signed_in(page)
        assert (await clerk.get("/office/payments?order=FIND-1")).heading.startswith("Order FIND-1")
        transaction = end.form()[1]["TransId"]
        assert (await clerk.get(f"/office/payments?order={transaction}")).heading.startswith("Order FIND-1")
        for wrong, sentence in (
            ("order=NOBODY", "order or transaction “NOBODY”"),
            ("date=tomorrow", "“tomorrow” is no date"),
            ("date=9999-12-31", "“9999-12-31” is no date"),
        ):
            assert sentence in notice_of(await clerk.get(f"/office/payments?{wrong}"))


async def test_what_turns_letters_is_written_out(tmp_path: Path) -> None:
    turned = "EVIL\u202e001"
    async with payment_page(tmp_path / "gateway", shop=ShopServer(answer=b"ACTION=\xe2\x80\xaeX\x1b[2J")) as page:
        await page.pay(turned)
        clerk = await signed_in(page)
        number = await number_of(page, turned)
        for path in ("payments", f"payments/{number}", "payments?order=%E2%80%AEnone", "payments?date=%E2%80%AE2026"):
            shown = (await clerk.get(f"/office/{path}")).text
            assert r"\u202e" in shown
            assert "\u202e" not in shown
            assert "\x1b" not in shown


async def test_posts_from_one_address_are_limited(tmp_path: Path) -> None:
    now = [NOW_MS]
    async with payment_page(tmp_path / "gateway", clock_ms=lambda: now[0]) as page:
        page.service.limits.posts._burst = 2
        card = await page.begin("LIMIT-1")
        assert card.answer.status == 200
        await page.type_card(card, FRICTIONLESS)
        refused = await page.begin("LIMIT-2")
        assert refused.answer.status == 429
        assert refused.text.count("Too many posts from 127.0.0.1") == 1
        assert int(refused.answer.header("retry-after")) >= 1
        now[0] += 1_000
        assert (await page.begin("LIMIT-2")).answer.status == 200


async def test_a_flood_of_sign_ins_keeps_no_payment_waiting(tmp_path: Path) -> None:
    async with payment_page(tmp_path / "gateway") as page:
        await set_password(page.store, TELECOM)
        office = page.service.office
        came: list[int] = []

        async def guess(number: int) -> None:
            came.append((await office.sign_in(TELECOM, "a wrong password", f"192.0.2.{number}")).wait_seconds)

        async with trio.open_nursery() as nursery:
            for number in range(200):
                nursery.start_soon(guess, number)
            await page.pay("FLOOD-1")
            assert await page.state("FLOOD-1") == "captured"
            assert len(came) < 200, "the payment was made while passwords were being computed"
        assert sum(seconds > 0 for seconds in came) > 100, "most of them were sent away at once"


async def test_a_merchant_that_a_flood_sends_away_has_not_tried(tmp_path: Path) -> None:
    async with payment_page(tmp_path / "gateway") as page:
        await set_password(page.store, TELECOM)
        office = page.service.office

        async def guess(number: int) -> None:
            await office.sign_in(TELECOM, "a wrong password", f"192.0.2.{number}")

        async with trio.open_nursery() as nursery:
            for number in range(SIGN_INS_AT_ONCE + SIGN_INS_WAITING_MAX):
                nursery.start_soon(guess, number)
            await trio.testing.wait_all_tasks_blocked()
            for _ in range(TRIES_OF_PAIR + 1):
                assert (await office.sign_in(TELECOM, PASSWORD, "198.51.100.7")).wait_seconds > 0
        assert (await office.sign_in(TELECOM, PASSWORD, "198.51.100.7")).token, "nothing was counted while nobody looked"


def test_a_merchant_that_signs_in_without_end_ends_its_own_sessions_alone() -> None:
    sessions = OfficeSessions()
    other = sessions.begin(AIRLINE, 0, NOW_MS)
    mine = [sessions.begin(TELECOM, 0, NOW_MS) for _ in range(SESSIONS_OF_MERCHANT_MAX + 1)]
    assert sessions.find(other, NOW_MS) is not None
    assert sessions.find(mine[0], NOW_MS) is None
    assert all(sessions.find(each, NOW_MS) is not None for each in mine[1:])
