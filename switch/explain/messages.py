"""The trace as people ask for it: the messages of an RRN, or the last ones."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

from attrs import frozen

from switch.data_folder import databases
from switch.data_folder.vault import Vault
from switch.errors import NegativeAnswerError
from switch.explain.lifecycle import RRN_CHARACTERS, Lifecycle, Row
from switch.explain.step import ACQUIRER, Step
from switch.explain.timeline import in_order
from switch.iso8583.mti import describe_mti
from switch.iso8583.reading.redaction import Places, places_of
from switch.trace.recorder import SCHEMA, TRACE_FILE, TRACED_MAX

UNDATED_MS: Final = 5_000  #: how long before it was journaled a request without DE 7 and 37 may have come
#: What a trace has.
KEPT: Final = f"expected one of the last {TRACED_MAX:,} of a centre started with `switch up --trace`"

_COLUMNS: Final = """
id, at_ms, line, direction, dialect, header, mti, stan, transmitted_at, terminal_id, rrn, response_code, fault, tpdu, blanked,
body_cipher
"""
_OF_RRN: Final = "SELECT id, stan, terminal_id, transmitted_at FROM message WHERE rrn IN (?, ?)"
_OF_KEY: Final = "SELECT id FROM message WHERE stan = ? AND terminal_id = ? AND transmitted_at = ?"
_UNDATED: Final = """
SELECT id FROM message
WHERE stan = ? AND terminal_id = ? AND transmitted_at = '' AND direction = 'received' AND line = ? AND at_ms BETWEEN ? AND ?
"""
_OF_ID: Final = f"SELECT {_COLUMNS} FROM message WHERE id = ?"  # noqa: S608
_LAST: Final = f"SELECT {_COLUMNS} FROM message {{where}} ORDER BY id DESC LIMIT ?"  # noqa: S608


@frozen(kw_only=True)
class Traced:
    """One message as it was kept. ``body`` begins with the MTI; what is overwritten in it stands at ``places``."""

    id: int
    at_ms: int
    line: str
    direction: str
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
    places: Places
    body: bytes

    @property
    def leg(self) -> str:
        """As in a Step: an acquirer's line is named by listener and peer, an issuer's by its issuer."""
        return ACQUIRER if " " in self.line else self.line

    @property
    def way(self) -> str:
        """From where to where, for people."""
        ends = (self.line, "centre")
        return " → ".join(ends if self.direction == "received" else ends[::-1])


def messages_of(data: Path, story: Lifecycle) -> list[Traced]:
    """The messages of an RRN, in order: by DE 37, and by the key (DE 11, 41, 7) of its requests and reversals and of whatever
    else has that DE 37. NegativeAnswerError where none is kept."""
    with _opened(data) as (db, vault):
        asked = {life.request["rrn"] for life in story.lives} | {story.rrn}
        found, keys = set[int](), {_key(row) for row in _keyed(story)}
        for rrn in asked:
            for message_id, *key in db.execute(_OF_RRN, (rrn.strip(), f"{rrn.strip():<{RRN_CHARACTERS}}")):
                found.add(message_id)
                keys.add(tuple(key))
        for key in keys:
            if all(key):
                found |= {message_id for (message_id,) in db.execute(_OF_KEY, key)}
        for life in story.lives:
            found |= {message_id for (message_id,) in db.execute(_UNDATED, _undated(life.request))}
        if not found:
            raise NegativeAnswerError(f"{data / TRACE_FILE} has no message of RRN {story.rrn}, {KEPT}")
        return [_traced(db.execute(_OF_ID, (message_id,)).fetchone(), vault) for message_id in sorted(found)]


def last_messages(data: Path, count: int, *, unreadable: bool = False) -> list[Traced]:
    """The last messages, oldest first; ``unreadable``: of those that make no sense. NegativeAnswerError where no trace is."""
    with _opened(data) as (db, vault):
        rows = db.execute(_LAST.format(where="WHERE fault <> ''" if unreadable else ""), (count,)).fetchall()
        return [_traced(row, vault) for row in reversed(rows)]


def numbered_messages(data: Path, numbers: Iterable[int]) -> list[Traced]:
    """Messages by their id; NegativeAnswerError where one is not kept, or no trace is."""
    with _opened(data) as (db, vault):
        rows = {number: db.execute(_OF_ID, (number,)).fetchone() for number in numbers}
    for number, row in rows.items():
        if row is None:
            raise NegativeAnswerError(f"{data / TRACE_FILE} has no message {number}, {KEPT}")
    return [_traced(row, vault) for row in rows.values()]


def with_messages(steps: Sequence[Step], traced: Iterable[Traced]) -> list[tuple[Step, Traced | None]]:
    """Steps with the message each tells of, and a step more for every message that the journal does not tell of."""
    found: dict[int, Traced] = {}
    more: list[tuple[Step, Traced | None]] = []
    for message in traced:
        place = _nearest(message, steps, found)
        if place is None:
            more.append((_step(message), message))
        else:
            found[place] = message
    told = [(step, found.get(place)) for place, step in enumerate(steps)]
    return sorted([*told, *more], key=lambda pair: in_order(pair[0]))


def _nearest(message: Traced, steps: Sequence[Step], taken: Mapping[int, Traced]) -> int | None:
    """The place of the step that tells of a message: of its MTI, or of any; the nearest in time that is not another's."""
    fitting = [
        (step.mti == "", abs(step.at_ms - message.at_ms), place)
        for place, step in enumerate(steps)
        if place not in taken and step.at_ms is not None and _fits(step, message)
    ]
    return min(fitting)[2] if fitting else None


