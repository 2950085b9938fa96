"""The accounts of one issuer: what each has, what is held on it, and what was lately decided.

Pure and in memory; it is rebuilt from the entries of the issuer's durable book (``switch.issuers.book``). Available money is
the balance of the card's file less the holds; no authorization takes it below zero.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from typing import NamedTuple, Protocol, TypeVar

from switch.card import Pan
from switch.issuers.profile import ACTIVE, Card, Profile
from switch.transaction import APPROVED_REASON, Authorization, Decision, ExchangeKey, Reversal

ACCOUNT_CURRENCY = "504"  #: every account is kept in dirhams

#: Exchanges whose answer is kept for a repeat, about 0.5 kB each. A repeat follows within an acquirer's timer of some tens
#: of seconds: a minute of 1,000 tx/s.
EXCHANGES_REMEMBERED_MAX = 65_536

#: Originals kept that were reversed before they came, as many by key as by reference, about 0.5 kB each. Past it the oldest
#: is forgotten, and judged as any request should it come. One that its reversal has overtaken follows within an acquirer's
#: timer: a minute of 1,000 a second.
REVERSED_REMEMBERED_MAX = 65_536

HOLD = "hold"
RELEASE = "release"
REVERSED = "reversed"  #: no money moved: an original that is to be refused, should it come

Kept = TypeVar("Kept")

#: Stands for a card the issuer has not given out; its account has nothing.
NO_CARD = Card(pan=Pan(""), expiry="", cvv2=None, balance_minor=0, status=ACTIVE, purpose="", account="")


class Entry(NamedTuple):
    """One line of an issuer's book, in the order of its columns."""

    recorded_at_ms: int
    account: str
    kind: str  #: HOLD, RELEASE or REVERSED
    amount_minor: int  #: held, or given back, above zero; of a REVERSED what its DE 4 says
    acquirer_id: str
    terminal_id: str
    stan: str
    transmitted_at: str
    rrn: str
    approval_code: str
    response_code: str

    @property
    def key(self) -> ExchangeKey:
        return ExchangeKey(self.acquirer_id, self.terminal_id, self.stan, self.transmitted_at)


class Reference(NamedTuple):
    """What a reversal without DE 90 knows of its original."""

    rrn: str
    terminal_id: str
    amount_minor: int


class Records(Protocol):
    """The durable book, asked for what is no longer remembered."""

    def hold_of(self, key: ExchangeKey) -> Entry | None:
        """The last hold placed under a key, with what releases have left of its amount (0: nothing)."""

    def key_of(self, reference: Reference) -> ExchangeKey | None:
        """The key of the last hold placed under a reference."""


def standing(entries: Iterable[Entry]) -> Entry | None:
    """The last hold among the entries of one exchange, in their order, with what releases have left of its amount."""
    hold = None
    for entry in entries:
        if entry.kind == HOLD:
            hold = entry
        elif entry.kind == RELEASE and hold is not None:
            hold = _lowered(hold, entry.amount_minor)
    return hold


def _lowered(hold: Entry, released_minor: int) -> Entry:
    assert 0 < released_minor <= hold.amount_minor, "more released than held"
    return hold._replace(amount_minor=hold.amount_minor - released_minor)


