"""Decisions of any time by their key."""

from __future__ import annotations

from switch.routing.memory.history import History
from switch.routing.memory.past import DecidedRequest, NoArchive
from switch.transaction import Decision, ExchangeKey
from tests.support.dialogue import request


class Journal(NoArchive):
    """A past of one decision, which is read anew each time."""

    def find(self, key: ExchangeKey) -> DecidedRequest | None:
        decision = Decision(response_code="00", approval_code="A00001", decided_by="atlas", reason="approved")
        return DecidedRequest(1, request(1), "atlas", decision, 12_500) if key == request(1).key else None


def test_what_was_read_of_the_journal_once_is_what_is_changed_from_then_on() -> None:
    history = History(Journal())
    past = history.find(request(1).key)
    assert past is not None
    past.remaining_minor = 5_000
    again = history.find(request(1).key)
    assert again is not None
    assert again.remaining_minor == 5_000
    assert list(history.remembered()) == [past]
    assert history.again(request(1).key)
    assert history.find(request(2).key) is None
