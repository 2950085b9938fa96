"""What the issuers are told of closed days: a file for each issuer and date that presented it something, or
ended a hold of it.

The files are written once the day is in the books, and again by any later close where one is missing: so it is with days that
an earlier release closed, and where the process died between the two. An issuer books a date once, however often it finds it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from importlib import resources
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, Final, NamedTuple

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

_ITEMS: Final = query("cleared_items")
_CAPTURED: Final = query("captured_holds")
#: The issuers that are told of a date, and how much of it.
ISSUERS_TOLD: Final = query("issuers_told")
_COUNT: Final = query("cleared_count")


def tell_issuers(connection: sqlite3.Connection, data: Path, say: Callable[[str], None] = lambda _: None) -> None:
    """Write what is missing of the files for the issuers, of every closed date. DataFolderError where it cannot be written."""
    for business_date in books.closed_dates(connection):
        day = {"business_date": business_date}
        told = [str(row[0]) for row in connection.execute(ISSUERS_TOLD, day)]
        missing = {issuer for issuer in told if not notices.cleared_file(data, issuer, business_date).exists()}
        if not missing:
            continue
        say(f"telling {', '.join(sorted(missing))} of {business_date}")
        counts = dict(connection.execute(_COUNT, day).fetchall())
        try:
            for issuer, pieces in groupby(_pieces(connection, business_date), key=itemgetter(0)):
                if issuer in missing:
                    notices.write_cleared(data, issuer, business_date, counts[issuer], (lines for _, lines in pieces))
                    missing.discard(issuer)
            for issuer in sorted(missing):  # of whom the day has disputes alone
                notices.write_cleared(data, issuer, business_date, 0, ())
        except OSError as error:
            where = error.filename or data / "issuers"
            raise DataFolderError(
                f"{where}: found {error.strerror}, expected a folder that can be written; business date {business_date} is "
                f"closed in the books, and its issuers are told by: switch day close {business_date} --data {data}"
            ) from None


def _pieces(connection: sqlite3.Connection, business_date: str) -> Iterator[tuple[str, bytes]]:
    """The lines for each issuer in turn, some at a time."""
    day = {"business_date": business_date}
    captures: dict[int, list[_Known]] = {}
    for request_id, *known in connection.execute(_CAPTURED, day):
        captures.setdefault(request_id, []).append(_Known.of(*map(str, known)))
    cursor = connection.execute(_ITEMS, day)
    while rows := cursor.fetchmany(ITEMS_AT_ONCE):
        for issuer, of_issuer in groupby(rows, key=itemgetter(0)):
            items = list(of_issuer)
            lines = None if captures and any(item[1] in captures for item in items) else notices.plain_lines(items)
            yield issuer, notices.cleared_lines(_item(item, captures) for item in items) if lines is None else lines


def _item(row: tuple[Any, ...], captures: Mapping[int, list[_Known]]) -> ClearedItem:
    _, request_id, amount_minor, approved_minor, *of_key, local_at, rrn, approval_code, card, by_batch = row
    itself, others = _Known.of(*map(str, (*of_key, local_at, rrn))), captures.get(request_id, [])
    if by_batch and others:  # no issuer is told of a batch: it knows the sale
        itself, *others = others
    named = dict.fromkeys(key for other in others for key in (other.key, other.by_local_time) if key != itself.key)
    about = (itself.key, itself.rrn, approval_code, tuple(named), itself.local_at, card)
    return ClearedItem(request_id, amount_minor, approved_minor, *about)
