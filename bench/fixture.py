"""What the fixture ``centre`` costs: ``python -m bench.fixture``.

The first centre of a worker, from nothing until its listeners are ready; a clean one for each test after it; and how much of
the first is due to the issuers, each a process of its own: a centre with one issuer beside the one with all. Writes
``bench/fixture.md``.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from bench import machine
from switch.centre.as_process import start_centre
from switch.testing.centre_for_tests import centre_for_tests
from switch.testing.owned_centre import owned_centre
from tests.trials.small_centre import small_specs

RESULTS = Path(__file__).parent / "fixture.md"
TESTS_EACH: Final = 30
FIRST_SECONDS_ASKED: Final = 0.6  #: on two idle cores
TEST_MS_ASKED: Final = 30.0
NOTE = """\
Each figure is the median of {rounds} rounds, with the least and the most in brackets. CPU is that of all processes of a centre
from its start to its end, and of the test process meanwhile. Asked for, on two idle cores: {first:g} s of wall time for the
first centre, {test:g} ms for a test. On a machine that others use, wall time says little, and CPU runs high. Load average
before the run: {load:.1f}."""


def _cpu_seconds() -> float:
    return sum(
        used.ru_utime + used.ru_stime for used in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


def first_and_clean() -> dict[str, float]:
    """One worker: its first centre, and a clean one for each of some tests."""
    cpu, began = _cpu_seconds(), time.monotonic()
    with owned_centre("bench") as owned:
        found = {"first, wall s": time.monotonic() - began}
        walls, cpus = list[float](), list[float]()
        for _ in range(TESTS_EACH):
            wall, own = time.monotonic(), time.process_time()
            with centre_for_tests(owned) as centre:
                centre.card()
            walls.append((time.monotonic() - wall) * 1000)
            cpus.append((time.process_time() - own) * 1000)
    tests = {"a clean one, wall ms": statistics.median(walls), "a clean one, CPU ms": statistics.median(cpus)}
    return {**found, "first to end, CPU s": _cpu_seconds() - cpu - sum(cpus) / 1000, **tests}


def started(options: Callable[[Path], list[str]]) -> tuple[float, float]:
    """Wall seconds until a centre is ready, and CPU seconds to its end."""
    with tempfile.TemporaryDirectory(prefix="switch-fixture-") as name:
        folder = Path(name)
        given = options(folder)
        cpu, began = _cpu_seconds(), time.monotonic()
        centre = start_centre(folder / "var", given)
        ready = time.monotonic() - began
        centre.stop()
        return ready, _cpu_seconds() - cpu


def cell(values: list[float]) -> str:
    return f"{statistics.median(values):.2f} ({min(values):.2f} to {max(values):.2f})"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.fixture")
    parser.add_argument("--rounds", type=int, default=5, help="of each kind (default 5)")
    parser.add_argument("--out", type=Path, default=RESULTS, help="file to write (default bench/fixture.md)")
    arguments = parser.parse_args()
    load = machine.load_average()
    rounds, every, one = list[dict[str, float]](), list[tuple[float, float]](), list[tuple[float, float]]()
    for _ in range(arguments.rounds):
        rounds.append(first_and_clean())
        every.append(started(lambda folder: []))
        one.append(started(small_specs))
        print(rounds[-1], every[-1], one[-1], flush=True)
    rows = [f"| {what} | {cell([each[what] for each in rounds])} |" for what in rounds[0]]
    for name, found in (("all issuers, a process each", every), ("one issuer", one)):
        rows += [f"| {name}: ready, wall s | {cell([wall for wall, _ in found])} |"]
        rows += [f"| {name}: to its end, CPU s | {cell([cpu for _, cpu in found])} |"]
    note = NOTE.format(rounds=arguments.rounds, first=FIRST_SECONDS_ASKED, test=TEST_MS_ASKED, load=load)
    machine.write_report(arguments.out, "What the fixture costs", "fixture-bench", [note], ["| | |", "|---|---|", *rows])
    return 0


if __name__ == "__main__":
    sys.exit(main())
