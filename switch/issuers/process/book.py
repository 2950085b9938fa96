"""An issuer's durable book: the entries its accounts are rebuilt from.

SQLite in WAL mode with ``synchronous=NORMAL``: what was appended survives a kill -9 of the process; a power cut may take the
last entries with it. The issuer stands for a bank that is not ours, so this is enough; the centre's journal is stricter.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final, NamedTuple

from switch.data_folder import databases
from switch.issuers.entry import LOWERED_BY, Entry, EntryReference, Placed, standing
from switch.issuers.posting import BookedItem
from switch.issuers.proofs.tries import ProofEvent
from switch.machine.kept_files import LOOK_MS, KeptFiles, or_stop, unwritable, with_side_files
from switch.machine.private import make_folder
from switch.transaction import ExchangeKey

SCHEMA: Final = databases.Schema(
    name="an issuer's book",
    tables=frozenset({"entry"}),
    scripts=("1.sql", "2.sql", "3.sql", "4.sql", "5.sql"),
    package=__package__,
    application_id=0x53574942,  # SWIB
)

_COLUMNS = ", ".join(Entry._fields)
_INSERT = f"INSERT INTO entry ({_COLUMNS}) VALUES ({', '.join('?' * len(Entry._fields))})"
_INSERT_EVENT = "INSERT INTO proof_event (recorded_at_ms, card, kind, value) VALUES (?, ?, ?, ?)"
_SELECT_EVENTS = "SELECT recorded_at_ms, card, kind, value FROM proof_event ORDER BY id"
_SELECT = f"SELECT {_COLUMNS} FROM entry ORDER BY id"
_OF_KEY = (
    f"SELECT {_COLUMNS} FROM entry WHERE stan = ? AND transmitted_at = ? AND acquirer_id = ? AND terminal_id = ? ORDER BY id"
)
_PLACED = "kind IN ('hold', 'credit')"
_REFERENCE_INDEX = f"CREATE INDEX IF NOT EXISTS entry_rrn ON entry (rrn) WHERE {_PLACED}"
_OF_REFERENCE = (
    "SELECT acquirer_id, terminal_id, stan, transmitted_at FROM entry "
    f"WHERE {_PLACED} AND rrn = ? AND terminal_id = ? AND amount_minor = ? ORDER BY id DESC LIMIT 1"
)

_ACCOUNT_INDEX = "CREATE INDEX IF NOT EXISTS entry_account ON entry (account, recorded_at_ms)"
_OF_ACCOUNT = f"SELECT {_COLUMNS} FROM entry WHERE account = ? AND recorded_at_ms > ? ORDER BY id"
_AFTER = f"SELECT id, {_COLUMNS} FROM entry WHERE id > ? ORDER BY id LIMIT ?"
_BOOKED = f"INSERT INTO booked_item ({', '.join(BookedItem._fields)}) VALUES ({', '.join('?' * len(BookedItem._fields))})"
_BOOKED_MINOR = (
    "SELECT COALESCE(SUM(billed_minor), 0) FROM booked_item "
    "WHERE stan = ? AND transmitted_at = ? AND acquirer_id = ? AND terminal_id = ?"
)


class Deed(NamedTuple):
    """What is written in one commit, all of it or nothing: entries, and that a step of the bank's own work is done."""

    entries: list[Entry]
    items: Sequence[BookedItem] = ()
    day: tuple[str, int, int] | None = None  #: a cleared day that is booked whole: date, items, when
    swept: tuple[int, int] | None = None  #: up to which entry holds of a term have been looked at: term in ms, entry
    order: tuple[str, int, str] | None = None  #: name, when, outcome


