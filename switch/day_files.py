"""The rendered files of a closed day, ``days/2026-11-22/`` below the data folder: made from the books alone, at any time again.

Each file is written whole under another name and then renamed, so that a file that exists is complete.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Literal, TextIO

from switch.settlement import day as settled
from switch.settlement import engine as settlement
from switch.settlement.statement import (
    SECTIONS,
    Head,
    Out,
    StatementTotal,
    shown_lines,
    write_csv_head,
    write_csv_lines,
    write_text_head,
    write_text_lines,
    write_text_section,
    write_text_totals,
)

StatementFormat = Literal["text", "csv"]
SUFFIXES: dict[StatementFormat, str] = {"text": "txt", "csv": "csv"}

BUFFER_BYTES = 1 << 18  #: of a file being written
LINES_AT_ONCE = 1_000  #: of a statement in memory


def day_folder(data: Path, business_date: str) -> Path:
    return data / "days" / business_date


def render(connection: sqlite3.Connection, folder: Path, business_date: str) -> None:
    """Write all files of a closed day."""
    statements = folder / "statements"
    statements.mkdir(parents=True, exist_ok=True)
    parameters = {"business_date": business_date}
    payouts = [settled.from_row(settled.Payout, row) for row in connection.execute(settled.PAYOUTS_OF_DAY, parameters)]
    positions = [settled.from_row(settled.Position, row) for row in connection.execute(settled.POSITIONS_OF_DAY, parameters)]
    with _whole(folder / "positions.csv") as out:
        settled.write_positions(out, business_date, positions)
    with _whole(folder / "payouts.csv") as out:
        settled.write_payouts(out, business_date, payouts)
    if _any_outstanding(connection, business_date):
        holds = connection.execute(settled.HOLDS_OF_DAY, {**parameters, "items_shown_max": -1})
        with _whole(folder / "holds.csv") as out:
            settled.write_holds(out, business_date, (settled.from_row(settled.HeldItem, row) for row in holds))
    for merchant_id in _stated(connection, business_date):
        _write_statement_files(connection, business_date, merchant_id, statements)


def is_complete(connection: sqlite3.Connection, folder: Path, business_date: str) -> bool:
    """Whether every file of a closed day is there."""
    statements = folder / "statements"
    return (
        (folder / "positions.csv").is_file()
        and (folder / "payouts.csv").is_file()
        and ((folder / "holds.csv").is_file() or not _any_outstanding(connection, business_date))
        and all(
            (statements / f"{merchant_id}.{suffix}").is_file()
            for merchant_id in _stated(connection, business_date)
            for suffix in SUFFIXES.values()
        )
    )


def write_statement(
    connection: sqlite3.Connection, business_date: str, merchant_id: str, outs: Mapping[StatementFormat, Out]
) -> bool:
    """Write one statement in the forms asked for; False, and nothing written, where the merchant has none of that date."""
    key = {"business_date": business_date, "merchant_id": merchant_id}
    row = connection.execute(settlement.STATEMENT_HEAD, key).fetchone()
    if row is None:
        return False
    head = Head.from_row(row)
    text, as_csv = outs.get("text"), outs.get("csv")
    if text is not None:
        write_text_head(text, head)
    if as_csv is not None:
        write_csv_head(as_csv)
    types = type_totals(connection, key)
    for total in types:
        lines = connection.execute(settlement.STATEMENT_LINES, {**key, "transaction_type": total.of})
        _write_section(total.of, lines, head, text, as_csv)
    parts = types if len(types) > 1 else []
    if head.adjustment_count:
        _write_section("adjustments", connection.execute(settlement.STATEMENT_ADJUSTMENTS, key), head, text, as_csv)
        parts = [*parts, StatementTotal.from_row(connection.execute(settlement.STATEMENT_ADJUSTED, key).fetchone())]
    if text is not None:
        totals = connection.execute(settlement.STATEMENT_TOTALS_OF, key)
        write_text_totals(text, head, map(StatementTotal.from_row, totals), parts)
    return True


def type_totals(connection: sqlite3.Connection, key: Mapping[str, object]) -> list[StatementTotal]:
    """The totals of a statement for each type of transaction, in the order of its sections."""
    totals = map(StatementTotal.from_row, connection.execute(settlement.TYPE_TOTALS_OF, key))
    return sorted(totals, key=lambda total: SECTIONS.index(total.of))


def _write_section(section: str, cursor: sqlite3.Cursor, head: Head, text: Out | None, as_csv: Out | None) -> None:
    if text is not None:
        write_text_section(text, head, section)
    while lines := shown_lines(head, cursor.fetchmany(LINES_AT_ONCE)):
        if text is not None:
            write_text_lines(text, head, lines)
        if as_csv is not None:
            write_csv_lines(as_csv, head, lines)


def _write_statement_files(connection: sqlite3.Connection, business_date: str, merchant_id: str, folder: Path) -> None:
    with ExitStack() as files:
        outs: dict[StatementFormat, Out] = {
            fmt: files.enter_context(_whole(folder / f"{merchant_id}.{suffix}")) for fmt, suffix in SUFFIXES.items()
        }
        write_statement(connection, business_date, merchant_id, outs)


def _any_outstanding(connection: sqlite3.Connection, business_date: str) -> bool:
    (count,) = connection.execute(settled.HOLDS_OUTSTANDING, {"business_date": business_date}).fetchone()
    return bool(count)


def _stated(connection: sqlite3.Connection, business_date: str) -> Iterator[str]:
    rows = connection.execute(
        "SELECT merchant_id FROM statement WHERE business_date = ? ORDER BY merchant_id", (business_date,)
    )
    return (row[0] for row in rows.fetchall())


@contextmanager
def _whole(path: Path) -> Iterator[TextIO]:
    """A file that appears under its name only once all of it is written."""
    partial = path.with_name(f".{path.name}.partial")
    with partial.open("w", encoding="utf-8", newline="", buffering=BUFFER_BYTES) as out:
        yield out
    partial.replace(path)
