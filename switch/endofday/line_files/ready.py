"""Lines of statements that DuckDB writes from the files of a date, many merchants at once, so that none is copied into SQLite.

They are the answers to what ``settlement.ready`` asks of each section, so the statements know nothing of it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from importlib import resources
from typing import Any, Final, Protocol

from attrs import Factory, define

from switch.endofday.line_files.door import BooksConnection
from switch.endofday.line_files.parquet import all_of, reading, said
from switch.machine.one_ahead import one_ahead
from switch.settlement.ready.ready_lines import LINE_MARKS, READY_LINES, marks_of
from switch.settlement.statement import Head

LINES_SQL: Final = resources.files(__package__).joinpath("ready_lines.sql").read_text(encoding="utf-8")
WORDS_SQL: Final = resources.files(__package__).joinpath("line_words.sql").read_text(encoding="utf-8")
LINES_READY_MAX: Final = 200_000  #: of a merchant; they take some 2 kB each
LINES_WHEN_ASKED_MAX: Final = 20_000  #: the same of one statement that somebody reads, on a machine that may be small
#: In an answer: whether some of its lines are not written as they are.
_ARE_ODD: Final = 4
#: Behind a section, whose lines are all of one piece: as the query of SQLite answers where it finds no line.
_NO_MORE: Final = (None, None, 0, None, None)
#: Merchant and type of transaction -> what the query of SQLite would answer.
Sections = dict[tuple[str, str], tuple[Any, ...]]


class LinesReady(Protocol):
    """Lines that stand ready."""

    def answer(self, sql: str, parameters: Mapping[str, object]) -> list[tuple[Any, ...]] | None:
        """What stands here of a query; None where that is not asked, or of no merchant that is here."""


@define
class ReadyLines:
    """``LinesReady``: of some merchants of a date, in the turn of ``in_turn``."""

    duck: Any
    beside: Executor  #: of one thread, in which DuckDB works
    business_date: str
    sections: Sections = Factory(dict)

    def in_turn(self, asked: Iterable[Sequence[Head]]) -> Iterator[None]:
        """Have the lines of some merchants here, and at the next turn those of others in their place: these are written in a
        thread beside meanwhile.

        But for merchants of so many lines that they would not go into memory, who are read a thousand lines at a time.
        """
        for sections in one_ahead(self.beside, partial(_written, self.duck), asked):
            self.sections = sections
            yield

    def answer(self, sql: str, parameters: Mapping[str, object]) -> list[tuple[Any, ...]] | None:
        if sql != READY_LINES or parameters["business_date"] != self.business_date:
            return None
        return _answer(self.sections, parameters)


@define
class ReadyWhenAsked:
    """``LinesReady``: of one merchant, whose lines are written when the first of them is asked for, unless they are many."""

    connection: sqlite3.Connection
    head: Head
    sections: Sections | None = None

    def answer(self, sql: str, parameters: Mapping[str, object]) -> list[tuple[Any, ...]] | None:
        if sql != READY_LINES:
            return None
        if self.sections is None:
            self.sections = {}
            if self.head.presentment_count <= LINES_WHEN_ASKED_MAX:
                with _reading(self.connection, self.head.business_date) as duck:
                    self.sections = {} if duck is None else _written(duck, [self.head])
        return _answer(self.sections, parameters)


@contextmanager
def ready_lines(connection: sqlite3.Connection, business_date: str) -> Iterator[ReadyLines | None]:
    """The lines of a date, to be written by DuckDB; None where they do not stand in files alone."""
    if isinstance(connection, BooksConnection):
        connection.files_of(business_date, "presentment")  # whatever is wrong with them is said before the first is written
    with _reading(connection, business_date) as duck, ThreadPoolExecutor(1) as beside:
        yield None if duck is None else ReadyLines(duck, beside, business_date)


@contextmanager
def _reading(connection: sqlite3.Connection, business_date: str) -> Iterator[Any]:
    """DuckDB that has the presentments of a date; None where they do not stand in files alone.

    What is wrong with the files is said at the end: DataFolderError.
    """
    if not isinstance(connection, BooksConnection) or connection.data is None:
        yield None
        return
    with ExitStack() as read:
        files = read.enter_context(connection.files_read(business_date, "presentment"))
        if not files:
            yield None
            return
        duck = read.enter_context(reading(connection.data, business_date))
        read.enter_context(said(connection.data))
        duck.execute(f"CREATE TEMP VIEW presentment AS FROM {all_of([connection.data / file.path for file in files])}")
        duck.execute(WORDS_SQL)
        yield duck


def _written(duck: Any, heads: Sequence[Head]) -> Sections:
    """The lines of merchants, who stand in their order."""
    heads = [head for head in heads if head.presentment_count <= LINES_READY_MAX]
    if not heads:
        return {}
    marks = [dict(zip(LINE_MARKS, marks_of(head), strict=True)) for head in heads]
    columns = {name: [each[name] for each in marks] for name in LINE_MARKS}
    unnested = ", ".join(f"UNNEST(${name}) AS {name}" for name in LINE_MARKS)
    duck.execute(f"CREATE OR REPLACE TEMP TABLE mark AS SELECT {unnested}", columns)
    found = duck.execute(LINES_SQL, {"first": heads[0].merchant_id, "last": heads[-1].merchant_id})
    return {(row[0], row[1]): row[2:] for row in found.fetchall()}


def _answer(sections: Sections, parameters: Mapping[str, object]) -> list[tuple[Any, ...]] | None:
    section = sections.get((str(parameters["merchant_id"]), str(parameters["transaction_type"])))
    if section is None or section[_ARE_ODD]:
        return None
    return [section if parameters["after"] == -1 else _NO_MORE]
