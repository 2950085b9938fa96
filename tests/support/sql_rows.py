"""Books and journal in memory, rows of which a test writes itself: for one statement of a close at a time, in a millisecond."""

from __future__ import annotations

import sqlite3
from functools import cache
from typing import Any

from switch.data_folder import databases
from switch.endofday import books
from switch.journal import journal


@cache
def _empty(schema: databases.Schema) -> bytes:
    """An empty database of a schema, as bytes."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    databases.migrate(connection, schema)
    made = connection.serialize()
    connection.close()
    return made


@cache
def _needed(schema: databases.Schema, table: str) -> dict[str, Any]:
    """The columns of a table that have to be given, each with a value that says nothing."""
    connection = sqlite3.connect(":memory:")
    connection.deserialize(_empty(schema))
    columns = connection.execute(f"PRAGMA table_info({table})").fetchall()
    connection.close()
    blank = {"TEXT": "", "INTEGER": 0, "BLOB": b""}
    given = [(name, kind) for _, name, kind, needed, default, key in columns if (needed or key) and default is None]
    return {name: blank[kind] for name, kind in given if name != "id"}  # an id comes by itself


class Rows:
    """The tables of the books, those of the journal as ``journal``, and the temporary ones of ``staging``."""

    def __init__(self, *staging: str) -> None:
        self.connection = sqlite3.connect(":memory:", isolation_level=None)
        self.connection.deserialize(_empty(books.SCHEMA))
        self.connection.execute("ATTACH ':memory:' AS journal")
        self.connection.deserialize(_empty(journal.SCHEMA), name="journal")
        for statement in staging:
            self.connection.execute(statement)

    def close(self) -> None:
        self.connection.close()

    def put(self, table: str, *rows: dict[str, Any], **common: Any) -> None:
        """Write rows of a table; what has to be given and is not says nothing."""
        schema, _, name = table.rpartition(".")
        known = {} if schema == "temp" else _needed(journal.SCHEMA if schema == "journal" else books.SCHEMA, name)
        for row in rows or ({},):
            values = {**known, **common, **row}
            columns, places = ", ".join(values), ", ".join("?" * len(values))
            self.connection.execute(f"INSERT INTO {table} ({columns}) VALUES ({places})", list(values.values()))

    def run(self, statement: str, **parameters: Any) -> list[tuple[Any, ...]]:
        return self.connection.execute(statement, parameters).fetchall()
