"""Statements that a merchant downloads: the files of the close while they are as the books have them, and no other file."""

from __future__ import annotations

from pathlib import Path

import pytest

from switch.data_folder.vault import KEY_FILE
from switch.gateway.office.statement_files import STATEMENT_TYPES, read_statement, statement_dates_of
from tests.support.day_builders import FRIDAY, GROCER, HOTEL, SATURDAY, close_two_days

BEGINNINGS = {"pdf": b"%PDF", "xlsx": b"PK", "csv": b"", "txt": b""}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("office") / "var"
    close_two_days(folder)
    return folder


def test_the_dates_of_a_merchant_and_of_nobody(data: Path, tmp_path: Path) -> None:
    assert statement_dates_of(data, GROCER.id) == (SATURDAY, FRIDAY)
    assert statement_dates_of(data, HOTEL.id) == ()
    assert statement_dates_of(tmp_path, GROCER.id) == (), "no books there"


@pytest.mark.parametrize("suffix", STATEMENT_TYPES)
def test_every_form_is_there_whether_the_close_wrote_it_or_not(data: Path, suffix: str) -> None:
    content = read_statement(data, GROCER.id, SATURDAY, suffix)
    assert content
    assert content.startswith(BEGINNINGS[suffix])
    written = data / "days" / SATURDAY / "statements" / f"{GROCER.id}.{suffix}"
    assert not written.exists() or written.read_bytes() == content
    assert read_statement(data, HOTEL.id, SATURDAY, suffix) is None


@pytest.mark.parametrize(
    ("merchant", "date", "suffix"),
    [
        (GROCER.id, "2026-11-19", "txt"),
        (GROCER.id, "../..", "txt"),
        (GROCER.id, SATURDAY, "key"),
        ("../../../" + KEY_FILE, SATURDAY, "txt"),
        ("%2e%2e", SATURDAY, "csv"),
    ],
)
def test_what_is_no_statement_is_not_there(data: Path, merchant: str, date: str, suffix: str) -> None:
    assert read_statement(data, merchant, date, suffix) is None


def test_a_file_that_was_changed_or_lost_is_not_handed_out(tmp_path: Path) -> None:
    close_two_days(tmp_path / "var")
    file = tmp_path / "var" / "days" / SATURDAY / "statements" / f"{GROCER.id}.csv"
    file.write_bytes(file.read_bytes() + b"one more line\n")
    assert read_statement(tmp_path / "var", GROCER.id, SATURDAY, "csv") is None
    file.unlink()
    assert read_statement(tmp_path / "var", GROCER.id, SATURDAY, "csv") is None
    assert read_statement(tmp_path / "var", GROCER.id, FRIDAY, "csv")