def _fits(step: Step, message: Traced) -> bool:
    return (step.leg, step.direction) == (message.leg, message.direction) and step.mti in ("", message.mti)


def _step(message: Traced) -> Step:
    named = f"{message.mti} {describe_mti(message.mti)}" if message.mti else "bytes that make no sense"
    coded = f" {message.response_code}" if message.response_code else ""
    fault = f": {message.fault}" if message.fault else ""
    return Step(
        at_ms=message.at_ms,
        leg=message.leg,
        what=message.direction,
        detail=f"{named}{coded}, {message.way}{fault}",
        request_id=None,
        mti=message.mti,
        direction=message.direction,
    )


def _keyed(story: Lifecycle) -> Iterator[Row]:
    for life in story.lives:
        yield life.request
        yield from life.reversals
    yield from story.unknown


def _key(row: Row) -> tuple[str, ...]:
    return row["stan"], row["terminal_id"], row["transmitted_at"]


def _undated(request: Row) -> tuple[Any, ...]:
    at_ms = request["received_at_ms"]
    return request["stan"], request["terminal_id"], request["line"], at_ms - UNDATED_MS, at_ms


def _traced(row: Sequence[Any], vault: Vault) -> Traced:
    *named, places, sealed = row
    names = [name.strip() for name in _COLUMNS.split(",")][: len(named)]
    about: dict[str, Any] = dict(zip(names, named, strict=True))
    return Traced(**about, places=places_of(places), body=vault.unseal_bytes(sealed))


@contextmanager
def _opened(data: Path) -> Iterator[tuple[sqlite3.Connection, Vault]]:
    path = data / TRACE_FILE
    if not databases.is_there(path):
        raise NegativeAnswerError(
            f"{data}: no bytes are kept here; `switch up --trace` keeps those of every message from then on"
        )
    try:
        with databases.readable(path, SCHEMA) as uri, closing(sqlite3.connect(uri, uri=True)) as db:
            if databases.version_of(db, path, SCHEMA) < SCHEMA.version:
                raise NegativeAnswerError(f"{path}: found an empty file, {SCHEMA.expected}")
            yield db, Vault.open(data, new=False)
    except (sqlite3.DatabaseError, UnicodeError) as error:
        raise databases.unreadable(path, SCHEMA, error) from None
