"""The proofs of charges and of lines of fees, over every small case: each finds what is not as charged, and nothing else."""

from __future__ import annotations

import itertools
import sqlite3
from contextlib import closing

from switch.clearing.proofs import PRESENTED_CHARGES
from switch.settlement.fees.lines import LINES_BY_RULES

ON = {"business_date": "2026-11-20", "faults_shown_max": -1}
AMOUNTS = (-150, -1, 0, 1, 49, 50, 150)
#: Rate in basis points, fixed part, minimum, maximum of what is taken.
RULES = ((0, 0, 0, None), (100, 0, 0, None), (150, 1, 0, None), (100, 0, 2, None), (100, 1, 0, 2), (100, 2, 3, 3))
VAT_BASIS_POINTS = 2_000
TAKEN = range(-4, 5)


def rounded(amount: int, basis_points: int) -> int:
    """Half away from zero, of an amount without sign."""
    return (amount * basis_points + 5_000) // 10_000


def charge(amount: int, rule: tuple[int, int, int, int | None]) -> int:
    """What a rule takes of an amount, without signs."""
    basis_points, fixed, minimum, maximum = rule
    taken = max(minimum, fixed + rounded(abs(amount), basis_points))
    return 0 if amount == 0 else taken if maximum is None else min(taken, maximum)


def signed(value: int, *, negative: bool) -> int:
    return -value if negative else value


def test_every_discount_but_the_charged_one_is_found() -> None:
    rows: list[tuple[object, ...]] = []
    wrong: set[int] = set()
    for amount, rule, discount, vat in itertools.product(AMOUNTS, RULES, TAKEN, (-1, 0, 1)):
        number, is_refund = len(rows), amount < 0
        due = signed(charge(amount, rule), negative=is_refund)
        vat_due = signed(rounded(abs(discount), VAT_BASIS_POINTS), negative=is_refund)
        rows.append((number, str(number), ON["business_date"], amount, 0, 0, rule[0], discount, vat, rule[2], rule[1], rule[3]))
        if (discount, vat) != (due, vat_due):
            wrong.add(number)
    with closing(sqlite3.connect(":memory:")) as books:
        books.execute(
            f"CREATE TABLE closed_day AS SELECT '2026-11-20' AS business_date, {VAT_BASIS_POINTS} AS vat_rate_basis_points"
        )
        books.execute(
            "CREATE TABLE presentment (request_id, rrn, business_date, amount_minor, interchange_rate_basis_points, "
            "interchange_minor, discount_rate_basis_points, discount_minor, vat_minor, discount_minimum_minor, "
            "discount_fixed_minor, discount_maximum_minor)"
        )
        books.executemany(f"INSERT INTO presentment VALUES ({', '.join('?' * 12)})", rows)
        found = {row[0] for row in books.execute(PRESENTED_CHARGES, ON)}
    assert found == wrong
    assert len(rows) > len(wrong) > 0


def test_every_fee_but_that_of_its_rule_is_found() -> None:
    sales: list[tuple[object, ...]] = []
    fees: list[tuple[object, ...]] = []
    wrong: set[int] = set()
    for amount, (place, rule), fee, vat in itertools.product(AMOUNTS, enumerate(RULES), TAKEN, (-1, 0, 1)):
        number, is_refund = len(sales), amount < 0
        gives_back = (rule[0], 0, 0, rule[3])  # of a refund, by the rate alone
        due = signed(charge(amount, gives_back if is_refund else rule), negative=not is_refund)
        vat_due = signed(rounded(abs(fee), VAT_BASIS_POINTS), negative=not is_refund)
        kind = "refund" if is_refund else "purchase"
        sales.append((number, str(number), ON["business_date"], "M", "T", kind, amount))
        fees.append((number, ON["business_date"], "M", "T", "gateway", place, fee, vat, VAT_BASIS_POINTS, ""))
        if (fee, vat) != (due, vat_due):
            wrong.add(number)
    with closing(sqlite3.connect(":memory:")) as books:
        books.execute(
            "CREATE TABLE presentment (request_id, rrn, business_date, merchant_id, terminal_id, transaction_type, "
            "amount_minor)"
        )
        books.execute(
            "CREATE TABLE fee_line (request_id, business_date, merchant_id, terminal_id, kind, rule, amount_minor, vat_minor, "
            "vat_rate_basis_points, adjusts)"
        )
        books.execute(
            "CREATE TABLE fee_rule (rule INTEGER PRIMARY KEY, kind, rate_basis_points, fixed_minor, minimum_minor, "
            "maximum_minor, refunds_give_back)"
        )
        books.execute("CREATE INDEX by_request ON presentment (request_id)")
        books.executemany(f"INSERT INTO presentment VALUES ({', '.join('?' * 7)})", sales)
        books.executemany(f"INSERT INTO fee_line VALUES ({', '.join('?' * 10)})", fees)
        books.executemany(
            "INSERT INTO fee_rule VALUES (?, 'gateway', ?, ?, ?, ?, 1)", [(at, *rule) for at, rule in enumerate(RULES)]
        )
        found = {row[0] for row in books.execute(LINES_BY_RULES, ON)}
    assert found == wrong
    assert len(sales) > len(wrong) > 0
