"""Statements as PDF and XLSX among the files of a day: with the close, after it, after a death in between, in the proofs."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from shutil import copytree

import pytest

from switch.endofday import files as endofday_files
from switch.endofday.close import check_books, close_day
from switch.endofday.report import DayReport
from switch.endofday.statements import stated
from switch.errors import DataFolderError, SpecError
from switch.merchant import Merchant
from switch.settlement.statement_forms import BytesForm, as_bytes
from tests.settlement.test_statement_pdf import cells_of
from tests.support.day_builders import FRIDAY, GROCER, HOTEL, SATURDAY, day_specs, journal_of, later_ms, merchant, spec_table

BOTH: Sequence[BytesForm] = ("pdf", "xlsx")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A day with sales at two merchants that is not closed yet."""
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide()
        journal.decide(merchant_id=HOTEL.id)
    return tmp_path


def close(data: Path, date: str | None = None, also: Sequence[BytesForm] = ()) -> DayReport:
    return close_day(data, day_specs(), date, later_ms(data), also=also)


def files_of(data: Path, date: str = FRIDAY) -> dict[str, bytes]:
    folder = data / "days" / date
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def of_form(files: dict[str, bytes], form: str) -> list[str]:
    return [name for name in files if name.endswith(f".{form}")]


def test_a_close_writes_what_it_is_asked_for(data: Path) -> None:
    close(data, also=BOTH)
    files = files_of(data)
    for form in BOTH:
        assert of_form(files, form) == [f"statements/{GROCER.id}.{form}", f"statements/{HOTEL.id}.{form}"]
    assert len(files) == 2 + 2 * 4
    proved = check_books(data)
    no_banks = ("accounts were not compared with the closed days: no book here of atlas",)
    assert (proved.faults, proved.notes[1:], proved.file_count) == ((), no_banks, 10)


