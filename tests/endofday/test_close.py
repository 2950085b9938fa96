from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from attrs import evolve

from switch.clearing import ledger
from switch.clearing.checks import Ask, Fault
from switch.endofday import books
from switch.endofday import close as endofday
from switch.endofday import files as day_files
from switch.endofday.close import check_books, close_day, show_day
from switch.endofday.report import DayReport
from switch.endofday.statements import statement
from switch.errors import DataFolderError, NegativeAnswerError, SpecError, SwitchError
from switch.merchant import HeldBack
from tests.support.day_builders import (
    FRIDAY,
    GROCER,
    HOTEL,
    KIOSK,
    MONDAY,
    SATURDAY,
    SUNDAY,
    DaySpecs,
    Named,
    day_specs,
    journal_of,
    journal_schema,
    later_ms,
    merchant,
)
from tests.support.dispute_builders import dispute

SPECS = day_specs()


def close(data: Path, business_date: str | None = None, specs: DaySpecs = SPECS) -> DayReport:
    """Close a date at the time of day of ``NOW_MS``, a day after the close before."""
    return close_day(data, specs, business_date, later_ms(data))


def rows(data: Path, sql: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(data / "books.db")
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def files(data: Path) -> dict[str, bytes]:
    return {path.relative_to(data).as_posix(): path.read_bytes() for path in (data / "days").rglob("*") if path.is_file()}


def test_closing_the_open_date_opens_the_next_and_counts_every_decision(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide()
        journal.decide(amount_minor=25_000, issuer="vesta", scheme="visa", origin="foreign")
        journal.decide("51")
        report = close(tmp_path)
        assert journal.open_date == SATURDAY
    assert (report.business_date, report.outcome, report.value_date) == (FRIDAY, "closed", MONDAY)
    assert (report.decision_count, report.approval_count, report.presentment_count, report.exception_count) == (3, 2, 2, 0)
    assert [(total.currency, total.gross_minor) for total in report.totals] == [("504", 35_000)]
    assert sum(position.net_minor for position in report.positions) == 0


@pytest.mark.parametrize("by", ["clock", "operator"])
def test_the_date_that_a_close_opens_ends_as_the_one_before_it(tmp_path: Path, by: str) -> None:
    """At the cut-off where the clock opened that one, and with its close where a person did."""
    with journal_of(tmp_path) as journal:
        journal.open(FRIDAY, by)
        journal.decide()
        close(tmp_path)
        assert journal.opened() == [(FRIDAY, by), (SATURDAY, by)]
        journal.decide()
        close(tmp_path, SATURDAY)
        assert journal.opened() == [(FRIDAY, by), (SATURDAY, by), (SUNDAY, by)]


def test_a_close_opens_no_date_where_a_later_one_is_open(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide()
        journal.open(MONDAY, "operator")
        close(tmp_path)
        assert journal.opened() == [(FRIDAY, "clock"), (MONDAY, "operator")]


def test_the_journal_can_be_written_while_its_day_is_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide()

        def decide_meanwhile(_ask: Ask, _business_date: str) -> list[Fault]:
            journal.decide(amount_minor=777)
            return []

        with monkeypatch.context() as busy:
            busy.setattr(endofday, "DAY_CHECKS", (decide_meanwhile, *endofday.DAY_CHECKS))
            report = close(tmp_path)
    assert (report.business_date, report.presentment_count) == (FRIDAY, 1)
    assert [day.business_date for day in check_books(tmp_path).open_days] == [SATURDAY]
    assert close(tmp_path, SATURDAY).totals[0].gross_minor == 777


def test_closing_twice_says_so_and_changes_nothing(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide()
    close(tmp_path)
    before, postings = files(tmp_path), rows(tmp_path, "SELECT * FROM posting")
    again = close(tmp_path, FRIDAY)
    assert (again.outcome, again.sentence) == (
        "already_closed",
        f"business date {FRIDAY} is already closed, nothing was changed",
    )
    assert close(tmp_path).outcome == "nothing_to_close"
    assert files(tmp_path) == before
    assert rows(tmp_path, "SELECT * FROM posting") == postings


@pytest.mark.parametrize("named", [FRIDAY, None])
def test_dying_before_the_files_leaves_them_to_the_next_close(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: str | None
) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide()
        journal.decide(merchant_id=HOTEL.id)
        with monkeypatch.context() as dying:
            dying.setattr(day_files, "_write_statement_files", lambda *_: pytest.fail("died here"))
            with pytest.raises(pytest.fail.Exception, match="died here"):
                close(tmp_path)
        journal.decide()
    report = close(tmp_path, named)
    assert (report.business_date, report.outcome) == (FRIDAY, "rendered_again")
    complete = files(tmp_path)
    (tmp_path / "days" / FRIDAY / "statements" / f"{HOTEL.id}.csv").unlink()
    assert close(tmp_path, FRIDAY).outcome == "rendered_again"
    assert files(tmp_path) == complete
    assert len(complete) == 6


def test_a_day_that_does_not_balance_is_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide()
    wrong = ledger.POSITIONS.replace("- SUM(paid_minor) - SUM(interchange_minor)", "- SUM(paid_minor)")
    steps = tuple(wrong if sql is ledger.POSITIONS else sql for sql in ledger.CLEAR)
    with monkeypatch.context() as faulty:
        faulty.setattr(ledger, "CLEAR", steps)
        with pytest.raises(NegativeAnswerError, match=r"nothing was written: net positions sum to 0.65 MAD, expected 0"):
            close(tmp_path)
    assert rows(tmp_path, "SELECT COUNT(*) FROM presentment") == [(0,)]
    assert not (tmp_path / "days").exists()
    assert close(tmp_path).outcome == "closed"


def test_which_dates_can_be_closed(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        assert close(tmp_path).sentence == f"nothing to close: business date {FRIDAY} has no decisions; none is closed yet"
        journal.decide()
        journal.open(SATURDAY)
        journal.decide()
    with pytest.raises(SwitchError, match=f"{SATURDAY} cannot be closed before {FRIDAY}"):
        close(tmp_path, SATURDAY)
    with pytest.raises(SwitchError, match=f"{MONDAY} is not open yet, the open one is {SATURDAY}"):
        close(tmp_path, MONDAY)
    with pytest.raises(SwitchError, match="2026-11-01 was never a business date here"):
        close(tmp_path, "2026-11-01")
    with pytest.raises(SwitchError, match="found 'friday', expected a date"):
        close(tmp_path, "friday")
    assert [close(tmp_path).business_date for _ in range(2)] == [FRIDAY, SATURDAY]
    last = close(tmp_path)
    assert (last.outcome, last.business_date) == ("nothing_to_close", SATURDAY)
    assert last.sentence == f"nothing to close: business date 2026-11-22 has no decisions; the last one closed is {SATURDAY}"


def test_a_missing_rate_names_the_file_and_can_be_put_right(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide()
    later = '[[rate]]\nfrom = "2027-01-01"\nrate_basis_points = 1000'
    with pytest.raises(SpecError, match=f"fees/vat.toml: rate: found no row for {FRIDAY}"):
        close(tmp_path, specs=day_specs(vat=later))
    assert close(tmp_path).outcome == "closed"


def test_what_cannot_be_presented_is_listed_with_its_reason(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide()
        journal.decide(merchant_id="NOBODY000000001")
        journal.decide(currency="978")
    report = close(tmp_path)
    assert (report.approval_count, report.presentment_count) == (3, 1)
    assert [item.reason for item in report.exceptions] == ["unknown merchant", "other currency than the merchant's"]
    assert check_books(tmp_path).faults == ()


def test_a_payout_with_nothing_to_pay_is_carried_to_the_next(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide(merchant_id=KIOSK.id, amount_minor=150)
        carried = close(tmp_path).payouts[0]
        journal.decide(merchant_id=KIOSK.id, amount_minor=10_000)
        paid = close(tmp_path).payouts[0]
    assert (carried.net_minor, carried.outcome) == (150 - 200 - 20, "carried")
    assert (paid.brought_forward_minor, paid.net_minor, paid.outcome) == (-70, 10_000 - 220 - 70, "paid")
    assert check_books(tmp_path).faults == ()
    assert "SOLDE NET REPORTÉ" in statement(tmp_path, KIOSK.id, FRIDAY)
    assert "Solde antérieur reporté" in statement(tmp_path, KIOSK.id)
    owed = "SELECT SUM(credit_minor - debit_minor) FROM posting WHERE account LIKE 'merchant-payable:%'"
    assert rows(tmp_path, owed) == [(0,)]


@pytest.mark.parametrize("carried_minor", [0, 150])
def test_a_day_that_comes_to_nothing_pays_nobody(tmp_path: Path, carried_minor: int) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        if carried_minor:
            journal.decide(merchant_id=KIOSK.id, amount_minor=carried_minor)
            close(tmp_path)
            journal.decide(merchant_id=KIOSK.id, amount_minor=290)
        else:
            journal.decide(merchant_id=KIOSK.id, amount_minor=50_000)
            journal.decide(merchant_id=KIOSK.id, amount_minor=50_000, transaction_type="refund")
        nothing = close(tmp_path).payouts[0]
        journal.decide(merchant_id=KIOSK.id, amount_minor=10_000)
        after = close(tmp_path).payouts[0]
    assert (nothing.net_minor, nothing.outcome) == (0, "carried")
    assert (after.brought_forward_minor, after.net_minor, after.outcome) == (0, 10_000 - 220, "paid")
    assert rows(tmp_path, "SELECT COUNT(*) FROM posting WHERE kind = 'payout' AND line = 1") == [(1,)]
    assert check_books(tmp_path).faults == ()


def test_what_was_carried_is_brought_forward_once(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        payouts = []
        for amount_minor in (150, 10_000, 10_000):
            journal.decide(merchant_id=KIOSK.id, amount_minor=amount_minor)
            payouts.append(close(tmp_path).payouts[0])
    assert [payout.brought_forward_minor for payout in payouts] == [0, -70, 0]
    assert [payout.net_minor for payout in payouts] == [-70, 10_000 - 220 - 70, 10_000 - 220]
    assert check_books(tmp_path).faults == ()


def test_what_was_carried_in_one_currency_is_not_brought_forward_in_another(tmp_path: Path) -> None:
    in_euros = day_specs(merchants=[merchant(id=KIOSK.id, name=KIOSK.name, city=KIOSK.city, plan=KIOSK.plan, currency="978")])
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide(merchant_id=KIOSK.id, amount_minor=150)
        carried = close(tmp_path).payouts[0]
        journal.decide(merchant_id=KIOSK.id, amount_minor=10_000, currency="978")
        paid = close(tmp_path, specs=in_euros).payouts[0]
        journal.decide(merchant_id=KIOSK.id, amount_minor=10_000)
        again = close(tmp_path).payouts[0]
    assert (carried.currency, carried.net_minor, carried.outcome) == ("504", -70, "carried")
    assert (paid.currency, paid.brought_forward_minor, paid.net_minor) == ("978", 0, 10_000 - 220)
    assert (again.currency, again.brought_forward_minor, again.net_minor) == ("504", -70, 10_000 - 220 - 70)
    assert check_books(tmp_path).faults == ()


def test_what_is_reversed_before_it_is_presented_never_is(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        kept, undone, lowered, unpresentable = (
            journal.decide(),
            journal.decide(),
            journal.decide(amount_minor=8_000),
            journal.decide(merchant_id="NOBODY000000001"),
        )
        journal.reverse(undone)
        journal.reverse(unpresentable)
        journal.reverse(lowered, 5_000)
    report = close(tmp_path)
    assert (report.approval_count, report.presentment_count, report.reversed_count, report.exception_count) == (4, 2, 2, 0)
    assert [(item.request_id, item.reversal_id, item.amount_minor) for item in report.reversed] == [
        (undone, 1, 10_000),
        (unpresentable, 2, 10_000),
    ]
    assert rows(tmp_path, "SELECT request_id, amount_minor FROM presentment") == [(kept, 10_000), (lowered, 5_000)]
    assert check_books(tmp_path).faults == ()


def test_a_reversal_after_the_close_takes_back_what_was_presented(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        sale = journal.decide()
        close(tmp_path)
        before = files(tmp_path), rows(tmp_path, f"SELECT * FROM posting WHERE business_date = '{FRIDAY}'")
        journal.reverse(sale)
        assert [(day.business_date, day.decision_count, day.reversal_count) for day in check_books(tmp_path).open_days] == [
            (SATURDAY, 0, 1)
        ]
        report = close(tmp_path)
    assert (report.business_date, report.approval_count, report.adjustment_count) == (SATURDAY, 0, 1)
    (adjustment,) = report.adjustments
    assert (adjustment.request_id, adjustment.adjusts, adjustment.reversal_id) == (sale, FRIDAY, 1)
    assert (adjustment.amount_minor, adjustment.interchange_minor, adjustment.net_minor) == (-10_000, -65, -9_868)
    after = {name: content for name, content in files(tmp_path).items() if FRIDAY in name}
    assert (after, rows(tmp_path, f"SELECT * FROM posting WHERE business_date = '{FRIDAY}'")) == before
    assert rows(tmp_path, "SELECT account, SUM(debit_minor - credit_minor) AS due FROM posting GROUP BY 1 HAVING due <> 0") == [
        (f"merchant-payable:{GROCER.id}", 9_868),
        ("settlement-account", -9_868),
    ]
    assert check_books(tmp_path).faults == ()


def test_repeats_of_a_reversal_count_once_whenever_they_come(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        sale = journal.decide()
        close(tmp_path)
        for left in (6_000, 6_000, 8_000):
            journal.reverse(sale, left)
        close(tmp_path)
        for left in (6_000, 2_500):
            journal.reverse(sale, left)
        journal.reverse(sale, effective=False)
        close(tmp_path)
    found = rows(tmp_path, "SELECT business_date, reversal_id, amount_minor FROM adjustment ORDER BY business_date")
    assert found == [(SATURDAY, 1, -4_000), (SUNDAY, 5, -3_500)]
    assert check_books(tmp_path).faults == ()


def test_only_dates_count_not_when_a_day_is_closed(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        sale = journal.decide()
        journal.open(SATURDAY)
        journal.reverse(sale)
    friday, saturday = close(tmp_path), close(tmp_path)
    assert (friday.presentment_count, friday.reversed_count) == (1, 0)
    assert (saturday.business_date, saturday.adjustment_count) == (SATURDAY, 1)


def test_nothing_of_a_sale_remains_when_all_of_it_is_taken_back_in_parts(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        sale = journal.decide(merchant_id=KIOSK.id, amount_minor=33_333)
        close(tmp_path)
        for left in (12_345, 150, 0):
            journal.reverse(sale, left)
            close(tmp_path)
    columns = ("amount", "interchange", "discount", "vat", "net")
    sums = ", ".join(f"SUM({column}_minor)" for column in columns)
    both = " UNION ALL ".join(
        f"SELECT {', '.join(f'{column}_minor' for column in columns)} FROM {table}" for table in ("presentment", "adjustment")
    )
    assert rows(tmp_path, f"SELECT COUNT(*), {sums} FROM ({both})") == [(4, 0, 0, 0, 0, 0)]


def test_a_merchant_that_owes_after_reversals_pays_with_its_next_sales(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        sale = journal.decide()
        close(tmp_path)
        journal.reverse(sale)
        journal.decide(amount_minor=2_000)
        owing = close(tmp_path).payouts[0]
        journal.decide(amount_minor=20_000)
        paid = close(tmp_path).payouts[0]
    assert (owing.net_minor, owing.outcome, owing.adjustment_count) == (1_974 - 9_868, "carried", 1)
    assert (paid.brought_forward_minor, paid.net_minor, paid.outcome) == (-7_894, 19_736 - 7_894, "paid")
    assert rows(tmp_path, "SELECT SUM(credit_minor - debit_minor) FROM posting WHERE account LIKE 'merchant-payable:%'") == [
        (0,)
    ]
    assert check_books(tmp_path).faults == ()


def test_an_issuer_with_more_reversals_than_sales_is_paid(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        sale = journal.decide(issuer="rif")
        close(tmp_path)
        journal.reverse(sale)
        journal.decide()
        report = close(tmp_path)
    nets = {position.participant: position.net_minor for position in report.positions}
    assert nets == {"atlas": -9_935, "rif": 9_935, "504900": 0}
    acquirer = report.positions[-1]
    assert (acquirer.debit_count, acquirer.debit_minor, acquirer.credit_count, acquirer.credit_minor) == (1, 10_000, 1, 10_000)
    paid = "SELECT debit_minor, credit_minor FROM posting WHERE entry_id LIKE '%/settlement/rif/%' AND business_date > ?"
    assert rows(tmp_path, paid.replace("?", f"'{FRIDAY}'")) == [(0, 9_935), (9_935, 0)]


def test_sales_of_a_merchant_and_an_issuer_that_have_left_can_be_reversed(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        sale = journal.decide(merchant_id=HOTEL.id, issuer="rif")
        close(tmp_path)
        journal.reverse(sale)
    report = close(tmp_path, specs=day_specs(merchants=(GROCER,), issuers=("atlas",)))
    assert [(payout.merchant_id, payout.name, payout.rib, payout.net_minor) for payout in report.payouts] == [
        (HOTEL.id, HOTEL.name, HOTEL.rib, -9_868)
    ]
    assert {position.name for position in report.positions} == {"Rif", "Centre Monétique d'Essai"}
    assert check_books(tmp_path).faults == ()


def test_who_has_left_is_named_and_paid_as_it_was_last(tmp_path: Path) -> None:
    """A merchant moves to another bank, and an issuer takes another name, before both leave."""
    moved = merchant(id=HOTEL.id, name="RIAD DES ALIZES", city="ESSAOUIRA", rib=GROCER.rib)
    renamed = day_specs(merchants=(moved,))
    renamed = evolve(renamed, issuers={**renamed.issuers, "rif": Named(name="Banque du Rif")})
    with journal_of(tmp_path, FRIDAY) as journal:
        sale = journal.decide(merchant_id=HOTEL.id, issuer="rif")
        close(tmp_path)
        journal.decide(merchant_id=HOTEL.id, issuer="rif")
        close(tmp_path, specs=renamed)
        journal.reverse(sale)
    report = close(tmp_path, specs=day_specs(merchants=(GROCER,), issuers=("atlas",)))
    assert [(payout.merchant_id, payout.name, payout.rib) for payout in report.payouts] == [(HOTEL.id, moved.name, moved.rib)]
    assert {position.name for position in report.positions} == {"Banque du Rif", "Centre Monétique d'Essai"}
    said = statement(tmp_path, HOTEL.id)
    assert "RIAD DES ALIZES, ESSAOUIRA" in said
    assert "RIAD DES VENTS" not in said
    assert check_books(tmp_path).faults == ()


def test_a_merchant_cannot_change_its_currency_while_sales_in_it_are_reversed(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        sale = journal.decide()
        close(tmp_path)
        journal.reverse(sale)
    told = f"merchants.toml: merchant {GROCER.id}: currency: found '978', expected MAD"
    with pytest.raises(SpecError, match=told):
        close(tmp_path, specs=day_specs(merchants=(merchant(currency="978"),)))
    assert close(tmp_path).adjustment_count == 1


@pytest.mark.parametrize("what", ["amounts in it are held back", "its sales in it are disputed"])
def test_a_merchant_cannot_change_its_currency_while_something_in_it_is_open(tmp_path: Path, what: str) -> None:
    kept = HeldBack(rate_basis_points=1_000, days=1, maximum_minor=None) if "held" in what else None
    shop, moved = merchant(reserve=kept), merchant(currency="978", reserve=kept)
    with journal_of(tmp_path, FRIDAY) as journal:
        sale = journal.decide()
        close(tmp_path, specs=day_specs(merchants=(shop,)))
        if "disputed" in what:
            dispute(tmp_path, "chargeback", f"6324{sale:08d}")
        journal.decide(currency="978")
    told = f"merchants.toml: merchant {GROCER.id}: currency: found '978', expected MAD (504) while {what}"
    with pytest.raises(SpecError, match=re.escape(told)):
        close(tmp_path, specs=day_specs(merchants=(moved,)))
    with closing(sqlite3.connect(tmp_path / "books.db")) as books:
        assert books.execute("SELECT business_date FROM closed_day").fetchall() == [(FRIDAY,)]
    assert close(tmp_path, specs=day_specs(merchants=(shop,))).exception_count == 1
    assert check_books(tmp_path).faults == ()


def test_check_finds_a_merchant_that_is_paid_in_two_currencies(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide()
        journal.decide(terminal_id="PORT0002")
        close(tmp_path, specs=day_specs(merchants=(merchant(terminals=("PORT0001", "PORT0002")),)))
    with closing(sqlite3.connect(tmp_path / "books.db")) as books, books:
        books.execute("DROP TRIGGER payout_no_update")
        books.execute("UPDATE payout SET currency = '978' WHERE terminal_id = 'PORT0002'")
    sentence = f"merchant {GROCER.id}: payouts in the currencies 504 and 978 on one date, expected one currency"
    assert sentence in [fault.sentence for fault in check_books(tmp_path).faults]


def test_check_finds_reversals_slipped_in_and_adjustments_changed(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        first, second, third = journal.decide(), journal.decide(), journal.decide()
        close(tmp_path)
        journal.reverse(first, 4_000)
        journal.reverse(second)
        close(tmp_path)
        journal.connection.execute("DROP TRIGGER reversal_no_update")
        journal.reverse(third)
        journal.reverse(first, 3_000)
        journal.connection.execute(f"UPDATE reversal SET business_date = '{FRIDAY}' WHERE id = 3")
        journal.connection.execute("UPDATE reversal SET business_date = '2026-01-01', original_id = 99 WHERE id = 4")
        journal.connection.commit()
    connection = sqlite3.connect(tmp_path / "books.db")
    connection.execute("DROP TRIGGER adjustment_no_update")
    connection.execute(f"UPDATE adjustment SET interchange_minor = 0 WHERE request_id = {second}")
    connection.execute(f"UPDATE adjustment SET reversal_id = 2, amount_minor = -1 WHERE request_id = {first}")
    connection.commit()
    connection.close()
    assert {fault.check for fault in check_books(tmp_path).faults} == {
        "adjustments_leave_what_remains",
        "adjustments_have_reversals",
        "approvals_presented_once",
        "charges_follow_rates",
        "closed_day_unchanged",
        "lines_add_up",
        "positions_match_presentments",
        "remises_add_up",
        "reversals_have_originals",
        "rows_unchanged",
        "schema_unchanged",
        "statements_equal_payouts",
    }


def test_books_and_journal_of_the_first_version_are_brought_up_to_date(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide()
        close(tmp_path)
    first_version(tmp_path)
    report = check_books(tmp_path)
    assert (report.faults, report.presentment_count, report.posting_count) == ((), 1, 12)
    assert rows(tmp_path, "PRAGMA user_version") == [(books.SCHEMA.version,)]
    with journal_of(tmp_path) as journal:
        journal.reverse(1)
    assert close(tmp_path).adjustments[0].net_minor == -9_868
    assert check_books(tmp_path).faults == ()


def first_version(data: Path) -> None:
    """Make journal and books of a data folder what the first release would have left."""
    copies = {
        "journal.db": (journal_schema(1), ("business_day", "request", "decision")),
        "books.db": (
            books.SCHEMA.script(1) + "PRAGMA user_version = 1;",
            ("presentment", "posting", "position", "payout", "statement", "statement_total", "day_total", "closed_day"),
        ),
    }
    for name, (schema, tables) in copies.items():
        (data / name).rename(data / "later.db")
        connection = sqlite3.connect(data / name)
        connection.executescript(schema)
        connection.execute("ATTACH ? AS later", (str(data / "later.db"),))
        for table in tables:
            columns = ", ".join(str(row[1]) for row in connection.execute(f"PRAGMA main.table_info({table})"))
            connection.execute(f"INSERT INTO main.{table} ({columns}) SELECT {columns} FROM later.{table}")
        connection.commit()
        connection.close()
        (data / "later.db").unlink()


def books_of_version(data: Path, version: int) -> None:
    """Make books of a data folder what an earlier release would have left."""
    (data / "books.db").rename(data / "later.db")
    connection = sqlite3.connect(data / "books.db")
    for number in range(1, version + 1):
        connection.executescript(books.SCHEMA.script(number))
    connection.execute(f"PRAGMA user_version = {version}")
    connection.execute("ATTACH ? AS later", (str(data / "later.db"),))
    tables = "SELECT name FROM main.sqlite_schema WHERE type = 'table' ORDER BY name = 'closed_day', name"
    for (table,) in connection.execute(tables).fetchall():
        columns = ", ".join(str(row[1]) for row in connection.execute(f"PRAGMA main.table_info({table})"))
        connection.execute(f"INSERT INTO main.{table} ({columns}) SELECT {columns} FROM later.{table}")
    connection.commit()
    connection.close()
    (data / "later.db").unlink()


def test_files_of_a_day_that_an_earlier_release_closed_are_not_compared_and_it_is_said(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide()
    close(tmp_path)
    (tmp_path / "days" / FRIDAY / "payouts.csv").write_text("other")
    books_of_version(tmp_path, 3)
    report = check_books(tmp_path)
    assert (report.faults, report.file_count) == ((), 0)
    assert f"files of {FRIDAY} were not compared: an earlier release closed the day and kept no digests" in report.notes
    assert close(tmp_path, FRIDAY).outcome == "already_closed"


def test_the_books_refuse_changes(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide()
    close(tmp_path)
    dated = "EXISTS (SELECT 1 FROM pragma_table_info(s.name) AS i WHERE i.name = 'business_date')"
    sql = f"SELECT name FROM sqlite_schema AS s WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND {dated}"
    tables = [str(row[0]) for row in rows(tmp_path, sql)]
    assert len(tables) == 34
    for table in tables:
        for sql in (f"DELETE FROM {table}", f"UPDATE {table} SET business_date = '2026-01-01'"):
            if rows(tmp_path, f"SELECT COUNT(*) FROM {table}") != [(0,)]:
                with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                    rows(tmp_path, sql)
        if table != "closed_day":
            with pytest.raises(sqlite3.IntegrityError, match=r"the day is closed|NOT NULL|no such transfer"):
                rows(tmp_path, f"INSERT INTO {table} (business_date) VALUES ('{FRIDAY}')")
    guards = "SELECT COUNT(*) FROM sqlite_schema WHERE type = 'trigger' AND name LIKE '%_day_closed'"
    assert rows(tmp_path, guards) == [(29,)]
    with pytest.raises(sqlite3.IntegrityError, match="the day is closed"):
        rows(tmp_path, "INSERT INTO presentment SELECT * FROM presentment")


def test_check_finds_what_was_changed_behind_the_back(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide()
        journal.decide(amount_minor=5_000)
        close(tmp_path)
        journal.connection.execute("DROP TRIGGER decision_no_update")
        journal.connection.execute("UPDATE decision SET captured_minor = 5001 WHERE request_id = 2")
        journal.connection.execute(
            """
            INSERT INTO decision (request_id, business_date, decided_at_ms, response_code, decided_by, reason, approved_minor)
            SELECT 99, business_date, decided_at_ms, '00', 'atlas', 'late', 1 FROM decision WHERE request_id = 1
            """
        )
        journal.connection.commit()
    connection = sqlite3.connect(tmp_path / "books.db")
    connection.execute("DROP TRIGGER payout_no_update")
    connection.execute("UPDATE payout SET net_minor = net_minor + 1")
    connection.execute("DROP TRIGGER presentment_no_update")
    connection.execute("UPDATE presentment SET interchange_rate_basis_points = 66 WHERE request_id = 1")
    connection.commit()
    connection.close()
    found = {fault.check for fault in check_books(tmp_path).faults}
    assert found == {
        "approvals_presented_once",
        "nothing_else_presented",
        "charges_follow_rates",
        "closed_day_unchanged",
        "decisions_have_requests",
        "rows_unchanged",
        "schema_unchanged",
        "statements_equal_payouts",
        "remises_paid_once",
        "payouts_posted",
    }


def test_check_tells_of_open_days_without_calling_them_faults(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide()
        journal.decide("05")
    report = check_books(tmp_path)
    assert report.faults == ()
    assert [(day.business_date, day.decision_count, day.approval_count) for day in report.open_days] == [(FRIDAY, 2, 1)]
    close(tmp_path)
    report = check_books(tmp_path)
    assert (report.closed_days, report.open_days) == ((FRIDAY,), ())
    assert (report.approval_count, report.presentment_count, report.posting_count, report.statement_count) == (1, 1, 12, 1)


def test_showing_a_day(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        with pytest.raises(NegativeAnswerError, match="no business date is closed yet"):
            show_day(tmp_path)
        journal.decide()
    closed = close(tmp_path)
    assert show_day(tmp_path) == show_day(tmp_path, FRIDAY) == closed
    assert closed.as_json()["positions"][0]["net_minor"] == -9_935
    with pytest.raises(NegativeAnswerError, match=f"{SATURDAY} is not closed; the last one closed is {FRIDAY}"):
        show_day(tmp_path, SATURDAY)


def test_asking_for_a_statement_that_is_not_there(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide()
    close(tmp_path)
    with pytest.raises(SwitchError, match=f"merchant: found 'EPICERIE0000002', expected one such as {GROCER.id}"):
        statement(tmp_path, "EPICERIE0000002")
    with pytest.raises(NegativeAnswerError, match=f"no statement of {SATURDAY}, its latest is of {FRIDAY}"):
        statement(tmp_path, GROCER.id, SATURDAY)
    with pytest.raises(NegativeAnswerError, match=f"{HOTEL.id} has no statement yet"):
        statement(tmp_path, HOTEL.id, merchants=lambda: SPECS.merchants)


def test_a_folder_without_a_journal_or_with_something_else(tmp_path: Path) -> None:
    with pytest.raises(DataFolderError, match=r"found no journal.db, expected the data folder of a Switch that has run"):
        close(tmp_path)
    (tmp_path / "journal.db").write_text("not a database, but some other file" * 10)
    with pytest.raises(DataFolderError, match="file is not a database"):
        show_day(tmp_path)
