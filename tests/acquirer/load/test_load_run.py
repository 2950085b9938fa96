"""Loads by a clock that jumps, on a host that is played: when messages go out, and what their answers count as."""

from __future__ import annotations

from typing import Any

import pytest
import trio
import trio.testing

from switch.acquirer.load.load_run import LoadRun
from switch.acquirer.load.mix import LoadStep, Mix, MixPart
from switch.acquirer.load.tally import LINE_BROKE, NOT_ANSWERED
from switch.errors import UnreachableError
from switch.iso8583.message import Message
from tests.acquirer.load.played_host import DROP, Answering, PlayedHost, played

QUICK = Answering()
SALES = (MixPart(),)


def mix(rate: float | None, seconds: float = 2.0, *, connections: int = 2, window: int = 4, **more: Any) -> Mix:
    whole = {"parts": SALES, "timeout_seconds": 1.0, **more}
    return Mix(steps=(LoadStep(rate=rate, seconds=seconds),), connections=connections, window=window, **whole)


async def test_messages_go_out_at_their_times(autojump_clock: trio.testing.MockClock) -> None:
    run = await played(mix(100), PlayedHost(lambda _: QUICK))
    tally = run.tally

    assert (tally.sent, tally.approved, tally.errors, tally.not_sent) == (200, 200, 0, 0)
    assert tally.times.at(0.99) == pytest.approx(5, abs=0.1)
    assert tally.behind.figures()["max"] == pytest.approx(0, abs=0.1)
    assert tally.seconds == pytest.approx(2, abs=0.02)


async def test_a_host_that_stalls_does_not_hide_what_was_due_meanwhile(autojump_clock: trio.testing.MockClock) -> None:
    """Coordinated omission: one message of two hundred takes a second, and a hundred were due in that second."""
    host = PlayedHost(lambda message: Answering(seconds=1.0 if len(host.seen) == 50 else 0.001))
    tally = (await played(mix(100, connections=1, window=1, timeout_seconds=5.0), host)).tally

    assert tally.sent == 200
    assert (tally.from_sending.at(0.95) or 0) < 5
    assert (tally.times.at(0.90) or 0) > 500
    assert (tally.behind.at(0.90) or 0) > 500


async def test_what_no_window_took_in_time_is_not_hidden(autojump_clock: trio.testing.MockClock) -> None:
    tally = (await played(mix(100, connections=1, window=1), PlayedHost(lambda _: Answering(seconds=0.1)))).tally

    assert tally.sent + tally.not_sent == 200
    assert tally.not_sent > 150
    assert tally.errors == tally.not_sent


async def test_without_a_rate_the_window_is_always_full_and_never_more(autojump_clock: trio.testing.MockClock) -> None:
    host = PlayedHost(lambda _: Answering(seconds=0.1))
    tally = (await played(mix(None, 1.0, connections=2, window=3), host)).tally

    assert host.outstanding_most == 6
    assert tally.sent == pytest.approx(60, abs=6)
    assert tally.behind.count == 0
    assert tally.answered == tally.sent


async def test_steps_follow_each_other_and_are_counted_apart(autojump_clock: trio.testing.MockClock) -> None:
    steps = (LoadStep(rate=10, seconds=1), LoadStep(rate=50, seconds=2), LoadStep(rate=None, seconds=1))
    tally = (await played(Mix(steps=steps, parts=SALES, connections=1, window=1), PlayedHost(lambda _: QUICK))).tally

    assert [step.sent for step in tally.steps][:2] == [10, 100]
    assert [step.seconds for step in tally.steps] == pytest.approx([1, 2, 1], abs=0.02)
    assert [step.behind.count > 0 for step in tally.steps] == [True, True, False]


async def test_what_is_not_answered_is_counted_and_reversed(autojump_clock: trio.testing.MockClock) -> None:
    host = PlayedHost(lambda message: QUICK if message.mti == "0420" else Answering(code=""))
    tally = (await played(mix(10, 1.0, window=10, reverse_unanswered=True), host)).tally
    sales = [message for message in host.seen if message.mti == "0100"]
    reversals = [message for message in host.seen if message.mti == "0420"]

    assert (tally.unanswered, tally.approved) == (10, 10)
    assert tally.outcomes["0100", NOT_ANSWERED].count == 10
    assert sorted(each.elements[90][4:10] for each in reversals) == sorted(each.stan for each in sales)
    assert sorted(each.elements[37] for each in reversals) == sorted(each.elements[37] for each in sales)
    assert len({each.stan for each in host.seen}) == 20