@pytest.mark.parametrize(("held", "long"), [(1, 1), (50, 60), (60, 50), (1 << 20, 40)])
def test_a_files_bytes_and_digest_are_the_same_however_its_texts_are_put_together(
    held: int, long: int, data: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path_factory.mktemp("other")
    copytree(data, other, dirs_exist_ok=True)
    close(other)
    monkeypatch.setattr(endofday_files, "HELD_LETTERS", held)
    monkeypatch.setattr(endofday_files, "LONG_LETTERS", long)
    close(data)
    assert files_of(data) == files_of(other)
    assert check_books(data).faults == ()


def test_a_close_writes_neither_unasked(data: Path) -> None:
    close(data)
    files = files_of(data)
    assert of_form(files, "pdf") == of_form(files, "xlsx") == []
    assert check_books(data).file_count == 6


def test_a_closed_date_gets_them_later_and_keeps_the_rest(data: Path) -> None:
    close(data)
    before = files_of(data)
    stamps = {path: path.stat().st_mtime_ns for path in (data / "days").rglob("*.txt")}
    report = close(data, FRIDAY, ["pdf"])
    assert report.outcome == "rendered_again"
    assert report.sentence == f"business date {FRIDAY} is already closed; its statements are now there as PDF, from the books"
    after = files_of(data)
    assert before.items() < after.items()
    assert len(of_form(after, "pdf")) == 2
    assert {path: path.stat().st_mtime_ns for path in stamps} == stamps
    assert close(data, FRIDAY, ["pdf"]).outcome == "already_closed"
    assert close(data, FRIDAY).outcome == "already_closed"
    assert close(data, FRIDAY, BOTH).outcome == "rendered_again"
    assert check_books(data).file_count == 10


def test_they_do_not_keep_the_next_date_from_being_closed(data: Path) -> None:
    close(data)
    with journal_of(data) as journal:
        journal.decide()
    report = close(data, also=["pdf"])
    assert (report.business_date, report.outcome) == (SATURDAY, "closed")
    assert of_form(files_of(data), "pdf") == []
    assert len(of_form(files_of(data, SATURDAY), "pdf")) == 1


@pytest.mark.parametrize("also", [[], ["pdf"], BOTH])
@pytest.mark.parametrize("deaths_at", [1, 2, 3])
def test_dying_in_between_leaves_nothing_half_and_the_next_close_finishes(
    data: Path, monkeypatch: pytest.MonkeyPatch, also: Sequence[BytesForm], deaths_at: int
) -> None:
    made, real = [0], as_bytes

    def dying(*arguments: object) -> bytes:
        made[0] += 1
        if made[0] == deaths_at:
            pytest.fail("died here")
        return real(*arguments)  # type: ignore[arg-type]

    with monkeypatch.context() as deadly:
        deadly.setattr("switch.endofday.files.as_bytes", dying)
        with pytest.raises(pytest.fail.Exception, match="died here"):
            close(data, also=BOTH)
    whole = {name: content for name, content in files_of(data).items() if not name.endswith(".partial")}
    for name, content in whole.items():
        assert not name.endswith("pdf") or content.endswith(b"%%EOF\n")
        assert not name.endswith("xlsx") or content.startswith(b"PK")
    report = close(data, also=also)
    assert (report.business_date, report.outcome) == (FRIDAY, "rendered_again")
    assert whole.items() <= files_of(data).items()
    assert close(data, FRIDAY, also).outcome == "already_closed"
    assert check_books(data).faults == ()


@pytest.mark.parametrize("form", BOTH)
def test_a_changed_one_is_found_and_a_lost_one_is_written_anew(data: Path, form: BytesForm) -> None:
    close(data, also=BOTH)
    before = files_of(data)
    path = data / "days" / FRIDAY / "statements" / f"{GROCER.id}.{form}"
    path.write_bytes(path.read_bytes().replace(b"0", b"1", 1))
    (fault,) = check_books(data).faults
    assert f"not as they were written: statements/{GROCER.id}.{form}" in fault.sentence
    path.unlink()
    proved = check_books(data)
    assert proved.faults == ()
    assert any(f"statements/{GROCER.id}.{form}" in note for note in proved.notes)
    assert close(data, FRIDAY).outcome == "rendered_again"
    assert files_of(data) == before


def test_their_digests_are_in_the_books(data: Path) -> None:
    close(data, also=BOTH)
    with sqlite3.connect(data / "books.db") as books:
        names = {name for (name,) in books.execute("SELECT name FROM day_file")}
    books.close()
    assert names == set(files_of(data))


def test_address_and_ice_of_the_contract_are_kept_with_the_statement(data: Path) -> None:
    shop = merchant(address="4, rue du Port", ice="990000000000110")
    close_day(data, day_specs(merchants=[shop, HOTEL]), None, later_ms(data))
    with stated(data, shop.id) as told:
        assert (told.head.address, told.head.ice) == (shop.address, shop.ice)
        assert {shop.address, shop.ice} <= set(cells_of(as_bytes(told, "pdf")))
    with stated(data, HOTEL.id) as told:
        assert (told.head.address, told.head.ice) == ("", "")
        assert "ICE" not in cells_of(as_bytes(told, "pdf"))


@pytest.mark.parametrize("ice", ["12345", "99000000000011A", " 990000000000110"])
def test_an_ice_has_15_digits(ice: str) -> None:
    contract = f"""
    id = "EPICERIE0000001"
    name = "EPICERIE DU PORT"
    city = "ESSAOUIRA"
    mcc = "5411"
    rib = "310810101402900442310133"
    email = "port@epicerie.example"
    plan = "retail"
    terminals = []
    ice = "{ice}"
    """
    with pytest.raises(SpecError, match=r"ice: .*15 digits"):
        Merchant.from_toml(spec_table("merchants.toml", contract))


def test_a_full_disk_is_told_with_the_command_that_finishes(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> bytes:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr("switch.endofday.files.as_bytes", full)
        with pytest.raises(DataFolderError, match=f"finished by: switch day close {FRIDAY} --data {data} --pdf --xlsx$"):
            close(data, also=BOTH)
    assert close(data, FRIDAY, BOTH).outcome == "rendered_again"
    assert check_books(data).file_count == 10
