"""What an issuer does when it is told of a cleared day: each presentment and adjustment is booked on its account, once.

What was presented ends the hold it was held for and takes its own amount from the ledger balance, also where the hold was for
another amount, has expired, or was never there. An item of nothing ends a hold that the merchant's contract has let expire, and
moves no money. A refund that the issuer credited when it approved it, and a reversal that it
obeyed before the day of it was cleared, have moved their money already; they are booked, and nothing moves twice.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Protocol

from switch.card import Pan
from switch.issuers.account import ACCOUNT_CURRENCY, NO_CARD, AccountBook
from switch.issuers.entry import (
    CREDIT,
    EXPIRED,
    HOLD,
    POSTED_DEBIT,
    RETURNED,
    SETTLED,
    TAKEN_BACK,
    Entry,
    EntryKind,
    Placed,
    Records,
)
from switch.transaction import ExchangeKey


class ClearedItem(NamedTuple):
    """One presentment or adjustment of a cleared day, as the issuer is told of it."""

    request_id: int  #: names the presentment; an adjustment has that of the presentment it adjusts
    amount_minor: int  #: above zero the cardholder is debited, below zero credited; 0: its hold has expired
    approved_minor: int  #: what was approved, in the currency of the amount
    key: ExchangeKey
    rrn: str
    approval_code: str
    captures: tuple[ExchangeKey, ...] = ()  #: the holds it captures, where they have keys of their own
    local_at: str = ""  #: time at the merchant, by which an issuer knows it whose messages have no DE 7
    card: str = ""  #: the card number as the centre keeps it: sealed, in hexadecimal


class BookedItem(NamedTuple):
    """A row of the issuer's book: what was presented, and under which exchange it is booked."""

    business_date: str
    request_id: int
    amount_minor: int  #: as it was presented
    billed_minor: int  #: in the currency of the account
    acquirer_id: str
    terminal_id: str
    stan: str
    transmitted_at: str

    @property
    def key(self) -> ExchangeKey:
        return ExchangeKey(self.acquirer_id, self.terminal_id, self.stan, self.transmitted_at)


class ClearingRecords(Records, Protocol):
    """The durable book, asked also for what is booked."""

    def booked_under(self, request_id: int) -> ExchangeKey | None:
        """The exchange under which a presentment is booked."""

    def booked_minor(self, key: ExchangeKey) -> int:
        """All that is booked under an exchange."""


class Posting:
    """Books items of one cleared day; ``entries`` and ``items`` go into the durable book in one commit.

    Nothing of it is remembered as an exchange: a day has more of these than an issuer remembers, and repeats of requests would
    no longer be known.
    """

    def __init__(
        self,
        accounts: AccountBook,
        records: ClearingRecords,
        business_date: str,
        now_ms: int,
        unseal: Callable[[str], Pan | None] = lambda _: None,
    ) -> None:
        self.entries: list[Entry] = []
        self.items: list[BookedItem] = []
        self._accounts, self._records, self._unseal = accounts, records, unseal
        self._date, self._now_ms = business_date, now_ms
        self._placed: dict[ExchangeKey, Placed | None] = {}
        self._booked_minor: dict[ExchangeKey, int] = {}

    def book(self, item: ClearedItem) -> None:
        key = self._key_of(item)
        held = dict.fromkeys((key, item.key, *item.captures))
        known = next((placed for each in held if (placed := self._standing(each)) is not None), None)
        account = known.entry.account if known is not None else self._account_of_card(item.card)
        for each in held:
            placed = self._standing(each)
            if placed is not None and placed.entry.kind == HOLD and placed.left_minor:
                how: EntryKind = SETTLED if item.amount_minor else EXPIRED
                self._write(placed.entry.changed(how, placed.left_minor, self._now_ms, self._date))
        billed_minor = self._billed(item, key)
        self._move(item, billed_minor, key, account)
        self.items.append(BookedItem(self._date, item.request_id, item.amount_minor, billed_minor, *key))
        self._booked_minor[key] = self._booked_before(key) + billed_minor

    def _billed(self, item: ClearedItem, key: ExchangeKey) -> int:
        """What an item is in the currency of the account: at the rate of its approval, where that is another."""
        placed = self._standing(key)
        if self._accounts.currency == ACCOUNT_CURRENCY or placed is None or not item.approved_minor:
            return item.amount_minor
        whole_minor, rest = divmod(abs(item.amount_minor) * placed.entry.amount_minor, item.approved_minor)
        billed_minor = whole_minor + (2 * rest >= item.approved_minor)
        return billed_minor if item.amount_minor > 0 else -billed_minor

    def _key_of(self, item: ClearedItem) -> ExchangeKey:
        """The exchange to book under: that of the presentment, also where its advice is still to come and finds it booked."""
        booked = self._records.booked_under(item.request_id)
        if booked is not None:
            return booked
        by_local_time = item.key._replace(transmitted_at=item.local_at)
        known = self._standing(by_local_time) if item.local_at and self._standing(item.key) is None else None
        return by_local_time if known is not None and known.entry.rrn == item.rrn else item.key

    def _move(self, item: ClearedItem, amount_minor: int, key: ExchangeKey, account: str) -> None:
        """Move what has not moved already."""
        placed = self._standing(key)
        debited_minor = placed.debited_minor if placed is not None else 0
        early_minor = self._booked_before(key) - debited_minor  # above zero: given before it was cleared; below: taken
        if amount_minor < 0 < early_minor:
            amount_minor = min(amount_minor + early_minor, 0)
        elif early_minor < 0 < amount_minor:
            amount_minor = max(amount_minor + early_minor, 0)
        refund = placed is not None and placed.entry.kind == CREDIT
        if amount_minor > 0 and refund and placed is not None and placed.left_minor:
            back_minor = min(amount_minor, placed.left_minor)
            self._write(self._entry(TAKEN_BACK, back_minor, item, key, account))
            amount_minor -= back_minor
        if amount_minor > 0:
            self._write(self._entry(POSTED_DEBIT, amount_minor, item, key, account))
        elif amount_minor < 0:
            kind: EntryKind = CREDIT if placed is None or refund else RETURNED
            self._write(self._entry(kind, -amount_minor, item, key, account))

    def _entry(self, kind: EntryKind, amount_minor: int, item: ClearedItem, key: ExchangeKey, account: str) -> Entry:
        return Entry(
            self._now_ms, account, kind, amount_minor, *key, item.rrn, item.approval_code, "", business_date=self._date
        )

    def _write(self, entry: Entry) -> None:
        before = self._standing(entry.key)
        self._placed[entry.key] = Placed.after(before, entry)
        self._accounts.apply(entry)
        self.entries.append(entry)

    def _standing(self, key: ExchangeKey) -> Placed | None:
        if key not in self._placed:
            self._placed[key] = self._accounts.standing(key, self._records)
        return self._placed[key]

    def _booked_before(self, key: ExchangeKey) -> int:
        if key not in self._booked_minor:
            self._booked_minor[key] = self._records.booked_minor(key)
        return self._booked_minor[key]

    def _account_of_card(self, sealed: str) -> str:
        """The account of a card the issuer was never asked about; empty where it has no such card."""
        pan = self._unseal(sealed) if sealed else None
        card = NO_CARD if pan is None else self._accounts.card(pan.digits)
        return card.account
