"""Cleared days on an issuer's accounts: a hold ends in one way, what was presented is posted once, whatever comes between."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from attrs import define
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from switch.card import Pan
from switch.issuers.account import AccountBook
from switch.issuers.advice import take
from switch.issuers.cards.product import DAY_MS
from switch.issuers.case import Means
from switch.issuers.decide import approval_codes, decide, undo
from switch.issuers.entry import HOLD_DAYS, Entry
from switch.issuers.posting import ClearedItem, Posting
from switch.issuers.process.book import Book, Deed, MemoryBook
from switch.issuers.process.upkeep import Upkeep
from switch.specs.load import load_specs
from switch.transaction import REFUND, Authorization, CardUse, ExchangeKey
from tests.issuers.cast import GOOD, NOW_MS, OF_SERIES, TODAY, advising, asked, atlas, completing, reversing

DAYS = [f"2026-11-{number:02d}" for number in range(1, 31)]


class Bank:
    """Atlas over a book, by a clock that is moved by hand."""

    def __init__(self, book: Book | MemoryBook, now_ms: int = NOW_MS) -> None:
        self.book, self.now_ms = book, now_ms
        self.accounts = AccountBook(atlas())
        self.accounts.replay(book.entries())
        self.upkeep = Upkeep(self.accounts, book)
        self.codes = approval_codes(7, "atlas", self.accounts.placed_count)

    def restarted(self) -> Bank:
        return Bank(self.book, self.now_ms)

    def ask(self, request: Authorization, *, killed: bool = False) -> Entry | None:
        """Judge a request; ``killed``: the process dies before it has written what it decided."""
        judged = decide(
            request,
            self.accounts,
            None,
            means=Means(self.book, "504", lambda _: CardUse()),
            now_ms=self.now_ms,
            today_yymm=TODAY,
            approval_codes=self.codes,
        )
        if judged.entry is not None and not killed:
            self.book.append([judged.entry])
        return judged.entry

    def tell(self, advice: Authorization) -> tuple[Entry, ...]:
        taken = take(advice, self.accounts, self.book, now_ms=self.now_ms)
        self.book.append(taken.entries)
        return taken.entries

    def reverse(self, request: Authorization, replacement_minor: int = 0) -> Entry | None:
        undone = undo(reversing(request, replacement_minor), self.accounts, self.book, now_ms=self.now_ms)
        if undone.entry is not None:
            self.book.append([undone.entry])
        return undone.entry

    def clear(self, business_date: str, *items: ClearedItem, whole: bool = True) -> None:
        """Book items of a cleared day, and with the last of them that all is booked."""
        posting = Posting(self.accounts, self.book, business_date, self.now_ms, lambda _: Pan(GOOD))
        for item in items:
            posting.book(item)
        day = (business_date, len(items), self.now_ms) if whole else None
        self.book.do(Deed(posting.entries, posting.items, day))

    def pass_days(self, days: int) -> None:
        self.now_ms += days * DAY_MS
        while self.upkeep.expire(self.now_ms):
            pass

    def money(self, pan: str = GOOD) -> tuple[int, int, int]:
        """Ledger balance, holds and available money of a card, the first less what its file says."""
        card = self.accounts.card(pan)
        held_minor = self.accounts.held_on(card.account)
        assert self.accounts.available_minor(card) == self.accounts.ledger_minor(card) - held_minor
        return (
            self.accounts.ledger_minor(card) - card.balance_minor,
            held_minor,
            self.accounts.available_minor(card) - card.balance_minor,
        )

    @property
    def kinds(self) -> list[tuple[str, int]]:
        return [(entry.kind, entry.amount_minor) for entry in self.book.entries()]


def presented(request: Authorization, amount_minor: int, number: int = 1, **other: Any) -> ClearedItem:
    return ClearedItem(number, amount_minor, request.amount_minor, request.key, request.rrn, "ABC123", **other)


def test_a_presentment_takes_the_place_of_its_hold() -> None:
    bank, sale = Bank(MemoryBook()), asked(GOOD, 12_500)
    bank.ask(sale)
    assert bank.money() == (0, 12_500, -12_500)

    bank.clear(DAYS[0], presented(sale, 12_500))

    assert bank.money() == (-12_500, 0, -12_500)
    assert bank.kinds == [("hold", 12_500), ("settled", 12_500), ("posted", 12_500)]
    assert bank.restarted().money() == bank.money()


def test_a_presentment_for_another_amount_takes_its_own() -> None:
    for amount_minor in (10_000, 15_000):
        bank, sale = Bank(MemoryBook()), asked(GOOD, 12_500)
        bank.ask(sale)
        bank.clear(DAYS[0], presented(sale, amount_minor))
        assert bank.money() == (-amount_minor, 0, -amount_minor)


def test_an_expired_hold_is_given_back_and_still_honoured_once_it_is_presented() -> None:
    bank, sale = Bank(MemoryBook()), asked(GOOD, 12_500)
    bank.ask(sale)

    bank.pass_days(HOLD_DAYS - 1)
    assert bank.money() == (0, 12_500, -12_500)
    bank.pass_days(1)
    assert bank.money() == (0, 0, 0)
    bank = bank.restarted()
    bank.pass_days(1)
    assert bank.kinds == [("hold", 12_500), ("expired", 12_500)]

    bank.clear(DAYS[0], presented(sale, 12_500))
    assert bank.money() == (-12_500, 0, -12_500)


def test_a_completion_of_an_expired_hold_is_an_advice_like_others() -> None:
    bank, booking = Bank(MemoryBook()), asked(GOOD, 12_500)
    bank.ask(booking)
    bank.pass_days(HOLD_DAYS)
    completion = completing(booking, 9_000)

    bank.tell(completion)
    assert bank.money() == (0, 9_000, -9_000)

    bank.clear(DAYS[0], presented(completion, 9_000))
    assert bank.money() == (-9_000, 0, -9_000)


def test_a_hold_that_the_centre_lets_expire_is_given_back_once_and_a_later_completion_debits_once() -> None:
    bank, booking = Bank(MemoryBook()), asked(GOOD, 12_500)
    bank.ask(booking)
    bank.clear(DAYS[0], presented(booking, 0))
    assert bank.money() == (0, 0, 0)
    assert bank.kinds == [("hold", 12_500), ("expired", 12_500)]
    bank = bank.restarted()
    bank.pass_days(HOLD_DAYS)
    assert bank.money() == (0, 0, 0)
    completion = completing(booking, 9_000)

    bank.tell(completion)
    assert bank.money() == (0, 9_000, -9_000)
    bank.clear(DAYS[1], presented(completion, 9_000, 2))

    assert bank.money() == (-9_000, 0, -9_000)
    assert bank.restarted().money() == bank.money()


def test_a_completion_that_is_booked_before_its_advice_comes_ends_the_holds_it_captures() -> None:
    bank, sale, more = Bank(MemoryBook()), asked(GOOD, 12_500), asked(GOOD, 1_000, stan=2)
    bank.ask(sale)
    bank.ask(more)
    completion = completing(sale, 13_500)

    bank.clear(DAYS[0], presented(completion, 13_500, captures=(sale.key, more.key)))
    assert bank.money() == (-13_500, 0, -13_500)

    assert bank.tell(completion) == ()
    bank.reverse(completion)
    assert bank.money() == (0, 0, 0)
    bank.clear(DAYS[1], presented(completion, -13_500))
    assert bank.money() == (0, 0, 0)


def test_a_reversal_gives_posted_money_back_at_once_and_its_cleared_day_does_not_again() -> None:
    bank, sale = Bank(MemoryBook()), asked(GOOD, 12_500)
    bank.ask(sale)
    bank.clear(DAYS[0], presented(sale, 12_500))

    bank.reverse(sale, 5_000)
    assert bank.money() == (-5_000, 0, -5_000)
    assert bank.reverse(sale, 5_000) is None
    bank.clear(DAYS[1], presented(sale, -7_500))
    assert bank.money() == (-5_000, 0, -5_000)


def test_a_reversal_before_its_sale_is_booked_comes_right_with_the_next_day() -> None:
    bank, sale = Bank(MemoryBook()), asked(GOOD, 12_500)
    bank.ask(sale)
    bank.reverse(sale)
    bank.clear(DAYS[0], presented(sale, 12_500))
    assert bank.money() == (-12_500, 0, -12_500)
    bank.clear(DAYS[1], presented(sale, -12_500))
    assert bank.money() == (0, 0, 0)


def test_a_refund_moves_its_money_once() -> None:
    bank, refund = Bank(MemoryBook()), asked(GOOD, 4_000, transaction_type=REFUND)
    bank.ask(refund)
    assert bank.money() == (4_000, 0, 4_000)
    bank.clear(DAYS[0], presented(refund, -4_000))
    assert bank.money() == (4_000, 0, 4_000)
    bank.reverse(refund)
    assert bank.money() == (0, 0, 0)
    bank.clear(DAYS[1], presented(refund, 4_000))
    assert bank.money() == (0, 0, 0)


def test_a_refund_that_is_cleared_for_more_and_lowered_takes_back_what_is_left_of_it_and_debits_the_rest() -> None:
    bank, refund = Bank(MemoryBook()), asked(GOOD, 4_000, transaction_type=REFUND)
    bank.ask(refund)
    bank.clear(DAYS[0], presented(refund, -5_000))
    bank.clear(DAYS[1], presented(refund, 2_000))
    bank.clear(DAYS[2], presented(refund, 4_500))
    assert bank.kinds == [("credit", 4_000), ("credit", 1_000), ("taken_back", 2_000), ("taken_back", 3_000), ("posted", 1_500)]
    assert bank.money() == (-1_500, 0, -1_500) == bank.restarted().money()
    assert bank.reverse(refund) is None, "nothing is left of it"


def test_what_the_issuer_was_never_asked_about_is_posted_to_the_account_of_its_card() -> None:
    bank, sale = Bank(MemoryBook()), asked(GOOD, 12_500)
    bank.clear(DAYS[0], presented(sale, 12_500, card="00"))
    assert bank.money() == (-12_500, 0, -12_500)
    assert bank.tell(advising(sale)) == (), "an advice that comes late holds nothing a second time"
    assert bank.money() == (-12_500, 0, -12_500)


def test_a_bank_with_another_currency_posts_at_the_rate_of_its_approval() -> None:
    """A hold of 2,001 yen for 125.00 MAD, presented for 100.00 MAD, then reversed."""
    sakura, sale, book = load_specs().issuers["sakura"], asked(GOOD, 12_500), MemoryBook()
    card = next(iter(sakura.all_cards()))
    book.append([Entry(NOW_MS, card.account, "hold", 2_001, *sale.key, sale.rrn, "", "00")])
    accounts = AccountBook(sakura)
    accounts.replay(book.entries())
    for date, amount_minor in ((DAYS[0], 10_000), (DAYS[1], -10_000)):
        posting = Posting(accounts, book, date, NOW_MS)
        posting.book(presented(sale, amount_minor))
        book.do(Deed(posting.entries, posting.items))

    kinds = [(entry.kind, entry.amount_minor) for entry in book.entries()]
    assert kinds == [("hold", 2_001), ("settled", 2_001), ("posted", 1_601), ("returned", 1_601)]
    assert accounts.available_minor(card) == card.balance_minor


def test_the_bank_moves_money_by_hand_and_blocks_an_account() -> None:
    bank, sale = Bank(MemoryBook()), asked(GOOD, 12_500)
    account = bank.accounts.card(GOOD).account
    bank.ask(sale)
    for order, amount_minor in (("credit", 500), ("block", 0)):
        bank.book.append(bank.accounts.by_hand(account, order, amount_minor, bank.book, NOW_MS))
    assert bank.money() == (500, 12_500, -12_000)
    assert bank.ask(asked(GOOD, 100, 2)) is None

    bank = bank.restarted()
    assert bank.ask(asked(GOOD, 100, 3)) is None
    for order in ("unblock", "unblock", "reset"):
        bank.book.append(bank.accounts.by_hand(account, order, 0, bank.book, NOW_MS))
    assert bank.money() == (0, 0, 0) == bank.restarted().money()
    assert bank.ask(asked(GOOD, 100, 4)) is not None
    assert bank.kinds[1:6] == [("deposit", 500), ("blocked", 0), ("unblocked", 0), ("release", 12_500), ("withdrawal", 500)]


@define
class Sale:
    """One debit as a naive bank has it: what is held, what is booked, and what was given back before a day said so."""

    request: Authorization
    number: int
    held_minor: int = 0
    held_at_ms: int = 0
    booked_minor: int = 0
    given_back_minor: int = 0  #: by reversals, ahead of their cleared day
    presented: bool = False

    @property
    def posted_minor(self) -> int:
        return self.booked_minor - self.given_back_minor


class AccountsOverTheDays(RuleBasedStateMachine):
    """Authorize, grant in part, reverse, complete, expire, post, adjust, credit; a restart from the book between any two."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.bank = Bank(Book.open(Path(self.folder.name) / "atlas.db"))
        self.sales: list[Sale] = []
        self.credited_minor = {GOOD: 0, OF_SERIES: 0}
        self.days = self.asked_count = 0

    def teardown(self) -> None:
        try:
            self.bank.pass_days(HOLD_DAYS)
            assert self.bank.accounts.held_minor == 0, "every hold ends"
        finally:
            self.bank.book.close()
            self.folder.cleanup()

    def some(self, data: st.DataObject) -> Sale:
        return data.draw(st.sampled_from(self.sales))

    def keep(self, request: Authorization, held_minor: int) -> Sale:
        sale = Sale(request, len(self.sales) + 1, held_minor, self.bank.now_ms)
        self.sales.append(sale)
        return sale

    @rule(pan=st.sampled_from([GOOD, OF_SERIES]), amount_minor=st.integers(1, 400_000), partial=st.booleans())
    def authorize(self, pan: str, amount_minor: int, partial: bool) -> None:
        self.asked_count += 1
        request = asked(pan, amount_minor, self.asked_count, partial_accepted=partial)
        available_minor = self.bank.accounts.available_minor(self.bank.accounts.card(pan))
        granted_minor = amount_minor if amount_minor <= available_minor else max(available_minor, 0) if partial else 0
        entry = self.bank.ask(request)
        assert (entry.amount_minor if entry else 0) == granted_minor
        if granted_minor:
            self.keep(request, granted_minor)

    @rule(pan=st.sampled_from([GOOD, OF_SERIES]), amount_minor=st.integers(1, 50_000))
    def refund(self, pan: str, amount_minor: int) -> None:
        self.asked_count += 1
        request = asked(pan, amount_minor, self.asked_count, transaction_type=REFUND)
        self.bank.ask(request)
        self.credited_minor[pan] += amount_minor
        if amount_minor % 2:
            self.clear(presented(request, -amount_minor, 900_000 + self.days))

    @precondition(lambda self: self.sales)
    @rule(data=st.data(), amount_minor=st.integers(1, 50_000))
    def complete(self, data: st.DataObject, amount_minor: int) -> None:
        original = self.some(data)
        stan = 700_000 + len(self.sales)
        completion = completing(original.request, amount_minor, stan, rrn=f"{stan:012d}")
        self.bank.tell(completion)
        original.held_minor = 0
        self.keep(completion, amount_minor)

    @precondition(lambda self: self.sales)
    @rule(data=st.data(), share=st.sampled_from([0, 0, 1, 3]))
    def reverse(self, data: st.DataObject, share: int) -> None:
        sale = self.some(data)
        replacement_minor = sale.request.amount_minor * share // 4
        self.bank.reverse(sale.request, replacement_minor)
        if sale.held_minor:
            sale.held_minor = min(sale.held_minor, replacement_minor)
        elif sale.posted_minor > replacement_minor:
            sale.given_back_minor += sale.posted_minor - replacement_minor

    @precondition(lambda self: any(not sale.presented for sale in self.sales))
    @rule(data=st.data(), extra_minor=st.sampled_from([0, 0, 1_000, -1]))
    def present(self, data: st.DataObject, extra_minor: int) -> None:
        """Some sales of a day at once, some for another amount than was held."""
        waiting = [sale for sale in self.sales if not sale.presented]
        chosen = data.draw(st.lists(st.sampled_from(waiting), min_size=1, max_size=3, unique_by=lambda sale: sale.number))
        items = []
        for sale in chosen:
            amount_minor = max(sale.request.amount_minor + extra_minor, 1)
            items.append(presented(sale.request, amount_minor, sale.number))
            sale.held_minor, sale.presented, sale.booked_minor = 0, True, amount_minor
        self.clear(*items)

    @precondition(lambda self: any(sale.booked_minor > 0 for sale in self.sales))
    @rule(data=st.data())
    def adjust(self, data: st.DataObject) -> None:
        sale = data.draw(st.sampled_from([sale for sale in self.sales if sale.booked_minor > 0]))
        amount_minor = data.draw(st.integers(1, sale.booked_minor))
        self.clear(presented(sale.request, -amount_minor, sale.number))
        sale.booked_minor -= amount_minor
        sale.given_back_minor = max(sale.given_back_minor - amount_minor, 0)

    @precondition(lambda self: self.sales)
    @rule(data=st.data())
    def repeat(self, data: st.DataObject) -> None:
        sale = self.some(data)
        if sale.request.original_key is None:
            assert self.bank.ask(sale.request) is None
        else:
            assert self.bank.tell(sale.request) == ()

    def clear(self, *items: ClearedItem) -> None:
        """Book a day; every other one in two steps, between which the process is killed."""
        self.days += 1
        date = f"day {self.days:06d}"
        if self.days % 2 and len(items) > 1:
            self.bank.clear(date, items[0], whole=False)
            self.bank = self.bank.restarted()
            items = items[self.bank.book.booked_count(date) or 0 :]
        self.bank.clear(date, *items)
        assert self.bank.book.booked_count(date) is None

    @rule(pan=st.sampled_from([GOOD, OF_SERIES]), amount_minor=st.integers(1, 50_000), again=st.booleans())
    def killed_before_it_has_written(self, pan: str, amount_minor: int, again: bool) -> None:
        """What it decided was never said: it is as if it had not been asked, and may be asked again."""
        self.asked_count += 1
        request = asked(pan, amount_minor, self.asked_count)
        self.bank.ask(request, killed=True)
        self.bank = self.bank.restarted()
        if again and self.bank.ask(request) is not None:
            self.keep(request, amount_minor)

    @precondition(lambda self: self.sales)
    @rule(data=st.data())
    def killed_before_it_has_answered(self, data: st.DataObject) -> None:
        """What it has written stands: a repeat gets the same answer, and nothing is held twice."""
        self.asked_count += 1
        request = asked(GOOD, data.draw(st.integers(1, 5_000)), self.asked_count)
        entry = self.bank.ask(request)
        self.bank = self.bank.restarted()
        assert self.bank.ask(request) is None or entry is None
        if entry is not None:
            self.keep(request, request.amount_minor)

    @rule(days=st.integers(1, 20))
    def days_pass(self, days: int) -> None:
        self.bank.pass_days(days)
        for sale in self.sales:
            if sale.held_at_ms + HOLD_DAYS * DAY_MS <= self.bank.now_ms:
                sale.held_minor = 0

    @rule()
    def restart(self) -> None:
        self.bank = self.bank.restarted()

    @invariant()
    def agree(self) -> None:
        for pan, credited_minor in self.credited_minor.items():
            of_card = [sale for sale in self.sales if sale.request.pan.digits == pan]
            ledger_minor, held_minor, _ = self.bank.money(pan)
            assert held_minor == sum(sale.held_minor for sale in of_card)
            assert ledger_minor == credited_minor - sum(sale.posted_minor for sale in of_card)
        self.holds_end_in_one_way()

    def holds_end_in_one_way(self) -> None:
        ends: dict[ExchangeKey, list[str]] = {}
        left: dict[ExchangeKey, int] = {}
        for entry in self.bank.book.entries():
            if entry.kind == "hold":
                assert entry.key not in left, "never a hold twice"
                left[entry.key] = entry.amount_minor
            elif entry.kind in ("release", "expired", "settled"):
                left[entry.key] -= entry.amount_minor
                assert left[entry.key] >= 0
                if not left[entry.key]:
                    ends.setdefault(entry.key, []).append(entry.kind)
        assert all(len(kinds) == 1 for kinds in ends.values())
        assert {key for key, minor in left.items() if not minor} == set(ends)


TestAccountsOverTheDays = pytest.mark.long(AccountsOverTheDays.TestCase)
TestAccountsOverTheDays.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
