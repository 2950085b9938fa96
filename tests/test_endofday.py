from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from switch import day_files, endofday
from switch.clearing import engine
from switch.clearing.checks import Ask, Fault
from switch.endofday import check_books, close_day, show_day, statement
from switch.errors import DataFolderError, NegativeAnswerError, SpecError, SwitchError
from switch.settlement.day import DayReport
from tests.day_builders import FRIDAY, GROCER, HOTEL, KIOSK, MONDAY, NOW_MS, SATURDAY, DaySpecs, day_specs, journal_of

SPECS = day_specs()


def close(data: Path, business_date: str | None = None, specs: DaySpecs = SPECS) -> DayReport:
    return close_day(data, specs, business_date, NOW_MS)


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
    wrong = engine.POSITIONS.replace("SUM(gross_minor) - SUM(interchange_minor)", "SUM(gross_minor)")
    steps = tuple(wrong if sql is engine.POSITIONS else sql for sql in engine.CLEAR)
    with monkeypatch.context() as faulty:
        faulty.setattr(engine, "CLEAR", steps)
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
    assert "MONTANT REPORTÉ" in statement(tmp_path, KIOSK.id, FRIDAY)
    assert "Report antérieur" in statement(tmp_path, KIOSK.id)
    owed = "SELECT SUM(credit_minor - debit_minor) FROM posting WHERE account LIKE 'merchant-payable:%'"
    assert rows(tmp_path, owed) == [(0,)]


def test_the_books_refuse_changes(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide()
    close(tmp_path)
    tables = [
        str(row[0]) for row in rows(tmp_path, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
    ]
    assert len(tables) == 9
    for table in tables:
        for sql in (f"DELETE FROM {table}", f"UPDATE {table} SET business_date = '2026-01-01'"):
            if rows(tmp_path, f"SELECT COUNT(*) FROM {table}") != [(0,)]:
                with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                    rows(tmp_path, sql)
        if table != "closed_day":
            with pytest.raises(sqlite3.IntegrityError, match=r"the day is closed|NOT NULL"):
                rows(tmp_path, f"INSERT INTO {table} (business_date) VALUES ('{FRIDAY}')")
    guards = "SELECT COUNT(*) FROM sqlite_schema WHERE type = 'trigger' AND name LIKE '%_day_closed'"
    assert rows(tmp_path, guards) == [(8,)]
    with pytest.raises(sqlite3.IntegrityError, match="the day is closed"):
        rows(tmp_path, "INSERT INTO presentment SELECT * FROM presentment")


def test_check_finds_what_was_changed_behind_the_back(tmp_path: Path) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide()
        journal.decide(amount_minor=5_000)
        close(tmp_path)
        journal.connection.execute("DROP TRIGGER request_no_update")
        journal.connection.execute("UPDATE request SET amount_minor = 5001 WHERE id = 2")
        late = (99, FRIDAY, NOW_MS, "00", "000099", "atlas", "late")
        journal.connection.execute("INSERT INTO decision VALUES (?, ?, ?, ?, ?, ?, ?)", late)
        journal.connection.commit()
    connection = sqlite3.connect(tmp_path / "books.db")
    connection.execute("DROP TRIGGER payout_no_update")
    connection.execute("UPDATE payout SET net_minor = net_minor + 1")
    connection.commit()
    connection.close()
    found = {fault.check for fault in check_books(tmp_path).faults}
    assert found == {
        "approvals_presented_once",
        "nothing_else_presented",
        "closed_day_unchanged",
        "decisions_have_requests",
        "statements_equal_payouts",
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
        statement(tmp_path, HOTEL.id, merchants=SPECS.merchants)


def test_a_folder_without_a_journal_or_with_something_else(tmp_path: Path) -> None:
    with pytest.raises(DataFolderError, match=r"no journal.db here, start the centre first"):
        close(tmp_path)
    (tmp_path / "journal.db").write_text("not a database, but some other file" * 10)
    with pytest.raises(DataFolderError, match="file is not a database"):
        show_day(tmp_path)
