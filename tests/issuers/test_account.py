from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from attrs import evolve
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from switch.card import Pan
from switch.issuers import account
from switch.issuers.account import AccountBook
from switch.issuers.decide import OVERTAKEN_REASON
from switch.issuers.process.book import Book, MemoryBook
from switch.transaction import ADVICE, PURCHASE, REFUND, Authorization, Decision, Reversal
from tests.issuers.cast import (
    GOOD,
    NOW_MS,
    OF_SERIES,
    POOR,
    STOLEN,
    STRANGER,
    Issuer,
    advising,
    asked,
    atlas,
    completing,
    reversing,
)

SILENT_MINOR = 777  #: a request for so much never comes
BALANCES = {GOOD: 100_000, POOR: 3_500, STOLEN: 100_000, OF_SERIES: 100_000_000, STRANGER: 0}
PANS = st.sampled_from(sorted(BALANCES))
AMOUNTS = st.integers(0, 60_000) | st.just(SILENT_MINOR)
KINDS = st.sampled_from([PURCHASE, PURCHASE, REFUND])


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
    placed: bool = False  #: a hold or a credit was made of it once
    granted_minor: int = 0
    placings: int = 0  #: holds or credits made of it
    left_minor: int = 0
    reversed: bool = False
    settled: bool = False  #: a reversal of it came: no advice adds to it
    completes: Exchange | None = None

    @property
    def taken_minor(self) -> int:
        return -self.left_minor if self.request.transaction_type == REFUND else self.left_minor


def said(decision: Decision | None) -> tuple[str, str | None, int | None] | None:
    """What a repeat has to be told again; the words of the reason are not in the book."""
    return (decision.response_code, decision.approval_code, decision.approved_minor) if decision else None