class AccountBook:
    """Cards by number, holds by account, the last exchanges with their answers, and originals reversed before they came.

    The hold of an exchange is its entry with what is left of the amount: 0 once all is given back.
    """

    __slots__ = (
        "_cards",
        "_exchanges",
        "_held_minor",
        "_reversed",
        "_reversed_by_reference",
        "_series",
        "holds_placed",
        "issuer_id",
    )

    def __init__(self, profile: Profile) -> None:
        self.issuer_id = profile.id
        self.holds_placed = 0  #: ever, released or not: where the approval codes go on after a restart
        self._cards = {card.pan.digits: card for card in profile.cards}
        self._series = profile.card_series
        self._held_minor: dict[str, int] = {}
        self._exchanges: OrderedDict[ExchangeKey, tuple[Decision, Entry | None]] = OrderedDict()
        self._reversed: OrderedDict[ExchangeKey, None] = OrderedDict()
        self._reversed_by_reference: OrderedDict[Reference, None] = OrderedDict()

    def replay(self, entries: Iterable[Entry]) -> None:
        """Take up what a book tells, in its order. Entries of accounts that have left the file are kept and touch no card."""
        for entry in entries:
            if entry.kind == HOLD:
                self._held_minor[entry.account] = self._held_minor.get(entry.account, 0) + entry.amount_minor
                self.holds_placed += 1
                self.recall(entry)
            elif entry.kind == RELEASE:
                self._held_minor[entry.account] -= entry.amount_minor
                self._lower(entry.key, entry.amount_minor)
            else:
                reference = Reference(entry.rrn, entry.terminal_id, entry.amount_minor)
                self._remember_reversed(entry.key if entry.stan else None, reference)

    def card(self, digits: str) -> Card:
        """The card of this number, or NO_CARD."""
        card = self._cards.get(digits)
        return card if card is not None else self._card_of_series(digits)

    def _card_of_series(self, digits: str) -> Card:
        for series in self._series:
            if card := series.find(digits):
                self._cards[digits] = card
                return card
        return NO_CARD

    def available_minor(self, card: Card) -> int:
        return card.balance_minor - self._held_minor.get(card.account, 0)

    @property
    def held_minor(self) -> int:
        """All that is held, over all accounts."""
        return sum(self._held_minor.values())

    def authorize(self, request: Authorization, card: Card, approval_code: str, response_code: str, now_ms: int) -> Entry:
        """Hold the amount of a request judged good; the entry is for the durable book, before the answer leaves."""
        account, amount_minor = card.account, request.amount_minor
        held_minor = self._held_minor.get(account, 0) + amount_minor
        assert amount_minor > 0
        assert held_minor <= card.balance_minor
        self._held_minor[account] = held_minor
        self.holds_placed += 1
        acquirer_id, terminal_id, stan, transmitted_at = request.key
        return Entry(
            now_ms, account, HOLD, amount_minor,
            acquirer_id, terminal_id, stan, transmitted_at, request.rrn, approval_code, response_code,
        )  # fmt: skip

    def release(self, key: ExchangeKey, now_ms: int, replacement_minor: int = 0) -> Entry | None:
        """Give back what a remembered hold has above ``replacement_minor``; None where it has nothing above that."""
        hold = self.hold(key)
        if hold is None or hold.amount_minor <= replacement_minor:
            return None
        released_minor = hold.amount_minor - replacement_minor
        assert released_minor <= self._held_minor[hold.account], "more released than held"
        self._held_minor[hold.account] -= released_minor
        self._lower(key, released_minor)
        return hold._replace(recorded_at_ms=now_ms, kind=RELEASE, amount_minor=released_minor)

    def hold(self, key: ExchangeKey) -> Entry | None:
        """The hold of a remembered exchange; None where it was refused, or is not remembered."""
        return self._exchanges.get(key, (None, None))[1]

    def recall(self, hold: Entry) -> None:
        """Remember an exchange from what the book tells of its hold."""
        decision = Decision(
            response_code=hold.response_code,
            approval_code=hold.approval_code,
            decided_by=self.issuer_id,
            reason=APPROVED_REASON,
        )
        self.remember(hold.key, decision, hold)

    def remembered(self, key: ExchangeKey) -> Decision | None:
        """What was answered to this exchange, where it is one of the last EXCHANGES_REMEMBERED_MAX."""
        exchange = self._exchanges.get(key)
        return None if exchange is None else exchange[0]

    def remember(self, key: ExchangeKey, decision: Decision, hold: Entry | None) -> None:
        self._exchanges[key] = (decision, hold)
        if len(self._exchanges) > EXCHANGES_REMEMBERED_MAX:
            self._exchanges.popitem(last=False)

    def _lower(self, key: ExchangeKey, released_minor: int) -> None:
        decision, hold = self._exchanges.get(key, (None, None))
        if decision is not None and hold is not None:
            self._exchanges[key] = (decision, _lowered(hold, released_minor))

    def refuse_original(self, reversal: Reversal, now_ms: int) -> Entry | None:
        """Remember that the original of a reversal is to be refused; None where that is remembered already.

        The entry is for the durable book, before the answer leaves.
        """
        reference = Reference(reversal.rrn, reversal.key.terminal_id, reversal.amount_minor)
        if not self._remember_reversed(reversal.original_key, reference):
            return None
        account = self.card(reversal.pan.digits).account if reversal.pan is not None else ""
        key = reversal.original_key or reversal.key._replace(stan="", transmitted_at="")
        return Entry(now_ms, account, REVERSED, reversal.amount_minor, *key, reversal.rrn, "", "")

    def came_reversed(self, request: Authorization) -> bool:
        """Whether the reversal of a request came before it."""
        if self._reversed and request.key in self._reversed:
            return True
        references = self._reversed_by_reference
        return bool(references) and Reference(request.rrn, request.key.terminal_id, request.amount_minor) in references

    def _remember_reversed(self, key: ExchangeKey | None, reference: Reference) -> bool:
        """Keep an original by its key, or without one by its reference; False where it is kept already."""
        return _keep(self._reversed, key) if key is not None else _keep(self._reversed_by_reference, reference)


def _keep(kept: OrderedDict[Kept, None], one: Kept) -> bool:
    if one in kept:
        return False
    kept[one] = None
    if len(kept) > REVERSED_REMEMBERED_MAX:
        kept.popitem(last=False)
    return True
