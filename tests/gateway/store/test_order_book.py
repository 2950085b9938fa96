"""The store of the payment page: events that stay, states that follow from them, and changes that stand alone."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import trio

from switch.gateway.protocol.order_states import OrderEvent
from switch.gateway.store.callback_book import RETRY_SECONDS, CallbackAttempt
from switch.gateway.store.order_book import OrderRefusedError, open_orders
from switch.gateway.store.writer import Books, StoreWriter


def books_in(folder: Path) -> Books:
    return Books(open_orders(folder))


def test_an_order_is_what_its_events_say(tmp_path: Path) -> None:
    books = books_in(tmp_path)
    order = books.orders.post("600000000", "A", 1, {"session": "x"})
    assert order.state == "open"
    assert not books.orders.happen(order.number, "capture", 2, {}), "nothing is held"
    way: tuple[tuple[OrderEvent, str], ...] = (
        ("authenticate", "authenticating"),
        ("authorize", "authorizing"),
        ("approved", "held"),
    )
    for event, state in way:
        assert books.orders.happen(order.number, event, 3, {"event": event})
        assert books.orders.order(order.number).state == state
    with pytest.raises(OrderRefusedError, match="oid: found 'A' that is approved, expected an order that is not paid"):
        books.orders.post("600000000", "A", 4, {})
    assert books.orders.by_session("x") is not None
    assert [each.number for each in books.orders.untold()] == [order.number]
    books.orders.note(order.number, "told", 5, {})
    assert books.orders.untold() == []


def test_events_are_never_changed(tmp_path: Path) -> None:
    books = books_in(tmp_path)
    books.orders.post("600000000", "A", 1, {})
    for change in ("UPDATE order_event SET state = 'captured'", "DELETE FROM order_event"):
        with pytest.raises(sqlite3.IntegrityError, match="an event is never"):
            books.connection.execute(change)


def test_the_numbers_of_messages_begin_anew_behind_the_last(tmp_path: Path) -> None:
    books = books_in(tmp_path)
    assert [books.orders.next_stan() for _ in range(2)] == ["000001", "000002"]
    books.connection.execute("UPDATE counter SET value = 999999")
    assert books.orders.next_stan() == "000001"


def test_a_sealed_card_is_forgotten_with_its_order(tmp_path: Path) -> None:
    books = books_in(tmp_path)
    order = books.orders.post("600000000", "A", 1, {})
    books.orders.happen(order.number, "authorize", 2, {})
    books.orders.seal(order.number, b"sealed")
    assert books.orders.sealed(order.number) == b"sealed"
    books.orders.happen(order.number, "decline", 3, {})
    assert books.orders.sealed(order.number) is None


def test_a_callback_is_tried_with_longer_waits_and_then_given_up(tmp_path: Path) -> None:
    books = books_in(tmp_path)
    order = books.orders.post("600000000", "A", 1, {})
    callback = books.callbacks.add("id", order, 0, "http://shop.example/", {"b": "1", "a": "2"})
    assert list(callback.fields) == ["b", "a"]
    now = 0
    for wait in RETRY_SECONDS:
        (due,) = books.callbacks.due(now)
        attempt = CallbackAttempt(at_ms=now, status=0, answer="", verdict="failure", remark="")
        assert books.callbacks.attempted(due, attempt, understood=False) == "waiting"
        assert books.callbacks.due(now + wait * 1000 - 1) == []
        now += wait * 1000
    (due,) = books.callbacks.due(now)
    assert books.callbacks.attempted(due, attempt, understood=False) == "given up"
    books.callbacks.replay("id", now)
    assert [each.id for each in books.callbacks.due(now)] == ["id"]
    assert len(books.callbacks.attempts("id")) == len(RETRY_SECONDS) + 1


def test_so_many_callbacks_of_each_shop_are_due_at_once(tmp_path: Path) -> None:
    books = books_in(tmp_path)
    for client_id, many in (("600000000", 20), ("610000000", 1)):
        order = books.orders.post(client_id, "A", 1, {})
        for number in range(many):
            books.callbacks.add(f"{client_id}-{number}", order, number, "http://shop.example/", {"a": "1"})
    due = books.callbacks.due(100, 2)
    assert [each.id for each in due] == ["600000000-0", "610000000-0", "600000000-1"]
    assert [each.order_id for each in due] == ["A", "A", "A"]


async def test_a_change_that_fails_leaves_the_others(tmp_path: Path) -> None:
    with closing(open_orders(tmp_path)) as connection:
        writer = StoreWriter(connection)
        told: list[str] = []

        async def post(oid: str) -> None:
            await writer.do(lambda books: books.orders.post("600000000", oid, 1, {}))
            told.append(oid)

        async def fail() -> None:
            def act(books: Books) -> None:
                books.orders.post("600000000", "gone", 1, {})
                raise ValueError("no")

            with pytest.raises(ValueError, match="no"):
                await writer.do(act)

        async with trio.open_nursery() as nursery:
            await nursery.start(writer.run)
            async with trio.open_nursery() as asking:
                for act in (lambda: post("one"), fail, lambda: post("two")):
                    asking.start_soon(act)
            nursery.cancel_scope.cancel()
        assert sorted(told) == ["one", "two"]
    assert books_in(tmp_path).orders.find("600000000", "gone") is None
