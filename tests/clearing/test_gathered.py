"""Checks that read one table of sums each find their own fault, on its own date; what is presented twice over is found too."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

import pytest

from switch.clearing import gathered
from switch.endofday import books
from switch.endofday.close import check_books, close_day
from tests.support.day_builders import FRIDAY, HOTEL, SATURDAY, day_specs, journal_of, later_ms

#: The checks that read ``presented_sum``.
OF_SUMS: Final = {"positions_match_presentments", "statements_equal_payouts", "remises_add_up"}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Two closed dates, each with a sale at the grocer's and one at the hotel."""
    with journal_of(tmp_path, FRIDAY) as journal:
        for _ in (FRIDAY, SATURDAY):
            journal.decide()
            journal.decide(merchant_id=HOTEL.id, terminal_id="VENTS001", issuer="rif", amount_minor=4_200)
            close_day(tmp_path, day_specs(), None, later_ms(tmp_path))
    return tmp_path


def changed(data: Path, sql: str) -> None:
    with closing(sqlite3.connect(data / "books.db")) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute(sql)
        connection.commit()


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ("issuer = 'souss'", {"positions_match_presentments"}),
        ("interchange_minor = interchange_minor + 1", {"positions_match_presentments"}),
        ("terminal_id = 'PORT0009'", {"remises_add_up"}),
        ("remise_number = remise_number + 1", {"remises_add_up"}),
        ("vat_minor = vat_minor + 1, net_minor = net_minor - 1", {"remises_add_up", "statements_equal_payouts"}),
        ("amount_minor = -amount_minor", OF_SUMS),
        ("currency = '978'", OF_SUMS),
    ],
)
def test_a_presentment_changed_is_found_on_its_date_by_each_check_whose_it_is(data: Path, change: str, found: set[str]) -> None:
    assert check_books(data).faults == ()
    changed(data, f"UPDATE presentment SET {change} WHERE request_id = 3")
    faults = [fault for fault in check_books(data).faults if fault.check in OF_SUMS]
    assert {(fault.check, fault.business_date) for fault in faults} == {(check, SATURDAY) for check in found}


LISTED: Final = f"""
INSERT INTO {{}} SELECT request_id, business_date, {{}}, merchant_id, issuer, amount_minor, currency, rrn, pan_masked
FROM presentment WHERE business_date = '{SATURDAY}' AND merchant_id = '{HOTEL.id}'
"""
COLUMNS: Final = "(request_id, business_date, {}, merchant_id, issuer, amount_minor, currency, rrn, pan_masked)"


def test_what_is_presented_and_listed_as_reversed_too_is_found(data: Path) -> None:
    changed(data, LISTED.format(f"reversed_item {COLUMNS.format('reversal_id')}", "1"))
    told = {fault.business_date for fault in check_books(data).faults if fault.check == "nothing_else_presented"}
    assert told == {SATURDAY}


def test_what_is_presented_and_listed_as_an_exception_too_is_found(data: Path) -> None:
    listed = LISTED.replace("pan_masked\n", "pan_masked, decided_at_ms\n")
    changed(data, listed.format(f"exception_item {COLUMNS.replace(')', ', decided_at_ms)').format('reason')}", "'because'"))
    told = {fault.business_date for fault in check_books(data).faults if fault.check == "approvals_presented_once"}
    assert told == {SATURDAY}


def test_a_presentment_that_is_not_there_is_found(data: Path) -> None:
    changed(data, "DELETE FROM presentment WHERE request_id = 3")
    told = {fault.business_date for fault in check_books(data).faults if fault.check == "approvals_presented_once"}
    assert told == {SATURDAY}


def test_a_table_is_gathered_anew_for_another_date_and_where_it_is_asked_for(data: Path) -> None:
    with books.opened(data) as connection:
        ask = books.ask_of(connection)

        def gathered_of(date: str, *, again: bool = False) -> list[tuple[int, int | None]]:
            gathered.fill_by_request(ask, date, again=again)
            gathered.fill_sums(ask, date, again=again)
            (count,) = connection.execute("SELECT COUNT(*) FROM temp.presented_by_request").fetchone()
            (lines,) = connection.execute("SELECT SUM(line_count) FROM temp.presented_sum").fetchone()
            return [(count, lines)]

        assert gathered_of(FRIDAY) == gathered_of(SATURDAY) == [(2, 2)]
        requests = connection.execute("SELECT request_id FROM temp.presented_by_request").fetchall()
        assert requests == [(3,), (4,)]
        connection.execute("DELETE FROM temp.presented_sum")
        assert gathered_of(SATURDAY) == [(2, None)]
        assert gathered_of(SATURDAY, again=True) == [(2, 2)]
