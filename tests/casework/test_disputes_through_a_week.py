"""One story of two disputes: who pays whom on which date, and what the merchant owes at its end."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from attrs import evolve

from switch.casework.dossiers import dossier_story, dossiers
from switch.endofday.close import check_books, close_day
from switch.errors import NegativeAnswerError, SwitchError
from tests.casework.test_dossiers import FEE, rrn
from tests.support.day_builders import FRIDAY, GROCER, HOTEL, MONDAY, SATURDAY, SUNDAY, day_specs, journal_of, later_ms
from tests.support.dispute_builders import dispute

SPECS = day_specs((evolve(GROCER, debit_after_days=2), HOTEL))


def test_disputes_move_money_at_each_close_and_what_is_owed_for_long_is_debited_once(tmp_path: Path) -> None:
    positions = {}
    with journal_of(tmp_path, FRIDAY) as journal:
        part, whole = journal.decide(), journal.decide(amount_minor=20_000)
        close_day(tmp_path, SPECS, None, later_ms(tmp_path))
        first = dispute(tmp_path, "chargeback", rrn(part), "40.00", person="atlas", remark="claim 7")
        assert (first.dossier, first.state, first.outstanding_minor, first.presented_on) == (
            *("D26000001", "charged_back", 4_000),
            FRIDAY,
        )
        with pytest.raises(SwitchError, match=r"60\.00"):
            dispute(tmp_path, "chargeback", rrn(part), "60.01")
        for date in (SATURDAY, SUNDAY, MONDAY, "2026-11-24"):
            if date >= MONDAY:
                journal.decide(merchant_id=HOTEL.id)
            report = close_day(tmp_path, SPECS, None, later_ms(tmp_path))
            assert report.business_date == date
            positions[date] = [each.net_minor for each in report.positions if each.participant == "atlas"]
            if date == SATURDAY:
                row = dispute(tmp_path, "represent", "D26000001", "40.00")
                assert (row.state, row.outstanding_minor) == ("represented", 0)
            elif date == SUNDAY:
                dispute(tmp_path, "chargeback", rrn(whole))
        dispute(tmp_path, "accept", "D26000001")
        with pytest.raises(NegativeAnswerError, match="nothing follows"):
            dispute(tmp_path, "second", "D26000001")
    assert check_books(tmp_path).faults == ()
    assert [(row.dossier, row.outstanding_minor) for row in dossiers(tmp_path)] == [("D26000002", 20_000)]
    _, events = dossier_story(tmp_path, rrn(part))
    assert [(event.kind, event.booked_minor) for event in events] == [
        ("chargeback", -4_000),
        ("representment", 4_000),
        ("acceptance", None),
    ]
    with closing(sqlite3.connect(tmp_path / "books.db")) as books:
        sql = "SELECT business_date, kind, reference, amount_minor + vat_minor FROM merchant_entry ORDER BY 1, 3, 2"
        entries = books.execute(sql).fetchall()
        carried = books.execute("SELECT business_date, net_minor FROM payout WHERE outcome = 'carried' ORDER BY 1").fetchall()
        debits = books.execute("SELECT business_date, amount_minor, owed_since FROM direct_debit").fetchall()
    owed = FEE + 20_000 + FEE
    assert entries == [
        (SATURDAY, "chargeback", "D26000001", -4_000),
        (SATURDAY, "chargeback_fee", "D26000001", -FEE),
        (SUNDAY, "representment", "D26000001", 4_000),
        (MONDAY, "direct_debit", f"{MONDAY}-{GROCER.id}-DEBIT", owed),
        (MONDAY, "chargeback", "D26000002", -20_000),
        (MONDAY, "chargeback_fee", "D26000002", -FEE),
    ]
    assert carried == [(SATURDAY, -4_000 - FEE), (SUNDAY, -FEE), (MONDAY, 0)]
    assert debits == [(MONDAY, owed, SATURDAY)]
    assert (positions[SATURDAY], positions[SUNDAY]) == ([3_974], [-3_974])
