"""What the trace says of messages without opening them, from one on: for who looks again and again."""

from __future__ import annotations

import sqlite3
from typing import Final, NamedTuple

from switch.lines.line import RECEIVED, Direction

ROW_COLUMNS: Final = "id, at_ms, line, direction, mti, stan, rrn, response_code, fault, terminal_id"  #: of a ``TracedRow``
_AFTER: Final = f"SELECT {ROW_COLUMNS} FROM message WHERE id > ? ORDER BY id"
_LAST: Final = "SELECT COALESCE(MAX(id), 0) FROM message"
_BEFORE: Final = "SELECT COALESCE(MAX(id), 0) FROM message WHERE at_ms < ?"


class TracedRow(NamedTuple):
    """What the trace says of a message without opening it."""

    id: int
    at_ms: int
    line: str
    direction: Direction
    mti: str
    stan: str
    rrn: str
    response_code: str
    fault: str
    terminal_id: str = ""

    @property
    def of_acquirer(self) -> bool:
        """An acquirer's line is named by listener and peer, an issuer's by its issuer."""
        return " " in self.line

    @property
    def line_name(self) -> str:
        """The listener, or the issuer."""
        return self.line.partition(" ")[0]

    @property
    def received(self) -> bool:
        """Whether the host received it."""
        return self.direction == RECEIVED


class TracedRows:
    """An opened trace, looked at again and again."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def after(self, number: int) -> list[TracedRow]:
        """The messages behind one, oldest first; none where they cannot be read now: the next look may."""
        try:
            return [TracedRow(*row) for row in self._db.execute(_AFTER, (number,))]
        except sqlite3.OperationalError:  # it is being written to the disk, by whoever ended last
            return []

    def last(self, before_ms: int | None = None) -> int:
        """The number of the last message, or of the last one before a time; 0 where there is none."""
        query = (_LAST, ()) if before_ms is None else (_BEFORE, (before_ms,))
        (number,) = self._db.execute(*query).fetchone()
        return int(number)
