"""The reopenings of the books: each time a closed date was made one that is to be closed again."""

from __future__ import annotations

import sqlite3
from typing import Final

from attrs import fields

from switch.record import frozen

_REOPENINGS: Final = """
SELECT number, business_date, person, reason, reopened_at_ms, closed_at_ms, specs_digest,
  (SELECT COALESCE(SUM(row_count), 0) FROM withdrawn_table WHERE reopening = number)
FROM reopened_day WHERE business_date = COALESCE(?1, business_date) ORDER BY number
"""


@frozen(kw_only=True)
class Reopening:
    """A close that was taken back. Times are epoch milliseconds of the centre's clock."""

    number: int  #: counts all reopenings of the books
    business_date: str
    person: str  #: who did it
    reason: str
    reopened_at_ms: int
    closed_at_ms: int  #: when the close was made that was taken back
    specs_digest: str  #: of the specification that it was made with
    row_count: int  #: rows of the books that the close had written


def reopenings_of(connection: sqlite3.Connection, business_date: str | None = None) -> tuple[Reopening, ...]:
    """The reopenings of a date, or of all dates, the first one first."""
    names = [each.name for each in fields(Reopening)]
    rows = connection.execute(_REOPENINGS, (business_date,)).fetchall()
    return tuple(Reopening(**dict(zip(names, row, strict=True))) for row in rows)
