from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from attrs import evolve
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from switch.card import Pan
from switch.issuers import account
from switch.issuers.account import AccountBook
from switch.issuers.book import Book, MemoryBook
from switch.issuers.decide import OVERTAKEN_REASON
from switch.transaction import Authorization, Decision, Reversal
from tests.issuers.cast import GOOD, NOW_MS, OF_SERIES, POOR, STOLEN, STRANGER, Issuer, asked, atlas, reversing

SILENT = "[[rule]]\nwhen = { amount = '7.77' }\nthen = { silence = true }"
SILENT_MINOR = 777
BALANCES = {GOOD: 100_000, POOR: 3_500, STOLEN: 100_000, OF_SERIES: 100_000_000, STRANGER: 0}
PANS = st.sampled_from(sorted(BALANCES))
AMOUNTS = st.integers(0, 60_000) | st.just(SILENT_MINOR)


def test_a_release_gives_the_hold_back_once() -> None:
    issuer = Issuer()
    request = asked(GOOD, 12_500)
    issuer.judge(request)
    assert issuer.available() == 87_500

    released = issuer.accounts.lower(request.key, NOW_MS + 1)

    assert released is not None
    assert (released.kind, released.account, released.amount_minor) == ("release", "atlas-0001", 12_500)
    assert issuer.accounts.lower(request.key, NOW_MS + 2) is None
    assert issuer.available() == 100_000


def test_a_refused_exchange_has_nothing_to_release() -> None:
    issuer = Issuer()
    issuer.judge(asked(STOLEN))

    assert issuer.accounts.lower(asked(STOLEN).key, NOW_MS) is None


def test_only_the_last_exchanges_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(account, "EXCHANGES_REMEMBERED_MAX", 2)
    issuer = Issuer()
    for stan in (1, 2, 3):
        issuer.judge(asked(stan=stan))

    assert [issuer.accounts.remembered(asked(stan=stan).key) is None for stan in (1, 2, 3)] == [True, False, False]


def test_entries_of_a_card_that_left_the_file_touch_no_other() -> None:
    issuer = Issuer()
    hold = issuer.judge(asked(GOOD)).entry
    assert hold is not None
    again = AccountBook(atlas())

    again.replay([hold._replace(account="atlas-9999")])

    assert again.available_minor(again.card(GOOD)) == 100_000
    assert again.held_minor == hold.amount_minor


@dataclass
class Exchange:
    """What the naive bank remembers of one request, come or only reversed."""

    request: Authorization
    decision: Decision | None = None  #: None: it has not come, or met silence
    left_minor: int = 0
    reversed: bool = False

    @property
    def approved(self) -> bool:
        return self.decision is not None and self.decision.approved


