"""Whatever is done with orders, the journal of the centre has the money that their states say."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from switch.data_folder.vault import Vault
from switch.gateway.store.order_book import OrderRefusedError
from switch.journal.journal import SqliteJournal
from switch.journal.journal_file import JOURNAL_FILE
from switch.machine.private import make_folder
from tests.support.centre_in_loop import NOW_MS, loopback
from tests.support.gateway_money import differences
from tests.support.payment_page import CHALLENGED, FRICTIONLESS, LOST, Page, PaymentPage, ShopServer, payment_page, right


@contextmanager
def sqlite_journal(folder: Path) -> Iterator[SqliteJournal]:
    make_folder(folder)
    with closing(SqliteJournal(folder / JOURNAL_FILE, Vault.open(folder, new=True))) as journal:
        journal.open_business_date("2026-11-22", "operator", NOW_MS)
        yield journal


class Clock:
    """The time of the page, which goes on when a step says so."""

    def __init__(self) -> None:
        self.now_ms = NOW_MS

    def __call__(self) -> int:
        return self.now_ms


async def type_in(page: PaymentPage, chance: random.Random, tab: Page) -> None:
    """A shopper types a card into a window, where it shows a form, and does something on the page of the bank."""
    if tab.answer.status != 200:
        return
    end = await page.type_card(tab, chance.choice([CHALLENGED, FRICTIONLESS, LOST]))
    if "/bank" in end.text:
        end = await page.prove(end, **chance.choice([{"code": "123"}, {"result": "failed"}, {"result": "attempted"}]))
    if end.heading == "Payment approved":
        fields = end.form()[1]
        order = await page.store.do(lambda books: books.orders.find("600000000", fields["oid"]))
        assert order is not None
        paid = (order.last("authorize") or {})["paid"]
        assert right(fields)
        assert fields["amount"] == f"{paid['amount_minor'] / 100:.2f}", "what is signed is what the centre was asked for"


async def time_is_up(page: PaymentPage, clock: Clock) -> None:
    """Every window that was left open ends, as the page itself sees to every few seconds."""
    clock.now_ms += 31_000
    for session in page.service.sessions.expired(clock.now_ms):
        await page.service._expire(session)


async def open_and_pay(page: PaymentPage, chance: random.Random, step: int, oid: str, act: str, clock: Clock) -> None:
    """A shop posts an order, in one window or two, each time for another amount; a shopper pays, gives up, or does neither."""
    kind = chance.choice(["Auth", "PreAuth", "PreAuth"])
    amounts = [f"{(1000 + 2 * step + tab) / 100:.2f}" for tab in range(chance.choice([1, 2]))]
    tabs = [await page.begin(oid, amount=amount, TranType=kind, sessiontimeout="30") for amount in amounts]
    chance.shuffle(tabs)
    await type_in(page, chance, tabs[0])
    if act == "cancel" and tabs[-1].answer.status == 200:
        await page.browser.post(*tabs[-1].form(1))
    elif act == "expire":
        await time_is_up(page, clock)
    elif len(tabs) > 1:
        await type_in(page, chance, tabs[1])


async def one_step(page: PaymentPage, chance: random.Random, step: int, clock: Clock) -> None:
    """Something that a shopper or a shop does."""
    page.shop.answer = chance.choice([b"ACTION=POSTAUTH", b"APPROVED", b"FAILURE"])
    oid = f"M-{chance.randrange(12)}"
    order = await page.store.do(lambda books: books.orders.find("600000000", oid))
    act = chance.choice(["pay", "pay", "cancel", "expire", "capture", "void", "refund"])
    if order is None or act in ("pay", "cancel", "expire"):
        return await open_and_pay(page, chance, step, oid, act, clock)
    shop, number = page.service.profile.shops["600000000"], order.number
    paid_minor = int(order.last("post")["amount_minor"])  # type: ignore[index]
    try:
        if act == "capture":
            await page.desk.capture(number, shop, chance.choice([None, paid_minor - 1]))
        elif act == "void":
            await page.desk.void(number, shop)
        elif act == "refund":
            await page.desk.refund(number, shop, chance.choice([None, 100]))
    except OrderRefusedError:
        pass  # it was in no state for that


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(1, 6))])
async def test_the_journal_has_what_the_orders_say(tmp_path: Path, seed: int) -> None:
    chance, clock = random.Random(seed), Clock()
    with sqlite_journal(tmp_path) as journal:
        async with (
            loopback(journal=journal) as centre,
            payment_page(tmp_path / "gateway", centre=centre, shop=ShopServer(), clock_ms=clock) as page,
        ):
            for step in range(40):
                await one_step(page, chance, step, clock)
            await time_is_up(page, clock)
    found = differences(tmp_path / JOURNAL_FILE, tmp_path / "gateway")
    assert not found, "\n".join(found)
