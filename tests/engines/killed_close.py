"""A close that kills itself: ``python -m tests.engines.killed_close DATA CALL ENGINE`` dies at a call of Switch, or of what
Switch calls, in whichever of its threads; with 0 it lives, and prints at which calls its stages begin."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from bench.day_close import BUSINESS_DATE, MIDNIGHT_MS, shops, specs_of, write_journal
from switch.clearing.engine import ENGINES, EngineName, is_spark
from switch.endofday.close import check_books, close_day
from switch.endofday.engines.beside import SPILL_FOLDER
from tests.engines.compare import hashes_of
from tests.engines.spark.shared_cluster import see_client
from tests.support.day_builders import DAY_MS

APPROVALS: Final = 200
SHOPS: Final = shops(4)
NOW_MS: Final = MIDNIGHT_MS + 2 * DAY_MS


class KilledCloses:
    """Closes of one day in a folder of their own, by one engine, killed and done again by each in turn."""

    def __init__(self, folder: Path, seed: int, engine: EngineName = "duckdb") -> None:
        self.folder, self.chance, self.engine = folder, random.Random(seed), engine
        (folder / "start").mkdir()
        write_journal(folder / "start", APPROVALS, SHOPS)
        data = self.copy("whole")
        close_day(data, specs_of(SHOPS), BUSINESS_DATE, NOW_MS)
        self.whole = hashes_of(data)
        code, begun = self.closed(self.copy("counted"), 0)
        assert code == 0, "the day is closed where nobody kills it"
        self.stages = [*pairwise(begun)]

    def copy(self, name: str) -> Path:
        shutil.rmtree(self.folder / name, ignore_errors=True)
        return Path(shutil.copytree(self.folder / "start", self.folder / name))

    def closed(self, data: Path, call: int) -> tuple[int, list[int]]:
        command = [sys.executable, "-m", "tests.engines.killed_close", str(data), str(call), self.engine]
        ended = subprocess.run(command, check=False, stdout=subprocess.PIPE, text=True)
        return ended.returncode, [int(each) for each in ended.stdout.split()]

    def kill(self, number: int) -> Iterator[str]:
        """One kill, and the close again; what is wrong then."""
        first, after = self.stages[number % len(self.stages)]
        call = self.chance.randrange(first + 1, after + 1)
        where, data = f"kill {number}, call {call}", self.copy("killed")
        code, _ = self.closed(data, call)
        if code != -signal.SIGKILL:
            yield f"{where}: found exit code {code}, expected a death by kill -9"
        if (left := _rows_of_day(data)) != {} and (other := [name for name in self.whole if name in left and not left[name]]):
            yield f"{where}: the day is closed, without its {other}"
        close_day(data, specs_of(SHOPS), BUSINESS_DATE, NOW_MS, engine=ENGINES[number % len(ENGINES)])
        if hashes_of(data) != self.whole:
            yield f"{where}: the books or files are not as a close leaves them that nobody killed"
        if (data / SPILL_FOLDER).exists() and not is_spark(self.engine):  # a cluster may still be at it, for nobody
            yield f"{where}: {SPILL_FOLDER} is left"
        yield from (f"{where}: {fault.sentence}" for fault in check_books(data).faults)


def _rows_of_day(data: Path) -> dict[str, int]:
    """How many rows there are in the long tables of a day; nothing where it is not closed, and has none."""
    if not (data / "books.db").exists():
        return {}
    with closing(sqlite3.connect(data / "books.db")) as books:
        if not books.execute("SELECT 1 FROM sqlite_schema WHERE name = 'closed_day'").fetchone():
            return {}
        tables = ("closed_day", "presentment", "fee_line", "posting", "payout", "day_digest")
        counts = {table: books.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0] for table in tables}
        for table, count in books.execute("SELECT table_name, SUM(row_count) FROM line_file GROUP BY table_name"):
            counts[table] += count
    return counts if any(counts.values()) else {}


def main() -> None:
    data, last, engine = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    if is_spark(engine):
        see_client()
    calls, begun = 0, [0]

    def watch(frame: Any, event: str, _: object) -> None:
        nonlocal calls
        if "/switch/" in frame.f_code.co_filename:
            calls += 1
            if calls == last:
                os.kill(os.getpid(), signal.SIGKILL)

    threading.setprofile(watch)
    sys.setprofile(watch)
    close_day(data, specs_of(SHOPS), BUSINESS_DATE, NOW_MS, say=lambda _: begun.append(calls), engine=engine)
    sys.setprofile(None)
    print(*begun, calls)


if __name__ == "__main__":
    main()
