"""What ``day close`` costs: ``python -m bench.day_close`` measures journals of 10,000 to 3,000,000 approvals.

``python -m bench.day_close 100000`` measures one size and prints it, with ``--engine duckdb`` closed by DuckDB, with
``--prepare`` from what ``switch day prepare`` made of the journal before. Each measurement is a process of its own, so that
its peak of memory is its own too. It writes a synthetic journal of N approvals, of up to 5,000 merchants of two terminals each
and five issuers, in one currency; every sale has a line of its gateway fee beside its commission. Of the approvals 2 % are
reversed on the same business date, half of these in part, and 1 % on the next. Both dates are closed, with all files as text
and CSV, and the books are proved. The series ends with 5,000 statements as PDF, and is written to ``bench/day_close.md``.
"""

from __future__ import annotations

import argparse
import gc
import random
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from attrs import Factory, define

from bench import machine
from switch.batch.preparation import prepare_journal
from switch.clearing.engine import ENGINES, EngineName
from switch.endofday.close import check_books, close_day
from switch.settlement.statement_forms import BytesForm
from tests.support.day_builders import DaySpecs, day_specs, journal_schema, merchant

RESULTS = Path(__file__).parent / "day_close.md"
BUSINESS_DATE, NEXT_DATE = "2026-11-20", "2026-11-21"
MIDNIGHT_MS = 1_795_132_800_000  #: 2026-11-20 00:00 UTC
MERCHANTS: Final = 5_000
SERIES: Final = (10_000, 100_000, 1_000_000, 3_000_000)
PDF_APPROVALS: Final = 10_000  #: of the statements that are written as PDF: two lines each
PDF: Final[tuple[BytesForm, ...]] = ("pdf",)
TERMINALS = 2  #: of each merchant
ISSUERS = (
    ("atlas", "cmi", "domestic"),
    ("rif", "visa", "domestic"),
    ("souss", "mastercard", "domestic"),
    ("vesta", "visa", "foreign"),
    ("maestra", "mastercard", "foreign"),
)
CHANNELS = ("chip", "chip", "chip", "ecommerce", "magstripe")
PLAN = """
[[plan]]
id = "retail"
name = "Shops with a gateway"
rate = [
  { from = "2013-01-01", origin = "domestic", rate_basis_points = 120 },
  { from = "2013-01-01", origin = "foreign", rate_basis_points = 250 },
]
fee = [
  { kind = "gateway", from = "2013-01-01", fixed = "0.50" },
]
"""
#: What the close says as a step begins -> the name of the step. What it says otherwise belongs to the step that runs.
STEPS: Final = (
    ("reading the journal", "read the journal, present"),
    ("clearing and settling", "clear, settle, digest"),
    ("proving the books", "prove and commit"),
    ("telling ", "notices to the banks"),
    ("writing statement", "files"),
)


def shops(count: int) -> list[str]:
    return [f"MERCHANT{number:07d}" for number in range(count)]


def specs_of(merchants: Sequence[str]) -> DaySpecs:
    return day_specs(merchants=[merchant(id=name, plan="retail") for name in merchants], discount=PLAN)


def requests(count: int, merchants: Sequence[str]) -> Iterator[tuple[object, ...]]:
    chance = random.Random(20261120)
    for number in range(1, count + 1):
        issuer, scheme, origin = ISSUERS[int(5 * chance.random() ** 2)]
        place = int(len(merchants) * chance.random() ** 2) if number > len(merchants) else number - 1
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
            merchants[place],
            "5411",
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


def write_journal(folder: Path, count: int, merchants: Sequence[str]) -> None:
    journal = sqlite3.connect(folder / "journal.db")
    journal.execute("PRAGMA journal_mode = WAL")
    journal.executescript(journal_schema())
    dates = ((1, BUSINESS_DATE, MIDNIGHT_MS), (2, NEXT_DATE, MIDNIGHT_MS + 86_400_000))
    journal.executemany("INSERT INTO business_day VALUES (?, ?, ?, 'clock')", dates)
    columns = [str(row[1]) for row in journal.execute("PRAGMA table_info(request)")][:REQUEST_COLUMNS]
    marks = ", ".join("?" * REQUEST_COLUMNS)
    journal.executemany(f"INSERT INTO request ({', '.join(columns)}) VALUES ({marks})", requests(count, merchants))
    journal.execute(DECIDE_ALL, (BUSINESS_DATE,))
    journal.executemany(ADD_REVERSAL, reversals(count))
    journal.commit()
    journal.close()


