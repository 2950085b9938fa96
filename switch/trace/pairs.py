"""The trace, followed: what came since the last look, put together as pairs of a message and its answer.

Only columns are read here, no bytes: whoever wants to show a message opens it by its number. Nothing is held between two looks
that a writer could wait for.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Sequence
from typing import Final, NamedTuple

from switch.iso8583.mti import expects_answer, response_mti
from switch.lines.line import Direction
from switch.trace.traced_rows import ROW_COLUMNS, TracedRow

LOOK_MAX: Final = 2_000  #: messages of one look; more than a person follows, and some milliseconds
MTI_DIGITS: Final = 4
ANSWERED_AT_ONCE_MS: Final = 1_000  #: what makes no sense is answered in the same turn, or never

_AFTER: Final = f"SELECT {ROW_COLUMNS} FROM message WHERE id > ? ORDER BY id LIMIT ?"
_LAST: Final = "SELECT COALESCE(MAX(id), 0) FROM message"
_SINCE: Final = "SELECT COALESCE(MIN(id) - 1, (SELECT COALESCE(MAX(id), 0) FROM message)) FROM message WHERE at_ms >= ?"


class Pair(NamedTuple):
    """A message and its answer; None for the one that is missing. They stand in the order of what comes first."""

    request: TracedRow | None
    answer: TracedRow | None

    @property
    def first(self) -> TracedRow:
        """The message that a person would open."""
        found = self.request or self.answer
        assert found is not None
        return found

    def __lt__(self, other: tuple[object, ...]) -> bool:
        return self.first.id < other.first.id if isinstance(other, Pair) else NotImplemented

    @property
    def code(self) -> str:
        """DE 39 of the answer; empty where there is none."""
        return self.answer.response_code if self.answer is not None else ""

    @property
    def rrn(self) -> str:
        return ((self.request.rrn if self.request else "") or (self.answer.rrn if self.answer else "")).strip()

    @property
    def elapsed_ms(self) -> int | None:
        return None if self.request is None or self.answer is None else self.answer.at_ms - self.request.at_ms


class Pairs:
    """Puts messages together with their answers. What has no answer after ``patience_ms`` is given without one."""

    def __init__(self, patience_ms: int) -> None:
        self._patience_ms, self._whole_from_ms = patience_ms, 0
        self._waiting: dict[int, TracedRow] = {}  #: by number, in order
        self._by_answer: dict[tuple[str, Direction, str, str], deque[int]] = {}  #: line, direction, MTI and STAN of the answer

    def take(self, rows: Sequence[TracedRow], now_ms: int, *, gap: bool = False) -> list[Pair]:
        """What messages complete, in order, and what has waited too long.

        ``gap``: there were messages before these that nobody saw. What seems to answer nothing may answer one of them, and what
        waited may have been answered by one: both are left out.
        """
        done: list[Pair] = []
        if gap and rows:
            self._whole_from_ms = rows[0].at_ms + self._patience_ms
            self._waiting, self._by_answer = {}, {}
        for row in rows:
            if len(row.mti) == MTI_DIGITS and row.mti.isdecimal() and row.mti.isascii() and expects_answer(row.mti):
                self._waiting[row.id] = row
                self._by_answer.setdefault(_of_answer(row), deque()).append(row.id)
            elif row.fault and not row.mti:
                done.append(Pair(row, None))
            else:
                asked = self._asked(row)
                if asked is not None or row.at_ms >= self._whole_from_ms:
                    done.append(Pair(asked, row))
        return done + [Pair(row, None) for row in self._overdue(now_ms)]

    def rest(self) -> list[Pair]:
        """What still waits, in the end."""
        waiting, self._waiting, self._by_answer = self._waiting, {}, {}
        return [Pair(row, None) for row in waiting.values()]

    def _asked(self, answer: TracedRow) -> TracedRow | None:
        """What a message answers. Of one that made no sense the trace may have no STAN, which its answer then has."""
        for stan in dict.fromkeys((answer.stan, "")):
            numbers = self._by_answer.get((answer.line, answer.direction, answer.mti, stan))
            while numbers:
                asked = self._waiting.get(numbers[0])
                if asked is not None and stan == "" != answer.stan and not asked.fault:
                    break
                numbers.popleft()
                if asked is not None:
                    self._forget(asked)
                    return asked
        return None

    def _overdue(self, now_ms: int) -> list[TracedRow]:
        found = []
        for row in list(self._waiting.values()):
            if row.at_ms > now_ms - ANSWERED_AT_ONCE_MS:
                break
            if row.fault or row.at_ms <= now_ms - self._patience_ms:
                found.append(row)
                self._forget(row)
        return found

    def _forget(self, row: TracedRow) -> None:
        del self._waiting[row.id]
        key = _of_answer(row)
        numbers = self._by_answer.get(key)
        if numbers is not None:
            if row.id in numbers:
                numbers.remove(row.id)
            if not numbers:
                del self._by_answer[key]


def _of_answer(row: TracedRow) -> tuple[str, Direction, str, str]:
    """What the answer to a message will be known by."""
    back: Direction = "sent" if row.direction == "received" else "received"
    return row.line, back, response_mti(row.mti), row.stan


class Followed:
    """An opened trace, followed from a message on. ``passed_over`` are messages that were not looked at: more came between two
    looks than anybody reads."""

    def __init__(self, db: sqlite3.Connection, after: int) -> None:
        self._db, self._after = db, after
        self.gap = after > 0  #: whether messages before those of the next look, or the last one, were not looked at
        self.passed_over = 0

    @classmethod
    def from_last(cls, db: sqlite3.Connection, messages: int) -> Followed:
        """From so many messages before the last one on."""
        (last,) = db.execute(_LAST).fetchone()
        return cls(db, max(last - messages, 0))

    @classmethod
    def from_time(cls, db: sqlite3.Connection, at_ms: int) -> Followed:
        """From the first message of this time on."""
        (before,) = db.execute(_SINCE, (at_ms,)).fetchone()
        return cls(db, before)

    def look(self) -> list[TracedRow]:
        """What came since the last look, oldest first; nothing where it cannot be read now: the next look may."""
        try:
            return self._look()
        except sqlite3.OperationalError:  # it is being written to the disk, by whoever ended last
            return []

    def _look(self) -> list[TracedRow]:
        (last,) = self._db.execute(_LAST).fetchone()
        self.gap = self.gap or last - self._after > LOOK_MAX
        if last - self._after > LOOK_MAX:
            self.passed_over += last - self._after - LOOK_MAX
            self._after = last - LOOK_MAX
        rows = [TracedRow(*row) for row in self._db.execute(_AFTER, (self._after, LOOK_MAX)).fetchall()]
        if rows:
            self._after = rows[-1].id
        return rows
