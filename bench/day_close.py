"""How long ``day close`` takes, and how much memory: ``python -m bench.day_close 1000000 [folder]``.

Writes a synthetic journal of N approvals (200 merchants of two terminals, five issuers, one currency), 2 % of them reversed on
the same business date, half of these in part, and 1 % on the next; closes both dates, proves the books, and prints seconds and
peak resident memory of each step. Rendering of all files is part of the close.
"""

from __future__ import annotations

import random
import resource
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from switch.endofday.close import check_books, close_day
from tests.support.day_builders import day_specs, journal_schema, merchant

BUSINESS_DATE, NEXT_DATE = "2026-11-20", "2026-11-21"
MIDNIGHT_MS = 1_795_132_800_000  #: 2026-11-20 00:00 UTC
MERCHANTS = [merchant(id=f"MERCHANT{number:07d}", plan="retail") for number in range(200)]
TERMINALS = 2  #: of each merchant
ISSUERS = (
    ("atlas", "cmi", "domestic"),
    ("rif", "visa", "domestic"),
    ("souss", "mastercard", "domestic"),
    ("vesta", "visa", "foreign"),
    ("maestra", "mastercard", "foreign"),
)
CHANNELS = ("chip", "chip", "chip", "ecommerce", "magstripe")


def requests(count: int) -> Iterator[tuple[object, ...]]:
    chance = random.Random(20261120)
    for number in range(1, count + 1):
        issuer, scheme, origin = ISSUERS[int(5 * chance.random() ** 2)]
        place = int(len(MERCHANTS) * chance.random() ** 2)
        shop = MERCHANTS[place]
        yield (
            number,
            MIDNIGHT_MS + number * 80,
            "ascii 127.0.0.1:40112",
            "authorization",
            "504900",
            f"T{place:05d}{number % TERMINALS:02d}",
            f"{number % 1_000_000:06d}",
            "1120101500",
            f"{number:012d}",
            shop.id,
            shop.mcc,
            b"x" * 32,
            f"450716******{number % 10_000:04d}",
            "purchase",
            1 + int(80_000 * chance.random()),
            "504",
            "051",
            CHANNELS[int(5 * chance.random())],
            "1120101500",
            issuer,
            scheme,
            "debit",
            origin,
        )


def reversals(count: int) -> Iterator[tuple[object, ...]]:
    """Key, original, what remains and business date of each; on the next date half of them in part too."""
    for original in range(1, count + 1):
        kind = original % 100
        if kind in (10, 50):
            yield (f"{original % 1_000_000:06d}", original, 0 if kind == 10 else 100, BUSINESS_DATE)
        elif kind == 90:
            yield (f"{original % 1_000_000:06d}", original, 0 if original % 200 == 90 else 100, NEXT_DATE)


ADD_REVERSAL = """
INSERT INTO reversal (
  received_at_ms, line, mti, acquirer_id, terminal_id, stan, transmitted_at, rrn, merchant_id, amount_minor, replacement_minor,
  currency, original_id, effective, business_date, response_code, reason)
VALUES (1795190000000, 'bench', '0400', '504900', 'T0000001', ?1, '1120101500', '', '', 0, ?3, '504', ?2, 1, ?4, '00', '')
"""


REQUEST_COLUMNS = 23  #: the first ones of the table; the others have defaults
DECIDE_ALL = """
INSERT INTO decision (
  request_id, business_date, decided_at_ms, response_code, approval_code, decided_by, reason, approved_minor, captured_minor)
SELECT id, ?, received_at_ms + 20, '00', substr(rrn, 7), 'atlas', 'approved', amount_minor, amount_minor FROM request
"""


def write_journal(folder: Path, count: int) -> None:
    journal = sqlite3.connect(folder / "journal.db")
    journal.execute("PRAGMA journal_mode = WAL")
    journal.executescript(journal_schema())
    dates = ((1, BUSINESS_DATE, MIDNIGHT_MS), (2, NEXT_DATE, MIDNIGHT_MS + 86_400_000))
    journal.executemany("INSERT INTO business_day VALUES (?, ?, ?, 'clock')", dates)
    columns = [str(row[1]) for row in journal.execute("PRAGMA table_info(request)")][:REQUEST_COLUMNS]
    marks = ", ".join("?" * REQUEST_COLUMNS)
    journal.executemany(f"INSERT INTO request ({', '.join(columns)}) VALUES ({marks})", requests(count))
    journal.execute(DECIDE_ALL, (BUSINESS_DATE,))
    journal.executemany(ADD_REVERSAL, reversals(count))
    journal.commit()
    journal.close()


def told(step: str, since: float) -> None:
    peak_mebibytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{step:<56} {time.perf_counter() - since:8.1f} s {peak_mebibytes:8.0f} MiB peak")


def main(count: int, folder: Path) -> None:
    started = time.perf_counter()
    write_journal(folder, count)
    told(f"journal of {count} approvals written", started)
    for business_date in (BUSINESS_DATE, NEXT_DATE):
        started = time.perf_counter()
        report = close_day(folder, day_specs(merchants=MERCHANTS), business_date, MIDNIGHT_MS + 2 * 86_400_000)
        told(f"day close ({report.presentment_count} presentments, {report.adjustment_count} adjustments)", started)
    started = time.perf_counter()
    faults = check_books(folder).faults
    told(f"check ({len(faults)} faults)", started)
    for name in ("journal.db", "books.db"):
        print(f"{name:<56} {(folder / name).stat().st_size / 2**20:8.0f} MiB")


if __name__ == "__main__":
    given = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(tempfile.mkdtemp(prefix="day-close-"))
    given.mkdir(parents=True, exist_ok=True)
    try:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000, given)
    finally:
        if len(sys.argv) <= 2:
            shutil.rmtree(given)
