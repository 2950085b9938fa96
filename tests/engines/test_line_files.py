"""Lines of dates that DuckDB closed stand in files, and whoever reads, proves or corrects such a date finds what SQLite has."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from switch.batch.again import redone
from switch.batch.days import listed
from switch.batch.figures import figures_of
from switch.batch.recomputation import recomputed, rehearsed
from switch.batch.reopening import reopen_date, standing
from switch.business_day import DateSpan
from switch.casework.dossiers import dossiers
from switch.clearing.engine import EngineName
from switch.endofday import books, close
from switch.endofday.close import check_books, close_day, show_day
from switch.endofday.engines import in_duckdb
from switch.endofday.line_files import door
from switch.endofday.line_files.parquet import LINES_FOLDER
from switch.endofday.statements import statement
from switch.endofday.three_books import compare_books
from switch.errors import NegativeAnswerError, SwitchError
from switch.explain.charges import charged
from switch.explain.lifecycle import story
from switch.gateway.store.settled_remises import PaymentKey, settled_remises
from switch.settlement.statement_forms import TextForm
from tests.engines.compare import closed_by, hashes_of
from tests.engines.extra import WITH_DUCKDB
from tests.oracle.product import product_specs
from tests.oracle.story import Story
from tests.support.day_builders import FRIDAY, DaySpecs, day_specs, journal_of, later_ms

pytestmark = WITH_DUCKDB

DAY_AFTER = "2026-11-21"
FORMS: tuple[TextForm, ...] = ("text", "csv", "excel-fr")


def asked(data: Path, sql: str) -> list[tuple[object, ...]]:
    """Rows of the books as they are, without the door."""
    with closing(sqlite3.connect(data / "books.db")) as connection:
        return connection.execute(sql).fetchall()


def files_in(data: Path) -> list[Path]:
    return sorted(path for path in (data / LINES_FOLDER).rglob("*") if path.is_file())


@pytest.fixture
def closed(tmp_path: Path) -> Path:
    """A data folder with one date that DuckDB closed, and some sales of the next."""
    with journal_of(tmp_path, FRIDAY) as journal:
        sale = journal.decide()
        journal.decide(amount_minor=7_700)
        journal.decide(amount_minor=3_300, transaction_type="refund")
        close_day(tmp_path, day_specs(), FRIDAY, later_ms(tmp_path), engine="duckdb")
        journal.reverse(sale, 2_500)
        journal.decide(amount_minor=1_100)
    return tmp_path


def test_the_books_name_the_files_and_have_no_lines(closed: Path) -> None:
    assert asked(closed, "SELECT COUNT(*) FROM presentment") == [(0,)]
    found = asked(closed, "SELECT business_date, table_name, row_count, engine FROM line_file")
    assert found == [(FRIDAY, "presentment", 3, "duckdb")]
    ((path,),) = asked(closed, "SELECT path FROM line_file")
    assert files_in(closed) == [closed / str(path)]
    assert all(each.stat().st_mode & 0o077 == 0 for each in (closed / LINES_FOLDER).rglob("*"))
    assert check_books(closed).faults == ()


def test_lines_stand_in_the_order_of_merchants_in_ranges(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import duckdb

    monkeypatch.setattr(in_duckdb, "LINES_IN_FILE", 3)
    (tmp_path / "one").mkdir()
    (tmp_path / "many").mkdir()
    with closed_by("sqlite"):
        whole = Story(tmp_path / "one", 5).play()
    with closed_by("duckdb"):
        parted = Story(tmp_path / "many", 5).play()
    assert hashes_of(whole) == hashes_of(parted)
    counts = asked(parted, "SELECT COUNT(*) FROM line_file GROUP BY business_date, table_name")
    assert max(int(str(count)) for (count,) in counts) > 1
    for path in files_in(parted):
        kind = ", kind" if "fee_line" in path.parts else ""
        found = duckdb.execute(f"SELECT merchant_id, request_id{kind} FROM read_parquet('{path}', hive_partitioning = false)")
        rows = found.fetchall()
        assert rows == sorted(rows)
    assert check_books(parted).faults == ()


def specs_by_date(played: Story) -> Callable[[str], DaySpecs]:
    """What each date of a sequence is closed with."""
    specs = {folder: product_specs(folder) for folder in (played.early, played.late)}
    return lambda business_date: specs[played.folder_of(business_date)]


def told(data: Path, specs: Callable[[str], DaySpecs]) -> Iterator[tuple[str, object]]:
    """All that the readers of closed dates say of a folder."""
    with books.opened(data) as connection:
        dates = books.closed_dates(connection)
        merchants = [row[0] for row in connection.execute("SELECT DISTINCT merchant_id FROM statement ORDER BY 1")]
        rrns = [row[0] for row in connection.execute("SELECT DISTINCT rrn FROM journal.request ORDER BY 1")]
        keys = [
            PaymentKey(merchant_id=row[0], terminal_id=row[1], rrn=row[2])
            for row in connection.execute("SELECT merchant_id, terminal_id, rrn FROM journal.request ORDER BY id")
        ]
    yield "remises", settled_remises(data, list(enumerate(keys)))
    yield "dossiers", dossiers(data, ended=True)
    yield "figures", figures_of(data, DateSpan(first=dates[0], last=dates[-1]))
    yield "list", listed(data, verify=True)
    yield "check", check_books(data).presentment_count
    yield "standing", standing(data, dates[-1])
    for rrn in rrns:
        yield f"story of {rrn}", story(data, rrn)
        try:
            yield f"fees of {rrn}", charged(data, rrn)
        except NegativeAnswerError as error:
            yield f"fees of {rrn}", str(error)
    for date in dates:
        yield f"show {date}", show_day(data, date)
        yield f"three books {date}", compare_books(data, date)
        yield f"redo {date}", redone(data, date)
        yield f"diff {date}", recomputed(data, specs(date), date, 0)
        for merchant in merchants:
            for fmt in FORMS:
                try:
                    yield f"{fmt} of {merchant} {date}", statement(data, merchant, date, fmt)
                except NegativeAnswerError as error:
                    yield f"{fmt} of {merchant} {date}", str(error)


@pytest.mark.parametrize("seed", range(40, 43))
def test_all_readers_say_the_same(tmp_path: Path, seed: int) -> None:
    ways: tuple[tuple[EngineName, ...], ...] = (("sqlite",), ("duckdb",), ("duckdb", "sqlite"))
    found = []
    for engines in ways:
        (inside := tmp_path / "+".join(engines)).mkdir()
        with closed_by(*engines):
            played = Story(inside, seed)
            data = played.play()
        said = told(data, specs_by_date(played))
        found.append({name: repr(words).replace(str(inside), "") for name, words in said})
    for other in found[1:]:
        assert {name for name in found[0] if other[name] != found[0][name]} == set()
        assert other.keys() == found[0].keys()


def refused(data: Path) -> list[str]:
    """What readers say that cannot read the lines of the date, each in one sentence."""
    sentences = []
    readers: tuple[Callable[[], object], ...] = (
        lambda: statement(data, "EPICERIE0000001", FRIDAY),
        lambda: story(data, asked_rrn(data)),
        lambda: close_day(data, day_specs(), DAY_AFTER, later_ms(data)),
        lambda: rehearsed(data, day_specs(), DAY_AFTER, later_ms(data)),
    )
    for read in readers:
        with pytest.raises(SwitchError) as caught:
            read()
        sentences.append(str(caught.value))
    return sentences


def asked_rrn(data: Path) -> str:
    with closing(sqlite3.connect(data / "journal.db")) as journal:
        rrn: str = journal.execute("SELECT rrn FROM request ORDER BY id LIMIT 1").fetchone()[0]
    return rrn


@pytest.mark.parametrize("way", ["one bit", "cut short", "empty"])
def test_a_changed_file_is_one_sentence_and_nothing_is_written(closed: Path, way: str) -> None:
    (path,) = files_in(closed)
    whole = path.read_bytes()
    changed = {"one bit": whole[:-9] + bytes([whole[-9] ^ 1]) + whole[-8:], "cut short": whole[:-100], "empty": b""}[way]
    path.write_bytes(changed)
    sentence = f"{path}: found other bytes, expected the lines of {FRIDAY} as its close wrote them"
    assert set(refused(closed)) == {sentence}
    assert asked(closed, "SELECT COUNT(*) FROM closed_day") == [(1,)]
    assert sentence in [fault.sentence for fault in check_books(closed).faults]
    path.write_bytes(whole)
    assert close_day(closed, day_specs(), DAY_AFTER, later_ms(closed)).outcome == "closed"
    assert check_books(closed).faults == ()


def test_a_missing_file_is_one_sentence(closed: Path) -> None:
    (path,) = files_in(closed)
    path.unlink()
    assert set(refused(closed)) == {f"{path}: found none, expected the lines of {FRIDAY} as its close wrote them"}


def test_without_duckdb_the_extra_is_named(closed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)
    needed = f"{closed}: lines of {FRIDAY} stand in files beside the books: found no duckdb, expected it"
    with pytest.raises(SwitchError, match="found no duckdb"):
        check_books(closed)
    assert set(refused(closed)) == {f"{needed} (pip install 'interbank-switch[duckdb]' brings it)"}


def test_a_changed_row_of_the_list_of_files_is_found(closed: Path) -> None:
    with closing(sqlite3.connect(closed / "books.db")) as connection:
        connection.execute("DROP TRIGGER line_file_no_update")
        connection.execute("UPDATE line_file SET engine = 'another'")
        connection.commit()
    assert "the rows of line_file are not as they were written" in [fault.sentence for fault in check_books(closed).faults]


def test_what_dies_before_the_commit_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide()
    dead = tmp_path / LINES_FOLDER / "presentment" / f"business_date={FRIDAY}"
    dead.mkdir(parents=True)
    (dead / "dead.parquet").write_bytes(b"of a close that died")

    def fail(*_: object) -> None:
        assert len(files_in(tmp_path)) == 1, "those of the dead are gone, and that of this close is there"
        raise NegativeAnswerError("does not balance")

    with monkeypatch.context() as patch:
        patch.setattr(close, "_refuse_faults", fail)
        with pytest.raises(NegativeAnswerError):
            close_day(tmp_path, day_specs(), FRIDAY, later_ms(tmp_path), engine="duckdb")
    assert files_in(tmp_path) == []
    assert asked(tmp_path, "SELECT COUNT(*) FROM line_file") == [(0,)]
    (dead / "dead.parquet").write_bytes(b"of a close that died")
    close_day(tmp_path, day_specs(), FRIDAY, later_ms(tmp_path))
    assert files_in(tmp_path) == []


@pytest.mark.parametrize("again", ["sqlite", "duckdb"])
def test_a_date_is_reopened_and_closed_again(closed: Path, again: EngineName) -> None:
    before = hashes_of(closed)
    (kept,) = files_in(closed)
    reopen_date(closed, FRIDAY, "Nadia", "other fees", lambda: later_ms(closed))
    close_day(closed, day_specs(), FRIDAY, later_ms(closed), engine=again)
    assert kept in files_in(closed)
    assert len(files_in(closed)) == (2 if again == "duckdb" else 1)
    after = hashes_of(closed)
    of_lines = ("presentment", "fee_line", "posting", "payout", "position", "statement")
    assert [name for name in of_lines if before[name] != after[name]] == []
    assert check_books(closed).faults == ()
    kept.unlink()
    assert [fault.check for fault in check_books(closed).faults] == ["line_files_unchanged"]


class TestDoor:
    def test_rows_of_the_books_are_read_as_ever(self, tmp_path: Path) -> None:
        with journal_of(tmp_path, FRIDAY) as journal:
            journal.decide()
        close_day(tmp_path, day_specs(), FRIDAY, later_ms(tmp_path))
        with books.opened(tmp_path) as connection:
            assert connection.execute("SELECT COUNT(*) FROM presentment").fetchone() == (1,)
            assert connection.execute("SELECT COUNT(*) FROM temp.sqlite_schema").fetchone() == (0,)

    def test_whoever_says_nothing_has_all_lines(self, closed: Path) -> None:
        with books.opened(closed) as connection:
            assert connection.execute("SELECT COUNT(*) FROM presentment").fetchone() == (3,)

    def test_what_is_wanted_and_no_more(self, closed: Path) -> None:
        query = "SELECT COUNT(*) FROM presentment"
        with books.opened(closed) as connection:
            door.see(connection, door.of_date(FRIDAY, condition="amount_minor < :most", values={"most": 0}))
            named = connection.execute("SELECT original_id FROM journal.reversal").fetchall()
            assert connection.execute(query).fetchone() == (1,)
            assert len(named) == 1
            door.see(connection, door.named_on(DAY_AFTER))
            assert connection.execute("SELECT request_id FROM presentment").fetchall() == named
            door.see(connection, door.of_merchants((FRIDAY,), "A", "B"))
            assert connection.execute(query).fetchone() == (0,)
            door.see_merchants(connection, (FRIDAY,), "A", "Z")
            assert connection.execute(query).fetchone() == (3,)
            door.see_merchants(connection, (FRIDAY,), "EPICERIE0000001", "EPICERIE0000001")
            assert isinstance(connection, door.BooksConnection)
            assert connection.wanted.values == {"first": "A", "last": "Z"}

    def test_what_was_decided_and_reversed_on_a_date_is_not_named_on_it(self, tmp_path: Path) -> None:
        with journal_of(tmp_path, FRIDAY) as journal:
            journal.reverse(journal.decide(), 2_500)
            close_day(tmp_path, day_specs(), FRIDAY, later_ms(tmp_path), engine="duckdb")
        with books.opened(tmp_path) as connection:
            door.see(connection, door.named_on(FRIDAY))
            assert connection.execute("SELECT COUNT(*) FROM journal.reversal").fetchone() == (1,)
            assert connection.execute("SELECT COUNT(*) FROM presentment").fetchone() == (0,)

    def test_lines_that_a_rollback_took_are_read_again(self, closed: Path) -> None:
        with books.opened(closed, to_write=True) as connection:
            connection.execute("BEGIN")
            assert connection.execute("SELECT COUNT(*) FROM presentment").fetchone() == (3,)
            connection.execute("ROLLBACK")
            assert connection.execute("SELECT COUNT(*) FROM presentment").fetchone() == (3,)

    def test_lines_are_not_written_to_what_is_thrown_away(self, closed: Path) -> None:
        with books.opened(closed, to_write=True) as connection, pytest.raises(AssertionError, match="names main"):
            connection.execute("DELETE FROM presentment")

    def test_a_copy_has_all_lines_as_rows(self, closed: Path) -> None:
        with books.opened(closed, apart=True) as connection:
            assert connection.execute("SELECT COUNT(*) FROM main.presentment").fetchone() == (3,)
            assert connection.execute("SELECT COUNT(*) FROM main.line_file").fetchone() == (0,)
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                connection.execute("DELETE FROM main.presentment")
