"""Plans with more than a rate, worked out by hand: what each line costs, by which row, and what is due besides.

VAT is 10 %, and 20 % on subscription and rent from 2026 on. Amounts are in centimes.
"""

from __future__ import annotations

import sqlite3
import tomllib
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from switch.clearing.engine import Engine
from switch.endofday import close as endofday
from switch.endofday.close import check_books, close_day
from switch.endofday.engines.statements import LINE_STATEMENTS
from switch.endofday.report import DayReport
from switch.errors import SpecError, SpecsLackError
from switch.merchant import HeldBack
from switch.settlement.discount import DiscountTable
from switch.settlement.fees import dues, lines
from switch.settlement.fees.rows import FeeSale
from switch.spec_table import SpecTable
from tests.support.day_builders import (
    DISCOUNT,
    FRIDAY,
    GROCER,
    SATURDAY,
    SUNDAY,
    VAT,
    DaySpecs,
    day_specs,
    journal_of,
    later_ms,
)

PLANS = (
    DISCOUNT
    + """
[[plan]]
id = "full"
name = "All there is"
rate = [
  { from = "2020-01-01", rate_basis_points = 200, fixed = "1.00", minimum = "1.50", maximum = "20.00" },
  { from = "2020-01-01", origin = "foreign", rate_basis_points = 300 },
  { from = "2020-01-01", origin = "foreign", scheme = "visa", rate_basis_points = 250, refunds_give_back = false },
  { from = "2020-01-01", origin = "domestic", amount_from = "5000.00", rate_basis_points = 100 },
]
fee = [
  { kind = "gateway", from = "2020-01-01", rate_basis_points = 175, channel = "ecommerce" },
  { kind = "gateway", from = "2020-01-01", rate_basis_points = 250, channel = "ecommerce", origin = "foreign" },
  { kind = "service", from = "2020-01-01", fixed = "0.50" },
  { kind = "cash_machine", from = "2020-01-01", fixed = "6.00", transaction_type = "cash_withdrawal" },
]
charge = [
  { kind = "setup", from = "2020-01-01", amount = "500.00" },
  { kind = "subscription", from = "2020-01-01", amount = "200.00" },
  { kind = "subscription", from = "2026-01-01", amount = "250.00" },
  { kind = "rent", from = "2020-01-01", amount = "150.00" },
  { kind = "chargeback_fee", from = "2020-01-01", amount = "180.00" },
]

[[plan]]
id = "columns"
name = "By what the card and the shop are"
rate = [
  { from = "2020-01-01", rate_basis_points = 100 },
  { from = "2020-01-01", product = "credit", rate_basis_points = 150 },
  { from = "2020-01-01", product = "credit", mcc = "5541", rate_basis_points = 90 },
  { from = "2020-01-01", product = "credit", mcc = "5541", transaction_type = "cash_withdrawal", \
    rate_basis_points = 0, fixed = "2.00" },
  { from = "2026-11-21", product = "credit", mcc = "5541", rate_basis_points = 80 },
]

[[plan]]
id = "tiers"
name = "Less for who sells more"
rate = [
  { from = "2020-01-01", volume_below = "200.00", rate_basis_points = 200 },
  { from = "2020-01-01", volume_from = "200.00", rate_basis_points = 100 },
]
"""
)
TAXES = VAT + "".join(
    f'[[rate]]\nfee = "{kind}"\nfrom = "2026-01-01"\nrate_basis_points = 2000\n' for kind in ("subscription", "rent")
)
SHOP = evolve(GROCER, id="BOUTIQUE0000001", plan="full", terminals=("SHOP0001", "SHOP0002"))
TIERED = evolve(GROCER, id="PALIERS00000001", plan="tiers", terminals=("TIER0001",))


def specs_with(*merchants: Any, **changes: Any) -> DaySpecs:
    return day_specs(merchants=merchants, **{"discount": PLANS, "vat": TAXES, **changes})


SPECS = specs_with(SHOP, TIERED, GROCER)


def close(data: Path, specs: DaySpecs = SPECS) -> DayReport:
    return close_day(data, specs, None, later_ms(data))


