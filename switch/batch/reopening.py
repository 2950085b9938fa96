"""A closed business date reopened: its close is taken back, so that it can be closed again, with other fees for example.

Only the last closed date can be reopened, for later ones were computed from it, and only while nothing of it has left the
house: no payout in a file for the bank, no message at a mail server, no bank that booked it, no dispute of a sale of it.
Whatever has left is corrected by postings of its own on the open date. The date stays ended: no payment counts in it any more,
and the open date stays open.

Dying at any point leaves the date either closed or reopened. First the files for the banks are taken away (any close writes
them again, with the same bytes); then one transaction looks at everything once more, moves the rows of the close and writes the
reopening; last the files of the close are moved, which the next close of the date does where it was left.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final, Literal

from attrs import asdict

from switch.data_folder import databases
from switch.data_folder.databases import one_transaction
from switch.display.plural import plural
from switch.endofday import books, files
from switch.endofday.cleared_notices import ISSUERS_TOLD, tell_issuers
from switch.endofday.line_files.door import of_requests, see
from switch.endofday.reopened.reopenings import Reopening, reopenings_of
from switch.endofday.reopened.withdrawal import withdraw
from switch.errors import NegativeAnswerError, SwitchError
from switch.issuers.process import book, notices
from switch.issuers.process.accounts import process_runs
from switch.record import frozen

PERSON_MAX: Final = 60  #: characters of who reopens
REASON_MAX: Final = 200
CORRECTIONS: Final = "switch send --reverse RRN, switch disputes open RRN, switch exceptions list"  #: on the open date

#: Why a date cannot be reopened: what was built on its close, or has left the house.
ObstacleKind = Literal["later_date", "payment_file", "bank", "mail", "dispute", "decision", "changed_rows"]

_PAID: Final = """
SELECT t.message_id, COUNT(*) FROM payout AS p JOIN transfer AS t ON t.reference = p.reference
WHERE p.business_date = ? GROUP BY t.message_id ORDER BY t.message_id
"""
_DISPUTED: Final = """
SELECT e.dossier FROM presentment AS p JOIN dispute_event AS e ON e.request_id = p.request_id
WHERE p.business_date = ? ORDER BY e.dossier LIMIT 1
"""
_DECIDED: Final = """
SELECT x.rrn FROM exception_item AS x JOIN exception_order AS o ON o.request_id = x.request_id
WHERE x.business_date = ? ORDER BY x.rrn LIMIT 1
"""
_STANDS: Final = """
SELECT closed_at_ms, specs_digest, presentment_count + adjustment_count,
  (SELECT COUNT(*) FROM payout WHERE business_date = ?1), (SELECT COUNT(*) FROM statement WHERE business_date = ?1)
