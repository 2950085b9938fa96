"""Each statement of disputes by itself: which rows it takes and which it leaves, at the exact limits of dates and amounts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import pytest

from switch.clearing.presentments import STAGING_TABLES
from switch.disputes.booking import query
from tests.support.sql_rows import Rows

BEFORE, DATE, AFTER = "2028-02-28", "2028-02-29", "2028-03-01"
OPEN: Final = {"business_date": DATE}


@pytest.fixture
def rows() -> Iterator[Rows]:
    made = Rows(*STAGING_TABLES)
    yield made
    made.close()


def _sold(rows: Rows, request_id: int, amount_minor: int = 1_000, **said: Any) -> None:
    asked = {"rrn": "R1", "merchant_id": "SHOP", "pan_cipher": b"card", "transaction_type": "purchase", "currency": "504"}
    asked |= said
    rows.put("journal.request", id=request_id, **asked)
    if amount_minor > 0:
        kept = {key: asked[key] for key in ("rrn", "merchant_id", "currency")}
        rows.put("presentment", request_id=request_id, business_date=BEFORE, amount_minor=amount_minor, **kept)
    else:
        rows.put("journal.decision", request_id=request_id, business_date=DATE, captured_minor=amount_minor)


def _reversed(rows: Rows, reversal_id: int, of: int, left: int, effective: int = 1) -> None:
    rows.put("journal.reversal", id=reversal_id, original_id=of, replacement_minor=left, effective=effective)


def _named(rows: Rows, which: str = "R1", **more: Any) -> list[tuple[int, int, int]]:
    """Request, given back and charged back elsewhere, of the sales that a person means."""
    about = {"which": which, "filled": which, "request_id": 0, "merchant_id": "", "presented_on": "", "dossier": "MINE"}
    return [(row[0], row[6], row[7]) for row in rows.run(query("sales"), **(about | more))]


REFUND: Final[dict[str, Any]] = {"transaction_type": "refund"}


def test_of_a_sale_is_given_back_what_reversals_lower_and_refunds_with_its_rrn_merchant_and_card_pay(rows: Rows) -> None:
    _sold(rows, 10)
    assert _named(rows) == [(10, 0, 0)]
    _reversed(rows, 1, 10, 800)
    _reversed(rows, 2, 10, 700)
    _reversed(rows, 3, 10, 0, effective=0)
    assert _named(rows) == [(10, 300, 0)]
    _sold(rows, 11, -200, **REFUND)
    _sold(rows, 12, -100, **REFUND)
    assert _named(rows) == [(10, 600, 0)]
    _reversed(rows, 4, 11, 150)
    _reversed(rows, 5, 11, 50)
    _reversed(rows, 6, 12, 100)
    _reversed(rows, 7, 12, 0, effective=0)
    assert _named(rows) == [(10, 450, 0)]
    others: list[dict[str, Any]] = [{"rrn": "R2"}, {"merchant_id": "OTHER"}, {"pan_cipher": b"other"}]
    others.append({"transaction_type": "bill_payment"})
    for request_id, other in enumerate(others, start=20):
        _sold(rows, request_id, -500, **(REFUND | other))
    _sold(rows, 9, -500, **REFUND)  # it came before the sale
    _sold(rows, 30, -1, **REFUND)
    assert _named(rows) == [(10, 451, 0)]


def test_a_sale_is_meant_by_its_rrn_its_merchant_and_date_or_by_its_request(rows: Rows) -> None:
    _sold(rows, 10)
    _sold(rows, 11, merchant_id="OTHER")
    _sold(rows, 12, rrn="R2")
    _sold(rows, 13, rrn="  R1")
    assert [row[0] for row in _named(rows)] == [10, 11]
    assert [row[0] for row in _named(rows, filled="  R1")] == [10, 11, 13]
    assert [row[0] for row in _named(rows, merchant_id="OTHER")] == [11]
    assert [row[0] for row in _named(rows, presented_on=BEFORE)] == [10, 11]
    assert _named(rows, presented_on=DATE) == []
    assert [row[0] for row in _named(rows, "nothing", request_id="12")] == [12]


def _events(rows: Rows, *events: tuple[str, int, str, int, int], request_id: int = 10, **more: Any) -> None:
    """Events: dossier, number, step, charged back after it, its fee."""
    for dossier, number, kind, outstanding, fee in events:
        told = {"dossier": dossier, "number": number, "kind": kind, "outstanding_minor": outstanding, "fee_minor": fee}
        rows.put("dispute_event", request_id=request_id, **({"business_date": DATE} | told | more))


def test_what_other_dossiers_charge_back_is_what_their_last_event_says(rows: Rows) -> None:
    _sold(rows, 10)
    _sold(rows, 11, rrn="R2")
    _events(rows, ("MINE", 1, "chargeback", 50, 0), ("A", 1, "chargeback", 300, 0), ("A", 2, "representment", 100, 0))
    _events(rows, ("B", 1, "chargeback", 7, 0), ("C", 1, "retrieval", 0, 0))
    _events(rows, ("D", 1, "chargeback", 1_000, 0), request_id=11)
    assert _named(rows) == [(10, 0, 107)]


def test_an_event_moves_what_it_makes_different_and_its_interchange_is_whole_in_the_end(rows: Rows) -> None:
    named = {"merchant_id": "SHOP", "terminal_id": "T1", "issuer": "atlas", "currency": "504", "rrn": "R1"}
    rows.put("presentment", request_id=10, business_date=BEFORE, amount_minor=1_000, interchange_rate_basis_points=150, **named)
    _events(rows, ("A", 1, "chargeback", 1_000, 500), business_date=BEFORE)
    _events(rows, ("A", 2, "representment", 667, 0), ("A", 3, "acceptance", 667, 0), ("B", 1, "retrieval", 0, 0))
    _events(rows, ("A", 4, "second_chargeback", 1_000, 305), ("C", 1, "chargeback", 33, 0))
    _events(rows, ("A", 5, "withdrawal", 0, 0), business_date=AFTER)
    rows.run(query("items"), **OPEN, dispute_vat_basis_points=1_000)
    columns = "dossier, number, kind, amount_minor, interchange_minor, fee_minor, fee_vat_minor, vat_rate_basis_points, issuer"
    assert rows.run(f"SELECT {columns} FROM dispute_item ORDER BY 1, 2") == [
        ("A", 2, "representment", 333, 5, 0, 0, 1_000, "atlas"),
        ("A", 4, "second_chargeback", -333, -5, 305, 31, 1_000, "atlas"),
        ("C", 1, "chargeback", -33, 0, 0, 0, 1_000, "atlas"),
    ]


def test_merchants_are_entered_what_their_disputes_move_with_the_fee_of_each(rows: Rows) -> None:
    _events(
        rows,
        ("A", 1, "chargeback", 400, 500),
        ("A", 2, "withdrawal", 0, 0),
        ("B", 1, "chargeback", 7, 1),
        fee_rule="rule 1",
        reason="10.4",
    )
    items = [("B", 1, "chargeback", -7, 1), ("A", 1, "chargeback", -400, 500), ("A", 2, "withdrawal", 400, 0)]
    for dossier, number, kind, amount, fee in (*items, ("C", 1, "chargeback", -9, 9)):
        moved = {
            "amount_minor": amount,
            "fee_minor": fee,
            "fee_vat_minor": fee // 10,
            "vat_rate_basis_points": 1_000,
            "rrn": "R1",
        }
        date = BEFORE if dossier == "C" else DATE
        named = {"merchant_id": "SHOP", "currency": "504", "business_date": date}
        rows.put("dispute_item", dossier=dossier, number=number, kind=kind, **moved, **named)
    rows.run(query("entries"), **OPEN)
    columns = "kind, line, reference, amount_minor, vat_minor, vat_rate_basis_points, rule, narrative"
    assert rows.run(f"SELECT {columns} FROM merchant_entry ORDER BY 1, 2") == [
        ("chargeback", 1, "A", -400, 0, 0, "", "dossier A RRN R1 10.4"),
        ("chargeback", 2, "B", -7, 0, 0, "", "dossier B RRN R1 10.4"),
        ("chargeback_fee", 1, "A", -500, -50, 1_000, "rule 1", "dossier A RRN R1 10.4"),
        ("chargeback_fee", 2, "B", -1, 0, 1_000, "rule 1", "dossier B RRN R1 10.4"),
        ("representment", 1, "A", 400, 0, 0, "", "dossier A RRN R1 10.4"),
    ]


def test_a_write_off_that_pays_the_merchant_follows_what_is_left_of_the_sale(rows: Rows) -> None:
    cases = [  # request, pays, ended on, outcome, amount, left by a reversal of the date
        (1, 1, DATE, "written_off", 900, None),
        (2, 0, DATE, "written_off", 900, None),
        (3, 1, DATE, "presented", 900, None),
        (4, 1, AFTER, "written_off", 900, None),
        (5, 1, DATE, "written_off", -900, None),
        (6, 1, BEFORE, "written_off", 900, 300),
        (7, 0, BEFORE, "written_off", 900, 300),
        (8, 1, BEFORE, "written_off", 900, 900),
        (9, 1, BEFORE, "reversed", 900, 300),
        (10, 1, DATE, "written_off", 300, 300),
    ]
    for request_id, pays, ended, outcome, amount, left in cases:
        rows.put(
            "exception_item", request_id=request_id, merchant_id="SHOP", currency="504", rrn=f"R{request_id}", business_date="x"
        )
        order = {
            "id": request_id,
            "request_id": request_id,
            "action": "write_off",
            "pays_merchant": pays,
            "person": "P",
            "reason": "x",
        }
        rows.put("exception_order", **order)
        ending = {"request_id": request_id, "business_date": ended, "outcome": outcome, "order_id": request_id}
        rows.put("exception_end", amount_minor=amount, **ending)
        if left is not None:
            rows.put("temp.remainder", request_id=request_id, decided_on=BEFORE, reversal_id=1, replacement_minor=left)
        if ended == BEFORE:
            paid = {"merchant_id": "SHOP", "kind": "write_off", "reference": str(request_id), "business_date": BEFORE}
            rows.put("merchant_entry", line=request_id, amount_minor=amount + 100, **paid)
            rows.put("merchant_entry", line=100 + request_id, amount_minor=-100, **paid)  # a reversal before
    rows.run(query("written_off"), **OPEN)
    columns = "line, reference, amount_minor, narrative"
    assert rows.run(f"SELECT {columns} FROM merchant_entry WHERE business_date = :business_date ORDER BY 1", **OPEN) == [
        (1, "1", 900, "RRN R1"),
        (2, "6", -600, "RRN R6, reversed"),
        (3, "10", 300, "RRN R10"),
    ]


DEBITS: Final[list[tuple[str, int, str, list[tuple[str, int, str]], int, tuple[int, str] | None]]] = [
    (
        "below zero for so long",
        2,
        "merchant",
        [("2028-02-27", -500, "carried"), (BEFORE, -700, "carried")],
        0,
        (700, "2028-02-27"),
    ),
    ("a day too short", 3, "merchant", [("2028-02-27", -500, "carried"), (BEFORE, -700, "carried")], 0, None),
    ("never collected", 0, "merchant", [("2028-02-27", -500, "carried")], 0, None),
    (
        "at zero between",
        2,
        "merchant",
        [("2028-02-26", -500, "carried"), ("2028-02-27", 0, "carried"), (BEFORE, -7, "carried")],
        0,
        None,
    ),
    (
        "paid between",
        1,
        "merchant",
        [("2028-02-26", -500, "carried"), ("2028-02-27", 5, "paid"), (BEFORE, -7, "carried")],
        0,
        (7, BEFORE),
    ),
    (
        "paid twice between",
        1,
        "merchant",
        [("2028-02-25", 5, "paid"), ("2028-02-26", -3, "carried"), ("2028-02-27", 5, "paid"), (BEFORE, -7, "carried")],
        0,
        (7, BEFORE),
    ),
    (
        "several on a date",
        1,
        "merchant",
        [(BEFORE, -7, "carried"), (BEFORE, -9, "carried"), (BEFORE, 500, "paid")],
        0,
        (16, BEFORE),
    ),
    ("above zero now", 1, "merchant", [("2028-02-27", -500, "carried"), (BEFORE, 5, "paid")], 0, None),
    ("less what the date pays", 1, "merchant", [(BEFORE, -700, "carried")], 699, (1, BEFORE)),
    ("no more than the date pays", 1, "merchant", [(BEFORE, -700, "carried")], 700, None),
    ("of remises paid apart the largest", 1, "remise", [(BEFORE, -700, "carried")], 600, (100, BEFORE)),
]


@pytest.mark.parametrize(
    ("days", "paid_by", "payouts", "sold", "debit"), [case[1:] for case in DEBITS], ids=[case[0] for case in DEBITS]
)
def test_who_stays_below_zero_is_debited_what_is_left_to_pay(
    rows: Rows, days: int, paid_by: str, payouts: list[tuple[str, int, str]], sold: int, debit: tuple[int, str] | None
) -> None:
    rows.put("temp.card_acceptor", merchant_id="SHOP", currency="504", rib="RIB", debit_after_days=days, paid_by=paid_by)
    for number, (date, net, outcome) in enumerate((*payouts, (AFTER, -9_999, "carried"))):
        paid = {"merchant_id": "SHOP", "currency": "504", "reference": f"{date}-{number}", "outcome": outcome}
        rows.put("payout", business_date=date, net_minor=net, **paid)
    for merchant_id, currency in (("OTHER", "504"), ("SHOP", "978")):
        paid = {"merchant_id": merchant_id, "currency": currency, "reference": merchant_id + currency, "outcome": "paid"}
        rows.put("payout", business_date=BEFORE, net_minor=9_000, **paid)
    rows.connection.execute("CREATE TEMP TABLE remise_total (merchant_id, terminal_id, remise_number, currency, net_minor)")
    parts = [("T1", sold), ("T2", sold - 50)] if paid_by == "remise" else [("T1", sold - 50), ("T2", 50)] if sold else []
    for merchant_id, currency in (("OTHER", "504"), ("SHOP", "978")):
        rows.put("temp.remise_total", merchant_id=merchant_id, terminal_id="T1", currency=currency, net_minor=9_000)
    for terminal_id, net in parts:
        rows.put(
            "temp.remise_total", merchant_id="SHOP", terminal_id=terminal_id, remise_number=1, currency="504", net_minor=net
        )
    rows.run(query("direct_debits"), **OPEN, value_date=AFTER)
    found = rows.run("SELECT amount_minor, owed_since, reference, rib, value_date FROM direct_debit")
    assert found == ([] if debit is None else [(*debit, f"{DATE}-SHOP-DEBIT", "RIB", AFTER)])
    rows.run(query("debit_entries"), **OPEN)
    assert rows.run("SELECT kind, amount_minor FROM merchant_entry") == ([] if debit is None else [("direct_debit", debit[0])])


def test_entries_of_the_date_lessen_what_is_debited(rows: Rows) -> None:
    rows.put("temp.card_acceptor", merchant_id="SHOP", currency="504", rib="RIB", debit_after_days=1, paid_by="remise")
    owed = {"merchant_id": "SHOP", "currency": "504", "outcome": "carried"}
    rows.put("payout", business_date=BEFORE, net_minor=-700, reference="x", **owed)
    rows.connection.execute("CREATE TEMP TABLE remise_total (merchant_id, terminal_id, remise_number, currency, net_minor)")
    entries = [
        (DATE, 1, "T1", 40, 4),
        (DATE, 1, "T2", 50, 5),
        (DATE, 0, "", 30, 3),
        (BEFORE, 1, "T2", 900, 0),
        (BEFORE, 0, "", 900, 0),
    ]
    for date, number, terminal_id, amount, vat in entries:
        entered = {"remise_number": number, "terminal_id": terminal_id, "amount_minor": amount, "vat_minor": vat}
        rows.put("merchant_entry", business_date=date, merchant_id="SHOP", currency="504", kind="rent", **entered)
    rows.run(query("direct_debits"), **OPEN, value_date=AFTER)
    assert rows.run("SELECT amount_minor FROM direct_debit") == [(700 - 55 - 33,)]


def test_a_dispute_is_posted_between_issuer_and_merchant_with_its_interchange(rows: Rows) -> None:
    for number, (amount, interchange, date) in enumerate(
        ((-400, -6, DATE), (400, 6, DATE), (-50, 0, DATE), (-9, -9, BEFORE)), start=1
    ):
        moved = {"amount_minor": amount, "interchange_minor": interchange, "issuer": "atlas", "kind": "second_chargeback"}
        rows.put("dispute_item", dossier="A", number=number, business_date=date, **moved)
    rows.run(query("postings"), **OPEN)
    found = rows.run("SELECT entry_id, line, account, debit_minor, credit_minor FROM posting ORDER BY 1, 2")
    receivable = "issuer-receivable:atlas"
    assert [(entry_id[-1], *rest) for entry_id, *rest in found] == [
        ("1", 1, "dispute-receivable", 400, 0),
        ("1", 2, receivable, 0, 400),
        ("1", 3, "interchange-expense", 0, 6),
        ("1", 4, receivable, 6, 0),
        ("2", 1, "dispute-receivable", 0, 400),
        ("2", 2, receivable, 400, 0),
        ("2", 3, "interchange-expense", 6, 0),
        ("2", 4, receivable, 0, 6),
        ("3", 1, "dispute-receivable", 50, 0),
        ("3", 2, receivable, 0, 50),
    ]
    assert rows.run("SELECT DISTINCT narrative FROM posting WHERE line = 1") == [("second chargeback A",)]


def test_a_dossier_stands_at_its_last_event_and_is_meant_by_its_name_its_sale_or_its_request(rows: Rows) -> None:
    _sold(rows, 10)
    _sold(rows, 11, rrn="R2")
    _events(rows, ("A", 1, "chargeback", 900, 0), business_date=BEFORE, state="charged_back", amount_minor=900)
    _events(rows, ("A", 2, "representment", 300, 0), state="represented", amount_minor=600)
    _events(rows, ("A", 3, "second_chargeback", 700, 0), business_date=AFTER, state="charged_back_again", amount_minor=400)
    _events(rows, ("B", 1, "retrieval", 0, 0), request_id=11, state="requested")
    about = {"which": None, "filled": "", "request_id": "0"}
    found = rows.run(query("dossiers"), **about)
    assert [(row[0], row[1], row[2], row[4], row[7], row[8], row[16]) for row in found] == [
        ("A", "charged_back_again", 3, 700, BEFORE, AFTER, 600),
        ("B", "requested", 1, 0, DATE, DATE, 0),
    ]
    for wanted, meant in (
        ({"which": "A"}, "A"),
        ({"which": "R2"}, "B"),
        ({"which": "x", "filled": "R1"}, "A"),
        ({"which": "11", "request_id": "11"}, "B"),
    ):
        assert [row[0] for row in rows.run(query("dossiers"), **(about | wanted))] == [meant]
