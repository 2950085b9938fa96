"""Files of lines where something is unusual: a date between two layouts, names that are patterns, files that are gone."""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bench.day_close import BUSINESS_DATE, MIDNIGHT_MS, shops, specs_of, write_journal
from switch.casework.dispute_files import set_aside, take_file
from switch.clearing.engine import EngineName
from switch.endofday import books, cleared_notices, files
from switch.endofday.close import check_books, close_day
from switch.endofday.engines import notices
from switch.endofday.engines.beside import SPILL_FOLDER
from switch.endofday.line_files import door, parquet, ready
from switch.endofday.statements import statement
from switch.errors import DataFolderError
from switch.gateway.store.settled_remises import PaymentKey, settled_remises
from switch.issuers.process.notices import cleared_file
from switch.settlement.ready.ready_lines import READY_LINES
from switch.settlement.statement_forms import TextForm
from tests.engines.extra import WITH_DUCKDB
from tests.support.day_builders import FRIDAY, NOW_MS, day_specs, journal_of, later_ms
from tests.support.dispute_builders import RULES

pytestmark = WITH_DUCKDB

DAY_AFTER = "2026-11-21"
SHOP = "EPICERIE0000001"


def closed_dates(data: Path, first: EngineName, second: EngineName) -> Path:
    """Two closed dates; the second takes back a sale of the first."""
    data.mkdir(exist_ok=True)
    with journal_of(data, FRIDAY) as journal:
        sale = journal.decide()
        journal.decide(amount_minor=7_700)
        close_day(data, day_specs(), FRIDAY, later_ms(data), engine=first)
        journal.reverse(sale, 2_500)
        journal.decide(amount_minor=1_100)
        journal.decide(amount_minor=1_200)
        close_day(data, day_specs(), DAY_AFTER, later_ms(data), engine=second)
    return data


def line_files(data: Path) -> list[Path]:
    return sorted(path for path in (data / parquet.LINES_FOLDER).rglob("*.parquet"))


