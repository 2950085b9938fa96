"""The accounts of one issuer: what each has, what is held on it and credited to it, and what was lately decided.

Pure and in memory; it is rebuilt from the entries of the issuer's durable book (``issuers.process.book``). Available money is
the balance of the card's file and the credits, less the holds. No authorization takes it below zero; an advice may, since it
tells of what is done already.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from typing import TypeVar

from switch.card import Pan
from switch.issuers.cards.product import WEEK_MS
from switch.issuers.cards.status import ACTIVE
from switch.issuers.cards.uses import Uses
from switch.issuers.entry import (
    CREDIT,
    HOLD,
    LOWERED_BY,
    RELEASE,
    REVERSED,
    TAKEN_BACK,
    Entry,
    EntryKind,
    EntryReference,
    Placed,
    Records,
)
from switch.issuers.profile import Card, Profile
from switch.transaction import (
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

Kept = TypeVar("Kept")

#: Stands for a card the issuer has not given out; its account has nothing.
NO_CARD = Card(pan=Pan(""), expiry="", cvv2=None, balance_minor=0, status=ACTIVE, purpose="", account="")


class AccountBook:
    """Cards by number, money by account, the last exchanges with their answers, and originals reversed before they came."""

    __slots__ = (
        "_cards",
        "_credited_minor",
        "_exchanges",
        "_find_further",
        "_further",
        "_reversed",
        "_reversed_by_reference",
        "_taken_minor",
        "_uses",
        "currency",
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
        self._taken_minor: dict[str, int] = {}  #: by account: holds less credits
        self._credited_minor: dict[str, int] = {}
        #: What was answered, what was placed and what is left of that: one tuple, as there may be 65,536 of them.
        self._exchanges: OrderedDict[ExchangeKey, tuple[Decision, Entry | None, int]] = OrderedDict()
        self._reversed: OrderedDict[ExchangeKey, None] = OrderedDict()
        self._reversed_by_reference: OrderedDict[EntryReference, None] = OrderedDict()

    def replay(self, entries: Iterable[Entry]) -> None:
        """Take up what a book tells, in its order. Entries of accounts that have left the file are kept and touch no card."""
        for entry in entries:
            if entry.kind == REVERSED:
                reference = EntryReference(entry.rrn, entry.terminal_id, entry.amount_minor)
                self._remember_reversed(entry.key if entry.stan else None, reference)
                continue
            self._move(entry)
            if entry.kind in LOWERED_BY:
                self.recall(Placed.new(entry))
            else:
                self._lower(entry)

    def card(self, digits: str) -> Card:
        """The card of this number, or NO_CARD."""
        card = self._cards.get(digits) or self._further.get(digits)
        return card if card is not None else self._further_card(digits)

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
        return card.balance_minor + self._credited_minor.get(card.account, 0)

    @property
    def held_minor(self) -> int:
        """All that is held, over all accounts."""
        return sum(self._taken_minor.values()) + sum(self._credited_minor.values())

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
        )  # fmt: skip
        self._move(entry)
        return entry

    def _move(self, entry: Entry) -> None:
        account, kind, taken_minor = entry.account, entry.kind, entry.taken_minor
        self._taken_minor[account] = self._taken_minor.get(account, 0) + taken_minor
        if kind in (CREDIT, TAKEN_BACK):
            self._credited_minor[account] = self._credited_minor.get(account, 0) - taken_minor
        if kind in LOWERED_BY:
            self.placed_count += 1
        if account in self._uses:
            _count(entry, self._uses[account])

    def lower(self, key: ExchangeKey, now_ms: int, replacement_minor: int = 0) -> Entry | None:
        """Undo what a remembered exchange has above ``replacement_minor``; None where it has nothing above that."""
        placed = self._remembered_placed(key)
        entry = None if placed is None else placed.lowering(replacement_minor, now_ms)
        if entry is not None:
            self._move(entry)
            self._lower(entry)
        return entry

    def _lower(self, entry: Entry) -> None:
        placed = self._remembered_placed(entry.key)
        if placed is not None:
            decision = self._exchanges[entry.key][0]
            self._exchanges[entry.key] = (decision, *placed.lowered(entry.amount_minor))

    def _remembered_placed(self, key: ExchangeKey) -> Placed | None:
        _, entry, left_minor = self._exchanges.get(key, (None, None, 0))
        return None if entry is None else Placed(entry, left_minor)

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
            response_code=entry.response_code,
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
        self._remember(key, (decision, entry, 0 if entry is None else entry.amount_minor))

    def _remember(self, key: ExchangeKey, exchange: tuple[Decision, Entry | None, int]) -> None:
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


def _count(entry: Entry, uses: Uses) -> None:
    if entry.kind == HOLD:
        uses.add(entry.key, entry.recorded_at_ms, entry.amount_minor)
    elif entry.kind == RELEASE:
        uses.take_off(entry.key, entry.amount_minor)


def _keep(kept: OrderedDict[Kept, None], one: Kept) -> bool:
    if one in kept:
        return False
    kept[one] = None
    if len(kept) > REVERSED_REMEMBERED_MAX:
        kept.popitem(last=False)
    return True
