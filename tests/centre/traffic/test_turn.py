"""Journal, then send: a journal and lines that write into one list show in which order a turn happens."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import Any

import pytest

from switch.centre.traffic.turn import Turn
from switch.journal.journal import Batch
from switch.routing.memory.deliveries import Delivery
from switch.routing.traffic.effects import (
    Deliver,
    Effect,
    Forward,
    JournalDecision,
    JournalDelivered,
    JournalDelivery,
    JournalOccurrence,
    JournalReconciliation,
    JournalRequest,
    JournalReversal,
    Reply,
    ReplyReversal,
    ReplyTotals,
)
from switch.routing.traffic.notice import Notice
from switch.transaction import Decision
from tests.support.dialogue import request

OWED: Any = Delivery.__new__(Delivery)
ANY: Any = None
DECLINED = Decision(response_code="91", decided_by="switch", reason="lost", approval_code=None, carried=None)

#: One of each kind, those that are sent first, as a careless switchboard would give them.
SENT: tuple[Effect, ...] = (
    Reply(ANY, request(), DECLINED),
    Forward("atlas", request()),
    ReplyReversal(ANY, ANY, "00"),
    ReplyTotals(ANY, ANY, ANY),
    Deliver(OWED, repeat=False),
)
TOLD: tuple[Effect, ...] = (Notice("cut_off", "a date has ended"),)
OCCURRED: tuple[Effect, ...] = (JournalOccurrence(7, "late_answer", "answer 00 after the decision"),)
WRITTEN: tuple[Effect, ...] = (
    JournalRequest(1, request(), "ascii", None, None, None),
    JournalDecision(1, DECLINED),
    JournalReversal(ANY, "ascii", ANY),
    JournalReconciliation(ANY, "ascii", ANY),
    JournalDelivery(OWED),
    JournalDelivered(3, "00"),
)


class Lines:
    """Lines of two peers that write down when something is queued and when bytes leave; a forward may fail on them."""

    def __init__(self, happened: list[str], follows: Sequence[Effect] = ()) -> None:
        self._happened, self._follows, self._queued = happened, follows, 0
        kinds: list[type[Any]] = [type(each) for each in SENT]
        self.actions = dict.fromkeys(kinds, self._queue)

    def _queue(self, effect: Effect, now: float) -> Iterable[Effect]:
        self._queued += 1
        return self._follows if isinstance(effect, Forward) else ()

    def flush(self) -> None:
        self._happened += [f"sent {self._queued}"] if self._queued else []
        self._queued = 0


class DiskFullError(Exception):
    pass


def perform(effects: Sequence[Effect], *, follows: Sequence[Effect] = (), full: bool = False) -> list[str]:
    """What happened, in order."""
    happened: list[str] = []

    def commit(batch: Batch) -> None:
        if full:
            raise DiskFullError
        rows = (name for name in Batch.__slots__ if not name.startswith("__") and name != "reversed_before")
        lists = [getattr(batch, name) for name in rows]
        happened.append(f"committed {sum(map(len, lists))}")

    turn = Turn(commit, Lines(happened, follows), lambda notice: happened.append(f"told {notice.kind}: {notice.detail}"))
    try:
        turn.perform(list(effects), 0.0)
    except DiskFullError:
        happened.append("raised")
    return happened


def test_all_rows_of_a_turn_are_committed_before_the_first_byte_and_people_are_told_last() -> None:
    assert perform([*SENT, *TOLD, *OCCURRED, *WRITTEN]) == [
        "committed 7",
        "sent 5",
        "told late_answer: request 7: answer 00 after the decision",
        "told cut_off: a date has ended",
    ]


@pytest.mark.parametrize("written", [*WRITTEN, *OCCURRED])
@pytest.mark.parametrize("sent", SENT)
def test_whatever_is_journaled_stands_before_whatever_is_sent(written: Effect, sent: Effect) -> None:
    for order in itertools.permutations((written, sent)):
        assert perform(order)[:2] == ["committed 1", "sent 1"]


@pytest.mark.parametrize("written", [*WRITTEN, *OCCURRED])
def test_where_the_journal_fails_nothing_is_sent_and_nothing_told(written: Effect) -> None:
    assert perform([*SENT, *TOLD, written], full=True) == ["raised"]


def test_what_follows_from_a_forward_that_fails_is_in_the_same_commit() -> None:
    follows = (JournalDecision(1, DECLINED), Reply(ANY, request(), DECLINED), *TOLD)
    happened = perform([WRITTEN[0], SENT[1]], follows=follows)
    assert happened == ["committed 2", "sent 2", "told cut_off: a date has ended"]


def test_a_turn_with_nothing_to_write_commits_nothing() -> None:
    assert perform(SENT) == ["sent 5"]
    assert perform(TOLD) == ["told cut_off: a date has ended"]
    assert perform([]) == []
