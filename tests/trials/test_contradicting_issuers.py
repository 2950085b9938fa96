"""Answers of an issuer that approve what nobody asked, or that it takes back: the acquirer and the bank end with one truth."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import trio

from switch.iso8583.message import Message
from tests.support.centre_in_loop import Client, purchase
from tests.support.played_issuer import Played, answer_to, played, quiet

OTHERS: list[dict[str, str]] = [
    {"de4": "000000000001"},
    {"de4": "000000012501"},
    {"de2": "9504010000000027"},
    {"de49": "978"},
    {"de3": "200000"},
    {"de42": "SUPERMARCHE0001"},
]


@asynccontextmanager
async def asked() -> AsyncIterator[tuple[Played, Client, Message]]:
    """A centre, its one issuer, which the test plays, and the request of a purchase that the issuer was sent."""
    async with played() as at:
        issuer = await at.signed_on()
        await at.acquirer.send(purchase(1))
        yield at, issuer, await issuer.receive()
        await issuer.stream.aclose()


@pytest.mark.parametrize("other", OTHERS, ids=lambda other: next(iter(other)))
@pytest.mark.parametrize("code", ["00", "08", "11"])
async def test_an_approval_of_something_else_is_none_and_is_undone_at_the_bank(code: str, other: dict[str, str]) -> None:
    async with asked() as (at, issuer, request):
        await issuer.send(answer_to(request, code, de38="A00001", **other))
        answer = await at.acquirer.receive()
        assert answer.elements[39] not in {"00", "08", "10", "11", "16"}
        assert 38 not in answer.elements
        with trio.fail_after(5):
            owed = await issuer.receive()
        assert (owed.mti, owed.elements[4], owed.elements[90][4:20]) == ("0420", "000000012500", "0000011122100000")
        assert 95 not in owed.elements, "nothing of it stands"
        assert all(decision.approved_minor is None for batch in at.journal.batches for decision in batch.decisions)
        assert any("approved what was not asked" in notice.detail for notice in at.notices)


async def test_an_approval_of_another_class_is_none() -> None:
    async with asked() as (at, issuer, request):
        answer = answer_to(request, "00", de38="A00001")
        await issuer.send(answer._replace(mti="0210"))
        assert (await at.acquirer.receive()).elements[39] != "00"
        with trio.fail_after(5):
            assert (await issuer.receive()).mti == "0420"


async def test_an_approval_that_leaves_elements_out_is_one() -> None:
    async with asked() as (at, issuer, request):
        full = answer_to(request, "00", de38="A00001")
        least = {number: value for number, value in full.elements.items() if number in {7, 11, 32, 38, 39, 41}}
        await issuer.send(full._replace(elements=least))
        assert (await at.acquirer.receive()).elements[39] == "00"


async def test_a_decline_and_then_an_approval_is_owed_back_once() -> None:
    async with asked() as (at, issuer, request):
        await issuer.send(answer_to(request, "05"))
        assert (await at.acquirer.receive()).elements[39] == "05"
        await issuer.send(answer_to(request, "00", de38="A00001"), answer_to(request, "00", de38="A00001"))
        with trio.fail_after(5):
            owed = await issuer.receive()
        assert (owed.mti, owed.elements[90][4:10]) == ("0420", "000001")
        await issuer.send(answer_to(owed, "00"))
        await quiet()
        assert at.server.board.owed == 0
        assert sum(len(batch.deliveries) for batch in at.journal.batches) == 1


async def test_an_approval_and_then_a_decline_stays_one_and_is_told() -> None:
    async with asked() as (at, issuer, request):
        await issuer.send(answer_to(request, "00", de38="A00001"))
        assert (await at.acquirer.receive()).elements[39] == "00"
        await issuer.send(answer_to(request, "05"))
        await quiet()
        assert at.server.board.owed == 0
        assert any("answer 05 from atlas came" in detail for detail in at.told("late_answer"))


@pytest.mark.parametrize("code", ["ZZ", "7A", "99"])
async def test_a_code_that_is_in_no_table_is_told(code: str) -> None:
    async with asked() as (at, issuer, request):
        await issuer.send(answer_to(request, code))
        assert (await at.acquirer.receive()).elements[39] == code
        await quiet()
        assert any(repr(code) in notice.detail for notice in at.notices)
