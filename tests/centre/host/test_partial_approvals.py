"""Approvals in part on cue: the issuer is asked for the part, so its book, the journal and the answer agree."""

from __future__ import annotations

import pytest
import trio

from switch.iso8583.message import Message
from tests.support.centre_in_loop import Loopback, purchase, specs
from tests.support.host_stage import decided, network, occurred, reversal_of, staged

CARD = next(specs().issuers["atlas"].all_cards()).pan.digits


def available(centre: Loopback) -> int:
    """What the card's account has left at its bank."""
    book = centre.hosts["atlas"]._accounts
    return book.available_minor(book.card(CARD))


async def test_the_issuer_holds_the_part_and_the_journal_has_it() -> None:
    async with staged("class=request nth=1 -> partial 30") as (centre, client):
        before = available(centre)
        answer = await client.ask(purchase())
        assert (answer.response_code, answer.elements[4]) == ("10", "000000003000")
        assert available(centre) == before - 3_000
        (asked,) = [message for message in centre.heard["atlas"] if message.mti == "0100"]
        assert asked.elements[4] == "000000003000"
        again = await client.ask(purchase()._replace(mti="0101"))
        assert (again.response_code, again.elements[4]) == ("10", "000000003000")
        assert available(centre) == before - 3_000
    granted = [each.approved_minor for batch in centre.journal.batches for each in batch.decisions]
    assert granted == [3_000]
    assert [request.authorization.amount_minor for batch in centre.journal.batches for request in batch.requests] == [12_500]
    assert occurred(centre)[0] == "answered: partial 30.00 (rule 1)"


@pytest.mark.parametrize("original_amount", ["000000012500", "000000003000"])
async def test_its_reversal_gives_the_part_back(original_amount: str) -> None:
    async with staged("class=request -> partial 30") as (centre, client):
        before, sale = available(centre), purchase()
        await client.ask(sale)
        undo = reversal_of(sale)
        undo = undo._replace(elements={**undo.elements, 4: original_amount})
        assert (await client.ask(undo)).response_code == "00"
        with trio.fail_after(10):
            while available(centre) != before:
                await trio.lowlevel.checkpoint()
    (reversal,) = [each for batch in centre.journal.batches for each in batch.reversals]
    assert reversal.outcome.effective


@pytest.mark.parametrize(
    "message",
    [
        purchase(de4="000000003000"),
        purchase(de3="200000"),
        purchase(de3="010000"),
        purchase(de39="00", de38="123456")._replace(mti="0120"),
    ],
    ids=["no more than the part", "refund", "cash", "advice"],
)
async def test_what_cannot_be_paid_in_part_is_decided_in_whole(message: Message) -> None:
    async with staged("any -> partial 30") as (centre, client):
        assert (await client.ask(message)).response_code == "00"
    assert all(each.endswith("; in whole: it is no sale of more") for each in occurred(centre))


async def test_a_bank_that_refuses_the_part_refuses_the_whole() -> None:
    async with staged("any -> partial 1000000 + late 10ms") as (centre, client):
        answer = await client.ask(purchase(de4="000200000000"))
        assert answer.response_code == "51"
    assert [code for code, _, _ in decided(centre)] == ["51"]


async def test_where_no_part_is_meant_nothing_changes() -> None:
    async with staged("any -> partial 30") as (_, client):
        assert (await client.ask(network("301"))).response_code == "00"


async def test_an_approval_in_part_is_held_altered_and_sent_late_as_others_are() -> None:
    async with staged("class=request -> partial 30 + hold + twice + wrong stan") as (centre, client):
        await client.send(purchase())
        with trio.fail_after(10):
            while not (held := centre.server.stage.held.waiting()):
                await trio.lowlevel.checkpoint()
        centre.server.stage.release([each.id for each in held])
        first, second = await client.receive(), await client.receive()
        assert (first, first.response_code, first.stan) == (second, "10", "000002")


async def test_the_bank_of_another_currency_is_asked_for_the_part_in_its_own() -> None:
    card = next(specs().issuers["lusitania"].all_cards())
    async with staged("class=request -> partial 30") as (centre, client):
        answer = await client.ask(purchase(de2=card.pan.digits, de14=card.expiry))
        assert (answer.response_code, answer.elements[4]) == ("10", "000000003000")
        (asked,) = [message for message in centre.heard["lusitania"] if message.mti[1:] == "100"]
        assert asked.elements[4] == "000000003000"
