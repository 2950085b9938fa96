"""Exports for bookkeeping: the entries of merchants by remise, and the ledger of the centre, of any closed dates."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from attrs import fields

from switch.accounting.chart import Chart
from switch.accounting.entries import (
    AccountingEntry,
    ConvertedPayout,
    SettledAmount,
    SettledRemise,
    TakenDebit,
    entries_of_conversion,
    entry_of_amount,
    entry_of_debit,
    entry_of_ledger,
    entry_of_remise,
)
from switch.accounting.forms import AccountingForm, accounts_used, as_beancount, as_csv, as_json
from switch.endofday import books
from switch.errors import NegativeAnswerError
from switch.record import frozen
from switch.treasury.store import query

_REMISE: Final = tuple(each.name for each in fields(SettledRemise))
_AMOUNT: Final = tuple(each.name for each in fields(SettledAmount))
_CONVERTED: Final = tuple(each.name for each in fields(ConvertedPayout))
_DEBIT: Final = tuple(each.name for each in fields(TakenDebit))


@frozen(kw_only=True)
class DateRange:
    """Business dates from the first to the last, both meant."""

    first: str
    last: str


@contextmanager
def exported(
    data: Path, chart: Chart | None, form: AccountingForm, dates: DateRange | None, merchant_id: str | None
) -> Iterator[Iterable[str]]:
    """The export of some closed dates, of the last one where none are named, in pieces while the books are open.

    With a chart it is of the merchants' remises, or of one merchant's; without one it is the ledger of the centre.
    NegativeAnswerError where nothing of it is closed.
    """
    with books.opened(data) as connection:
        closed = books.closed_dates(connection)
        if not closed:
            raise NegativeAnswerError(f"{data}: no business date is closed yet")
        chosen = dates or DateRange(first=closed[-1], last=closed[-1])
        if not any(chosen.first <= each <= chosen.last for each in closed):
            span = f"of {chosen.first}" if chosen.first == chosen.last else f"from {chosen.first} to {chosen.last}"
            raise NegativeAnswerError(f"no business date {span} is closed; the last one closed is {closed[-1]}")

        def entries() -> Iterator[AccountingEntry]:
            if chart is None:
                return _ledger(connection, chosen)
            return _remises(connection, chart, chosen, merchant_id)

        yield _written(entries, form, chart.title if chart is not None else "Switch")


def _written(entries: Callable[[], Iterator[AccountingEntry]], form: AccountingForm, title: str) -> Iterable[str]:
    if form == "csv":
        return as_csv(entries())
    if form == "json":
        return as_json(entries())
    return as_beancount(entries(), accounts_used(entries()), title)


def _ledger(connection: sqlite3.Connection, dates: DateRange) -> Iterator[AccountingEntry]:
    rows = connection.execute(query("ledger_posted"), {"first": dates.first, "last": dates.last})
    for _, posted in groupby(rows, key=lambda row: (row[1], row[4])):
        yield entry_of_ledger(list(posted))


def _remises(
    connection: sqlite3.Connection, chart: Chart, dates: DateRange, merchant_id: str | None
) -> Iterator[AccountingEntry]:
    """The entries of each merchant and date: its remises, the amounts beside them, what is carried, and what the bank does
    otherwise: payouts in another currency, and direct debits."""
    value_dates = dict(connection.execute("SELECT business_date, value_date FROM closed_day").fetchall())
    parameters = {"first": dates.first, "last": dates.last, "merchant_id": merchant_id}

    def rows(name: str, names: tuple[str, ...]) -> dict[tuple[str, str], list[dict[str, Any]]]:
        found: dict[tuple[str, str], list[dict[str, Any]]] = {}
        for row in connection.execute(query(name), parameters):
            found.setdefault((row[0], row[1]), []).append(dict(zip(names, row, strict=True)))
        return found

    amounts, carried = rows("amounts_settled", _AMOUNT), rows("amounts_carried", _AMOUNT)
    remises = rows("remises_settled", _REMISE)
    converted, debits = rows("payouts_converted", _CONVERTED), rows("debits_settled", _DEBIT)
    for key in sorted(remises.keys() | amounts.keys() | carried.keys() | converted.keys() | debits.keys()):
        value_date = str(value_dates[key[0]])
        for row in remises.get(key, []):
            yield entry_of_remise(SettledRemise(**row), value_date, chart)
        for row in (*amounts.get(key, []), *carried.get(key, [])):
            yield entry_of_amount(SettledAmount(**row), value_date, chart)
        for row in converted.get(key, []):
            yield from entries_of_conversion(ConvertedPayout(**row), value_date, chart)
        for row in debits.get(key, []):
            yield entry_of_debit(TakenDebit(**row), chart)
