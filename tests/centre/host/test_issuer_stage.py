"""Rules at issuers, over real sockets: what the switch must survive of them, what the gateway sees, and what the books say."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import trio
from attrs import evolve
from trio.testing import MockClock

from switch.centre.host.issuer_stage import IssuerStage, reach_warnings
from switch.issuers.process.book import MemoryBook
from switch.lines import line
from switch.scenarios.host_rule import HostRule
from switch.specs.specification import Specs
from tests.support.centre_in_loop import Loopback, purchase, specs
from tests.support.host_stage import decided, network, noticed, occurred, reversal_of, staged

ATLAS, RIF = (next(specs().issuers[name].all_cards()) for name in ("atlas", "rif"))
TIME_UP = ("91", "switch", "no answer from atlas in 10 s")


@pytest.fixture
def autojump_clock() -> MockClock:
    return MockClock(autojump_threshold=0.05)


def external(*issuers: str) -> Specs:
    """The specification, where the processes of these issuers are somebody else's."""
    given = specs()
    changed = {name: evolve(each, managed=name not in issuers) for name, each in given.issuers.items()}
    return evolve(given, issuers=changed)


def held(books: dict[str, MemoryBook], issuer: str = "atlas") -> list[tuple[str, int]]:
    """What the book of an issuer has: kind and amount of each entry."""
    return [(entry.kind, entry.amount_minor) for entry in books[issuer].entries()]


async def reversed_at(centre: Loopback, issuer: str = "atlas", count: int = 1) -> list[str]:
    """The MTIs of the reversals that an issuer was sent, once there are so many."""
    while True:
        sent = [message.mti for message in centre.heard[issuer] if message.mti[1] == "4"]
        if len(sent) >= count and not centre.server.board.owed:
            return sent
        await a_while()


async def a_while() -> None:
    """Wait until something else may have happened: a second of a clock that a test moves, else next to nothing."""
    await trio.sleep(1.0 if isinstance(trio.lowlevel.current_clock(), MockClock) else 0.01)


async def test_an_issuer_refuses_in_turn_and_its_book_says_what_its_answers_say() -> None:
    books: dict[str, MemoryBook] = {}
    async with staged("at=issuer class=request -> 91, ok, 05", books=books) as (centre, client):
        other = purchase(4, de2=RIF.pan.digits, de14=RIF.expiry)
        codes = [(await client.ask(each)).response_code for each in (purchase(1), purchase(2), other, purchase(3))]
        assert codes == ["91", "00", "91", "05"], "counted for each card"
    assert [(code, by) for code, by, _ in decided(centre)] == [("91", "atlas"), ("00", "atlas"), ("91", "rif"), ("05", "atlas")]
    assert {reason for _, _, reason in decided(centre)} == {"rule 1", "approved"}
    assert held(books) == [("hold", 12_500)]
    assert held(books, "rif") == []
    assert occurred(centre) == ["atlas: answered: 91 (rule 1)", "rif: answered: 91 (rule 1)", "atlas: answered: 05 (rule 1)"]


async def test_an_issuer_approves_a_part_and_tells_a_balance() -> None:
    books: dict[str, MemoryBook] = {}
    async with staged("at=issuer class=request -> partial 30.00, balance 500.00", books=books) as (_, client):
        part = await client.ask(purchase(1, de25="41"))
        balance = await client.ask(purchase(2))
    assert (part.response_code, balance.response_code) == ("10", "00")
    assert balance.elements[54][-20:] == "0002504C000000050000"
    assert [minor for _, minor in held(books)] == [3_000, 12_500]


async def test_an_answer_in_another_dialect_is_none(autojump_clock: MockClock) -> None:
    books: dict[str, MemoryBook] = {}
    async with staged("at=issuer class=request -> dialect bcd", books=books) as (centre, client):
        assert (await client.ask(purchase(1))).response_code == "91"
        await reversed_at(centre)
    assert [kind for kind, _ in held(books)] == ["hold", "release"]


