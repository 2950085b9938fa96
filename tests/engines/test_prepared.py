"""What is prepared of the journal is read by the close of its date, and changes nothing of what the close leaves."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from bench.day_close import BUSINESS_DATE, MIDNIGHT_MS, shops, specs_of, write_journal
from switch.batch.preparation import prepare_journal
from switch.endofday.close import close_day
from switch.endofday.engines import in_duckdb, prepared
from switch.endofday.engines.prepared import PREPARED_FOLDER, PreparedRange
from switch.errors import DataFolderError
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


def test_the_close_takes_what_is_prepared_and_removes_it(tmp_path: Path, used: list[PreparedRange]) -> None:
    data = with_journal(tmp_path)
    found = prepare_journal(data)
    assert (found.written, found.last_request_id, found.left) == (6, 18, 2)
    assert prepare_journal(data).written == 0
    with closed_by("duckdb"):
        close(data)
    assert [(each.first, each.last) for each in used] == [(first, first + 2) for first in range(1, 18, 3)]
    assert not written(data)


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
    ready = "the journal is prepared up to request 18; files: 6, new ones: {}, requests behind them: 2\n"
    assert run("day", "prepare", "--data", str(data)).out == ready.format(6)
    assert run("day", "prepare", "--data", str(data)).out == ready.format(0)
    in_french = run("day", "prepare", "--data", str(data), "--lang", "fr").out
    assert in_french == (
        "le journal est préparé jusqu'à la demande 18 ; fichiers : 6, nouveaux : 0, demandes qui suivent : 2\n"
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
