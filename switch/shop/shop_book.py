"""What the shop remembers: orders and the bills they pay, in a file. A bill is settled by the callback alone, and once."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from importlib import resources
from pathlib import Path
from typing import Literal

from switch.record import frozen
from switch.shop.bills import Bill, Customer

#: An order waits for the gateway, is paid, or was refused (and may be tried again under the same number).
ShopOrderState = Literal["waiting", "paid", "refused"]
#: What the callback of a payment came to.
Settled = Literal["settled", "already settled", "paid by another payment", "unknown order", "other amount"]


@frozen(kw_only=True)
class ShopOrder:
    """An order of the shop: which bills of whom it pays, and what became of it."""

    number: str  #: ``oid``
    receipt: str  #: the part of the receipt's address that cannot be guessed
    customer: str
    email: str
    language: str
    amount_minor: int
    state: ShopOrderState
    bills: tuple[str, ...]
    transaction_id: str  #: of the gateway
    approval: str
    card: str  #: masked
    paid_at: str


@frozen(kw_only=True)
class ShopPayment:
    """What the gateway told of a payment."""

    transaction_id: str
    approval: str
    card: str
    paid_at: str


class ShopBook:
    """The file of the shop. Every method is one transaction."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with self._opened() as connection:
            connection.executescript(resources.files(__package__).joinpath("shop_schema.sql").read_text("utf-8"))

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self._path, timeout=10)) as connection, connection:
            yield connection

    def unpaid(self, customer: Customer) -> tuple[Bill, ...]:
        """The bills of a customer that no payment has settled."""
        with self._opened() as connection:
            settled = {row[0] for row in connection.execute("SELECT bill FROM settled_bill")}
        return tuple(bill for bill in customer.bills if bill.number not in settled)

    def order(self, customer: Customer, bills: Iterable[Bill], email: str, language: str) -> ShopOrder:
        """A new order."""
        paid = tuple(bills)
        number, receipt = f"T{secrets.token_hex(5).upper()}", secrets.token_urlsafe(24)
        with self._opened() as connection:
            connection.execute(
                "INSERT INTO shop_order (number, receipt, customer, email, language, amount_minor, state)"
                " VALUES (?, ?, ?, ?, ?, ?, 'waiting')",
                (number, receipt, customer.number, email, language, sum(bill.amount_minor for bill in paid)),
            )
            connection.executemany("INSERT INTO order_bill VALUES (?, ?)", [(number, bill.number) for bill in paid])
        found = self.by_number(number)
        assert found is not None
        return found

    def by_number(self, number: str) -> ShopOrder | None:
        return self._found("SELECT * FROM shop_order WHERE number = ?", number)

    def by_receipt(self, receipt: str) -> ShopOrder | None:
        return self._found("SELECT * FROM shop_order WHERE receipt = ?", receipt)

    def _found(self, query: str, value: str) -> ShopOrder | None:
        with self._opened() as connection:
            connection.row_factory = sqlite3.Row
            row = connection.execute(query, (value,)).fetchone()
            if row is None:
                return None
            sql = "SELECT bill FROM order_bill WHERE number = ? ORDER BY bill"
            bills = tuple(found["bill"] for found in connection.execute(sql, (row["number"],)))
        return ShopOrder(bills=bills, **dict(row))

    def paid_elsewhere(self, number: str) -> tuple[str, ...]:
        """The bills of an order that another order has paid meanwhile: it can never be paid itself."""
        with self._opened() as connection:
            sql = "SELECT bill FROM order_bill JOIN settled_bill USING (bill) WHERE order_bill.number = ?"
            sql += " AND settled_bill.number <> order_bill.number ORDER BY bill"
            return tuple(row[0] for row in connection.execute(sql, (number,)))

    def settle(self, number: str, amount_minor: int, payment: ShopPayment) -> Settled:
        """Settle the bills of an order, once: a callback that comes again changes nothing, nor does one of another amount, nor
        one of an order with a bill that another order has paid."""
        with self._opened() as connection:
            connection.execute("BEGIN IMMEDIATE")
            sql = "SELECT amount_minor, state, transaction_id FROM shop_order WHERE number = ?"
            row = connection.execute(sql, (number,)).fetchone()
            if row is None:
                return "unknown order"
            if row[0] != amount_minor:
                return "other amount"
            if row[1] == "paid":
                return "already settled" if row[2] == payment.transaction_id else "paid by another payment"
            sql = "SELECT 1 FROM order_bill JOIN settled_bill USING (bill) WHERE order_bill.number = ?"
            if connection.execute(sql, (number,)).fetchone():
                connection.execute("UPDATE shop_order SET state = 'refused' WHERE number = ?", (number,))
                return "paid by another payment"
            connection.execute(
                "UPDATE shop_order SET state = 'paid', transaction_id = ?, approval = ?, card = ?, paid_at = ?"
                " WHERE number = ?",
                (payment.transaction_id, payment.approval, payment.card, payment.paid_at, number),
            )
            connection.execute("INSERT INTO settled_bill SELECT bill, number FROM order_bill WHERE number = ?", (number,))
        return "settled"

    def refuse(self, number: str) -> None:
        """Note that the bank refused; a paid order stays paid."""
        with self._opened() as connection:
            connection.execute("UPDATE shop_order SET state = 'refused' WHERE number = ? AND state = 'waiting'", (number,))
