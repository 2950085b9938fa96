"""Traffic that the centre begins on cue, over real sockets: at acquirers and at issuers."""

from __future__ import annotations

from typing import Any

import pytest
import trio

from switch.centre.host.pokes import POKES
from switch.cli.scenario_poke import POKES_OFFERED
from tests.support.centre_in_loop import Loopback, loopback, purchase
from tests.support.host_stage import network, staged


async def poked(centre: Loopback, target: str, what: str, seconds: float | None = None) -> dict[str, Any]:
    return await centre.server.pokes.handlers["poke"]({"target": target, "what": what, "seconds": seconds})


def test_the_command_offers_what_there_is() -> None:
    assert set(POKES_OFFERED) == set(POKES)


@pytest.mark.parametrize("listener", ["ascii", "bcd", "ascii_hex", "ascii93"])
@pytest.mark.parametrize(("what", "function"), [("sign-on", "001"), ("sign-off", "002"), ("cut-over", "201"), ("echo", "301")])
async def test_a_gateway_is_sent_an_0800(listener: str, what: str, function: str) -> None:
    async with staged(listener=listener) as (centre, client):
        with trio.fail_after(10):
            while not (lines := (await poked(centre, listener, what))["lines"]):
                await trio.lowlevel.checkpoint()
        asked = await client.receive()
        assert asked.mti == ("1804" if listener == "ascii93" else "0800")
        if listener != "ascii93":
            assert asked.elements[70] == function
        assert lines[0].startswith(f"{listener} 127.0.0.1:")
        if listener != "ascii93":
            assert (await client.ask(purchase())).mti == "0110", "the connection goes on"


async def test_a_stray_answer_is_none_of_the_gateways_own() -> None:
    async with staged() as (centre, client):
        assert (await client.ask(purchase())).response_code == "00"
        await poked(centre, "lines", "stray")
        stray = await client.receive()
        assert (stray.mti, stray.stan, stray.response_code) == ("0110", "999999", "00")
        assert (await client.ask(purchase(2))).stan == "000002"


async def test_a_stray_answer_is_said_to_a_peer_of_the_other_edition() -> None:
    async with staged(listener="ascii93") as (centre, client):
        with trio.fail_after(10):
            while not (await poked(centre, "ascii93", "stray"))["lines"]:
                await trio.lowlevel.checkpoint()
        assert (await client.receive()).mti == "1110"


async def test_a_bank_that_is_signed_off_on_cue_answers_nothing_until_it_is_signed_on() -> None:
    async with staged() as (centre, client):
        assert (await client.ask(purchase(1))).response_code == "00"
        assert (await poked(centre, "atlas", "sign-off"))["lines"] == ["atlas"]
        assert (await client.ask(purchase(2))).response_code == "91"
        assert (await poked(centre, "atlas", "echo"))["lines"] == ["atlas"]
        assert (await poked(centre, "atlas", "cut-over"))["lines"] == ["atlas"]
        assert (await client.ask(purchase(3))).response_code == "91"
        await poked(centre, "atlas", "sign-on")
        with trio.fail_after(10):
            stan = 4
            while (await client.ask(purchase(stan))).response_code != "00":
                stan += 1
    functions = [message.elements[70] for message in centre.heard["atlas"] if message.mti == "0800"]
    assert functions == ["001", "002", "301", "201", "001"]
    assert any(notice.detail == "atlas is not available: signed off on cue" for notice in centre.notices)


async def test_lines_are_dropped_and_connections_refused_for_a_time() -> None:
    async with staged() as (centre, client), centre.client("bcd") as other:
        await client.ask(network("301"))
        await other.ask(network("301"))
        told = await poked(centre, "lines", "drop", 0.3)
        assert len(told["lines"]) == 2
        for dropped in (client, other):
            with pytest.raises((EOFError, trio.BrokenResourceError)):
                await dropped.receive()
        for listener in ("ascii", "bcd"):
            with pytest.raises(OSError, match=r".*"):
                async with centre.client(listener):
                    pass
        with trio.fail_after(10):
            while True:
                try:
                    async with centre.client() as again:
                        assert (await again.ask(purchase())).response_code == "00"
                        break
                except OSError:
                    await trio.lowlevel.checkpoint()


async def test_a_bank_whose_line_is_dropped_is_dialled_again_after_a_time() -> None:
    async with staged() as (centre, client):
        assert (await poked(centre, "atlas", "drop", 0.2))["lines"] == ["atlas"]
        stan, answer = 1, await client.ask(purchase())
        assert answer.response_code == "91"
        with trio.fail_after(10):
            while answer.response_code != "00":
                stan += 1
                answer = await client.ask(purchase(stan))


@pytest.mark.parametrize(
    ("target", "what", "seconds", "sentence"),
    [
        ("atls", "echo", None, "TARGET: found 'atls', expected atlas (the nearest), or one of lines, ascii"),
        ("atlas", "signoff", None, "POKE: found 'signoff', expected sign-off (the nearest), or one of sign-on"),
        ("atlas", "stray", None, "POKE: found stray of atlas, expected it of a listener, or of lines"),
        ("ascii", "refuse", None, "--for: found nothing, expected how long connections are refused, such as 30s"),
        ("ascii", "echo", 3, "--for: found it beside echo, expected it beside drop or refuse"),
        ("ascii", "drop", "soon", "--for: found 'soon', expected seconds above 0 and up to"),
    ],
)
async def test_a_wrong_poke_is_one_sentence(target: str, what: str, seconds: Any, sentence: str) -> None:
    async with loopback(issuers=["atlas"]) as centre:
        assert (await poked(centre, target, what, seconds))["error"].startswith(sentence)


async def test_where_nobody_is_connected_nothing_is_sent() -> None:
    async with loopback(issuers=["atlas"]) as centre:
        assert await poked(centre, "lines", "echo") == {"lines": []}
        assert await poked(centre, "lines", "drop") == {"lines": []}
        centre.issuers["atlas"].cancel()
        with trio.fail_after(10):
            while (await poked(centre, "atlas", "echo"))["lines"]:
                await trio.lowlevel.checkpoint()
        assert await poked(centre, "atlas", "drop") == {"lines": []}
