"""The accounts of one issuer: what each has, what is held on it, and what was lately decided.

Pure and in memory; it is rebuilt from the entries of the issuer's durable book (``switch.issuers.book``). Available money is
the balance of the card's file less the holds; no authorization takes it below zero.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from typing import NamedTuple

from switch.card import Pan
from switch.issuers.profile import ACTIVE, Card, Profile
from switch.transaction import APPROVED_REASON, Authorization, Decision, ExchangeKey

ACCOUNT_CURRENCY = "504"  #: every account is kept in dirhams

#: Exchanges whose answer is kept for a repeat, about 0.5 kB each. A repeat follows within an acquirer's timer of some tens
#: of seconds: a minute of 1,000 tx/s.
EXCHANGES_REMEMBERED_MAX = 65_536

HOLD = "hold"
RELEASE = "release"


#: Stands for a card the issuer has not given out; its account has nothing.
NO_CARD = Card(pan=Pan(""), expiry="", cvv2=None, balance_minor=0, status=ACTIVE, purpose="", account="")


class Entry(NamedTuple):
    """One line of an issuer's book, in the order of its columns."""

    recorded_at_ms: int
    account: str
    kind: str  #: HOLD or RELEASE
    amount_minor: int  #: above zero for both kinds
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


class AccountBook:
    """Cards by number, holds by account, and the last exchanges with their answers."""

    __slots__ = ("_cards", "_exchanges", "_held_minor", "_series", "holds_placed", "issuer_id")

    def __init__(self, profile: Profile) -> None:
        self.issuer_id = profile.id
        self.holds_placed = 0  #: ever, released or not: where the approval codes go on after a restart
        self._cards = {card.pan.digits: card for card in profile.cards}
        self._series = profile.card_series
        self._held_minor: dict[str, int] = {}
        self._exchanges: OrderedDict[ExchangeKey, tuple[Decision, Entry | None]] = OrderedDict()

    def replay(self, entries: Iterable[Entry]) -> None:
        """Take up what a book tells, in its order. Entries of accounts that have left the file are kept and touch no card."""
        for entry in entries:
            if entry.kind == HOLD:
                self._held_minor[entry.account] = self._held_minor.get(entry.account, 0) + entry.amount_minor
                self.holds_placed += 1
                decision = Decision(
                    response_code=entry.response_code,
                    approval_code=entry.approval_code,
                    decided_by=self.issuer_id,
                    reason=APPROVED_REASON,
                )
                self.remember(entry.key, decision, entry)
            else:
                self._held_minor[entry.account] -= entry.amount_minor
                self._forget_hold(entry.key)

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

    def release(self, key: ExchangeKey, now_ms: int) -> Entry | None:
        """Give back the hold of an exchange; None where none is remembered under that key, or it was given back already."""
        _, hold = self._exchanges.get(key, (None, None))
        if hold is None:
            return None
        self._held_minor[hold.account] -= hold.amount_minor
        self._forget_hold(key)
        return hold._replace(recorded_at_ms=now_ms, kind=RELEASE)

    def remembered(self, key: ExchangeKey) -> Decision | None:
        """What was answered to this exchange, where it is one of the last EXCHANGES_REMEMBERED_MAX."""
        exchange = self._exchanges.get(key)
        return None if exchange is None else exchange[0]

    def remember(self, key: ExchangeKey, decision: Decision, hold: Entry | None) -> None:
        self._exchanges[key] = (decision, hold)
        if len(self._exchanges) > EXCHANGES_REMEMBERED_MAX:
            self._exchanges.popitem(last=False)

    def _forget_hold(self, key: ExchangeKey) -> None:
        if exchange := self._exchanges.get(key):
            self._exchanges[key] = (exchange[0], None)
