"""The engine Spark, the extra ``[spark]``: a cluster computes the lines, which a thin client asks of it by Spark Connect.

Rows go up and lines come down as Parquet files in a folder of the data folder, which all machines of the cluster see by the
same name; rows that are few come back by the connection.
"""

from __future__ import annotations

import logging
import re
import secrets
import socket
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import Any, Final, TypeVar

from attrs import define

from switch.endofday.engines.beside import BesideEngine, FoundRows, with_spill_folder
from switch.endofday.engines.handing_over import ROWS_TAKEN_AT_ONCE, Columns
from switch.endofday.engines.statements import LINE_STATEMENTS, query, rendered
from switch.endofday.line_files.door import BooksConnection
from switch.endofday.line_files.parquet import LINE_TABLES, LineFile
from switch.endofday.line_files.taken_files import taken_file
from switch.errors import DataFolderError, SwitchError, UnreachableError
from switch.machine.private import make_folder

SPARK_EXTRA: Final = "interbank-switch[spark]"
ROWS_WRITTEN_AT_ONCE: Final = 50_000  #: as rows of Python, before they are written
LINES_IN_PART: Final = 500_000  #: about; a worker sorts and writes so many at a time
ANSWERS_WITHIN_S: Final = 10  #: a server that is there
WORKS_WITHIN_S: Final = 60  #: one that begins a session, and a cluster that has a worker free
#: What is asked again where the connection breaks: some fifteen seconds long, where Spark's client would try ten minutes.
_RETRIES: Final = {"max_retries": 6, "initial_backoff": 200, "backoff_multiplier": 2.0, "max_backoff": 4_000}
_PROBLEM_CHARACTERS_MAX: Final = 200  #: of what Spark says, which may be a page
_PATTERN: Final = re.compile(r"[*?\[\]{}\\]")  #: which Spark takes for a pattern of many names
_Done = TypeVar("_Done")
_IN_SPARK: Final = {"BIGINT": "BIGINT", "VARCHAR": "STRING", "BLOB": "BINARY"}


@contextmanager
def opened(address: str, connection: BooksConnection, data: Path) -> Iterator[BesideEngine]:
    """Spark for the close of one date, by Spark Connect at ``sc://host:port``.

    SwitchError without the extra; UnreachableError where nobody answers as Spark Connect; DataFolderError where its machines do
    not see the data folder, or something fails there. Files of lines that the books do not name at the end are removed.
    """
    with _session(address) as session, with_spill_folder(connection, data) as spill:
        from grpc import RpcError
        from pyspark.errors import PySparkException, RetriesExceeded

        # of this run alone: a cluster may still be writing for a client that died
        spark = Spark(connection, session, data, spill.resolve() / secrets.token_hex(8))
        try:
            spark.refuse_unshared()
            yield BesideEngine(connection, spark)
        except (RetriesExceeded, RpcError):
            told = f"--engine {address}: found nobody there any more, expected Spark Connect to answer until the date is closed"
            raise UnreachableError(f"{told}; nothing was written") from None
        except PySparkException as fault:
            told = f"{address}: Spark found {_problem(fault)}, expected lines that it can compute"
            raise DataFolderError(f"{told}; nothing was written, see --engine sqlite") from None


