"""Files of a day that cannot be written: the day is closed in the books, one sentence says so, and closing again finishes."""

from __future__ import annotations

import os
import resource
import sqlite3
from pathlib import Path
from typing import Any, Final

import pytest

from switch.specs.load import load_specs
from tests.cli.command import run
from tests.support.day_builders import FRIDAY, journal_of

FULL_BYTES: Final = 100  #: what one file may hold where the disk is full


@pytest.fixture
def data(tmp_path: Path) -> Path:
    shop = next(iter(load_specs().merchants.values()))
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide(merchant_id=shop.id)
    return tmp_path


def names(data: Path) -> list[str]:
    folder = data / "days" / FRIDAY
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def assert_finished(data: Path) -> None:
    """The second close writes what is missing and ends well; then there is nothing more to do."""
    assert run("day", "show", "--data", data).code == 0
    finished = run("day", "close", "--data", data)
    assert (finished.code, finished.err) == (0, "")
    assert "files were missing and are rendered again from the books" in finished.out
    written = names(data)
    assert len(written) == 4
    assert written[:2] == ["payouts.csv", "positions.csv"]
    assert run("check", "--data", data).code == 0
    again = run("day", "close", FRIDAY, "--data", data)
    assert (again.code, again.out) == (1, f"business date {FRIDAY} is already closed, nothing was changed\n")


@pytest.mark.parametrize("where", ["days", f"days/{FRIDAY}", f"days/{FRIDAY}/statements", f"days/{FRIDAY}/payouts.csv"])
def test_something_else_stands_in_their_place(data: Path, where: str) -> None:
    place = data / where
    if where.endswith(".csv"):
        place.mkdir(parents=True)
    else:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text("a file")
    refused = run("day", "close", "--data", data)
    assert refused.code == 2
    assert f"business date {FRIDAY} is closed in the books" in refused.sentence
    assert f"switch day close {FRIDAY} --data {data}" in refused.sentence
    if place.is_dir():
        place.rmdir()
    else:
        place.unlink()
    assert_finished(data)


def test_a_disk_that_is_full(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Full from the commit of the day on: no file of this process can grow beyond some bytes."""
    limits, connect = resource.getrlimit(resource.RLIMIT_FSIZE), sqlite3.connect
    seen: list[str] = []

    def watch(statement: str) -> None:
        if "COMMIT" in seen:
            resource.setrlimit(resource.RLIMIT_FSIZE, (FULL_BYTES, limits[1]))
        elif seen or "INSERT INTO closed_day" in statement:
            seen.append(statement)

    def watched(database: str, **options: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(database, **options)
        if "books.db" in str(database):
            connection.set_trace_callback(watch)
        return connection

    with monkeypatch.context() as filling:
        filling.setattr(sqlite3, "connect", watched)
        try:
            refused = run("day", "close", "--data", data)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert seen[-1] == "COMMIT"
    assert refused.code == 2
    assert "File too large" in refused.sentence or "disk I/O error" in refused.sentence  # of a file, or of a table of SQLite's
    assert "expected a folder that can be written" in refused.sentence
    assert f"business date {FRIDAY} is closed in the books" in refused.sentence
    assert_finished(data)


def test_a_day_is_not_closed_again_where_its_books_are_gone(data: Path) -> None:
    assert run("day", "close", "--data", data).code == 0
    for books in data.glob("books.db*"):
        books.unlink()
    for words in (("check",), ("day", "close"), ("day", "show")):
        refused = run(*words, "--data", data)
        assert refused.code == 2
        assert "expected the books that the files in" in refused.sentence


def test_a_pipe_in_the_place_of_a_file_of_a_day_is_a_fault(data: Path) -> None:
    assert run("day", "close", "--data", data).code == 0
    payouts = next((data / "days").glob("*/payouts.csv"))
    payouts.unlink()
    os.mkfifo(payouts)
    assert run("check", "--data", data).code == 1
