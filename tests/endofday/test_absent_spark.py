"""What a close by Spark says where a server or its workers do not answer, which the client here only plays."""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event
from types import ModuleType
from typing import Any

import pytest

from switch.clearing.engine import is_engine
from switch.cli.console.words import translated
from switch.endofday import books
from switch.endofday.close import close_day
from switch.endofday.engines import in_spark
from switch.endofday.engines.beside import SPILL_FOLDER, with_spill_folder
from switch.endofday.line_files.door import BooksConnection
from switch.errors import DataFolderError, SwitchError, UnreachableError
from tests.support.day_builders import FRIDAY, day_specs, journal_of, later_ms


class PlayedError(Exception):
    pass


class RetriesPlayedError(PlayedError):
    pass


class RpcPlayedError(Exception):
    pass


class Played:
    """A session, and whatever stands on the way to it."""

    def __init__(self, *, asked: Callable[[], object] = str, copied: Callable[[], object] = str) -> None:
        self.asked, self.copied, self.done = asked, copied, list[str]()

    @property
    def version(self) -> object:
        return self.asked()

    def text(self, _: str) -> Any:
        self.copied()
        return self

    def stop(self) -> None:
        self.done.append("stopped")

    def interruptAll(self) -> None:
        self.done.append("interrupted")

    def __getattr__(self, name: str) -> Any:
        return self

    def __call__(self, *_: object) -> Any:
        return self

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *_: object) -> None:
        pass


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    """A data folder with a sale; the test leaves nothing closed, nothing to throw away, and nobody closing."""
    with journal_of(tmp_path, FRIDAY) as journal:
        journal.decide()
    yield tmp_path
    assert not (tmp_path / SPILL_FOLDER).exists()
    assert close_day(tmp_path, day_specs(), FRIDAY, later_ms(tmp_path)).outcome == "closed"


@pytest.fixture
def address() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"sc://127.0.0.1:{listening.getsockname()[1]}"


@pytest.fixture
def never() -> Iterator[Callable[[], object]]:
    """What ends with the test alone."""
    ended = Event()
    yield ended.wait
    ended.set()


def said(data: Path, address: str, session: Played, monkeypatch: pytest.MonkeyPatch) -> SwitchError:
    """What a close says, and that in French it says something else."""
    names: dict[str, dict[str, Any]] = {
        "duckdb": {},
        "grpc": {"FutureTimeoutError": RpcPlayedError, "RpcError": RpcPlayedError, "channel_ready_future": session},
        "pyspark": {},
        "pyspark.errors": {"PySparkException": PlayedError, "RetriesExceeded": RetriesPlayedError},
        "pyspark.sql": {},
        "pyspark.sql.connect": {},
        "pyspark.sql.connect.client": {"DefaultChannelBuilder": session},
        "pyspark.sql.connect.client.retries": {"DefaultPolicy": lambda **_: None},
        "pyspark.sql.connect.session": {"SparkSession": session},
    }
    with monkeypatch.context() as changed:
        for name, content in names.items():
            module = ModuleType(name)
            vars(module).update(content)
            changed.setitem(sys.modules, name, module)
        with pytest.raises(SwitchError) as told:
            close_day(data, day_specs(), FRIDAY, later_ms(data), engine=address)
    assert translated(str(told.value), "fr") != str(told.value)
    return told.value


def raises(error: Exception) -> Callable[[], object]:
    def raised() -> object:
        raise error

    return raised


def test_a_cluster_without_a_free_worker(
    data: Path, address: str, never: Callable[[], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(in_spark, "WORKS_WITHIN_S", 0.05)
    session = Played(copied=never)
    told = said(data, address, session, monkeypatch)
    expected = "found no worker of Spark that took the work within 0.05 s, expected one that is free; nothing was written"
    assert (type(told), str(told)) == (DataFolderError, f"{data}: {expected}")
    assert session.done == ["interrupted", "stopped"]


def test_a_server_that_is_frozen(
    data: Path, address: str, never: Callable[[], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(in_spark, "WORKS_WITHIN_S", 0.05)
    told = said(data, address, Played(asked=never), monkeypatch)
    expected = f"--engine {address}: found no answer, expected Spark Connect to answer there"
    assert (type(told), str(told)) == (UnreachableError, expected)


@pytest.mark.parametrize("error", [PlayedError("?"), RpcPlayedError()])
def test_a_server_of_something_else(data: Path, address: str, error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    told = said(data, address, Played(asked=raises(error)), monkeypatch)
    expected = f"--engine {address}: found another server, expected Spark Connect to answer there"
    assert (type(told), str(told)) == (UnreachableError, expected)


@pytest.mark.parametrize("error", [RetriesPlayedError("?"), RpcPlayedError()])
def test_a_server_that_dies_says_nothing_of_the_folder(
    data: Path, address: str, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = said(data, address, Played(copied=raises(error)), monkeypatch)
    expected = "found nobody there any more, expected Spark Connect to answer until the date is closed; nothing was written"
    assert (type(told), str(told)) == (UnreachableError, f"--engine {address}: {expected}")


def test_what_spark_finds_in_the_trial_is_of_the_folder(data: Path, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    told = said(data, address, Played(copied=raises(PlayedError("no path"))), monkeypatch)
    assert str(told).startswith(f"{data}: Spark found 'no path', expected a folder that Spark's machines read")


@pytest.mark.parametrize("host", ["spark..local", "a" * 70])
def test_a_name_that_no_host_has(data: Path, host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    told = said(data, f"sc://{host}:15002", Played(), monkeypatch)
    expected = f"--engine sc://{host}:15002: found no such host, expected Spark Connect to answer there"
    assert (type(told), str(told)) == (UnreachableError, expected)


@pytest.mark.parametrize("address", ["sc://[::1]:15002", "sc://١:1٥", "sc://é:1"])
def test_an_address_that_the_client_does_not_know(address: str) -> None:
    assert not is_engine(address)


def test_what_is_thrown_away_is_its_owners_alone(data: Path) -> None:
    with books.opened(data, to_write=True) as connection:
        assert isinstance(connection, BooksConnection)
        with with_spill_folder(connection, data) as spill:
            assert spill.stat().st_mode & 0o777 == 0o700
