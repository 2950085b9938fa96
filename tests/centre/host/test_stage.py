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
    assert any("an answer 0110 cannot be said as rule" in notice.detail for notice in centre.notices)


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


async def test_an_answer_has_a_balance() -> None:
    async with staged("any -> balance 500.50") as (centre, client):
        answer = await client.ask(purchase())
        assert answer.elements[54].endswith("0002504C000000050050")
    assert occurred(centre) == ["answered: balance 500.50 (rule 1)"]


async def test_an_answer_comes_in_the_dialect_of_another_listener() -> None:
    async with staged("nth=1 -> dialect bcd") as (centre, client):
        await client.send(purchase())
        with trio.fail_after(10):
            data = await client.stream.receive_some(65_536)
        (frame,) = client._framer.feed(data)
        other = centre.client("bcd").wire.codec
        assert (other.decode(frame.body).mti, other.decode(frame.body).response_code) == ("0110", "00")
        assert (await client.ask(purchase(2))).response_code == "00"


async def test_an_answer_comes_in_a_dialect_of_the_other_edition() -> None:
    async with staged("nth=1 -> dialect ascii93") as (centre, client):
        await client.send(purchase())
        with trio.fail_after(10):
            data = await client.stream.receive_some(65_536)
        (frame,) = client._framer.feed(data)
        assert centre.client("ascii93").wire.codec.decode(frame.body).mti == "1110"


@pytest.mark.parametrize("step", ["half open", "ok + half open"])
async def test_a_half_open_connection_says_nothing_more_and_stays(step: str) -> None:
    async with staged(f"class=request nth=1 -> {step}") as (centre, client), centre.client() as other:
        await client.send(purchase(1))
        if step != "half open":
            assert (await client.receive()).response_code == "00"
        while not decided(centre):
            await trio.lowlevel.checkpoint()
        assert (await other.ask(network("301"))).mti == "0810"
        await client.send(purchase(2), network("301"))
        for number in range(3, 9):
            assert (await other.ask(purchase(number))).response_code == "00", "no other connection notices"
        with trio.move_on_after(0.2) as scope:
            await client.stream.receive_some(1)
        assert scope.cancelled_caught, "neither an answer nor an end"
    assert len(decided(centre)) == 7, "what came on the dead connection was not read"


async def test_connections_are_refused_for_a_time_and_then_taken_again() -> None:
    async with staged("nth=1 -> ok + refuse 0.3s") as (centre, client), centre.client("bcd") as other:
        assert (await client.ask(purchase())).response_code == "00"
        with pytest.raises(EOFError):
            await client.receive()
        with pytest.raises(OSError, match=r".*"):
            async with centre.client():
                pass
        assert (await other.ask(purchase(2))).response_code == "00", "other listeners go on"
        with trio.fail_after(10):
            while True:
                try:
                    async with centre.client() as again:
                        assert (await again.ask(purchase(3))).response_code == "00"
                        break
                except OSError:
                    await trio.lowlevel.checkpoint()


async def test_delays_are_drawn_and_written_down() -> None:
    async with staged("any -> late uniform 1ms..90ms") as (centre, client):
        for number in range(1, 6):
            assert (await client.ask(purchase(number))).response_code == "00"
    told = occurred(centre)
    assert len(set(told)) == 5
    assert all(each.startswith("answered: late ") and each.endswith("ms (rule 1)") for each in told)
