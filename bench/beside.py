"""What a close does to live traffic: ``python -m bench.beside`` measures authorizations alone, and while their date is closed.

A switch answers a fixed rate of authorizations behind the neutral issuer, its journal on disk. First it is left alone; then
``switch day close`` closes the date of all that was sent so far, as a process of its own, while the same rate goes on for as
long as the close takes. Latencies count from the time an authorization was due. It prints its figures, and needs a C compiler
and the load tools.
"""

from __future__ import annotations

import argparse
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from bench import machine
from bench.load_tools import LoadTools, built_below
from bench.run import Case, free_port, listening, neutral_specs
from switch.centre.as_process import running_centre

CASE: Final = Case(connections=4, window=64, rate=2_000)
TIMES_QUIET: Final = 3  #: what p99 may come to beside a close, of what it is without
P99_MS: Final = 10.0  #: or this, whichever is more


def _load(name: str, tools: LoadTools, port: int, seconds: float) -> dict[str, Any]:
    figures = tools.load(port, *CASE.options(seconds))
    shown = ", ".join(f"{key} {figures[key + '_us'] / 1000:.2f}" for key in ("p50", "p99", "max"))
    print(f"{name}: {figures['tps']:,.0f} tx/s, ms: {shown}; load average {machine.load_average():.1f}", flush=True)
    return figures


def _open_date(data: Path) -> str:
    with closing(sqlite3.connect(f"{(data / 'journal.db').as_uri()}?mode=ro", uri=True)) as journal:
        return str(journal.execute("SELECT business_date FROM business_day ORDER BY id DESC LIMIT 1").fetchone()[0])


def _beside_a_close(tools: LoadTools, port: int, specs: Path, data: Path, seconds: float) -> list[dict[str, Any]]:
    """Load of so many seconds again and again, until the close has ended."""
    command = [sys.executable, "-m", "switch", "day", "close", _open_date(data), "--specs", str(specs), "--data", str(data)]
    began, runs = time.monotonic(), []
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as close:
        while close.poll() is None:
            runs.append(_load("beside the close", tools, port, seconds))
    print(f"the close took {time.monotonic() - began:.1f} s at most", flush=True)
    if close.returncode:
        raise SystemExit(f"switch day close ended with {close.returncode}, expected 0")
    return runs


def main(arguments: Sequence[str] | None = None) -> int:
    """0 where p99 beside the close is what it may be."""
    parser = argparse.ArgumentParser(prog="python -m bench.beside", description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0, help="of each run of the generator")
    parser.add_argument("--before", type=float, default=30.0, help="seconds of traffic to close")
    wanted = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="beside-") as name:
        folder, issuer = Path(name), free_port()
        tools = built_below(folder)
        if tools is None:
            return 1
        with listening(tools.isohost, issuer):
            specs = neutral_specs(folder / "specs", issuer)
            with running_centre(folder / "data", ["--specs", str(specs), "--quiet"]) as centre:
                _, port = centre.address("ascii")
                _load("to be closed", tools, port, wanted.before)
                quiet = _load("alone", tools, port, wanted.seconds)["p99_us"] / 1000
                runs = _beside_a_close(tools, port, specs, folder / "data", wanted.seconds)
    p99, most = max(run["p99_us"] for run in runs) / 1000, max(P99_MS, TIMES_QUIET * quiet)
    print(f"p99 {p99:.2f} ms beside the close, {quiet:.2f} ms without, expected at most {most:.2f} ms")
    return 0 if p99 <= most else 1


if __name__ == "__main__":
    sys.exit(main())