async def test_silence_is_a_hold_that_is_reversed_and_lost_is_none(autojump_clock: MockClock) -> None:
    books: dict[str, MemoryBook] = {}
    async with staged("at=issuer class=request -> silence, lost, ok", books=books) as (centre, client):
        assert (await client.ask(purchase(1))).response_code == "91"
        await reversed_at(centre)
        assert [kind for kind, _ in held(books)] == ["hold", "release"], "the bank had approved, and takes it back"
        assert (await client.ask(purchase(2))).response_code == "91"
        await reversed_at(centre, count=2)
        assert [kind for kind, _ in held(books)][:2] == ["hold", "release"]
        assert sum(entry.taken_minor for entry in books["atlas"].entries()) == 0
        assert (await client.ask(purchase(3))).response_code == "00"
    assert decided(centre) == [TIME_UP, TIME_UP, ("00", "atlas", "approved")]


async def test_an_answer_that_comes_after_the_time_is_up_is_reversed_and_written_down(autojump_clock: MockClock) -> None:
    books: dict[str, MemoryBook] = {}
    async with staged("at=issuer class=request -> late 12s", books=books) as (centre, client):
        assert (await client.ask(purchase())).response_code == "91"
        while not occurred(centre, "late_answer"):
            await a_while()
        await reversed_at(centre)
        assert sum(entry.taken_minor for entry in books["atlas"].entries()) == 0


@pytest.mark.parametrize("step", ["twice", "late 0.1s", "trickle", "set 44=X", "without 37", "ok + twice + late 0.05s"])
async def test_what_is_strange_and_right_is_counted_once(
    step: str, autojump_clock: MockClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line, "TRICKLE_SECONDS", 0.0)
    books: dict[str, MemoryBook] = {}
    async with staged(f"at=issuer class=request -> {step}", books=books) as (centre, client):
        assert (await client.ask(purchase(1))).response_code == "00"
        assert (await client.ask(purchase(2))).response_code == "00"
        with trio.move_on_after(0.2):
            await client.receive()
            raise AssertionError("one answer for each request")
    assert [(code, by) for code, by, _ in decided(centre)] == [("00", "atlas")] * 2
    assert held(books) == [("hold", 12_500)] * 2


@pytest.mark.parametrize("step", ["wrong stan", "wrong mti", "without 39", "half frame", "wrong length", "without 11"])
async def test_an_answer_that_cannot_be_used_ends_in_91_and_a_reversal(step: str, autojump_clock: MockClock) -> None:
    books: dict[str, MemoryBook] = {}
    async with staged(f"at=issuer class=request nth=1 -> {step}", books=books) as (centre, client):
        assert (await client.ask(purchase(1))).response_code == "91"
        await reversed_at(centre)
        assert sum(entry.taken_minor for entry in books["atlas"].entries()) == 0
        assert (await client.ask(purchase(2))).response_code in ("00", "91")


@pytest.mark.parametrize("step", ["wrong amount", "wrong rrn", "set 4=000000000001", "without 4"])
async def test_an_answer_that_says_something_else_leaves_the_money_true(step: str, autojump_clock: MockClock) -> None:
    books: dict[str, MemoryBook] = {}
    async with staged(f"at=issuer class=request -> {step}", books=books) as (centre, client):
        answer = await client.ask(purchase(1))
        while centre.server.board.owed:
            await a_while()
        taken = sum(entry.taken_minor for entry in books["atlas"].entries())
        assert taken == (12_500 if answer.response_code == "00" else 0)
        assert answer.elements[4] == "000000012500"


