"""What is proved of the issuers' books against the journal and the closed days: each bank booked what it was presented, once.

A book that is not here, and a day that its issuer has not booked yet, are no faults, and are said.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from attrs import Factory, define

from switch.clearing.checks import FAULTS_SHOWN_MAX, Fault
from switch.data_folder import databases
from switch.endofday import books
from switch.endofday.cleared_notices import ISSUERS_TOLD, query
from switch.endofday.line_files.door import of_date, see
from switch.issuers.process import book, notices
from switch.issuers.process.accounts import process_runs

#: How long to wait for a running issuer that was told of a day just now: it looks four times a second.
BOOKING_SECONDS_MAX: Final = 3.0
BOOKING_POLL_SECONDS: Final = 0.05

_BOOKED_OTHERWISE: Final = query("booked_otherwise")
_POSITION: Final = query("booked_position")
_NOT_HELD: Final = query("not_held")
_NOT_ONCE: Final = query("not_posted_once")
_HOLDS_BELOW_ZERO: Final = query("holds_below_zero")


@define
class IssuersProved:
    """What was compared, and found."""

    faults: list[Fault] = Factory(list)
    notes: list[str] = Factory(list)
    booked_count: int = 0  #: items of closed days that the issuers have booked


def prove_issuers(connection: sqlite3.Connection, data: Path) -> IssuersProved:
    """Compare the issuers' books with the books and the journal, which the connection has."""
    proved = IssuersProved()
    days: dict[str, list[str]] = {}
    for business_date in books.closed_dates(connection):
        for (issuer,) in connection.execute(ISSUERS_TOLD, {"business_date": business_date}):
            days.setdefault(str(issuer), []).append(business_date)
    missing = [issuer for issuer in sorted(days) if databases.is_empty(data / "issuers" / f"{issuer}.db")]
    if missing:
        proved.notes.append(f"accounts were not compared with the closed days: no book here of {', '.join(missing)}")
    for issuer in sorted(days.keys() - set(missing)):
        with book_attached(connection, data, issuer, days[issuer]) as readable:
            if readable:
                _prove(connection, data, issuer, days[issuer], proved)
            else:
                proved.notes.append(f"accounts of {issuer} were not compared: an earlier release wrote its book")
    return proved


@contextmanager
def book_attached(connection: sqlite3.Connection, data: Path, issuer: str, dates: list[str]) -> Iterator[bool]:
    """An issuer's book attached as ``book``, once it has booked these dates if it runs.

    False, and nothing attached, where an earlier release wrote it.
    """
    path = data / "issuers" / f"{issuer}.db"
    with databases.readable(path, book.SCHEMA) as uri:
        with closing(sqlite3.connect(uri, uri=True)) as alone:
            earlier = databases.version_of(alone, path, book.SCHEMA) < book.SCHEMA.version
            if not earlier:
                _await_booking(alone, data, issuer, dates)
        if earlier:
            yield False
            return
        connection.execute("ATTACH ? AS book", (uri,))
        try:
            yield True
        finally:
            connection.execute("DETACH book")


def _booked(connection: sqlite3.Connection, schema: str = "book") -> set[str]:
    return {str(row[0]) for row in connection.execute(f"SELECT business_date FROM {schema}.booked_day")}


def _await_booking(alone: sqlite3.Connection, data: Path, issuer: str, dates: list[str]) -> None:
    """Wait for an issuer that runs and was told of a day, until it has booked it."""
    told = {business_date for business_date in dates if notices.cleared_file(data, issuer, business_date).exists()}
    until = time.monotonic() + BOOKING_SECONDS_MAX
    while told - _booked(alone, "main") and time.monotonic() < until and process_runs(data, issuer):
        time.sleep(BOOKING_POLL_SECONDS)


def _prove(connection: sqlite3.Connection, data: Path, issuer: str, dates: list[str], proved: IssuersProved) -> None:
    def rows(sql: str, business_date: str = "") -> list[tuple[object, ...]]:
        about = {"business_date": business_date, "issuer": issuer, "faults_shown_max": FAULTS_SHOWN_MAX}
        return connection.execute(sql, about).fetchall()

    def fault(check: str, sentence: str, business_date: str | None = None) -> None:
        proved.faults.append(Fault(business_date=business_date, check=check, sentence=sentence))

    booked = _booked(connection)
    waiting = [business_date for business_date in dates if business_date not in booked]
    if waiting:
        told = notices.cleared_file(data, issuer, waiting[0]).exists()
        how = "once its process runs" if told else f"once it is told: `switch day close {waiting[0]}` does that"
        span = waiting[0] if len(waiting) == 1 else f"{len(waiting)} days, from {waiting[0]},"
        proved.notes.append(f"{issuer} has not booked {span} yet; it does {how}")
    for business_date in dates:
        if business_date not in booked:
            continue
        see(connection, of_date(business_date))
        (count,) = rows("SELECT COUNT(*) FROM book.booked_item WHERE business_date = :business_date", business_date)[0]
        proved.booked_count += int(str(count))
        for request_id, presented, was in rows(_BOOKED_OTHERWISE, business_date):
            sentence = f"issuer {issuer}: request {request_id} was presented for {presented} and is booked for {was}"
            fault("issuers_booked", f"{sentence} (minor units)", business_date)
        for position, was in rows(_POSITION, business_date):
            sentence = f"issuer {issuer}: a position of {position}, and {was} booked on its accounts (minor units)"
            fault("issuers_agree_with_positions", sentence, business_date)
        for request_id, rrn in rows(_NOT_HELD, business_date):
            sentence = f"issuer {issuer}: its book has no entry of approval {request_id} (RRN {rrn})"
            fault("approvals_in_issuers_books", sentence, business_date)
    for request_id, was, moved in rows(_NOT_ONCE):
        sentence = f"issuer {issuer}: {was} booked of request {request_id}, and {moved} moved on its account (minor units)"
        fault("posted_once", sentence)
    for account, held in rows(_HOLDS_BELOW_ZERO):
        fault("holds_end_in_one_way", f"issuer {issuer}: a hold on account {account} ended twice: {held} is left (minor units)")
