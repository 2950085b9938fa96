"""What the issuers are told of a date that DuckDB closed, written by DuckDB: its lines joined with the journal it has."""

from __future__ import annotations

import errno
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from switch.endofday.engines.statements import bound, query
from switch.endofday.line_files.parquet import quoted

_COUNTS: Final = """
CREATE OR REPLACE TEMP TABLE told_count AS
SELECT issuer, COUNT(*) AS count FROM presentment WHERE request_id NOT IN (SELECT request_id FROM told_request) GROUP BY issuer
"""
_COUNT: Final = "SELECT COALESCE(SUM(count), 0) FROM told_count WHERE issuer = $1"
PLACES_APART: Final = 65_536  #: of lines that are written otherwise, by which queries/notices.sql puts rows in order
#: A file of lines as they are: what CSV would part or quote is in none of them.
_AS_LINES: Final = "(FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER '\x01', USE_TMP_FILE false)"


@contextmanager
def refused_as_by_a_disk(path: str | None = None) -> Iterator[None]:
    """Have DuckDB's errors raised as OSError, of a file if it is one: the date is closed already, and who tells says so."""
    import duckdb

    try:
        yield
    except duckdb.Error as fault:
        raise OSError(errno.EIO, str(fault).splitlines()[0], path) from None


@refused_as_by_a_disk()
def set_apart(duck: Any, request_ids: Sequence[int]) -> None:
    """Say of which presentments the lines are written otherwise. OSError where DuckDB finds no room."""
    duck.execute("CREATE OR REPLACE TEMP TABLE told_request AS SELECT UNNEST($1::BIGINT[]) AS request_id", [[*request_ids]])
    duck.execute(_COUNTS)


@refused_as_by_a_disk()
def begin(duck: Any, issuer: str, apart: Sequence[tuple[int, str]]) -> int:
    """Take the lines for an issuer that are written otherwise, in their order; how many lines it gets with them. OSError
    where DuckDB finds no room."""
    assert len(apart) < PLACES_APART, "they are few"
    requests, lines = [number for number, _ in apart], [line for _, line in apart]
    rows = "UNNEST($1::BIGINT[]) AS request_id, UNNEST($2::VARCHAR[]) AS line, UNNEST($3::BIGINT[]) AS place"
    duck.execute(f"CREATE OR REPLACE TEMP TABLE told_apart AS SELECT {rows}", [requests, lines, [*range(1, len(apart) + 1)]])
    (count,) = duck.execute(_COUNT, [issuer]).fetchone()
    return int(count) + len(apart)


def write(duck: Any, issuer: str, first_line: str, path: str) -> None:
    """Write the file of an issuer. OSError where that fails."""
    sql = bound(query("notices"), {"issuer": issuer, "first_line": first_line})
    with refused_as_by_a_disk(path):
        duck.execute(f"COPY ({sql}) TO {quoted(path)} {_AS_LINES}")
