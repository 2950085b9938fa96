"""Remises: what each terminal captured on a date, how it is numbered and paid, and what goes with it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from switch.endofday import close as day_close
from switch.endofday.close import check_books, close_day
from switch.endofday.report import DayReport, Payout
from tests.support.day_builders import FRIDAY, GROCER, HOTEL, SATURDAY, SUNDAY, DaySpecs, day_specs, journal_of, later_ms

MARKET = evolve(GROCER, id="MARCHE000000001", terminals=("MARCHE01", "MARCHE02"))
TOGETHER = evolve(HOTEL, paid_by="merchant", terminals=("RIAD0001", "RIAD0002"), payout_label="CARTES {date} {merchant}")
SPECS = day_specs(merchants=(GROCER, MARKET, TOGETHER))


def close(data: Path, specs: DaySpecs = SPECS) -> DayReport:
    return close_day(data, specs, None, later_ms(data))


def rows(data: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(data / "books.db")) as connection:
        return connection.execute(sql).fetchall()


def paid(report: DayReport) -> list[tuple[str, str, int, str]]:
    return [(each.reference, each.label, each.net_minor, each.outcome) for each in report.payouts]


def at(terminal_id: str, amount_minor: int = 10_000, **changes: Any) -> dict[str, Any]:
    """A sale at a terminal of the market: 1.20 % commission and 10 % VAT on it leave 98.68 of 100.00."""
    return {"merchant_id": MARKET.id, "terminal_id": terminal_id, "amount_minor": amount_minor, **changes}


def test_each_terminal_has_a_numbered_remise_that_is_paid_by_itself(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide(**at("MARCHE02"))
        journal.decide(**at("MARCHE01", 20_000))
        journal.decide(**at("MARCHE02", 30_000))
    report = close(tmp_path)
    assert paid(report) == [
        (f"{FRIDAY}-MARCHE01-000001", "VENTE PAR CARTE 000001", 19_736, "paid"),
        (f"{FRIDAY}-MARCHE02-000001", "VENTE PAR CARTE 000001", 39_472, "paid"),
    ]
    sql = "SELECT terminal_id, number, presentment_count, gross_minor, net_minor, label, payout_reference FROM remise"
    assert rows(tmp_path, sql) == [
        ("MARCHE01", 1, 1, 20_000, 19_736, "VENTE PAR CARTE 000001", f"{FRIDAY}-MARCHE01-000001"),
        ("MARCHE02", 1, 2, 40_000, 39_472, "VENTE PAR CARTE 000001", f"{FRIDAY}-MARCHE02-000001"),
    ]
    assert rows(tmp_path, "SELECT request_id, remise_number FROM presentment ORDER BY request_id") == [(1, 1), (2, 1), (3, 1)]
    assert check_books(tmp_path).faults == ()


def test_numbers_count_for_each_terminal_over_the_dates(tmp_path: Path) -> None:
    for business_date, terminals in ((FRIDAY, "1"), (SATURDAY, "12"), (SUNDAY, "2")):
        with journal_of(tmp_path) as journal:
            if not (tmp_path / "books.db").exists():
                journal.open(business_date)
            for number in terminals:
                journal.decide(**at(f"MARCHE0{number}"))
        close(tmp_path)
    sql = "SELECT business_date, terminal_id, number FROM remise ORDER BY business_date, terminal_id"
    assert rows(tmp_path, sql) == [
        (FRIDAY, "MARCHE01", 1),
        (SATURDAY, "MARCHE01", 2),
        (SATURDAY, "MARCHE02", 1),
        (SUNDAY, "MARCHE02", 2),
    ]
    assert check_books(tmp_path).faults == ()


@pytest.mark.parametrize(("last", "number"), [(999_998, 999_999), (999_999, 1), (1_999_997, 999_999), (1_999_998, 1)])
def test_numbers_have_six_digits_and_begin_again_with_1(tmp_path: Path, last: int, number: int) -> None:
    """0 would be the number of no remise."""
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide(**at("MARCHE01"))
        close(tmp_path)
        with closing(sqlite3.connect(tmp_path / "books.db")) as books:
            books.execute("DROP TRIGGER remise_no_update")
            books.execute("UPDATE remise SET ordinal = ?, number = ?", (last, (last - 1) % 999_999 + 1))
            books.commit()
        journal.decide(**at("MARCHE01"))
    report = close(tmp_path)
    assert [payout[0] for payout in paid(report)] == [f"{SATURDAY}-MARCHE01-{number:06d}"]
    assert rows(tmp_path, "SELECT ordinal, number FROM remise ORDER BY ordinal DESC LIMIT 1") == [(last + 1, number)]


def test_a_contract_may_have_all_remises_of_a_date_paid_together(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        for terminal in ("RIAD0001", "RIAD0002"):
            journal.decide(merchant_id=TOGETHER.id, terminal_id=terminal)
    report = close(tmp_path)
    assert paid(report) == [(f"{FRIDAY}-{TOGETHER.id}", f"CARTES {FRIDAY} {TOGETHER.id}", 19_736, "paid")]
    assert rows(tmp_path, "SELECT terminal_id, payout_reference FROM remise") == [
        ("RIAD0001", f"{FRIDAY}-{TOGETHER.id}"),
        ("RIAD0002", f"{FRIDAY}-{TOGETHER.id}"),
    ]
    assert check_books(tmp_path).faults == ()


def test_a_remise_may_have_adjustments_alone(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        sale = journal.decide(**at("MARCHE01"))
        close(tmp_path)
        journal.reverse(sale)
        journal.decide(**at("MARCHE02"))
    report = close(tmp_path)
    assert paid(report) == [
        (f"{SATURDAY}-MARCHE01-000002", "VENTE PAR CARTE 000002", -9_868, "carried"),
        (f"{SATURDAY}-MARCHE02-000001", "VENTE PAR CARTE 000001", 9_868, "paid"),
    ]
    assert rows(tmp_path, "SELECT terminal_id, remise_number FROM adjustment") == [("MARCHE01", 2)]
    assert check_books(tmp_path).faults == ()


def test_all_that_a_date_carried_is_brought_forward_once_by_the_largest_payout(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        for terminal in ("MARCHE01", "MARCHE02"):
            journal.decide(**at(terminal, transaction_type="refund"))
        assert [each.outcome for each in close(tmp_path).payouts] == ["carried", "carried"]
        journal.decide(**at("MARCHE01", 10_000))
        journal.decide(**at("MARCHE02", 100_000))
        second = close(tmp_path)
        journal.decide(**at("MARCHE01"))
        third = close(tmp_path)
    brought = [(each.terminal_id, each.brought_forward_minor, each.net_minor) for each in second.payouts]
    assert brought == [("MARCHE01", 0, 9_868), ("MARCHE02", -2 * 9_868, 98_680 - 2 * 9_868)]
    assert [each.brought_forward_minor for each in third.payouts] == [0]
    assert check_books(tmp_path).faults == ()


def test_a_terminal_that_closes_its_batch_has_a_remise_for_each(tmp_path: Path) -> None:
    """What a close captures is in the batch it closes, though its requests are made behind it; what comes later in the next."""
    with journal_of(tmp_path, FRIDAY) as journal:
        waits = journal.hold(**at("MARCHE01", capture="batch"))
        journal.decide(**at("MARCHE01", 2_000))
        _close_batch(journal.connection, last_request_id=2)
        journal.capture(waits, 10_000, "batch")
        journal.decide(**at("MARCHE01", 5_000))
        journal.decide(**at("MARCHE02", 7_000))
    close(tmp_path)
    assert rows(tmp_path, "SELECT terminal_id, number, presentment_count, gross_minor FROM remise") == [
        ("MARCHE01", 1, 2, 12_000),
        ("MARCHE01", 2, 1, 5_000),
        ("MARCHE02", 1, 1, 7_000),
    ]
    assert check_books(tmp_path).faults == ()


#: How a batch is closed behind two sales, each followed by another -> gross amounts of the remises of the two terminals.
CLOSINGS: dict[str, tuple[dict[str, str], list[int], list[int]]] = {
    "of one terminal": ({}, [2_000, 5_000], [10_000]),
    "of the other": ({"terminal_id": "MARCHE02"}, [7_000], [3_000, 7_000]),
    "of all terminals": ({"terminal_id": ""}, [2_000, 5_000], [3_000, 7_000]),
    "of another acquirer's terminals": ({"terminal_id": "", "acquirer_id": "504901"}, [7_000], [10_000]),
    "whose totals differ": ({"settlement_code": "2"}, [7_000], [10_000]),
    "without totals": ({"settlement_code": "0"}, [7_000], [10_000]),
    "on another date": ({"business_date": SATURDAY}, [7_000], [10_000]),
}


@pytest.mark.parametrize("closing_of", CLOSINGS)
def test_a_batch_ends_where_its_terminals_totals_agree(tmp_path: Path, closing_of: str) -> None:
    said, first, second = CLOSINGS[closing_of]
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide(**at("MARCHE01", 2_000))
        journal.decide(**at("MARCHE02", 3_000))
        _close_batch(journal.connection, last_request_id=2, **said)
        journal.decide(**at("MARCHE01", 5_000))
        journal.decide(**at("MARCHE02", 7_000))
    close(tmp_path)
    expected = [("MARCHE01", number, gross) for number, gross in enumerate(first, 1)]
    expected += [("MARCHE02", number, gross) for number, gross in enumerate(second, 1)]
    sql = "SELECT terminal_id, number, gross_minor FROM remise ORDER BY terminal_id, number"
    assert rows(tmp_path, sql) == expected
    assert check_books(tmp_path).faults == ()


def _close_batch(
    journal: sqlite3.Connection,
    last_request_id: int,
    settlement_code: str = "1",
    business_date: str = FRIDAY,
    terminal_id: str = "MARCHE01",
    acquirer_id: str = "504900",
) -> None:
    journal.execute(
        """
        INSERT INTO reconciliation (received_at_ms, line, mti, acquirer_id, terminal_id, stan, transmitted_at, business_date,
          last_request_id, waiting, totals, sent, settlement_code, response_code, reason)
        VALUES (1, 'ascii', '0500', ?, ?, '000001', '1120101500', ?, ?, '[]', '{}', '{}', ?, '00', 'agreed')
        """,
        (acquirer_id, terminal_id, business_date, last_request_id, settlement_code),
    )
    journal.commit()


def test_terminals_of_two_merchants_with_one_id_have_payouts_apart(tmp_path: Path) -> None:
    """Only merchants without a contract of their own can share one."""
    specs = evolve(SPECS, default_contract=evolve(GROCER, id=""))
    with journal_of(tmp_path, FRIDAY) as journal:
        for merchant_id in ("STRANGER1", "STRANGER2"):
            journal.decide(merchant_id=merchant_id, terminal_id="TERM0001")
    references = [each.reference for each in close(tmp_path, specs).payouts]
    assert references == [f"{FRIDAY}-TERM0001-000001", f"{FRIDAY}-TERM0001-000001-2"]
    assert check_books(tmp_path).faults == ()


def test_terminals_of_two_merchants_with_one_id_are_numbered_apart(tmp_path: Path) -> None:
    specs = evolve(SPECS, default_contract=evolve(GROCER, id=""))
    dates = ((FRIDAY, ("STRANGER1",)), (SATURDAY, ("STRANGER1", "STRANGER2")), (SUNDAY, ("STRANGER2",)))
    for business_date, merchants in dates:
        with journal_of(tmp_path, None if (tmp_path / "books.db").exists() else business_date) as journal:
            for merchant_id in merchants:
                journal.decide(merchant_id=merchant_id, terminal_id="TERM0001")
        close(tmp_path, specs)
    sql = "SELECT business_date, merchant_id, number FROM remise ORDER BY business_date, merchant_id"
    assert rows(tmp_path, sql) == [
        (FRIDAY, "STRANGER1", 1),
        (SATURDAY, "STRANGER1", 2),
        (SATURDAY, "STRANGER2", 1),
        (SUNDAY, "STRANGER2", 2),
    ]
    assert check_books(tmp_path).faults == ()


def test_an_exception_that_a_batch_captured_is_in_the_first_remise_of_the_date(tmp_path: Path) -> None:
    """Also where some terminal closes a batch on the date on which the exception is presented."""
    with journal_of(tmp_path, FRIDAY) as journal:
        waits = journal.hold(**at("MARCHE01", capture="batch"))
        _close_batch(journal.connection, last_request_id=waits)
        journal.capture(waits, 10_000, "batch")
        close(tmp_path, day_specs(merchants=(GROCER,)))
        journal.decide(**at("MARCHE01", 5_000))
        journal.decide(**at("MARCHE02", 7_000))
        _close_batch(journal.connection, last_request_id=journal.decided, business_date=SATURDAY)
    close(tmp_path)
    sql = "SELECT terminal_id, number, presentment_count, gross_minor FROM remise ORDER BY terminal_id, number"
    assert rows(tmp_path, sql) == [("MARCHE01", 1, 2, 15_000), ("MARCHE02", 1, 1, 7_000)]
    assert check_books(tmp_path).faults == ()


def test_a_merchant_without_a_contract_is_paid_by_the_default_one_on_a_date_with_adjustments_alone(tmp_path: Path) -> None:
    specs = evolve(SPECS, default_contract=evolve(TOGETHER, id=""))
    with journal_of(tmp_path, FRIDAY) as journal:
        sale = journal.decide(merchant_id="STRANGER1", terminal_id="TERM0001")
        assert paid(close(tmp_path, specs))[0][0] == f"{FRIDAY}-STRANGER1"
        journal.reverse(sale, 2_500)
    reversed_in_part = (f"{SATURDAY}-STRANGER1", f"CARTES {SATURDAY} STRANGER1", -7_401, "carried")
    assert paid(close(tmp_path, specs)) == [reversed_in_part]
    assert check_books(tmp_path).faults == ()


#: Entries a test makes: rent of a terminal, a dispute of a remise, and something of a merchant that sold nothing.
SOURCE = f"""
INSERT INTO merchant_entry (business_date, merchant_id, terminal_id, remise_number, kind, line, reference, amount_minor,
  vat_minor, vat_rate_basis_points, currency, rule, narrative)
