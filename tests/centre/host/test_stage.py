"""Answers that are late, twice, wrong, broken, and connections that end on cue, over real sockets."""

from __future__ import annotations

import pytest
import trio

from tests.support.centre_in_loop import Client, purchase
from tests.support.host_stage import decided, network, occurred, staged

LISTENERS = ["ascii", "ascii_hex", "bcd", "ascii93"]


async def _rest(client: Client) -> bytes:
    """Everything that comes until the connection ends."""
    received = b""
    with trio.fail_after(10):
        while data := await client.stream.receive_some(65_536):
            received += data
    return received


@pytest.mark.parametrize("listener", ["ascii", "ascii_hex", "bcd"])
async def test_an_answer_comes_twice(listener: str) -> None:
    async with staged("any -> twice", listener=listener) as (centre, client):
        first, second = await client.ask(purchase()), await client.receive()
        assert first == second
        assert first.response_code == "00"
    assert decided(centre) == [("00", "atlas", "approved")]


@pytest.mark.parametrize(
    ("step", "changed"),
    [
        ("wrong stan", {11: "000002"}),
        ("wrong rrn", {37: "000000000002"}),
        ("wrong amount", {4: "000000012600"}),
        ("without 37", {37: None}),
        ("without 39", {39: None}),
        ("set 38=ABC123", {38: "ABC123"}),
        ("without 41 + wrong stan", {11: "000002", 41: None}),
    ],
)
async def test_an_answer_says_something_else(step: str, changed: dict[int, str | None]) -> None:
    async with staged(f"nth=2 per=rule -> {step}") as (centre, client):
        usual, other = await client.ask(purchase()), await client.ask(purchase(de7="1122100005"))
        expected = {**usual.elements, 7: "1122100005", 38: other.elements.get(38, ""), **changed}
        assert other.elements == {number: value for number, value in expected.items() if value is not None}
        assert other.mti == "0110"
    assert occurred(centre) == [f"answered: {step} (rule 1)"]


async def test_an_answer_has_the_mti_of_another_function() -> None:
    async with staged("any -> wrong mti") as (_, client):
        assert (await client.ask(purchase())).mti == "0130"
        assert (await client.ask(network("301"))).mti == "0830"


async def test_an_answer_that_cannot_be_said_so_is_said_as_it_is() -> None:
    async with staged("any -> set 39=TOO LONG") as (centre, client):
        assert (await client.ask(purchase())).response_code == "00"
    assert any("an answer 0110 of a scenario cannot be said" in notice.detail for notice in centre.notices)


async def test_a_peer_of_the_other_edition_gets_wrong_answers_in_its_own() -> None:
    async with staged("any -> wrong stan + late 0.1s", listener="ascii93") as (_, client):
        sale = purchase()
        elements = {n: v for n, v in sale.elements.items() if n not in (12, 13, 22, 25)}
        elements |= {12: "261122110000", 22: "510101511346", 24: "100"}
        answer = await client.ask(sale._replace(mti="1100", elements=dict(sorted(elements.items()))))
        assert (answer.mti, answer.elements[11]) == ("1110", "000002")


@pytest.mark.parametrize("listener", ["ascii", "ascii_hex", "bcd"])
async def test_half_a_frame_comes_and_then_nothing(listener: str) -> None:
    async with staged("any -> half frame, drop line", listener=listener) as (_, client):
        await client.send(purchase(1), purchase(2))
        received = await _rest(client)
        whole = client.framed(purchase(1))
        assert 10 < len(received) < len(whole) * 2
        assert client._framer.feed(received) == []
        assert client._framer.incomplete is not None


async def test_a_length_header_announces_more_than_comes() -> None:
    async with staged("nth=1 -> wrong length") as (centre, client), centre.client() as other:
        await client.send(purchase(1))
        with trio.fail_after(10):
            data = await client.stream.receive_some(65_536)
        assert client._framer.feed(data) == []
        announced = int.from_bytes(data[:2], "big")
        assert announced == len(data) - 2 + 5
        assert (await other.ask(purchase(2))).response_code == "00", "no other connection notices"


async def test_bytes_trickle_and_whatever_follows_waits() -> None:
    async with staged("nth=1 -> trickle") as (_, client):
        await client.send(purchase(1), network("301"))
        pieces = 0
        with trio.fail_after(20):
            received = list[str]()
            while len(received) < 2:
                data = await client.stream.receive_some(65_536)
                pieces += 1
                received += [client.wire.codec.decode(frame.body).mti for frame in client._framer.feed(data)]
        assert sorted(received) == ["0110", "0810"]
        assert pieces > 50


@pytest.mark.parametrize("step", ["drop line", "reset line", "late 0.05s + drop line", "ok + drop line", "05 + reset line"])
async def test_a_connection_ends_instead_of_an_answer_or_behind_it(step: str) -> None:
    async with staged(f"any -> {step}") as (centre, client):
        await client.send(purchase())
        try:
            received = await _rest(client)
        except trio.BrokenResourceError:
            assert "reset" in step
            received = b""
        answered = len(client._framer.feed(received))
        if step in ("drop line", "reset line"):
            assert answered == 0
        elif "reset" not in step:
            assert answered == 1
    assert len(decided(centre)) == 1, "what was decided stands"


async def test_a_dropped_connection_leaves_the_next_one_alone() -> None:
    async with staged("nth=1 per=rule -> reset line") as (centre, client):
        await client.send(purchase())
        with pytest.raises((EOFError, trio.BrokenResourceError)):
            await client.receive()
        async with centre.client() as again:
            assert (await again.ask(purchase()._replace(mti="0101"))).response_code == "00"
    assert decided(centre) == [("00", "atlas", "approved")]


async def test_answers_that_are_late_still_come_when_the_centre_stops_reading() -> None:
    async with staged("any -> late 0.2s") as (_, client):
        await client.send(purchase(1), purchase(2))
        await client.stream.send_eof()
        assert {(await client.receive()).stan, (await client.receive()).stan} == {"000001", "000002"}
        with pytest.raises(EOFError):
            await client.receive()


async def test_orders_of_several_steps_work_together() -> None:
    async with staged("any -> 91 + late 0.1s + twice + wrong rrn") as (centre, client):
        first, second = await client.ask(purchase()), await client.receive()
        assert first == second
        assert (first.response_code, first.elements[37]) == ("91", "000000000002")
    assert decided(centre) == [("91", "switch", "rule 1")]
