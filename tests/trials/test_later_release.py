"""Files of a later release, of another program, or empty: every command refuses them with one sentence, and nothing is paid."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from switch.endofday.close import close_day
from tests.cli.command import Outcome, run
from tests.support.day_builders import FRIDAY, GROCER, SATURDAY, day_specs, journal_of, later_ms

RRN = "632400000001"
UP = ("up", "--host", "203.0.113.1")  #: an address of no machine: a centre that takes the journal goes no further than that
READ = [("day", "show"), ("check",), ("explain", RRN), ("statement", GROCER.id)]
ALL = [("day", "close"), ("day", "close", SATURDAY), *READ]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A closed Friday, and a Saturday with one sale."""
    folder = tmp_path / "var"
    with journal_of(folder, FRIDAY) as journal:
        journal.decide()
        close_day(folder, day_specs(), None, later_ms(folder))
        journal.decide()
    return folder


def asked(data: Path, words: tuple[str, ...]) -> Outcome:
    return run(*words, "--data", data)


def by_hand(path: Path, script: str) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.executescript(script)


def key_of(data: Path) -> None:
    (data / "pan.key").write_bytes(bytes(64))
    (data / "pan.key").chmod(0o600)


@pytest.mark.parametrize("words", ALL, ids=" ".join)
def test_a_journal_of_a_later_release_is_refused(data: Path, words: tuple[str, ...]) -> None:
    by_hand(data / "journal.db", "PRAGMA user_version = 99")
    refused = asked(data, words)
    assert refused.code == 2
    assert "found a journal of schema 99" in refused.sentence
    assert "a later release wrote it" in refused.sentence


def test_no_day_of_it_is_closed(data: Path) -> None:
    by_hand(data / "journal.db", "PRAGMA user_version = 99")
    asked(data, ("day", "close", SATURDAY))
    with closing(sqlite3.connect(data / "books.db")) as books:
        assert books.execute("SELECT business_date FROM closed_day").fetchall() == [(FRIDAY,)]
    with closing(sqlite3.connect(data / "journal.db")) as journal:
        assert journal.execute("SELECT COUNT(*) FROM business_day").fetchall() == [(2,)]


def test_what_follows_a_request_is_not_made_from_it(data: Path) -> None:
    by_hand(data / "journal.db", "PRAGMA user_version = 99")
    refused = run("send", "--reverse", RRN, "--data", data, "--port", "1")
    assert refused.code == 2
    assert "found a journal of schema 99" in refused.sentence


@pytest.mark.parametrize("words", ALL, ids=" ".join)
def test_books_of_a_later_release_are_refused(data: Path, words: tuple[str, ...]) -> None:
    by_hand(data / "books.db", "PRAGMA user_version = 99")
    refused = asked(data, words)
    assert refused.code == 2
    assert "found books of schema 99" in refused.sentence


def test_a_trace_of_a_later_release_is_refused(data: Path) -> None:
    by_hand(data / "trace.db", "CREATE TABLE message (id INTEGER PRIMARY KEY); PRAGMA user_version = 99")
    refused = run("trace", "--data", data)
    assert refused.code == 2
    assert "found a trace of schema 99" in refused.sentence


@pytest.mark.parametrize("words", [*READ, ("day", "close"), UP], ids=" ".join)
def test_another_programs_database_is_left_as_it_is(tmp_path: Path, words: tuple[str, ...]) -> None:
    by_hand(tmp_path / "journal.db", "CREATE TABLE recipe (name TEXT); INSERT INTO recipe VALUES ('harira')")
    key_of(tmp_path)
    before = (tmp_path / "journal.db").read_bytes()
    refused = asked(tmp_path, words)
    assert refused.code == 2
    assert "found another program's database, expected a journal of Switch" in refused.sentence
    assert (tmp_path / "journal.db").read_bytes() == before


@pytest.mark.parametrize("words", READ, ids=" ".join)
def test_an_issuers_book_is_no_books(data: Path, words: tuple[str, ...]) -> None:
    (data / "books.db").unlink()
    by_hand(data / "books.db", "CREATE TABLE entry (id INTEGER PRIMARY KEY); PRAGMA user_version = 3")
    refused = asked(data, words)
    assert refused.code == 2
    assert "found another program's database, expected books of Switch" in refused.sentence


@pytest.mark.parametrize("words", ALL, ids=" ".join)
def test_an_empty_file_is_no_journal(tmp_path: Path, words: tuple[str, ...]) -> None:
    (tmp_path / "journal.db").touch()
    refused = asked(tmp_path, words)
    assert refused.code == 2
    assert "found an empty file, expected a journal of Switch" in refused.sentence


@pytest.mark.parametrize("words", ALL, ids=" ".join)
def test_days_are_not_closed_again_where_the_books_were_emptied(data: Path, words: tuple[str, ...]) -> None:
    (data / "books.db").unlink()
    (data / "books.db").touch()
    refused = asked(data, words)
    assert refused.code == 2
    assert "books.db: found an empty file, expected the books that the files in" in refused.sentence


def test_no_journal_is_begun_beside_the_books_of_another(data: Path) -> None:
    (data / "journal.db").unlink()
    key_of(data)
    refused = asked(data, UP)
    assert refused.code == 2
    assert "expected the journal that books.db beside it was made of" in refused.sentence
