"""Which exceptions are open, how each ends, and when its reason is written anew: statement by statement."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pytest

from switch.clearing.exceptions import END_EXCEPTIONS, OPEN_EXCEPTIONS
from switch.clearing.presentments import STAGING_TABLES
from tests.support.sql_rows import Rows

BEFORE, DATE, AFTER = "2028-02-28", "2028-02-29", "2028-03-01"
OPEN: Final = {"business_date": DATE}


@pytest.fixture
def rows() -> Iterator[Rows]:
    made = Rows(*STAGING_TABLES)
    yield made
    made.close()


def test_an_exception_is_open_until_a_date_before_ended_it_with_the_last_word_of_a_person(rows: Rows) -> None:
    for request_id, date in ((1, BEFORE), (2, BEFORE), (3, BEFORE), (4, BEFORE), (5, DATE)):
        rows.put("exception_item", request_id=request_id, business_date=date)
    rows.put("exception_end", request_id=2, business_date=BEFORE, outcome="reversed")
    rows.put("exception_end", request_id=3, business_date=DATE, outcome="reversed")
    said = {"person": "who", "reason": "why"}
    orders = [
        (1, 1, BEFORE, "write_off", 1),
        (2, 1, DATE, "represent", 0),
        (3, 1, AFTER, "write_off", 1),
        (4, 4, AFTER, "represent", 0),
    ]
    for order_id, request_id, date, action, pays in orders:
        rows.put(
            "exception_order", id=order_id, request_id=request_id, business_date=date, action=action, pays_merchant=pays, **said
        )
    rows.run(OPEN_EXCEPTIONS, **OPEN)
    assert rows.run("SELECT * FROM open_exception ORDER BY 1") == [
        (1, "represent", 2, 0),
        (3, None, None, 0),
        (4, None, None, 0),
    ]


def test_an_open_exception_ends_by_what_happened_to_it(rows: Rows) -> None:
    rows.put("temp.card_acceptor", merchant_id="SHOP", currency="504")
    rows.connection.execute("CREATE TEMP TABLE captured (request_id, amount_minor, exception_reason)")
    cases = [  # request, amount, decided, pays, left, merchant, currency
        (1, 1_000, None, 0, 0, "SHOP", "504"),
        (2, 1_000, "write_off", 0, None, "GONE", "504"),
        (3, 1_000, "write_off", 1, 400, "SHOP", "504"),
        (4, -1_000, "write_off", 1, 400, "SHOP", "504"),
        (5, 1_000, "write_off", 1, 1_000, "SHOP", "504"),
        (6, 1_000, "write_off", 1, None, "GONE", "504"),
        (7, 1_000, "write_off", 1, None, "SHOP", "978"),
        (8, 1_000, "write_off", 1, 0, "SHOP", "504"),
        (9, 1_000, "represent", 0, 600, "SHOP", "504"),
        (10, 1_000, None, 0, None, "SHOP", "504"),
        (11, 1_000, None, 0, None, "SHOP", "504"),
    ]
    for request_id, amount, decided, pays, left, merchant_id, currency in cases:
        named = {"merchant_id": merchant_id, "currency": currency, "business_date": BEFORE, "reason": "no issuer"}
        rows.put("exception_item", request_id=request_id, amount_minor=amount, **named)
        order_id = None if decided is None else 20 + request_id
        rows.put("temp.open_exception", request_id=request_id, decided=decided, order_id=order_id, pays_merchant=pays)
        if left is not None:
            rows.put(
                "temp.remainder", request_id=request_id, decided_on=BEFORE, reversal_id=40 + request_id, replacement_minor=left
            )
    for request_id, amount, reason in ((9, 600, None), (10, 1_000, None), (11, 1_000, "unknown issuer")):
        rows.put("temp.captured", request_id=request_id, amount_minor=amount, exception_reason=reason)
    for statement in END_EXCEPTIONS:
        rows.run(statement, **OPEN)
    found = rows.run("SELECT request_id, outcome, amount_minor, order_id, reversal_id FROM exception_end ORDER BY 1")
    assert found == [
        (1, "reversed", 0, None, 41),
        (2, "written_off", 1_000, 22, None),
        (3, "written_off", 400, 23, 43),
        (4, "written_off", -400, 24, 44),
        (5, "written_off", 1_000, 25, 45),
        (8, "reversed", 0, None, 48),
        (9, "presented", 600, 29, 49),
        (10, "presented", 1_000, None, None),
    ]
    assert rows.run("SELECT * FROM exception_reason") == [(11, DATE, "unknown issuer")]


@pytest.mark.parametrize(
    ("said", "again"),
    [([], True), ([(BEFORE, "unknown issuer")], False), ([("2028-02-27", "unknown issuer"), (BEFORE, "no issuer")], True)],
)
def test_the_reason_of_an_exception_is_written_where_it_is_another_than_the_last(
    rows: Rows, said: list[tuple[str, str]], again: bool
) -> None:
    rows.connection.execute("CREATE TEMP TABLE captured (request_id, amount_minor, exception_reason)")
    rows.put("temp.captured", request_id=1, amount_minor=1, exception_reason="unknown issuer")
    rows.put("temp.open_exception", request_id=1)
    rows.put("exception_item", request_id=1, business_date="2028-02-26", reason="no issuer")
    for date, reason in said:
        rows.put("exception_reason", request_id=1, business_date=date, reason=reason)
    rows.run(END_EXCEPTIONS[1], **OPEN)
    assert rows.run("SELECT COUNT(*) FROM exception_reason WHERE business_date = :business_date", **OPEN) == [(int(again),)]
