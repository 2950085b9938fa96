"""A recording that answers as the host did."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
import trio
import trio.testing
from attrs import evolve

from switch.iso8583.message import Message
from switch.lines.sockets import listen
from switch.recording.played_host import ANSWERS_DUE_MAX, PlayedHost
from switch.recording.player import AS_ANSWERED
from switch.recording.script import RecordedQuestion
from tests.support.centre_in_loop import Client, purchase, specs, wire

WIRE = wire("ascii", "2b", False)


def question(message: Message, code: str | None, number: int = 1) -> RecordedQuestion:
    answer = None
    if code is not None:
        answer = Message("0110", {n: v for n, v in message.elements.items() if n in (3, 4, 7, 11, 32, 37, 41, 49)} | {39: code})
    return RecordedQuestion(
        number=number,
        at_ms=0,
        line="host 127.0.0.1:1",
        message=message,
        dialect=specs().dialects["ascii"],
        tpdu=b"",
        left_out=(),
        answer=answer,
        elapsed_ms=4,
    )


@asynccontextmanager
async def playing(questions: Sequence[RecordedQuestion], told: list[str], speed: float = AS_ANSWERED) -> AsyncIterator[Client]:
    listening = listen("127.0.0.1", 0)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(PlayedHost(questions, WIRE, speed=speed, tell=told.append).serve, listening)
        async with Client(listening.getsockname()[1], WIRE) as gateway:
            yield gateway
        nursery.cancel_scope.cancel()


async def test_questions_that_are_alike_are_answered_in_the_recorded_order() -> None:
    told = list[str]()
    recorded = [question(purchase(1), "51"), question(purchase(2), "00", 2), question(purchase(3, de4="000000000100"), "05", 3)]
    async with playing(recorded, told) as gateway:
        codes = [(await gateway.ask(purchase(stan))).response_code for stan in (71, 72, 73)]
        other = await gateway.ask(purchase(74, de4="000000000100"))
    assert codes == ["51", "00", "00"], "the last one from then on"
    assert (other.response_code, other.stan, other.elements[37]) == ("05", "000074", "000000000074")
    assert told == []


async def test_what_was_not_answered_is_not_answered_and_neither_is_what_was_never_asked() -> None:
    told = list[str]()
    recorded = [question(purchase(1), None), question(purchase(2, de4="000000000100"), "00", 2)]
    async with playing(recorded, told, speed=2) as gateway:
        await gateway.send(purchase(71), purchase(72, de4="000000000999"), purchase(73, de4="000000000100"))
        assert (await gateway.receive()).stan == "000073"
    assert sorted(each.partition(": ")[2] for each in told) == [
        "0100 STAN 000071: not answered: message 1 was not answered either",
        "0100 STAN 000072: not answered: nothing like it was recorded",
    ]


async def test_bytes_that_are_no_message_end_the_line_with_a_sentence() -> None:
    told = list[str]()
    async with playing([question(purchase(1), "00")], told) as gateway:
        await gateway.stream.send_all(b"\x00\x05hello\xff\xffno frame")
        assert await gateway.stream.receive_some(1) == b""
    assert any(each.endswith("not answered") for each in told)
    assert any(each.endswith("the line is closed") for each in told)


@pytest.mark.long
async def test_a_gateway_that_floods_waits_until_answers_are_out(autojump_clock: trio.testing.MockClock) -> None:
    looked_up = 0

    class Counting(PlayedHost):
        def question_like(self, asked: Message) -> RecordedQuestion | None:
            nonlocal looked_up
            looked_up += 1
            return super().question_like(asked)

    late = evolve(question(purchase(1), "00"), elapsed_ms=3_600_000)
    listening = listen("127.0.0.1", 0)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(Counting([late], WIRE, speed=1, tell=lambda sentence: None).serve, listening)
        async with Client(listening.getsockname()[1], WIRE) as gateway:
            nursery.start_soon(gateway.send, *(purchase(stan) for stan in range(1, 3 * ANSWERS_DUE_MAX)))
            await trio.sleep(60)
            assert looked_up == ANSWERS_DUE_MAX
            for _ in range(1, 3 * ANSWERS_DUE_MAX):
                assert (await gateway.receive()).response_code == "00"
        nursery.cancel_scope.cancel()


async def test_an_answer_that_the_line_cannot_carry_ends_nothing() -> None:
    """A recording of several lines has answers in several dialects, and is played on one."""
    told = list[str]()
    recorded = question(purchase(1, de4="000000000100"), "00")
    assert recorded.answer is not None
    recorded = evolve(recorded, answer=Message("0110", {**recorded.answer.elements, 49: "MAD EURO"}))
    async with playing([recorded, question(purchase(2), "51", 2)], told) as gateway:
        await gateway.send(purchase(71, de4="000000000100"))
        assert (await gateway.ask(purchase(72))).response_code == "51"
    assert len(told) == 1
    assert "0100 STAN 000071: not answered: " in told[0]
