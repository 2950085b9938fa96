"""Queries of a close by themselves: what issuers are told of holds that ended, and whose currency has changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import pytest

from switch.batch.difference import lines_changed
from switch.clearing.presentments import STAGING_TABLES
from switch.endofday.cleared_notices import query
from tests.support.sql_rows import Rows

BEFORE, DATE, AFTER = "2028-02-28", "2028-02-29", "2028-03-01"
OPEN: Final = {"business_date": DATE}


@pytest.fixture
def rows() -> Iterator[Rows]:
    made = Rows(*STAGING_TABLES)
    made.connection.execute("CREATE TEMP TABLE captured (merchant_id, exception_reason)")
    yield made
    made.close()


def test_holds_are_told_that_the_date_captured_or_whose_captor_it_ended_as_an_exception(rows: Rows) -> None:
    for request_id, original_id in (
        (1, None),
        (2, 1),
        (3, None),
        (4, None),
        (5, None),
        (6, None),
        (20, 1),
        (21, 4),
        (22, 5),
        (23, None),
        (24, 6),
    ):
        rows.put("journal.request", id=request_id, original_id=original_id, stan=f"{request_id:06d}")
    released = [(1, BEFORE, "captured", 20), (2, BEFORE, "captured", 20), (3, DATE, "captured", 23), (4, BEFORE, "expired", 21)]
    released += [(5, BEFORE, "captured", 22), (6, BEFORE, "captured", 99), (20, DATE, "reversed", 7)]
    for request_id, date, outcome, by in released:
        rows.put("released_item", request_id=request_id, business_date=date, outcome=outcome, released_by=by)
    for request_id, date in ((20, DATE), (21, DATE), (22, BEFORE), (23, DATE), (24, DATE)):
        rows.put("exception_end", request_id=request_id, business_date=date, outcome="presented")
    found = rows.run(query("captured_holds"), **OPEN)
    assert [(row[0], row[3]) for row in found] == [(20, "000001"), (20, "000002"), (23, "000003")]


def _acceptor(rows: Rows, *merchant_ids: str) -> None:
    for merchant_id in merchant_ids:
        rows.put("temp.card_acceptor", merchant_id=merchant_id, currency="504")


def _changed(rows: Rows) -> list[tuple[Any, ...]]:
    return rows.run(query("currency_changed"), **OPEN)


@pytest.mark.parametrize(
    ("currency", "decided", "changed"), [("978", BEFORE, True), ("504", BEFORE, False), ("978", DATE, False)]
)
def test_a_contract_keeps_the_currency_of_sales_that_are_reversed(
    rows: Rows, currency: str, decided: str, changed: bool
) -> None:
    _acceptor(rows, "SHOP", "OTHER")
    rows.put("presentment", request_id=1, merchant_id="SHOP", currency=currency)
    rows.put("temp.remainder", request_id=1, decided_on=decided, reversal_id=1, replacement_minor=0)
    assert _changed(rows) == ([("SHOP", "504", "978", "its sales in it are reversed")] if changed else [])


@pytest.mark.parametrize(
    ("outcome", "pays", "lowered", "changed"),
    [("written_off", 1, 1, True), ("written_off", 0, 1, False), ("presented", 1, 1, False), ("written_off", 1, 2, False)],
)
def test_a_contract_keeps_the_currency_of_a_write_off_that_is_reversed(
    rows: Rows, outcome: str, pays: int, lowered: int, changed: bool
) -> None:
    _acceptor(rows, "SHOP")
    for request_id in (1, 2):
        currency = "978" if request_id == 1 else "504"
        rows.put("exception_item", request_id=request_id, merchant_id="SHOP", currency=currency)
    rows.put("exception_order", id=1, request_id=1, action="write_off", pays_merchant=pays, person="P", reason="why")
    rows.put("exception_end", request_id=1, outcome=outcome, order_id=1)
    rows.put("temp.remainder", request_id=lowered, decided_on=BEFORE, reversal_id=1, replacement_minor=0)
    assert _changed(rows) == ([("SHOP", "504", "978", "its sales in it are reversed")] if changed else [])


@pytest.mark.parametrize(
    ("date", "sells", "reason", "changed"),
    [
        (DATE, "SHOP", None, True),
        (BEFORE, "SHOP", None, False),
        (DATE, "OTHER", None, False),
        (DATE, "SHOP", "no issuer", False),
    ],
)
def test_a_contract_keeps_the_currency_of_what_is_disputed_on_a_date_on_which_it_sells(
    rows: Rows, date: str, sells: str, reason: str | None, changed: bool
) -> None:
    _acceptor(rows, "SHOP", "OTHER")
    rows.put("presentment", request_id=1, merchant_id="SHOP", currency="978")
    rows.put("dispute_event", request_id=1, business_date=date, kind="chargeback")
    rows.put("temp.captured", merchant_id=sells, exception_reason=reason)
    assert _changed(rows) == ([("SHOP", "504", "978", "its sales in it are disputed")] if changed else [])


@pytest.mark.parametrize(
    ("entries", "changed"),
    [
        ([("reserve", -100, "978")], True),
        ([("reserve", -100, "978"), ("reserve_release", 100, "978")], False),
        ([("reserve", -100, "978"), ("reserve_release", 99, "978")], True),
        ([("deposit", -100, "978"), ("deposit_release", 30, "978")], True),
        ([("rent", -100, "978")], False),
        ([("reserve", -100, "504")], False),
        ([("reserve", -100, "978"), ("reserve_release", 100, "504")], True),
    ],
)
def test_a_contract_keeps_the_currency_of_what_is_held_back(
    rows: Rows, entries: list[tuple[str, int, str]], changed: bool
) -> None:
    _acceptor(rows, "SHOP", "OTHER")
    for number, (kind, amount, currency) in enumerate(entries):
        rows.put("merchant_entry", merchant_id="SHOP", kind=kind, amount_minor=amount, currency=currency, line=number)
    assert _changed(rows) == ([("SHOP", "504", "978", "amounts in it are held back")] if changed else [])


def test_lines_that_differ_in_money_or_stand_on_one_side_alone_are_counted_once(rows: Rows) -> None:
    rows.connection.execute("CREATE TEMP TABLE old_presentment AS SELECT * FROM presentment")
    for request_id, date, net, old in (
        (1, DATE, 10, 10),
        (2, DATE, 10, 11),
        (3, DATE, 10, None),
        (4, BEFORE, 10, 9),
        (5, None, 0, 12),
    ):
        if date is not None:
            rows.put("presentment", request_id=request_id, business_date=date, net_minor=net, rrn="new")
        if old is not None and request_id != 4:
            rows.put("temp.old_presentment", **dict(zip(_line(rows), _line_values(rows, request_id, old), strict=True)))
    assert lines_changed(rows.connection, "old_", DATE) == 3


def _line(rows: Rows) -> list[str]:
    return [row[1] for row in rows.run("PRAGMA table_info(presentment)")]


def _line_values(rows: Rows, request_id: int, net: int) -> list[Any]:
    given = {"request_id": request_id, "net_minor": net, "rrn": "old"}
    blank = {"TEXT": "", "INTEGER": 0}
    return [given.get(row[1], blank[row[2]]) for row in rows.run("PRAGMA table_info(presentment)")]
