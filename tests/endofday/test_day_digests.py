"""The digest of a day's rows is that of what Python shows of them, whoever wrote them down, and finds every changed text."""

from __future__ import annotations

import hashlib
import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switch.data_folder import databases
from switch.endofday import books

DATE = "2026-11-20"
Row = tuple[object, ...]
WORD = st.text(st.characters(max_codepoint=0x2FF), max_size=8) | st.sampled_from(
    ["gateway", "it's", 'a "b"', "a\\b", "a,b", "[1]", "a\x00b", "\x7f", "é", ""]
)
NUMBER = st.integers(-(2**63), 2**63 - 1)


@st.composite
def fee_lines(draw: st.DrawFn) -> list[Row]:
    """Lines of one merchant in the order of their requests; most texts are plain."""
    word = st.just("T0000001") | WORD
    return [
        (DATE, "MERCHANT", request_id, draw(word), draw(word), *(draw(NUMBER) for _ in range(5)), draw(word), draw(word))
        for request_id in range(draw(st.integers(0, 4)))
    ]


def digested(rows: list[Row]) -> tuple[int, str]:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    databases.migrate(connection, books.SCHEMA)
    connection.executemany(f"INSERT INTO fee_line VALUES ({', '.join('?' * 12)})", rows)
    books.record_digests(connection, DATE)
    count, sha256 = connection.execute("SELECT row_count, sha256 FROM day_digest WHERE table_name = 'fee_line'").fetchone()
    return count, sha256


@given(fee_lines())
def test_a_digest_is_that_of_the_rows_as_python_shows_them(rows: list[Row]) -> None:
    assert digested(rows) == (len(rows), hashlib.sha256("".join(map(repr, rows)).encode()).hexdigest())


@given(
    keys=st.sets(st.tuples(st.sampled_from(["", "M1", "M2"]), st.integers(0, 5), st.sampled_from(["gateway", "rent"]))),
    at_once=st.integers(1, 4),
)
def test_a_digest_has_every_row_once_wherever_the_pieces_end(keys: set[tuple[str, int, str]], at_once: int) -> None:
    rows: list[Row] = [(DATE, *key, "T0000001", 1, 1, -50, -5, 1_000, "504", "") for key in sorted(keys)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(books, "DIGESTED_AT_ONCE", at_once)
        assert digested(rows) == (len(rows), hashlib.sha256("".join(map(repr, rows)).encode()).hexdigest())


def test_a_text_that_goes_on_behind_a_nul_is_another() -> None:
    row = (DATE, "MERCHANT", 1, "gateway", "T0000001", 1, 1, -50, -5, 1_000, "504", "")
    longer = (*row[:4], "T0000001\x00", *row[5:])
    assert digested([row]) != digested([longer])
