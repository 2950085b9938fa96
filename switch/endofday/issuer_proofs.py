"""What is proved of the issuers' books against the journal and the closed days: each bank booked what it was presented, once.

A book that is not here, and a day that its issuer has not booked yet, are no faults, and are said.
"""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Final

from attrs import Factory, define

from switch.clearing.checks import FAULTS_SHOWN_MAX, Fault
from switch.data_folder import databases
from switch.endofday import books
from switch.endofday.told import ISSUERS_PRESENTED
from switch.issuers.process import book, notices
from switch.issuers.process.accounts import process_runs

#: How long to wait for a running issuer that was told of a day just now: it looks four times a second.
BOOKING_SECONDS_MAX: Final = 3.0
BOOKING_POLL_SECONDS: Final = 0.05

_PRESENTED: Final = """
  SELECT request_id, amount_minor FROM presentment WHERE business_date = :business_date AND issuer = :issuer
  UNION ALL
  SELECT request_id, amount_minor FROM adjustment WHERE business_date = :business_date AND issuer = :issuer
"""

#: What a day presented and the issuer booked otherwise, and what it booked and the day did not present.
_BOOKED_OTHERWISE: Final = f"""
WITH presented AS ({_PRESENTED})
SELECT p.request_id, p.amount_minor, COALESCE(b.amount_minor, 0)
FROM presented AS p
LEFT JOIN book.booked_item AS b ON b.business_date = :business_date AND b.request_id = p.request_id
WHERE b.amount_minor IS NOT p.amount_minor
UNION ALL
SELECT b.request_id, 0, b.amount_minor
FROM book.booked_item AS b
WHERE b.business_date = :business_date AND b.request_id NOT IN (SELECT request_id FROM presented)
LIMIT :faults_shown_max
"""  # noqa: S608

_POSITION: Final = """
SELECT position_minor, booked_minor FROM (
  SELECT
    (SELECT SUM(debit_minor - credit_minor) FROM position
     WHERE business_date = :business_date AND role = 'issuer' AND participant = :issuer) AS position_minor,
    (SELECT COALESCE(SUM(amount_minor), 0) FROM book.booked_item WHERE business_date = :business_date) AS booked_minor
) AS compared
WHERE position_minor <> booked_minor
"""

#: Approvals of an issuer that were presented, and of which its book has no entry.
_NOT_HELD: Final = """
SELECT p.request_id, p.rrn
FROM presentment AS p
CROSS JOIN journal.decision AS d
CROSS JOIN journal.request AS r
WHERE p.business_date = :business_date AND p.issuer = :issuer AND d.request_id = p.request_id AND d.decided_by = :issuer
  AND r.id = p.request_id AND NOT EXISTS (
    SELECT 1 FROM book.entry AS e
    WHERE e.stan = r.stan AND e.transmitted_at IN (r.transmitted_at, r.local_at) AND e.acquirer_id = r.acquirer_id
      AND e.terminal_id = r.terminal_id AND e.kind IN ('hold', 'credit') AND e.business_date = '')
LIMIT :faults_shown_max
"""

#: By exchange: what is booked, and what moved on the ledger; reversals that came before their cleared day may lie between.
_NOT_ONCE: Final = """
WITH moved AS (
  SELECT acquirer_id, terminal_id, stan, transmitted_at,
    SUM(CASE WHEN kind IN ('posted', 'taken_back') THEN amount_minor ELSE -amount_minor END) AS moved_minor,
    SUM(CASE WHEN kind IN ('returned', 'credit') AND business_date = '' THEN amount_minor ELSE 0 END) AS given_minor,
    SUM(CASE WHEN kind = 'taken_back' AND business_date = '' THEN amount_minor ELSE 0 END) AS taken_minor,
    MAX(business_date) AS business_date
  FROM book.entry WHERE kind IN ('posted', 'returned', 'credit', 'taken_back')
  GROUP BY stan, transmitted_at, acquirer_id, terminal_id
), booked AS (
  SELECT acquirer_id, terminal_id, stan, transmitted_at, SUM(amount_minor) AS booked_minor, MIN(request_id) AS request_id
  FROM book.booked_item GROUP BY stan, transmitted_at, acquirer_id, terminal_id
)
SELECT request_id, booked_minor, COALESCE(moved_minor, 0)
FROM booked LEFT JOIN moved USING (stan, transmitted_at, acquirer_id, terminal_id)
WHERE COALESCE(moved_minor, 0) NOT BETWEEN booked_minor - COALESCE(given_minor, 0) AND booked_minor + COALESCE(taken_minor, 0)
UNION ALL
SELECT 0, 0, moved_minor
FROM moved LEFT JOIN booked USING (stan, transmitted_at, acquirer_id, terminal_id)
WHERE moved.business_date <> '' AND booked_minor IS NULL
LIMIT :faults_shown_max
"""

#: Accounts of which more holds ended than began.
_HOLDS_BELOW_ZERO: Final = """
SELECT account, SUM(CASE WHEN kind = 'hold' THEN amount_minor ELSE -amount_minor END) AS held_minor
FROM book.entry WHERE kind IN ('hold', 'release', 'expired', 'settled')
GROUP BY account, stan, transmitted_at, acquirer_id, terminal_id HAVING held_minor < 0
LIMIT :faults_shown_max
"""


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
        for (issuer,) in connection.execute(ISSUERS_PRESENTED, {"business_date": business_date}):
            days.setdefault(str(issuer), []).append(business_date)
    missing = [issuer for issuer in sorted(days) if databases.is_empty(data / "issuers" / f"{issuer}.db")]
    if missing:
        proved.notes.append(f"accounts were not compared with the closed days: no book here of {', '.join(missing)}")
    for issuer in sorted(days.keys() - set(missing)):
        path = data / "issuers" / f"{issuer}.db"
        with databases.readable(path, book.SCHEMA) as uri:
            with closing(sqlite3.connect(uri, uri=True)) as alone:
                earlier = databases.version_of(alone, path, book.SCHEMA) < book.SCHEMA.version
                if not earlier:
                    _await_booking(alone, data, issuer, days[issuer])
            if earlier:
                proved.notes.append(f"accounts of {issuer} were not compared: an earlier release wrote its book")
                continue
            connection.execute("ATTACH ? AS book", (uri,))
            try:
                _prove(connection, data, issuer, days[issuer], proved)
            finally:
                connection.execute("DETACH book")
    return proved


def _booked(connection: sqlite3.Connection, schema: str = "book") -> set[str]:
    return {str(row[0]) for row in connection.execute(f"SELECT business_date FROM {schema}.booked_day")}  # noqa: S608


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