def rows(data: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(data / "books.db")) as connection:
        return connection.execute(sql).fetchall()


#: What is asked, beside a purchase of 100.00 by a domestic card of cmi with a chip -> commission, VAT, and the row they are by.
COMMISSIONS = [
    ({}, 3_00, 30, ""),  # 2.00 + 1.00
    ({"amount_minor": 10_00}, 1_50, 15, ""),  # 0.20 + 1.00, at least 1.50
    ({"amount_minor": 4_999_99}, 20_00, 2_00, ""),  # 100.00 + 1.00, at most 20.00
    ({"amount_minor": 5_000_00}, 50_00, 5_00, "origin domestic, amount from 5000.00"),
    ({"origin": "foreign", "scheme": "mastercard"}, 3_00, 30, "origin foreign"),
    ({"origin": "foreign", "scheme": "visa"}, 2_50, 25, "origin foreign, scheme visa"),
    ({"origin": "foreign", "scheme": "visa", "transaction_type": "refund"}, 0, 0, "origin foreign, scheme visa"),
    ({"transaction_type": "refund"}, -2_00, -20, ""),  # by the rate alone
    ({"transaction_type": "refund", "amount_minor": 4_999_99}, -20_00, -2_00, ""),  # no more than a sale pays
]


@pytest.mark.parametrize(("asked", "discount", "vat", "covers"), COMMISSIONS)
def test_commissions(tmp_path: Path, asked: dict[str, Any], discount: int, vat: int, covers: str) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide(**{"merchant_id": SHOP.id, "terminal_id": "SHOP0001", **asked})
    close(tmp_path)
    sql = """
    SELECT p.discount_minor, p.vat_minor, p.amount_minor - p.net_minor, r.covers, r.file
    FROM presentment AS p JOIN fee_rule AS r ON r.rule = p.discount_rule
    """
    assert rows(tmp_path, sql) == [(discount, vat, discount + vat, covers, "fees/discount.toml")]
    assert check_books(tmp_path).faults == ()


#: The same -> kind, amount and VAT of the other fees; above zero where the merchant is paid.
OTHER_FEES = [
    ({}, [("service", -50, -5)]),
    ({"channel": "ecommerce"}, [("gateway", -1_75, -18), ("service", -50, -5)]),  # VAT of 17.5 centimes
    ({"channel": "ecommerce", "origin": "foreign"}, [("gateway", -2_50, -25), ("service", -50, -5)]),
    ({"transaction_type": "cash_withdrawal"}, [("cash_machine", 6_00, 60), ("service", -50, -5)]),
    ({"transaction_type": "refund"}, [("service", 0, 0)]),  # these fees are kept
]


@pytest.mark.parametrize(("asked", "fees"), OTHER_FEES)
def test_other_fees_of_a_transaction(tmp_path: Path, asked: dict[str, Any], fees: list[tuple[str, int, int]]) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide(**{"merchant_id": SHOP.id, "terminal_id": "SHOP0001", **asked})
    (payout,) = close(tmp_path).payouts
    assert rows(tmp_path, "SELECT kind, amount_minor, vat_minor FROM fee_line ORDER BY kind") == fees
    in_remise = "SELECT kind, amount_minor, vat_minor FROM merchant_entry WHERE remise_number = 1 ORDER BY kind"
    assert rows(tmp_path, in_remise) == fees
    charges = -500_00 - 50_00 - 250_00 - 50_00 - 2 * (150_00 + 30_00)
    of_lines = payout.gross_minor - payout.discount_minor - payout.vat_minor
    assert payout.net_minor == of_lines + sum(amount + vat for _, amount, vat in fees) + charges
    assert check_books(tmp_path).faults == ()


