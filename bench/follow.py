"""What it costs the switch to be watched: ``python -m bench.follow``.

Three centres run at once, each on its own journal, before the same neutral issuer: one plain, one with ``--trace``, one with
``--follow``. The load goes to them by turns, as in ``bench.against``; after each turn the trace is waited for, so that no
centre pays for another's. Writes ``bench/follow.md``.
"""

from __future__ import annotations

import argparse
import os
import sqlite3
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Final

from attrs import frozen

from bench import machine
from bench.against import Round, row
from bench.load_tools import LoadTools, built_below
from bench.run import CASES, Case, free_port, listening, neutral_specs, refuse_wrong
from switch.centre.as_process import CentreProcess, start_centre
from switch.trace.process import NAME
from switch.trace.recorder import TRACE_FILE
from switch.trace.up_to_date import WRITTEN_SECONDS_MAX, wait_until_written

RESULTS = Path(__file__).parent / "follow.md"
MEASURED = (CASES[0], CASES[1], CASES[5])  #: 1×1, 4×16, and 1,000 tx/s
KINDS = {"plain": (), "traced": ("--trace",), "followed": ("--follow",)}
NOTE = """\
Three centres run at once before the same neutral issuer. The load goes to them by turns, {seconds:g} s each, {rounds} rounds
a case, after a warm-up. A ratio is one centre divided by the other in one round; a cell is the median of the rounds, with the
least and the most in brackets. CPU of the switch is that of its own process. The process that writes the trace is another, and
so is the one that reads it and prints; both give way. The last two columns are of the first centre of a line: what the process
that writes took for a transaction, of four messages, and how many of them are in the trace; the others found no place while
more came than it could write. Load average before the run: {load:.1f}."""
MESSAGES: Final = 4  #: of a transaction
CLOCK_TICKS: Final = os.sysconf("SC_CLK_TCK")


@frozen(kw_only=True)
class Recorder:
    """The process that writes a centre's trace."""

    pid: int
    data: Path

    @classmethod
    def of(cls, centre: CentreProcess) -> Recorder | None:
        """That of a centre; None where it has none. A starter stands between the two."""
        for about in Path("/proc").glob("[0-9]*/stat"):
            name, parent = _named(about)
            if name == NAME and _named(Path(f"/proc/{parent}/stat"))[1] == centre.process.pid:
                return cls(pid=int(about.parent.name), data=centre.data)
        return None

    def cpu_us(self) -> float:
        """What it has taken until now."""
        user, system = Path(f"/proc/{self.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / CLOCK_TICKS * 1e6

    def written(self) -> int:
        """The number of the last message, once all that was handed over is written."""
        quick = 0
        while quick < 2:
            began = time.monotonic()
            wait_until_written(self.data)
            quick += time.monotonic() - began < WRITTEN_SECONDS_MAX / 2
        with closing(sqlite3.connect(self.data / TRACE_FILE)) as db:
            number: int = db.execute("SELECT COALESCE(MAX(id), 0) FROM message").fetchone()[0]
            return number


def _named(about: Path) -> tuple[str, int]:
    """The name of a process, and who started it."""
    try:
        front, _, behind = about.read_text(encoding="utf-8", errors="replace").rpartition(")")
    except OSError:
        return "", 0
    return front.partition("(")[2], int(behind.split()[1])


def turn(tools: LoadTools, centre: CentreProcess, case: Case, seconds: float) -> dict[str, float]:
    """One turn of the load on one centre, with what its trace took."""
    recorder = Recorder.of(centre)
    cpu_us, number = (recorder.cpu_us(), recorder.written()) if recorder is not None else (0.0, 0)
    options = (*case.options(seconds), "--warmup", "0", "--pid", str(centre.process.pid))  # what is not counted would be traced
    figures = tools.load(centre.address("ascii")[1], *options)
    refuse_wrong(case, figures)
    found = {"tps": float(figures["tps"]), "switch_us": float(figures["pid_cpu_us"]), "p50_us": float(figures["p50_us"])}
    if recorder is not None:
        written = recorder.written() - number
        found["recorder_us"] = (recorder.cpu_us() - cpu_us) / figures["n"]
        found["kept"] = min(written / (MESSAGES * figures["n"]), 1.0)
    return found


def measure(tools: LoadTools, centres: dict[str, CentreProcess], case: Case, arguments: argparse.Namespace) -> dict[str, str]:
    """The rows of one case: what the trace costs, and what following costs beside it."""
    for centre in centres.values():
        turn(tools, centre, case, 0.5)
    rounds: list[dict[str, dict[str, float]]] = []
    for number in range(arguments.rounds):
        order = list(centres)[:: 1 if number % 2 else -1]
        rounds.append({kind: turn(tools, centres[kind], case, arguments.seconds) for kind in order})
    pairs = {"a trace for none": ("traced", "plain"), "following for a trace": ("followed", "traced")}
    return {
        what: row(case, [Round([(one[dear], one[cheap])]) for one in rounds]).replace("|", f"| {what} |", 1)
        + f" {statistics.median(one[dear]['recorder_us'] for one in rounds):.0f}"
        + f" | {statistics.median(one[dear]['kept'] for one in rounds):.0%} |"
        for what, (dear, cheap) in pairs.items()
    }


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.follow")
    parser.add_argument("--seconds", type=float, default=1.0, help="of each turn (default 1)")
    parser.add_argument("--rounds", type=int, default=9, help="of each case (default 9)")
    parser.add_argument("--out", type=Path, default=RESULTS, help="file to write (default bench/follow.md)")
    arguments = parser.parse_args()
    load = machine.load_average()
    with tempfile.TemporaryDirectory(prefix="switch-follow-") as name, ExitStack() as stack:
        folder, port = Path(name), free_port()
        tools = built_below(folder)
        if tools is None:
            return 2
        stack.enter_context(listening(tools.isohost, port))
        specs = neutral_specs(folder / "specs", port)
        centres = {kind: start_centre(folder / kind, ["--specs", str(specs), *options]) for kind, options in KINDS.items()}
        for centre in centres.values():
            stack.callback(centre.stop)
        rows = [each for case in MEASURED for each in measure(tools, centres, case, arguments).values()]
    heads = [
        "| | connections × window | CPU of the switch | transactions a second | p50 | µs/tx of both | to write, µs/tx | kept |",
        "|---|---|---|---|---|---|---|---|",
    ]
    note = NOTE.format(seconds=arguments.seconds, rounds=arguments.rounds, load=load)
    print("\n".join(rows))
    machine.write_report(arguments.out, "What it costs to be watched", "follow-bench", [note], [*heads, *rows])
    return 0


if __name__ == "__main__":
    sys.exit(main())
