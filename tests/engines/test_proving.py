"""A date whose lines stand in files is proved as one whose lines are rows: the same faults are found, and named alike."""

from __future__ import annotations

import hashlib
import re
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from switch.clearing.engine import ENGINES, EngineName
from switch.clearing.gathered import filling
from switch.clearing.proofs import CLOSED_DAY_CHECKS
from switch.cli.console.words import translated
from switch.endofday.close import DAY_CHECKS, check_books, close_day
from switch.endofday.engines import in_duckdb, proving
from switch.endofday.engines.beside import FoundRows
from switch.endofday.engines.statements import LINE_STATEMENTS
from switch.endofday.line_files import door, parquet
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


def test_a_row_beside_the_files_is_found(tmp_path: Path) -> None:
    by_rows, data = closed(tmp_path / "rows", "sqlite"), closed(tmp_path / "files", "duckdb")
    with closing(sqlite3.connect(by_rows / "books.db")) as books:
        row = books.execute("SELECT * FROM presentment WHERE business_date = ? LIMIT 1", (FRIDAY,)).fetchone()
    fee = (FRIDAY, "EPICERIE0000001", 1, "fee", "T", 1, 1, -5, -1, 2000, "MAD", "")
    for table, planted in (("presentment", row), ("fee_line", fee)):
        values = ", ".join("NULL" if value is None else repr(value) for value in planted)
        change(data / "books.db", f"INSERT INTO {table} VALUES ({values})")
    found = faults_of(data)
    for table in ("presentment", "fee_line"):
        sentence = f"1 rows of {table} in the books, whose lines of the date stand in files"
        assert ("lines_stand_once", sentence) in found
        assert translated(sentence, "fr").startswith(f"lignes de {table} dans les livres")


def test_a_line_without_what_a_row_must_have_is_found(tmp_path: Path) -> None:
    data = closed(tmp_path / "data", "duckdb")
    with closing(sqlite3.connect(data / "books.db")) as books:
        (path,) = books.execute(
            "SELECT path FROM line_file WHERE business_date = ? AND table_name = 'presentment'", (FRIDAY,)
        ).fetchone()
    import duckdb

    with duckdb.connect() as duck:
        duck.execute(f"CREATE TABLE line AS FROM read_parquet('{data / path}', hive_partitioning = false)")
        duck.execute("UPDATE line SET net_minor = NULL WHERE request_id = 2")
        (data / path).unlink()
        duck.execute(f"COPY line TO '{data / path}' (FORMAT parquet)")
    change(data / "books.db", f"UPDATE line_file SET sha256 = '{parquet.digest_of(data / path)}' WHERE path = '{path}'")
    assert ("lines_are_whole", "1 lines of presentment in files have no net_minor") in faults_of(data)


def test_sound_books_are_proved_in_little_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = closed(tmp_path / "data", "duckdb")
    seen: list[tuple[Path, int]] = []
    monkeypatch.setattr(parquet, "MEMORY_LIMIT", "40MB")

    class Crowded(in_duckdb.Duck):
        def answer(self, *of: Any) -> FoundRows:
            if not seen:  # more than there is memory for
                self.duck.execute("CREATE TEMP TABLE large AS SELECT MD5(range::VARCHAR) AS text FROM range(1_500_000)")
            folder = Path(self.duck.execute("SELECT current_setting('temp_directory')").fetchone()[0])
            seen.append((folder, stat.S_IMODE(folder.stat().st_mode)))
            return super().answer(*of)

    monkeypatch.setattr(proving, "Duck", Crowded)
    assert check_books(data).faults == ()
    assert {mode for _, mode in seen} == {0o700}
    assert not any(folder.exists() for folder, _ in seen)


#: The checks that SQLite asks of lines: of those that adjustments, exceptions, disputes and roundings of remises name, as rows.
#: Each with what the digest of its texts of SQL begins with: one that is changed is looked at again, whether it still reads no
#: line but these.
OF_FEW_LINES = {
    "adjustments_have_reversals": "87f08a0c",
    "adjustments_leave_what_remains": "4725a19b",
    "charges_follow_rates": "d1cc70f8",
    "disputes_within_sales": "52b2b5f7",
    "exceptions_end_once": "95166d50",
    "fee_lines_follow_rules": "ea354fa9",
    "rounding_follows_remises": "7ed115d5",
}


def test_what_is_asked_of_all_lines_is_asked_of_duckdb() -> None:
    of_duckdb = {statement.sql for statement in LINE_STATEMENTS.values()} | {filling("presented_by_request")}
    found = {}

    for check in (*DAY_CHECKS, *CLOSED_DAY_CHECKS, discounts_follow_rules):
        asked: list[str] = []

        def ask(sql: str, _: object, asked: list[str] = asked) -> list[tuple[object, ...]]:
            asked.append(sql)
            return []

        check(ask, FRIDAY)
        if few := [sql for sql in asked if sql not in of_duckdb and READS_LINES.search(sql)]:
            texts = "\n".join(" ".join(sql.split()) for sql in few)
            found[check.__name__] = hashlib.sha256(texts.encode()).hexdigest()[:8]
    assert found == OF_FEW_LINES, "a check that reads all lines of a date stands in engines/statements"
