"""This checkout side by side with an earlier one, in one run: ``python -m bench.against REVISION``.

Both centres run at once, each on its own journal, before the same neutral issuer. The load goes to one and to the other by
turns, so that what the machine does meanwhile falls on both. Each round gives a ratio; the median of the rounds is what counts.

Each round starts both centres anew: where the system lays out a process and how its dictionaries are seeded makes two centres
of one commit differ by 5 % for as long as they run.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, chdir, contextmanager
from pathlib import Path

from attrs import frozen

from bench import machine
from bench.load_tools import ROOT, LoadTools, built_below
from bench.run import CASES, Case, free_port, listening, neutral_specs, refuse_wrong
from switch.centre.as_process import CentreProcess, start_centre

RESULTS = Path(__file__).parent / "against.md"
DIALECTS = ("ascii", "ascii_hex", "bcd")  #: that the neutral issuer speaks
NOTE = """\
Both centres run at once, each on its own durable journal, before the same neutral issuer, which speaks the dialect {issuer}.
The load goes to one and to the other by turns of {turn:g} s, {turns} of them each in a round, {rounds} rounds a case, after a
warm-up; each round has centres of its own, started anew. A ratio is this checkout divided by the earlier one in two turns
that follow one another, the median of a round; a cell is the median of the rounds, with the least and the most in brackets.
CPU over 1 is slower, transactions a second above 1 are faster. Load average before the run: {load:.1f}."""


@frozen
class Round:
    """The generator's figures of one round: of this checkout and of the earlier one, in pairs of turns side by side."""

    pairs: list[tuple[dict[str, float], dict[str, float]]]

    def ratio(self, key: str) -> float:
        """The median over the pairs: what disturbs one turn moves it little."""
        return statistics.median(now[key] / before[key] for now, before in self.pairs)


@contextmanager
def checkout(revision: str, folder: Path) -> Iterator[Path]:
    """A work tree of a revision, for as long as the block lasts."""
    git = ["git", "-C", str(ROOT), "worktree"]
    subprocess.run([*git, "add", "--detach", "--force", str(folder), revision], check=True, capture_output=True)
    try:
        yield folder
    finally:
        subprocess.run([*git, "remove", "--force", str(folder)], check=True, capture_output=True)


def started(tree: Path, folder: Path, issuer_port: int, dialect: str = "ascii") -> CentreProcess:
    """The centre of a work tree, behind it the neutral issuer; it runs on that tree's own specification."""
    specs = neutral_specs(folder / "specs", issuer_port, tree / "specs", dialect)
    with chdir(tree):
        return start_centre(folder / "var", ["--specs", str(specs), "--quiet"])


def turn(tools: LoadTools, centre: CentreProcess, case: Case, seconds: float) -> dict[str, float]:
    """One turn of the load on one centre."""
    pid = centre.process.pid
    figures = tools.load(centre.address("ascii")[1], *case.options(seconds), "--pid", str(pid))
    refuse_wrong(case, figures)
    return {"tps": float(figures["tps"]), "switch_us": float(figures["pid_cpu_us"]), "p50_us": float(figures["p50_us"])}


def one_round(
    tools: LoadTools, now: CentreProcess, before: CentreProcess, cases: list[Case], seconds: float, turns: int
) -> dict[str, Round]:
    """Every case on one pair of centres, by name; who goes first changes from turn to turn.

    A round is many short turns and not one long one, because the speed of a shared machine changes within a second by more than
    what is looked for.
    """
    found = {}
    for case in cases:
        for centre in (now, before):
            turn(tools, centre, case, 0.5)
        pairs = []
        for number in range(turns):
            order = (now, before) if number % 2 else (before, now)
            taken = {centre.process.pid: turn(tools, centre, case, seconds) for centre in order}
            pairs.append((taken[now.process.pid], taken[before.process.pid]))
        found[case.name] = Round(pairs)
    return found


def measure(
    tools: LoadTools, tree: Path, folder: Path, issuer_port: int, arguments: argparse.Namespace
) -> Iterator[dict[str, Round]]:
    """Round after round, each with two centres of its own."""
    cases = [case for case in CASES if arguments.only in (None, case.name)]
    for number in range(arguments.rounds):
        with ExitStack() as stack:
            first, second = ((ROOT, "now"), (tree, "before")) if number % 2 else ((tree, "before"), (ROOT, "now"))
            centres = {}
            for where, name in (first, second):
                centres[name] = started(where, folder / f"{name}-{number}", issuer_port, arguments.issuer)
                stack.callback(centres[name].stop)
            seconds = arguments.seconds / arguments.turns
            yield one_round(tools, centres["now"], centres["before"], cases, seconds, arguments.turns)


def row(case: Case, rounds: list[Round]) -> str:
    """One line of the table."""

    def cell(key: str) -> str:
        ratios = [one.ratio(key) for one in rounds]
        return f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"

    turns = [pair for one in rounds for pair in one.pairs]
    now = statistics.median(pair[0]["switch_us"] for pair in turns)
    before = statistics.median(pair[1]["switch_us"] for pair in turns)
    cpu = f"{now:.0f} and {before:.0f}"
    return f"| {case.name} | {cell('switch_us')} | {cell('tps')} | {cell('p50_us')} | {cpu} |"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.against")
    parser.add_argument("revision", help="an earlier commit or tag")
    parser.add_argument("--seconds", type=float, default=2.0, help="of load on each centre in a round (default 2)")
    parser.add_argument("--turns", type=int, default=8, help="into which those seconds are cut (default 8)")
    parser.add_argument("--rounds", type=int, default=9, help="of each case (default 9)")
    parser.add_argument("--issuer", choices=DIALECTS, default="ascii", help="dialect of the neutral issuer (default ascii)")
    parser.add_argument("--only", choices=[case.name for case in CASES], help="measure one case")
    parser.add_argument("--out", type=Path, default=RESULTS, help="file to write (default bench/against.md)")
    arguments = parser.parse_args()
    load = machine.load_average()
    with tempfile.TemporaryDirectory(prefix="switch-against-") as name, ExitStack() as stack:
        folder, port = Path(name), free_port()
        tools = built_below(folder)
        if tools is None:
            return 2
        tree = stack.enter_context(checkout(arguments.revision, folder / "tree"))
        stack.enter_context(listening(tools.isohost, port, "--dialect", arguments.issuer.replace("_", "-")))
        rounds: list[dict[str, Round]] = []
        for found in measure(tools, tree, folder, port, arguments):
            rounds.append(found)
            ratios = ", ".join(f"{name} {one.ratio('switch_us'):.2f}" for name, one in found.items())
            print(f"round {len(rounds)}, CPU: {ratios}", flush=True)
        lines = [row(case, [one[case.name] for one in rounds]) for case in CASES if case.name in rounds[0]]
        print("\n".join(lines))
    told = ["git", "-C", str(ROOT), "log", "-1", "--format=%h of %as, “%s”", arguments.revision]
    revision = subprocess.run(told, capture_output=True, text=True, check=True).stdout.strip()
    turn_seconds = arguments.seconds / arguments.turns
    note = NOTE.format(issuer=arguments.issuer, turn=turn_seconds, turns=arguments.turns, rounds=arguments.rounds, load=load)
    heads = [
        "| connections × window | CPU of the switch | transactions a second | p50 | µs/tx, now and before |",
        "|---|---|---|---|---|",
    ]
    machine.write_report(arguments.out, "Side by side", "against", [f"The earlier one is {revision}.", note], [*heads, *lines])
    return 0


if __name__ == "__main__":
    sys.exit(main())