class Book:
    """A book in a file. ``owner`` names its issuer to people. One caller at a time, from any thread."""

    def __init__(self, connection: sqlite3.Connection, path: Path, owner: str) -> None:
        self._connection, self._path, self._owner = connection, path, owner
        self._files = KeptFiles([path.parent, *with_side_files(path)])
        self._looked_at = time.monotonic()

    @classmethod
    def open(cls, path: Path, owner: str = "the issuer") -> Book:
        """Open the book, or begin one where there is none. DataFolderError where the file is something else."""
        try:
            make_folder(path.parent)
        except OSError as error:
            raise databases.unreadable(path, SCHEMA, error) from None
        connection = databases.to_write(path, SCHEMA, any_thread=True)
        connection.execute("PRAGMA synchronous = NORMAL")
        return cls(connection, path, owner)

    def or_stop(self) -> AbstractContextManager[None]:
        """What cannot be done with the file in the block ends it with the sentence of a book that cannot be written."""
        return or_stop(self._path, self._owner)

    def look(self) -> None:
        """DataFolderError where the file was deleted, renamed or replaced since it was opened."""
        self._looked_at = time.monotonic()
        fault = self._files.fault()
        if fault is not None:
            raise unwritable(self._path, fault, self._owner)

    @property
    def empty(self) -> bool:
        """Whether nothing was ever written into it."""
        return self._connection.execute("SELECT 1 FROM entry LIMIT 1").fetchone() is None

    def append(self, entries: Iterable[Entry], events: Iterable[ProofEvent] = ()) -> None:
        """Write the entries of a batch, and what is remembered of proofs, in one commit: all of them or none."""
        if time.monotonic() - self._looked_at >= LOOK_MS / 1000:
            self.look()
        with self._connection as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(_INSERT, entries)
            if events:
                connection.executemany(_INSERT_EVENT, events)

    def entries(self) -> Iterator[Entry]:
        """All entries in the order they were written."""
        return map(Entry._make, self._connection.execute(_SELECT))

    def proof_events(self) -> Iterator[ProofEvent]:
        """What is remembered of proofs, in the order it was written."""
        return map(ProofEvent._make, self._connection.execute(_SELECT_EVENTS))

    def placed_under(self, key: ExchangeKey) -> Placed | None:
        """The last hold or credit of an exchange, with what is left of it."""
        acquirer_id, terminal_id, stan, transmitted_at = key
        rows = self._connection.execute(_OF_KEY, (stan, transmitted_at, acquirer_id, terminal_id))
        return standing(map(Entry._make, rows))

    def key_of(self, reference: EntryReference) -> ExchangeKey | None:
        """The exchange whose hold or credit was the last placed under a reference.

        The index for it is made when first needed (half a second for a million entries): reversals without DE 90 are rare, and
        each approval would pay 2 µs for it.
        """
        self._connection.execute(_REFERENCE_INDEX)
        row = self._connection.execute(_OF_REFERENCE, reference).fetchone()
        return ExchangeKey(*row) if row else None

    def of_account(self, account: str, after_ms: int) -> list[Entry]:
        """The entries of an account recorded after an instant, in their order.

        The index for it is made when first needed, as that of the references: only cards with limits are looked up by it.
        """
        self._connection.execute(_ACCOUNT_INDEX)
        return list(map(Entry._make, self._connection.execute(_OF_ACCOUNT, (account, after_ms))))

    def do(self, deed: Deed) -> None:
        """Write a deed in one commit."""
        self.look()
        with self._connection as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(_INSERT, deed.entries)
            connection.executemany(_BOOKED, deed.items)
            if deed.day is not None:
                connection.execute("INSERT INTO booked_day VALUES (?, ?, ?)", deed.day)
            if deed.swept is not None:
                connection.execute("INSERT INTO swept (term_ms, entry_id) VALUES (?, ?)", deed.swept)
            if deed.order is not None:
                connection.execute("INSERT INTO order_done VALUES (?, ?, ?)", deed.order)

    def after(self, entry_id: int, count: int) -> list[tuple[int, Entry]]:
        """The next entries after one, with their numbers."""
        return [(row[0], Entry._make(row[1:])) for row in self._connection.execute(_AFTER, (entry_id, count))]

    def swept(self, term_ms: int) -> int:
        """The last entry that was looked at for holds of a term that are over; 0: none."""
        query = "SELECT COALESCE(MAX(entry_id), 0) FROM swept WHERE term_ms = ?"
        return int(self._connection.execute(query, (term_ms,)).fetchone()[0])

    def booked_under(self, request_id: int) -> ExchangeKey | None:
        query = "SELECT acquirer_id, terminal_id, stan, transmitted_at FROM booked_item WHERE request_id = ? LIMIT 1"
        row = self._connection.execute(query, (request_id,)).fetchone()
        return ExchangeKey(*row) if row else None

    def booked_minor(self, key: ExchangeKey) -> int:
        acquirer_id, terminal_id, stan, transmitted_at = key
        row = self._connection.execute(_BOOKED_MINOR, (stan, transmitted_at, acquirer_id, terminal_id)).fetchone()
        return int(row[0])

    def booked_count(self, business_date: str) -> int | None:
        """How many items of a cleared day are booked; None once all are."""
        if self._connection.execute("SELECT 1 FROM booked_day WHERE business_date = ?", (business_date,)).fetchone():
            return None
        query = "SELECT COUNT(*) FROM booked_item WHERE business_date = ?"
        return int(self._connection.execute(query, (business_date,)).fetchone()[0])

    def outcome_of(self, order: str) -> str | None:
        """What came of an order; None where it was not taken up yet."""
        row = self._connection.execute("SELECT outcome FROM order_done WHERE name = ?", (order,)).fetchone()
        return str(row[0]) if row else None

    def close(self) -> None:
        self._connection.close()


