"""INSERTs of many rows: several rows to a statement, and what all rows of a batch have alike is handed over once.

SQLite begins and ends fewer statements then, and copies fewer values.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from functools import cached_property
from typing import Any, Final

from switch.record import frozen

ROWS_AT_ONCE: Final = 16  #: rows of one INSERT, where there are as many


@frozen(eq=False)
class Insert:
    """An INSERT into a ``table``: of each batch of rows, the columns ``alike`` have one value in all of them; ``own`` are the
    columns of each row. All other columns have their defaults."""

    table: str
    alike: tuple[str, ...]
    own: tuple[str, ...]

    def write(self, db: sqlite3.Connection, alike: Sequence[Any], rows: Sequence[Sequence[Any]]) -> None:
        """Insert rows in their order, ``ROWS_AT_ONCE`` to a statement."""
        whole = len(rows) - len(rows) % ROWS_AT_ONCE
        for first in range(0, whole, ROWS_AT_ONCE):
            values = [*alike]
            for row in rows[first : first + ROWS_AT_ONCE]:
                values += row
            db.execute(self._several, values)
        db.executemany(self._one, [(*alike, *row) for row in rows[whole:]])

    @cached_property
    def _one(self) -> str:
        return self.statement(1)

    @cached_property
    def _several(self) -> str:
        return self.statement(ROWS_AT_ONCE)

    def statement(self, rows: int) -> str:
        """The statement that inserts so many rows; its values are those ``alike``, then the own ones of one row after the
        other."""
        first, size = len(self.alike), len(self.own)
        alike = [f"?{number}" for number in range(1, first + 1)]
        places = [
            ", ".join([*alike, *(f"?{first + row * size + number}" for number in range(1, size + 1))]) for row in range(rows)
        ]
        return f"INSERT INTO {self.table} ({', '.join(self.alike + self.own)}) VALUES ({'), ('.join(places)})"
