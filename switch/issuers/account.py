"""The accounts of one issuer: what each has, what is held on it and credited to it, and what was lately decided.

Pure and in memory; it is rebuilt from the entries of the issuer's durable book (``issuers.process.book``). The ledger balance
is the balance of the card's file, with credits, less what cleared days have posted; available money is the ledger balance less
the holds. No authorization takes it below zero; an advice may, since it tells of what is done already, and so may a posting.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from typing import TypeVar

from attrs import evolve

from switch.card import Pan
from switch.issuers.cards.product import DAY_MS, WEEK_MS
from switch.issuers.cards.status import ACTIVE, BLOCKED_BY_BANK
from switch.issuers.cards.uses import Uses
from switch.issuers.entry import (
    BLOCKED,
    BY_HAND,
    CREDIT,
    DEPOSIT,
    EXPIRED,
    HOLD,
    HOLD_DAYS,
    LEDGER_SIGNS,
    LOWERED_BY,
    RELEASE,
    REVERSED,
    SIGNS,
    UNBLOCKED,
    WITHDRAWAL,
    Entry,
    EntryKind,
    EntryReference,
    Placed,
    Records,
)
from switch.issuers.profile import Card, Profile
from switch.transaction import (
    APPROVED,
    APPROVED_REASON,
    CREDITS,
    PARTIALLY_APPROVED,
    Authorization,
    Decision,
    ExchangeKey,
    Reversal,
)

ACCOUNT_CURRENCY = "504"  #: accounts are kept in dirhams, unless the issuer's file names another currency

#: Exchanges whose answer is kept for a repeat, about 0.5 kB each. A repeat follows within an acquirer's timer of some tens
#: of seconds: a minute of 1,000 tx/s.
EXCHANGES_REMEMBERED_MAX = 65_536

#: Originals kept that were reversed before they came, as many by key as by reference, about 0.5 kB each. Past it the oldest
#: is forgotten, and judged as any request should it come. One that its reversal has overtaken follows within an acquirer's
#: timer: a minute of 1,000 a second.
REVERSED_REMEMBERED_MAX = 65_536

#: Cards of series and card files kept once they were used, about 1 kB each. Past it all are looked up anew, in some 20 µs.
FURTHER_CARDS_MAX = 65_536

#: Cards with limits whose debits of the last week are kept in memory, about 0.5 kB each. Past it all are read anew from the
#: book, each when it is next used.
USES_REMEMBERED_MAX = 65_536

_TERM_OF_EARLIER_MS = HOLD_DAYS * DAY_MS  #: of a hold that an earlier release wrote

Kept = TypeVar("Kept")

#: Stands for a card the issuer has not given out; its account has nothing.
NO_CARD = Card(pan=Pan(""), expiry="", cvv2=None, balance_minor=0, status=ACTIVE, purpose="", account="")


class AccountBook:
    """Cards by number, money by account, the last exchanges with their answers, and originals reversed before they came."""

    __slots__ = (
        "_blocked",
        "_cards",
        "_exchanges",
        "_find_further",
        "_further",
        "_ledger_minor",
        "_reversed",
        "_reversed_by_reference",
        "_taken_minor",
        "_uses",
        "currency",
        "hold_terms_ms",
        "issuer_id",
        "placed_count",
    )

    def __init__(self, profile: Profile) -> None:
        self.issuer_id = profile.id
        self.currency = profile.billing_currency or ACCOUNT_CURRENCY  #: of all accounts
        self.placed_count = 0  #: holds and credits ever, undone or not: where the approval codes go on after a restart
        self._cards = {card.pan.digits: card for card in profile.cards}
        self._find_further = profile.further_card
        self._further: dict[str, Card] = {}
        self._uses: dict[str, Uses] = {}  #: by account, of the cards whose product limits them
        self._taken_minor: dict[str, int] = {}  #: by account: what its available money is less than the card's file says
        self._ledger_minor: dict[str, int] = {}  #: by account: what its ledger balance is more than the card's file says
        self._blocked: set[str] = set()
        self.hold_terms_ms: set[int] = set()  #: how long holds last: every time one was placed for
        #: What was answered, what was placed, what is left of that and was posted of it: one tuple, as there may be 65,536.
        self._exchanges: OrderedDict[ExchangeKey, tuple[Decision, Entry | None, int, int]] = OrderedDict()
        self._reversed: OrderedDict[ExchangeKey, None] = OrderedDict()
        self._reversed_by_reference: OrderedDict[EntryReference, None] = OrderedDict()

    def replay(self, entries: Iterable[Entry]) -> None:
        """Take up what a book tells, in its order. Entries of accounts that have left the file are kept and touch no card."""
        for entry in entries:
            if entry.kind == REVERSED:
                reference = EntryReference(entry.rrn, entry.terminal_id, entry.amount_minor)
                self._remember_reversed(entry.key if entry.stan else None, reference)
                continue
            if entry.kind in LOWERED_BY and not entry.business_date:
                before = self._exchanges.get(entry.key)
                self._move(entry)
                self.recall(Placed(entry, entry.amount_minor, 0 if before is None else before[3]))
            else:
                self.apply(entry)

    def card(self, digits: str) -> Card:
        """The card of this number, or NO_CARD; that of a blocked account says so."""
        card = self._cards.get(digits) or self._further.get(digits) or self._further_card(digits)
        if self._blocked and card.account in self._blocked:
            return evolve(card, status=BLOCKED_BY_BANK)
        return card

    def _further_card(self, digits: str) -> Card:
        """A card of a series, or of the card file; it is kept as long as there is room."""
        card = self._find_further(digits)
        if card is None:
            return NO_CARD
        if len(self._further) >= FURTHER_CARDS_MAX:
            self._further.clear()
        self._further[digits] = card
        return card

    def uses(self, card: Card, records: Records, now_ms: int) -> Uses:
        """What a card did in the last week: from the durable book when it is first asked for, and kept up from then on."""
        uses = self._uses.get(card.account)
        if uses is None:
            if len(self._uses) >= USES_REMEMBERED_MAX:
                self._uses.clear()
            uses = self._uses[card.account] = Uses()
            for entry in records.of_account(card.account, now_ms - WEEK_MS):
                _count(entry, uses)
        return uses

    def available_minor(self, card: Card) -> int:
        return card.balance_minor - self._taken_minor.get(card.account, 0)

    def ledger_minor(self, card: Card) -> int:
        """What the account has before its holds."""
        return card.balance_minor + self._ledger_minor.get(card.account, 0)

    def held_on(self, account: str) -> int:
        """All that is held on an account."""
        return self._taken_minor.get(account, 0) + self._ledger_minor.get(account, 0)

    def blocked(self, account: str) -> bool:
        return account in self._blocked

    @property
    def held_minor(self) -> int:
        """All that is held, over all accounts."""
        return sum(self._taken_minor.values()) + sum(self._ledger_minor.values())

    def hold(self, request: Authorization, card: Card, granted_minor: int, approval_code: str, code: str, now_ms: int) -> Entry:
        """Hold what is granted of a request; the entry is for the durable book, before the answer leaves."""
        assert 0 < granted_minor <= self.available_minor(card)
        return self._place(HOLD, request, card, granted_minor, approval_code, code, now_ms)

    def credit(self, request: Authorization, card: Card, approval_code: str, code: str, now_ms: int) -> Entry:
        """Credit a refund; the entry is for the durable book, before the answer leaves."""
        assert request.amount_minor > 0
        return self._place(CREDIT, request, card, request.amount_minor, approval_code, code, now_ms)

    def force(self, advice: Authorization, card: Card, code: str, now_ms: int) -> Entry:
        """Hold or credit what an advice tells of, whatever the account has."""
        kind: EntryKind = CREDIT if advice.transaction_type in CREDITS else HOLD
        return self._place(kind, advice, card, advice.amount_minor, advice.approval_code or "", code, now_ms)

    def _place(
        self, kind: EntryKind, asked: Authorization, card: Card, amount_minor: int, approval_code: str, code: str, now_ms: int
    ) -> Entry:
        acquirer_id, terminal_id, stan, transmitted_at = asked.key
        entry = Entry(
            now_ms, card.account, kind, amount_minor,
            acquirer_id, terminal_id, stan, transmitted_at, asked.rrn, approval_code, code,
            now_ms + hold_term_ms(card) if kind == HOLD else 0,
        )  # fmt: skip
        self._move(entry)
        return entry

    def apply(self, entry: Entry) -> None:
        """Take up one line: what it does to its account, and to its exchange where that is remembered."""
        self._move(entry)
        if entry.kind in BY_HAND:
            return
        placed = self._remembered_placed(entry.key)
        after = None if placed is None else Placed.after(placed, entry)
        if after is not None:
            self._exchanges[entry.key] = (self._exchanges[entry.key][0], *after)

    def _move(self, entry: Entry) -> None:
        account, kind = entry.account, entry.kind
        taken_minor = SIGNS[kind] * entry.amount_minor
        if taken_minor:
            self._taken_minor[account] = self._taken_minor.get(account, 0) + taken_minor
        if kind == HOLD:
            self.placed_count += 1
            self.hold_terms_ms.add(entry.expires_at_ms - entry.recorded_at_ms if entry.expires_at_ms else _TERM_OF_EARLIER_MS)
        elif kind in LEDGER_SIGNS:
            self._ledger_minor[account] = self._ledger_minor.get(account, 0) - taken_minor
            self.placed_count += kind == CREDIT
        elif kind == BLOCKED:
            self._blocked.add(account)
        elif kind == UNBLOCKED:
            self._blocked.discard(account)
        if account in self._uses:
            _count(entry, self._uses[account])

    def lower(self, key: ExchangeKey, now_ms: int, replacement_minor: int = 0) -> Entry | None:
        """Undo what a remembered exchange has above ``replacement_minor``; None where it has nothing above that."""
        placed = self._remembered_placed(key)
        entry = None if placed is None else placed.lowering(replacement_minor, now_ms)
        if entry is not None:
            self.apply(entry)
        return entry

    def release(self, key: ExchangeKey, now_ms: int) -> Entry | None:
        """Give back what a remembered exchange still holds; what is posted of it stays."""
        placed = self._remembered_placed(key)
        return self.lower(key, now_ms) if placed is not None and placed.left_minor else None

    def expire(self, hold: Entry, records: Records, now_ms: int) -> Entry | None:
        """End a hold whose time is up; None where it has ended already, or another has taken its place."""
        placed = self.standing(hold.key, records)
        if placed is None or placed.entry != hold or not placed.left_minor:
            return None
        entry = hold.changed(EXPIRED, placed.left_minor, now_ms)
        self.apply(entry)
        return entry

    def by_hand(self, account: str, order: str, amount_minor: int, records: Records, now_ms: int) -> list[Entry]:
        """What the bank does to an account by its own hand: ``credit``, ``reset``, ``block`` or ``unblock``.

        A reset gives back every hold and brings the account to the balance of the card's file.
        """
        blank = Entry(now_ms, account, DEPOSIT, amount_minor, "", "", "", "", "", "", "")
        if order == "credit":
            entries = [blank]
        elif order == "reset":
            held = {entry.key: entry for entry in records.of_account(account, -1) if entry.kind == HOLD}
            standing = [(entry, self.standing(key, records)) for key, entry in held.items()]
            entries = [e.changed(RELEASE, p.left_minor, now_ms) for e, p in standing if p is not None and p.left_minor]
            moved_minor = self._ledger_minor.get(account, 0)
            if moved_minor:
                kind: EntryKind = WITHDRAWAL if moved_minor > 0 else DEPOSIT
                entries.append(blank._replace(kind=kind, amount_minor=abs(moved_minor)))
        else:
            already = self.blocked(account) == (order == "block")
            entries = [] if already else [blank._replace(kind=BLOCKED if order == "block" else UNBLOCKED, amount_minor=0)]
        for entry in entries:
            self.apply(entry)
        return entries

    def standing(self, key: ExchangeKey, records: Records) -> Placed | None:
        """What an exchange has on its account, remembered or from the book; nothing is remembered for it."""
        placed = self._remembered_placed(key)
        return placed if placed is not None else records.placed_under(key)

    def _remembered_placed(self, key: ExchangeKey) -> Placed | None:
        _, entry, left_minor, posted_minor = self._exchanges.get(key, (None, None, 0, 0))
        return None if entry is None else Placed(entry, left_minor, posted_minor)

    def placed(self, key: ExchangeKey, records: Records) -> Placed | None:
        """The hold or the credit of an exchange, remembered or from the book; it is remembered from then on."""
        placed = self._remembered_placed(key)
        if placed is None:
            placed = records.placed_under(key)
            if placed is not None:
                self.recall(placed)
        return placed

    def recall(self, placed: Placed) -> None:
        """Remember an exchange from what the book tells of it."""
        entry = placed.entry
        decision = Decision(
            response_code=entry.response_code or APPROVED,
            approval_code=entry.approval_code or None,
            decided_by=self.issuer_id,
            reason=APPROVED_REASON,
            approved_minor=entry.amount_minor if entry.response_code == PARTIALLY_APPROVED else None,
        )
        self._remember(entry.key, (decision, *placed))

    def remembered(self, key: ExchangeKey) -> Decision | None:
        """What was answered to this exchange, where it is one of the last EXCHANGES_REMEMBERED_MAX."""
        exchange = self._exchanges.get(key)
        return None if exchange is None else exchange[0]

    def remember(self, key: ExchangeKey, decision: Decision, entry: Entry | None) -> None:
        """Remember what was answered to a request, and what was placed."""
        self._remember(key, (decision, entry, 0 if entry is None else entry.amount_minor, 0))

    def _remember(self, key: ExchangeKey, exchange: tuple[Decision, Entry | None, int, int]) -> None:
        self._exchanges[key] = exchange
        if len(self._exchanges) > EXCHANGES_REMEMBERED_MAX:
            self._exchanges.popitem(last=False)

    def refuse_original(self, reversal: Reversal, now_ms: int) -> Entry | None:
        """Remember that the original of a reversal is to be refused; None where that is remembered already.

        The entry is for the durable book, before the answer leaves.
        """
        reference = EntryReference(reversal.rrn, reversal.key.terminal_id, reversal.amount_minor)
        if not self._remember_reversed(reversal.original_key, reference):
            return None
        account = self.card(reversal.pan.digits).account if reversal.pan is not None else ""
        key = reversal.original_key or reversal.key._replace(stan="", transmitted_at="")
        return Entry(now_ms, account, REVERSED, reversal.amount_minor, *key, reversal.rrn, "", "")

    def came_reversed(self, request: Authorization) -> bool:
        """Whether the reversal of a request or an advice came before it."""
        if self._reversed and request.key in self._reversed:
            return True
        references = self._reversed_by_reference
        return bool(references) and EntryReference(request.rrn, request.key.terminal_id, request.amount_minor) in references

    def _remember_reversed(self, key: ExchangeKey | None, reference: EntryReference) -> bool:
        """Keep an original by its key, or without one by its reference; False where it is kept already."""
        return _keep(self._reversed, key) if key is not None else _keep(self._reversed_by_reference, reference)


def hold_term_ms(card: Card) -> int:
    """How long a hold on a card lasts: as its product says, or HOLD_DAYS."""
    return (card.product.hold_days or HOLD_DAYS) * DAY_MS


def _count(entry: Entry, uses: Uses) -> None:
    if entry.kind == HOLD:
        uses.add(entry.key, entry.recorded_at_ms, entry.amount_minor)
    elif entry.kind in (RELEASE, EXPIRED):  # a completion that comes later is a debit of its own
        uses.take_off(entry.key, entry.amount_minor)


def _keep(kept: OrderedDict[Kept, None], one: Kept) -> bool:
    if one in kept:
        return False
    kept[one] = None
    if len(kept) > REVERSED_REMEMBERED_MAX:
        kept.popitem(last=False)
    return True
