"""The trace, read: its last messages, or some by their numbers."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

from switch.data_folder import databases
from switch.data_folder.centre_clock import ClockHistory
from switch.data_folder.vault import Vault
from switch.errors import NegativeAnswerError
from switch.iso8583.reading.redaction import ByteRanges, places_of
from switch.journal.journal import no_journal
from switch.journal.journal_file import JOURNAL_FILE
from switch.lines.line import ACQUIRER, RECEIVED, Direction
from switch.record import frozen
from switch.trace.recorder import SCHEMA, TRACE_FILE, TRACED_MAX
from switch.trace.up_to_date import wait_until_written

#: What a trace has.
KEPT: Final = f"expected one of the last {TRACED_MAX:,} that `switch up --trace` kept"

_CENTRE_MS: Final = "centre_ms"  #: in SQL: the centre's time at a time of the machine, which a trace has
_COLUMNS: Final = f"""
id, {_CENTRE_MS}(at_ms), line, direction, dialect, header, mti, stan, transmitted_at, terminal_id, rrn, response_code, fault,
tpdu, blanked, body_cipher
"""
_OF_ID: Final = f"SELECT {_COLUMNS} FROM message WHERE id = ?"
_LAST: Final = f"SELECT {_COLUMNS} FROM message {{where}} ORDER BY id DESC LIMIT :count"

_NETWORK: Final = "substr(mti, 2, 1) = '8'"
_NETWORK_COUNT: Final = f"SELECT count(*) FROM message WHERE id >= ? AND {_NETWORK}"


@frozen(kw_only=True)
class Traced:
    """One message as it was kept. ``body`` begins with the MTI; what is overwritten in it stands at ``places``."""

    id: int
    at_ms: int  #: by the centre's clock
    line: str
    direction: Direction
    dialect: str
    header: str  #: its notation; empty for bytes that are no frame
    mti: str
    stan: str
    transmitted_at: str
    terminal_id: str
    rrn: str
    response_code: str
    fault: str
    tpdu: bytes
    places: ByteRanges
    body: bytes

    @property
    def leg(self) -> str:
        """An acquirer's line is named by listener and peer, an issuer's by its issuer."""
        return ACQUIRER if " " in self.line else self.line

    @property
    def ends(self) -> tuple[str, str]:
        """From where, and to where."""
        return (self.line, "centre") if self.direction == RECEIVED else ("centre", self.line)

    @property
    def way(self) -> str:
        """The same for people."""
        return " → ".join(self.ends)


@frozen(kw_only=True)
class TraceChoice:
    """Which messages are wanted: those that cannot be read, of an RRN, of a type; ``network``: management messages too."""

    unreadable: bool = False
    network: bool = True
    rrn: str | None = None
    mti: str | None = None

    @property
    def where(self) -> str:
        parts = ["fault <> ''"] * self.unreadable + [f"NOT {_NETWORK}"] * (not self.network)
        parts += ["trim(rrn) = :rrn"] * (self.rrn is not None) + ["mti = :mti"] * (self.mti is not None)
        return f"WHERE {' AND '.join(parts)}" if parts else ""


EVERY: Final = TraceChoice()


def last_messages(data: Path, count: int, choice: TraceChoice = EVERY) -> list[Traced]:
    """The last messages that are chosen, oldest first. NegativeAnswerError where no trace is."""
    with opened(data) as (db, vault):
        about = {"count": count, "rrn": choice.rrn, "mti": choice.mti}
        rows = db.execute(_LAST.format(where=choice.where), about).fetchall()
        return [_traced(row, vault) for row in reversed(rows)]


def network_messages(data: Path, first: int) -> int:
    """How many messages of network management there are from a number on."""
    with opened(data) as (db, _):
        count: int = db.execute(_NETWORK_COUNT, (first,)).fetchone()[0]
        return count


def numbered_messages(data: Path, numbers: Iterable[int]) -> list[Traced]:
    """Messages by their id; NegativeAnswerError where one is not kept, or no trace is."""
    with opened(data) as (db, vault):
        found = {number: message_numbered(db, vault, number) for number in numbers}
    for number, message in found.items():
        if message is None:
            raise NegativeAnswerError(f"{data / TRACE_FILE} has no message {number}, {KEPT}")
    return [message for message in found.values() if message is not None]


def message_numbered(db: sqlite3.Connection, vault: Vault, number: int) -> Traced | None:
    """One message of an opened trace; None where it is not kept."""
    row = db.execute(_OF_ID, (number,)).fetchone()
    return None if row is None else _traced(row, vault)


def _traced(row: Sequence[Any], vault: Vault) -> Traced:
    *named, places, sealed = row
    names = [name.strip() for name in _COLUMNS.replace(f"{_CENTRE_MS}(at_ms)", "at_ms").split(",")][: len(named)]
    about: dict[str, Any] = dict(zip(names, named, strict=True))
    return Traced(**about, places=places_of(places), body=vault.unseal_bytes(sealed))


@contextmanager
def opened(data: Path) -> Iterator[tuple[sqlite3.Connection, Vault]]:
    """The trace of a data folder with all that a running centre has handed over, and what opens its bodies;
    NegativeAnswerError where none is kept beside a journal. Its times are of the machine: ``centre_ms`` of one, in SQL, is the
    centre's."""
    path = data / TRACE_FILE
    wait_until_written(data)
    if not databases.is_there(path) and not databases.is_there(data / JOURNAL_FILE):
        raise no_journal(data)
    if not databases.is_there(path):
        raise NegativeAnswerError(
            f"{data}: no bytes are kept here; `switch up --trace` keeps those of every message from then on"
        )
    try:
        with databases.readable(path, SCHEMA) as uri, closing(sqlite3.connect(uri, uri=True)) as db:
            if databases.version_of(db, path, SCHEMA) < SCHEMA.version:
                raise NegativeAnswerError(f"{path}: found an empty file, {SCHEMA.expected}")
            db.create_function(_CENTRE_MS, 1, ClockHistory.read(data).centre_ms, deterministic=True)
            yield db, Vault.open(data, new=False)
    except (sqlite3.DatabaseError, UnicodeError) as error:
        raise databases.unreadable(path, SCHEMA, error) from None
