"""How long Switch waits for a bank, by rule: its own deadline counts, whatever else waits, and the journal keeps what ran."""

from __future__ import annotations

import pytest
import trio
from attrs import evolve
from trio.testing import MockClock

from tests.support.centre_in_loop import Client, loopback, purchase, specs
from tests.support.host_stage import decided, occurred, rules, staged

SILENT = "at=issuer class=request -> silence"


@pytest.fixture
def clock() -> MockClock:
    return MockClock(autojump_threshold=0.001)


async def seconds_until(client: Client, stan: int, **elements: str) -> tuple[str, float]:
    """The answer to a purchase, and after how long it came."""
    began = trio.current_time()
    answer = await client.ask(purchase(stan, **elements))
    return answer.response_code, round(trio.current_time() - began, 1)


async def test_a_rule_says_how_long_the_bank_has(clock: MockClock) -> None:
    async with staged("class=request amount=3 -> timeout 3s, timeout 12s", SILENT) as (centre, client):
        three = {"de4": "000000000300"}
        assert await seconds_until(client, 1, **three) == ("91", 3.0)
        assert await seconds_until(client, 2, **three) == ("91", 12.0)
        assert await seconds_until(client, 3, **three) == ("91", 10.0), "as the file of atlas says"
    why = [reason.partition(";")[0] for _, _, reason in decided(centre)]
    assert why == [f"no answer from atlas in {seconds} s" for seconds in (3, 12, 10)]
    assert occurred(centre, "timer") == ["3 s", "12 s"]
    assert "timer" not in {notice.kind for notice in centre.notices}


async def test_a_bank_in_time_is_heard_and_what_else_is_ordered_is_done(clock: MockClock) -> None:
    lines = ("class=request -> timeout 3s + late 5s", "at=issuer class=request amount=2 -> late 2s")
    async with staged(*lines, "class=reversal -> timeout 3s") as (centre, client):
        assert await seconds_until(client, 1, de4="000000000200") == ("00", 7.0)
        assert occurred(centre, "timer") == ["3 s"]


async def test_a_short_timeout_runs_beside_a_long_one(clock: MockClock) -> None:
    given = specs()
    rif = evolve(given.issuers["rif"], timeout_seconds=3.0)
    card = next(rif.all_cards())
    short = evolve(given, issuers={**given.issuers, "rif": rif})
    async with (
        loopback(playbook=rules(SILENT), issuers=("atlas", "rif"), specification=short) as centre,
        centre.client() as client,
        centre.client() as other,
    ):
        await client.send(purchase(1))
        await trio.sleep(5)
        assert await seconds_until(other, 2, de2=card.pan.digits, de14=card.expiry) == ("91", 3.0)
        assert (await client.receive()).response_code == "91"