@pytest.mark.parametrize("step", ["drop line", "reset line", "ok + drop line", "half frame + drop line"])
async def test_a_line_that_an_issuer_drops_is_dialled_again(step: str) -> None:
    books: dict[str, MemoryBook] = {}
    async with staged(f"at=issuer class=request nth=1 per=rule -> {step}", books=books) as (centre, client):
        first = await client.ask(purchase(1))
        assert first.response_code == ("00" if step.startswith("ok") else "91")
        while True:
            again = await client.ask(purchase(len(decided(centre)) + 1))
            if again.response_code == "00":
                break
            await a_while()
        while centre.server.board.owed:
            await a_while()
        approved = sum(code == "00" for code, _, _ in decided(centre))
        assert sum(entry.taken_minor for entry in books["atlas"].entries()) == 12_500 * approved


async def test_a_reversal_that_the_issuer_leaves_unanswered_is_repeated_until_it_answers(autojump_clock: MockClock) -> None:
    books: dict[str, MemoryBook] = {}
    async with staged("at=issuer class=reversal -> lost, silence, ok", books=books) as (centre, client):
        sale = purchase()
        assert (await client.ask(sale)).response_code == "00"
        assert (await client.ask(reversal_of(sale))).response_code == "00", "the gateway need not wait for it"
        assert await reversed_at(centre, count=3) == ["0420", "0421", "0421"]
        assert sum(entry.taken_minor for entry in books["atlas"].entries()) == 0
    assert occurred(centre) == ["atlas: taken as never received (rule 1)", "atlas: not answered (rule 1)"]


async def test_a_reversal_that_the_issuer_refuses_is_told() -> None:
    books: dict[str, MemoryBook] = {}
    async with staged("at=issuer class=reversal -> 12", books=books) as (centre, client):
        sale = purchase()
        await client.ask(sale)
        await client.ask(reversal_of(sale))
        assert await reversed_at(centre) == ["0420"]
        assert held(books) == [("hold", 12_500)], "the bank did nothing"
    assert any("12" in notice.detail for notice in centre.notices if notice.kind == "not_accepted")


async def test_an_echo_that_an_issuer_leaves_unanswered_ends_its_line(autojump_clock: MockClock) -> None:
    async with staged("at=issuer issuer=atlas class=echo times=1 -> silence", issuers=["atlas"]) as (centre, client):
        while not any(notice.kind == "issuer_down" for notice in centre.notices):
            await a_while()
        while (await client.ask(purchase(len(decided(centre)) + 1))).response_code != "00":
            await a_while()
    assert noticed(centre) == ["not answered (rule 1)"]


async def test_a_sign_on_may_be_refused() -> None:
    rules = "at=issuer issuer=rif class=sign_on -> 91, 12, ok"
    async with staged(rules, issuers=["atlas", "rif"]) as (centre, client):
        other = purchase(4, de2=RIF.pan.digits, de14=RIF.expiry)
        assert (await client.ask(other)).response_code == "00", "it has signed on at last"
        assert (await client.ask(network("301"))).response_code == "00", "the gateway's own echo is the host's"
    refused = [notice.detail for notice in centre.notices if notice.kind == "not_signed_on"]
    assert [detail.partition(";")[0] for detail in refused] == [
        "rif: it answered 91 to the sign-on",
        "rif: it answered 12 to the sign-on",
    ]


async def test_rules_come_and_go_while_the_switch_runs_and_counts_survive_the_death_of_an_issuer() -> None:
    async with staged("at=issuer class=request per=rule -> 91, 91, 91, ok") as (centre, client):
        assert (await client.ask(purchase(1))).response_code == "91"
        centre.issuers["atlas"].cancel()
        while (await client.ask(purchase(2 + len(decided(centre)), de4="000000000001"))).response_code != "91":
            await a_while()
        other = purchase(90, de2=RIF.pan.digits, de14=RIF.expiry)
        (played,) = centre.server.script.playbook.played
        hits = played.hits
        assert hits >= 1
        while (await client.ask(other)).response_code == "91":
            other = purchase(int(other.stan) + 1, de2=RIF.pan.digits, de14=RIF.expiry)
        assert played.hits == 4
        centre.server.script.playbook.remove(lambda each: True)
        centre.server.rules_changed()
        assert centre.server._outgoing.issuers is None, "without rules a message pays nothing"


