"""The callbacks of the payment page: what a shop is to be told, each attempt at it, and what the shop answered."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from typing import Any, Final, Literal

from switch.gateway.store.order_book import PageOrder
from switch.record import frozen

CallbackState = Literal["waiting", "answered", "given up"]
#: Seconds before each further attempt; behind the last one it is given up, and may be replayed by hand.
RETRY_SECONDS: Final = (5, 15, 60, 300, 900, 3_600, 14_400)
ANSWER_CHARACTERS_KEPT: Final = 200
_COLUMNS: Final = "callback.id, order_no, made_at_ms, url, fields, callback.state, tries, due_at_ms, client_id, order_id"


@frozen(kw_only=True)
class Callback:
    """What a shop is to be told of one attempt to pay an order. ``fields`` are signed as they are sent."""

    id: str
    order_no: int
    made_at_ms: int
    url: str
    fields: Mapping[str, str]
    state: CallbackState
    tries: int
    due_at_ms: int
    client_id: str
    order_id: str


@frozen(kw_only=True)
class CallbackAttempt:
    """One attempt: HTTP status (0: no answer), what the shop wrote, what it was taken for, and what was wrong with it."""

    at_ms: int
    status: int
    answer: str
    verdict: str
    remark: str


class CallbackBook:
    """Questions and changes; whoever calls owns the transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._sql = connection

    def add(self, callback_id: str, order: PageOrder, now_ms: int, url: str, fields: Mapping[str, str]) -> Callback:
        """A callback that is due at once."""
        self._sql.execute(
            "INSERT INTO callback (id, order_no, made_at_ms, url, fields, state, due_at_ms)"
            " VALUES (?, ?, ?, ?, ?, 'waiting', ?)",
            (callback_id, order.number, now_ms, url, json.dumps(list(fields.items())), now_ms),
        )
        return Callback(
            id=callback_id,
            order_no=order.number,
            made_at_ms=now_ms,
            url=url,
            fields=dict(fields),
            state="waiting",
            tries=0,
            due_at_ms=now_ms,
            client_id=order.client_id,
            order_id=order.order_id,
        )

    def one(self, callback_id: str) -> Callback | None:
        return next(iter(self._found("callback.id = ?", callback_id)), None)

    def due(self, now_ms: int, of_each_shop: int = 1 << 31) -> list[Callback]:
        """Those that are to be sent now, the longest due first, and so many ``of_each_shop`` at most."""
        rows = self._sql.execute(
            f"SELECT {_COLUMNS} FROM (SELECT callback.*, client_id, order_id,"
            " row_number() OVER (PARTITION BY client_id ORDER BY due_at_ms, callback.rowid) AS place"
            " FROM callback JOIN shop_order ON shop_order.id = order_no WHERE callback.state = 'waiting' AND due_at_ms <= ?"
            ") AS callback WHERE place <= ? ORDER BY due_at_ms, place",
            (now_ms, of_each_shop),
        ).fetchall()
        return [_callback(row) for row in rows]

    def all(self, order_id: str | None = None) -> list[Callback]:
        return self._found("1") if order_id is None else self._found("order_id = ?", order_id)

    def _found(self, where: str, *values: object) -> list[Callback]:
        rows = self._sql.execute(
            f"SELECT {_COLUMNS} FROM callback JOIN shop_order ON shop_order.id = order_no WHERE {where}"
            " ORDER BY made_at_ms, callback.rowid",
            values,
        ).fetchall()
        return [_callback(row) for row in rows]

    def attempts(self, callback_id: str) -> list[CallbackAttempt]:
        rows = self._sql.execute(
            "SELECT at_ms, status, answer, verdict, remark FROM callback_attempt WHERE callback_id = ? ORDER BY id",
            (callback_id,),
        ).fetchall()
        return [
            CallbackAttempt(at_ms=at, status=status, answer=answer, verdict=verdict, remark=remark)
            for at, status, answer, verdict, remark in rows
        ]

    def attempted(self, callback: Callback, attempt: CallbackAttempt, *, understood: bool) -> CallbackState:
        """Write an attempt down, and when the next one is due."""
        tries = callback.tries + 1
        self._sql.execute(
            "INSERT INTO callback_attempt (callback_id, at_ms, status, answer, verdict, remark) VALUES (?, ?, ?, ?, ?, ?)",
            (
                callback.id,
                attempt.at_ms,
                attempt.status,
                attempt.answer[:ANSWER_CHARACTERS_KEPT],
                attempt.verdict,
                attempt.remark,
            ),
        )
        state: CallbackState = "answered" if understood else "waiting" if tries <= len(RETRY_SECONDS) else "given up"
        wait = RETRY_SECONDS[min(tries, len(RETRY_SECONDS)) - 1]
        self._sql.execute(
            "UPDATE callback SET tries = ?, state = ?, due_at_ms = ? WHERE id = ?",
            (tries, state, attempt.at_ms + wait * 1000, callback.id),
        )
        return state

    def replay(self, callback_id: str, now_ms: int) -> None:
        """Send it once more, now, whatever was answered."""
        self._sql.execute("UPDATE callback SET state = 'waiting', tries = 0, due_at_ms = ? WHERE id = ?", (now_ms, callback_id))


def _callback(row: tuple[Any, ...]) -> Callback:
    number, order_no, made, url, fields, state, tries, due, client_id, order_id = row
    return Callback(
        id=number,
        order_no=order_no,
        made_at_ms=made,
        url=url,
        fields=dict(json.loads(fields)),
        state=state,
        tries=tries,
        due_at_ms=due,
        client_id=client_id,
        order_id=order_id,
    )