def test_charges_are_due_once_and_monthly(tmp_path: Path) -> None:
    """Set-up once; 250.00 a month, the row of 2026; rent for each terminal: whether the merchant sells or not. The fee of a
    chargeback waits for one."""
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide()
        first = close(tmp_path)
        journal.decide()
        second = close(tmp_path)
    columns = "business_date, kind, terminal_id, reference, amount_minor, vat_minor, rule"
    sql = f"SELECT {columns} FROM merchant_entry ORDER BY kind, terminal_id"
    place = "fees/discount.toml, "
    assert rows(tmp_path, sql) == [
        (FRIDAY, "rent", "SHOP0001", "2026-11", -150_00, -30_00, f"{place}2020-01-01"),
        (FRIDAY, "rent", "SHOP0002", "2026-11", -150_00, -30_00, f"{place}2020-01-01"),
        (FRIDAY, "setup", "", "", -500_00, -50_00, f"{place}2020-01-01"),
        (FRIDAY, "subscription", "", "2026-11", -250_00, -50_00, f"{place}2026-01-01"),
    ]
    owed = -(500_00 + 50_00 + 250_00 + 50_00 + 2 * 180_00)
    assert [(each.merchant_id, each.net_minor, each.outcome) for each in first.payouts] == [
        (SHOP.id, owed, "carried"),
        (GROCER.id, 98_68, "paid"),
    ]
    assert [each.merchant_id for each in second.payouts] == [GROCER.id]
    assert check_books(tmp_path).faults == ()


def test_a_terminal_that_a_merchant_adds_within_a_month_has_its_rent_on_the_next_close_and_each_once_a_month(
    tmp_path: Path,
) -> None:
    larger = evolve(SHOP, terminals=("SHOP0001", "SHOP0002", "SHOP0003"))
    other = evolve(SHOP, id="BOUTIQUE0000002", terminals=("SHOP0004",))
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide()
        close(tmp_path)
        journal.decide()
        close(tmp_path, specs_with(larger, TIERED, GROCER))
        journal.decide()
        close(tmp_path, specs_with(larger, other, TIERED, GROCER))
    sql = (
        "SELECT merchant_id, terminal_id, reference FROM merchant_entry WHERE kind = 'rent' ORDER BY business_date, terminal_id"
    )
    november = [(SHOP.id, "SHOP0001"), (SHOP.id, "SHOP0002"), (SHOP.id, "SHOP0003"), (other.id, "SHOP0004")]
    assert rows(tmp_path, sql) == [(*each, "2026-11") for each in november]
    once = "SELECT merchant_id, COUNT(*) FROM merchant_entry WHERE kind = 'setup' GROUP BY 1 ORDER BY 1"
    assert rows(tmp_path, once) == [(SHOP.id, 1), (other.id, 1)]
    assert check_books(tmp_path).faults == ()