async def test_an_answer_that_comes_when_nobody_waits_is_late(autojump_clock: trio.testing.MockClock) -> None:
    host = PlayedHost(lambda message: Answering(seconds=1.3 if len(host.seen) <= 2 else 0.001))
    tally = (await played(mix(10, 3.0), host)).tally

    assert (tally.unanswered, tally.late, tally.answered) == (2, 2, 28)


async def test_reversals_follow_own_approvals_each_once(autojump_clock: trio.testing.MockClock) -> None:
    parts = (
        MixPart(share=2),
        MixPart(type="preauth"),
        MixPart(type="completion"),
        MixPart(type="reversal"),
        MixPart(type="echo"),
    )
    host = PlayedHost(lambda _: QUICK)
    tally = (await played(mix(200, parts=parts), host)).tally
    asked = {message.stan: message for message in host.seen if message.mti == "0100"}
    following = [message for message in host.seen if message.mti in ("0420", "0220")]
    named = [message.elements[90][4:10] for message in following]

    assert tally.errors == 0
    assert len(following) > 60
    assert len(set(named)) == len(named)
    assert all(asked[stan].elements[4] == each.elements[4] for stan, each in zip(named, following, strict=True))
    assert all(each.elements[38] == "ABC123" for each in following if each.mti == "0220")
    assert {message.mti for message in host.seen} == {"0100", "0220", "0420", "0800"}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({4: "000000000001"}, "DE 4: found '000000000001'"),
        ({37: "999999999999"}, "DE 37"),
        ({39: "30"}, "found 30: the host made nothing of the message"),
        ({39: "05"}, "DE 39: found 05, expected 00, 51"),
    ],
)
async def test_a_wrong_answer_is_told_and_stops_the_load(
    changes: dict[int, str], told: str, autojump_clock: trio.testing.MockClock
) -> None:
    host = PlayedHost(lambda message: Answering(changes=changes if len(host.seen) == 5 else {}))
    run = await played(mix(100, parts=(MixPart(expect=("00", "51")),), stop_on_wrong=True), host)

    assert run.tally.wrong == 1
    assert told in run.tally.wrong_told[0]
    assert run.tally.sent < 10
    assert run.tally.stopped == "a wrong answer"


async def test_an_approval_of_less_is_no_wrong_answer(autojump_clock: trio.testing.MockClock) -> None:
    host = PlayedHost(lambda _: Answering(code="10", changes={4: "000000000001"}))

    assert (await played(mix(10), host)).tally.wrong == 0


async def test_a_line_that_breaks_is_made_again(autojump_clock: trio.testing.MockClock) -> None:
    host = PlayedHost(lambda message: Answering(code=DROP) if len(host.seen) == 50 else QUICK)
    tally = (await played(mix(100, connections=1), host)).tally

    assert tally.reconnected == 1
    assert tally.broken == tally.outcomes["0100", LINE_BROKE].count >= 1
    assert tally.answered == 200 - tally.broken
    assert host.calls == 2


async def test_the_count_ends_it(autojump_clock: trio.testing.MockClock) -> None:
    for rate in (None, 50.0):
        tally = (await played(mix(rate, 100.0, count_max=37), PlayedHost(lambda _: QUICK))).tally
        assert (tally.sent, tally.answered, tally.errors) == (37, 37, 0)


async def test_who_asks_to_stop_gets_what_was_measured(autojump_clock: trio.testing.MockClock) -> None:
    host = PlayedHost(lambda message: Answering(seconds=0.2))

    def meanwhile(run: LoadRun) -> None:
        async def stops() -> None:
            await trio.sleep(1)
            run.stop("interrupted")

        assert host.nursery is not None
        host.nursery.start_soon(stops)

    tally = (await played(mix(10, 100.0), host, meanwhile=meanwhile)).tally
    assert 8 <= tally.sent <= 11
    assert (tally.answered, tally.stopped) == (tally.sent, "interrupted")


async def test_nobody_listens(autojump_clock: trio.testing.MockClock) -> None:
    with pytest.RaisesGroup(UnreachableError, allow_unwrapped=True, flatten_subgroups=True):
        await played(mix(10), PlayedHost(lambda _: QUICK, refuses=True))


async def test_the_same_seed_draws_the_same(autojump_clock: trio.testing.MockClock) -> None:
    def told(message: Message) -> tuple[str, ...]:
        return (message.mti, *(message.elements[number] for number in (2, 3, 4, 41, 42)))

    hosts = [PlayedHost(lambda _: QUICK) for _ in range(3)]
    for host, seed in zip(hosts, (7, 7, 8), strict=True):
        await played(mix(50, 1.0, connections=1, seed=seed), host)
    first, second, other = (list(map(told, host.seen)) for host in hosts)
    assert first == second != other
