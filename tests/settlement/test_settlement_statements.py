"""Each statement of settlement by itself: dues, what is held back and released, payouts and remises, at the exact limits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import pytest

from switch.clearing.presentments import STAGING_TABLES
from switch.settlement.fees.dues import CHARGES_DUE, DUE_TABLES, HOLDINGS, RELEASES, RELEASES_WANTED, ROUNDING_DIFFERENCES
from switch.settlement.payouts import (
    MERCHANT_DUE_TABLE,
    MERCHANT_DUES,
    PAYOUT_POSTINGS,
    PAYOUTS,
    REMISES,
    STATEMENT_HEAD,
    STATEMENTS,
)
from tests.support.sql_rows import Rows

EARLIER, BEFORE, DATE, AFTER = "2028-02-27", "2028-02-28", "2028-02-29", "2028-03-01"
OPEN: Final = {"business_date": DATE}
REMISE_TOTAL: Final = """
CREATE TEMP TABLE remise_total (
  merchant_id, terminal_id, remise_number, currency, presentment_count, adjustment_count, gross_minor, discount_minor,
  vat_minor, net_minor)
"""
_CUBE: Final = """
CREATE TEMP TABLE cube (merchant_id, currency, kind, subject, gross_minor, discount_minor, vat_minor)
"""


@pytest.fixture
def rows() -> Iterator[Rows]:
    made = Rows(*STAGING_TABLES, *DUE_TABLES, REMISE_TOTAL, MERCHANT_DUE_TABLE, _CUBE)
    yield made
    made.close()


def _entries(rows: Rows, columns: str) -> list[tuple[Any, ...]]:
    return rows.run(
        f"SELECT {columns} FROM merchant_entry WHERE business_date = :business_date ORDER BY merchant_id, kind, line", **OPEN
    )


def test_a_charge_is_due_once_for_its_terminal_and_period(rows: Rows) -> None:
    rows.put("temp.card_acceptor", merchant_id="SHOP", currency="504")
    charges = [("rent", "T1", "2028-02", 10_005), ("rent", "T2", "2028-02", 7), ("subscription", "", "2028-02", 0)]
    charges += [("setup", "", "once", 4), ("chargeback_fee", "", "x", 500)]
    for kind, terminal_id, reference, amount in charges:
        due = {"kind": kind, "terminal_id": terminal_id, "reference": reference, "amount_minor": amount, "rule": kind}
        rows.put("temp.due_charge", merchant_id="SHOP", vat_rate_basis_points=1_000, **due)
    rows.put("temp.due_charge", merchant_id="UNKNOWN", kind="rent", terminal_id="T1", reference="2028-02", amount_minor=9)
    for number, (merchant_id, kind, terminal_id, reference) in enumerate(
        (
            ("SHOP", "rent", "T1", "2028-01"),
            ("SHOP", "rent", "T2", "2028-02"),
            ("OTHER", "setup", "", "once"),
            ("SHOP", "rent", "", "2028-02"),
        )
    ):
        earlier = {"merchant_id": merchant_id, "kind": kind, "terminal_id": terminal_id, "reference": reference, "line": number}
        rows.put("merchant_entry", business_date=BEFORE, **earlier)
    rows.run(CHARGES_DUE, **OPEN)
    assert _entries(rows, "merchant_id, terminal_id, kind, reference, amount_minor, vat_minor, currency") == [
        ("SHOP", "T1", "rent", "2028-02", -10_005, -1_001, "504"),
        ("SHOP", "", "setup", "once", -4, 0, "504"),
    ]


@pytest.mark.parametrize(
    ("until", "closed", "released_before", "releases"),
    [
        (DATE, BEFORE, False, True),
        (AFTER, BEFORE, False, False),
        (BEFORE, BEFORE, False, False),
        (BEFORE, EARLIER, False, True),
        (BEFORE, None, False, True),
        (DATE, BEFORE, True, False),
        (DATE, AFTER, False, True),
    ],
)
def test_what_was_held_back_is_released_on_the_first_close_of_its_date_or_later(
    rows: Rows, until: str, closed: str | None, released_before: bool, releases: bool
) -> None:
    rows.put("temp.card_acceptor", {"merchant_id": "SHOP"}, {"merchant_id": "OTHER"})
    held = {"merchant_id": "SHOP", "currency": "504", "business_date": EARLIER}
    rows.put("merchant_entry", kind="reserve", reference=until, amount_minor=-700, rule="rule", **held)
    rows.put("merchant_entry", kind="rent", reference=until, amount_minor=-9, **held)
    others = [
        ("SHOP", "deposit_release", EARLIER),
        ("SHOP", "reserve_release", "2028-02-26"),
        ("OTHER", "reserve_release", EARLIER),
    ]
    for merchant_id, kind, reference in (*others, *([("SHOP", "reserve_release", EARLIER)] if released_before else [])):
        known = len(rows.run("SELECT 1 FROM merchant_entry"))
        rows.put("merchant_entry", merchant_id=merchant_id, kind=kind, reference=reference, business_date=BEFORE, line=known)
    if closed is not None:
        rows.put("closed_day", business_date=closed)
    rows.run(RELEASES_WANTED, **OPEN)
    assert rows.run("SELECT merchant_id FROM wanted_acceptor") == ([("SHOP",)] if releases else [])
    rows.run(RELEASES, **OPEN)
    found = _entries(rows, "kind, line, reference, amount_minor, currency, rule, narrative")
    released = ("reserve_release", 1, EARLIER, 700, "504", "rule", f"reserve of {EARLIER} released")
    assert found == ([released] if releases else [])


@pytest.mark.parametrize(
    ("net", "maximum", "stands", "held"),
    [
        (10_000, None, 0, 500),
        (9_990, None, 0, 500),
        (9_989, None, 0, 499),
        (0, None, 0, None),
        (-10_000, None, 0, None),
        (9, None, 0, None),
        (10_000, 2_000, 1_499, 500),
        (10_000, 2_000, 1_500, 500),
        (10_000, 2_000, 1_501, 499),
        (10_000, 2_000, 1_999, 1),
        (10_000, 2_000, 2_000, None),
        (10_000, 2_000, 2_100, None),
    ],
)
def test_a_share_of_the_net_of_a_date_is_held_back_up_to_the_maximum(
    rows: Rows, net: int, maximum: int | None, stands: int, held: int | None
) -> None:
    share = {"rate_basis_points": 500, "maximum_minor": maximum, "release_on": AFTER, "rule": "rule"}
    rows.put("temp.held_back", merchant_id="SHOP", kind="reserve", **share)
    for terminal_id, part in (("T1", net - 3), ("T2", 3)):
        rows.put("temp.remise_total", merchant_id="SHOP", terminal_id=terminal_id, currency="504", net_minor=part)
    rows.put("temp.remise_total", merchant_id="OTHER", currency="504", net_minor=99_999)
    for number, (kind, amount, currency, merchant_id) in enumerate(
        (
            *(
                ("reserve", -stands - 300, "504", "SHOP"),
                ("reserve_release", 300, "504", "SHOP"),
                ("deposit", -900, "504", "SHOP"),
            ),
            *(("reserve", -900, "978", "SHOP"), ("reserve", -900, "504", "OTHER")),
        )
    ):
        stood = {"kind": kind, "amount_minor": amount, "currency": currency, "merchant_id": merchant_id, "line": number}
        rows.put("merchant_entry", business_date=BEFORE, **stood)
    rows.run(HOLDINGS, **OPEN)
    found = _entries(rows, "kind, reference, amount_minor, vat_minor, held_basis_points, held_maximum_minor")
    assert found == ([] if held is None else [("reserve", AFTER, -held, 0, 500, maximum)])


def test_the_commission_of_a_remise_is_rounded_once(rows: Rows) -> None:
    rows.put("temp.card_acceptor", {"merchant_id": "SHOP", "rounding": "remise"}, {"merchant_id": "LINES", "rounding": "line"})
    priced = {"discount_rate_basis_points": 150, "business_date": DATE, "currency": "504"}
    sold: list[tuple[int, str, str, int, int, int, dict[str, int | None]]] = [
        (1, "SHOP", "T1", 30, 0, 0, {}),  # 0.45
        (2, "SHOP", "T1", 70, 1, 0, {}),  # 1.05
        (3, "SHOP", "T2", -30, 0, 0, {}),
        (4, "SHOP", "T2", -70, -1, 0, {}),
        (5, "SHOP", "T3", 100, 10, 1, {"discount_minimum_minor": 10}),
        (6, "SHOP", "T3", 1_000, 12, 1, {"discount_maximum_minor": 12}),
        (7, "SHOP", "T3", 100, 4, 0, {"discount_fixed_minor": 2}),  # 3.5
        (8, "SHOP", "T3", 0, 0, 0, {"discount_minimum_minor": 10}),
        (9, "LINES", "T1", 30, 0, 0, {}),
        (10, "LINES", "T1", 70, 1, 0, {}),
        (11, "SHOP", "T4", 100, 2, 0, {}),  # 1.5
    ]
    for request_id, merchant_id, terminal_id, amount, discount, vat, more in sold:
        line = {"merchant_id": merchant_id, "terminal_id": terminal_id, "amount_minor": amount, "remise_number": 1}
        rows.put("presentment", request_id=request_id, discount_minor=discount, vat_minor=vat, **(priced | line | more))
    rows.put(
        "presentment",
        request_id=12,
        merchant_id="SHOP",
        terminal_id="T5",
        **(priced | {"business_date": BEFORE, "amount_minor": 30}),
    )
    rows.run(ROUNDING_DIFFERENCES, **OPEN, vat_rate_basis_points=1_000)
    found = rows.run("SELECT terminal_id, remise_number, kind, amount_minor, vat_minor FROM merchant_entry ORDER BY 1")
    assert found == [
        ("T1", 1, "rounding", -1, 0),
        ("T2", 1, "rounding", 1, 0),
        ("T3", 1, "rounding", 0, -1),
    ]


def _remise(rows: Rows, merchant_id: str, terminal_id: str, number: int, net: int, currency: str = "504") -> None:
    counted = {"presentment_count": 1, "adjustment_count": 0, "gross_minor": net + 3, "discount_minor": 2, "vat_minor": 1}
    rows.put(
        "temp.remise_total",
        merchant_id=merchant_id,
        terminal_id=terminal_id,
        remise_number=number,
        currency=currency,
        net_minor=net,
        **counted,
    )
    rows.put(
        "temp.numbered_remise", merchant_id=merchant_id, terminal_id=terminal_id, batch=number, ordinal=number, number=number
    )


def _paid(rows: Rows, *columns: str) -> list[tuple[Any, ...]]:
    rows.run(MERCHANT_DUES, **OPEN)
    rows.run(PAYOUTS, **OPEN, value_date=AFTER)
    return rows.run(f"SELECT {', '.join(columns)} FROM payout WHERE business_date = :business_date ORDER BY reference", **OPEN)


def _acceptor(rows: Rows, merchant_id: str, paid_by: str = "remise") -> None:
    label = "{merchant} {terminal} {remise} {date}"
    rows.put(
        "temp.card_acceptor", merchant_id=merchant_id, paid_by=paid_by, payout_label=label, rib="RIB", account_currency="504"
    )


@pytest.mark.parametrize(
    ("paid_by", "payouts"),
    [
        ("remise", [(f"{DATE}-T1-000001", 99), (f"{DATE}-T1-000002", 500 - 40 - 4), (f"{DATE}-T2-000001", 500)]),
        ("merchant", [(f"{DATE}-SHOP", 1_100 - 1 - 44)]),
    ],
)
def test_entries_of_no_remise_go_to_the_largest_payout_and_those_of_a_remise_with_it(
    rows: Rows, paid_by: str, payouts: list[tuple[str, int]]
) -> None:
    _acceptor(rows, "SHOP", paid_by)
    for terminal_id, number, net in (("T1", 1, 100), ("T1", 2, 500), ("T2", 1, 500)):
        _remise(rows, "SHOP", terminal_id, number, net)
    entries = [(DATE, "T1", 1, -1, 0), (DATE, "", 0, -40, -4), (BEFORE, "", 0, -900, 0), (BEFORE, "T1", 1, -900, 0)]
    for date, terminal_id, number, amount, vat in entries:
        entered = {"terminal_id": terminal_id, "remise_number": number, "amount_minor": amount, "vat_minor": vat}
        rows.put("merchant_entry", business_date=date, merchant_id="SHOP", currency="504", kind="rent", **entered)
    assert _paid(rows, "reference", "net_minor") == payouts


@pytest.mark.parametrize(
    ("carried", "net", "brought", "outcome"),
    [
        ([(BEFORE, -100, "carried")], 100, -100, "carried"),
        ([(BEFORE, -100, "carried")], 101, -100, "paid"),
        ([(EARLIER, -100, "carried")], 101, -100, "paid"),
        ([(EARLIER, -100, "carried"), (BEFORE, -40, "carried")], 101, -40, "paid"),
        ([(EARLIER, -100, "carried"), (BEFORE, 5, "paid")], 101, 0, "paid"),
        ([(BEFORE, -30, "carried"), (BEFORE, -40, "carried"), (BEFORE, 7, "paid")], 101, -70, "paid"),
        ([(AFTER, -100, "carried"), (DATE, -9, "carried")], 101, 0, "paid"),
        ([], 0, 0, "carried"),
    ],
)
def test_what_is_not_above_zero_is_carried_to_the_next_date_with_a_payout(
    rows: Rows, carried: list[tuple[str, int, str]], net: int, brought: int, outcome: str
) -> None:
    _acceptor(rows, "SHOP")
    _acceptor(rows, "OTHER")
    for number, (date, net_minor, was) in enumerate(carried):
        if date != DATE:
            before = {"merchant_id": "SHOP", "currency": "504", "outcome": was, "net_minor": net_minor}
            rows.put("payout", business_date=date, reference=f"{date}-{number}", **before)
    for merchant_id, currency in (("OTHER", "504"), ("SHOP", "978")):
        other = {"merchant_id": merchant_id, "currency": currency, "outcome": "carried", "net_minor": -9_000}
        rows.put("payout", business_date=BEFORE, reference=f"{merchant_id}{currency}", **other)
    _remise(rows, "SHOP", "T1", 1, net)
    columns = ("brought_forward_minor", "net_minor", "outcome", "value_date")
    assert _paid(rows, *columns) == [(brought, net + brought, outcome, AFTER)]


def test_who_is_due_entries_alone_has_a_payout_of_their_own_in_each_currency(rows: Rows) -> None:
    _acceptor(rows, "SHOP")
    _remise(rows, "SHOP", "T1", 1, 100)
    for currency, amount in (("504", -10), ("978", 70)):
        rows.put(
            "merchant_entry", business_date=DATE, merchant_id="SHOP", currency=currency, kind=currency, amount_minor=amount
        )
    columns = ("reference", "currency", "terminal_id", "remise_number", "entry_count", "net_minor", "label")
    assert _paid(rows, *columns) == [
        (f"{DATE}-SHOP", "978", "", 0, 1, 70, f"SHOP SHOP {DATE.replace('-', '')} {DATE}"),
        (f"{DATE}-T1-000001", "504", "T1", 1, 1, 90, f"SHOP T1 000001 {DATE}"),
    ]


def test_payouts_that_would_have_one_reference_are_told_apart_and_each_remise_names_its_own(rows: Rows) -> None:
    for merchant_id in ("SHOP", "TWIN"):
        _acceptor(rows, merchant_id)
        _remise(rows, merchant_id, "T1", 1, 100)
    _acceptor(rows, "WHOLE", "merchant")
    _remise(rows, "WHOLE", "T1", 1, 100)
    _remise(rows, "WHOLE", "T2", 1, 100)
    assert _paid(rows, "merchant_id", "reference") == [
        ("SHOP", f"{DATE}-T1-000001"),
        ("TWIN", f"{DATE}-T1-000001-2"),
        ("WHOLE", f"{DATE}-WHOLE"),
    ]
    rows.run(REMISES, **OPEN)
    assert rows.run("SELECT merchant_id, terminal_id, number, payout_reference, label FROM remise ORDER BY 1, 2") == [
        ("SHOP", "T1", 1, f"{DATE}-T1-000001", f"SHOP T1 000001 {DATE}"),
        ("TWIN", "T1", 1, f"{DATE}-T1-000001-2", f"TWIN T1 000001 {DATE}"),
        ("WHOLE", "T1", 1, f"{DATE}-WHOLE", f"WHOLE T1 000001 {DATE}"),
        ("WHOLE", "T2", 1, f"{DATE}-WHOLE", f"WHOLE T2 000001 {DATE}"),
    ]


def test_discount_and_vat_are_posted_by_kind_and_what_is_paid_is(rows: Rows) -> None:
    cube = [("presentment", "sale", 1_000, 20, 2), ("presentment", "refund", -500, -10, -1), ("adjustment", "sale", -100, 0, 0)]
    for kind, subject, gross, discount, vat in cube:
        summed = {"gross_minor": gross, "discount_minor": discount, "vat_minor": vat}
        rows.put("temp.cube", merchant_id="SHOP", currency="504", kind=kind, subject=subject, **summed)
    for date, place, net, outcome in ((DATE, "a", 300, "paid"), (DATE, "b", -7, "carried"), (BEFORE, "c", 900, "paid")):
        paid = {"merchant_id": "SHOP", "currency": "504", "net_minor": net, "outcome": outcome, "value_date": AFTER}
        rows.put("payout", business_date=date, reference=f"{date}-{place}", **paid)
    rows.run(PAYOUT_POSTINGS, **OPEN)
    found = rows.run(
        "SELECT entry_id, line, account, debit_minor, credit_minor, value_date, narrative FROM posting ORDER BY 1, 2"
    )
    owed = "merchant-payable:SHOP"
    assert [(entry_id.removeprefix(f"{DATE}/"), *rest) for entry_id, *rest in found] == [
        ("discount/SHOP", 1, owed, 20, 0, DATE, "merchant discount"),
        ("discount/SHOP", 2, "discount-income", 0, 20, DATE, "merchant discount"),
        ("discount/SHOP/refund", 1, owed, 0, 10, DATE, "merchant discount given back"),
        ("discount/SHOP/refund", 2, "discount-income", 10, 0, DATE, "merchant discount given back"),
        ("payout/a", 1, owed, 300, 0, AFTER, f"payout {DATE}-a"),
        ("payout/a", 2, "settlement-account", 0, 300, AFTER, f"payout {DATE}-a"),
        ("vat/SHOP", 1, owed, 2, 0, DATE, "VAT on the merchant discount"),
        ("vat/SHOP", 2, "vat-collected", 0, 2, DATE, "VAT on the merchant discount"),
        ("vat/SHOP/refund", 1, owed, 0, 1, DATE, "VAT on the merchant discount given back"),
        ("vat/SHOP/refund", 2, "vat-collected", 1, 0, DATE, "VAT on the merchant discount given back"),
    ]


@pytest.mark.parametrize(
    ("payouts", "head"),
    [
        ([("a", 300, "paid")], (f"{DATE}-a", 300, "paid", 0)),
        ([("b", 300, "paid"), ("a", 40, "paid"), ("c", 2, "paid")], (f"{DATE}-a +2", 342, "paid", 0)),
        ([("a", 300, "paid"), ("b", -7, "carried")], (f"{DATE}-a +1", 300, "paid", -7)),
        ([("a", -3, "carried"), ("b", -7, "carried")], (f"{DATE}-a +1", -10, "carried", 0)),
    ],
)
def test_the_head_of_a_statement_says_what_is_credited_and_what_is_carried_beside(
    rows: Rows, payouts: list[tuple[str, int, str]], head: tuple[str, int, str, int]
) -> None:
    rows.put(
        "temp.card_acceptor",
        merchant_id="SHOP",
        **{column: column for column in ("name", "city", "language", "layout", "address", "ice")},
    )
    for place, net, outcome in payouts:
        paid = {"merchant_id": "SHOP", "currency": "504", "net_minor": net, "outcome": outcome}
        rows.put("payout", business_date=DATE, reference=f"{DATE}-{place}", **paid)
    rows.put("payout", business_date=BEFORE, reference="before", merchant_id="SHOP", outcome="paid", net_minor=5_000)
    rows.run(STATEMENTS, **OPEN)
    rows.put("closed_day", business_date=DATE)
    ((*_, reference, _, _, _, _, _, _, _, _, net, outcome, _, _, _, _, _, carried),) = rows.run(
        STATEMENT_HEAD, **OPEN, merchant_id="SHOP"
    )
    assert (reference, net, outcome, carried) == head
