"""A date whose lines stand in files is proved as one whose lines are rows: the same faults are found, and named alike."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from switch.clearing.engine import ENGINES, EngineName
from switch.clearing.gathered import filling
from switch.clearing.proofs import CLOSED_DAY_CHECKS
from switch.endofday.close import DAY_CHECKS, check_books, close_day
from switch.endofday.engines.statements import LINE_STATEMENTS
from switch.endofday.line_files import door
from switch.settlement.fees.lines import discounts_follow_rules
from tests.engines.extra import WITH_DUCKDB
from tests.support.day_builders import FRIDAY, day_specs, journal_of, later_ms

pytestmark = WITH_DUCKDB

DAY_AFTER = "2026-11-21"
READS_LINES = re.compile(r"\b(?:FROM|JOIN)\s+(?:presentment|fee_line)\b")
#: What is changed after the close, in which database -> the check that finds it.
CHANGES = {
    "UPDATE request SET rrn = 'OTHER' WHERE id = 1": ("journal.db", "presentments_are_the_journals"),
    "UPDATE decision SET approval_code = 'OTHER' WHERE request_id = 2": ("journal.db", "presentments_are_the_journals"),
    "UPDATE decision SET captured_minor = 1 WHERE request_id = 2": ("journal.db", "approvals_presented_once"),
    "UPDATE reversal SET replacement_minor = 1": ("journal.db", "adjustments_leave_what_remains"),
    "UPDATE fee_rule SET rate_basis_points = 7 WHERE kind = 'commission'": ("books.db", "discounts_follow_rules"),
    "UPDATE closed_day SET vat_rate_basis_points = 1": ("books.db", "charges_follow_rates"),
    "UPDATE remise SET presentment_count = 9": ("books.db", "remises_add_up"),
    "DELETE FROM payout": ("books.db", "payables_discharged"),
}


def closed(data: Path, engine: EngineName) -> Path:
    data.mkdir()
    with journal_of(data, FRIDAY) as journal:
        sale = journal.decide()
        journal.decide(amount_minor=7_700)
        journal.decide(amount_minor=4_000, transaction_type="refund")
        close_day(data, day_specs(), FRIDAY, later_ms(data), engine=engine)
        journal.reverse(sale, 2_500)
        journal.decide(amount_minor=1_100)
        close_day(data, day_specs(), DAY_AFTER, later_ms(data), engine=engine)
    return data


def faults_of(data: Path) -> list[tuple[str, str]]:
    """Every fault but those of the files, of which each way has its own."""
    of_files = ("rows_unchanged", "line_files_unchanged")
    return sorted((fault.check, fault.sentence) for fault in check_books(data).faults if fault.check not in of_files)


def change(path: Path, sql: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        guards = connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
        for name, _ in guards:
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("PRAGMA foreign_keys = OFF")
        assert connection.execute(sql).rowcount
        for _, made in guards:
            connection.execute(made)


@pytest.mark.parametrize("sql", sorted(CHANGES))
def test_the_same_faults_are_found(tmp_path: Path, sql: str) -> None:
    name, check = CHANGES[sql]
    found = []
    for engine in ENGINES:
        data = closed(tmp_path / engine, engine)
        assert faults_of(data) == []
        change(data / name, sql)
        found.append(faults_of(data))
    assert found[0] == found[1]
    assert check in dict(found[0])


def test_no_line_but_those_that_short_tables_name_becomes_a_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = closed(tmp_path / "data", "duckdb")
    added: list[tuple[str, object]] = []
    add: Callable[..., None] = door.BooksConnection.add_lines

    def counted(self: door.BooksConnection, table: str, rows: list[tuple[object, ...]]) -> None:
        added.extend((table, row[0]) for row in rows)
        add(self, table, rows)

    monkeypatch.setattr(door.BooksConnection, "add_lines", counted)
    assert check_books(data).faults == ()
    assert {row for table, row in added if table == "presentment"} == {1}


#: The checks that SQLite asks of lines: of those that adjustments, exceptions, disputes and roundings of remises name, as rows.
OF_FEW_LINES = {
    "adjustments_have_reversals",
    "adjustments_leave_what_remains",
    "charges_follow_rates",
    "disputes_within_sales",
    "exceptions_end_once",
    "fee_lines_follow_rules",
    "rounding_follows_remises",
}


def test_what_is_asked_of_all_lines_is_asked_of_duckdb() -> None:
    of_duckdb = {statement.sql for statement in LINE_STATEMENTS.values()} | {filling("presented_by_request")}
    found = set()

    for check in (*DAY_CHECKS, *CLOSED_DAY_CHECKS, discounts_follow_rules):
        asked: list[str] = []

        def ask(sql: str, _: object, asked: list[str] = asked) -> list[tuple[object, ...]]:
            asked.append(sql)
            return []

        check(ask, FRIDAY)
        if any(READS_LINES.search(sql) for sql in asked if sql not in of_duckdb):
            found.add(check.__name__)
    assert found == OF_FEW_LINES, "a check that reads all lines of a date stands in engines/statements"
