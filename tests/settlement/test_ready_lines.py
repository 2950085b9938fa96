"""Lines that SQL writes are those that are written from their rows, byte by byte, whatever stands in them."""

from __future__ import annotations

import io
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switch.merchant import StatementLanguage
from switch.settlement.ready.ready_lines import BookedLines
from switch.settlement.statement import LINES_AT_ONCE, Head, Section, Statement, StatementTotal
from switch.settlement.statement_forms import WrittenLines, write_texts

TABLE = """
CREATE TABLE presentment (
  request_id INTEGER PRIMARY KEY, local_at TEXT, terminal_id TEXT, pan_masked TEXT, scheme TEXT, product TEXT, origin TEXT,
  channel TEXT, rrn TEXT, approval_code TEXT, amount_minor INTEGER, discount_rate_basis_points INTEGER,
  discount_minor INTEGER, vat_minor INTEGER, net_minor INTEGER, transaction_type TEXT DEFAULT 'purchase',
  business_date TEXT DEFAULT 'D', merchant_id TEXT DEFAULT 'M')
"""
PLAIN = ("1120101500", "T0000001", "450716******0001", "visa", "debit", "domestic", "chip", "000000000001", "051234")
Row = tuple[Any, ...]


def head(*, language: StatementLanguage = "fr", date: str = "2026-11-20", currency: str = "504", reference: str = "R") -> Head:
    return Head(
        centre_name="CENTRE",
        business_date=date,
        merchant_id="M",
        name="NAME",
        city="CITY",
        language=language,
        rib="0" * 24,
        reference=reference,
        value_date="2026-11-23",
        currency=currency,
        presentment_count=1,
        adjustment_count=0,
        gross_minor=0,
        discount_minor=0,
        vat_minor=0,
        brought_forward_minor=0,
        net_minor=0,
        outcome="paid",
        vat_rate_basis_points=1_000,
    )


def lines_of(rows: Sequence[Row]) -> BookedLines:
    books = sqlite3.connect(":memory:")
    books.execute(TABLE)
    marks = ", ".join("?" * 14)
    columns = "local_at, terminal_id, pan_masked, scheme, product, origin, channel, rrn, approval_code, amount_minor"
    more = "discount_rate_basis_points, discount_minor, vat_minor, net_minor"
    books.executemany(f"INSERT INTO presentment ({columns}, {more}) VALUES ({marks})", rows)

    def ask(sql: str, key: Mapping[str, object]) -> Iterable[Row]:
        return books.execute(sql, dict(key))

    return BookedLines(ask, {"business_date": "D", "merchant_id": "M", "transaction_type": "purchase"})


def written(about: Head, lines: Iterable[Any]) -> tuple[str, str]:
    total = StatementTotal(of="purchase", line_count=1, gross_minor=0, discount_minor=0, vat_minor=0, net_minor=0)
    text, as_csv = io.StringIO(newline=""), io.StringIO(newline="")
    section = Section(of="purchase", total=total, lines=lines)
    write_texts(Statement(head=about, sections=(section,), origins=()), {"text": text, "csv": as_csv})
    return text.getvalue(), as_csv.getvalue()


def sale(amount: int = 1_250, words: tuple[str, ...] = PLAIN, fee: int = 15, vat: int = 2) -> Row:
    return (*words, amount, 120, fee, vat, amount - fee - vat)


WORD = st.text(st.characters(max_codepoint=0x2FF), max_size=12) | st.sampled_from(["=1+1", "-1", " @x", "a,b", 'a"b', "a\x00b"])
WORDS = st.tuples(
    st.from_regex(r"(0[1-9]|1[0-2])[0-9]{8}", fullmatch=True) | st.just("11A0101500"),
    *(WORD, st.just(PLAIN[2]), WORD, WORD, st.sampled_from(["domestic", "foreign"]), st.just("chip"), WORD, WORD),
)
AMOUNT = st.integers(-200_000, 200_000) | st.integers(-(10**11), 10**11) | st.sampled_from([99_999, 100_000, 99_999_999, 10**8])
SALES = st.builds(sale, AMOUNT, st.just(PLAIN) | WORDS, st.integers(-300_000, 300_000), st.integers(0, 30_000))
HEADS = st.builds(
    head,
    language=st.sampled_from(["fr", "en", "ar"]),
    date=st.sampled_from(["2026-11-20", "2026-12-31", "2027-01-01"]),
    currency=st.sampled_from(["504", "392", "978"]),
    reference=st.sampled_from(["2026-11-20-T1 +1", "100 %d", "=1", 'a"b', "é", "a,b"]),
)


@given(HEADS, st.lists(SALES, max_size=4))
def test_lines_written_by_sql_are_those_written_from_rows(about: Head, rows: list[Row]) -> None:
    lines = lines_of(rows)
    assert written(about, lines) == written(about, list(lines))


@pytest.mark.parametrize("language", ["fr", "en", "ar"])
def test_plain_lines_come_written_and_some_at_a_time(language: StatementLanguage) -> None:
    rows = [sale(1_000 + 997 * place) for place in range(LINES_AT_ONCE + 5)]
    about, lines = head(language=language), lines_of(rows)
    assert [isinstance(some, WrittenLines) for some in lines.written(about)] == [True, True]
    assert written(about, lines) == written(about, list(lines))


@pytest.mark.parametrize(
    "row",
    [
        sale(-1_250),
        sale(100_000_000),
        sale(10, fee=200),
        sale(words=(*PLAIN[:1], "=T000001", *PLAIN[2:])),
        sale(words=(*PLAIN[:8], "05\x0012")),
        sale(words=("11A0101500", *PLAIN[1:])),
    ],
)
def test_a_line_that_is_not_plain_comes_as_a_row_and_those_beside_it(row: Row) -> None:
    lines = lines_of([sale(), row])
    ((first, second),) = lines.written(head())
    assert not isinstance(first, str)
    assert (first[10], second[10]) == (1_250, row[9])