def _cpu_seconds() -> float:
    """Of this process and of those it has waited for."""
    own, others = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime


def _peak_mib() -> float:
    """The larger peak of resident memory: of this process, or of one it has waited for."""
    return max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024


@define
class Meter:
    """Seconds of CPU and of the clock, and the peak of memory so far, of each step in turn."""

    step: str = ""
    cpu: float = 0.0
    wall: float = 0.0
    told: list[tuple[str, float, float, float]] = Factory(list)

    def begin(self, step: str) -> None:
        """End the step that runs, and begin another."""
        cpu, wall = _cpu_seconds(), time.perf_counter()
        if self.step:
            about = (self.step, cpu - self.cpu, wall - self.wall, _peak_mib())
            self.told.append(about)
            print("{}\t{:.2f}\t{:.2f}\t{:.0f}".format(*about), flush=True)
        self.step, self.cpu, self.wall = step, cpu, wall

    def say(self, sentence: str) -> None:
        for part, step in STEPS:
            if part in str(sentence) and step != self.step:
                self.begin(step)


def measure(
    count: int, merchants_max: int, folder: Path, *, pdf: bool, engine: EngineName = "sqlite", prepare: bool = False
) -> None:
    """Print a line for each step: its name, seconds of CPU and of the clock, and the peak of memory, in MiB."""
    merchants = shops(min(merchants_max, count))
    if not (folder / "journal.db").exists():
        command = [
            sys.executable,
            "-m",
            "bench.day_close",
            str(count),
            str(folder),
            "--merchants",
            str(merchants_max),
            "--journal",
        ]
        subprocess.run([*command, "--merchants", str(merchants_max)], check=True)
    specs, meter, now_ms = specs_of(merchants), Meter(), MIDNIGHT_MS + 2 * 86_400_000
    gc.set_threshold(20_000)  # as the command has it (switch/__main__.py)
    if prepare:
        meter.begin("prepare")
        prepare_journal(folder)
    meter.begin("open")
    close_day(folder, specs, BUSINESS_DATE, now_ms, say=meter.say, engine=engine)
    meter.begin("close of the next date")
    close_day(folder, specs, NEXT_DATE, now_ms, engine=engine)
    meter.begin("check")
    faults = check_books(folder).faults
    if pdf:
        meter.begin("PDFs")
        close_day(folder, specs, BUSINESS_DATE, now_ms, also=PDF)
    meter.begin("")
    if faults:
        raise SystemExit(f"the books have {len(faults)} faults, expected none: {faults[0]}")


@define
class Measured:
    """One journal measured: its steps in order, as ``Meter`` has them."""

    count: int
    merchants: int
    steps: list[tuple[str, float, float, float]]

    def row(self, wanted: str) -> tuple[float, float, float]:
        return next((cpu, wall, peak) for step, cpu, wall, peak in self.steps if step == wanted)

    def close(self) -> tuple[float, float, float]:
        """The close of the date, its files included."""
        ours = self.steps[: [step for step, *_ in self.steps].index("close of the next date")]
        return sum(each[1] for each in ours), sum(each[2] for each in ours), ours[-1][3]


def measured(count: int, merchants: int, inside: Path, *, pdf: bool = False) -> Measured:
    """Measure one size in a process of its own, in a folder of its own that stays: where thousands of files were just removed,
    to make others costs a file system seconds."""
    folder = tempfile.mkdtemp(dir=inside)
    command = [sys.executable, "-m", "bench.day_close", str(count), folder, "--merchants", str(merchants)]
    lines = subprocess.run([*command, *(["--pdf"] if pdf else [])], check=True, stdout=subprocess.PIPE, text=True).stdout
    print(f"{count:,} approvals of {min(count, merchants):,} merchants\n{lines}", flush=True)
    steps = [line.split("\t") for line in lines.splitlines()]
    figures = [(step, float(cpu), float(wall), float(peak)) for step, cpu, wall, peak in steps]
    return Measured(count, min(count, merchants), figures)


