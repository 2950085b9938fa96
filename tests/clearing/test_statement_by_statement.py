"""Each statement of a close by itself: which rows it takes and which it leaves, at the exact limits of dates and amounts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import pytest

from switch.clearing import presentments as sql
from switch.clearing.adjustments import ADJUSTMENTS
from switch.clearing.exceptions import AFTER_EXPIRY, EXPIRED_HOLDS, MADE_OFFLINE
from switch.clearing.ledger import CUBE, POSITIONS
from switch.clearing.remises import CLOSED_BATCHES, NUMBERED_REMISES
from tests.support.sql_rows import Rows

BEFORE, DATE, AFTER = "2028-02-28", "2028-02-29", "2028-03-01"
OPEN: Final = {"business_date": DATE}


@pytest.fixture
def rows() -> Iterator[Rows]:
    made = Rows(*sql.STAGING_TABLES)
    yield made
    made.close()


def _approved(rows: Rows, request_id: int, date: str = DATE, captured: int | None = 1_000, **request: Any) -> None:
    """A request of 1,000 that was approved on a date; ``captured`` None: it waits."""
    asked = {
        "merchant_id": "SHOP",
        "terminal_id": "T1",
        "acquirer_id": "A1",
        "issuer": "atlas",
        "currency": "504",
        "origin": "domestic",
    }
    asked |= {"transaction_type": "purchase", "rrn": f"R{request_id}", "function": "request", "message_class": "authorization"}
    rows.put("journal.request", id=request_id, **(asked | request))
    worth = {"approved_minor": abs(captured) if captured is not None else 1_000, "captured_minor": captured}
    rows.put("journal.decision", request_id=request_id, business_date=date, response_code="00", **worth)


def _reversed(rows: Rows, reversal_id: int, of: int, left: int = 0, date: str = DATE, effective: int = 1) -> None:
    told = {"original_id": of, "replacement_minor": left, "business_date": date, "effective": effective}
    rows.put("journal.reversal", id=reversal_id, **told)


def test_the_lowest_reversal_up_to_the_date_counts_of_what_the_date_decided_or_reverses_or_has_open(rows: Rows) -> None:
    for request_id in (1, 2, 3, 4):
        _approved(rows, request_id)
    for request_id in (5, 6, 7, 8):
        _approved(rows, request_id, BEFORE)
    rows.put("journal.request", id=9)
    rows.put("journal.decision", request_id=9, business_date=DATE, response_code="51")
    for reversal_id, of, left, date, effective in (
        *((1, 1, 600, DATE, 1), (2, 1, 400, DATE, 1), (3, 1, 400, DATE, 1), (4, 1, 0, AFTER, 1)),
        *((5, 2, 0, DATE, 0), (6, 3, 500, DATE, 1), (7, 3, 300, DATE, 0)),
        *(
            (10, 5, 500, BEFORE, 1),
            (11, 6, 500, BEFORE, 1),
            (12, 6, 200, DATE, 1),
            (13, 7, 500, BEFORE, 1),
            (14, 7, 0, DATE, 0),
        ),
        *((15, 8, 700, BEFORE, 1), (16, 9, 0, DATE, 1)),
    ):
        _reversed(rows, reversal_id, of, left, date, effective)
    rows.put("temp.open_exception", request_id=8)
    rows.run(sql.REMAINDERS, **OPEN)
    assert rows.run("SELECT * FROM remainder ORDER BY request_id") == [
        (1, DATE, 2, 400),
        (3, DATE, 6, 500),
        (6, BEFORE, 12, 200),
        (8, BEFORE, 15, 700),
    ]


REASONS: Final[list[tuple[str, dict[str, Any], int, str | None]]] = [
    ("a plain sale", {}, 1_000, None),
    ("no contract", {"merchant_id": "NOBODY"}, 1_000, "unknown merchant"),
    ("dollars", {"currency": "840"}, 1_000, "other currency than the merchant's"),
    ("no issuer", {"issuer": None}, 1_000, "no issuer"),
    ("an issuer that is gone", {"issuer": "gone"}, 1_000, "unknown issuer"),
    ("no origin", {"origin": None}, 1_000, "neither domestic nor foreign"),
    ("an inquiry", {"transaction_type": "balance_inquiry"}, 1_000, "unknown transaction type"),
    ("told, at the floor limit", {"function": "advice"}, 500, None),
    ("told, above it", {"function": "advice"}, 501, MADE_OFFLINE),
    ("a refund told, above it", {"function": "advice", "transaction_type": "refund"}, -501, MADE_OFFLINE),
    ("asked, above it", {}, 501, None),
    ("completes what was asked", {"function": "advice", "original_id": 100}, 501, None),
    ("completes what was told", {"function": "advice", "original_id": 101}, 501, MADE_OFFLINE),
    ("completes what was told, at the limit", {"function": "advice", "original_id": 101}, 500, None),
    ("completes what was added to by being told", {"function": "advice", "original_id": 102}, 501, MADE_OFFLINE),
    ("completes what was added to by asking", {"function": "advice", "original_id": 103}, 501, None),
    ("completes what another completion named", {"function": "advice", "original_id": 104}, 501, None),
    ("completes what had expired", {"function": "advice", "original_id": 105}, 501, AFTER_EXPIRY),
    ("completes what had expired, at the limit", {"function": "advice", "original_id": 105}, 500, None),
    ("completes what was captured", {"function": "advice", "original_id": 106}, 501, None),
]


@pytest.mark.parametrize(("request_", "captured", "reason"), [case[1:] for case in REASONS], ids=[case[0] for case in REASONS])
def test_what_cannot_be_presented_has_its_reason(
    rows: Rows, request_: dict[str, Any], captured: int, reason: str | None
) -> None:
    terms = {"place": 1, "currency": "504", "floor_limit_minor": 500, "tariff_group": 1, "by_product": 0, "by_amount": 0}
    rows.put("temp.acceptor_term", merchant_id="SHOP", **terms)
    rows.put("temp.card_issuer", issuer="atlas", name="Atlas")
    for hold_id in range(100, 107):
        _approved(rows, hold_id, BEFORE, None, function="advice" if hold_id == 101 else "request")
    for request_id, original_id, function, kind in (
        *((112, 102, "advice", "authorization"), (113, 103, "request", "authorization"), (114, 104, "advice", "financial")),
    ):
        _approved(rows, request_id, BEFORE, None, original_id=original_id, function=function, message_class=kind)
    rows.put("released_item", {"request_id": 105, "outcome": "expired"}, {"request_id": 106, "outcome": "captured"})
    _approved(rows, 200, DATE, captured, **({"message_class": "financial"} | request_))
    rows.run(sql.TODAY_CAPTURES, **OPEN)
    assert rows.run("SELECT request_id, amount_minor, exception_reason FROM captured") == [(200, captured, reason)]


def test_a_capture_counts_at_what_is_left_with_its_sign_and_by_its_band(rows: Rows) -> None:
    terms = {"currency": "504", "floor_limit_minor": 0, "tariff_group": 7}
    rows.put("temp.acceptor_term", merchant_id="SHOP", place=2, by_product=0, by_amount=1, **terms)
    rows.put("temp.acceptor_term", merchant_id="ALPHA", place=1, by_product=1, by_amount=0, **terms)
    rows.put("temp.card_issuer", issuer="atlas", name="Atlas")
    for low in (0, 500, 1_000):
        rows.put("temp.amount_band", tariff_group=7, low_minor=low)
    rows.put("temp.amount_band", tariff_group=8, low_minor=700)
    captures = [
        (1, 999, None),
        (2, 1_000, None),
        (3, -1_000, 500),
        (4, 1_000, 499),
        (5, 1_000, 0),
        (6, 1_000, 1_000),
        (7, 0, None),
    ]
    for request_id, captured, left in captures:
        _approved(rows, request_id, DATE, captured, product="debit", scheme="visa")
        if left is not None:
            rows.put("temp.remainder", request_id=request_id, decided_on=DATE, reversal_id=1, replacement_minor=left)
    _approved(rows, 8, DATE, 300, product="debit", scheme=None, merchant_id="ALPHA")
    _approved(rows, 9, BEFORE, 300)
    _approved(rows, 10, AFTER, 300)
    rows.run(sql.TODAY_CAPTURES, **OPEN)
    found = rows.run("SELECT request_id, amount_minor, amount_band, tariff_product, product, scheme FROM captured")
    assert found == [
        (8, 300, 0, "debit", "debit", ""),
        (1, 999, 500, "", "debit", "visa"),
        (2, 1_000, 1_000, "", "debit", "visa"),
        (3, -500, 500, "", "debit", "visa"),
        (4, 499, 0, "", "debit", "visa"),
        (6, 1_000, 1_000, "", "debit", "visa"),
    ]


def test_open_exceptions_are_captured_anew_unless_they_are_written_off(rows: Rows) -> None:
    terms = {"place": 1, "currency": "504", "floor_limit_minor": 0, "tariff_group": 1, "by_product": 0, "by_amount": 0}
    rows.put("temp.acceptor_term", merchant_id="SHOP", **terms)
    rows.put("temp.card_issuer", issuer="atlas", name="Atlas")
    rows.run(sql.TODAY_CAPTURES, **OPEN)
    for request_id, decided in ((1, None), (2, "represent"), (3, "write_off")):
        _approved(rows, request_id, BEFORE, 1_000, function="advice", message_class="financial")
        rows.put("temp.open_exception", request_id=request_id, decided=decided)
    rows.run(sql.OPEN_CAPTURES, **OPEN)
    assert rows.run("SELECT request_id, decided_on, exception_reason FROM captured ORDER BY 1") == [
        (1, BEFORE, MADE_OFFLINE),
        (2, BEFORE, None),
    ]


def test_an_approval_that_captured_nothing_is_a_hold_of_what_is_left_of_it(rows: Rows) -> None:
    for request_id, capture, left in ((1, "completion", None), (2, "batch", 400), (3, "never", None), (4, "completion", 0)):
        _approved(rows, request_id, DATE, None, capture=capture)
        if left is not None:
            rows.put("temp.remainder", request_id=request_id, decided_on=DATE, reversal_id=1, replacement_minor=left)
    _approved(rows, 5, DATE, 0, capture="completion")
    _approved(rows, 6, BEFORE, None, capture="completion")
    _approved(rows, 7, AFTER, None, capture="completion")
    rows.run(sql.HOLDS, **OPEN)
    assert rows.run("SELECT request_id, granted_minor, capture FROM hold ORDER BY 1") == [
        (1, 1_000, "completion"),
        (2, 400, "batch"),
    ]
    rows.put("released_item", request_id=2, outcome="captured")
    rows.run(sql.HELD, **OPEN)
    assert rows.run("SELECT request_id, business_date, amount_minor FROM held_item") == [(1, DATE, 1_000)]


def test_what_was_undone_on_its_own_date_is_reversed_and_never_presented(rows: Rows) -> None:
    for request_id, captured, capture in (
        (1, 1_000, "now"),
        (2, None, "completion"),
        (3, None, "never"),
        (4, 0, "now"),
        (5, -300, "now"),
    ):
        _approved(rows, request_id, DATE, captured, capture=capture)
        rows.put("temp.remainder", request_id=request_id, decided_on=DATE, reversal_id=10 + request_id, replacement_minor=0)
    _approved(rows, 6)
    _approved(rows, 7, BEFORE)
    rows.put("temp.remainder", {"request_id": 6, "decided_on": DATE, "replacement_minor": 1}, reversal_id=16)
    rows.put("temp.remainder", {"request_id": 7, "decided_on": BEFORE, "replacement_minor": 0}, reversal_id=17)
    rows.run(sql._REVERSED, **OPEN)
    found = rows.run("SELECT request_id, reversal_id, amount_minor FROM reversed_item ORDER BY 1")
    assert found == [(1, 11, 1_000), (2, 12, 1_000), (5, 15, -300)]


def test_a_hold_ends_once_with_all_that_was_added_to_it_by_the_first_that_captured(rows: Rows) -> None:
    rows.put("temp.card_acceptor", merchant_id="SHOP", over_basis_points=1_500)
    hold: dict[str, Any] = {"capture": "completion"}
    _approved(rows, 1, BEFORE, None, **hold)
    _approved(rows, 2, DATE, None, original_id=1, **hold)
    _approved(rows, 3, DATE, None, original_id=1, **hold)  # reversed
    _approved(rows, 4, DATE, None, **hold)  # released before
    _approved(rows, 5, DATE, None, **hold)  # nothing captures it
    _approved(rows, 6, DATE, None, merchant_id="FORMER", **hold)
    for request_id, hold_id in ((11, 1), (10, 1), (12, 4), (13, 6)):
        _approved(rows, request_id, DATE, 900, original_id=hold_id, function="advice", message_class="financial")
    _approved(rows, 9, DATE, 50, original_id=2)  # it captured an increment by itself, before
    _approved(rows, 14, AFTER, 900, original_id=5)
    _approved(rows, 15, DATE, None, original_id=5, **hold)
    _reversed(rows, 1, 1, 800, BEFORE)
    _reversed(rows, 2, 1, 700, DATE)
    _reversed(rows, 3, 1, 600, AFTER)
    _reversed(rows, 4, 1, 500, DATE, effective=0)
    _reversed(rows, 5, 3, 0, DATE)
    rows.put("released_item", request_id=4, outcome="expired", business_date=BEFORE)
    rows.run(sql.RELEASED_BY_CAPTURE, **OPEN)
    columns = "request_id, held_since, outcome, released_by, granted_minor, over_basis_points"
    assert rows.run(f"SELECT {columns} FROM released_item WHERE business_date = :business_date ORDER BY 1", **OPEN) == [
        (1, BEFORE, "captured", 10, 700, 1_500),
        (2, DATE, "captured", 9, 1_000, 1_500),
        (6, DATE, "captured", 13, 1_000, None),
    ]


def test_a_hold_of_an_earlier_date_that_is_reversed_whole_is_released(rows: Rows) -> None:
    for request_id, since, left in ((1, BEFORE, 0), (2, BEFORE, 1), (3, DATE, 0), (4, BEFORE, 0)):
        rows.put("held_item", request_id=request_id, business_date=since, amount_minor=1_000)
        rows.put("temp.remainder", request_id=request_id, decided_on=since, reversal_id=10 + request_id, replacement_minor=left)
    rows.put("released_item", request_id=4, outcome="captured", business_date=BEFORE)
    rows.run(sql.RELEASED_BY_REVERSAL, **OPEN)
    found = rows.run(
        "SELECT request_id, held_since, outcome, released_by FROM released_item WHERE business_date = :business_date", **OPEN
    )
    assert found == [(1, BEFORE, "reversed", 11)]


@pytest.mark.parametrize(("days", "expired"), [(0, []), (1, [1, 2, 3]), (2, [1, 2]), (3, []), (30, [])])
def test_a_hold_expires_with_its_increments_once_the_latest_of_them_is_so_many_days_old(
    rows: Rows, days: int, expired: list[int]
) -> None:
    rows.put("temp.card_acceptor", merchant_id="SHOP", hold_days=days)
    for request_id, since, original_id in ((1, "2028-02-26", None), (2, "2028-02-27", 1), (3, BEFORE, None), (4, BEFORE, None)):
        _approved(rows, request_id, since, None, original_id=original_id)
        rows.put("held_item", request_id=request_id, business_date=since, amount_minor=1_000, merchant_id="SHOP")
    rows.put("held_item", request_id=5, business_date=AFTER, amount_minor=1_000, merchant_id="SHOP")
    _approved(rows, 5, AFTER, None)
    rows.put("released_item", request_id=4, outcome="captured", business_date=DATE)
    rows.run(EXPIRED_HOLDS, **OPEN)
    found = rows.run("SELECT request_id, hold_days, granted_minor FROM released_item WHERE outcome = 'expired' ORDER BY 1")
    assert found == [(request_id, days, 1_000) for request_id in expired]


def test_who_left_the_specs_is_named_as_latest_and_only_where_money_of_it_moves(rows: Rows) -> None:
    for date, name, rib in ((BEFORE, "Old name", "R1"), ("2028-02-27", "Older name", "R0")):
        for merchant_id in ("ALPHA", "GONE", "PAID", "STILL", "QUIET"):
            rows.put("statement", business_date=date, merchant_id=merchant_id, name=name, layout="daily")
            for place in ("b", "a"):
                paid = {"reference": f"{date}-{merchant_id}-{place}", "outcome": "paid", "currency": "978"}
                rows.put("payout", business_date=date, merchant_id=merchant_id, rib=f"{rib}{place}", **paid)
    rows.put("temp.card_acceptor", merchant_id="STILL", name="In the specs")
    presented = [
        (1, "GONE", "old", BEFORE),
        (2, "STILL", "atlas", BEFORE),
        (3, "QUIET", "quiet", BEFORE),
        (4, "QUIET", "quiet", DATE),
    ]
    for request_id, merchant_id, issuer, decided in presented:
        rows.put("presentment", request_id=request_id, merchant_id=merchant_id, issuer=issuer, business_date=BEFORE)
        if request_id != 3:
            rows.put("temp.remainder", request_id=request_id, decided_on=decided, reversal_id=1, replacement_minor=0)
    for request_id, merchant_id, outcome in (
        (11, "PAID", "written_off"),
        (12, "ALPHA", "presented"),
        (13, "ALPHA", "written_off"),
    ):
        rows.put("exception_item", request_id=request_id, merchant_id=merchant_id, business_date=BEFORE)
        rows.put("exception_end", request_id=request_id, outcome=outcome, business_date=BEFORE)
        if request_id != 13:
            rows.put("temp.remainder", request_id=request_id, decided_on=BEFORE, reversal_id=1, replacement_minor=0)
    rows.run(sql._WANTED_ACCEPTORS, **OPEN)
    rows.run(sql.FORMER_ACCEPTORS, **OPEN)
    assert rows.run("SELECT merchant_id, name, rib, currency, account_currency, layout FROM card_acceptor ORDER BY 1") == [
        ("GONE", "Old name", "R1a", "978", "978", "daily"),
        ("PAID", "Old name", "R1a", "978", "978", "daily"),
        ("STILL", "In the specs", None, None, None, None),
    ]
    for date, name in ((BEFORE, "Older bank"), (DATE, "Bank")):
        for participant, role in (
            ("old", "issuer"),
            ("quiet", "issuer"),
            ("atlas", "issuer"),
            ("disputed", "issuer"),
            ("own", "acquirer"),
        ):
            rows.put("position", business_date=date, participant=participant, name=name, role=role, currency="504")
    rows.put("temp.card_issuer", issuer="atlas", name="Atlas")
    rows.put("presentment", request_id=5, issuer="disputed", business_date=BEFORE)
    rows.put("dispute_event", id=1, request_id=5, business_date=DATE, kind="retrieval")
    rows.put("dispute_event", id=2, request_id=3, number=1, business_date=BEFORE, kind="retrieval")
    rows.run(sql.FORMER_ISSUERS, **OPEN)
    assert rows.run("SELECT * FROM card_issuer ORDER BY 1") == [("atlas", "Atlas"), ("disputed", "Bank"), ("old", "Bank")]


def test_each_batch_of_a_terminal_is_a_remise_and_adjustments_go_to_the_first(rows: Rows) -> None:
    closed = [
        ("A1", "T1", 10, DATE, "1"),
        ("A1", "", 20, DATE, "1"),
        ("A1", "T1", 15, BEFORE, "1"),
        ("A1", "T1", 16, DATE, "2"),
    ]
    for number, (acquirer_id, terminal_id, last, date, code) in enumerate(closed, start=1):
        said = {"acquirer_id": acquirer_id, "terminal_id": terminal_id, "last_request_id": last, "settlement_code": code}
        rows.put("journal.reconciliation", id=number, business_date=date, **said)
    rows.run(CLOSED_BATCHES, **OPEN)
    terms = {"place": 1, "currency": "504", "floor_limit_minor": 0, "tariff_group": 1, "by_product": 0, "by_amount": 0}
    rows.put("temp.acceptor_term", merchant_id="SHOP", **terms)
    rows.put("temp.card_issuer", issuer="atlas", name="Atlas")
    asked: list[tuple[int, dict[str, Any]]] = [
        *((10, {}), (11, {}), (20, {}), (21, {}), (12, {"terminal_id": "T2"}), (22, {"terminal_id": "T2"})),
        *((13, {"acquirer_id": "A2"}), (14, {"function": "batch"}), (23, {"function": "batch"}), (24, {"terminal_id": ""})),
    ]
    for request_id, more in asked:
        _approved(rows, request_id, **more)
    rows.run(sql.TODAY_CAPTURES, **OPEN)
    batches = dict(rows.run("SELECT request_id, batch FROM captured"))
    assert batches == {10: 0, 11: 1, 20: 1, 21: 2, 12: 0, 22: 1, 13: 0, 14: 0, 23: 1, 24: 1}
    rows.put("remise", merchant_id="SHOP", terminal_id="T1", business_date=BEFORE, ordinal=999_998)
    rows.put("remise", merchant_id="SHOP", terminal_id="T1", business_date="2028-02-27", ordinal=7)
    for request_id, terminal_id in ((1, "T1"), (2, "T9")):
        rows.put(
            "presentment",
            request_id=request_id,
            merchant_id="SHOP",
            terminal_id=terminal_id,
            business_date=BEFORE,
            amount_minor=500,
        )
        rows.put("temp.remainder", request_id=request_id, decided_on=BEFORE, reversal_id=1, replacement_minor=0)
    rows.put("closed_day", business_date=BEFORE)
    rows.run(NUMBERED_REMISES, **OPEN)
    found = rows.run("SELECT terminal_id, batch, ordinal, number FROM numbered_remise ORDER BY 1, 2")
    assert [row for row in found if row[0] in ("T1", "T9")] == [
        ("T1", 0, 999_999, 999_999),
        ("T1", 1, 1_000_000, 1),
        ("T1", 2, 1_000_001, 2),
        ("T9", 0, 1, 1),
    ]


def test_a_later_reversal_takes_back_what_stands_by_the_rates_of_then(rows: Rows) -> None:
    rates = {"interchange_rate_basis_points": 100, "discount_rate_basis_points": 200, "discount_minimum_minor": 10}
    sold: list[tuple[int, int, int, int]] = [
        (1, 1_000, 0, 0),
        (2, 1_000, 400, -300),
        (3, -1_000, 0, 0),
        (4, 1_000, 700, -300),
        (5, 1_000, 0, 0),
    ]
    for request_id, amount, left, adjusted in sold:
        sign = 1 if amount > 0 else -1
        charged = {
            "interchange_minor": 10 * sign,
            "discount_minor": 20 * sign,
            "vat_minor": 2 * sign,
            "discount_fixed_minor": 0,
        }
        named = {"merchant_id": "SHOP", "terminal_id": "T1", "issuer": "atlas", "currency": "504", "remise_number": 1}
        rows.put("presentment", request_id=request_id, business_date=BEFORE, amount_minor=amount, **named, **rates, **charged)
        decided = DATE if request_id == 5 else BEFORE
        rows.put("temp.remainder", request_id=request_id, decided_on=decided, reversal_id=9, replacement_minor=left)
        if adjusted:
            lowered = {"interchange_minor": -3, "discount_minor": -6, "vat_minor": -1}
            rows.put("adjustment", request_id=request_id, business_date=BEFORE, amount_minor=adjusted, **lowered)
    rows.put("closed_day", business_date=BEFORE, vat_rate_basis_points=1_000)
    for batch, number in ((1, 8), (0, 7)):
        rows.put("temp.numbered_remise", merchant_id="SHOP", terminal_id="T1", batch=batch, ordinal=number, number=number)
    rows.run(ADJUSTMENTS, **OPEN)
    columns = "request_id, adjusts, amount_minor, interchange_minor, discount_minor, vat_minor, net_minor, remise_number"
    assert rows.run(f"SELECT {columns} FROM adjustment WHERE business_date = :business_date ORDER BY 1", **OPEN) == [
        (1, BEFORE, -1_000, -10, -20, -2, -978, 7),
        (2, BEFORE, -300, -3, -4, 0, -296, 7),
        (3, BEFORE, 1_000, 10, 20, 2, 978, 7),
    ]


def test_an_issuer_pays_sales_and_is_paid_refunds_and_chargebacks_and_the_acquirer_the_other_way_round(rows: Rows) -> None:
    rows.put("temp.card_issuer", {"issuer": "atlas", "name": "Atlas"}, {"issuer": "rif", "name": "Rif"})
    lines = [(1, "atlas", 1_000, 10), (2, "atlas", 500, 5), (3, "atlas", -300, -3), (4, "rif", 200, 2)]
    for request_id, issuer, amount, interchange in lines:
        said = {"merchant_id": "SHOP", "currency": "504", "business_date": DATE}
        rows.put(
            "presentment", request_id=request_id, issuer=issuer, amount_minor=amount, interchange_minor=interchange, **said
        )
    rows.put("presentment", request_id=5, issuer="rif", amount_minor=900, currency="504", business_date=BEFORE)
    for number, (issuer, amount, date) in enumerate((("rif", -150, DATE), ("rif", 40, DATE), ("rif", -70, BEFORE)), start=1):
        moved = {"issuer": issuer, "amount_minor": amount, "currency": "504", "kind": "chargeback", "business_date": date}
        rows.put("dispute_item", dossier="D1", number=number, interchange_minor=-1, **moved)
    rows.run(CUBE, **OPEN)
    rows.run(POSITIONS, **OPEN, acquirer_id="504900", acquirer_name="Centre")
    columns = "participant, name, role, debit_count, debit_minor, credit_count, credit_minor, interchange_minor, net_minor"
    assert rows.run(f"SELECT {columns} FROM position ORDER BY 1") == [
        ("504900", "Centre", "acquirer", 2, 450, 4, 1_740, -12, 1_278),
        ("atlas", "Atlas", "issuer", 2, 1_500, 1, 300, 12, -1_188),
        ("rif", "Rif", "issuer", 2, 240, 1, 150, 0, -90),
    ]