VALUES (:business_date, '{MARKET.id}', 'MARCHE01', 0, 'rent', 1, '2026-11', -15000, -3000, 2000, '504', 'here', 'rent'),
  (:business_date, '{MARKET.id}', 'MARCHE01', 1, 'representment', 1, 'D1', 1, 0, 0, '504', 'here', 'dispute'),
  (:business_date, '{GROCER.id}', '', 0, 'subscription', 1, '2026-11', -25000, -5000, 2000, '504', 'here', 'a month')
"""


@pytest.fixture
def with_entries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(day_close, "ENTRY_SOURCES", (SOURCE,))
    others = tuple(check for check in day_close.DAY_CHECKS if check.__name__ != "disputes_posted")
    monkeypatch.setattr(day_close, "DAY_CHECKS", others)  # there is no dispute behind the representment


@pytest.mark.usefixtures("with_entries")
def test_entries_change_payouts_and_are_posted(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide(**at("MARCHE01"))
        journal.decide(**at("MARCHE02", 40_000))
    report = close(tmp_path)

    def of(payout: Payout) -> tuple[str, int, int, int, str]:
        return payout.reference, payout.entries_minor, payout.entries_vat_minor, payout.net_minor, payout.outcome

    assert list(map(of, report.payouts)) == [
        (f"{FRIDAY}-{GROCER.id}", -25_000, -5_000, -30_000, "carried"),
        (f"{FRIDAY}-MARCHE01-000001", 1, 0, 9_869, "paid"),
        (f"{FRIDAY}-MARCHE02-000001", -15_000, -3_000, 39_472 - 18_000, "paid"),
    ]
    posted = "SELECT account, debit_minor, credit_minor FROM posting WHERE kind = 'entry' ORDER BY entry_id, line"
    assert rows(tmp_path, posted) == [
        (f"merchant-payable:{GROCER.id}", 30_000, 0),
        ("subscription-income", 0, 25_000),
        ("vat-collected", 0, 5_000),
        (f"merchant-payable:{MARKET.id}", 18_000, 0),
        ("terminal-rent-income", 0, 15_000),
        ("vat-collected", 0, 3_000),
        (f"merchant-payable:{MARKET.id}", 0, 1),
        ("dispute-receivable", 1, 0),
    ]
    assert check_books(tmp_path).faults == ()
    assert "Autres mouvements, TTC" in (tmp_path / "days" / FRIDAY / "statements" / f"{GROCER.id}.txt").read_text()


@pytest.mark.usefixtures("with_entries")
@pytest.mark.parametrize(
    ("sql", "checks"),
    [
        ("UPDATE remise SET gross_minor = gross_minor + 1", {"remises_add_up", "remises_paid_once"}),
        ("UPDATE remise SET payout_reference = 'x' WHERE terminal_id = 'MARCHE01'", {"remises_paid_once"}),
        ("DELETE FROM remise WHERE terminal_id = 'MARCHE02'", {"remises_add_up", "remises_paid_once"}),
        (
            "UPDATE merchant_entry SET amount_minor = -24999 WHERE kind = 'subscription'",
            {"remises_paid_once", "entries_posted"},
        ),
        ("DELETE FROM merchant_entry WHERE kind = 'rent'", {"remises_paid_once"}),
        ("UPDATE payout SET brought_forward_minor = 5 WHERE terminal_id = 'MARCHE01'", {"remises_paid_once", "carried_once"}),
    ],
)
def test_check_finds_what_was_changed(tmp_path: Path, sql: str, checks: set[str]) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide(**at("MARCHE01"))
        journal.decide(**at("MARCHE02", 40_000))
    close(tmp_path)
    table = sql.split()[2] if sql.startswith("DELETE") else sql.split()[1]
    with closing(sqlite3.connect(tmp_path / "books.db")) as connection:
        connection.execute(f"DROP TRIGGER {table}_no_{sql.split()[0].lower()}")
        connection.execute(sql)
        connection.commit()
    assert {fault.check for fault in check_books(tmp_path).faults} >= checks
