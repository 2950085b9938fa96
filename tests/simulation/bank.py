"""An issuer of a simulated world: its accounts live in memory, its book survives."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from switch.iso8583.mapping import acquirer, issuer
from switch.iso8583.message import Message
from switch.iso8583.mti import message_class
from switch.issuers.account import AccountBook
from switch.issuers.advice import take
from switch.issuers.case import Means
from switch.issuers.decide import approval_codes, decide, undo
from switch.issuers.entry import Entry
from switch.issuers.process.book import MemoryBook
from switch.issuers.profile import Profile
from switch.issuers.scenario import ScenarioState
from switch.transaction import CardUse, ExchangeKey

NOW_MS: Final = 1_795_341_600_000
MONTH, SECOND = "2611", "1122100000"


class Bank:
    """Judges messages as the product's issuers do, and writes down what they change before it answers."""

    def __init__(self, profile: Profile) -> None:
        self.profile, self.book = profile, MemoryBook()
        self.up = False
        self.start()

    def start(self) -> None:
        """Begin anew from the book."""
        self.accounts = AccountBook(self.profile)
        self.accounts.replay(self.book.entries())
        self._codes: Iterator[str] = approval_codes(0, self.profile.id, self.accounts.placed_count)
        self._scenario = ScenarioState(None, self.profile.id)

    def answer(self, message: Message) -> Message:
        defaults: dict[str, Any] = {"acquirer_id": "504900", "stamp": acquirer.Stamp(SECOND, SECOND), "currency": "504"}
        if message_class(message.mti) == "reversal":
            reversal = acquirer.to_reversal(message, **defaults)
            undone = undo(reversal, self.accounts, self.book, now_ms=NOW_MS)
            self._write([undone.entry])
            return acquirer.reversal_response(reversal, undone.response_code)
        asked = acquirer.to_authorization(message, **defaults)
        if message.mti[2] == "2":
            taken = take(asked, self.accounts, self.book, now_ms=NOW_MS)
            self._write(list(taken.entries))
            return issuer.from_issuer(message, taken.decision)
        means = Means(self.book, "504", lambda _: CardUse())
        judged = decide(
            asked, self.accounts, self._scenario, means=means, now_ms=NOW_MS, today_yymm=MONTH, approval_codes=self._codes
        )
        self._write([judged.entry])
        return issuer.from_issuer(message, judged.decision)

    def _write(self, entries: list[Entry | None]) -> None:
        self.book.append([entry for entry in entries if entry is not None])

    def taken_minor(self, key: ExchangeKey) -> int:
        """What the book has taken from an account for an exchange; below zero where it has given."""
        return sum(entry.taken_minor for entry in self.book.entries() if entry.key == key)