def test_banks_are_told_alike_where_much_goes_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hold that is captured, and a sale of the day before that is taken back: two items."""
    told, by_engine = [], []
    write: Callable[..., None] = notices.write

    def seen(*of: object) -> None:
        by_engine.append(of[1])
        write(*of)

    monkeypatch.setattr(notices, "write", seen)
    for at_once in (2, 1):
        monkeypatch.setattr(cleared_notices, "APART_AT_ONCE", at_once)
        data = tmp_path / str(at_once)
        with journal_of(data, FRIDAY) as journal:
            sale, hold = journal.decide(), journal.hold(amount_minor=5_000)
            close_day(data, day_specs(), FRIDAY, later_ms(data), engine="duckdb")
            by_engine.clear()
            journal.reverse(sale, 2_500)
            journal.capture(hold, 5_000)
            close_day(data, day_specs(), DAY_AFTER, later_ms(data), engine="duckdb")
        told.append([cleared_file(data, "atlas", date).read_bytes() for date in (FRIDAY, DAY_AFTER)])
        assert bool(by_engine) == (at_once == 2)
    assert told[0] == told[1]


@pytest.mark.parametrize("second", ["sqlite", "duckdb"])
@pytest.mark.parametrize("first", ["sqlite", "duckdb"])
def test_banks_are_told_all_of_a_date_again_whatever_stands_in_files(
    tmp_path: Path, first: EngineName, second: EngineName
) -> None:
    data = closed_dates(tmp_path, first, second)
    files = [cleared_file(data, "atlas", date) for date in (FRIDAY, DAY_AFTER)]
    told = [file.read_bytes() for file in files]
    for file in files:
        file.unlink()
    for date in (FRIDAY, DAY_AFTER):
        close_day(data, day_specs(), date, later_ms(data))
    assert [file.read_bytes() for file in files] == told
    assert b'"amount_minor": 1100' in told[1]
    assert check_books(data).faults == ()


@pytest.mark.parametrize(("name", "beside"), [("day?", "day1"), ("day[1]", "day1"), ("day*", "day12")])
def test_a_folder_whose_name_is_a_pattern_is_that_folder(tmp_path: Path, name: str, beside: str) -> None:
    data = closed_dates(tmp_path / name, "duckdb", "sqlite")
    before = statement(data, SHOP, FRIDAY)
    shutil.copytree(data, tmp_path / beside)
    assert statement(data, SHOP, FRIDAY) == before
    shutil.rmtree(data / "days")
    assert close_day(data, day_specs(), FRIDAY, later_ms(data)).outcome == "rendered_again"
    assert check_books(data).faults == ()


@pytest.fixture
def records(tmp_path: Path) -> Path:
    file = tmp_path / "bank.csv"
    rows = [f"A{number},{number:012d},chargeback,10.00,FRAUD" for number in (632400000001, 632400000002)]
    file.write_text("\n".join(["id,rrn,action,amount,reason", *rows, ""]), encoding="utf-8")
    return file


def test_a_record_is_not_refused_because_a_file_of_lines_is_gone(tmp_path: Path, records: Path) -> None:
    data = closed_dates(tmp_path / "data", "duckdb", "duckdb")
    missing = line_files(data)[0]
    kept = missing.read_bytes()
    missing.unlink()
    with pytest.raises(DataFolderError, match="found none, expected the lines of"):
        take_file(data, RULES, records, NOW_MS)
    assert set_aside(data) == []
    missing.write_bytes(kept)
    assert len(take_file(data, RULES, records, NOW_MS).taken) == 2


def test_records_are_not_refused_without_the_extra(tmp_path: Path, records: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = closed_dates(tmp_path / "data", "duckdb", "duckdb")
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(DataFolderError, match="found no duckdb"):
        take_file(data, RULES, records, NOW_MS)
    assert set_aside(data) == []


def test_files_of_lines_are_read_once_for_all_records_of_a_file(
    tmp_path: Path, records: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = closed_dates(tmp_path / "data", "duckdb", "duckdb")
    opened = []
    connected = parquet.connected

    def counted(*about: Any) -> Any:
        opened.append(about)
        return connected(*about)

    monkeypatch.setattr(parquet, "connected", counted)
    assert len(take_file(data, RULES, records, NOW_MS).taken) == 2
    assert len(opened) == 1


def test_payments_of_dates_in_the_books_are_found_where_files_of_others_are_gone(tmp_path: Path) -> None:
    data = closed_dates(tmp_path, "sqlite", "duckdb")
    with closing(sqlite3.connect(data / "journal.db")) as journal:
        found = journal.execute("SELECT merchant_id, terminal_id, rrn FROM request ORDER BY id").fetchall()
    keys = [(number, PaymentKey(merchant_id=m, terminal_id=t, rrn=r)) for number, (m, t, r) in enumerate(found)]
    assert set(settled_remises(data, keys)) == {0, 1, 2, 3}
    for path in line_files(data):
        path.unlink()
    assert set(settled_remises(data, keys)) == {0, 1}


def test_files_that_cannot_be_rendered_are_finished_by_the_next_close(tmp_path: Path) -> None:
    data = closed_dates(tmp_path, "duckdb", "sqlite")
    (missing,) = line_files(data)
    kept = missing.read_bytes()
    missing.unlink()
    shutil.rmtree(data / "days" / FRIDAY)
    with pytest.raises(DataFolderError) as caught:
        close_day(data, day_specs(), FRIDAY, later_ms(data))
    assert str(caught.value) == (
        f"{missing}: found none, expected the lines of {FRIDAY} as its close wrote them; business date {FRIDAY} is closed in "
        f"the books, and its files are finished by: switch day close {FRIDAY} --data {data}"
    )
    missing.write_bytes(kept)
    assert close_day(data, day_specs(), FRIDAY, later_ms(data)).outcome == "rendered_again"
    assert check_books(data).faults == ()


def test_a_merchant_of_many_lines_is_written_some_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = closed_dates(tmp_path / "whole", "duckdb", "duckdb")
    monkeypatch.setattr(ready, "LINES_READY_MAX", 1)
    parted = closed_dates(tmp_path / "parted", "duckdb", "duckdb")
    assert list(contents(parted)) == list(contents(whole))
    assert statement(parted, SHOP, FRIDAY, "csv") == statement(whole, SHOP, FRIDAY, "csv")


@pytest.mark.parametrize("lines_asked", [1, 3, 50_000])
def test_lines_are_the_same_however_many_are_written_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lines_asked: int
) -> None:
    monkeypatch.setattr(files, "LINES_ASKED", lines_asked)
    engines: tuple[EngineName, ...] = ("sqlite", "duckdb")
    for engine in engines:
        (made := tmp_path / engine).mkdir()
        write_journal(made, 40, shops(7))
        close_day(made, specs_of(shops(7)), BUSINESS_DATE, MIDNIGHT_MS + 2 * 86_400_000, engine=engine)
    assert list(contents(tmp_path / "duckdb")) == list(contents(tmp_path / "sqlite"))


def test_plain_lines_are_never_copied_into_the_books(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = tmp_path
    write_journal(data, 40, shops(7))
    close_day(data, specs_of(shops(7)), BUSINESS_DATE, MIDNIGHT_MS + 2 * 86_400_000, engine="duckdb")
    before = dict(contents(data))
    shutil.rmtree(data / "days")
    monkeypatch.setattr(files, "LINES_ASKED", 3)
    monkeypatch.setattr(door.BooksConnection, "_fill_table", lambda *_: pytest.fail("lines were copied"))
    with books.opened(data, to_write=True) as connection:
        files.render(connection, files.day_folder(data, BUSINESS_DATE), BUSINESS_DATE)
    assert dict(contents(data)) == before
    forms: dict[TextForm, str] = {"csv": "csv", "text": "txt"}
    for form, suffix in forms.items():
        assert (
            statement(data, shops(7)[0], BUSINESS_DATE, form).encode()
            == before[f"days/{BUSINESS_DATE}/statements/{shops(7)[0]}.{suffix}"]
        )


def test_lines_that_are_many_or_not_plain_come_some_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = closed_dates(tmp_path, "duckdb", "sqlite")
    expected = statement(data, SHOP, FRIDAY, "csv")
    asked: list[str] = []
    execute = door.BooksConnection.execute

    def seen(self: door.BooksConnection, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        asked.extend([sql] if sql == READY_LINES else [])
        return execute(self, sql, parameters)

    monkeypatch.setattr(door.BooksConnection, "execute", seen)
    assert (statement(data, SHOP, FRIDAY, "csv"), len(asked)) == (expected, 0)
    monkeypatch.setattr(ready, "LINES_WHEN_ASKED_MAX", 1)
    assert (statement(data, SHOP, FRIDAY, "csv"), len(asked)) == (expected, 1)
    monkeypatch.setattr(ready, "LINES_WHEN_ASKED_MAX", 20_000)
    monkeypatch.setattr(ready, "LINES_SQL", ready.LINES_SQL.replace("BOOL_OR(is_odd)", "TRUE"))
    assert (statement(data, SHOP, FRIDAY, "csv"), len(asked)) == (expected, 2)


def test_what_a_close_left_that_died_is_removed_where_its_date_is_closed_too(tmp_path: Path) -> None:
    data = closed_dates(tmp_path, "duckdb", "duckdb")
    (data / SPILL_FOLDER).mkdir()
    (data / SPILL_FOLDER / "rows.parquet").write_bytes(b"of nobody")
    (left := line_files(data)[0].with_name("0123456789abcdef.parquet")).write_bytes(b"of nobody")
    assert close_day(data, day_specs(), FRIDAY, later_ms(data)).outcome == "already_closed"
    assert not (data / SPILL_FOLDER).exists()
    assert not left.exists()


def test_a_fault_in_writing_lines_beside_is_said_and_the_next_close_finishes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = closed_dates(tmp_path, "duckdb", "sqlite")
    shutil.rmtree(data / "days" / FRIDAY)
    with monkeypatch.context() as patched:
        patched.setattr(ready, "LINES_SQL", "SELECT * FROM nowhere")
        with pytest.raises(DataFolderError, match="DuckDB found 'Catalog Error"):
            close_day(data, day_specs(), FRIDAY, later_ms(data))
    assert close_day(data, day_specs(), FRIDAY, later_ms(data)).outcome == "rendered_again"
    assert check_books(data).faults == ()


def contents(data: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted((data / "days").rglob("*.*")):
        yield str(path.relative_to(data)), path.read_bytes()


def test_a_pipe_in_the_place_of_a_file_holds_nobody_up(tmp_path: Path) -> None:
    data = closed_dates(tmp_path, "duckdb", "sqlite")
    (path,) = line_files(data)
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(DataFolderError, match="found a pipe, expected the lines of"):
        statement(data, SHOP, FRIDAY)
    assert "line_files_unchanged" in [fault.check for fault in check_books(data).faults]


@pytest.mark.parametrize("engines", [("sqlite", "duckdb"), ("duckdb", "sqlite"), ("duckdb", "duckdb")])
def test_a_date_without_sales_takes_back_what_an_earlier_one_presented(
    tmp_path: Path, engines: tuple[EngineName, EngineName]
) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        sale = journal.decide()
        close_day(tmp_path, day_specs(), FRIDAY, later_ms(tmp_path), engine=engines[0])
        journal.reverse(sale, 2_500)
        close_day(tmp_path, day_specs(), DAY_AFTER, later_ms(tmp_path), engine=engines[1])
    with closing(sqlite3.connect(tmp_path / "books.db")) as connection:
        assert connection.execute("SELECT business_date, request_id, amount_minor FROM adjustment").fetchall() == [
            (DAY_AFTER, sale, -7_500)
        ]
    assert check_books(tmp_path).faults == ()
