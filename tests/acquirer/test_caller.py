"""A line to a centre that many share."""

from __future__ import annotations

import pytest
import trio
import trio.testing

from switch.acquirer.caller import CentreLine, _Question
from switch.errors import UnansweredError, UnreachableError
from tests.support.centre_in_loop import loopback, purchase, wire
from tests.support.payment_page import deaf_server


async def test_each_question_gets_its_own_answer() -> None:
    async with loopback(issuers=["atlas"]) as centre, trio.open_nursery() as nursery:
        line = CentreLine("127.0.0.1", centre.ports["ascii"], wire("ascii", "2b", False))
        await nursery.start(line.run)
        got: dict[int, str] = {}

        async def ask(stan: int) -> None:
            answer = await line.ask(purchase(stan, de4=f"{stan:012d}"), 10)
            got[stan] = answer.elements[4]

        async with trio.open_nursery() as asking:
            for stan in range(1, 40):
                asking.start_soon(ask, stan)
        assert got == {stan: f"{stan:012d}" for stan in range(1, 40)}
        nursery.cancel_scope.cancel()


async def test_silence_is_doubt_and_a_shut_door_is_none() -> None:
    async with deaf_server() as port, trio.open_nursery() as nursery:
        silent, shut = (CentreLine("127.0.0.1", each, wire("ascii", "2b", False)) for each in (port, 1))
        await nursery.start(silent.run)
        await nursery.start(shut.run)
        with pytest.raises(UnansweredError, match=rf"127.0.0.1:{port}: no answer in 0.05 s"):
            await silent.ask(purchase(), 0.05)
        with pytest.raises(UnreachableError, match=r"127\.0\.0\.1:1: connection refused, expected a running Switch"):
            await shut.ask(purchase(), 1)
        nursery.cancel_scope.cancel()


async def test_a_line_that_broke_is_made_again() -> None:
    async with loopback(issuers=["atlas"]) as centre, trio.open_nursery() as nursery:
        line = CentreLine("127.0.0.1", centre.ports["ascii"], wire("ascii", "2b", False))
        await nursery.start(line.run)
        assert (await line.ask(purchase(1), 10)).response_code == "00"
        assert line._stream is not None
        await trio.aclose_forcefully(line._stream)
        await trio.testing.wait_all_tasks_blocked()
        assert (await line.ask(purchase(2), 10)).response_code == "00"
        nursery.cancel_scope.cancel()


@pytest.mark.parametrize("ended", ["its own line", "the line before"])
async def test_a_question_is_given_up_when_its_own_line_ends_and_not_when_the_one_before_does(ended: str) -> None:
    line = CentreLine("127.0.0.1", 1, wire("ascii", "2b", False))
    (before, _), (own, _) = trio.testing.memory_stream_pair(), trio.testing.memory_stream_pair()
    line._stream = own
    line._waiting.append(question := _Question(purchase(1)))
    line._lost(before if ended == "the line before" else own)
    assert question.done.is_set() == (ended == "its own line")
    assert (line._stream is own) == (ended == "the line before")