async def test_of_an_external_issuer_only_what_arrives_can_be_changed(autojump_clock: MockClock) -> None:
    books: dict[str, MemoryBook] = {}
    steps = "twice, wrong amount, late 500ms, 05, trickle, silence, lost"
    options: dict[str, Any] = {"books": books, "specification": external("atlas"), "issuers": ["atlas"]}
    async with staged(f"at=issuer class=request -> {steps}", **options) as (centre, client):
        answers = [await client.ask(purchase(stan)) for stan in range(1, 8)]
        assert [answer.response_code for answer in answers] == ["00", "20", "00", "00", "00", "91", "91"]
        await reversed_at(centre, count=3)
        assert not centre.server._issuers.awaits(trio.current_time()), "what was never sent is not answered"
        assert sum(entry.taken_minor for entry in books["atlas"].entries()) == 12_500 * 4
    assert [told.partition(" (")[0] for told in occurred(centre)] == [
        "atlas: answered: twice",
        "atlas: answered: wrong amount",
        "atlas: answered: late 500ms",
        "atlas: the code 05 is left out: it is no process of this centre",
        "atlas: a fault of its bytes is left out: it is no process of this centre",
        "atlas: not answered",
        "atlas: taken as never received",
    ]
    assert [message.mti for message in centre.heard["atlas"]].count("0100") == 6, "the last was never sent"


async def test_an_answer_that_never_comes_is_not_waited_for_without_end(autojump_clock: MockClock) -> None:
    specification = external("atlas")
    line: Any = SimpleNamespace(codec=SimpleNamespace(dialect=specification.dialects["ascii"]))
    cue = SimpleNamespace(conduct=HostRule.from_line("any -> silence", number=1, names={}).steps[0], reason="rule 1")
    script: Any = SimpleNamespace(answer_cue=lambda *_: cue)
    stage = IssuerStage(script, specification.issuers, lambda _: None, timeout_seconds=10.0)
    assert not stage.awaits(trio.current_time())
    stage.queued("atlas", line, b"", purchase(1))
    await trio.sleep(40.0)
    stage.queued("atlas", line, b"", purchase(2))
    stage.queued("atlas", line, b"", purchase(1))
    await trio.sleep(60.0)
    assert stage.awaits(trio.current_time()), "the same again begins anew"
    await trio.sleep(11.0)
    assert not stage.awaits(trio.current_time())
    assert stage.arrived("atlas", purchase(1)._replace(mti="0110")) is None


def test_a_rule_for_an_external_issuer_is_told_of_when_it_is_loaded() -> None:
    lines = ("at=issuer issuer=atlas,rif -> 05", "at=issuer any -> 05", "issuer=atlas -> 05")
    rules = [HostRule.from_line(line, number=number, names={}) for number, line in enumerate(lines, start=1)]
    (sentence,) = reach_warnings(rules, ["atlas", "vesta"])
    assert sentence.startswith("rule 1: atlas is no process of this centre: only faults of what arrives from it are possible")


async def test_the_same_seed_and_traffic_give_the_same_faults_twice() -> None:
    stories = []
    for order in ([1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 3, 4, 5, 6, 7, 8]):
        async with staged("at=issuer class=request chance=50% -> 05") as (_, client):
            stories.append([(await client.ask(purchase(stan))).response_code for stan in order])
    assert stories[0] == stories[1]
    assert set(stories[0]) == {"00", "05"}


async def test_a_rule_at_the_host_and_one_at_the_issuer_have_turns_of_their_own() -> None:
    async with staged("class=request -> ok, 91, ok", "at=issuer class=request -> 05, ok") as (_, client):
        assert [(await client.ask(purchase(stan))).response_code for stan in (1, 2, 3, 4)] == ["05", "91", "00", "00"]
