"""A verification that waits, with a clock that a test moves: woken by what comes, and one more look after the deadline."""

from __future__ import annotations

from collections.abc import Sequence

from switch.verification.seen_message import SeenMessage, SeenMessages
from switch.witness.waiting import Verified, verified
from tests.verification.seen_builder import T, expect, seen


class Played:
    """Messages that come at their times; waiting moves the clock to the next of them, or to the end of the wait."""

    def __init__(self, *coming: SeenMessage, writer_ends_at: float | None = None, busy: float = 0.0) -> None:
        self.now_ms, self._coming = T, list(coming)
        self._ends_ms = None if writer_ends_at is None else T + round(writer_ends_at * 1000)
        self._busy_ms = round(busy * 1000)  #: that the machine takes to come back from waiting
        self.waits: list[float] = []

    def clock_ms(self) -> int:
        return self.now_ms

    def look(self) -> Sequence[SeenMessage]:
        come = [each for each in self._coming if each.at_ms <= self.now_ms]
        del self._coming[: len(come)]
        return come

    def wait(self, seconds: float) -> bool:
        self.waits.append(seconds)
        until = self.now_ms + round(seconds * 1000)
        if self._coming:
            until = min(until, self._coming[0].at_ms)
        if self._ends_ms is not None and until >= self._ends_ms:
            self.now_ms = max(self.now_ms, self._ends_ms)
            return False
        self.now_ms = until + self._busy_ms
        return True

    def verified(self, *texts: str, wait: float, before: Sequence[SeenMessage] = ()) -> Verified:
        expectations = [expect(text) for text in texts]
        return verified(expectations, self, wait_ms=round(wait * 1000), seen=SeenMessages(before), clock_ms=self.clock_ms)


def states(outcome: Verified) -> list[str]:
    return [verdict.state for verdict in outcome.verdicts]


def test_it_ends_as_soon_as_all_are_met() -> None:
    played = Played(seen(1, "0100", 1), seen(2, "0420", 3), seen(3, "0800", 20))
    outcome = played.verified("one 0420 within 30s of its 0100", "one 0100", wait=40)
    assert (states(outcome), outcome.met, outcome.waited_ms) == (["met", "met"], True, 3_000)
    assert played.waits == [40, 30.0]  # woken by the 0100, which then sets the time


def test_what_was_seen_before_needs_no_wait() -> None:
    played = Played()
    assert played.verified("one 0420", wait=0, before=[seen(1, "0420")]).met
    assert played.waits == []


def test_it_fails_when_the_time_of_the_original_is_over_and_not_before() -> None:
    played = Played(seen(1, "0100", 1))
    outcome = played.verified("one 0420 within 30s of its 0100", wait=60)
    assert (states(outcome), outcome.waited_ms) == (["failed"], 31_000)


def test_it_looks_once_more_after_the_deadline_however_late_the_machine_is() -> None:
    played = Played(seen(1, "0420", 2), busy=100)  # woken at 2 s, and back at 102 s
    assert played.verified("one 0420", wait=5).met


def test_nothing_after_is_waited_for_to_the_end() -> None:
    outcome = Played(seen(1, "0420", 1)).verified("one 0420, nothing after", wait=5)
    assert (states(outcome), outcome.waited_ms) == (["met"], 5_000)
    outcome = Played(seen(1, "0420", 1), seen(2, "0421", 3)).verified("one 0420, nothing after", wait=5)
    assert (states(outcome), outcome.waited_ms) == (["failed"], 3_000)


def test_where_nobody_writes_it_does_not_wait() -> None:
    outcome = Played(writer_ends_at=0).verified("one 0420", "no 0100 for 5s", wait=40)
    assert (states(outcome), outcome.waited_ms) == (["failed", "met"], 0)


def test_the_end_of_the_writer_is_followed_by_one_more_look() -> None:
    played = Played(seen(1, "0420", 3), writer_ends_at=3)
    assert played.verified("one 0420", wait=40).met


def test_what_no_expectation_speaks_of_is_in_the_outcome() -> None:
    outcome = Played(seen(1, "0100"), seen(2, "0800")).verified("one 0100", wait=0)
    assert [each.number for each in outcome.unexpected] == [2]
