"""What a close by Spark says where it cannot be: one sentence, and nothing is written."""

from __future__ import annotations

import socket
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from switch.endofday.close import check_books, close_day
from switch.endofday.engines import in_spark
from switch.endofday.engines.beside import SPILL_FOLDER
from switch.errors import EXIT_UNREACHABLE, DataFolderError, UnreachableError
from tests.cli.command import run
from tests.engines.spark.shared_cluster import missing, see_client
from tests.support.day_builders import FRIDAY, day_specs, journal_of, later_ms


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    """A data folder with a sale; the test leaves it with no date closed, and none opened, and nothing else there."""
    with journal_of(tmp_path / "data", FRIDAY) as journal:
        journal.decide()
    yield tmp_path / "data"
    if (tmp_path / "data" / "books.db").exists():
        with closing(sqlite3.connect(tmp_path / "data" / "books.db")) as books:
            assert books.execute("SELECT COUNT(*) FROM closed_day").fetchone() == (0,)
    with closing(sqlite3.connect(tmp_path / "data" / "journal.db")) as journal:
        assert journal.execute("SELECT COUNT(*) FROM business_day").fetchone() == (1,)
    assert not (tmp_path / "data" / SPILL_FOLDER).exists()


@pytest.fixture
def client() -> None:
    """The client, without a cluster."""
    if why := missing():
        pytest.skip(why)
    see_client()


@pytest.fixture
def port() -> Iterator[int]:
    """A port at which a program listens, and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


def closed(data: Path, address: str, *words: str) -> tuple[int, str]:
    """The exit code and the first line of errors of a close."""
    found = run("day", "close", FRIDAY, "--engine", address, "--data", str(data), *words)
    assert found.out == ""
    return found.code, found.err.splitlines()[0]


ADDRESSES = ["sc://", "sc://host", "sc://host:0", "sc://host:65536", "sc://host:1/;token=x", "spark://host:7077", "sc://a b:1"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_that_is_none(data: Path, address: str) -> None:
    found = run("day", "close", FRIDAY, "--engine", address, "--data", str(data))
    assert (found.code, found.out) == (2, "")
    assert f"found {address!r}, expected sqlite, duckdb, or sc://host:port of Spark Connect" in found.err


@pytest.mark.parametrize("module", ["pyspark", "grpc", "duckdb"])
def test_a_missing_extra_is_named_with_what_installs_it(data: Path, module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [module, *(loaded for loaded in sys.modules if loaded.startswith(f"{module}."))]:
        monkeypatch.setitem(sys.modules, name, None)  # a part that was loaded before would be found without the whole
    address = "sc://127.0.0.1:1"
    brings = "pip install 'interbank-switch[spark]' brings them"
    expected = f"switch: --engine {address}: found no pyspark, grpc or duckdb, expected them ({brings})"
    assert closed(data, address) == (2, expected)
    assert "pyspark, grpc ou duckdb manque" in closed(data, address, "--lang", "fr")[1]


@pytest.mark.outside
@pytest.mark.usefixtures("client")
class TestNobodyAnswers:
    def test_where_nothing_listens(self, data: Path, port: int) -> None:
        with socket.socket() as bound:
            bound.bind(("127.0.0.1", 0))
            address = f"sc://127.0.0.1:{bound.getsockname()[1]}"
            expected = f"switch: --engine {address}: found Connection refused, expected Spark Connect to answer there"
            assert closed(data, address) == (EXIT_UNREACHABLE, expected)

    def test_where_something_else_listens(self, data: Path, port: int, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(in_spark, "ANSWERS_WITHIN_S", 0.3)
        with pytest.raises(UnreachableError, match="found another server, expected Spark Connect to answer there"):
            close_day(data, day_specs(), FRIDAY, later_ms(data), engine=f"sc://127.0.0.1:{port}")


@pytest.mark.outside
class TestAFolderThatIsNotShared:
    def test_what_is_written_here_is_not_there(self, data: Path, spark: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(in_spark, "_pattern_of", lambda path: f"file:///another/machine{path}")
        with pytest.raises(DataFolderError, match=r"data: Spark found '\[PATH_NOT_FOUND\].*, expected a folder that Spark's"):
            close_day(data, day_specs(), FRIDAY, later_ms(data), engine=spark)

    def test_what_is_written_there_is_not_here(
        self, data: Path, spark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(in_spark, "_pattern_of", lambda path: f"file://{path}")
        monkeypatch.setattr(in_spark, "_address_of", lambda path: f"file://{tmp_path}/another")
        with pytest.raises(DataFolderError, match="found nothing of what Spark wrote there, expected a folder that Spark's"):
            close_day(data, day_specs(), FRIDAY, later_ms(data), engine=spark)


@pytest.mark.outside
def test_lines_that_do_not_arrive_are_missed(tmp_path: Path, spark: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide()
    monkeypatch.setattr(in_spark, "taken_file", lambda *_: None)
    with pytest.raises(DataFolderError, match="found 0 of 1 lines that Spark wrote there, expected all of them; nothing was"):
        close_day(tmp_path, day_specs(), FRIDAY, later_ms(tmp_path), engine=spark)
    assert check_books(tmp_path).closed_days == ()


@pytest.mark.outside
def test_lines_that_a_worker_wrote_elsewhere_are_missed(tmp_path: Path, spark: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What Spark counts is what it computed, and not what it finds."""
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide()
    see = in_spark.Spark._see

    def seen(self: in_spark.Spark, table: str, folder: Path, schema: Any) -> None:
        if table == "presentment":
            for part in folder.glob("*.parquet"):
                part.unlink()
        see(self, table, folder, schema)

    monkeypatch.setattr(in_spark.Spark, "_see", seen)
    with pytest.raises(DataFolderError, match="found 0 of 1 lines that Spark wrote there, expected all of them; nothing was"):
        close_day(tmp_path, day_specs(), FRIDAY, later_ms(tmp_path), engine=spark)


@pytest.mark.outside
def test_what_spark_cannot_compute_is_said_in_a_sentence(tmp_path: Path, spark: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide()
    monkeypatch.setattr(in_spark, "rendered", lambda *_: "SELECT nothing FROM captured")
    expected = r"^sc://\S+: Spark found '\[\w.*, expected lines that it can compute; nothing was written, see --engine sqlite$"
    with pytest.raises(DataFolderError, match=expected):
        close_day(tmp_path, day_specs(), FRIDAY, later_ms(tmp_path), engine=spark)
    assert close_day(tmp_path, day_specs(), FRIDAY, later_ms(tmp_path)).outcome == "closed"


@pytest.mark.outside
def test_a_folder_whose_name_is_a_pattern_is_that_folder(tmp_path: Path, spark: str) -> None:
    data = tmp_path / "é=[1] of {2,3}%20?*"
    with journal_of(data, FRIDAY) as journal:
        journal.decide()
        close_day(data, day_specs(), FRIDAY, later_ms(data), engine=spark)
    assert check_books(data).faults == ()
    assert [path.suffix for path in (data / "lines").rglob("*") if path.is_file()] == [".parquet"]