class MemoryBook:
    """The same verbs, nothing kept beyond the process."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []
        self._items: list[BookedItem] = []
        self._days: set[str] = set()
        self._swept: dict[int, int] = {}
        self._orders: dict[str, str] = {}
        self._events: list[ProofEvent] = []

    def append(self, entries: Iterable[Entry], events: Iterable[ProofEvent] = ()) -> None:
        self._entries.extend(entries)
        self._events.extend(events)

    def proof_events(self) -> Iterator[ProofEvent]:
        return iter(tuple(self._events))

    def entries(self) -> Iterator[Entry]:
        return iter(tuple(self._entries))

    def placed_under(self, key: ExchangeKey) -> Placed | None:
        return standing(entry for entry in self._entries if entry.key == key)

    def key_of(self, reference: EntryReference) -> ExchangeKey | None:
        for entry in reversed(self._entries):
            if entry.kind in LOWERED_BY and (entry.rrn, entry.terminal_id, entry.amount_minor) == reference:
                return entry.key
        return None

    def of_account(self, account: str, after_ms: int) -> list[Entry]:
        return [entry for entry in self._entries if entry.account == account and entry.recorded_at_ms > after_ms]

    def do(self, deed: Deed) -> None:
        self._entries.extend(deed.entries)
        self._items.extend(deed.items)
        if deed.day is not None:
            self._days.add(deed.day[0])
        if deed.swept is not None:
            self._swept[deed.swept[0]] = deed.swept[1]
        if deed.order is not None:
            self._orders[deed.order[0]] = deed.order[2]

    def after(self, entry_id: int, count: int) -> list[tuple[int, Entry]]:
        return list(enumerate(self._entries[entry_id : entry_id + count], start=entry_id + 1))

    def swept(self, term_ms: int) -> int:
        return self._swept.get(term_ms, 0)

    def booked_under(self, request_id: int) -> ExchangeKey | None:
        return next((item.key for item in self._items if item.request_id == request_id), None)

    def booked_minor(self, key: ExchangeKey) -> int:
        return sum(item.billed_minor for item in self._items if item.key == key)

    def booked_count(self, business_date: str) -> int | None:
        return None if business_date in self._days else sum(item.business_date == business_date for item in self._items)

    def outcome_of(self, order: str) -> str | None:
        return self._orders.get(order)

    def close(self) -> None:
        pass
