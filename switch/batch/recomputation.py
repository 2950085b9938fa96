"""A business date computed with the specification of now, in a copy of the books that is thrown away.

A date that is not closed is computed as a close would. A closed one is computed again as if neither it nor any later date had
been: its rows as they stand are set aside in temporary tables (``stood_payout``, …), so that both can be compared.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from attrs import evolve

from switch.batch.difference import Difference, differences, lines_changed
from switch.endofday import books, close
from switch.endofday import report as settled
from switch.endofday.engines.in_sqlite import SqliteEngine
from switch.endofday.reopened.withdrawal import dated_tables
from switch.endofday.report import DayReport
from switch.endofday.staging import DaySpecs, staged_day
from switch.errors import NegativeAnswerError, SwitchError
from switch.record import frozen

#: Tables that people write, not a close: a date is computed from its rows in them, and from no later ones.
TOLD_BY_PEOPLE: Final = frozenset({"exception_order", "dispute_event"})
STOOD: Final = "stood_"  #: before the name of a table, the rows of the date as they stand in the books

_GUARDS: Final = "SELECT name FROM sqlite_schema WHERE type = 'trigger' AND sql LIKE '%BEFORE DELETE%'"


@frozen(kw_only=True)
class Rehearsal:
    """What a close would make of a date, and what of it differs from the books where the date is closed already."""

    report: DayReport
    is_closed: bool  #: the date is closed in the books: ``differences`` are to what stands there
    specs_changed: bool  #: it was closed with other specs
    differences: tuple[Difference, ...] = ()
    changed_line_count: int = 0  #: presentments that would differ, be missing or be new


def rehearsed(
    data: Path,
    specs: DaySpecs,
    business_date: str | None,
    now_ms: int,
    say: Callable[[str], None] = lambda _: None,
) -> Rehearsal:
    """What closing a date now would come to: the date named, or the oldest that is to be closed. Nothing is written, and no
    business date is opened. NegativeAnswerError where no date is to be closed, or where the day does not balance."""
    say("copying the books")
    with books.opened(data, apart=True) as connection:
        dates = books.BusinessDates.of(connection)
        chosen = close.chosen_date(connection, dates, business_date)
        if chosen is None:
            which = business_date or dates.open
            found = f"business date {which} has no decisions" if which else "no business date was ever opened"
            raise NegativeAnswerError(f"nothing to close: {found}")
        return _rehearsed(connection, data, specs, chosen, now_ms, say)


def recomputed(
    data: Path, specs: DaySpecs, business_date: str, now_ms: int, say: Callable[[str], None] = lambda _: None
) -> Rehearsal:
    """A closed date computed again, and what differs. SwitchError where it is not closed."""
    say("copying the books")
    with books.opened(data, apart=True) as connection:
        books.refuse_not_closed(connection, business_date)
        return _rehearsed(connection, data, specs, business_date, now_ms, say)


def _rehearsed(
    connection: sqlite3.Connection,
    data: Path,
    specs: DaySpecs,
    business_date: str,
    now_ms: int,
    say: Callable[[str], None],
) -> Rehearsal:
    is_closed = business_date in books.closed_dates(connection)
    if is_closed:
        set_aside(connection, business_date)
    with _explained(business_date):
        connection.execute("BEGIN")  # all of the journal is read as it stands now: the switch may go on writing it
        engine = SqliteEngine(connection)
        parameters = staged_day(connection, engine, specs, business_date, say)
        close.compute_day(connection, engine, parameters, lambda: now_ms, say)
    sentence = f"business date {business_date} would be closed like this; nothing was written"
    if is_closed:
        sentence = f"business date {business_date} is closed, and was computed again; nothing was written"
    report = evolve(books.day_report(connection, data, business_date, settled.REHEARSED, sentence), folder=None)
    if not is_closed:
        return Rehearsal(report=report, is_closed=False, specs_changed=False)
    (digest,) = connection.execute(f"SELECT specs_digest FROM {STOOD}closed_day").fetchone()
    return Rehearsal(
        report=report,
        is_closed=True,
        specs_changed=digest != specs.digest,
        differences=differences(connection, (STOOD, business_date), ("", business_date)),
        changed_line_count=lines_changed(connection, STOOD, business_date),
    )


@contextmanager
def _explained(business_date: str) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise SwitchError(f"business date {business_date} cannot be computed in a copy of the books: {error}") from None


def set_aside(copy: sqlite3.Connection, business_date: str) -> None:
    """Keep the rows of a date in temporary tables, and make a copy of the books what they were before the date was closed."""
    for (name,) in copy.execute(_GUARDS).fetchall():
        copy.execute(f"DROP TRIGGER {name}")
    for table in dated_tables(copy):
        copy.execute(
            f"CREATE TEMP TABLE {STOOD}{table} AS SELECT * FROM main.{table} WHERE business_date = ?", (business_date,)
        )
        since = ">" if table in TOLD_BY_PEOPLE else ">="
        copy.execute(f"DELETE FROM main.{table} WHERE business_date {since} ?", (business_date,))


def compared_dates(data: Path, left: str, right: str) -> tuple[Difference, ...]:
    """What differs between two closed dates, by what is the same in both: merchants, banks, accounts."""
    with books.opened(data, still=True) as connection:
        books.refuse_not_closed(connection, left, right)
        return differences(connection, ("", left), ("", right))
