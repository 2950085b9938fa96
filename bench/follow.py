"""What it costs the switch to be watched: ``python -m bench.follow``.

Three centres run at once, each on its own journal, before the same neutral issuer: one plain, one with ``--trace``, one with
``--follow``. The load goes to them by turns, as in ``bench.against``. Writes ``bench/follow.md``.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from bench import machine
from bench.against import Round, row, turn
from bench.load_tools import LoadTools, built_below
from bench.run import CASES, Case, free_port, listening, neutral_specs
from switch.centre.as_process import CentreProcess, start_centre

RESULTS = Path(__file__).parent / "follow.md"
MEASURED = (CASES[0], CASES[1], CASES[5])  #: 1×1, 4×16, and 1,000 tx/s
KINDS = {"plain": (), "traced": ("--trace",), "followed": ("--follow",)}
NOTE = """\
Three centres run at once before the same neutral issuer. The load goes to them by turns, {seconds:g} s each, {rounds} rounds
a case, after a warm-up. A ratio is one centre divided by the other in one round; a cell is the median of the rounds, with the
least and the most in brackets. CPU is that of the switch's own process: the process that reads the trace and prints is another,
and gives way. Load average before the run: {load:.1f}."""


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
    text = [
        "# What it costs to be watched",
        "",
        f"Written by `make follow-bench` on {datetime.now(UTC):%Y-%m-%d %H:%M} UTC: {machine.description()}.",
        "",
        NOTE.format(seconds=arguments.seconds, rounds=arguments.rounds, load=load),
        "",
        "| | connections × window | CPU of the switch | transactions a second | p50 | µs/tx of both |",
        "|---|---|---|---|---|---|",
        *rows,
    ]
    arguments.out.write_text("\n".join(text) + "\n", encoding="utf-8")
    print("\n".join([*rows, f"wrote {arguments.out}"]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
