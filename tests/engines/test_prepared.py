"""What is prepared of the journal is read by the close of its date, and changes nothing of what the close leaves."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from shutil import rmtree
from typing import Any

import pytest

from bench.day_close import BUSINESS_DATE, MIDNIGHT_MS, shops, specs_of, write_journal
from switch.batch.preparation import prepare_journal
from switch.endofday.close import check_books, close_day
from switch.endofday.engines import handing_over, in_duckdb, prepared, proving
from switch.endofday.engines.prepared import PREPARED_FOLDER, PreparedRange
from switch.endofday.line_files.parquet import all_of, connected
from switch.errors import DataFolderError, NoRoomError
from tests.clearing.story import DATES, SPECS
from tests.cli.command import run
from tests.engines.compare import closed_by, differences, hashes_of
from tests.engines.extra import WITH_DUCKDB
from tests.oracle.story import Story
from tests.support.day_builders import DAY_MS, journal_of, later_ms

pytestmark = WITH_DUCKDB

COUNT = 20  #: of approvals of a synthetic journal


@pytest.fixture(autouse=True)
def small_ranges(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepared, "REQUESTS_IN_RANGE", 3)


@pytest.fixture
def used(monkeypatch: pytest.MonkeyPatch) -> list[PreparedRange]:
    """The ranges that closes took from their files."""
    taken: list[PreparedRange] = []
    usable = prepared.usable

    def seen(*given: Any) -> list[PreparedRange]:
        found = usable(*given)
        taken.extend(found)
        return found

    monkeypatch.setattr(prepared, "usable", seen)
    return taken


def written(folder: Path) -> list[Path]:
    return sorted((folder / PREPARED_FOLDER).glob("*/*.parquet"))


def with_journal(folder: Path) -> Path:
    write_journal(folder, COUNT, shops(5))
    return folder


def close(folder: Path) -> Path:
    close_day(folder, specs_of(shops(5)), BUSINESS_DATE, MIDNIGHT_MS + 2 * DAY_MS)
    return folder


@pytest.mark.parametrize("seed", [1, 6])
def test_random_days_prepared_before_each_close(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, used: list[PreparedRange]
) -> None:
    monkeypatch.setattr(prepared, "REQUESTS_IN_RANGE", 20)
    opened = in_duckdb.opened

    def prepared_first(connection: Any, data: Path) -> AbstractContextManager[Any]:
        prepare_journal(data)
        return opened(connection, data)

    monkeypatch.setattr(in_duckdb, "opened", prepared_first)
    assert differences(lambda inside: Story(inside, seed).play(), tmp_path, [("duckdb",)]) == []
    assert used


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Batches of three rows, of two fetches each; how a close and a check read the files of those that were whole."""
    monkeypatch.setattr(handing_over, "ROWS_GIVEN_AT_ONCE", 3)
    monkeypatch.setattr(handing_over, "ROWS_FETCHED_AT_ONCE", 2)
    read, kept_in = list[str](), prepared.kept_in

    def seen(duck: Any, folder: Path) -> Callable[[str], str]:
        kept = kept_in(duck, folder)

        def into(rows: str) -> str:
            read.append(kept(rows))
            return read[-1]

        return into

    for module in (prepared, proving):
        monkeypatch.setattr(module, "kept_in", seen)
    return read


def test_random_days_of_which_most_rows_stand_in_files_meanwhile(tmp_path: Path, small_batches: list[str]) -> None:
    assert differences(lambda inside: Story(inside, 3).play(), tmp_path, [("duckdb",)]) == []
    assert len(small_batches) > 6


ODD_TEXTS = [*['a "q\\ t'] * 7, *["é"] * 3, "\x7f", None, "", "null", "0]", *["plain"] * 5]


@pytest.mark.parametrize("is_prepared", [True, False])
def test_texts_of_any_letters_are_there_once_whatever_batch_they_are_in(
    is_prepared: bool, tmp_path: Path, small_batches: list[str], used: list[PreparedRange]
) -> None:
    """Whole batches of escaped rows, of none, and of both; the banks are told of all."""

    def play(inside: Path) -> Path:
        with journal_of(data := inside / "data", DATES[0]) as journal:
            for product in ODD_TEXTS:
                journal.decide(product=product)
        if is_prepared:
            prepare_journal(data)
        close_day(data, SPECS, DATES[0], later_ms(data))
        assert check_books(data).faults == ()
        return data

    assert differences(play, tmp_path, [("duckdb",)]) == []
    assert small_batches
    assert [each.is_plain for each in used] == ([False] * 4 + [True] * 2 if is_prepared else [])


def test_a_check_without_room_for_the_journal_says_so_and_finds_no_fault(
    tmp_path: Path, small_batches: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    data = with_journal(tmp_path)
    with closed_by("duckdb"):
        close(data)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "elsewhere/rows")

    monkeypatch.setattr(prepared, "copy_to", full)
    with pytest.raises(
        NoRoomError, match="elsewhere/rows: found No space left on device, expected a folder with room for the jo"
    ):
        check_books(data)