FROM closed_day WHERE business_date = ?1
"""
_PAYS: Final = """
SELECT currency, SUM(net_minor) FROM payout WHERE business_date = ? AND outcome = 'paid' GROUP BY currency ORDER BY currency
"""
_BOOKED: Final = """
SELECT EXISTS (SELECT 1 FROM booked_item WHERE business_date = ?1) OR EXISTS (SELECT 1 FROM booked_day WHERE business_date = ?1)
"""


@frozen
class Obstacle:
    """Why a date cannot be reopened."""

    kind: ObstacleKind
    sentence: str  #: without the date, as the end of a sentence


@frozen(kw_only=True)
class Standing:
    """A closed date before it is reopened: what would be taken back, and what stands in the way."""

    business_date: str
    closed_at_ms: int
    specs_digest: str
    line_count: int  #: presentments and adjustments
    payout_count: int
    paid_minor: dict[str, int]  #: currency -> sum of the payouts that are to be paid
    statement_count: int
    file_count: int
    banks: tuple[str, ...]  #: that the close wrote a file for
    reopenings: tuple[Reopening, ...]  #: earlier ones of the date
    obstacles: tuple[Obstacle, ...]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


Left = Callable[[str], Iterable[Obstacle]]  #: what else has left the house of a date: messages, which the books do not know


def standing(data: Path, business_date: str, also_left: Left = lambda _: ()) -> Standing:
    """What reopening a date would take back, and what stands in its way. NegativeAnswerError where it is not closed."""
    with books.opened(data) as connection:
        books.refuse_not_closed(connection, business_date)
        found = tuple(_obstacles(connection, data, business_date))
        row = connection.execute(_STANDS, (business_date,)).fetchone()
        return Standing(
            business_date=business_date,
            closed_at_ms=row[0],
            specs_digest=row[1],
            line_count=row[2],
            payout_count=row[3],
            paid_minor=dict(connection.execute(_PAYS, (business_date,)).fetchall()),
            statement_count=row[4],
            file_count=len(files.file_names(connection, business_date)),
            banks=_banks(connection, business_date),
            reopenings=reopenings_of(connection, business_date),
            obstacles=(*found, *also_left(business_date)),
        )


def reopen_date(
    data: Path,
    business_date: str,
    person: str,
    reason: str,
    clock_ms: Callable[[], int],
    also_left: Left = lambda _: (),
) -> Reopening:
    """Take the close of a date back.

    NegativeAnswerError, with what has left the house, where it cannot be; SwitchError where nobody or no reason is named;
    DataFolderError where the files of the close cannot be moved, which the next close of the date does then.
    """
    person, reason = _named("--by", person, PERSON_MAX), _named("--reason", reason, REASON_MAX)
    with books.opened(data, to_write=True) as connection, books.alone(data):
        books.refuse_not_closed(connection, business_date)
        refuse_obstacles(business_date, (*_obstacles(connection, data, business_date), *also_left(business_date)))
        for bank in _banks(connection, business_date):
            notices.take_back(data, bank, business_date)
        try:
            with one_transaction(connection):
                # a bank that read its file before it was taken away runs, or has booked it
                refuse_obstacles(business_date, (*_obstacles(connection, data, business_date), *also_left(business_date)))
                number = withdraw(connection, business_date, person, reason, clock_ms())
        except BaseException:
            tell_issuers(connection, data)
            raise
        done = next(each for each in reopenings_of(connection, business_date) if each.number == number)
        files.put_withdrawn_aside(connection, data, business_date)
        return done


def refuse_obstacles(business_date: str, obstacles: Iterable[Obstacle]) -> None:
    """NegativeAnswerError for the first obstacle, with what is to be done instead."""
    for each in obstacles:
        refused = f"business date {business_date} cannot be reopened: {each.sentence}"
        if each.kind == "changed_rows":
            raise NegativeAnswerError(refused, hint="switch check")
        raise NegativeAnswerError(f"{refused}; correct it on the open date", hint=CORRECTIONS)


def _named(where: str, text: str, characters_max: int) -> str:
    if not 0 < len(text.strip()) <= characters_max:
        raise SwitchError(f"{where}: found {text!r}, expected 1 to {characters_max} characters")
    return text.strip()


def _banks(connection: sqlite3.Connection, business_date: str) -> tuple[str, ...]:
    return tuple(str(row[0]) for row in connection.execute(ISSUERS_TOLD, {"business_date": business_date}))


def _obstacles(connection: sqlite3.Connection, data: Path, business_date: str) -> Iterator[Obstacle]:
    """What the books of the centre and of the banks know that stands in the way."""
    if (last := books.closed_dates(connection)[-1]) != business_date:
        yield Obstacle("later_date", f"{last} was closed after it; only the last closed date can be reopened")
    for message_id, count in connection.execute(_PAID, (business_date,)).fetchall():
        of_them = plural(count, "transfer pays its payouts", "transfers pay its payouts")
        yield Obstacle("payment_file", f"payment file {message_id} was written for the bank: {of_them}")
    yield from _at_banks(data, _banks(connection, business_date), business_date)
    see(connection, of_requests("SELECT request_id FROM dispute_event"))
    for (dossier,) in connection.execute(_DISPUTED, (business_date,)).fetchall():
        yield Obstacle("dispute", f"dispute {dossier} is about a sale of it")
    for (rrn,) in connection.execute(_DECIDED, (business_date,)).fetchall():
        yield Obstacle("decision", f"a person has decided about its exception with RRN {rrn}")
    if changed := books.changed_tables(connection, business_date):
        yield Obstacle("changed_rows", f"rows of {', '.join(changed)} are not as its close wrote them")


def _at_banks(data: Path, banks: Iterable[str], business_date: str) -> Iterator[Obstacle]:
    """The banks that have booked a date, or are about to."""
    booked, running = [], []
    for bank in banks:
        path = data / "issuers" / f"{bank}.db"
        if databases.is_empty(path):
            continue
        with databases.readable(path, book.SCHEMA) as uri, closing(sqlite3.connect(uri, uri=True)) as accounts:
            if databases.version_of(accounts, path, book.SCHEMA) < book.SCHEMA.version:
                yield Obstacle("bank", f"an earlier release wrote the accounts of bank {bank}, which may have booked it")
            elif accounts.execute(_BOOKED, (business_date,)).fetchone()[0]:
                booked.append(bank)
            elif process_runs(data, bank):
                running.append(bank)
    if booked:
        yield Obstacle("bank", f"it is booked on the accounts of {', '.join(booked)}")
    if running:
        yield Obstacle("bank", f"it is booked at once by what is running: {', '.join(running)}")
