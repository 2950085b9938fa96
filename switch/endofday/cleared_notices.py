"""What the issuers are told of closed days: a file for each issuer and date that presented it something.

The files are written once the day is in the books, and again by any later close where one is missing: so it is with days that
an earlier release closed, and where the process died between the two. An issuer books a date once, however often it finds it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from importlib import resources
from itertools import groupby
from pathlib import Path
from typing import Final

from switch.endofday import books
from switch.errors import DataFolderError
from switch.issuers.posting import ClearedItem
from switch.issuers.process import notices
from switch.transaction import ExchangeKey


def query(name: str) -> str:
    """The SQL of a file in the folder ``queries``."""
    return resources.files(__package__).joinpath("queries", f"{name}.sql").read_text(encoding="utf-8")


_ITEMS: Final = query("cleared_items")
_CAPTURED: Final = query("captured_holds")
#: The issuers that were presented something on a date, and how much of it.
ISSUERS_PRESENTED: Final = "SELECT participant FROM position WHERE business_date = :business_date AND role = 'issuer'"
_COUNT: Final = """
SELECT (SELECT COUNT(*) FROM presentment WHERE business_date = :business_date AND issuer = :issuer)
  + (SELECT COUNT(*) FROM adjustment WHERE business_date = :business_date AND issuer = :issuer)
"""


def tell_issuers(connection: sqlite3.Connection, data: Path, say: Callable[[str], None] = lambda _: None) -> None:
    """Write what is missing of the files for the issuers, of every closed date. DataFolderError where it cannot be written."""
    for business_date in books.closed_dates(connection):
        day = {"business_date": business_date}
        presented = [str(row[0]) for row in connection.execute(ISSUERS_PRESENTED, day)]
        missing = {issuer for issuer in presented if not notices.cleared_file(data, issuer, business_date).exists()}
        if not missing:
            continue
        say(f"telling {', '.join(sorted(missing))} of {business_date}")
        try:
            for issuer, items in groupby(_items(connection, business_date), key=lambda item: item[0]):
                if issuer in missing:
                    (count,) = connection.execute(_COUNT, {**day, "issuer": issuer}).fetchone()
                    notices.write_cleared(data, issuer, business_date, count, (item for _, item in items))
        except OSError as error:
            where = error.filename or data / "issuers"
            raise DataFolderError(
                f"{where}: found {error.strerror}, expected a folder that can be written; business date {business_date} is "
                f"closed in the books, and its issuers are told by: switch day close {business_date} --data {data}"
            ) from None


def _items(connection: sqlite3.Connection, business_date: str) -> Iterator[tuple[str, ClearedItem]]:
    day = {"business_date": business_date}
    captures: dict[int, list[ExchangeKey]] = {}
    for request_id, *key, local_at in connection.execute(_CAPTURED, day):
        named = ExchangeKey(*map(str, key))  # an issuer whose messages have no DE 7 knows it by the time at the merchant
        captures.setdefault(request_id, []).extend({named, named._replace(transmitted_at=str(local_at))})
    for issuer, request_id, amount_minor, *key, local_at, rrn, approval_code, card in connection.execute(_ITEMS, day):
        named = ExchangeKey(*map(str, key))
        others = tuple(other for other in sorted(captures.get(request_id, ())) if other != named)
        yield issuer, ClearedItem(request_id, amount_minor, named, rrn, approval_code, others, local_at, card)