def test_the_close_takes_what_is_prepared_and_removes_it(tmp_path: Path, used: list[PreparedRange]) -> None:
    data = with_journal(tmp_path)
    found = prepare_journal(data)
    assert (found.written, found.last_request_id, found.left) == (6, 18, 2)
    assert prepare_journal(data).written == 0
    with closed_by("duckdb"):
        close(data)
    assert [(each.first, each.last) for each in used] == [(first, first + 2) for first in range(1, 18, 3)]
    assert not written(data)


def test_files_are_in_the_order_of_merchants_whom_a_close_reads_some_at_a_time(tmp_path: Path) -> None:
    data = with_journal(tmp_path)
    prepare_journal(data)
    with connected("test") as duck:
        found = [duck.execute(f"SELECT merchant_id, request_id FROM {all_of([path])}").fetchall() for path in written(data)]
    assert len(found) == 6
    assert found == [sorted(rows) for rows in found]


@pytest.fixture(scope="module")
def by_sqlite(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return hashes_of(close(with_journal(tmp_path_factory.mktemp("sqlite"))))


@pytest.mark.parametrize("way", ["missing", "other bytes", "another's rows", "a name of nobody", "a link", "a folder"])
def test_a_file_that_is_not_the_journals_is_read_from_the_journal(
    way: str, tmp_path: Path, used: list[PreparedRange], by_sqlite: dict[str, str]
) -> None:
    data = with_journal(tmp_path)
    prepare_journal(data)
    second, third = written(data)[1:3]
    if way == "other bytes":
        second.write_bytes(third.read_bytes())
    elif way == "another's rows":
        ours, theirs = second.name.split("."), third.name.split(".")
        second.unlink()
        third.replace(second.with_name(".".join([ours[0], *theirs[1:]])))
    elif way == "a name of nobody":
        second.rename(second.with_name("rows.parquet"))
    elif way == "a link":
        second.unlink()
        second.symlink_to(third)
    else:
        second.unlink()
        if way == "a folder":
            second.mkdir()
    with closed_by("duckdb"):
        close(data)
    assert hashes_of(data) == by_sqlite
    assert 4 not in [each.first for each in used]
    assert len(used) == (4 if way == "another's rows" else 5)


def test_a_request_without_a_decision_holds_its_range_back(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with journal_of(data, DATES[0]) as journal:
        for _ in range(3):
            journal.decide()
        columns = [str(row[1]) for row in journal.connection.execute("PRAGMA table_info(request)")]
        copied = ", ".join(columns[1:])
        journal.connection.execute(f"INSERT INTO request (id, {copied}) SELECT 4, {copied} FROM request WHERE id = 1")
        journal.decided += 1
        for _ in range(5):
            journal.decide()
    assert prepare_journal(data).last_request_id == 9
    assert [path.name.partition(".")[0] for path in written(data)] == ["000000000001-000000000003", "000000000007-000000000009"]


def test_requests_that_came_after_the_date_was_prepared(tmp_path: Path) -> None:
    def play(folder: Path) -> Path:
        data = folder / "data"
        with journal_of(data, DATES[0]) as journal:
            for _ in range(7):
                journal.decide()
            prepare_journal(data)
            journal.decide(product='a "quoted\\ text')
            journal.open(DATES[1])
            journal.decide()
        prepare_journal(data)
        close_day(data, SPECS, DATES[0], later_ms(data))
        return data

    assert differences(play, tmp_path, [("duckdb",)]) == []
    assert [path.name.split(".")[1] for path in written(tmp_path / "duckdb" / "data")] == [DATES[1]]


def test_the_command_says_how_far_it_came(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = with_journal(tmp_path)
    ready = "the journal is prepared up to request 18; files: 6, new ones: {}, requests left to the close: 2\n"
    assert run("day", "prepare", "--data", str(data)).out == ready.format(6)
    assert run("day", "prepare", "--data", str(data)).out == ready.format(0)
    in_french = run("day", "prepare", "--data", str(data), "--lang", "fr").out
    assert in_french == (
        "le journal est préparé jusqu'à la demande 18 ; fichiers : 6, nouveaux : 0, demandes laissées à l'arrêté : 2\n"
    )
    monkeypatch.setattr(prepared, "REQUESTS_IN_RANGE", COUNT + 1)
    assert run("day", "prepare", "--data", str(data)).out == "nothing is prepared yet; requests in the journal: 20\n"


def test_without_duckdb_the_command_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)
    found = run("day", "prepare", "--data", str(with_journal(tmp_path)))
    assert (found.code, found.sentence) == (
        2,
        "day prepare: found no duckdb, expected it (pip install 'interbank-switch[duckdb]' brings it)",
    )


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (with_journal(tmp_path) / PREPARED_FOLDER).write_text("a file")
    found = run("day", "prepare", "--data", str(tmp_path))
    assert found.code == 2
    assert "expected a folder that can be written" in found.sentence


def test_one_at_a_time(tmp_path: Path) -> None:
    data = with_journal(tmp_path)

    def once_more(_: str) -> None:
        prepare_journal(data)

    with pytest.raises(DataFolderError, match="another `switch day prepare` that runs, expected one at a time"):
        prepare_journal(data, once_more)


def test_nothing_to_prepare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepared, "REQUESTS_IN_RANGE", COUNT + 1)
    found = prepare_journal(with_journal(tmp_path))
    assert (found.written, found.file_count, found.last_request_id, found.left) == (0, 0, 0, COUNT)


@pytest.mark.parametrize("word", ["reading", "clearing", "telling", "writing"])
def test_a_close_beside_which_the_journal_is_prepared_is_the_same(word: str, tmp_path: Path, by_sqlite: dict[str, str]) -> None:
    data, said = with_journal(tmp_path), list[str]()
    prepare_journal(data)

    def say(what: str) -> None:
        said.append(str(what))
        if word in str(what):
            prepare_journal(data)

    close_day(data, specs_of(shops(5)), BUSINESS_DATE, MIDNIGHT_MS + 2 * DAY_MS, say=say, engine="duckdb")
    assert any(word in each for each in said), said
    assert hashes_of(data) == by_sqlite


@pytest.mark.parametrize("word", ["reading", "clearing", "telling"])
def test_the_folder_may_be_deleted_beside_a_close(word: str, tmp_path: Path, by_sqlite: dict[str, str]) -> None:
    data = with_journal(tmp_path)
    prepare_journal(data)

    def say(what: str) -> None:
        if word in str(what):
            rmtree(data / PREPARED_FOLDER, ignore_errors=True)

    close_day(data, specs_of(shops(5)), BUSINESS_DATE, MIDNIGHT_MS + 2 * DAY_MS, say=say, engine="duckdb")
    assert hashes_of(data) == by_sqlite


def test_files_of_a_journal_that_was_replaced_are_not_read_and_written_again(tmp_path: Path, used: list[PreparedRange]) -> None:
    """The amounts and times of the other one are the same, its merchants are not."""
    data = with_journal(tmp_path)
    prepare_journal(data)
    for name in ("journal.db", "books.db"):
        (data / name).unlink(missing_ok=True)
    write_journal(data, COUNT, shops(5)[::-1])
    other = tmp_path / "other"
    other.mkdir()
    write_journal(other, COUNT, shops(5)[::-1])
    with closed_by("duckdb"):
        close(data)
    assert not used
    assert hashes_of(data) == hashes_of(close(other))


def test_what_was_made_of_a_journal_that_was_replaced_is_made_anew(tmp_path: Path) -> None:
    data = with_journal(tmp_path)
    prepare_journal(data)
    before = written(data)
    (data / "journal.db").unlink()
    write_journal(data, COUNT, shops(5)[::-1])
    assert prepare_journal(data).written == len(before)
    assert not {*before} & {*written(data)}


def test_a_file_that_no_close_takes_is_written_again(tmp_path: Path) -> None:
    data = with_journal(tmp_path)
    prepare_journal(data)
    second = written(data)[1]
    whole = second.read_bytes()
    second.write_bytes(whole[:100])
    found = prepare_journal(data)
    assert (found.written, found.file_count, found.left) == (1, 6, 2)
    assert second.read_bytes() == whole


def test_what_is_left_to_the_close_counts_ranges_held_back_and_those_behind(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with journal_of(data, DATES[0]) as journal:
        for _ in range(3):
            journal.decide()
        for _ in range(3):
            journal.decide("51")
        for _ in range(4):
            journal.decide()
    found = prepare_journal(data)
    assert (found.written, found.left) == (2, 4), "a range without an approval has no file"


def test_a_disk_that_is_full_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = with_journal(tmp_path)

    def full(_: Path) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as short:
        short.setattr(prepared, "sync", full)
        with pytest.raises(DataFolderError, match="No space left on device"):
            prepare_journal(data)
    assert [path for path in (data / PREPARED_FOLDER).rglob("*") if path.is_file()] == [data / PREPARED_FOLDER / "lock"]
    assert prepare_journal(data).written == 6


def test_a_close_by_sqlite_removes_the_files_of_its_date_too(tmp_path: Path) -> None:
    data = with_journal(tmp_path)
    prepare_journal(data)
    close(data)
    assert [path.name for path in (data / PREPARED_FOLDER).rglob("*")] == ["lock"]


def test_a_pipe_of_such_a_name_holds_nobody(tmp_path: Path, used: list[PreparedRange], by_sqlite: dict[str, str]) -> None:
    data = with_journal(tmp_path)
    prepare_journal(data)
    second = written(data)[1]
    second.unlink()
    os.mkfifo(second)
    with closed_by("duckdb"):
        close(data)
    assert len(used) == 5
    assert hashes_of(data) == by_sqlite
