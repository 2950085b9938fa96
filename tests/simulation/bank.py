"""An issuer of a simulated world: its accounts live in memory, its book survives."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from switch.iso8583.mapping import acquirer, issuer
from switch.iso8583.mapping.security_places import security_places
from switch.iso8583.message import Message
from switch.iso8583.mti import message_class
from switch.issuers.account import AccountBook, _count
from switch.issuers.advice import take
from switch.issuers.cards.magic import Match
from switch.issuers.cards.uses import Uses
from switch.issuers.case import Means
from switch.issuers.decide import approval_codes, decide, undo
from switch.issuers.entry import Entry, Records
from switch.issuers.process.book import MemoryBook
from switch.issuers.process.upkeep import Upkeep
from switch.issuers.profile import Card, Profile
from switch.issuers.proofs.proof import Proofs
from switch.issuers.proofs.rules import ALL_PROOFS
from switch.issuers.proofs.tries import PIN_RIGHT, ProofEvent, ProofMemory
from switch.transaction import CardUse, ExchangeKey
from tests.simulation.holders import DAY_MS, HOUR_MS, Judged, PlainPins, with_holders
from tests.support.centre_in_loop import specs

NOW_MS: Final = 1_795_341_600_000
MONTH, SECOND = "2611", "1122100000"

#: Faults put into a bank on purpose: what it counts it counts wrong, or forgets as it is killed.
BANK_PLANTS: Final = (
    "wrong_pins_forgotten_at_restart",
    "a_right_pin_forgives_nothing",
    "debits_forgotten_at_restart",
    "reversed_debits_count",
    "declined_debits_count",
    "week_limit_ignored",
    "holds_end_early",
    "holds_left_at_restart_never_end",
    "a_hold_ends_again_at_restart",
)


EARLY_MS: Final = 6 * HOUR_MS


class BankDiedError(Exception):
    """The bank was killed before it could answer."""


class Bank:
    """Judges messages as the product's issuers do, and writes down what they change before it answers.

    ``clock_ms`` is its own clock. ``dies`` says whether it is killed here and now: before it writes, or before it answers.
    """

    def __init__(
        self,
        profile: Profile,
        clock_ms: Callable[[], int] = lambda: NOW_MS,
        *,
        plant: str | None = None,
        dies: Callable[[], bool] = lambda: False,
    ) -> None:
        self.profile = with_holders(profile, week_limit=plant != "week_limit_ignored")
        self.book, self.judged, self.life = MemoryBook(), list[Judged](), 0
        self.up = False
        self._clock_ms, self._plant, self._dies = clock_ms, plant, dies
        self._places = security_places(specs().dialects[profile.dialect])
        self.start()

    def start(self) -> None:
        """Begin anew from the book."""
        self.life += 1
        kinds = {"reversed_debits_count": Clinging, "holds_end_early": Hasty}
        self.accounts = kinds.get(self._plant or "", AccountBook)(self.profile)
        self.accounts.replay(self.book.entries())
        memory = Unforgiving() if self._plant == "a_right_pin_forgives_nothing" else ProofMemory()
        if self._plant != "wrong_pins_forgotten_at_restart":
            memory.replay(self.book.proof_events())
        self._proofs = Proofs(ALL_PROOFS, PlainPins(), memory)
        self._codes: Iterator[str] = approval_codes(0, self.profile.id, self.accounts.placed_count)
        self.upkeep = Upkeep(self.accounts, self.book)
        if self._plant == "holds_left_at_restart_never_end":
            self.upkeep._cursors[DAY_MS] = len(list(self.book.entries()))
        if self._plant == "a_hold_ends_again_at_restart":
            self.book.append([entry for entry in self.book.entries() if entry.kind == "expired"][-1:])

    def expire(self, now_ms: int | None = None) -> None:
        """End the holds whose time is up."""
        now_ms = self._clock_ms() if now_ms is None else now_ms
        while self.upkeep.expire(now_ms + EARLY_MS if self._plant == "holds_end_early" else now_ms):
            pass

    def answer(self, message: Message, match: Match | None = None) -> Message:
        """The answer to a message, as a rule wants it; BankDiedError where it is killed before it has one."""
        now_ms = self._clock_ms()
        if now_ms >= self.upkeep.due_ms:
            self.expire(now_ms)
        answer, entries, events = self._judge(message, now_ms, match)
        if self._dies():
            raise BankDiedError
        self.book.append([entry for entry in entries if entry is not None], events)
        self.judged.append(Judged(self.life, now_ms, message, answer))
        if self._dies():
            raise BankDiedError
        return answer

    def _judge(
        self, message: Message, now_ms: int, match: Match | None
    ) -> tuple[Message, Iterable[Entry | None], Iterable[ProofEvent]]:
        """The answer, and what is to be written before it leaves."""
        defaults: dict[str, Any] = {"acquirer_id": "504900", "stamp": acquirer.Stamp(SECOND, SECOND), "currency": "504"}
        if message_class(message.mti) == "reversal":
            reversal = acquirer.to_reversal(message, **defaults)
            undone = undo(reversal, self.accounts, self.book, now_ms=now_ms)
            return acquirer.reversal_response(reversal, undone.response_code), [undone.entry], ()
        asked = acquirer.to_authorization(message, places=self._places, **defaults)
        if message.mti[2] == "2":
            taken = take(asked, self.accounts, self.book, now_ms=now_ms)
            return issuer.from_issuer(message, taken.decision), taken.entries, ()
        forgets = self._plant == "debits_forgotten_at_restart"
        means = Means(Forgetful(self.book) if forgets else self.book, "504", lambda _: CardUse())
        judged = decide(
            asked,
            self.accounts,
            match,
            means=means,
            now_ms=now_ms,
            today_yymm=MONTH,
            approval_codes=self._codes,
            proofs=self._proofs,
        )
        card = self.accounts.card(asked.pan.digits)
        if self._plant == "declined_debits_count" and judged.entry is None and card.product.limits:
            self.accounts.uses(card, self.book, now_ms).add(asked.key, now_ms, asked.amount_minor)
        return issuer.from_issuer(message, judged.decision), [judged.entry], judged.events

    def taken_minor(self, key: ExchangeKey) -> int:
        """What the book has taken from an account for an exchange; below zero where it has given."""
        return sum(entry.taken_minor for entry in self.book.entries() if entry.key == key)


class Unforgiving(ProofMemory):
    """A planted fault: a right PIN does not begin the count anew."""

    def note(self, event: ProofEvent) -> None:
        if event.kind != PIN_RIGHT:
            super().note(event)


class Clinging(AccountBook):
    """A planted fault: a debit that was reversed still counts."""

    def uses(self, card: Card, records: Records, now_ms: int) -> Uses:
        if card.account not in self._uses:
            self._uses[card.account] = ClingingUses()
            for entry in records.of_account(card.account, 0):
                _count(entry, self._uses[card.account])
        return self._uses[card.account]


class ClingingUses(Uses):
    def take_off(self, key: object, amount_minor: int) -> None:
        pass


class Hasty(AccountBook):
    """A planted fault: a hold ends before its time (``Bank.expire`` looks as early)."""

    def expire(self, hold: Entry, records: Records, now_ms: int) -> Entry | None:
        return super().expire(hold, records, now_ms - EARLY_MS)


class Forgetful:
    """A planted fault: a book that knows nothing of what a card did lately."""

    def __init__(self, book: MemoryBook) -> None:
        self.placed_under, self.key_of = book.placed_under, book.key_of

    def of_account(self, account: str, after_ms: int) -> Iterable[Entry]:
        return ()
