"""The files of a closed date rendered again: the same bytes, put back where they are not there as they were."""

from __future__ import annotations

from pathlib import Path

import pytest

from switch.batch.again import redone
from switch.endofday.close import close_day
from switch.errors import DataFolderError, NegativeAnswerError
from tests.support.day_builders import FRIDAY, SATURDAY, SUNDAY, close_two_days, day_specs, later_ms
from tests.trials.test_rot import tampered


@pytest.fixture
def data(tmp_path: Path) -> Path:
    close_two_days(tmp_path)
    return tmp_path


def files_of(data: Path, date: str) -> dict[str, bytes]:
    folder = data / "days" / date
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_files_that_are_as_they_were_are_left(data: Path) -> None:
    before = files_of(data, FRIDAY)
    again = redone(data, FRIDAY)
    assert set(again.alike) == set(before)
    assert (again.put_back, again.other, again.unrecorded, again.changed_tables) == ((), (), (), ())
    assert files_of(data, FRIDAY) == before
    assert sorted(path.name for path in (data / "days").iterdir()) == [FRIDAY, SATURDAY]


def test_missing_and_changed_files_are_put_back_byte_for_byte(data: Path) -> None:
    before = files_of(data, FRIDAY)
    folder = data / "days" / FRIDAY
    (folder / "payouts.csv").unlink()
    (folder / "positions.csv").write_text("something else")
    for path in (folder / "statements").iterdir():
        path.unlink()
    (folder / "statements").rmdir()
    again = redone(data, FRIDAY)
    assert set(again.put_back) == {name for name in before if name not in again.alike}
    assert {"payouts.csv", "positions.csv"} <= set(again.put_back)
    assert files_of(data, FRIDAY) == before
    assert redone(data, FRIDAY).put_back == ()


def test_what_a_redo_left_that_died_is_taken_away(data: Path) -> None:
    left = data / "days" / f".{FRIDAY}.again" / "statements"
    left.mkdir(parents=True)
    (left / "half").write_text("half a statement")
    (data / "days" / FRIDAY / "payouts.csv").unlink()
    assert redone(data, FRIDAY).put_back == ("payouts.csv",)
    assert sorted(path.name for path in (data / "days").iterdir()) == [FRIDAY, SATURDAY]


def test_pdf_and_xlsx_that_were_written_once_are_made_again(data: Path) -> None:
    close_day(data, day_specs(), FRIDAY, later_ms(data), also=("pdf", "xlsx"))
    before = files_of(data, FRIDAY)
    for name in before:
        if name.endswith((".pdf", ".xlsx")):
            (data / "days" / FRIDAY / name).unlink()
    assert len(redone(data, FRIDAY).put_back) == 2
    assert files_of(data, FRIDAY) == before


def test_books_that_were_changed_do_not_pass_for_the_file(data: Path) -> None:
    before = files_of(data, FRIDAY)
    tampered(data / "books.db", "UPDATE payout SET net_minor = net_minor + 1")
    again = redone(data, FRIDAY)
    assert again.changed_tables == ("payout",)
    assert "payouts.csv" in again.other
    assert files_of(data, FRIDAY) == before
    assert not again.is_sound


def test_a_date_that_is_not_closed_has_no_files(data: Path) -> None:
    with pytest.raises(NegativeAnswerError, match=f"business date {SUNDAY} is not closed"):
        redone(data, SUNDAY)


def test_a_folder_that_cannot_be_written_is_told(data: Path) -> None:
    folder = data / "days"
    folder.rename(data / "kept")
    folder.write_text("no folder")
    with pytest.raises(DataFolderError, match="expected a folder that can be written"):
        redone(data, FRIDAY)
