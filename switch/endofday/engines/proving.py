"""What ``switch check`` asks of the lines of a closed date, asked of DuckDB where they stand in files, and read there."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from switch.clearing.gathered import Ask
from switch.endofday.engines.handing_over import as_line, columns_of, create, give
from switch.endofday.engines.in_duckdb import Duck, DuckEngine
from switch.endofday.engines.statements import DECIDED_COLUMNS, Handed, query
from switch.endofday.line_files.door import BooksConnection, named_on, of_date, see
from switch.endofday.line_files.parquet import LINE_TABLES, all_of, reading, said

#: Whose presentments ``rounding_follows_remises`` reads as rows.
_ROUNDED: Final = Handed(
    "merchant_entry", ("merchant_id",), "FROM merchant_entry WHERE business_date = :business_date AND kind = 'rounding'"
)


@contextmanager
def asked_of_lines(connection: sqlite3.Connection, business_date: str, ask: Ask) -> Iterator[Ask]:
    """The way to ask about a closed date; ``ask`` is that of the books alone. DataFolderError where files cannot be read."""
    if not isinstance(connection, BooksConnection) or connection.data is None:
        yield ask
        return
    files = {table: connection.files_of(business_date, table) for table in LINE_TABLES}
    if not files["presentment"]:
        see(connection, of_date(business_date))
        yield ask
        return
    see(connection, named_on(business_date))
    with reading(connection.data, business_date) as duck, said(connection.data):
        duck.execute("CREATE SCHEMA journal")
        for table, of_table in files.items():
            if of_table:
                duck.execute(f"CREATE VIEW {table} AS FROM {all_of([connection.data / file.path for file in of_table])}")
            else:
                create(duck, table, columns_of(connection, f"main.{table}"))
        duck.execute("CREATE TEMP VIEW presented_by_request AS FROM presentment")
        _give_journal(connection, duck, business_date)
        engine = DuckEngine(connection, Duck(connection, duck, connection.data))
        engine.take_some(_ROUNDED, {"business_date": business_date})
        yield engine.ask


def _give_journal(connection: BooksConnection, duck: Any, business_date: str) -> None:
    kinds = columns_of(connection, "journal.request") | columns_of(connection, "journal.decision")
    decided = {name.rpartition(".")[2]: kinds[name.rpartition(".")[2]] for name in DECIDED_COLUMNS}
    create(duck, "journal.decided", decided)
    rows = f"SELECT {as_line(DECIDED_COLUMNS)} {query('decided_on')}"
    give(connection, duck, "journal.decided", decided, [rows], {"business_date": business_date})
