"""The outbox of a data folder (``outbox.db``): what is to be sent to whom, its state, and every attempt at a mail server."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final, Literal

from attrs import fields

from switch.data_folder import databases
from switch.data_folder.lock import file_held
from switch.mail.letter import Letter, MailState, attached_text
from switch.record import frozen

OUTBOX_FILE: Final = "outbox.db"
SENDING_FILE: Final = "mail.lock"  #: held by whoever sends
SCHEMA: Final = databases.Schema(
    name="an outbox", tables=frozenset({"letter", "attempt"}), scripts=("1.sql",), package=__package__
)
AttemptOutcome = Literal["unknown", "sent", "later", "refused"]
_COLUMNS: Final = ", ".join(each.name for each in fields(Letter))
_NEW: Final = tuple(each.name for each in fields(Letter) if each.name != "id")
_PUT_BACK: Final = tuple(
    each for each in _NEW if each not in ("business_date", "merchant_id", "remise", "message_id", "queued_at_ms")
)


@frozen(kw_only=True)
class Attempt:
    """One try at a mail server. ``unknown``: all of the message was sent, and no answer was read."""

    at_ms: int
    server: str
    outcome: AttemptOutcome
    code: int | None  #: of the answer (RFC 5321)
    said: str


@contextmanager
def outbox_of(data: Path, *, to_write: bool = False) -> Iterator[MailOutbox]:
    """The outbox of a data folder, made where there is none; to be read only, one that is empty in its place.

    DataFolderError where it cannot be used.
    """
    path = data / OUTBOX_FILE
    try:
        if to_write:
            with closing(databases.to_write(path, SCHEMA)) as connection:
                yield MailOutbox(connection)
        elif databases.is_empty(path):
            with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
                databases.migrate(connection, SCHEMA)
                yield MailOutbox(connection)
        else:
            with databases.readable(path, SCHEMA) as uri, closing(sqlite3.connect(uri, uri=True)) as connection:
                databases.version_of(connection, path, SCHEMA)
                yield MailOutbox(connection)
    except (sqlite3.DatabaseError, UnicodeError) as fault:
        if isinstance(fault, sqlite3.ProgrammingError | sqlite3.IntegrityError):
            raise
        raise databases.unreadable(path, SCHEMA, fault) from None


@contextmanager
def sending_alone(data: Path) -> Iterator[None]:
    """One sender at a time in a data folder: DataFolderError where another one is at work."""
    with file_held(data / SENDING_FILE, busy=f"{data}: another command is sending the mail of this data folder"):
        yield


class MailOutbox:
    """What is asked of an outbox, and what is written down; each change is its own transaction, on the disk when it returns."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def letters(
        self, business_date: str | None = None, states: Collection[MailState] = (), merchant_id: str | None = None
    ) -> list[Letter]:
        """Messages by date and merchant; those of one date, some states, one merchant."""
        wanted: list[str] = ["1"]
        values: list[object] = []
        if business_date is not None:
            wanted, values = [*wanted, "business_date = ?"], [*values, business_date]
        if merchant_id is not None:
            wanted, values = [*wanted, "merchant_id = ?"], [*values, merchant_id]
        if states:
            wanted, values = [*wanted, f"state IN ({', '.join('?' * len(states))})"], [*values, *states]
        query = f"SELECT {_COLUMNS} FROM letter WHERE {' AND '.join(wanted)} ORDER BY business_date, merchant_id, remise"
        return [Letter.from_row(row) for row in self._connection.execute(query, values)]

    def those(self, ids: Collection[int]) -> list[Letter]:
        """Messages by their ids, in the same order."""
        query = (
            f"SELECT {_COLUMNS} FROM letter WHERE id IN (SELECT value FROM json_each(?)) "
            "ORDER BY business_date, merchant_id, remise"
        )
        return [Letter.from_row(row) for row in self._connection.execute(query, (json.dumps(sorted(ids)),))]

    def last_id(self) -> int:
        """Of the message that was queued last; 0 where there is none."""
        (found,) = self._connection.execute("SELECT COALESCE(MAX(id), 0) FROM letter").fetchone()
        return int(found)

    def first_date(self) -> str | None:
        """The earliest business date that has messages."""
        (found,) = self._connection.execute("SELECT MIN(business_date) FROM letter").fetchone()
        return None if found is None else str(found)

    def last_date(self) -> str | None:
        """The latest business date that has messages."""
        (found,) = self._connection.execute("SELECT MAX(business_date) FROM letter").fetchone()
        return None if found is None else str(found)

    def merchants(self, business_date: str) -> set[str]:
        """Those who have a message of a date."""
        query = "SELECT merchant_id FROM letter WHERE business_date = ?"
        return {str(row[0]) for row in self._connection.execute(query, (business_date,))}

    def attempts(self, letter: Letter) -> list[Attempt]:
        """The tries of a message, the first one first."""
        query = "SELECT at_ms, server, outcome, code, said FROM attempt WHERE letter_id = ? ORDER BY id"
        rows = self._connection.execute(query, (letter.id,)).fetchall()
        return [Attempt(at_ms=at, server=server, outcome=how, code=code, said=said) for at, server, how, code, said in rows]

    def queue(self, letters: Sequence[Letter]) -> None:
        """Add messages, all or none; one that there is already stays as it is. Their ids are given here."""
        marks = ", ".join("?" * len(_NEW))
        sql = f"INSERT OR IGNORE INTO letter ({', '.join(_NEW)}) VALUES ({marks})"
        with databases.one_transaction(self._connection):
            self._connection.executemany(sql, ([_value(letter, name) for name in _NEW] for letter in letters))

    def put_back(self, letters: Iterable[Letter]) -> None:
        """Queue messages again as they would be queued now: address, sender and files; Message-ID and Date stay."""
        sql = f"UPDATE letter SET {', '.join(f'{name} = ?' for name in _PUT_BACK)} WHERE id = ?"
        rows = [[*(_value(letter, name) for name in _PUT_BACK), letter.id] for letter in letters]
        with databases.one_transaction(self._connection):
            self._connection.executemany(sql, rows)

    def forget(self, letters: Iterable[Letter]) -> None:
        """Take messages out that no server was given, with the attempts to reach one."""
        ids = [(letter.id,) for letter in letters]
        with databases.one_transaction(self._connection):
            self._connection.executemany("DELETE FROM attempt WHERE letter_id = ?", ids)
            self._connection.executemany("DELETE FROM letter WHERE id = ?", ids)

    def given_count(self, business_date: str) -> int:
        """How many messages of a date a server took, or may have taken."""
        query = (
            "SELECT COUNT(DISTINCT letter.id) FROM letter JOIN attempt ON attempt.letter_id = letter.id "
            "WHERE letter.business_date = ? AND attempt.outcome IN ('sent', 'unknown')"
        )
        return int(self._connection.execute(query, (business_date,)).fetchone()[0])

    def written(self, letters: Sequence[Letter], now_ms: int) -> None:
        """These were written as files."""
        sql = "UPDATE letter SET state = 'sent', delivery = 'file', said = '', changed_at_ms = ? WHERE id = ?"
        with databases.one_transaction(self._connection):
            self._connection.executemany(sql, ((now_ms, letter.id) for letter in letters))

    def began(self, letter: Letter, now_ms: int, server: str) -> int:
        """The last bytes of a message are about to go; from here to ``ended`` nobody knows whether the server has it."""
        sql = "INSERT INTO attempt (letter_id, at_ms, server, outcome, said) VALUES (?, ?, ?, 'unknown', '')"
        number = self._connection.execute(sql, (letter.id, now_ms, server)).lastrowid
        assert number is not None
        return number

    def ended(self, letter: Letter, state: MailState, attempt: Attempt, next_ms: int, began: int | None = None) -> None:
        """What became of an attempt and of its message; ``began`` is the number of an attempt that was written already."""
        values = (letter.id, attempt.at_ms, attempt.server, attempt.outcome, attempt.code, attempt.said)
        with databases.one_transaction(self._connection):
            self._connection.execute(
                "INSERT OR REPLACE INTO attempt (id, letter_id, at_ms, server, outcome, code, said) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                (began, *values),
            )
            self._connection.execute(
                "UPDATE letter SET state = ?, delivery = ?, attempt_count = attempt_count + 1, next_attempt_ms = ?, "
                "changed_at_ms = ?, said = ? WHERE id = ?",
                (state, "smtp" if state == "sent" else "", next_ms, attempt.at_ms, attempt.said, letter.id),
            )

    def asked(self, sql: str) -> set[int]:
        """The ids that a query of messages gives."""
        return {int(row[0]) for row in self._connection.execute(sql)}

    def in_doubt(self) -> set[int]:
        """Queued messages whose last attempt has no answer: the server may have them."""
        last = "SELECT MAX(id) FROM attempt WHERE letter_id = letter.id"
        query = (
            f"SELECT letter.id FROM letter JOIN attempt ON attempt.id = ({last}) "
            "WHERE letter.state = 'queued' AND attempt.outcome = 'unknown'"
        )
        return {int(row[0]) for row in self._connection.execute(query)}


def _value(letter: Letter, name: str) -> object:
    return attached_text(letter.attachments) if name == "attachments" else getattr(letter, name)
