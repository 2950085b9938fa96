"""The orders of the payment page and the money in the journal of the centre, held to one another."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from switch.gateway.store.order_book import GATEWAY_DATABASE, OrderBook

_STANDING = """
SELECT request.amount_minor FROM request JOIN decision ON decision.request_id = request.id
WHERE request.function = 'request' AND request.transaction_type = 'purchase' AND decision.response_code = '00'
  AND NOT EXISTS (SELECT 1 FROM reversal LEFT JOIN request AS named ON named.id = reversal.original_id
    WHERE reversal.response_code = '00' AND request.id IN (named.id, named.original_id))
"""
_REFUNDED = """
SELECT coalesce(sum(request.amount_minor), 0) FROM request JOIN decision ON decision.request_id = request.id
WHERE request.transaction_type = 'refund' AND decision.response_code = '00'
  AND NOT EXISTS (SELECT 1 FROM reversal WHERE reversal.original_id = request.id)
"""
HOLDS_MONEY = {"held", "captured", "settled", "refunded"}


def differences(journal: Path, gateway: Path) -> list[str]:
    """Where orders and journal say something else; each order has amounts of its own, by which its payments are found."""
    with closing(sqlite3.connect(journal)) as db:
        standing = [int(amount) for (amount,) in db.execute(_STANDING)]
        refunded_minor = int(db.execute(_REFUNDED).fetchone()[0])
    with closing(sqlite3.connect(gateway / GATEWAY_DATABASE)) as db:
        book = OrderBook(db)
        orders = [book.order(int(number)) for (number,) in db.execute("SELECT id FROM shop_order")]
    found = []
    for order in orders:
        *earlier, last = [each.body["amount_minor"] for each in order.events if each.event == "post"]
        count = standing.count(last)
        if count != (order.state in HOLDS_MONEY):
            found.append(f"{order.order_id} is {order.state}, and the journal has {count} approvals of its amount")
        if paid := [amount for amount in earlier if amount != last and amount in standing]:
            found.append(f"{order.order_id} was posted anew for {last}, and the journal has approvals of {paid}")
    told_minor = sum(order.refunded_minor for order in orders)
    if told_minor != refunded_minor:
        found.append(f"orders were refunded {told_minor}, and the journal has {refunded_minor}")
    return found


def unsettled(gateway: Path) -> int:
    """How many orders are under way, advices are to be sent, callbacks are due."""
    with closing(sqlite3.connect(gateway / GATEWAY_DATABASE)) as db:
        book = OrderBook(db)
        waiting = db.execute("SELECT count(*) FROM callback WHERE state = 'waiting'").fetchone()[0]
        return len(book.in_states("authorizing", "in doubt")) + len(book.advices()) + len(book.untold()) + int(waiting)
