"""Transactions from their first message to their last, however their messages name each other; the issuer's book tells."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import trio

from switch.iso8583.message import Message
from switch.issuers.process.book import MemoryBook
from tests.messages.acquirers import Acquirer93
from tests.support.centre_in_loop import Client, Loopback, loopback, purchase, specs

ISSUER = "atlas"
SALE_MINOR = 12_500


@asynccontextmanager
async def lives(listener: str) -> AsyncIterator[tuple[Loopback, Client, MemoryBook]]:
    """A centre, an acquirer, and what the issuer has written down once nothing is owed to it any more."""
    books: dict[str, MemoryBook] = {}
    async with loopback(books=books) as centre, centre.client(listener) as client:
        yield centre, client, books[ISSUER]


async def standing(centre: Loopback, book: MemoryBook) -> int:
    """What the issuer holds once it has heard all that is owed to it."""
    while centre.server.board.owed:
        await trio.testing.wait_all_tasks_blocked(0.001)
    return sum(entry.taken_minor for entry in book.entries())


def captured(centre: Loopback) -> list[int]:
    decisions = (decision for batch in centre.journal.batches for decision in batch.decisions)
    return [decision.captured_minor for decision in decisions if decision.captured_minor is not None]


def acquirer() -> Acquirer93:
    card = next(specs().issuers[ISSUER].all_cards())
    return Acquirer93(card.pan.digits, card.expiry)


async def test_a_completion_by_reference_takes_the_place_of_its_hold_at_the_issuer_too() -> None:
    async with lives("ascii") as (centre, client, book):
        hold = await client.ask(purchase(1, de25="06"))
        told = {"de25": "06", "de37": hold.elements[37], "de38": hold.elements[38], "de39": "00"}
        answer = await client.ask(Message("0220", purchase(2, **told).elements))
        assert (answer.mti, answer.elements[39]) == ("0230", "00")
        assert await standing(centre, book) == SALE_MINOR
        assert captured(centre) == [SALE_MINOR]


async def test_messages_of_1993_may_keep_the_numbers_of_their_transaction() -> None:
    async with lives("ascii93") as (centre, client, book):
        shop = acquirer()
        hold = shop.sale("1100", 7, holds=True)
        assert (await client.ask(hold)).elements[39] == "000"
        completion = shop.completion("1220", 7, hold)
        assert completion.elements[12] == hold.elements[12]
        for message in (completion, shop.again(completion)):
            answer = await client.ask(message)
            assert (answer.mti, answer.elements[39], answer.elements[12]) == ("1230", "000", hold.elements[12])
        assert captured(centre) == [SALE_MINOR]
        assert await standing(centre, book) == SALE_MINOR


@pytest.mark.parametrize("own_time", ["1122101500", None])
async def test_a_part_and_then_the_rest_are_reversed_under_one_number(own_time: str | None) -> None:
    async with lives("ascii93") as (centre, client, book):
        shop = acquirer()
        sale = shop.sale("1200", 7)
        await client.ask(sale)
        full = shop.reversal("1420", 7, sale)
        part = {**full.elements, 4: "000000005000", 24: "401", 30: f"{SALE_MINOR:012d}{0:012d}"}
        assert (await client.ask(Message("1420", dict(sorted(part.items()))))).elements[39] == "400"
        assert await standing(centre, book) == 5_000
        later = {**full.elements, 7: own_time} if own_time else full.elements
        assert (await client.ask(Message("1420", later))).elements[39] == "400"
        assert await standing(centre, book) == 0
