from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from switch.issuers import account
from switch.issuers.account import AccountBook
from switch.issuers.book import MemoryBook
from switch.transaction import Decision
from tests.issuers.cast import GOOD, NOW_MS, OF_SERIES, POOR, STOLEN, STRANGER, Issuer, asked, atlas

BALANCES = {GOOD: 100_000, POOR: 3_500, STOLEN: 100_000, OF_SERIES: 100_000_000, STRANGER: 0}


def test_a_release_gives_the_hold_back_once() -> None:
    issuer = Issuer()
    request = asked(GOOD, 12_500)
    issuer.judge(request)
    assert issuer.available() == 87_500

    released = issuer.accounts.release(request.key, NOW_MS + 1)

    assert released is not None
    assert (released.kind, released.account, released.amount_minor) == ("release", "atlas-0001", 12_500)
    assert issuer.accounts.release(request.key, NOW_MS + 2) is None
    assert issuer.available() == 100_000


def test_a_refused_exchange_has_nothing_to_release() -> None:
    issuer = Issuer()
    issuer.judge(asked(STOLEN))

    assert issuer.accounts.release(asked(STOLEN).key, NOW_MS) is None


def test_only_the_last_exchanges_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(account, "EXCHANGES_REMEMBERED_MAX", 2)
    issuer = Issuer()
    for stan in (1, 2, 3):
        issuer.judge(asked(stan=stan))

    assert [issuer.accounts.remembered(asked(stan=stan).key) is None for stan in (1, 2, 3)] == [True, False, False]


def test_entries_of_a_card_that_left_the_file_touch_no_other() -> None:
    issuer = Issuer()
    hold = issuer.judge(asked(GOOD)).hold
    assert hold is not None
    again = AccountBook(atlas())

    again.replay([hold._replace(account="atlas-9999")])

    assert again.available_minor(again.card(GOOD)) == 100_000
    assert again.held_minor == hold.amount_minor


@dataclass
class Hold:
    """What the naive bank remembers of one approval."""

    pan: str
    amount_minor: int
    stan: int
    decision: Decision
    released: bool = False


class AccountsAgainstNaiveBank(RuleBasedStateMachine):
    """The account book beside a bank that adds everything up anew each time."""

    def __init__(self) -> None:
        super().__init__()
        self.issuer = Issuer()
        self.book = MemoryBook()
        self.holds: list[Hold] = []
        self.stan = 0

    def naive_available(self, pan: str) -> int:
        return BALANCES[pan] - sum(hold.amount_minor for hold in self.holds if hold.pan == pan and not hold.released)

    @rule(pan=st.sampled_from(sorted(BALANCES)), amount_minor=st.integers(0, 60_000))
    def authorize(self, pan: str, amount_minor: int) -> None:
        self.stan += 1
        good = pan not in (STOLEN, STRANGER) and 0 < amount_minor <= self.naive_available(pan)

        judgement = self.issuer.judge(asked(pan, amount_minor, self.stan))

        assert judgement.decision.approved == good
        assert (judgement.hold is not None) == good
        if judgement.hold:
            self.book.append([judgement.hold])
            self.holds.append(Hold(pan, amount_minor, self.stan, judgement.decision))

    @precondition(lambda self: self.holds)
    @rule(data=st.data())
    def repeat(self, data: st.DataObject) -> None:
        hold = data.draw(st.sampled_from(self.holds))

        judgement = self.issuer.judge(asked(hold.pan, hold.amount_minor, hold.stan))

        assert (judgement.decision, judgement.hold) == (hold.decision, None)

    @precondition(lambda self: self.holds)
    @rule(data=st.data())
    def release(self, data: st.DataObject) -> None:
        hold = data.draw(st.sampled_from(self.holds))

        entry = self.issuer.accounts.release(asked(stan=hold.stan).key, NOW_MS)

        assert (entry is None) == hold.released
        if entry:
            self.book.append([entry])
            hold.released = True

    @rule()
    def restart(self) -> None:
        codes = self.issuer.codes
        self.issuer = Issuer()
        self.issuer.codes = codes
        self.issuer.accounts.replay(self.book.entries())

    @invariant()
    def agree(self) -> None:
        available = {pan: self.issuer.available(pan) for pan in BALANCES}
        assert available == {pan: self.naive_available(pan) for pan in BALANCES}
        assert min(available.values()) >= 0
        assert self.issuer.accounts.held_minor == sum(hold.amount_minor for hold in self.holds if not hold.released)
        assert self.issuer.accounts.holds_placed == len(self.holds)


AccountsAgainstNaiveBank.TestCase.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
TestAccountsAgainstNaiveBank = AccountsAgainstNaiveBank.TestCase
