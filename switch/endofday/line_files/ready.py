"""Lines of statements that DuckDB writes from the files of a date, many merchants at once, so that none is copied into SQLite.

They are the answers to what ``settlement.ready`` asks of each section, so the statements know nothing of it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import resources
from typing import Any, Final

from attrs import Factory, define

from switch.endofday.line_files.door import BooksConnection
from switch.endofday.line_files.parquet import all_of, reading, said
from switch.settlement.ready.ready_lines import LINE_MARKS, READY_LINES, marks_of
from switch.settlement.statement import Head

LINES_SQL: Final = resources.files(__package__).joinpath("ready_lines.sql").read_text(encoding="utf-8")
WORDS_SQL: Final = resources.files(__package__).joinpath("line_words.sql").read_text(encoding="utf-8")
LINES_READY_MAX: Final = 200_000  #: of a merchant; they take some 2 kB each
#: Behind a section, whose lines are all of one piece: as the query of SQLite answers where it finds no line.
_NO_MORE: Final = (None, None, 0, None, None)


@define
class ReadyLines:
    """The lines of some merchants of a date, as far as they were asked for (``write``)."""

    duck: Any
    business_date: str
    sections: dict[tuple[str, str], tuple[Any, ...]] = Factory(dict)

    def write(self, heads: Sequence[Head]) -> None:
        """Write the lines of these merchants, which stand in their order, in place of those that were written before; but for
        merchants of so many lines that they would not go into memory, who are read a thousand lines at a time."""
        self.sections = {}
        heads = [head for head in heads if head.presentment_count <= LINES_READY_MAX]
        if not heads:
            return
        marks = [dict(zip(LINE_MARKS, marks_of(head), strict=True)) for head in heads]
        columns = {name: [each[name] for each in marks] for name in LINE_MARKS}
        unnested = ", ".join(f"UNNEST(${name}) AS {name}" for name in LINE_MARKS)
        self.duck.execute(f"CREATE OR REPLACE TEMP TABLE mark AS SELECT {unnested}", columns)
        found = self.duck.execute(LINES_SQL, {"first": heads[0].merchant_id, "last": heads[-1].merchant_id})
        self.sections = {(row[0], row[1]): row[2:] for row in found.fetchall()}

    def answer(self, sql: str, parameters: Mapping[str, object]) -> list[tuple[Any, ...]] | None:
        """What stands here of a query; None where that is not asked, or of no merchant that is here."""
        if sql != READY_LINES or parameters["business_date"] != self.business_date:
            return None
        section = self.sections.get((str(parameters["merchant_id"]), str(parameters["transaction_type"])))
        if section is None:
            return None
        return [section if parameters["after"] == -1 else _NO_MORE]


@contextmanager
def ready_lines(connection: sqlite3.Connection, business_date: str) -> Iterator[ReadyLines | None]:
    """The lines of a date, to be written by DuckDB; None where they do not stand in files alone."""
    if not isinstance(connection, BooksConnection) or connection.data is None:
        yield None
        return
    files = connection.files_of(business_date, "presentment")
    if not files:
        yield None
        return
    with reading(connection.data, business_date) as duck, said(connection.data):
        duck.execute(f"CREATE TEMP VIEW presentment AS FROM {all_of([connection.data / file.path for file in files])}")
        duck.execute(WORDS_SQL)
        yield ReadyLines(duck, business_date)
