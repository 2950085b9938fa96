"""The end of the day: close a business date, show it, prove the books.

``close_day`` first opens the next business date in the journal, so that no decision and no reversal can be stamped with the
date any more, then computes the whole day in the books in one transaction, checks it, commits, and renders its files. It needs
no running switch and does not disturb one. Dying at any point leaves either nothing of the day or all of it; closing again
finishes the files.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from attrs import evolve

from switch.business_day import is_business_date, next_business_date
from switch.clearing import ledger
from switch.clearing import presentments as clearing
from switch.clearing.checks import CLEARING_CHECKS, Fault
from switch.clearing.engine import Engine, EngineName
from switch.clearing.exceptions import EXCEPTION_CHECKS
from switch.clearing.proofs import CLOSED_DAY_CHECKS, JOURNAL_CHECKS, charges_follow_rates
from switch.data_folder import databases
from switch.display.measured import Measured
from switch.display.plural import plural
from switch.disputes.booking import DISPUTE_CHECKS, DISPUTE_ENTRIES, DISPUTE_ITEMS, DISPUTE_POSTINGS
from switch.endofday import books
from switch.endofday import files as day_files
from switch.endofday import report as settled
from switch.endofday.cleared_notices import query, tell_issuers
from switch.endofday.engines.beside import remove_left
from switch.endofday.engines.choice import opened_engine
from switch.endofday.engines.proving import asked_of_lines
from switch.endofday.engines.statements import PRESENTED
from switch.endofday.issuer_proofs import IssuersProved, prove_issuers
from switch.endofday.line_files.door import refuse_unreadable
from switch.endofday.proofs.transfer_proofs import TransfersProved, prove_transfers
from switch.endofday.report import DayReport
from switch.endofday.soundness import prove_files
from switch.endofday.staging import DaySpecs, staged_day
from switch.errors import DataFolderError, NegativeAnswerError, NoRoomError, SwitchError
from switch.record import frozen
from switch.settlement import payouts as settlement
from switch.settlement.checks import SETTLEMENT_CHECKS
from switch.settlement.fees.conversion import CONVERSION_CHECKS
from switch.settlement.fees.dues import DUE_CHECKS, DUES
from switch.settlement.fees.entries import ENTRY_POSTINGS
from switch.settlement.fees.lines import FEE_CHECKS, FEE_LINES, FEE_RULES, discounts_follow_rules
from switch.settlement.layouts.month_invoices import INVOICE_CHECKS, MONTH_INVOICES
from switch.settlement.statement_forms import BytesForm

if TYPE_CHECKING:
    from switch.settlement.typesetting.letters import Letters

#: What is proved of a day before it is committed, and by ``switch check`` ever after.
DAY_CHECKS = (
    *(*CLEARING_CHECKS, *EXCEPTION_CHECKS, *SETTLEMENT_CHECKS, *FEE_CHECKS, *DUE_CHECKS, *DISPUTE_CHECKS),
    *(*CONVERSION_CHECKS, *INVOICE_CHECKS, charges_follow_rates),
)
#: What changes payouts (``fees.entries``), before they are made. Disputes come last: a direct debit counts all others in.
ENTRY_SOURCES: tuple[str, ...] = (*FEE_LINES, *DUES, *DISPUTE_ENTRIES)
FAULTS_TOLD_MAX = 3  #: in the one sentence of a day that does not balance; ``switch check`` tells more


def close_day(
    data: Path,
    specs: DaySpecs,
    business_date: str | None,
    now_ms: int,
    clock_ms: Callable[[], int] | None = None,
    say: Callable[[str], None] = lambda _: None,
    also: Collection[BytesForm] = (),
    letters: Letters | None = None,
    engine: EngineName = "sqlite",
) -> DayReport:
    """Close a business date: the one named, or the oldest with decisions or reversals that is not closed yet.

    A day closed already is left as it is (missing files are rendered again). So that closing twice does not close two days,
    the date that is still open is closed unnamed only where none was closed since the last cut-off. SwitchError when the date
    cannot be closed: not a business date, not opened yet, or an earlier one is still to be closed; NegativeAnswerError when the
    day does not balance; DataFolderError when journal or books cannot be used, or when the day is closed and its files cannot
    be written.

    ``clock_ms`` tells when the next date was opened and the day closed, else ``now_ms``. ``say`` is called with what is done.
    ``also`` are forms besides text and CSV, of a closed day too; ``letters`` are the fonts for PDFs, and tell what none had.
    """
    clock_ms = clock_ms or (lambda: now_ms)
    with books.opened(data, to_write=True) as connection, books.alone(data):
        remove_left(connection, data)  # by one that died, also where its date is closed
        last = (dates := books.BusinessDates.of(connection)).last_closed
        tell_issuers(connection, data, say)
        if business_date is None and last is not None and not _files_complete(connection, data, last):
            return _already_closed(connection, data, last, also, say, letters)
        chosen = chosen_date(connection, dates, business_date)
        if chosen is None:
            return _nothing_to_close(connection, data, dates, business_date)
        if chosen in dates.closed:
            return _already_closed(connection, data, chosen, also, say, letters)
        if business_date is None and chosen == dates.open and last and _closed_since_cut_off(connection, specs, last, now_ms):
            return _still_open(connection, data, last, chosen)
        with opened_engine(engine, connection, data) as lines:
            day_files.put_withdrawn_aside(connection, data, chosen)
            books.open_next_business_date(data, chosen, next_business_date(chosen), clock_ms)
            if not _write_day(connection, lines, specs, chosen, clock_ms, say):
                return _already_closed(connection, data, chosen, also, say, letters)
            tell_issuers(connection, data, say, lines)
        _render(connection, data, chosen, say, also, letters)
        return books.day_report(connection, data, chosen, settled.CLOSED, f"business date {chosen} is closed")


def show_day(data: Path, business_date: str | None = None) -> DayReport:
    """A closed business date, the last one where none is named."""
    with books.opened(data, still=True) as connection:
        chosen = business_date or books.BusinessDates.of(connection).last_closed
        if chosen is None:
            raise NegativeAnswerError(f"{data}: no business date is closed yet")
        books.refuse_not_closed(connection, chosen)
        return books.day_report(connection, data, chosen, settled.CLOSED, f"business date {chosen} is closed")


def closed_dates(data: Path) -> tuple[str, ...]:
    """The closed business dates, oldest first."""
    with books.opened(data) as connection:
        return books.BusinessDates.of(connection).closed


@frozen(kw_only=True)
class OpenDay:
    """A business date with decisions or reversals that is not closed."""

    business_date: str
    decision_count: int
    approval_count: int
    reversal_count: int  #: that have effect


@frozen(kw_only=True)
class BooksReport:
    """What ``check_books`` looked at and found; sound when there are no faults."""

    faults: tuple[Fault, ...]
    closed_days: tuple[str, ...]
    open_days: tuple[OpenDay, ...]  #: for information: their approvals are still to be presented
    approval_count: int  #: of the closed days, as are the counts below; those of ``DayReport`` add up to it
    presentment_count: int
    refund_count: int
    adjustment_count: int
    reversed_count: int
    exception_count: int
    held_count: int
    captured_later_count: int
    nothing_due_count: int
    represented_count: int  #: part of ``presentment_count``: exceptions of earlier dates
    expired_count: int
    outstanding_count: int  #: holds that wait at the close of the last closed day
    posting_count: int
    statement_count: int
    card_count: int = 0  #: different sealed card numbers of the journal that were opened
    file_count: int = 0  #: files of closed days that are as they were written
    transfer_count: int = 0  #: attempts to pay payouts, in files for the bank
    booked_count: int = 0  #: items of closed days that the issuers have booked on their accounts
    mail_count: int = 0  #: messages of the outbox that were compared with the books
    notes: tuple[str, ...] = ()  #: what could not be proved, and why that is no fault


def check_books(data: Path, say: Callable[[str], None] = lambda _: None) -> BooksReport:
    """Prove the files of a data folder, in a thread beside, every closed day against the journal, and that against itself.

    See ``soundness`` and the lists of checks. The books are read as they stand now, whatever is closed or reopened beneath."""
    with books.opened(data, still=True) as connection, ThreadPoolExecutor(1) as beside:
        refuse_unreadable(connection)
        connection.execute(f"PRAGMA cache_size = -{books.CACHE_KIBIBYTES}")
        reading = beside.submit(prove_files, data)
        issuers, transfers = IssuersProved(), TransfersProved()
        try:
            report, stopped = _proved(connection, say), None
            transfers = prove_transfers(books.ask_of(connection), data)
            connection.execute("COMMIT")  # what follows attaches the issuers' books, one after the other
            issuers = prove_issuers(connection, data)
        except NoRoomError:  # no fault of the books
            raise
        except Exception as error:  # what a damaged row holds can be anything, and break anything
            report, stopped = _NOTHING_PROVED, databases.said(error)
        files = reading.result()
    if stopped is not None:
        files.fault("databases_sound", f"the proofs of the books stopped, for what they read makes no sense: {stopped}")
    return evolve(
        report,
        faults=(*files.faults, *report.faults, *transfers.faults, *issuers.faults),
        notes=(*files.notes, *transfers.notes, *issuers.notes),
        transfer_count=transfers.transfer_count,
        booked_count=issuers.booked_count,
        card_count=files.card_count,
        file_count=files.file_count,
    )


def _proved(connection: sqlite3.Connection, say: Callable[[str], None]) -> BooksReport:
    """Check every closed day against the journal, and the journal against itself; count what was looked at."""
    ask = books.ask_of(connection)
    dates = books.BusinessDates.of(connection)
    faults = [fault for journal_check in JOURNAL_CHECKS for fault in journal_check(ask)]
    for number, business_date in enumerate(dates.closed):
        say(Measured(f"proving day {number + 1:,} of {len(dates.closed):,}", number, len(dates.closed)))
        with asked_of_lines(connection, business_date, ask) as asked:
            faults += asked.faults
            for check in (*DAY_CHECKS, *CLOSED_DAY_CHECKS, discounts_follow_rules):
                faults += check(asked.ask, business_date)
    return BooksReport(
        faults=tuple(faults),
        closed_days=dates.closed,
        open_days=tuple(_open_days(connection, dates)),
        **_counts(connection),
        outstanding_count=connection.execute(settled.HOLDS_OUTSTANDING, {"business_date": dates.last_closed}).fetchone()[0],
        posting_count=connection.execute("SELECT COUNT(*) FROM posting").fetchone()[0],
        statement_count=connection.execute("SELECT COUNT(*) FROM statement").fetchone()[0],
    )


_COUNT_NAMES: Final = tuple(name for name in settled.CLOSED_DAY_COLUMNS if name.endswith("_count") and name != "decision_count")
_NO_COUNTS: Final[dict[str, Any]] = dict.fromkeys(_COUNT_NAMES, 0)
_NOTHING_PROVED: Final = BooksReport(
    faults=(), closed_days=(), open_days=(), outstanding_count=0, posting_count=0, statement_count=0, **_NO_COUNTS
)


def _counts(connection: sqlite3.Connection) -> dict[str, Any]:
    """What became of the approvals of all closed days."""
    sums = ", ".join(f"COALESCE(SUM({name}), 0)" for name in _COUNT_NAMES)
    return dict(zip(_COUNT_NAMES, connection.execute(f"SELECT {sums} FROM closed_day").fetchone(), strict=True))


def _open_days(connection: sqlite3.Connection, dates: books.BusinessDates) -> Iterator[OpenDay]:
    for business_date, decisions, approvals, reversals in connection.execute(query("decided_dates")):
        if business_date not in dates.closed:
            yield OpenDay(
                business_date=business_date, decision_count=decisions, approval_count=approvals, reversal_count=reversals
            )


def chosen_date(connection: sqlite3.Connection, dates: books.BusinessDates, business_date: str | None) -> str | None:
    """The date to close (or closed already), None where there is nothing to close."""
    if business_date is None:
        return next(dates.pending(connection), None)
    if not is_business_date(business_date):
        raise SwitchError(f"business date: found {business_date!r}, expected a date such as 2026-11-22")
    if business_date in dates.closed:
        return business_date
    if dates.opened and business_date > dates.opened[-1]:
        raise SwitchError(f"business date {business_date} is not open yet, the open one is {dates.opened[-1]}")
    if business_date not in dates.opened:
        raise SwitchError(f"{business_date} was never a business date here; {_last_closed_words(dates)}")
    pending = list(dates.pending(connection, business_date))
    if earlier := [day for day in pending if day < business_date]:
        raise SwitchError(f"business date {business_date} cannot be closed before {', '.join(earlier)}")
    return business_date if business_date in pending else None


def _nothing_to_close(
    connection: sqlite3.Connection, data: Path, dates: books.BusinessDates, business_date: str | None
) -> DayReport:
    which = business_date or (dates.opened[-1] if dates.opened else None)
    found = f"business date {which} has no decisions" if which else "no business date was ever opened"
    sentence = f"nothing to close: {found}; {_last_closed_words(dates)}"
    if dates.last_closed is None:
        return DayReport(business_date=None, outcome=settled.NOTHING_TO_CLOSE, sentence=sentence)
    return books.day_report(connection, data, dates.last_closed, settled.NOTHING_TO_CLOSE, sentence)


def _closed_since_cut_off(connection: sqlite3.Connection, specs: DaySpecs, business_date: str, now_ms: int) -> bool:
    """Whether a date was closed so lately that no cut-off has passed since."""
    query = "SELECT closed_at_ms FROM closed_day WHERE business_date = ?"
    (closed_at_ms,) = connection.execute(query, (business_date,)).fetchone()
    return specs.calendar.business_date_at(closed_at_ms) >= specs.calendar.business_date_at(now_ms)


def _still_open(connection: sqlite3.Connection, data: Path, last: str, running: str) -> DayReport:
    sentence = (
        f"business date {last} is already closed, nothing was changed; "
        f"{running} is still open, name it to close it now: switch day close {running}"
    )
    return books.day_report(connection, data, last, settled.ALREADY_CLOSED, sentence)


def _already_closed(
    connection: sqlite3.Connection,
    data: Path,
    business_date: str,
    also: Collection[BytesForm],
    say: Callable[[str], None],
    letters: Letters | None,
) -> DayReport:
    """The report of a date that is closed already; its files are rendered again where some are missing."""
    outcome: settled.DayOutcome = settled.ALREADY_CLOSED
    sentence = f"business date {business_date} is already closed, nothing was changed"
    if not _files_complete(connection, data, business_date):
        _render(connection, data, business_date, say, also, letters)
        outcome = settled.RENDERED_AGAIN
        sentence = f"business date {business_date} is already closed; files were missing and are rendered again from the books"
    elif also and not _files_complete(connection, data, business_date, also):
        _render(connection, data, business_date, say, also, letters)
        outcome = settled.RENDERED_AGAIN
        forms = ", ".join(form.upper() for form in also)
        sentence = f"business date {business_date} is already closed; its statements are now there as {forms}, from the books"
    return books.day_report(connection, data, business_date, outcome, sentence)


def _files_complete(
    connection: sqlite3.Connection, data: Path, business_date: str, also: Collection[BytesForm] | None = None
) -> bool:
    try:
        return day_files.is_complete(connection, day_files.day_folder(data, business_date), business_date, also)
    except OSError as fault:
        raise _unfinished(data, business_date, fault) from None


def _render(
    connection: sqlite3.Connection,
    data: Path,
    business_date: str,
    say: Callable[[str], None] = lambda _: None,
    also: Collection[BytesForm] = (),
    letters: Letters | None = None,
) -> None:
    """Write the files of a day that is in the books. DataFolderError says why that failed; the next close finishes them."""
    try:
        day_files.render(connection, day_files.day_folder(data, business_date), business_date, say, also, letters)
    except (OSError, sqlite3.OperationalError, DataFolderError) as fault:
        raise _unfinished(data, business_date, fault, also) from None


def _unfinished(data: Path, business_date: str, fault: Exception, also: Collection[BytesForm] = ()) -> DataFolderError:
    at = f" at {fault.filename}" if isinstance(fault, OSError) and fault.filename else ""
    folder = (
        f"{day_files.day_folder(data, business_date)}: found {databases.said(fault)}{at}, expected a folder that can be written"
    )
    return DataFolderError(
        f"{fault if isinstance(fault, DataFolderError) else folder}; business date {business_date} is closed in the books, "
        f"and its files are finished by: switch day close {business_date} --data {data}{''.join(f' --{form}' for form in also)}"
    )


def _write_day(
    connection: sqlite3.Connection,
    engine: Engine,
    specs: DaySpecs,
    business_date: str,
    clock_ms: Callable[[], int],
    say: Callable[[str], None],
) -> bool:
    """Compute, check and commit a day; False where somebody else closed it meanwhile."""
    parameters = staged_day(connection, engine, specs, business_date, say)
    connection.execute("BEGIN IMMEDIATE")
    try:
        if business_date in books.BusinessDates.of(connection).closed:
            return False
        compute_day(connection, engine, parameters, clock_ms, say)
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
    return True


def compute_day(
    connection: sqlite3.Connection,
    engine: Engine,
    parameters: dict[str, object],
    clock_ms: Callable[[], int],
    say: Callable[[str], None],
) -> None:
    """Write the rows of a staged day and check them, inside the caller's transaction."""
    business_date = str(parameters["business_date"])
    connection.execute(FEE_RULES, parameters)
    for name, table in PRESENTED:
        with books.insert_unguarded(connection, table):
            engine.keep(name, parameters)
            engine.take(table)
    (presented,) = connection.execute("SELECT COALESCE(SUM(line_count), 0) FROM cube").fetchone()
    say(f"closing {business_date}: clearing and settling {plural(presented, 'presentment')}")
    cleared = (*clearing.PRESENT, DISPUTE_ITEMS, *ledger.CLEAR, DISPUTE_POSTINGS, settlement.REMISE_TOTALS)
    for sql in (*cleared, *ENTRY_SOURCES, *settlement.SETTLE, ENTRY_POSTINGS, MONTH_INVOICES):
        connection.execute(sql, parameters)
    books.record_digests(connection, business_date)
    connection.execute(ledger.CLOSE, {**parameters, "closed_at_ms": clock_ms()})
    say(f"closing {business_date}: proving the books of {plural(presented, 'presentment')}")
    _refuse_faults(engine, business_date)


def _refuse_faults(engine: Engine, business_date: str) -> None:
    if faults := [fault for check in DAY_CHECKS for fault in check(engine.ask, business_date)]:
        sentences = "; ".join(fault.sentence for fault in faults[:FAULTS_TOLD_MAX])
        raise NegativeAnswerError(f"business date {business_date} does not balance and nothing was written: {sentences}")


def _last_closed_words(dates: books.BusinessDates) -> str:
    return f"the last one closed is {dates.last_closed}" if dates.last_closed else "none is closed yet"
