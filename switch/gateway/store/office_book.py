"""What the merchant's office asks of the store: passwords, and the orders of a merchant's own shops."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Final

from switch.gateway.store.order_book import OrderBook, PageOrder
from switch.record import frozen

#: The orders of some shops that were posted in a span of time, the last one first: number, state, and what was asked for.
_POSTED: Final = (
    "SELECT o.id, (SELECT state FROM order_event WHERE order_no = o.id ORDER BY id DESC LIMIT 1),"
    " json_extract(e.body, '$.amount_minor'), json_extract(e.body, '$.currency')"
    " FROM order_event AS e JOIN shop_order AS o ON o.id = e.order_no WHERE e.id IN (SELECT max(p.id) FROM order_event AS p"
    " WHERE p.event = 'post' AND p.at_ms >= ? AND p.at_ms < ? GROUP BY p.order_no) AND o.client_id IN ({marks})"
    " ORDER BY e.id DESC"
)


@frozen(kw_only=True)
class StoredPassword:
    """How a merchant signs in: the record of its password, and when that was set (epoch milliseconds)."""

    record: str
    set_at_ms: int


@frozen(kw_only=True)
class PostedOrder:
    """An order in the list of a date: its number, its state now, and the amount it was posted with last."""

    number: int
    state: str
    amount_minor: int
    currency: str


class OfficeBook:
    """Questions and changes; whoever calls owns the transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._sql = connection

    def password(self, merchant_id: str) -> StoredPassword | None:
        """How a merchant signs in; None where it may not."""
        row = self._sql.execute(
            "SELECT record, set_at_ms FROM office_password WHERE merchant_id = ?", (merchant_id,)
        ).fetchone()
        return None if row is None else StoredPassword(record=row[0], set_at_ms=row[1])

    def set_password(self, merchant_id: str, record: str, now_ms: int) -> None:
        """Let a merchant sign in with another password than before."""
        values = (merchant_id, record, now_ms)
        self._sql.execute("INSERT OR REPLACE INTO office_password (merchant_id, record, set_at_ms) VALUES (?, ?, ?)", values)

    def remove_password(self, merchant_id: str) -> bool:
        """Let a merchant sign in no more; whether it could."""
        return self._sql.execute("DELETE FROM office_password WHERE merchant_id = ?", (merchant_id,)).rowcount > 0

    def posted(self, client_ids: Sequence[str], first_ms: int, end_ms: int) -> list[PostedOrder]:
        """The orders of these shops that were posted from a time until before another, the last one first."""
        sql = _POSTED.format(marks=", ".join("?" * len(client_ids)))
        rows = self._sql.execute(sql, (first_ms, end_ms, *client_ids)).fetchall()
        return [
            PostedOrder(number=number, state=state, amount_minor=int(amount or 0), currency=str(currency or "504"))
            for number, state, amount, currency in rows
        ]

    def own(self, client_ids: Sequence[str], number: int) -> PageOrder | None:
        """An order of these shops by its number; None where there is none, and where it is another's."""
        row = self._sql.execute("SELECT client_id FROM shop_order WHERE id = ?", (number,)).fetchone()
        return None if row is None or row[0] not in client_ids else OrderBook(self._sql).order(number)
