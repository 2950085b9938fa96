"""What the issuers are told of closed days: a file for each issuer and date that presented it something, or
ended a hold of it.

The files are written once the day is in the books, and again by any later close where one is missing: so it is with days that
an earlier release closed, and where the process died between the two. An issuer books a date once, however often it finds it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from importlib import resources
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, Final, NamedTuple

from switch.clearing.checks import fill_by_request
from switch.endofday import books
from switch.errors import DataFolderError
from switch.issuers.posting import ClearedItem
from switch.issuers.process import notices
from switch.transaction import ExchangeKey


class _Known(NamedTuple):
    """What an issuer knows a request by."""

    key: ExchangeKey
    local_at: str
    rrn: str

    @classmethod
    def of(cls, acquirer_id: str, terminal_id: str, stan: str, transmitted_at: str, local_at: str, rrn: str) -> _Known:
        return cls(ExchangeKey(acquirer_id, terminal_id, stan, transmitted_at), local_at, rrn)

    @property
    def by_local_time(self) -> ExchangeKey:
        """Its key at an issuer whose messages have no DE 7."""
        return self.key._replace(transmitted_at=self.local_at)


def query(name: str) -> str:
    """The SQL of a file in the folder ``queries``."""
    return resources.files(__package__).joinpath("queries", f"{name}.sql").read_text(encoding="utf-8")


ITEMS_AT_ONCE: Final = 1_000  #: in memory

_IN_ORDER: Final = query("cleared_in_order")
_ITEMS: Final = query("cleared_items")
_LINES: Final = query("cleared_lines")
_CAPTURED: Final = query("captured_holds")
#: The issuers that are told of a date, and how much of it.
ISSUERS_TOLD: Final = query("issuers_told")
_COUNT: Final = "SELECT issuer, COUNT(*) FROM cleared_in_order GROUP BY issuer"


def tell_issuers(connection: sqlite3.Connection, data: Path, say: Callable[[str], None] = lambda _: None) -> None:
    """Write what is missing of the files for the issuers, of every closed date. DataFolderError where it cannot be written."""
    for business_date in books.closed_dates(connection):
        day = {"business_date": business_date}
        told = [str(row[0]) for row in connection.execute(ISSUERS_TOLD, day)]
        missing = {issuer for issuer in told if not notices.cleared_file(data, issuer, business_date).exists()}
        if not missing:
            continue
        say(f"telling {', '.join(sorted(missing))} of {business_date}")
        try:
            with _in_order(connection, business_date) as counts, ExitStack() as files:
                outs = {
                    issuer: files.enter_context(notices.cleared_day(data, issuer, business_date, counts.get(issuer, 0)))
                    for issuer in sorted(missing)  # of some the day has disputes alone
                }
                for issuer, lines in _pieces(connection, business_date, sum(counts.values())):
                    if issuer in missing:
                        outs[issuer].write(lines)
        except OSError as error:
            where = error.filename or data / "issuers"
            raise DataFolderError(
                f"{where}: found {error.strerror}, expected a folder that can be written; business date {business_date} is "
                f"closed in the books, and its issuers are told by: switch day close {business_date} --data {data}"
            ) from None


@contextmanager
def _in_order(connection: sqlite3.Connection, business_date: str) -> Iterator[dict[str, int]]:
    """Put all items of a date in order, in a temporary table; how many each issuer has."""
    fill_by_request(books.ask_of(connection), business_date, again=False)
    connection.execute(_IN_ORDER, {"business_date": business_date})
    try:
        yield dict(connection.execute(_COUNT).fetchall())
    finally:
        connection.execute("DROP TABLE temp.cleared_in_order")


def _pieces(connection: sqlite3.Connection, business_date: str, count: int) -> Iterator[tuple[str, bytes]]:
    """The lines for the issuers, some at a time; those of an issuer are in the order of the journal."""
    captures: dict[int, list[_Known]] = {}
    for request_id, *known in connection.execute(_CAPTURED, {"business_date": business_date}):
        captures.setdefault(request_id, []).append(_Known.of(*map(str, known)))
    for after in range(0, count, ITEMS_AT_ONCE):
        some = {"after": after, "up_to": after + ITEMS_AT_ONCE}
        rows = _by_issuer(connection, _LINES, some)
        lines = {issuer: notices.plain_lines([row[2] for row in of_issuer]) for issuer, of_issuer in rows.items()}
        if None in lines.values() or (captures and any(row[1] in captures for each in rows.values() for row in each)):
            items = _by_issuer(connection, _ITEMS, some)
            lines = {
                issuer: notices.cleared_lines(_item(row, captures) for row in of_issuer) for issuer, of_issuer in items.items()
            }
        yield from ((issuer, piece) for issuer, piece in lines.items() if piece is not None)


def _by_issuer(connection: sqlite3.Connection, sql: str, parameters: Mapping[str, object]) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of a query for each issuer, which stands first in them."""
    rows = connection.execute(sql, parameters).fetchall()
    rows.sort(key=itemgetter(0))
    return {issuer: list(of_issuer) for issuer, of_issuer in groupby(rows, key=itemgetter(0))}


def _item(row: tuple[Any, ...], captures: Mapping[int, list[_Known]]) -> ClearedItem:
    _, request_id, amount_minor, approved_minor, *of_key, local_at, rrn, approval_code, card, by_batch = row
    itself, others = _Known.of(*map(str, (*of_key, local_at, rrn))), captures.get(request_id, [])
    if by_batch and others:  # no issuer is told of a batch: it knows the sale
        itself, *others = others
    named = dict.fromkeys(key for other in others for key in (other.key, other.by_local_time) if key != itself.key)
    about = (itself.key, itself.rrn, approval_code, tuple(named), itself.local_at, card)
    return ClearedItem(request_id, amount_minor, approved_minor, *about)