def write_page(runs: Sequence[Measured], load: float) -> None:
    """``bench/day_close.md``: CPU of each step and size, the peak of memory, and the PDFs."""
    sizes, with_pdf = [run for run in runs if "PDFs" not in dict.fromkeys(s for s, *_ in run.steps)], runs[-1]
    steps = [step for step, *_ in sizes[-1].steps if step != "open"]
    table = [
        "| CPU seconds | " + " | ".join(f"{run.count:,}" for run in sizes) + " |",
        "| --- |" + " ---: |" * len(sizes),
        *(f"| {step} | " + " | ".join(f"{run.row(step)[0]:.1f}" for run in sizes) + " |" for step in steps[:-2]),
        "| **the close, with its files** | " + " | ".join(f"**{run.close()[0]:.1f}**" for run in sizes) + " |",
        "| the same by the clock | " + " | ".join(f"{run.close()[1]:.1f}" for run in sizes) + " |",
        "| peak of memory, MiB | " + " | ".join(f"{run.close()[2]:.0f}" for run in sizes) + " |",
        *(f"| {step} | " + " | ".join(f"{run.row(step)[0]:.1f}" for run in sizes) + " |" for step in steps[-2:]),
    ]
    cpu, wall, peak = with_pdf.row("PDFs")
    lines = with_pdf.count // with_pdf.merchants
    paragraphs = [
        (
            f"One `switch day close` of journals of so many approvals, of up to {MERCHANTS:,} merchants with {TERMINALS} "
            "terminals, with a gateway fee for every sale beside its commission: books, proofs, notices to the banks, and all "
            "statements as text and CSV. CPU is that of all processes together. The last two rows are the close of the next "
            "date, which takes back 1 % of the sales, and `switch check` of both."
        ),
        (
            f"{with_pdf.merchants:,} statements of {lines} lines as PDF take {cpu:.0f} s of CPU, {wall:.0f} s by the clock, "
            f"{peak:.0f} MiB. Load average before the run: {load:.1f}."
        ),
        "What was tried to make it cheaper, and what each step gave, is told [beside](day_close_tried.md).",
    ]
    machine.write_report(RESULTS, "What a close costs", "day-bench", paragraphs, table)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.day_close", description=__doc__)
    parser.add_argument("approvals", nargs="?", type=int, help="measure this size alone; else the series, and write the page")
    parser.add_argument("folder", nargs="?", type=Path, help="a folder to keep; else one that is removed at the end")
    parser.add_argument("--merchants", type=int, default=MERCHANTS, help="at most so many merchants")
    parser.add_argument("--up-to", type=int, default=max(SERIES), help="leave out the larger sizes of the series")
    parser.add_argument("--pdf", action="store_true", help="write the statements as PDF too")
    parser.add_argument("--engine", choices=ENGINES, default="sqlite", help="what computes the lines of one size")
    parser.add_argument("--prepare", action="store_true", help="have the journal prepared before the close by DuckDB")
    parser.add_argument("--journal", action="store_true", help="write the journal alone")
    wanted = parser.parse_args(arguments)
    if wanted.approvals is None:
        load = machine.load_average()
        with tempfile.TemporaryDirectory(prefix="day-close-") as inside:
            runs = [measured(count, wanted.merchants, Path(inside)) for count in SERIES if count <= wanted.up_to]
            write_page([*runs, measured(PDF_APPROVALS, wanted.merchants, Path(inside), pdf=True)], load)
        return
    folder = wanted.folder or Path(tempfile.mkdtemp(prefix="day-close-"))
    folder.mkdir(parents=True, exist_ok=True)
    try:
        if wanted.journal:
            write_journal(folder, wanted.approvals, shops(min(wanted.merchants, wanted.approvals)))
        else:
            measure(wanted.approvals, wanted.merchants, folder, pdf=wanted.pdf, engine=wanted.engine, prepare=wanted.prepare)
    finally:
        if wanted.folder is None:
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()
