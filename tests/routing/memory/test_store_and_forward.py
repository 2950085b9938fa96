"""What issuers are owed, asked of the queues themselves: one at a time, repeated later and later, settled by its own answer."""

from __future__ import annotations

import pytest

from switch.routing.memory.deliveries import STANS, Deliveries, Delivery, DeliveryKind
from switch.transaction import ADVICE
from tests.support.dialogue import Dialogue, answered, asked, request, reversed_


def _owed(number: int, issuer: str = "atlas", kind: DeliveryKind = "reversal") -> Delivery:
    return Delivery(number, issuer, number, request(number), 0, "why", kind)


def _queues(*owed: Delivery, timers: float = 1.0) -> Deliveries:
    queues = Deliveries(timers)
    for each in owed:
        queues.add(each)
    return queues


def test_deliveries_of_an_issuer_go_one_by_one_and_those_of_another_beside_them() -> None:
    queues = _queues(_owed(1), _owed(2), _owed(3, "vesta"))
    assert queues.owed == 3
    assert [queues.next_send(issuer, 0.0) for issuer in ("atlas", "vesta", "nobody")] == [
        (_of(queues, "atlas"), False),
        (_of(queues, "vesta"), False),
        None,
    ]
    assert queues.next_send("atlas", 1.9) is None
    first = queues.answered("atlas", "000001", "reversal")
    assert first is not None
    assert first.delivery_id == 1
    second = queues.next_send("atlas", 1.9)
    assert second is not None
    assert (second[0].delivery_id, second[1], queues.owed) == (2, False, 2)


def _of(queues: Deliveries, issuer: str) -> Delivery:
    return queues._queues[issuer].waiting[0]


@pytest.mark.parametrize("timers", [1.0, 0.5])
def test_each_repeat_waits_twice_as_long_up_to_a_minute(timers: float) -> None:
    queues, now, pauses = _queues(_owed(1), timers=timers), 0.0, list[float]()
    for attempt in range(9):
        sent = queues.next_send("atlas", now)
        assert sent is not None
        assert sent[1] == (attempt > 0), "the first is no repeat"
        (due,) = queues.repeat_times({"atlas"})
        assert queues.next_send("atlas", due - 0.001) is None
        pauses.append((due - now) / timers)
        now = due
    assert pauses == [2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0, 60.0, 60.0]


def test_repeats_are_due_where_an_issuer_is_up_and_something_is_under_way() -> None:
    queues = _queues(_owed(1), _owed(2, "vesta"), _owed(3, "rif"))
    assert queues.repeat_times({"atlas", "vesta", "rif"}) == [], "nothing was sent yet"
    queues.next_send("atlas", 0.0)
    queues.next_send("vesta", 5.0)
    assert sorted(queues.repeat_times({"atlas", "vesta", "rif"})) == [2.0, 7.0]
    assert queues.repeat_times({"vesta"}) == [7.0]
    queues.reconnected("vesta")
    assert queues.repeat_times({"vesta"}) == []
    again = queues.next_send("vesta", 5.1)
    assert again is not None
    assert again[1], "what was under way on a lost line goes again as a repeat"
    queues.answered("vesta", "000002", "reversal")
    assert queues.repeat_times({"vesta"}) == []


@pytest.mark.parametrize(
    ("stan", "kind", "terminal_id", "settles"),
    [
        ("000001", "reversal", "", True),
        ("000001", "reversal", "TERM0001", True),
        ("000001", "reversal", "TERM0002", False),
        ("000002", "reversal", "", False),
        ("000001", ADVICE, "", False),
    ],
)
def test_a_delivery_is_settled_by_an_answer_of_its_kind_stan_and_terminal(
    stan: str, kind: DeliveryKind, terminal_id: str, settles: bool
) -> None:
    queues = _queues(_owed(1))
    assert queues.answered("atlas", stan, kind, terminal_id) is None, "it was not sent yet"
    queues.next_send("atlas", 0.0)
    assert (queues.answered("atlas", stan, kind, terminal_id) is not None) == settles
    assert queues.answered("vesta", stan, kind, terminal_id) is None
    assert queues.owed == (0 if settles else 1)


def test_a_reversal_has_a_stan_of_its_own_that_begins_anew_and_an_advice_that_of_its_request() -> None:
    assert [_owed(number).stan for number in (1, STANS, STANS + 1)] == ["000001", "999999", "000001"]
    assert _owed(7, kind=ADVICE).stan == "000007"
    told = Delivery(9, "atlas", 7, request(7), 0, "why", ADVICE)
    assert told.stan == "000007"


def test_only_the_delivery_under_way_is_given_up() -> None:
    queues = _queues(_owed(1), _owed(2))
    queues.next_send("atlas", 0.0)
    assert not queues.given_up(_owed(2))
    assert not queues.given_up(_owed(1, "vesta"))
    assert queues.given_up(_owed(1))
    assert not queues.given_up(_owed(1))
    assert queues.given_up(_owed(2))
    assert not queues.given_up(_owed(2)), "nothing is left"
    assert queues.answered("atlas", "000002", "reversal") is None


def test_the_next_look_is_due_when_the_first_of_all_times_comes() -> None:
    talk = Dialogue()
    assert talk.board.next_deadline() is None
    for event in (asked(1), answered(1), reversed_(1)):
        talk >> event
        talk.drop()
    assert talk.board.next_deadline() == 2.0, "the repeat of the reversal"
    talk.now = 1.0
    talk >> asked(2)
    talk.drop()
    assert talk.board.next_deadline() == 2.0
    talk.wait(1.5).drop()
    assert talk.board.next_deadline() == 6.5
    talk.wait(4.5).drop()
    deadline = talk.board.next_deadline()
    assert deadline is not None
    assert deadline <= 11.0, "the request that waits; before it may be looked in vain"
