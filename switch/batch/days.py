"""All business dates of a data folder: which is open, which is to be closed, and whether the closed ones are all there."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, Literal

from attrs import asdict

from switch.business_day import DateSpan
from switch.display.measured import Measured
from switch.endofday import books, files
from switch.endofday.reopened.reopenings import Reopening, reopenings_of
from switch.record import frozen

#: ``to_close`` has decisions or reversals and is not closed; ``empty`` has neither; ``reopened`` was closed and is to be again.
DayState = Literal["open", "to_close", "empty", "closed", "reopened"]

_DECIDED: Final = """
SELECT COUNT(*), COALESCE(SUM(approved_minor IS NOT NULL), 0) FROM journal.decision WHERE business_date = ?
"""
_REVERSED: Final = "SELECT COUNT(*) FROM journal.reversal WHERE business_date = ? AND effective = 1"
_CAPTURED: Final = """
SELECT r.currency, COUNT(*), SUM(d.captured_minor) FROM journal.decision AS d JOIN journal.request AS r ON r.id = d.request_id
WHERE d.business_date = ? AND d.captured_minor <> 0 GROUP BY r.currency ORDER BY r.currency
"""
_CLOSED: Final = """
SELECT value_date, closed_at_ms, specs_digest, decision_count, approval_count, presentment_count, adjustment_count,
  exception_count FROM closed_day WHERE business_date = ?
"""
_TOTALS: Final = """
SELECT t.currency, t.presentment_count + t.adjustment_count, t.gross_minor, t.interchange_minor, t.discount_minor, t.vat_minor,
  COALESCE((SELECT SUM(p.net_minor) FROM payout AS p
    WHERE p.business_date = t.business_date AND p.currency = t.currency AND p.outcome = 'paid'), 0)
FROM day_total AS t WHERE t.business_date = ? ORDER BY t.currency
"""


@frozen(kw_only=True)
class ListedTotal:
    """What a date comes to in one currency. Of a date that is not closed only count and gross are known."""

    currency: str
    line_count: int  #: presentments and adjustments; captures where the date is not closed
    gross_minor: int
    interchange_minor: int | None = None
    discount_minor: int | None = None
    vat_minor: int | None = None
    paid_minor: int | None = None  #: of the payouts that are paid


@frozen(kw_only=True)
class ListedDay:
    """A business date, as far as it is."""

    business_date: str
    state: DayState
    decision_count: int
    approval_count: int
    reversal_count: int = 0  #: that have effect; of dates that are not closed
    presentment_count: int = 0
    adjustment_count: int = 0
    exception_count: int = 0
    value_date: str | None = None
    closed_at_ms: int | None = None
    specs_digest: str | None = None
    totals: tuple[ListedTotal, ...] = ()
    file_count: int = 0  #: that the date has to have
    unrecorded_count: int = 0  #: files of which an earlier release kept no digest
    missing: tuple[str, ...] = ()  #: files, below the folder of the date
    changed: tuple[str, ...] = ()  #: files of another size than was written, or other bytes where these were read
    changed_tables: tuple[str, ...] = ()  #: whose rows are not as they were written; known where ``verified``
    reopenings: tuple[Reopening, ...] = ()  #: closes of the date that were taken back
    verified: bool = False  #: whether rows and bytes were held to their digests, and not the sizes of files alone

    @property
    def is_sound(self) -> bool:
        return not (self.missing or self.changed or self.changed_tables)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def listed(
    data: Path, span: DateSpan | None = None, *, verify: bool = False, say: Callable[[str], None] = lambda _: None
) -> tuple[ListedDay, ...]:
    """The business dates, the oldest first; ``span`` may leave some out. With ``verify`` every row and file of a closed date is
    held to its digest."""
    with books.opened(data, still=True) as connection:
        dates = books.BusinessDates.of(connection)
        known = sorted({*dates.opened, *dates.closed})
        chosen = [each for each in known if span is None or span.has(each)]
        found = []
        for number, business_date in enumerate(chosen, start=1):
            say(Measured(f"reading day {number:,} of {len(chosen):,}", number - 1, len(chosen)))
            if business_date in dates.closed:
                found.append(_closed(connection, data, business_date, verify=verify))
            else:
                found.append(_not_closed(connection, business_date, is_open=business_date == dates.open))
        return tuple(found)


def _not_closed(connection: sqlite3.Connection, business_date: str, *, is_open: bool) -> ListedDay:
    decisions, approvals = connection.execute(_DECIDED, (business_date,)).fetchone()
    (reversals,) = connection.execute(_REVERSED, (business_date,)).fetchone()
    reopenings = reopenings_of(connection, business_date)
    ended: DayState = "reopened" if reopenings else "to_close" if decisions or reversals else "empty"
    totals = (
        ListedTotal(currency=currency, line_count=count, gross_minor=gross)
        for currency, count, gross in connection.execute(_CAPTURED, (business_date,))
    )
    return ListedDay(
        business_date=business_date,
        state="open" if is_open else ended,
        decision_count=decisions,
        approval_count=approvals,
        reversal_count=reversals,
        totals=tuple(totals),
        reopenings=reopenings,
    )


def _closed(connection: sqlite3.Connection, data: Path, business_date: str, *, verify: bool) -> ListedDay:
    row = connection.execute(_CLOSED, (business_date,)).fetchone()
    value_date, closed_at_ms, specs_digest, decisions, approvals, presentments, adjustments, exceptions = row
    folder = files.day_folder(data, business_date)
    recorded = set(files.recorded_files(connection, business_date))
    names = set(files.file_names(connection, business_date)) | recorded
    if verify:
        compared = files.compared(connection, folder, business_date)
        missing, changed = tuple(compared.missing), tuple(compared.changed)
    else:
        missing = tuple(sorted(name for name in names if not (folder / name).is_file()))
        changed = tuple(_of_other_size(connection, folder, business_date))
    return ListedDay(
        business_date=business_date,
        state="closed",
        decision_count=decisions,
        approval_count=approvals,
        presentment_count=presentments,
        adjustment_count=adjustments,
        exception_count=exceptions,
        value_date=value_date,
        closed_at_ms=closed_at_ms,
        specs_digest=specs_digest,
        totals=tuple(_totals(connection, business_date)),
        file_count=len(names),
        unrecorded_count=len(names - recorded),
        missing=missing,
        changed=changed,
        changed_tables=tuple(books.changed_tables(connection, business_date)) if verify else (),
        reopenings=reopenings_of(connection, business_date),
        verified=verify,
    )


def _of_other_size(connection: sqlite3.Connection, folder: Path, business_date: str) -> Iterator[str]:
    for name, digests in sorted(files.recorded_files(connection, business_date).items()):
        path = folder / name
        if path.is_file() and path.stat().st_size not in {size for _, size in digests}:
            yield name


def _totals(connection: sqlite3.Connection, business_date: str) -> Iterator[ListedTotal]:
    for currency, count, gross, interchange, discount, vat, paid in connection.execute(_TOTALS, (business_date,)):
        yield ListedTotal(
            currency=currency,
            line_count=count,
            gross_minor=gross,
            interchange_minor=interchange,
            discount_minor=discount,
            vat_minor=vat,
            paid_minor=paid,
        )