def test_a_reversal_leaves_the_fees_of_what_remains(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        sold: dict[str, Any] = {"merchant_id": SHOP.id, "terminal_id": "SHOP0001", "channel": "ecommerce"}
        part, whole = journal.decide(**sold), journal.decide(**sold)
        close(tmp_path)
        journal.reverse(part, 40_00)
        journal.reverse(whole)
        close(tmp_path)
    changed = "SELECT request_id, kind, amount_minor, vat_minor, adjusts FROM fee_line WHERE adjusts <> '' ORDER BY 1, 2"
    assert rows(tmp_path, changed) == [
        (part, "gateway", 1_75 - 70, 18 - 7, FRIDAY),  # 1.75 % of 40.00 is 0.70; of a part the fixed fee stays
        (whole, "gateway", 1_75, 18, FRIDAY),
        (whole, "service", 50, 5, FRIDAY),
    ]
    left = "SELECT SUM(amount_minor), SUM(discount_minor), SUM(vat_minor) FROM adjustment"
    assert rows(tmp_path, left) == [(-160_00, -(3_00 - 1_80) - 3_00, -(30 - 18) - 30)]  # 0.80 + 1.00 of 40.00
    assert check_books(tmp_path).faults == ()


def test_tiers_go_by_what_was_sold_on_earlier_dates_of_the_month(tmp_path: Path) -> None:
    """The sale that reaches the tier pays as the others of its date do; the next date pays less."""
    with journal_of(tmp_path, FRIDAY) as journal:
        for amounts in ((199_99,), (1, 500_00), (10_00,)):
            for amount_minor in amounts:
                journal.decide(merchant_id=TIERED.id, terminal_id="TIER0001", amount_minor=amount_minor)
            close(tmp_path)
    rates = "SELECT business_date, amount_minor, discount_rate_basis_points FROM presentment ORDER BY request_id"
    assert rows(tmp_path, rates) == [
        (FRIDAY, 199_99, 200),
        (SATURDAY, 1, 200),
        (SATURDAY, 500_00, 200),
        (SUNDAY, 10_00, 100),
    ]


def test_tiers_begin_anew_with_the_month_and_count_its_first_date(tmp_path: Path) -> None:
    with journal_of(tmp_path, "2026-11-30") as journal:
        for amount_minor in (500_00, 200_00, 10_00):
            journal.decide(merchant_id=TIERED.id, terminal_id="TIER0001", amount_minor=amount_minor)
            close(tmp_path)
    rates = "SELECT business_date, discount_rate_basis_points FROM presentment ORDER BY request_id"
    assert rows(tmp_path, rates) == [("2026-11-30", 200), ("2026-12-01", 200), ("2026-12-02", 100)]


def test_rows_by_product_category_and_type(tmp_path: Path) -> None:
    """The fuel station (5541) pays 0.90 % of credit cards, from Saturday on 0.80 %; two dirhams of a withdrawal."""
    shops = [evolve(GROCER, id=f"SHOP{mcc}", plan="columns", mcc=mcc, terminals=(f"SHOP{mcc}",)) for mcc in ("5411", "5541")]
    asked: list[dict[str, Any]] = [
        {"product": "debit"},
        {"product": "credit"},
        {"product": "credit", "transaction_type": "cash_withdrawal"},
    ]
    with journal_of(tmp_path, FRIDAY) as journal:
        for _ in range(2):
            for shop in shops:
                for each in asked:
                    journal.decide(merchant_id=shop.id, terminal_id=shop.id, **each)
            close(tmp_path, specs_with(*shops))
    found = [row[0] for row in rows(tmp_path, "SELECT discount_minor FROM presentment ORDER BY request_id")]
    assert found == [1_00, 1_50, 1_50, 1_00, 90, 2_00, 1_00, 1_50, 1_50, 1_00, 80, 2_00]
    assert check_books(tmp_path).faults == ()


def test_rows_that_tie_are_refused_with_both_lines() -> None:
    plan = """
    [[plan]]
    id = "p"
    name = "P"
    rate = [
      { from = "2020-01-01", origin = "foreign", rate_basis_points = 100 },
      { from = "2020-01-01", channel = "ecommerce", rate_basis_points = 110 },
    """
    text = plan + "]"
    lines = {"plan[1].rate[1]": 6, "plan[1].rate[2]": 7}
    with pytest.raises(SpecError) as refused:
        DiscountTable.from_toml(SpecTable("fees/discount.toml", tomllib.loads(text), lines=lines))
    assert str(refused.value) == (
        "fees/discount.toml:7: plan[1].rate[2]: found channel ecommerce beside origin foreign of line 6, "
        "expected one row for the sales that both cover from 2020-01-01: these name as many columns"
    )
    above = '{ from = "2020-01-01", origin = "foreign", channel = "ecommerce", rate_basis_points = 120 } ]'
    table = DiscountTable.from_toml(SpecTable("fees/discount.toml", tomllib.loads(plan + above)))
    sale = FeeSale(origin="foreign", channel="ecommerce")
    assert table.row("2026-11-20", "p", sale).rate_basis_points == 120
    later = '{ from = "2021-01-01", channel = "ecommerce", rate_basis_points = 130 } ]'
    dated = tomllib.loads(plan.replace('"2020-01-01", channel', '"2020-06-01", channel') + later)
    assert DiscountTable.from_toml(SpecTable("f", dated)).row("2026-11-20", "p", sale).rate_basis_points == 130


def test_commission_rounded_once_for_a_remise_has_its_difference_as_a_line(tmp_path: Path) -> None:
    """Three sales of 0.40: 1.20 % is 0.48 centimes each, nothing when rounded by line; 1.44 together, so 1."""
    specs = specs_with(evolve(GROCER, rounding="remise"))
    with journal_of(tmp_path, FRIDAY) as journal:
        for _ in range(3):
            journal.decide(amount_minor=40)
    (payout,) = close(tmp_path, specs).payouts
    assert (payout.gross_minor, payout.discount_minor, payout.entries_minor, payout.net_minor) == (120, 0, -1, 119)
    assert rows(tmp_path, "SELECT kind, remise_number, amount_minor FROM merchant_entry") == [("rounding", 1, -1)]
    assert check_books(tmp_path).faults == ()


def test_a_reserve_is_held_back_and_released_after_its_days(tmp_path: Path) -> None:
    held_back = HeldBack(rate_basis_points=1_000, days=2, maximum_minor=None)
    deposit = HeldBack(rate_basis_points=5_000, days=60, maximum_minor=60_00)
    specs = specs_with(evolve(GROCER, reserve=held_back, deposit=deposit))
    with journal_of(tmp_path, FRIDAY) as journal:
        nets = []
        for _ in range(3):
            journal.decide()
            nets.append(close(tmp_path, specs).payouts[0].net_minor)
    share = 9_87  # of 98.68
    assert nets == [98_68 - share - 49_34, 98_68 - share - (60_00 - 49_34), 98_68 - share + share]
    sql = "SELECT business_date, kind, reference, amount_minor FROM merchant_entry WHERE kind <> 'deposit' ORDER BY 1, 2"
    assert rows(tmp_path, sql) == [
        (FRIDAY, "reserve", SUNDAY, -share),
        (SATURDAY, "reserve", "2026-11-23", -share),
        (SUNDAY, "reserve", "2026-11-24", -share),
        (SUNDAY, "reserve_release", FRIDAY, share),
    ]
    assert check_books(tmp_path).faults == ()


@pytest.mark.parametrize("kinds", [("reserve",), ("deposit",), ("deposit", "reserve")])
def test_what_was_released_makes_room_for_what_is_held_back_next(tmp_path: Path, kinds: tuple[str, ...]) -> None:
    """A tenth of 98.68 each day, up to 15.00 at one time, each held for two days; one of the other kind takes no room."""
    held_back = HeldBack(rate_basis_points=1_000, days=2, maximum_minor=15_00)
    reserve, deposit = (held_back if kind in kinds else None for kind in ("reserve", "deposit"))
    specs = specs_with(evolve(GROCER, reserve=reserve, deposit=deposit))
    share, rest = 9_87, 15_00 - 9_87
    with journal_of(tmp_path, FRIDAY) as journal:
        nets = []
        for _ in range(6):
            journal.decide()
            nets.append(close(tmp_path, specs).payouts[0].net_minor)
    takes = [share, rest, 0, 0, 0, 0]  #: what is held back less what is released: from the third day on as much
    assert nets == [98_68 - taken * len(kinds) for taken in takes]
    for kind in kinds:
        sql = f"SELECT kind, -amount_minor FROM merchant_entry WHERE kind LIKE '{kind}%' ORDER BY business_date, kind"
        assert rows(tmp_path, sql) == [
            (kind, share),
            (kind, rest),
            *[(kind, share), (f"{kind}_release", -share)],
            *[(kind, rest), (f"{kind}_release", -rest)],
            *[(kind, share), (f"{kind}_release", -share)],
            *[(kind, rest), (f"{kind}_release", -rest)],
        ]
    assert check_books(tmp_path).faults == ()


def test_a_reserve_is_released_to_a_merchant_that_is_gone(tmp_path: Path) -> None:
    specs = specs_with(evolve(GROCER, reserve=HeldBack(rate_basis_points=1_000, days=1, maximum_minor=None)), SHOP)
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide()
        close(tmp_path, specs)
        journal.decide(merchant_id=SHOP.id, terminal_id="SHOP0001")
        report = close(tmp_path, specs_with(SHOP))
    assert [(each.merchant_id, each.net_minor) for each in report.payouts if each.merchant_id == GROCER.id] == [
        (GROCER.id, 9_87)
    ]
    assert check_books(tmp_path).faults == ()


def test_a_day_says_all_that_is_missing_at_once(tmp_path: Path) -> None:
    plans = PLANS.replace('volume_below = "200.00"', 'volume_from = "1.00", volume_below = "200.00"')
    specs = specs_with(
        TIERED, SHOP, discount=plans, vat='[[rate]]\nfee = "setup"\nfrom = "2020-01-01"\nrate_basis_points = 1000'
    )
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide(merchant_id=TIERED.id, terminal_id="TIER0001")
        journal.decide(merchant_id=SHOP.id, terminal_id="SHOP0001")
    with pytest.raises(SpecError) as refused:
        close(tmp_path, specs)
    assert isinstance(refused.value, SpecsLackError)
    no_vat = "fees/vat.toml: rate: found no row{} for 2026-11-20, expected a [[rate]] from that date or before"
    no_rate = "fees/discount.toml: plan.rate: found no row for domestic cmi cards, chip purchase on 2026-11-20"
    assert str(refused.value).split("; ") == [
        f"{no_rate}, expected a [[plan.rate]] of 'tiers' that covers it",
        no_vat.format(""),
        no_vat.format(" for the fee chargeback_fee"),
        no_vat.format(" for the fee rent"),
        no_vat.format(" for the fee service"),
        no_vat.format(" for the fee subscription"),
    ]
    assert not (tmp_path / "days").exists()


def test_rows_of_the_books_name_their_rule_once(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        for _ in range(2):
            journal.decide()
            close(tmp_path)
    assert rows(tmp_path, "SELECT COUNT(*) FROM fee_rule") == [(1,)]


@pytest.mark.parametrize(
    ("sql", "check"),
    [
        ("UPDATE fee_line SET amount_minor = amount_minor + 1 WHERE kind = 'gateway'", "fee_lines_follow_rules"),
        ("UPDATE fee_line SET vat_minor = vat_minor - 1 WHERE kind = 'service'", "fee_lines_follow_rules"),
        ("UPDATE fee_rule SET rate_basis_points = 176 WHERE kind = 'gateway'", "fee_lines_follow_rules"),
        ("UPDATE fee_line SET request_id = 99 WHERE kind = 'gateway'", "fee_lines_follow_rules"),
        ("DELETE FROM fee_line WHERE kind = 'gateway'", "line_entries_add_up"),
        ("UPDATE fee_rule SET fixed_minor = 99 WHERE kind = 'commission'", "discounts_follow_rules"),
        ("UPDATE presentment SET discount_fixed_minor = 99", "charges_follow_rates"),
        ("UPDATE merchant_entry SET vat_minor = vat_minor + 1 WHERE kind = 'rent'", "charges_due_once"),
    ],
)
def test_check_finds_what_was_changed(tmp_path: Path, sql: str, check: str) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide(merchant_id=SHOP.id, terminal_id="SHOP0001", channel="ecommerce")
    close(tmp_path)
    table = sql.split()[2] if sql.startswith("DELETE") else sql.split()[1]
    with closing(sqlite3.connect(tmp_path / "books.db")) as connection:
        connection.execute(f"DROP TRIGGER {table}_no_{sql.split()[0].lower()}")
        connection.execute(sql)
        connection.commit()
    assert check in {fault.check for fault in check_books(tmp_path).faults}


@pytest.mark.parametrize(
    ("change", "of_which"),
    [
        ("request_id = 99", "presentment 99 is not there for its fee gateway"),
        ("merchant_id = 'NOBODY'", "presentment 1 is not there for its fee gateway"),
        ("kind = 'cash_machine'", "presentment 1 is not there for its fee cash_machine"),
        ("rule = rule + 1", "presentment 1 is not there for its fee gateway"),
        ("adjusts = '2026-11-19'", "presentment 1 is not there for its fee gateway"),
    ],
)
def test_check_finds_the_adjustment_of_a_fee_that_is_not_there(tmp_path: Path, change: str, of_which: str) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        sale = journal.decide(merchant_id=SHOP.id, terminal_id="SHOP0001", channel="ecommerce")
        close(tmp_path)
        journal.reverse(sale, 40_00)
        close(tmp_path)
    with closing(sqlite3.connect(tmp_path / "books.db")) as connection:
        connection.execute("DROP TRIGGER fee_line_no_update")
        connection.execute(f"UPDATE fee_line SET {change} WHERE adjusts <> '' AND kind = 'gateway'")
        connection.commit()
    found = [(fault.business_date, fault.sentence) for fault in check_books(tmp_path).faults]
    assert (SATURDAY, f"{of_which}, or has no rule for it") in found


@pytest.mark.parametrize(
    ("name", "right", "wrong", "check"),
    [
        ("HOLDINGS", "-held_minor, 0, 0", "-held_minor * 5, 0, 0", "holdings_are_shares"),
        ("HOLDINGS", "-held_minor, 0, 0", "-held_minor - 1, 0, 0", "holdings_are_shares"),
        ("HOLDINGS", "room_minor < share_minor", "room_minor > share_minor", "holdings_are_shares"),
        ("HOLDINGS", "THEN room_minor", "THEN room_minor - 1", "holdings_are_shares"),
        ("HOLDINGS", "b.kind IN (h.kind", "b.kind IN ('x'", "holdings_are_shares"),
        ("RELEASES", "WHERE e.kind", "WHERE 1 = 0 AND e.kind", "releases_are_made"),
        ("RELEASES", "  -e.amount_minor, 0, 0", "  -e.amount_minor + 1, 0, 0", "releases_are_made"),
        (
            "ROUNDING_DIFFERENCES",
            "(direction * exact_minor + 5000) / 10000",
            "direction * exact_minor / 10000",
            "rounding_follows_remises",
        ),
        ("ROUNDING_DIFFERENCES", "10000 * p.discount_fixed_minor", "0", "rounding_follows_remises"),
        ("ROUNDING_DIFFERENCES", ":vat_rate_basis_points + 5000", ":vat_rate_basis_points", "rounding_follows_remises"),
        (
            "PRESENTED_LINES",
            "rate_basis_points + 5000) / 10000,",
            "rate_basis_points) / 10000,",
            "fee_lines_follow",
        ),
        ("PRESENTED_LINES", "MAX(minimum_minor,", "MIN(minimum_minor,", "fee_lines_follow_rules"),
        (
            "ADJUSTED_LINES",
            "rate_basis_points + 5000) / 10000,",
            "rate_basis_points) / 10000,",
            "fee_lines_follow",
        ),
    ],
)
def test_a_close_is_refused_whose_dues_are_computed_wrongly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, right: str, wrong: str, check: str
) -> None:
    """The proofs share no SQL with what makes the rows: each of these mistakes in it is found before the day is written."""
    sql = getattr(lines if name.endswith("LINES") else dues, name)
    assert right in sql
    if name == "PRESENTED_LINES":
        planted = evolve(LINE_STATEMENTS["presented_lines"], sql=sql.replace(right, wrong))
        monkeypatch.setitem(LINE_STATEMENTS, "presented_lines", planted)
    sources = tuple(sql.replace(right, wrong) if each == sql else each for each in endofday.ENTRY_SOURCES)
    monkeypatch.setattr(endofday, "ENTRY_SOURCES", sources)
    found: list[str] = []

    def refused(engine: Engine, business_date: str) -> None:
        found.extend(fault.check for each in endofday.DAY_CHECKS for fault in each(engine.ask, business_date))

    monkeypatch.setattr(endofday, "_refuse_faults", refused)
    held_back = HeldBack(rate_basis_points=1_000, days=2, maximum_minor=200_00)
    specs = specs_with(evolve(SHOP, plan="full", rounding="remise", reserve=held_back))
    with journal_of(tmp_path, FRIDAY) as journal:
        for _ in range(4):
            close_to_half = (40_040, 30_033, 61_225)
            at: dict[str, Any] = {"merchant_id": SHOP.id, "terminal_id": "SHOP0001", "channel": "ecommerce"}
            sales = [journal.decide(**at, amount_minor=amount_minor) for amount_minor in close_to_half]
            close(tmp_path, specs)
            journal.reverse(sales[0], 10_030)
    assert any(each.startswith(check) for each in found), found
