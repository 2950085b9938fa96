"""Faults put into an issuer's accounts on purpose: the state machines that hold its book to a naive bank find each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from switch.issuers import entry
from switch.issuers.account import AccountBook
from switch.issuers.entry import Entry, Placed
from switch.issuers.posting import Posting
from switch.issuers.process.book import Book
from tests.issuers.test_account import AccountsAgainstNaiveBank
from tests.issuers.test_posting import AccountsOverTheDays

#: No shrinking, and the same examples each time: what is asked is whether a fault is found at all.
QUICK: Final = settings(
    max_examples=150,
    stateful_step_count=30,
    phases=[Phase.generate],
    database=None,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
Patch = pytest.MonkeyPatch


def repeats_are_held_again(patch: Patch) -> None:
    patch.setattr(AccountBook, "remembered", lambda self, key: None)


def a_release_gives_nothing_back(patch: Patch) -> None:
    patch.setitem(entry.SIGNS, "release", 0)


def an_expired_hold_is_not_given_back(patch: Patch) -> None:
    patch.setitem(entry.SIGNS, "expired", 0)


def a_hold_expires_whatever_a_reversal_has_left_of_it(patch: Patch) -> None:
    def expire(self: AccountBook, hold: Entry, records: Any, now_ms: int) -> Entry | None:
        ended = hold.changed("expired", hold.amount_minor, now_ms)
        self.apply(ended)
        return ended

    patch.setattr(AccountBook, "expire", expire)


def holds_never_expire(patch: Patch) -> None:
    patch.setattr(AccountBook, "expire", lambda self, hold, records, now_ms: None)


def a_presentment_does_not_end_its_hold(patch: Patch) -> None:
    written = Posting._write

    def write(self: Posting, line: Entry) -> None:
        if line.kind != "settled":
            written(self, line)

    patch.setattr(Posting, "_write", write)


def a_reversed_sale_is_given_back_again_by_its_day(patch: Patch) -> None:
    patch.setattr(Placed, "debited_minor", property(lambda self: self.posted_minor * 0))


def a_posting_leaves_the_ledger_as_it_is(patch: Patch) -> None:
    patch.delitem(entry.LEDGER_SIGNS, "posted")


def what_was_written_last_is_lost_in_a_kill(patch: Patch) -> None:
    def entries(self: Any) -> Iterable[Entry]:
        return iter([*all_entries(self)][:-1])

    all_entries = Book.entries
    patch.setattr(Book, "entries", entries)


def a_restart_forgets_what_reversals_have_left(patch: Patch) -> None:
    def replay(self: AccountBook, entries: Iterable[Entry]) -> None:
        replayed(self, [each for each in entries if each.kind != "release"])

    replayed = AccountBook.replay
    patch.setattr(AccountBook, "replay", replay)


def a_reversal_before_its_request_is_forgotten(patch: Patch) -> None:
    patch.setattr(AccountBook, "came_reversed", lambda self, request: False)


def a_card_may_spend_more_than_it_has(patch: Patch) -> None:
    available = AccountBook.available_minor
    patch.setattr(AccountBook, "available_minor", lambda self, card: available(self, card) + 100)


def a_reversal_can_raise_what_is_left(patch: Patch) -> None:
    def lowering(self: Placed, replacement_minor: int, now_ms: int) -> Entry | None:
        by_minor = self.entry.amount_minor - replacement_minor
        kind = entry.RETURNED if not self.left_minor else entry.LOWERED_BY[self.entry.kind]
        return self.entry.changed(kind, by_minor, now_ms) if by_minor > 0 else None

    patch.setattr(Placed, "lowering", lowering)


FAULTS: Final[list[tuple[Callable[[Patch], None], type[RuleBasedStateMachine]]]] = [
    (a_release_gives_nothing_back, AccountsAgainstNaiveBank),
    (a_reversal_before_its_request_is_forgotten, AccountsAgainstNaiveBank),
    (a_card_may_spend_more_than_it_has, AccountsAgainstNaiveBank),
    (a_reversal_can_raise_what_is_left, AccountsAgainstNaiveBank),
    (repeats_are_held_again, AccountsOverTheDays),
    (an_expired_hold_is_not_given_back, AccountsOverTheDays),
    (a_hold_expires_whatever_a_reversal_has_left_of_it, AccountsOverTheDays),
    (holds_never_expire, AccountsOverTheDays),
    (a_presentment_does_not_end_its_hold, AccountsOverTheDays),
    (a_reversed_sale_is_given_back_again_by_its_day, AccountsOverTheDays),
    (a_posting_leaves_the_ledger_as_it_is, AccountsOverTheDays),
    (what_was_written_last_is_lost_in_a_kill, AccountsOverTheDays),
    (a_restart_forgets_what_reversals_have_left, AccountsOverTheDays),
]


@pytest.mark.parametrize(("plant", "machine"), FAULTS, ids=[f"{plant.__name__}-{kind.__name__}" for plant, kind in FAULTS])
def test_a_planted_fault_is_found(
    plant: Callable[[Patch], None], machine: type[RuleBasedStateMachine], monkeypatch: Patch
) -> None:
    plant(monkeypatch)
    with pytest.raises(Exception):  # noqa: B017  (an assertion of the machine's, or one of the product's own)
        run_state_machine_as_test(machine, settings=QUICK)


def test_the_machines_find_nothing_where_nothing_is_planted() -> None:
    assert issubclass(AccountsAgainstNaiveBank, RuleBasedStateMachine)
    for machine in (AccountsAgainstNaiveBank, AccountsOverTheDays):
        run_state_machine_as_test(machine, settings=settings(QUICK, max_examples=10))