@contextmanager
def _session(address: str) -> Iterator[Any]:
    """A session of its own at a server, which has answered."""
    try:
        import duckdb  # noqa: F401  (which reads the lines for the statements)
        import grpc
        from pyspark.errors import PySparkException
        from pyspark.sql.connect.client import DefaultChannelBuilder
        from pyspark.sql.connect.client.retries import DefaultPolicy
        from pyspark.sql.connect.session import SparkSession
    except ImportError:
        told = f"--engine {address}: found no pyspark, grpc or duckdb, expected them"
        raise SwitchError(f"{told} (pip install '{SPARK_EXTRA}' brings them)") from None
    for name in ("SQLQueryContextLogger", "DataFrameQueryContextLogger"):  # which print pages to the terminal
        logging.getLogger(name).disabled = True
    host, _, port = address.removeprefix("sc://").rpartition(":")
    expected = f"--engine {address}: found {{}}, expected Spark Connect to answer there"
    try:
        socket.create_connection((host, int(port)), ANSWERS_WITHIN_S).close()
        with DefaultChannelBuilder(address).toChannel() as channel:
            grpc.channel_ready_future(channel).result(ANSWERS_WITHIN_S)
        session = SparkSession.builder.remote(address).create()
    except UnicodeError:  # a label that is empty, or too long
        raise UnreachableError(expected.format("no such host")) from None
    except (grpc.FutureTimeoutError, grpc.RpcError, PySparkException):
        raise UnreachableError(expected.format("another server")) from None
    except OSError as fault:
        raise UnreachableError(expected.format(fault.strerror or "nobody")) from None
    try:
        session.client.set_retry_policies([DefaultPolicy(**_RETRIES)])
        try:
            within(WORKS_WITHIN_S, lambda: session.version)
        except TimeoutError:
            raise UnreachableError(expected.format("no answer")) from None
        except (PySparkException, grpc.RpcError):
            raise UnreachableError(expected.format("another server")) from None
        yield session
    finally:
        with suppress(TimeoutError):
            within(ANSWERS_WITHIN_S, session.stop)


def within(limit_s: float, does: Callable[[], _Done]) -> _Done:
    """What is done in a thread beside; TimeoutError after so many seconds, and the thread is left to itself."""
    done: Future[_Done] = Future()

    def run() -> None:
        try:
            done.set_result(does())
        except BaseException as fault:  # for whoever waits
            done.set_exception(fault)

    Thread(target=run, daemon=True).start()
    return done.result(limit_s)


def _problem(fault: Exception) -> str:
    """What Spark says, short."""
    text = str(fault).strip() or type(fault).__name__
    return repr(text.splitlines()[0][:_PROBLEM_CHARACTERS_MAX])


