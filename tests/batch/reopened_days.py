"""What the tests of reopening share: what a folder has of its closed dates, and the same folder never reopened."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from switch.endofday.close import close_day
from switch.endofday.reopened.withdrawal import NOT_OF_A_CLOSE, dated_tables
from tests.support.day_builders import DISCOUNT, NOW_MS, DaySpecs, day_specs, later_ms

WHY: Final = ("Alami", "commission of November")
CHEAP: Final = day_specs()
DEAR: Final = day_specs(discount=DISCOUNT.replace("rate_basis_points = 120", "rate_basis_points = 190"))


def close(data: Path, specs: DaySpecs = CHEAP, business_date: str | None = None, **also: Any) -> str:
    """Close the oldest date that is to be closed; which one it was."""
    report = close_day(data, specs, business_date, later_ms(data), **also)
    assert report.outcome == "closed", report.sentence
    return str(report.business_date)


def rows_of_closes(data: Path) -> dict[str, list[tuple[Any, ...]]]:
    """All that closes wrote: each table of the books, but when each close was made."""
    with closing(sqlite3.connect(data / "books.db")) as books:
        tables = [table for table in dated_tables(books) if table not in NOT_OF_A_CLOSE]
        found = {table: sorted(books.execute(f"SELECT * FROM {table}").fetchall(), key=repr) for table in tables}
        columns = [row[1] for row in books.execute("PRAGMA table_info(closed_day)")]
    at = columns.index("closed_at_ms")
    found["closed_day"] = [(*row[:at], *row[at + 1 :]) for row in found["closed_day"]]
    return found


def files_of_closes(data: Path) -> dict[str, bytes]:
    """The files of closed dates, and what the banks are told of them."""
    found = {}
    for folder in (data / "days", data / "issuers" / "cleared"):
        for path in sorted(folder.rglob("*")):
            if path.is_file() and "withdrawn" not in path.parts:
                found[path.relative_to(data).as_posix()] = path.read_bytes()
    return found


def never_reopened(data: Path, closed: Mapping[str, DaySpecs], into: Path) -> Path:
    """The same journal in another folder, where each date is closed once, with the specification it was closed with last."""
    into.mkdir()
    shutil.copy(data / "journal.db", into / "journal.db")
    for business_date, specs in sorted(closed.items()):
        close_day(into, specs, business_date, NOW_MS)
    return into
