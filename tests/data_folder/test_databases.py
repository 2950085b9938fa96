"""The SQLite files of a data folder, made at once of what all their scripts come to."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from switch.data_folder import databases
from switch.endofday import books
from switch.errors import DataFolderError
from switch.gateway.store import order_book
from switch.issuers.process import book
from switch.journal import journal
from switch.mail import outbox
from switch.trace import recorder

SCHEMAS = (books.SCHEMA, journal.SCHEMA, book.SCHEMA, recorder.SCHEMA, outbox.SCHEMA, order_book.SCHEMA)
OBJECTS = "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name"
TABLES = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'sqlite_sequence'"


def in_memory() -> sqlite3.Connection:
    return sqlite3.connect(":memory:", isolation_level=None)


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda schema: schema.name)
def test_a_file_made_at_once_is_what_its_scripts_make(schema: databases.Schema) -> None:
    with closing(in_memory()) as at_once, closing(in_memory()) as in_turn:
        databases.migrate(at_once, schema)
        for number in range(1, schema.version + 1):
            in_turn.executescript(schema.script(number))
        assert at_once.execute(OBJECTS).fetchall() == in_turn.execute(OBJECTS).fetchall()
        assert at_once.execute("PRAGMA user_version").fetchone() == (schema.version,)
        assert at_once.execute("PRAGMA application_id").fetchone() == (schema.application_id,)
        for (table,) in in_turn.execute(TABLES).fetchall():
            assert in_turn.execute(f"SELECT COUNT(*) FROM {table}").fetchone() == (0,), f"rows of {table} would be lost"


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda schema: schema.name)
def test_a_file_of_any_earlier_release_is_brought_up_to_date(schema: databases.Schema) -> None:
    for version in range(1, schema.version):
        with closing(in_memory()) as earlier:
            for number in range(1, version + 1):
                earlier.executescript(schema.script(number))
            earlier.execute(f"PRAGMA user_version = {version}")
            databases.migrate(earlier, schema)
            assert databases.differences(earlier, schema) == []
            assert earlier.execute("PRAGMA user_version").fetchone() == (schema.version,)


def test_who_finds_it_made_by_another_uses_it(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as late:
        databases.to_write(path, journal.SCHEMA).close()
        databases.migrate(late, journal.SCHEMA)
        assert databases.differences(late, journal.SCHEMA) == []


def test_who_cannot_make_it_says_why_and_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "books.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as holder:
        holder.execute("PRAGMA journal_mode = WAL")
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(DataFolderError, match=r"books\.db: found database is locked, expected books of Switch"):
            databases.to_write(path, books.SCHEMA, timeout_seconds=0)
        holder.execute("ROLLBACK")
        assert holder.execute(OBJECTS).fetchall() == []


def test_the_pages_of_books_are_made_larger_and_those_there_are_stay(tmp_path: Path) -> None:
    early = tmp_path / "early.db"
    with closing(sqlite3.connect(early, isolation_level=None)) as connection:
        databases.migrate(connection, books.SCHEMA)
    for path, size in ((tmp_path / "books.db", 8_192), (early, 4_096)):
        with closing(databases.to_write(path, books.SCHEMA)) as connection:
            assert connection.execute("PRAGMA page_size").fetchone() == (size,)