@define
class Spark:
    """``engines.beside.Computer``."""

    connection: sqlite3.Connection
    session: Any
    data: Path
    spill: Path  #: absolute
    given_count: int = 0  #: decisions of the journal

    def refuse_unshared(self) -> None:
        """DataFolderError unless a worker is free, reads what is written here, and what it writes can be read here."""
        from pyspark.errors import PySparkException, RetriesExceeded

        token, expected = secrets.token_hex(8), "expected a folder that Spark's machines read and write under this name"
        for folder in (self.spill.parent, self.spill, asked := self.spill / "asked"):
            make_folder(folder)
        (asked / "token.txt").write_text(token, encoding="utf-8")
        try:
            within(WORKS_WITHIN_S, lambda: self._copy(asked, self.spill / "answered"))
        except TimeoutError:
            with suppress(Exception):  # whatever it is, the sentence says more
                within(ANSWERS_WITHIN_S, self.session.interruptAll)
            told = (
                f"{self.data}: found no worker of Spark that took the work within {WORKS_WITHIN_S} s, expected one that is free"
            )
            raise DataFolderError(f"{told}; nothing was written") from None
        except RetriesExceeded:
            raise  # which says nothing of the folder
        except PySparkException as fault:
            raise DataFolderError(f"{self.data}: Spark found {_problem(fault)}, {expected}; nothing was written") from None
        if token not in [path.read_text().strip() for path in (self.spill / "answered").glob("part-*")]:
            told = f"{self.data}: found nothing of what Spark wrote there, {expected}"
            raise DataFolderError(f"{told}; nothing was written")

    def _copy(self, source: Path, target: Path) -> None:
        """Have a worker copy lines of text."""
        self.session.conf.set("spark.sql.ansi.enabled", "true")  # so that what does not fit is an error
        self.session.read.text(_pattern_of(source)).write.text(_address_of(target))

    def give(
        self, table: str, columns: Columns, selected: Sequence[str], rows: Iterable[str], parameters: Mapping[str, object]
    ) -> None:
        import pyarrow as pa
        from pyarrow.parquet import ParquetWriter

        kinds = {"BIGINT": pa.int64(), "VARCHAR": pa.string(), "BLOB": pa.binary()}
        schema = pa.schema([(name, kinds[kind]) for name, kind in columns.items()])
        folder = self.spill / f"{table}.{secrets.token_hex(4)}"
        folder.mkdir()
        with ParquetWriter(folder / "rows.parquet", schema) as writer:
            for each in rows:
                found = self.connection.execute(f"SELECT {', '.join(selected)} {each}", parameters)
                while batch := found.fetchmany(ROWS_WRITTEN_AT_ONCE):
                    arrays = map(pa.array, zip(*batch, strict=True), schema.types)
                    writer.write_table(pa.Table.from_arrays([*arrays], schema=schema))
                    self.given_count += len(batch) if table == "journal.decided" else 0
        self._see(table, folder, ", ".join(f"{name} {_IN_SPARK[kind]}" for name, kind in columns.items()))

    def _see(self, table: str, folder: Path, schema: Any) -> None:
        """Have the statements find a table in the files of a folder."""
        self.session.read.schema(schema).parquet(_pattern_of(folder)).createOrReplaceTempView(_view_of(table))

    def store(self, name: str, parameters: Mapping[str, object]) -> None:
        if name == "captures" and not self._is_any("parted_captures"):
            name, table = "plain_captures", "captured"
        elif name == "open_captures" and not self._is_any("any_open"):
            return  # which Spark would take as long to find out as for all captures
        else:
            table = LINE_STATEMENTS[name].stores
        found = self._run(name, parameters)
        found.write.mode("append").parquet(_address_of(self.spill / table))
        self._see(table, self.spill / table, found.schema)

    def _is_any(self, question: str) -> bool:
        """Whether a query of the connection says so, whose tables Spark was given."""
        return bool(self.connection.execute(query(question)).fetchone()[0])

    def lines(self, name: str, columns: Columns, parameters: Mapping[str, object]) -> Iterator[LineFile]:
        from pyspark.sql.connect.functions import count, lit
        from pyspark.sql.connect.observation import Observation

        table = LINE_STATEMENTS[name].stores
        as_stored = [f"CAST({column} AS {_IN_SPARK[kind]}) AS {column}" for column, kind in columns.items()]
        parts = self.given_count // LINES_IN_PART + 1
        found = self._run(name, parameters).selectExpr(*as_stored).repartitionByRange(parts, "merchant_id")
        found = found.sortWithinPartitions(*LINE_TABLES[table].split(", "))
        found = found.observe(observed := Observation(), count(lit(1)).alias("line_count"))  # as they are written
        found.write.option("compression", "zstd").parquet(_address_of(self.spill / table))
        self._see(table, self.spill / table, found.schema)
        if table == "presentment":
            self.session.table(table).createOrReplaceTempView("presented_by_request")
        parts_here = sorted((self.spill / table).glob("*.parquet"))
        files = [taken_file(part, self.data, str(parameters["business_date"]), table, "spark") for part in parts_here]
        taken = [file for file in files if file is not None]
        written, here = observed.get.get("line_count", 0), sum(file.row_count for file in taken)
        if here != written:
            told = f"{self.data}: found {here} of {written} lines that Spark wrote there, expected all of them"
            raise DataFolderError(f"{told}; nothing was written, close the date again")
        yield from taken

    def answer(self, name: str, columns: Columns | None, parameters: Mapping[str, object]) -> FoundRows:
        return _found(self._run(name, parameters))

    def found(self, sql: str) -> FoundRows:
        return _found(self.session.sql(re.sub(r"\bjournal\.\w+", lambda name: _view_of(name[0]), sql)))

    def _run(self, name: str, parameters: Mapping[str, object]) -> Any:
        sql = rendered("spark", name)
        return self.session.sql(sql, {key: value for key, value in parameters.items() if re.search(rf":{key}\b", sql)})


def _view_of(table: str) -> str:
    """The name of a table where a name has no dot."""
    return table.replace(".", "_")


def _address_of(path: Path) -> str:
    return f"file://{path}"


def _pattern_of(path: Path) -> str:
    """What Spark reads to read this path and no other."""
    return _address_of(path) if _PATTERN.search(str(path)) is None else "file://" + _PATTERN.sub(r"\\\g<0>", str(path))


def _found(frame: Any) -> FoundRows:
    return FoundRows(tuple(frame.columns), _batches(frame))


def _batches(frame: Any) -> Iterator[list[tuple[Any, ...]]]:
    for batch in frame.toArrow().to_batches(max_chunksize=ROWS_TAKEN_AT_ONCE):
        yield [*zip(*(column.to_pylist() for column in batch.columns), strict=True)]