class AccountsAgainstNaiveBank(RuleBasedStateMachine):
    """The issuer beside a bank that adds everything up anew each time: holds = Σ approved - Σ released."""

    exchanges_max = account.EXCHANGES_REMEMBERED_MAX

    def __init__(self) -> None:
        super().__init__()
        self.issuer = Issuer(SILENT, self.open_book())
        self.exchanges: dict[int, Exchange] = {}
        self.reversals: list[Reversal] = []
        account.EXCHANGES_REMEMBERED_MAX = self.exchanges_max

    def teardown(self) -> None:
        account.EXCHANGES_REMEMBERED_MAX = AccountsAgainstNaiveBank.exchanges_max

    def open_book(self) -> Book | MemoryBook:
        return MemoryBook()

    def naive_available(self, pan: str) -> int:
        of_card = (exchange for exchange in self.exchanges.values() if exchange.request.pan.digits == pan)
        return BALANCES[pan] - sum(exchange.left_minor for exchange in of_card)

    def new(self, pan: str, amount_minor: int) -> Exchange:
        stan = len(self.exchanges) + 1
        exchange = self.exchanges[stan] = Exchange(asked(pan, amount_minor, stan))
        return exchange

    def comes(self, exchange: Exchange) -> None:
        """A request is judged as the naive bank would, whether it comes for the first time or was forgotten."""
        request = exchange.request
        pan, amount_minor = request.pan.digits, request.amount_minor
        silent = amount_minor == SILENT_MINOR and not exchange.reversed
        good = not exchange.reversed and pan not in (STOLEN, STRANGER) and 0 < amount_minor <= self.naive_available(pan)

        judgement = self.issuer.judge(request)

        assert judgement.silence == silent
        assert judgement.decision.approved == (judgement.entry is not None) == (good and not silent)
        assert (judgement.decision.reason == OVERTAKEN_REASON) == exchange.reversed
        exchange.decision = None if silent else judgement.decision
        exchange.left_minor = amount_minor if judgement.entry else 0

    def any_exchange(self, data: st.DataObject) -> Exchange:
        return self.exchanges[data.draw(st.sampled_from(sorted(self.exchanges)))]

    @rule(pan=PANS, amount_minor=AMOUNTS)
    def authorize(self, pan: str, amount_minor: int) -> None:
        self.comes(self.new(pan, amount_minor))

    @precondition(lambda self: self.exchanges)
    @rule(data=st.data())
    def repeat(self, data: st.DataObject) -> None:
        exchange = self.any_exchange(data)
        if self.issuer.accounts.remembered(exchange.request.key) is not None:
            judgement = self.issuer.judge(exchange.request)
            assert (judgement.decision, judgement.entry) == (exchange.decision, None)
        elif not exchange.approved:  # a repeat of an approval that has left the memory is past EXCHANGES_REMEMBERED_MAX
            self.comes(exchange)

    @rule(pan=PANS, amount_minor=AMOUNTS, data=st.data())
    def reverse_what_has_not_come(self, pan: str, amount_minor: int, data: st.DataObject) -> None:
        self.reverse_exchange(self.new(pan, amount_minor), data)

    @precondition(lambda self: self.exchanges)
    @rule(data=st.data())
    def reverse(self, data: st.DataObject) -> None:
        self.reverse_exchange(self.any_exchange(data), data)

    def reverse_exchange(self, exchange: Exchange, data: st.DataObject) -> None:
        request = exchange.request
        reversal = reversing(
            request,
            data.draw(st.integers(0, request.amount_minor) | st.just(0), label="replacement_minor"),
            stan=900_000 + len(self.reversals),
            mti=data.draw(st.sampled_from(["0400", "0420"])),
            original_key=data.draw(st.sampled_from([request.key, None])),
            pan=data.draw(st.sampled_from([request.pan, None])),
        )
        released_minor = max(exchange.left_minor - reversal.replacement_minor, 0)

        undoing = self.issuer.undo(reversal)

        assert undoing.response_code == "00"
        if exchange.approved:
            assert (undoing.entry.amount_minor if undoing.entry else 0) == released_minor
            exchange.left_minor -= released_minor
        else:
            assert undoing.entry is None or undoing.entry.kind == "reversed"
            assert undoing.entry is not None or exchange.reversed
            exchange.reversed = True
        self.reversals.append(reversal)

    @precondition(lambda self: self.reversals)
    @rule(data=st.data())
    def repeat_reversal(self, data: st.DataObject) -> None:
        reversal = data.draw(st.sampled_from(self.reversals))
        again = evolve(
            reversal, mti=reversal.mti[:3] + "1", key=data.draw(st.sampled_from([reversal.key, asked(stan=999_999).key]))
        )

        assert self.issuer.undo(again) == ("00", None)

    @precondition(lambda self: any(exchange.approved for exchange in self.exchanges.values()))
    @rule(data=st.data())
    def reverse_with_another_card(self, data: st.DataObject) -> None:
        approved = [exchange.request for exchange in self.exchanges.values() if exchange.approved]
        request = data.draw(st.sampled_from(approved))
        other = Pan(data.draw(PANS.filter(lambda pan: pan != request.pan.digits)))

        assert self.issuer.undo(reversing(request, pan=other)) == ("25", None)

    @rule()
    def restart(self) -> None:
        self.issuer = self.issuer.restarted()

    @invariant()
    def agree(self) -> None:
        available = {pan: self.issuer.available(pan) for pan in BALANCES}
        assert available == {pan: self.naive_available(pan) for pan in BALANCES}
        assert min(available.values()) >= 0
        amounts = self.issuer.kinds
        held_minor = sum(amount for kind, amount in amounts if kind == "hold")
        released_minor = sum(amount for kind, amount in amounts if kind == "release")
        left_minor = sum(exchange.left_minor for exchange in self.exchanges.values())
        assert self.issuer.accounts.held_minor == held_minor - released_minor == left_minor
        assert self.issuer.accounts.placed_count == sum(exchange.approved for exchange in self.exchanges.values())


class ShortOfMemoryAgainstNaiveBank(AccountsAgainstNaiveBank):
    """The same with room for two exchanges, so that most originals are found in the book, which is a file."""

    exchanges_max = 2

    def open_book(self) -> Book:
        self.folder = TemporaryDirectory()
        return Book.open(Path(self.folder.name) / "atlas.db")

    def teardown(self) -> None:
        self.issuer.book.close()
        self.folder.cleanup()
        super().teardown()


AccountsAgainstNaiveBank.TestCase.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
ShortOfMemoryAgainstNaiveBank.TestCase.settings = settings(max_examples=25, stateful_step_count=30, deadline=None)
TestAccountsAgainstNaiveBank = AccountsAgainstNaiveBank.TestCase
TestShortOfMemoryAgainstNaiveBank = ShortOfMemoryAgainstNaiveBank.TestCase
