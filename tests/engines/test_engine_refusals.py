"""What a close says where its engine is unknown, not installed, or finds no room: one sentence, and nothing is written."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from switch.endofday.close import close_day
from switch.endofday.engines import in_duckdb, notices
from switch.endofday.engines.beside import SPILL_FOLDER
from switch.errors import DataFolderError, SwitchError
from tests.cli.command import run
from tests.engines.extra import WITH_DUCKDB
from tests.support.day_builders import FRIDAY, day_specs, journal_of, later_ms


@pytest.fixture
def data(tmp_path: Path) -> Path:
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide()
    return tmp_path


def is_untouched(data: Path) -> bool:
    """Whether no date is closed, and none opened."""
    with closing(sqlite3.connect(data / "books.db")) as books, closing(sqlite3.connect(data / "journal.db")) as journal:
        closed = books.execute("SELECT COUNT(*) FROM closed_day").fetchone()[0]
        return (closed, journal.execute("SELECT COUNT(*) FROM business_day").fetchone()[0]) == (0, 1)


def test_a_missing_extra_is_named_with_what_installs_it(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)
    found = run("day", "close", FRIDAY, "--engine", "duckdb", "--data", str(data))
    assert (found.code, found.out) == (2, "")
    assert found.err.splitlines()[0] == (
        "switch: --engine duckdb: found no duckdb, expected it (pip install 'interbank-switch[duckdb]' brings it)"
    )
    assert is_untouched(data)


def test_and_in_french(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)
    found = run("day", "close", FRIDAY, "--engine", "duckdb", "--data", str(data), "--lang", "fr")
    assert "duckdb manque (pip install 'interbank-switch[duckdb]' l'apporte)" in found.err


def test_an_unknown_engine(data: Path) -> None:
    found = run("day", "close", "--engine", "oracle", "--data", str(data))
    assert found.code == 2
    assert "'oracle'" in found.err
    with pytest.raises(
        SwitchError, match=r"^engine: found 'oracle', expected sqlite, duckdb, or sc://host:port of Spark Connect$"
    ):
        close_day(data, day_specs(), FRIDAY, later_ms(data), engine="oracle")
    assert is_untouched(data)


def test_a_rehearsal_has_no_engine_of_its_own(data: Path) -> None:
    found = run("day", "close", "--engine", "duckdb", "--dry-run", "--data", str(data))
    assert found.code == 2
    assert "--dry-run: found beside --engine, expected one of them" in found.err


def test_nothing_loads_duckdb_but_a_close_that_asks_for_it() -> None:
    modules = "switch.cli.up, switch.cli.day, switch.cli.statement, switch.endofday.close, switch.batch.recomputation, sys"
    program = f"import {modules}; sys.exit(bool({{'duckdb', 'pyarrow'}} & sys.modules.keys()))"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


class TestWithoutRoom:
    pytestmark = WITH_DUCKDB

    @pytest.mark.parametrize("room", ["1KB", "1MB"])
    def test_too_little_memory(self, data: Path, monkeypatch: pytest.MonkeyPatch, room: str) -> None:
        monkeypatch.setattr(in_duckdb, "MEMORY_LIMIT", room)
        with pytest.raises(DataFolderError, match="expected enough memory and disk; nothing was written"):
            close_day(data, day_specs(), FRIDAY, later_ms(data), engine="duckdb")
        with closing(sqlite3.connect(data / "books.db")) as books:
            assert books.execute("SELECT COUNT(*) FROM presentment").fetchone()[0] == 0
        assert not (data / SPILL_FOLDER).exists()
        assert close_day(data, day_specs(), FRIDAY, later_ms(data)).outcome == "closed"

    @pytest.mark.parametrize("step", ["set_apart", "begin", "write"])
    def test_too_little_memory_to_tell_the_issuers(self, data: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
        does: Callable[..., Any] = getattr(notices, step)

        class Crowded:
            def execute(self, *_: object) -> None:
                import duckdb

                raise duckdb.OutOfMemoryException("Out of Memory Error: found no room")

        with monkeypatch.context() as changed:
            changed.setattr(notices, step, lambda _, *of: does(Crowded(), *of))
            with pytest.raises(DataFolderError) as told:
                close_day(data, day_specs(), FRIDAY, later_ms(data), engine="duckdb")
        assert "found Out of Memory Error: found no room, expected a folder" in str(told.value)
        assert f"business date {FRIDAY} is closed in the books, and its issuers are told by: switch day" in str(told.value)
        assert close_day(data, day_specs(), FRIDAY, later_ms(data)).outcome == "rendered_again"
        assert [path.suffix for path in (data / "issuers" / "cleared").rglob("*.*")] == [".jsonl"]
