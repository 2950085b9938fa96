"""Whatever is done with orders, the journal of the centre has the money that their states say."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from switch.data_folder.vault import Vault
from switch.gateway.store.order_book import OrderRefusedError
from switch.journal.journal import JOURNAL_FILE, SqliteJournal
from switch.machine.private import make_folder
from tests.support.centre_in_loop import NOW_MS, loopback
from tests.support.gateway_money import differences
from tests.support.payment_page import CHALLENGED, FRICTIONLESS, LOST, PaymentPage, ShopServer, payment_page


@contextmanager
def sqlite_journal(folder: Path) -> Iterator[SqliteJournal]:
    make_folder(folder)
    with closing(SqliteJournal(folder / JOURNAL_FILE, Vault.open(folder, new=True))) as journal:
        journal.open_business_date("2026-11-22", "operator", NOW_MS)
        yield journal


async def one_step(page: PaymentPage, chance: random.Random, step: int) -> None:
    """Something that a shopper or a shop does."""
    page.shop.answer = chance.choice([b"ACTION=POSTAUTH", b"APPROVED", b"FAILURE"])
    oid = f"M-{chance.randrange(6)}"
    order = await page.store.do(lambda books: books.orders.find("600000000", oid))
    act = chance.choice(["pay", "pay", "capture", "void", "refund", "cancel"])
    if order is None or act == "pay":
        amount = order.last("post")["amount_minor"] if order is not None else 1000 + step  # type: ignore[index]
        pan = chance.choice([CHALLENGED, FRICTIONLESS, LOST])
        kind = chance.choice(["Auth", "PreAuth"])
        begun = await page.begin(oid, amount=f"{amount / 100:.2f}", TranType=kind)
        if begun.answer.status == 200:
            bank = await page.type_card(begun, pan)
            if "/bank" in bank.text:
                await page.prove(bank, **chance.choice([{"code": "123"}, {"result": "failed"}, {"result": "attempted"}]))
        return
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


@pytest.mark.parametrize("seed", range(6))
async def test_the_journal_has_what_the_orders_say(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    with sqlite_journal(tmp_path) as journal:
        async with (
            loopback(journal=journal) as centre,
            payment_page(tmp_path / "gateway", centre=centre, shop=ShopServer()) as page,
        ):
            for step in range(40):
                await one_step(page, chance, step)
    found = differences(tmp_path / JOURNAL_FILE, tmp_path / "gateway")
    assert not found, "\n".join(found)
