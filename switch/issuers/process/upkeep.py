"""What an issuer does unasked: it ends holds whose time is up, books cleared days, and does what it is told by hand.

Each step is one commit, so that a process that dies between two of them loses and doubles nothing: how far it came stands in
the book. A step is short: requests wait for it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol

from switch.card import Pan
from switch.errors import DataFolderError
from switch.issuers.account import AccountBook
from switch.issuers.entry import HOLD, Entry
from switch.issuers.posting import ClearingRecords, Posting
from switch.issuers.process import notices
from switch.issuers.process.book import Deed
from switch.transaction import ExchangeKey

STEP_ITEMS: Final = 50  #: booked, or looked at, in one step: some 8 ms
NEVER_MS: Final = 1 << 62


class DurableBook(ClearingRecords, Protocol):
    """The durable book as the upkeep uses it."""

    def do(self, deed: Deed) -> None: ...

    def after(self, entry_id: int, count: int) -> list[tuple[int, Entry]]: ...

    def swept(self, term_ms: int) -> int: ...

    def booked_count(self, business_date: str) -> int | None: ...

    def outcome_of(self, order: str) -> str | None: ...


class Upkeep:
    """Keeps the accounts of one issuer; ``data`` is the folder it is told through, None: it is told nothing.

    ``write`` writes what the issuer has decided and not written yet, so that a deed comes after it. ``unseal`` opens a card
    number as the centre keeps it. ``say`` is called with a sentence about a file that makes no sense.
    """

    def __init__(
        self,
        accounts: AccountBook,
        book: DurableBook,
        data: Path | None = None,
        *,
        write: Callable[[], None] = lambda: None,
        unseal: Callable[[str], Pan | None] = lambda _: None,
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._accounts, self._book, self._data = accounts, book, data
        self._write, self._unseal, self._say = write, unseal, say
        self._cursors: dict[int, int] = {}
        self._next_ms: dict[int, int] = {}
        self._done: set[str] = set()
        self._day: notices.ClearedDay | None = None  #: that is being booked
        self._at = ""  #: its date
        self.due_ms = 0  #: when the next hold may end

    def step(self, now_ms: int) -> bool:
        """One step of each kind; whether there is more to do at once."""
        self._write()
        more = self.expire(now_ms)
        if self._data is None:
            return more
        self._obey(self._data, now_ms)
        return self._book_cleared(self._data, now_ms) or more

    def expire(self, now_ms: int) -> bool:
        """End holds whose time is up; whether there are more to be looked at."""
        for term_ms in sorted(self._accounts.hold_terms_ms):
            if self._next_ms.get(term_ms, 0) <= now_ms:
                self._next_ms[term_ms] = self._sweep(term_ms, now_ms)
        self.due_ms = min(self._next_ms.values(), default=NEVER_MS)
        return self.due_ms <= now_ms

    def _sweep(self, term_ms: int, now_ms: int) -> int:
        """Look at the next entries for holds of a term that are over; when to look again."""
        self._write()
        start = cursor = self._cursors.get(term_ms) or self._book.swept(term_ms)
        looked: set[ExchangeKey] = set()
        ended: list[Entry] = []
        rows = self._book.after(cursor, STEP_ITEMS)
        again_ms = now_ms if len(rows) == STEP_ITEMS else now_ms + term_ms
        for number, entry in rows:
            if entry.recorded_at_ms + term_ms > now_ms:
                again_ms = entry.recorded_at_ms + term_ms
                break
            cursor = number
            if entry.kind == HOLD and entry.term_ms == term_ms and entry.key not in looked:
                expired = self._accounts.expire(entry, self._book, now_ms)
                if expired is not None:
                    looked.add(entry.key)
                    ended.append(expired)
        if cursor > start:
            self._book.do(Deed(ended, swept=(term_ms, cursor)))
        self._cursors[term_ms] = cursor
        return again_ms

    def _obey(self, data: Path, now_ms: int) -> None:
        for path, order in notices.orders(data, self._accounts.issuer_id):
            if self._book.outcome_of(path.stem) is None:
                if order is None:
                    self._book.do(Deed([], order=(path.stem, now_ms, "refused: the file is no order")))
                else:
                    entries = self._accounts.by_hand(order.account, order.order, order.amount_minor, self._book, now_ms)
                    self._book.do(Deed(entries, order=(order.name, now_ms, "done")))
            notices.withdraw(path)

    def _book_cleared(self, data: Path, now_ms: int) -> bool:
        """Book the next items of the oldest cleared day that is not booked whole; whether there are more."""
        try:
            day = self._day or self._next_day(data)
            if day is None:
                return False
            self._day = day
            items = day.take(STEP_ITEMS)
        except DataFolderError as error:
            self._put_away(str(error))
            return True
        posting = Posting(self._accounts, self._book, day.business_date, now_ms, self._unseal)
        for item in items:
            posting.book(item)
        whole = (day.business_date, day.item_count, now_ms) if day.at_end else None
        self._book.do(Deed(posting.entries, posting.items, whole))
        if whole is not None:
            self._put_away()
        return True

    def _next_day(self, data: Path) -> notices.ClearedDay | None:
        issuer_id = self._accounts.issuer_id
        for business_date in notices.cleared_dates(data, issuer_id):
            if business_date in self._done:
                continue
            self._at = business_date
            booked = self._book.booked_count(business_date)
            if booked is not None:
                return notices.ClearedDay(data, issuer_id, business_date, booked)
            self._done.add(business_date)
        return None

    def close(self) -> None:
        """Leave what is being read; the next process goes on where this one was."""
        if self._day is not None:
            self._day.close()
            self._day = None

    def _put_away(self, fault: str = "") -> None:
        """Be done with a day: it is booked whole, or its file makes no sense, and waits for the next process."""
        self._done.add(self._at)
        self.close()
        if fault:
            self._say(f"issuer {self._accounts.issuer_id}: {fault}")
