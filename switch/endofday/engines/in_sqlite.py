"""The engine that the books have themselves: SQLite runs all statements on the one connection."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any

from switch.endofday.engines.statements import LINE_STATEMENTS
from switch.endofday.line_files.door import BooksConnection
from switch.endofday.line_files.parquet import LINE_TABLES
from switch.record import frozen


@frozen
class SqliteEngine:
    """``clearing.engine.Engine``: what is stored stands where the books have it."""

    connection: sqlite3.Connection

    def keep(self, name: str, parameters: Mapping[str, object]) -> None:
        statement, books = LINE_STATEMENTS[name], self.connection
        if statement.stores in LINE_TABLES and isinstance(books, BooksConnection):
            with books.adding(statement.stores, str(parameters["business_date"])):
                books.execute(statement.sql, parameters)
        else:
            books.execute(statement.sql, parameters)

    def take(self, table: str) -> None:
        """Nothing: the connection has it."""

    def ask(self, sql: str, parameters: Mapping[str, object]) -> Iterable[tuple[Any, ...]]:
        return self.connection.execute(sql, dict(parameters))
