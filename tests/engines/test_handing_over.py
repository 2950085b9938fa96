"""Rows that go from SQLite to DuckDB are there as they went."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from switch.endofday.engines import handing_over
from switch.endofday.engines.handing_over import as_line, batches, columns_of, create, give, give_many
from tests.engines.extra import WITH_DUCKDB

pytestmark = WITH_DUCKDB

TEXTS = st.one_of(
    st.none(),
    st.sampled_from(["null", "", "0]", "[0", '"', '""', ",", "\\", "\\n", "\n", "\r", "\x00", "NULL", "1"]),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
)
NUMBERS = st.one_of(st.none(), st.sampled_from([0, -1, 2**63 - 1, -(2**63)]), st.integers(-(10**12), 10**12))


def there_and_back(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    import duckdb

    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection, closing(duckdb.connect()) as duck:
        connection.execute("CREATE TABLE t (a INTEGER, b TEXT, c TEXT) STRICT")
        connection.executemany("INSERT INTO t VALUES (?, ?, ?)", rows)
        create(duck, "t", columns := columns_of(connection, "t"))
        give(duck, "t", columns, batches(connection, [f"SELECT {as_line(columns)} FROM t"], {}))
        found: list[tuple[Any, ...]] = duck.execute("FROM t").fetchall()
        return found


@pytest.mark.parametrize("query", ["CAST('\\' || X'ff' AS TEXT)", "CAST(X'ff' AS TEXT)"])
def test_bytes_that_are_no_text_are_refused_as_sqlite_refuses_them(query: str) -> None:
    with closing(sqlite3.connect(":memory:")) as connection, pytest.raises(sqlite3.OperationalError, match="Could not decode"):
        [*batches(connection, [f"SELECT {as_line([query])}"], {})]


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(st.tuples(NUMBERS, TEXTS, TEXTS), max_size=6))
def test_any_rows(rows: list[tuple[Any, ...]]) -> None:
    assert sorted(there_and_back(rows), key=repr) == sorted(rows, key=repr)


def test_more_rows_than_are_handed_over_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handing_over, "ROWS_GIVEN_AT_ONCE", 3)
    rows = [(number, f"{number:03d}", None) for number in range(20)]
    assert sorted(there_and_back(rows)) == rows


@pytest.mark.parametrize("odd", ["plain", 'a quote "', "é", None])
def test_rows_that_are_many_stand_in_files_but_for_the_last_and_the_escaped(
    odd: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    import duckdb

    monkeypatch.setattr(handing_over, "ROWS_GIVEN_AT_ONCE", 3)
    rows = [(number, odd if number == 4 else f"{number:03d}") for number in range(8)]
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection, closing(duckdb.connect()) as duck:
        connection.execute("CREATE TABLE t (a INTEGER, b TEXT) STRICT")
        connection.executemany("INSERT INTO t VALUES (?, ?)", rows)
        columns = columns_of(connection, "t")

        def kept(found: str) -> str:
            count = len(duck.execute("FROM duckdb_tables()").fetchall())
            duck.execute(f"CREATE TABLE kept_{count} AS {found}")
            return f"FROM kept_{count}"

        queries = [f"SELECT {as_line(columns)} FROM t WHERE {where}" for where in ("a < 7", "a = 7", "a = 8")]
        is_plain = give_many(duck, "t", columns, batches(connection, queries, {}), kept)
        assert sorted(duck.execute("FROM t").fetchall()) == rows
        in_memory = [each for each, _ in duck.execute("FROM t_beside ORDER BY a").fetchall()]
        assert in_memory == [*([4] if odd == 'a quote "' else []), 6, 7]
    assert is_plain is (odd in ("plain", None))
