"""What a day makes of refunds, holds, completions, batches and partial approvals."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from attrs import evolve

from switch.endofday.close import check_books, close_day, show_day
from switch.endofday.report import DayReport
from tests.support.day_builders import (
    DAY_MS,
    DISCOUNT,
    FRIDAY,
    GROCER,
    HOTEL,
    KIOSK,
    NOW_MS,
    SATURDAY,
    SUNDAY,
    DaySpecs,
    Journal,
    day_specs,
    journal_of,
    later_ms,
)

INN = evolve(HOTEL, capture="completion", over_basis_points=1_500)
SPECS = day_specs(merchants=(GROCER, INN, KIOSK))


def close(data: Path, specs: DaySpecs = SPECS) -> DayReport:
    """Close the oldest date, a day after the close before, and prove the books."""
    report = close_day(data, specs, None, later_ms(data))
    assert check_books(data).faults == ()
    return report


def rows(data: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(data / "books.db")) as books:
        return books.execute(sql).fetchall()


def shares(report: DayReport) -> tuple[int, int, int, int, int, int]:
    """Approvals, and of them those presented, reversed, held, captured by another request and with nothing due."""
    return (
        report.approval_count,
        report.presentment_count,
        report.reversed_count,
        report.held_count,
        report.captured_later_count,
        report.nothing_due_count,
    )


def test_a_refund_goes_the_other_way_with_all_its_charges(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide(amount_minor=30_000)
        refund = journal.decide(amount_minor=10_000, transaction_type="refund")
    report = close(tmp_path)
    assert [
        (item.request_id, item.amount_minor, item.discount_minor, item.vat_minor, item.net_minor) for item in report.refunds
    ] == [(refund, -10_000, -120, -12, -9_868)]
    issuer, acquirer = report.positions
    assert (issuer.debit_count, issuer.debit_minor, issuer.credit_count, issuer.credit_minor) == (1, 30_000, 1, 10_000)
    assert (acquirer.debit_count, acquirer.debit_minor, acquirer.credit_count, acquirer.credit_minor) == (1, 10_000, 1, 30_000)
    assert (issuer.interchange_minor, issuer.net_minor, acquirer.net_minor) == (195 - 65, -20_000 + 130, 20_000 - 130)
    assert (report.payouts[0].presentment_count, report.payouts[0].gross_minor) == (2, 20_000)
    (total,) = report.totals
    assert (total.presentment_count, total.refund_count, total.refunded_minor, total.gross_minor) == (2, 1, -10_000, 20_000)
    entry = f"{FRIDAY}/presentment/{GROCER.id}/atlas/refund"
    assert rows(
        tmp_path, f"SELECT account, debit_minor, credit_minor FROM posting WHERE entry_id = '{entry}' ORDER BY line"
    ) == [
        ("issuer-receivable:atlas", 0, 10_000),
        (f"merchant-payable:{GROCER.id}", 10_000, 0),
        ("interchange-expense", 0, 65),
        ("issuer-receivable:atlas", 65, 0),
    ]


def test_a_refund_of_a_plan_that_keeps_the_discount_gives_back_interchange_alone(tmp_path: Path) -> None:
    kept = DISCOUNT.replace("rate_basis_points = 120", "rate_basis_points = 120\nrefunds_give_back = false")
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide(transaction_type="refund")
    report = close(tmp_path, day_specs(discount=kept))
    (refund,) = report.refunds
    assert (refund.interchange_minor, refund.discount_minor, refund.vat_minor, refund.net_minor) == (-65, 0, 0, -10_000)
    assert (report.payouts[0].net_minor, report.payouts[0].outcome) == (-10_000, "carried")


def test_a_refund_does_not_give_back_the_minimum_of_a_sale(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide(transaction_type="refund", merchant_id=KIOSK.id, amount_minor=100)
    (refund,) = close(tmp_path).refunds
    assert (refund.discount_minor, refund.vat_minor, refund.net_minor) == (-1, 0, -99)


def test_reversals_of_a_refund_take_it_back_before_and_after_the_close(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        at_once, in_part, later = (journal.decide(transaction_type="refund") for _ in range(3))
        journal.reverse(at_once)
        journal.reverse(in_part, 4_000)
        friday = close(tmp_path)
        journal.reverse(later, 2_500)
        saturday = close(tmp_path)
        journal.reverse(later)
        sunday = close(tmp_path)
    assert [item.amount_minor for item in friday.reversed] == [-10_000]
    assert [item.amount_minor for item in friday.refunds] == [-4_000, -10_000]
    assert [(item.amount_minor, item.interchange_minor, item.net_minor) for item in saturday.adjustments] == [
        (7_500, 49, 7_401)
    ]
    assert [(item.amount_minor, item.interchange_minor, item.net_minor) for item in sunday.adjustments] == [(2_500, 16, 2_467)]
    issuer, _ = saturday.positions
    assert (issuer.debit_count, issuer.debit_minor, issuer.credit_count, issuer.net_minor) == (1, 7_500, 0, -7_451)


def test_a_hold_is_listed_until_it_is_completed_and_counts_on_that_date(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        hold = journal.hold(merchant_id=INN.id, amount_minor=100_000)
        friday = close(tmp_path)
        journal.decide()
        saturday = close(tmp_path)
        completion = journal.capture(hold, 115_000)
        sunday = close(tmp_path)
    assert [shares(day) for day in (friday, saturday, sunday)] == [(1, 0, 0, 1, 0, 0), (1, 1, 0, 0, 0, 0), (1, 1, 0, 0, 0, 0)]
    assert [
        (day.outstanding_count, [(item.held_since, item.age_days) for item in day.holds]) for day in (friday, saturday, sunday)
    ] == [
        (1, [(FRIDAY, 0)]),
        (1, [(FRIDAY, 1)]),
        (0, []),
    ]
    assert rows(
        tmp_path, "SELECT request_id, amount_minor, business_date FROM presentment WHERE merchant_id LIKE 'HOTEL%'"
    ) == [(completion, 115_000, SUNDAY)]
    assert rows(tmp_path, "SELECT * FROM released_item") == [
        (hold, SUNDAY, FRIDAY, "captured", completion, 100_000, 1_500, None)
    ]
    assert show_day(tmp_path, SATURDAY) == evolve(saturday, sentence=f"business date {SATURDAY} is closed")
    assert not (tmp_path / "days" / SUNDAY / "holds.csv").exists()
    assert (tmp_path / "days" / SATURDAY / "holds.csv").read_text(encoding="utf-8").splitlines()[1] == (
        f"{SATURDAY},{FRIDAY},1,{INN.id},PORT0001,atlas,632400000001,450716******0010,504,1000.00,completion"
    )


@pytest.mark.parametrize("on_its_own_date", [True, False])
def test_an_increment_that_was_declined_is_nothing_that_a_completion_captures(tmp_path: Path, on_its_own_date: bool) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        hold = journal.hold(merchant_id=INN.id)
        added = journal.hold(merchant_id=INN.id, amount_minor=2_000, original_id=hold)
        journal.hold(response_code="51", merchant_id=INN.id, amount_minor=3_000, original_id=hold)
        if not on_its_own_date:
            assert [item.amount_minor for item in close(tmp_path).holds] == [10_000, 2_000]
        completion = journal.capture(hold, 12_000)
        report = close(tmp_path)
    assert (report.captured_later_count, report.holds) == (2 if on_its_own_date else 0, ())
    released = "SELECT request_id, outcome, released_by, granted_minor FROM released_item ORDER BY request_id"
    assert rows(tmp_path, released) == [(hold, "captured", completion, 10_000), (added, "captured", completion, 2_000)]


def test_a_hold_completed_or_captured_with_its_batch_on_its_own_date_is_not_listed(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        hold, sale = journal.hold(merchant_id=INN.id), journal.hold(capture="batch")
        journal.capture(hold, 9_000)
        journal.capture(sale, 10_000, "batch")
    report = close(tmp_path)
    assert (shares(report), report.holds) == ((4, 2, 0, 0, 2, 0), ())
    assert rows(tmp_path, "SELECT request_id, amount_minor FROM presentment ORDER BY request_id") == [(3, 9_000), (4, 10_000)]


def test_a_completion_takes_the_increments_of_a_hold_with_it(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        hold = journal.hold(merchant_id=INN.id)
        journal.hold(merchant_id=INN.id, original_id=hold, amount_minor=5_000)
        undone = journal.hold(merchant_id=INN.id, original_id=hold, amount_minor=3_000)
        journal.reverse(undone)
        assert shares(close(tmp_path)) == (3, 0, 1, 2, 0, 0)
        journal.capture(hold, 17_250)
        assert close(tmp_path).outstanding_count == 0
    assert rows(tmp_path, "SELECT request_id, granted_minor FROM released_item ORDER BY request_id") == [
        (1, 10_000),
        (2, 5_000),
    ]


def test_a_hold_reversed_at_once_is_reversed_and_one_reversed_later_is_held_no_more(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        at_once, later, in_part = (journal.hold(merchant_id=INN.id) for _ in range(3))
        journal.reverse(at_once)
        journal.reverse(in_part, 2_500)
        friday = close(tmp_path)
        journal.reverse(later)
        saturday = close(tmp_path)
    assert [(item.request_id, item.amount_minor) for item in friday.reversed] == [(at_once, 10_000)]
    assert [(item.request_id, item.amount_minor) for item in friday.holds] == [(later, 10_000), (in_part, 2_500)]
    assert (saturday.business_date, saturday.approval_count, saturday.payouts) == (SATURDAY, 0, ())
    assert [item.request_id for item in saturday.holds] == [in_part]
    assert rows(tmp_path, "SELECT request_id, outcome, released_by FROM released_item") == [(later, "reversed", 3)]


def test_the_reversal_of_a_completion_undoes_it_before_and_after_the_close(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        first, second = journal.hold(merchant_id=INN.id), journal.hold(merchant_id=INN.id)
        undone, presented = journal.capture(first, 10_000), journal.capture(second, 8_000)
        journal.reverse(undone)
        friday = close(tmp_path)
        journal.reverse(presented, 5_000)
        saturday = close(tmp_path)
    assert (shares(friday), friday.holds) == ((4, 1, 1, 0, 2, 0), ())
    assert [(item.request_id, item.amount_minor) for item in saturday.adjustments] == [(presented, -3_000)]


def test_a_partial_approval_counts_for_what_was_granted(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide("10", approved_minor=6_000)
        lowered = journal.decide("10", approved_minor=6_000)
        journal.reverse(lowered, 1_000)
    report = close(tmp_path)
    assert rows(tmp_path, "SELECT amount_minor FROM presentment ORDER BY request_id") == [(6_000,), (1_000,)]
    assert shares(report) == (2, 2, 0, 0, 0, 0)


def test_inquiries_and_captures_of_nothing_have_nothing_due(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide(transaction_type="balance_inquiry", capture="never", amount_minor=0)
        journal.decide(transaction_type="card_verification", capture="never", amount_minor=0)
        hold = journal.hold(merchant_id=INN.id)
        journal.capture(hold, 0)
    assert shares(close(tmp_path)) == (4, 0, 0, 0, 1, 3)
    assert rows(tmp_path, "SELECT COUNT(*) FROM posting") == [(0,)]


def test_every_type_that_moves_money_is_presented_and_no_other(tmp_path: Path) -> None:
    types = ("purchase_with_cash_back", "quasi_cash", "bill_payment", "cash_withdrawal", "transfer")
    with journal_of(tmp_path, FRIDAY) as journal:
        for transaction_type in types:
            journal.decide(transaction_type=transaction_type)
    report = close(tmp_path)
    assert [item.reason for item in report.exceptions] == ["unknown transaction type"]
    assert rows(tmp_path, "SELECT transaction_type FROM type_total ORDER BY 1") == [(name,) for name in sorted(types[:-1])]


def test_check_finds_holds_captured_twice_or_for_too_much(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        hold, sale = journal.hold(merchant_id=INN.id), journal.decide()
        journal.capture(hold, 11_501)
        close_day(tmp_path, SPECS, None, NOW_MS)
        journal.capture(hold, 1)
        journal.capture(sale, 10_000)
        close_day(tmp_path, SPECS, SATURDAY, NOW_MS)
    assert [(fault.business_date, fault.check, fault.sentence) for fault in check_books(tmp_path).faults] == [
        (
            None,
            "holds_are_captured_once",
            "request 5 of the journal captures request 2, which is no approval that waits for it",
        ),
        (None, "holds_are_captured_once", "request 1 of the journal is captured by 2 others"),
        (
            FRIDAY,
            "captures_are_within_grants",
            "request 3 captured 11501 minor units where 10000 were granted, and 1500 basis points above at most",
        ),
    ]


def test_check_finds_holds_that_end_for_no_reason_or_not_at_all(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        first, second = journal.hold(merchant_id=INN.id), journal.hold(merchant_id=INN.id)
        close(tmp_path)
        journal.capture(first, 10_000)
        close(tmp_path)
    with closing(sqlite3.connect(tmp_path / "books.db")) as books:
        books.execute("DROP TRIGGER released_item_no_update")
        books.execute(f"UPDATE released_item SET request_id = {second}")
        books.commit()
    assert {fault.sentence for fault in check_books(tmp_path).faults} == {
        "hold 2 is captured by 3, which the journal does not have so",
        "hold 1 (RRN 632400000001) is held still, and request 3 captured it",
        "books.db: trigger released_item_no_update is missing",
        "the rows of released_item are not as they were written",
    }


def test_check_finds_a_sale_below_zero(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide(transaction_type="refund")
    close(tmp_path)
    with closing(sqlite3.connect(tmp_path / "books.db")) as books:
        books.executescript("DROP TRIGGER presentment_no_update; UPDATE presentment SET transaction_type = 'purchase'")
    assert [fault.check for fault in check_books(tmp_path).faults] == [
        "schema_unchanged",
        "presentments_are_the_journals",
        "only_refunds_are_credits",
    ]


@pytest.fixture
def running(tmp_path: Path) -> Journal:
    """A folder whose Friday was just closed by hand, and whose Saturday goes on."""
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide()
        assert close_day(tmp_path, SPECS, None, NOW_MS).outcome == "closed"
        journal.decide()
    return journal


@pytest.mark.usefixtures("running")
def test_closing_again_at_once_does_not_close_the_date_that_runs(tmp_path: Path) -> None:
    again = close_day(tmp_path, SPECS, None, NOW_MS + 60_000)
    assert (again.business_date, again.outcome) == (FRIDAY, "already_closed")
    assert again.sentence == (
        f"business date {FRIDAY} is already closed, nothing was changed; "
        f"{SATURDAY} is still open, name it to close it now: switch day close {SATURDAY}"
    )
    assert close_day(tmp_path, SPECS, SATURDAY, NOW_MS + 60_000).outcome == "closed"


@pytest.mark.usefixtures("running")
def test_once_a_cut_off_has_passed_closing_goes_on(tmp_path: Path) -> None:
    cut_off_ms = SPECS.calendar.cut_off_ms(SPECS.calendar.business_date_at(NOW_MS))
    assert close_day(tmp_path, SPECS, None, cut_off_ms - 1).outcome == "already_closed"
    assert close_day(tmp_path, SPECS, None, cut_off_ms).business_date == SATURDAY


@pytest.mark.usefixtures("running")
def test_dates_that_are_not_open_any_more_are_closed_one_after_the_other(tmp_path: Path) -> None:
    with journal_of(tmp_path, SUNDAY) as journal:
        journal.decide()
    assert [close_day(tmp_path, SPECS, None, NOW_MS).business_date for _ in range(2)] == [SATURDAY, SATURDAY]
    assert close_day(tmp_path, SPECS, None, NOW_MS + DAY_MS).business_date == SUNDAY
