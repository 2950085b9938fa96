"""Who may only read a data folder is shown what stands in it, or told in one sentence why not."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from switch.endofday.close import close_day
from tests.support.day_builders import FRIDAY, GROCER, day_specs, journal_of, journal_schema, later_ms
from tests.trials.reader import give_write_permission, read_as_anybody, take_write_permission

pytestmark = pytest.mark.long

RRN = "632400000001"


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "var"
    with journal_of(folder, FRIDAY) as journal:
        journal.decide()
        close_day(folder, day_specs(), None, later_ms(folder))
    yield folder
    give_write_permission(folder)


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (("day", "show"), f"business date {FRIDAY} is closed"),
        (("check",), "the books are sound"),
        (("statement", GROCER.id), "98,68"),
        (("explain", RRN), "presented"),
    ],
)
def test_a_closed_folder_is_read(data: Path, words: tuple[str, ...], shown: str) -> None:
    assert not list(data.glob("*-wal")), "the last to close it leaves whole files"
    take_write_permission(data)
    told = read_as_anybody(*words, "--data", data)
    assert (told.code, told.err) == (0, "")
    assert shown in told.out
    assert sorted(path.name for path in data.iterdir() if path.is_file()) == ["books.db", "closing.lock", "journal.db"]


def test_a_folder_that_is_written_meanwhile_is_read_with_its_last_rows(data: Path) -> None:
    with journal_of(data) as journal:
        journal.decide()
        assert (data / "journal.db-wal").stat().st_size > 0
        take_write_permission(data)
        told = read_as_anybody("explain", "632400000002", "--data", data)
    assert (told.code, told.err) == (0, "")
    assert "not closed yet" in told.out


def test_last_rows_that_cannot_be_read_are_not_left_out(data: Path, tmp_path: Path) -> None:
    with journal_of(data) as journal:
        journal.decide()
        copied = tmp_path / "copy"
        copied.mkdir()
        for name in ("journal.db", "journal.db-wal", "books.db"):
            shutil.copyfile(data / name, copied / name)
    take_write_permission(copied)
    refused = read_as_anybody("check", "--data", copied)
    give_write_permission(copied)
    assert refused.code == 2
    assert "found its last rows in journal.db-wal, which cannot be read without the right to write" in refused.sentence


def test_a_journal_of_an_earlier_release_is_for_others_to_bring_up_to_date(tmp_path: Path) -> None:
    folder = tmp_path / "var"
    folder.mkdir()
    db = sqlite3.connect(folder / "journal.db")
    db.executescript(journal_schema(1))
    db.close()
    take_write_permission(folder)
    refused = read_as_anybody("explain", RRN, "--data", folder)
    give_write_permission(folder)
    assert refused.code == 2
    assert "found a journal of schema 1, which an earlier release wrote" in refused.sentence
    assert read_as_anybody("explain", RRN, "--data", folder).code == 1


@pytest.mark.parametrize(
    ("words", "closed"),
    [(("day", "show"), "."), (("check",), "journal.db"), (("explain", RRN), "books.db"), (("day", "close"), "books.db")],
)
def test_who_may_not_read_is_told(data: Path, words: tuple[str, ...], closed: str) -> None:
    (data / closed).chmod(0o000)
    refused = read_as_anybody(*words, "--data", data)
    assert refused.code == 2
    assert "Traceback" not in refused.err
    assert str(data) in refused.err


def test_who_may_not_write_closes_no_day(data: Path) -> None:
    take_write_permission(data)
    refused = read_as_anybody("day", "close", "--data", data)
    assert refused.code == 2
    assert str(data) in refused.sentence


def test_who_may_not_read_the_key_proves_all_but_the_cards(data: Path) -> None:
    (data / "pan.key").write_bytes(bytes(64))
    (data / "pan.key").chmod(0o600)
    take_write_permission(data)
    (data / "pan.key").chmod(0o000)
    told = read_as_anybody("check", "--data", data)
    assert (told.code, told.err) == (0, "")
    assert "sealed card numbers were not opened: " in told.out
