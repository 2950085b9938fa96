"""What is done with one order at a time, and what is remembered of it."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
import trio

from switch.gateway.payments.turns import Turns
from switch.gateway.store.order_book import PageOrder
from switch.gateway.store.writer import Books
from tests.support.payment_page import payment_page


async def test_one_number_is_worked_with_by_one_at_a_time() -> None:
    turns, at_work, most = Turns(), [0], [0]

    async def work(number: int) -> None:
        async with turns.of(number):
            at_work[0] += 1
            most[0] = max(most[0], at_work[0])
            await trio.lowlevel.checkpoint()
            at_work[0] -= 1

    async with trio.open_nursery() as nursery:
        for _ in range(5):
            nursery.start_soon(work, 7)
    assert (most[0], len(turns)) == (1, 0)


async def test_others_do_not_wait_and_who_gives_up_leaves_nothing() -> None:
    turns = Turns()
    async with turns.of(1), turns.of(2):
        assert len(turns) == 2
        with trio.move_on_after(0):
            async with turns.of(1):
                raise AssertionError("it is somebody else's turn")
        assert len(turns) == 2
    with pytest.raises(KeyError):
        async with turns.of(3):
            raise KeyError("of ours")
    assert len(turns) == 0


def _order(oid: str, books: Books) -> PageOrder:
    found = books.orders.find("600000000", oid)
    assert found is not None
    return found


async def test_the_desk_remembers_no_order_that_is_done_with(tmp_path: Path) -> None:
    async with payment_page(tmp_path / "gateway") as page:
        for number in range(3):
            await page.pay(f"TURN-{number}", TranType="Auth")
            order = await page.store.do(partial(_order, f"TURN-{number}"))
            await page.desk.refund(order.number, page.service.profile.shops["600000000"])
        assert len(page.desk._turns) == 0
