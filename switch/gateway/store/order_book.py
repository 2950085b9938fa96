"""The orders of the payment page, as they stand in ``gateway.db``: what is asked and what is written, by one connection."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from switch.data_folder import databases
from switch.errors import SwitchError
from switch.gateway.protocol.order_states import OrderEvent, OrderState, after, may_pay
from switch.money import format_minor
from switch.record import frozen

GATEWAY_DATABASE: Final = "gateway.db"
SCHEMA: Final = databases.Schema(
    name="the orders of a payment page",
    tables=frozenset({"shop_order", "order_event"}),
    scripts=("1.sql", "2.sql"),
    package=__package__,
)
STAN_LAST: Final = 999_999
#: Events that end a try to pay, and that a shop is told of.
DECIDED: Final = ("approved", "approved and captured", "decline", "fail", "lose")
MAILED: Final = "receipt mailed"  #: the note of an order whose message is away
NOT_MAILED: Final = "receipt not mailed"  #: the note of an order whose message cannot be made; it is not tried again
NEWS: Final = frozenset({"told", MAILED, NOT_MAILED})  #: notes of what shop and shopper were told


class OrderRefusedError(SwitchError):
    """What is asked for cannot be done with the order as it is."""


class OrderReplacedError(OrderRefusedError):
    """The shop has posted the order anew since: it is paid as it was posted last, and in no other window."""


def out_of_range(amount_minor: int, most_minor: int, currency: str, act: str) -> OrderRefusedError:
    """What is said of an amount that an order does not have."""
    found, least, most = (format_minor(each, currency) for each in (amount_minor, 1, most_minor))
    return OrderRefusedError(f"found {found} to {act}, expected from {least} to {most}")


@frozen(kw_only=True)
class Happened:
    """One event of an order."""

    at_ms: int
    event: str
    state: OrderState
    body: Mapping[str, Any]


@frozen(kw_only=True)
class PageOrder:
    """An order as it stands."""

    number: int
    client_id: str
    order_id: str
    state: OrderState
    events: tuple[Happened, ...]

    def last(self, *events: str) -> Mapping[str, Any] | None:
        """What the last of these events says; None where there is none."""
        return next((each.body for each in reversed(self.events) if each.event in events), None)

    @property
    def steps(self) -> int:
        """How many events say something of its state and its money; what shop and shopper are told of it is none."""
        return sum(each.event not in NEWS for each in self.events)

    @property
    def refunded_minor(self) -> int:
        """What was given back so far."""
        return sum(int(each.body["amount_minor"]) for each in self.events if each.event in ("refund", "refund in part"))


@frozen(kw_only=True)
class Advice:
    """What the centre has still to be told."""

    id: int
    order_no: int
    kind: str
    message: Mapping[str, Any]
    original: Mapping[str, Any]
    tries: int


def open_orders(folder: Path) -> sqlite3.Connection:
    """The database of a gateway's folder, made where there is none; one caller at a time, in whatever thread."""
    return databases.to_write(folder / GATEWAY_DATABASE, SCHEMA, any_thread=True)


