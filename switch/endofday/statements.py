"""One merchant's statement of a closed date, found in the books and given in any of its forms."""

from __future__ import annotations

import difflib
import io
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from attrs import evolve

from switch.business_day import DateSpan
from switch.endofday import books
from switch.endofday.layout_facts import LAYOUTS_BETWEEN, BooksFacts, LinesInBooks
from switch.endofday.line_files.door import see_merchants
from switch.endofday.line_files.ready import LinesReady, ReadyWhenAsked
from switch.errors import NegativeAnswerError, SwitchError
from switch.merchant import StatementLanguage
from switch.record import of_row
from switch.settlement import payouts as settlement
from switch.settlement.fees.conversion import STATEMENT_CONVERSIONS
from switch.settlement.fees.stated import StatementConversion, StatementEntry, StatementPayout
from switch.settlement.ready.ready_lines import BookedLines
from switch.settlement.statement import (
    ADJUSTMENTS_SECTION,
    SECTIONS,
    Head,
    Section,
    Statement,
    StatementRow,
    StatementTotal,
)
from switch.settlement.statement_facts import StatementLayout
from switch.settlement.statement_forms import TextForm, write_texts

T = TypeVar("T")


def statement_of(
    connection: sqlite3.Connection, business_date: str, merchant_id: str, language: StatementLanguage | None = None
) -> Statement | None:
    """A merchant's statement of a closed date; None where it has none. It is in its language, unless another is asked for.

    Its lines are read from the books when they are gone through, so the connection has to be open then.
    """
    for told in statements_between(connection, business_date, merchant_id, merchant_id):
        return told if language is None else evolve(told, head=evolve(told.head, language=language))
    return None


def heads_between(connection: sqlite3.Connection, business_date: str, first: str, last: str) -> list[Head]:
    """The heads of the statements of a closed date, of some merchants from one to another, in their order."""
    between = {"business_date": business_date, "merchant_id": first, "last_merchant_id": last}
    return [Head.from_row(row) for row in connection.execute(settlement.STATEMENT_HEADS, between)]


def statements_between(
    connection: sqlite3.Connection, business_date: str, first: str, last: str, ready: LinesReady | None = None
) -> Iterator[Statement]:
    """The statements of a closed date, of the merchants from one to another, in their order. Their lines are read later, but
    for those that are ``ready``."""
    between = {"business_date": business_date, "merchant_id": first, "last_merchant_id": last}

    def rows_of(sql: str, kind: type[T]) -> defaultdict[str, list[T]]:
        found: defaultdict[str, list[T]] = defaultdict(list)
        for merchant_id, *row in connection.execute(sql, between):
            found[merchant_id].append(of_row(kind, row))
        return found

    types, adjusted = rows_of(settlement.TYPE_TOTALS_OF, StatementTotal), rows_of(settlement.STATEMENT_ADJUSTED, StatementTotal)
    origins = rows_of(settlement.STATEMENT_TOTALS_OF, StatementTotal)
    payouts = rows_of(settlement.STATEMENT_PAYOUTS, StatementPayout)
    entries = rows_of(settlement.STATEMENT_ENTRIES, StatementEntry)
    conversions = rows_of(STATEMENT_CONVERSIONS, StatementConversion)
    layouts: dict[str, StatementLayout] = dict(connection.execute(LAYOUTS_BETWEEN, between))
    for head in heads_between(connection, business_date, first, last):
        of = head.merchant_id
        key = {"business_date": business_date, "merchant_id": of}
        ask = partial(_ask_of, connection, ready or ReadyWhenAsked(connection, head))
        sections = [
            Section(of=total.of, total=total, lines=BookedLines(ask, {**key, "transaction_type": total.of}))
            for total in sorted(types[of], key=lambda total: SECTIONS.index(total.of))
        ]
        for total in adjusted[of] if head.adjustment_count else ():
            lines = LinesInBooks[StatementRow](connection, settlement.STATEMENT_ADJUSTMENTS, key)
            sections.append(Section(of=ADJUSTMENTS_SECTION, total=total, lines=lines))
        yield Statement(
            head=head,
            sections=tuple(sections),
            origins=tuple(origins[of]),
            payouts=tuple(payouts[of]),
            entries=tuple(entries[of]),
            conversions=tuple(conversions[of]),
            facts=BooksFacts(connection, business_date, of, layouts[of]),
        )


def _ask_of(
    connection: sqlite3.Connection, ready: LinesReady, sql: str, parameters: Mapping[str, object]
) -> Iterable[tuple[Any, ...]]:
    """The rows of a query of a merchant's lines of a date."""
    if (answer := ready.answer(sql, parameters)) is not None:
        return answer
    of = str(parameters["merchant_id"])
    see_merchants(connection, (str(parameters["business_date"]),), of, of)
    return connection.execute(sql, parameters)


def statement(
    data: Path,
    merchant_id: str,
    business_date: str | None = None,
    fmt: TextForm = "text",
    merchants: Callable[[], Collection[str]] = tuple,
    language: StatementLanguage | None = None,
) -> str:
    """The statement of a merchant as a form of text; see ``stated``."""
    with stated(data, merchant_id, business_date, merchants, language) as told:
        out = io.StringIO(newline="")
        write_texts(told, {fmt: out})
        return out.getvalue()


def statement_dates(data: Path, merchant_id: str, span: DateSpan) -> tuple[str, ...]:
    """The dates of a range on which a merchant has a statement, ascending. NegativeAnswerError where there is none."""
    query = """
    SELECT business_date FROM statement WHERE merchant_id = ? AND business_date BETWEEN ? AND ? ORDER BY business_date
    """
    with books.opened(data, still=True) as connection:
        dates = tuple(row[0] for row in connection.execute(query, (merchant_id, span.first, span.last)))
    if not dates:
        raise NegativeAnswerError(f"merchant {merchant_id} has no statement from {span.first} to {span.last}")
    return dates


@contextmanager
def stated(
    data: Path,
    merchant_id: str,
    business_date: str | None = None,
    merchants: Callable[[], Collection[str]] = tuple,
    language: StatementLanguage | None = None,
) -> Iterator[Statement]:
    """The statement of a merchant for a closed date, its latest where none is named.

    It is in the merchant's language, unless another is asked for, and reads its lines from the books while they are open. Where
    they do not know the merchant, ``merchants`` tells the ids that are known besides.
    """
    with books.opened(data, still=True) as connection:
        known = [row[0] for row in connection.execute("SELECT DISTINCT merchant_id FROM payout ORDER BY merchant_id")]
        if merchant_id not in known and merchant_id not in (others := merchants()):
            raise SwitchError(_unknown_merchant_words(merchant_id, sorted({*known, *others})))
        query = "SELECT MAX(business_date) FROM payout WHERE merchant_id = ?"
        (latest,) = connection.execute(query, (merchant_id,)).fetchone()
        chosen = business_date or latest
        if chosen is None:
            raise NegativeAnswerError(f"merchant {merchant_id} has no statement yet: none of its sales is in a closed day")
        told = statement_of(connection, chosen, merchant_id, language)
        if told is None:
            has = f"its latest is of {latest}" if latest else "nor of any other date"
            raise NegativeAnswerError(f"merchant {merchant_id} has no statement of {chosen}, {has}")
        yield told


def _unknown_merchant_words(merchant_id: str, known: list[str]) -> str:
    near = difflib.get_close_matches(merchant_id, known, n=3, cutoff=0.5) or known[:3]
    return f"merchant: found {merchant_id!r}, expected {'one such as ' + ', '.join(near) if near else 'one with a statement'}"
