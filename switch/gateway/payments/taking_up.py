"""What an earlier life of the payment page left open: found in the store at the start, and taken up from there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from switch.gateway.payments.legacy_orders import is_booking
from switch.gateway.store.callback_book import Callback
from switch.gateway.store.order_book import PageOrder
from switch.gateway.store.writer import Books

_REFUSED = frozenset({"capture refused", "void refused"})


def left_open(books: Books) -> list[int]:
    """The orders of which something is still to be done, or to be undone."""
    orders = books.orders.in_states("authorizing", "held", "captured", "settled")
    return [
        order.number
        for order in orders
        if order.state == "authorizing" or open_refunds(order) or answered_and_not_done(books, order)
    ]


def open_refunds(order: PageOrder) -> list[Mapping[str, Any]]:
    """The refunds that were asked for and have no end."""
    refunds = [each.body for each in order.events if each.event == "refund asked"]
    ended = sum(each.event in ("refund", "refund in part", "refund undone") for each in order.events)
    return refunds[ended:]


def answered_and_not_done(books: Books, order: PageOrder) -> Literal["capture", "void", ""]:
    """What the shop's answer asked for, of an order that is held and for which that was never begun.

    Earlier versions wrote the answer in one transaction and what came of it in the next: a kill between the two lost it. The
    same is left where gateway.toml did not have the shop for a while.
    """
    if order.state != "held" or any(each.event in _REFUSED for each in order.events):
        return ""
    for told in (each.body for each in order.events if each.event == "told"):
        callback = books.callbacks.one(str(told.get("callback", "")))
        if callback is None or callback.state != "answered" or not tells_of_approval(callback):
            continue
        verdict = books.callbacks.attempts(callback.id)[-1].verdict
        if verdict == "capture":
            return "" if books.orders.was_owed(order.number, "capture") else "capture"
        if verdict == "failure" and is_booking(callback):
            return "void"
    return ""


def tells_of_approval(callback: Callback) -> bool:
    """Whether a callback tells of a payment that was approved: an order may have been declined before that."""
    return is_booking(callback) or callback.fields.get("Response") == "Approved"