class AccountsAgainstNaiveBank(RuleBasedStateMachine):
    """The issuer beside a bank that adds everything up anew each time: balance + Σ credits left - Σ holds left."""

    exchanges_max = account.EXCHANGES_REMEMBERED_MAX

    def __init__(self) -> None:
        super().__init__()
        self.issuer = Issuer(self.open_book())
        self.exchanges: dict[int, Exchange] = {}
        self.reversals: list[Reversal] = []
        account.EXCHANGES_REMEMBERED_MAX = self.exchanges_max

    def teardown(self) -> None:
        account.EXCHANGES_REMEMBERED_MAX = AccountsAgainstNaiveBank.exchanges_max

    def open_book(self) -> Book | MemoryBook:
        return MemoryBook()

    def naive_available(self, pan: str) -> int:
        of_card = (exchange for exchange in self.exchanges.values() if exchange.request.pan.digits == pan)
        return BALANCES[pan] - sum(exchange.taken_minor for exchange in of_card)

    def keep(self, request: Authorization) -> Exchange:
        exchange = self.exchanges[len(self.exchanges) + 1] = Exchange(request)
        return exchange

    def new(self, pan: str, amount_minor: int, **other: Any) -> Exchange:
        return self.keep(asked(pan, amount_minor, len(self.exchanges) + 1, **other))

    def naive_grant(self, request: Authorization) -> int:
        """What a good card is granted of a request; 0: it is declined."""
        available_minor = self.naive_available(request.pan.digits)
        if request.transaction_type == REFUND or request.amount_minor <= available_minor:
            return request.amount_minor
        return max(available_minor, 0) if request.partial_accepted else 0

    def comes(self, exchange: Exchange) -> None:
        """A request is judged as the naive bank would, whether it comes for the first time or was forgotten."""
        request = exchange.request
        if request.amount_minor == SILENT_MINOR:
            return
        bad = exchange.reversed or request.pan.digits in (STOLEN, STRANGER)
        granted_minor = 0 if bad else self.naive_grant(request)

        judgement = self.issuer.judge(request)

        assert judgement.decision.approved == (judgement.entry is not None) == (granted_minor > 0)
        assert (judgement.decision.reason == OVERTAKEN_REASON) == exchange.reversed
        exchange.decision = judgement.decision
        exchange.placed, exchange.left_minor = granted_minor > 0, granted_minor
        exchange.granted_minor = granted_minor
        exchange.placings += granted_minor > 0
        if judgement.entry is not None and request.transaction_type != REFUND:
            assert judgement.entry.amount_minor == granted_minor
            assert self.issuer.available(request.pan.digits) >= 0, "no authorization takes an account below zero"

    def told(self, exchange: Exchange, advice: Authorization) -> None:
        """An advice is booked whatever the account has, unless it is booked already or reversed.

        Where the bank had granted a part, and is told that all was granted in its stead, all takes the place of the part.
        """
        known = advice.pan.digits != STRANGER
        part = exchange.placed and exchange.left_minor == exchange.granted_minor < advice.amount_minor and not exchange.settled
        booked = known and (part or not exchange.placed) and not exchange.reversed and advice.amount_minor > 0
        released_minor, original = exchange.left_minor if part else 0, exchange.completes
        if known and not exchange.placed and original is not None and original.request.transaction_type != REFUND:
            released_minor, original.left_minor = original.left_minor, 0

        taken = self.issuer.take(advice)

        assert taken.decision.response_code == ("00" if known else "14")
        assert sum(entry.amount_minor for entry in taken.entries if entry.kind == "release") == released_minor
        assert sum(entry.kind in ("hold", "credit") for entry in taken.entries) == booked
        if booked:
            exchange.decision = self.issuer.accounts.remembered(advice.key)
            exchange.placed, exchange.left_minor = True, advice.amount_minor
            exchange.granted_minor = advice.amount_minor
            exchange.placings += 1

    def any_exchange(self, data: st.DataObject) -> Exchange:
        return self.exchanges[data.draw(st.sampled_from(sorted(self.exchanges)))]

    @rule(pan=PANS, amount_minor=AMOUNTS, kind=KINDS, partial=st.booleans())
    def authorize(self, pan: str, amount_minor: int, kind: str, partial: bool) -> None:
        self.comes(self.new(pan, amount_minor, transaction_type=kind, partial_accepted=partial))

    @rule(pan=PANS, amount_minor=AMOUNTS, kind=KINDS)
    def advise_of_what_was_never_asked(self, pan: str, amount_minor: int, kind: str) -> None:
        exchange = self.new(pan, amount_minor, transaction_type=kind)
        self.told(exchange, advising(exchange.request))

    @precondition(lambda self: self.exchanges)
    @rule(data=st.data())
    def advise(self, data: st.DataObject) -> None:
        exchange = self.any_exchange(data)
        self.told(exchange, advising(exchange.request))

    @precondition(lambda self: self.exchanges)
    @rule(data=st.data(), amount_minor=AMOUNTS)
    def complete(self, data: st.DataObject, amount_minor: int) -> None:
        original, stan = self.any_exchange(data), len(self.exchanges) + 1
        completion = completing(original.request, amount_minor, 700_000 + stan, rrn=f"{stan:012d}")
        exchange = self.keep(completion)
        exchange.completes = original
        self.told(exchange, completion)

    @precondition(lambda self: self.exchanges)
    @rule(data=st.data())
    def repeat(self, data: st.DataObject) -> None:
        exchange = self.any_exchange(data)
        if exchange.request.function == ADVICE:
            self.told(exchange, exchange.request)
        elif self.issuer.accounts.remembered(exchange.request.key) is not None:
            judgement = self.issuer.judge(exchange.request)
            assert (said(judgement.decision), judgement.entry) == (said(exchange.decision), None)
        elif not exchange.placed:  # a repeat of an approval that has left the memory is past EXCHANGES_REMEMBERED_MAX
            self.comes(exchange)

    @rule(pan=PANS, amount_minor=AMOUNTS, kind=KINDS, data=st.data())
    def reverse_what_has_not_come(self, pan: str, amount_minor: int, kind: str, data: st.DataObject) -> None:
        self.reverse_exchange(self.new(pan, amount_minor, transaction_type=kind), data)

    @precondition(lambda self: self.exchanges)
    @rule(data=st.data())
    def reverse(self, data: st.DataObject) -> None:
        self.reverse_exchange(self.any_exchange(data), data)

    def reverse_exchange(self, exchange: Exchange, data: st.DataObject) -> None:
        request = exchange.request
        whole = exchange.decision is None or exchange.decision.approved_minor is None
        reversal = reversing(
            request,
            data.draw(st.integers(0, request.amount_minor) | st.just(0), label="replacement_minor"),
            stan=900_000 + len(self.reversals),
            mti=data.draw(st.sampled_from(["0400", "0420"])),
            original_key=data.draw(st.sampled_from([request.key, None] if whole else [request.key])),
            pan=data.draw(st.sampled_from([request.pan, None])),
        )
        released_minor = max(exchange.left_minor - reversal.replacement_minor, 0)

        undoing = self.issuer.undo(reversal)

        assert undoing.response_code == "00"
        if exchange.placed:
            moved = undoing.entry if undoing.entry is not None and undoing.entry.kind != "reversed" else None
            assert (moved.amount_minor if moved else 0) == released_minor
            exchange.left_minor -= released_minor
            exchange.settled = True  # what an advice says of it afterwards adds nothing
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

    @precondition(lambda self: any(exchange.placed for exchange in self.exchanges.values()))
    @rule(data=st.data())
    def reverse_with_another_card(self, data: st.DataObject) -> None:
        placed = [exchange.request for exchange in self.exchanges.values() if exchange.placed]
        request = data.draw(st.sampled_from(placed))
        other = Pan(data.draw(PANS.filter(lambda pan: pan != request.pan.digits)))

        assert self.issuer.undo(reversing(request, pan=other)) == ("25", None)

    @rule()
    def restart(self) -> None:
        self.issuer = self.issuer.restarted()

    @invariant()
    def agree(self) -> None:
        available = {pan: self.issuer.available(pan) for pan in BALANCES}
        assert available == {pan: self.naive_available(pan) for pan in BALANCES}
        entries = list(self.issuer.book.entries())
        for exchange in self.exchanges.values():
            of_key = [entry for entry in entries if entry.key == exchange.request.key]
            assert sum(entry.taken_minor for entry in of_key) == exchange.taken_minor
        held = [exchange.left_minor for exchange in self.exchanges.values() if exchange.request.transaction_type != REFUND]
        assert self.issuer.accounts.held_minor == sum(held)
        assert self.issuer.accounts.placed_count == sum(exchange.placings for exchange in self.exchanges.values())


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


AccountsAgainstNaiveBank.TestCase.settings = settings(stateful_step_count=30)
ShortOfMemoryAgainstNaiveBank.TestCase.settings = settings(stateful_step_count=30)
TestAccountsAgainstNaiveBank = AccountsAgainstNaiveBank.TestCase
TestShortOfMemoryAgainstNaiveBank = ShortOfMemoryAgainstNaiveBank.TestCase
