"""Answers that are held back until somebody releases them, over real sockets."""

from __future__ import annotations

import pytest
import trio

from switch.centre.host.stage_orders import StageOrders
from switch.iso8583.message import Message
from tests.support.centre_in_loop import Loopback, purchase
from tests.support.host_stage import decided, network, noticed, occurred, reversal_of, staged


async def _held(centre: Loopback, count: int = 1) -> list[int]:
    """The ids of what is held, once so many are."""
    with trio.fail_after(10):
        while len(waiting := centre.server.stage.held.waiting()) < count:
            await trio.lowlevel.checkpoint()
    return [held.id for held in waiting]


async def test_a_held_answer_goes_out_as_it_was_decided() -> None:
    async with staged("class=request first=1 -> hold") as (centre, client):
        sale = purchase()
        await client.send(sale)
        ids = await _held(centre)
        assert decided(centre) == [("00", "atlas", "approved")]
        assert (await client.ask(network("301"))).mti == "0810", "the connection goes on"
        assert (await client.ask(reversal_of(sale))).response_code == "00"
        (released,) = centre.server.stage.release(ids)
        assert released.about["response_code"] == "00"
        answer = await client.receive()
        assert (answer.mti, answer.stan, answer.response_code) == ("0110", sale.stan, "00")
        assert centre.server.stage.release(ids) == []
    assert occurred(centre) == ["held back: hold (rule 1)"]


@pytest.mark.parametrize("message", [network("001"), network("301"), reversal_of(purchase())])
async def test_every_class_is_held(message: Message) -> None:
    async with staged("any -> hold + twice") as (centre, client):
        await client.send(message)
        centre.server.stage.release(await _held(centre))
        assert await client.receive() == await client.receive()


async def test_what_else_the_rule_orders_is_done_when_it_is_released() -> None:
    async with staged("any -> 05 + hold + late 50ms + drop line") as (centre, client):
        await client.send(purchase())
        centre.server.stage.release(await _held(centre))
        assert (await client.receive()).response_code == "05"
        with pytest.raises(EOFError):
            await client.receive()
    assert decided(centre) == [("05", "switch", "rule 1")]


async def test_answers_are_released_in_the_order_asked_for() -> None:
    async with staged("any -> hold") as (centre, client):
        await client.send(purchase(1), purchase(2), purchase(3))
        one, two, three = await _held(centre, 3)
        orders = StageOrders(centre.server.stage, centre.server.script.applied, centre.notices.append).handlers
        assert sorted(each["stan"] for each in (await orders["held"]({}))["held"]) == ["000001", "000002", "000003"]
        await orders["release"]({"ids": [three, one]})
        first, second = await client.receive(), await client.receive()
        assert (await orders["release"]({"ids": [one]}))["error"] == f"found no held answer {one}, expected one of {two}"
        await orders["release"]({"all": True})
        last = await client.receive()
        assert len({first.stan, second.stan, last.stan}) == 3
        assert (await orders["held"]({})) == {"held": []}
    assert all(", held by rule 1, released after " in told for told in noticed(centre)[-3:])


async def test_what_a_gone_gateway_waited_for_is_forgotten() -> None:
    async with staged("any -> hold") as (centre, client):
        await client.send(purchase())
        (held,) = centre.server.stage.held.waiting() if await _held(centre) else []
        held.line.shut()
        assert centre.server.stage.held.waiting() == []


async def test_the_end_waits_for_no_held_answer_and_names_it() -> None:
    async with staged("any -> hold") as (centre, client):
        await client.send(purchase())
        await _held(centre)
        with trio.fail_after(5):
            centre.server.stop()
            with pytest.raises(EOFError):
                await client.receive()
        assert noticed(centre)[-1] == "the 0110 to STAN 000001, held by rule 1, was never released"


async def test_too_many_held_answers_let_the_oldest_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("switch.lines.staging.held.HELD_MAX", 1)
    async with staged("any -> hold") as (centre, client):
        await client.send(purchase(1))
        await _held(centre)
        await client.send(purchase(2))
        assert (await client.receive()).stan == "000001"
        assert len(await _held(centre)) == 1