class OrderBook:
    """Questions and changes; whoever calls owns the transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._sql = connection

    def post(self, client_id: str, order_id: str, now_ms: int, body: Mapping[str, Any]) -> PageOrder:
        """A shop posts an order: it is new, or may be paid again. OrderRefusedError where it was paid, or is being paid."""
        found = self.find(client_id, order_id)
        state = found.state if found else None
        if not may_pay(state):
            raise OrderRefusedError(
                f"oid: found {order_id!r} {_IN_WORDS.get(state or '', 'under way')}, expected an order that is not paid"
            )
        if found is None:
            made = self._sql.execute(
                "INSERT INTO shop_order (client_id, order_id, created_at_ms) VALUES (?, ?, ?)", (client_id, order_id, now_ms)
            )
            assert made.lastrowid is not None
            number = made.lastrowid
        else:
            number = found.number
        kept: OrderState = "open" if state is None or state in ("abandoned", "failed") else state
        self._note(number, now_ms, "post", kept, body)
        return self.order(number)

    def to_pay(self, number: int, session: str) -> PageOrder:
        """An order that a session (its digest) goes on to pay. OrderRefusedError where it is paid or under way, and
        OrderReplacedError where the order was posted anew since: its amount may be another."""
        order = self.order(number)
        if not may_pay(order.state):
            raise OrderRefusedError("the order is paid already, or is being paid")
        if (order.last("post") or {}).get("session") != session:
            raise OrderReplacedError("the order was posted anew since")
        return order

    def happen(self, number: int, event: OrderEvent, now_ms: int, body: Mapping[str, Any]) -> bool:
        """Write an event down; False, and nothing written, where the order is in a state in which it cannot happen."""
        state = after(self._state(number), event)
        if state is None:
            return False
        self._note(number, now_ms, event, state, body)
        if state in ("declined", "failed", "abandoned", "voided", "refunded"):
            self._sql.execute("DELETE FROM sealed_card WHERE order_no = ?", (number,))
        return True

    def note(self, number: int, event: str, now_ms: int, body: Mapping[str, Any]) -> None:
        """Write down what changes no state."""
        self._note(number, now_ms, event, self._state(number), body)

    def _state(self, number: int) -> OrderState:
        row = self._sql.execute(
            "SELECT state FROM order_event WHERE order_no = ? ORDER BY id DESC LIMIT 1", (number,)
        ).fetchone()
        state: OrderState = "open" if row is None else row[0]
        return state

    def _note(self, number: int, now_ms: int, event: str, state: OrderState, body: Mapping[str, Any]) -> None:
        self._sql.execute(
            "INSERT INTO order_event (order_no, at_ms, event, state, body) VALUES (?, ?, ?, ?, ?)",
            (number, now_ms, event, state, json.dumps(body, ensure_ascii=True)),
        )

    def order(self, number: int) -> PageOrder:
        row = self._sql.execute("SELECT client_id, order_id FROM shop_order WHERE id = ?", (number,)).fetchone()
        rows = self._sql.execute(
            "SELECT at_ms, event, state, body FROM order_event WHERE order_no = ? ORDER BY id", (number,)
        ).fetchall()
        events = tuple(Happened(at_ms=at, event=name, state=state, body=json.loads(body)) for at, name, state, body in rows)
        state: OrderState = events[-1].state if events else "open"
        return PageOrder(number=number, client_id=row[0], order_id=row[1], state=state, events=events)

    def find(self, client_id: str, order_id: str) -> PageOrder | None:
        row = self._sql.execute(
            "SELECT id FROM shop_order WHERE client_id = ? AND order_id = ?", (client_id, order_id)
        ).fetchone()
        return None if row is None else self.order(int(row[0]))

    def by_transaction(self, client_id: str, transaction_id: str) -> PageOrder | None:
        """The order that a transaction of a shop is of."""
        row = self._sql.execute(
            "SELECT shop_order.id FROM shop_order JOIN order_event ON order_no = shop_order.id"
            " WHERE client_id = ? AND json_extract(body, '$.transaction_id') = ? LIMIT 1",
            (client_id, transaction_id),
        ).fetchone()
        return None if row is None else self.order(int(row[0]))

    def approved_since(self, event_id: int, *noted: str) -> list[tuple[int, PageOrder]]:
        """Orders approved by an event behind this one, each with the id of that event; those with such a note are left out."""
        marks = ", ".join("?" * len(noted))
        rows = self._sql.execute(
            "SELECT id, order_no FROM order_event AS e WHERE id > ? AND event IN ('approved', 'approved and captured')"
            f" AND NOT EXISTS (SELECT 1 FROM order_event AS n WHERE n.order_no = e.order_no AND n.event IN ({marks}))"
            " ORDER BY id",
            (event_id, *noted),
        ).fetchall()
        return [(int(number), self.order(int(order_no))) for number, order_no in rows]

    def by_session(self, digest: str) -> tuple[PageOrder, Happened] | None:
        """The order that a session of the page was for, and the post that began the session."""
        row = self._sql.execute(
            "SELECT order_no, id FROM order_event WHERE event = 'post' AND json_extract(body, '$.session') = ?", (digest,)
        ).fetchone()
        if row is None:
            return None
        order = self.order(int(row[0]))
        posts = [each for each in order.events if each.event == "post" and each.body.get("session") == digest]
        return order, posts[0]

    def untold(self) -> list[PageOrder]:
        """The orders that were decided and whose shop has not been told so: a gateway died between the two."""
        marks = ", ".join("?" * len(DECIDED))
        rows = self._sql.execute(
            f"SELECT order_no FROM order_event WHERE event IN ({marks}, 'told') GROUP BY order_no"
            " HAVING max(CASE WHEN event = 'told' THEN 0 ELSE id END) > max(CASE WHEN event = 'told' THEN id ELSE 0 END)",
            DECIDED,
        ).fetchall()
        return [self.order(int(number)) for (number,) in rows]

    def in_states(self, *states: OrderState) -> list[PageOrder]:
        """The orders whose last event left them in one of these states."""
        marks = ", ".join("?" * len(states))
        rows = self._sql.execute(
            "SELECT order_no FROM order_event WHERE id IN (SELECT max(id) FROM order_event GROUP BY order_no)"
            f" AND state IN ({marks}) ORDER BY order_no",
            states,
        ).fetchall()
        return [self.order(int(number)) for (number,) in rows]

    def next_stan(self) -> str:
        """The next system trace audit number, from 000001; behind 999999 it begins anew."""
        self._sql.execute(
            "INSERT INTO counter (name, value) VALUES ('stan', 1)"
            " ON CONFLICT (name) DO UPDATE SET value = CASE WHEN value >= ? THEN 1 ELSE value + 1 END",
            (STAN_LAST,),
        )
        return f"{self._sql.execute('SELECT value FROM counter WHERE name = ?', ('stan',)).fetchone()[0]:06d}"

    def seal(self, number: int, sealed: bytes) -> None:
        self._sql.execute("INSERT OR REPLACE INTO sealed_card (order_no, sealed) VALUES (?, ?)", (number, sealed))

    def sealed(self, number: int) -> bytes | None:
        row = self._sql.execute("SELECT sealed FROM sealed_card WHERE order_no = ?", (number,)).fetchone()
        return None if row is None else bytes(row[0])

    def owe(self, number: int, kind: str, message: Mapping[str, Any], original: Mapping[str, Any]) -> Advice:
        """The centre has to be told this, however long it takes."""
        made = self._sql.execute(
            "INSERT INTO advice (order_no, kind, message, original) VALUES (?, ?, ?, ?)",
            (number, kind, json.dumps(message), json.dumps(original)),
        )
        assert made.lastrowid is not None
        return Advice(id=made.lastrowid, order_no=number, kind=kind, message=message, original=original, tries=0)

    def advices(self) -> list[Advice]:
        """What is still to be sent, the first first."""
        return list(self._advices())

    def refuse_in_doubt(self, number: int) -> None:
        """OrderRefusedError while a capture of the order is owed: whether the money is captured is not known yet."""
        if any(each.order_no == number and each.kind == "capture" for each in self._advices()):
            raise OrderRefusedError("found an order whose capture Switch has not answered yet, expected its answer first")

    def was_owed(self, number: int, kind: str) -> bool:
        """Whether the centre had ever to be told such a thing of an order, be it answered or not."""
        row = self._sql.execute("SELECT 1 FROM advice WHERE order_no = ? AND kind = ? LIMIT 1", (number, kind)).fetchone()
        return row is not None

    def _advices(self) -> Iterator[Advice]:
        rows = self._sql.execute(
            "SELECT id, order_no, kind, message, original, tries FROM advice WHERE answer = '' ORDER BY id"
        )
        for number, order_no, kind, message, original, tries in rows.fetchall():
            yield Advice(
                id=number,
                order_no=order_no,
                kind=kind,
                message=json.loads(message),
                original=json.loads(original),
                tries=tries,
            )

    def tried(self, advice: int) -> None:
        self._sql.execute("UPDATE advice SET tries = tries + 1 WHERE id = ?", (advice,))

    def answered(self, advice: int, code: str) -> None:
        self._sql.execute("UPDATE advice SET answer = ? WHERE id = ?", (code, advice))


_IN_WORDS: Final = {
    "held": "that is approved",
    "captured": "that is paid",
    "settled": "that is paid",
    "refunded": "that was paid and refunded",
    "voided": "that was paid and voided",
}
