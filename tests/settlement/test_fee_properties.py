"""What holds of any fee tables and any sales: lines add up, sums are zero, and the order of a date's sales changes nothing."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from contextlib import closing
from fractions import Fraction
from pathlib import Path
from typing import Any

from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from switch.clearing.interchange import ANY
from switch.endofday.close import check_books, close_day
from switch.settlement.fees.rows import AmountRange, FeeRow, FeeSale, winner
from tests.support.day_builders import FRIDAY, GROCER, DaySpecs, day_specs, journal_of, later_ms

ORIGINS, CHANNELS, TYPES = ("domestic", "foreign"), ("chip", "ecommerce"), ("purchase", "refund", "cash_withdrawal")


def minor(text: int) -> str:
    return f'"{text // 100}.{text % 100:02d}"'


@st.composite
def plans(draw: st.DrawFn) -> str:
    """A plan with a row for everything, one for each of some columns more, other fees, and a monthly charge."""
    base = f"rate_basis_points = {draw(st.integers(0, 900))}, fixed = {minor(draw(st.integers(0, 300)))}"
    least = draw(st.integers(0, 500))
    base += f", minimum = {minor(least)}"
    if draw(st.booleans()):
        base += f", maximum = {minor(least + draw(st.integers(0, 2_000)))}"
    rows = [f'{{ from = "2020-01-01", {base} }}']
    for origin in draw(st.sets(st.sampled_from(ORIGINS))):
        rows.append(f'{{ from = "2020-01-01", origin = "{origin}", rate_basis_points = {draw(st.integers(0, 900))} }}')
        edge = minor(draw(st.integers(1, 20_000)))
        rate = draw(st.integers(0, 900))
        rows.append(f'{{ from = "2021-01-01", origin = "{origin}", amount_from = {edge}, rate_basis_points = {rate} }}')
    fees = [
        f'{{ kind = "{kind}", from = "2020-01-01", rate_basis_points = {draw(st.integers(0, 300))}, '
        f"fixed = {minor(draw(st.integers(0, 200)))}, refunds_give_back = {draw(st.sampled_from(['true', 'false']))} }}"
        for kind in sorted(draw(st.sets(st.sampled_from(["gateway", "service", "cash_machine"]))))
    ]
    charge = f'{{ kind = "rent", from = "2020-01-01", amount = {minor(draw(st.integers(0, 5_000)))} }}'
    listed = (f"rate = [{', '.join(rows)}]", f"fee = [{', '.join(fees)}]", f"charge = [{charge}]")
    return "\n".join(['[[plan]]\nid = "any"\nname = "Any"', *listed])


SALES = st.lists(
    st.fixed_dictionaries(
        {
            "amount_minor": st.one_of(st.sampled_from([1, 50, 4_167, 10_000]), st.integers(1, 30_000)),
            "origin": st.sampled_from(ORIGINS),
            "channel": st.sampled_from(CHANNELS),
            "transaction_type": st.sampled_from(TYPES),
            "terminal_id": st.sampled_from(["PORT0001", "PORT0002"]),
        }
    ),
    min_size=1,
    max_size=12,
)
REVERSED = st.lists(st.tuples(st.integers(0, 11), st.sampled_from([0, 1, 3_333])), max_size=4)
CONTRACTS = st.fixed_dictionaries(
    {"paid_by": st.sampled_from(["remise", "merchant"]), "rounding": st.sampled_from(["line", "remise"])}
)


def closed(data: Path, specs: DaySpecs, sales: list[dict[str, Any]], undone: list[tuple[int, int]]) -> None:
    """The sales of a date, and reversals of the next one."""
    with journal_of(data, FRIDAY) as journal:
        numbers = [journal.decide(**sale) for sale in sales]
        close_day(data, specs, None, later_ms(data))
        for which, left in undone:
            journal.reverse(numbers[which % len(numbers)], left)
        journal.decide()
        close_day(data, specs, None, later_ms(data))


def rows(data: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(data / "books.db")) as connection:
        return connection.execute(sql).fetchall()


@given(plan=plans(), sales=SALES, undone=REVERSED, contract=CONTRACTS)
@settings(max_examples=25, deadline=None)
def test_any_day_adds_up_whatever_the_order_of_its_sales(
    plan: str, sales: list[dict[str, Any]], undone: list[tuple[int, int]], contract: dict[str, Any]
) -> None:
    shop = evolve(GROCER, plan="any", terminals=("PORT0001", "PORT0002"), **contract)
    specs = day_specs(merchants=(shop,), discount=plan)
    folder = Path(tempfile.mkdtemp(prefix="fees-"))
    try:
        first, second = folder / "first", folder / "second"
        closed(first, specs, sales, undone)
        assert check_books(first).faults == ()
        assert rows(first, "SELECT currency FROM posting GROUP BY currency HAVING SUM(debit_minor) <> SUM(credit_minor)") == []
        owed = rows(first, "SELECT SUM(amount_minor - discount_minor - vat_minor) FROM presentment")[0][0]
        owed += rows(first, "SELECT COALESCE(SUM(net_minor), 0) FROM adjustment")[0][0]
        owed += rows(first, "SELECT COALESCE(SUM(amount_minor + vat_minor), 0) FROM merchant_entry")[0][0]
        paid = rows(first, "SELECT COALESCE(SUM(net_minor), 0) FROM payout WHERE outcome = 'paid'")[0][0]
        latest = "(SELECT MAX(business_date) FROM payout)"
        carried = f"SELECT COALESCE(SUM(net_minor), 0) FROM payout WHERE outcome = 'carried' AND business_date = {latest}"
        assert owed == paid + rows(first, carried)[0][0]
        closed(second, specs, sales[::-1], [(len(sales) - 1 - which % len(sales), left) for which, left in undone])
        payouts = "SELECT reference, gross_minor, discount_minor, vat_minor, entries_minor, net_minor FROM payout ORDER BY 1"
        assert rows(second, payouts) == rows(first, payouts)
    finally:
        shutil.rmtree(folder)


ROWS = st.builds(
    FeeRow,
    from_date=st.sampled_from(["2020-01-01", "2021-01-01", "2027-01-01"]),
    origin=st.sampled_from([ANY, *ORIGINS]),
    channel=st.sampled_from([ANY, *CHANNELS]),
    amount=st.sampled_from([AmountRange(), AmountRange(low_minor=500), AmountRange(low_minor=100, below_minor=500)]),
    rate_basis_points=st.integers(0, 999),
    fixed_minor=st.integers(0, 99),
    minimum_minor=st.integers(0, 99),
    maximum_minor=st.one_of(st.none(), st.integers(99, 500)),
    refunds_give_back=st.booleans(),
)
ASKED = st.builds(
    FeeSale, origin=st.sampled_from(ORIGINS), channel=st.sampled_from(CHANNELS), amount_minor=st.integers(0, 10_000)
)


@given(rows=st.lists(ROWS, max_size=6), sale=ASKED)
def test_no_row_stands_above_the_winner(rows: list[FeeRow], sale: FeeSale) -> None:
    found = winner(rows, FRIDAY, sale)
    others = [row for row in rows if row.from_date <= FRIDAY and row.covers(sale)]
    assert (found is None) == (not others)
    if found is not None:
        assert found in others
        assert all((row.named_count, row.from_date) <= (found.named_count, found.from_date) for row in others)


@given(row=ROWS, amount_minor=st.integers(0, 1_000_000))
def test_a_fee_is_the_rate_and_the_fixed_part_within_its_limits(row: FeeRow, amount_minor: int) -> None:
    exact = Fraction(amount_minor * row.rate_basis_points, 10_000) + row.fixed_minor
    fee = row.fee_minor(amount_minor)
    if amount_minor == 0:
        assert fee == 0
    elif fee == row.minimum_minor:
        assert exact < fee + Fraction(1, 2)
    elif fee == row.maximum_minor:
        assert exact >= fee - Fraction(1, 2)
    else:
        assert -Fraction(1, 2) < fee - exact <= Fraction(1, 2)
