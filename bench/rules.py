"""What five hundred rules cost that match nothing: ``python -m bench.rules``.

For each kind of five hundred, two new centres run at once, each on its own journal, before the same neutral issuer: one with
the rules and one without. The load goes to one and to the other by turns; each round gives a ratio, and the median counts.
Writes ``bench/rules.md``.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from bench import machine
from bench.against import Round, row
from bench.in_process import NO_RULES
from bench.instructions import instructions
from bench.load_tools import LoadTools, built_below
from bench.run import CASES, Case, free_port, listening, neutral_specs, refuse_wrong
from switch.centre.as_process import CentreProcess, start_centre

RESULTS = Path(__file__).parent / "rules.md"
RULES: Final = 500
TURNS: Final = 8  #: into which the seconds of a round are cut, for the machine changes its speed within a second
THROUGHPUT_LEAST: Final = 0.90  #: of a centre without rules
API: Final = "none, but the control API is on and idle"
API_THROUGHPUT_LEAST: Final = 0.98  #: of a centre without the API
#: What five hundred rules ask for -> the conditions of the one of a number; none is true of what the generator sends.
KINDS: Final[dict[str, Callable[[int], str]]] = {
    "a card each": lambda number: f"card=951111{number:010d}",
    "any, all, not": lambda number: GROUPED[number % len(GROUPED)](number),
    "at issuers": lambda number: AT_ISSUERS[number % len(AT_ISSUERS)](number),
    "a bit of everything": lambda number: EVERYTHING[number % len(EVERYTHING)](number),
    "elements and ranges of amounts": lambda number: f"de25={number % 40 + 40:02d} amount={50_000 + number}..{51_000 + number}",
}
EVERYTHING: Final[tuple[Callable[[int], str], ...]] = (
    lambda number: f"card=951111{number:010d} class=request",
    lambda number: f"bin=94{number:04d}",
    lambda number: f"merchant=NOSHOP{number:05d}",
    lambda number: f"terminal=NO{number:05d}",
    lambda number: f"amount={70_000 + number}",
    lambda number: f"class=reversal amount={number}..{number + 100}",
    lambda number: f"mcc={9_000 + number}",
    lambda number: f"issuer=atlas amount={number + 1_000}..{number + 1_010}",
    lambda number: f"type=refund terminal=NO{number:05d}",
    lambda number: f"de43=NOWHERE{number}",
    lambda number: f"merchant=NOSHOP{number:05d} nth=2 per=merchant",
    lambda number: f"terminal=NO{number:05d} chance=10%",
    lambda number: f"card=951111{number:010d} times=3",
    lambda number: f"date=2031-01-{number % 28 + 1:02d} mcc={number % 9_000 + 1_000}",
    lambda number: GROUPED[number % len(GROUPED)](number),
)
#: Conditions with groups are tables.
GROUPED: Final[tuple[Callable[[int], str], ...]] = (
    lambda number: f'when.any = [{{ card = "951111{number:010d}" }}, {{ merchant = "NOSHOP{number}" }}]',
    lambda number: f'when.all = [{{ terminal = "NO{number:05d}" }}, {{ any = [{{ type = "refund" }}, {{ bin = "9" }}] }}]',
    lambda number: f'when = {{ amount = "{70_000 + number}", not = {{ issuer = "vesta" }} }}',
)
AT_ISSUERS: Final[tuple[Callable[[int], str], ...]] = (
    lambda number: f"at=issuer card=951111{number:010d}",
    lambda number: f"at=issuer issuer=vesta amount={70_000 + number}..{80_000 + number}",
    lambda number: f"at=issuer class=reversal de43=NOWHERE{number}",
)
COUNTED_HEADING: Final = "## In instructions"
COUNTED_NOTE: Final = """\
Written by `python -m bench.rules --counted`: instructions of the switch for one purchase as valgrind counts them, without
sockets and without the system's share. They are the same on a busy machine and on a quiet one."""
MEASURED: Final = (CASES[1],)  #: 4×16
NOTE = """\
Two centres at a time, each on its own durable journal, before the same neutral issuer; one has {rules} rules of which none
matches, the other has none. The load goes to one and to the other by turns of {seconds:g} s, {turns} of them each in a round,
{rounds} rounds a case, after a warm-up. A ratio is the centre with rules divided by the one without, in two turns that follow
one another, the median of a round; a cell is the median of the rounds, with the least and the most in brackets.
Throughput must be at least {least:.0%}, and {api:.0%} with the control API on and no rule.
On a machine that others use, rounds of one case differ by half, and the instructions below say more.
Load average before the run: {load:.1f}."""


def scenario(folder: Path, kind: str) -> Path:
    """A file of five hundred rules."""
    rules = [KINDS[kind](number) for number in range(RULES)]
    lines = ",\n".join(f'  "{rule} -> 91"' for rule in rules if not rule.startswith("when"))
    tables = "\n".join(f'[[rule]]\n{rule}\nthen = "91"' for rule in rules if rule.startswith("when"))
    path = folder / f"{kind.replace(' ', '-')}.toml"
    path.write_text(f'purpose = "none of them matches"\nrules = [\n{lines}\n]\n\n{tables}\n', encoding="utf-8")
    return path


def turn(tools: LoadTools, centre: CentreProcess, case: Case, seconds: float) -> dict[str, float]:
    """One turn of the load on one centre; both have been warm for long."""
    figures = tools.load(centre.address("ascii")[1], *case.options(seconds), "--warmup", "0", "--pid", str(centre.process.pid))
    refuse_wrong(case, figures)
    return {"tps": float(figures["tps"]), "switch_us": float(figures["pid_cpu_us"]), "p50_us": float(figures["p50_us"])}


def measure(
    tools: LoadTools, ruled: CentreProcess, plain: CentreProcess, case: Case, arguments: argparse.Namespace
) -> list[Round]:
    """The rounds of one case, each with the centre that has rules first in its pair; who goes first changes."""
    for centre in (ruled, plain):
        turn(tools, centre, case, 0.5)
    rounds = []
    for _ in range(arguments.rounds):
        pairs = []
        for number in range(TURNS):
            order = (ruled, plain) if number % 2 else (plain, ruled)
            taken = {centre.process.pid: turn(tools, centre, case, arguments.seconds / TURNS) for centre in order}
            pair = taken[ruled.process.pid], taken[plain.process.pid]
            pairs += [pair] if all(all(figures.values()) for figures in pair) else []  # nothing came in so short a turn
        rounds += [Round(pairs)] if pairs else []
    return rounds


def counted(folder: Path) -> list[str]:
    """A table of instructions, with and without rules, without sockets: the same on a busy machine and on a quiet one."""
    plain = instructions("plain", "switch", NO_RULES) / 1_000
    rows = [
        COUNTED_HEADING,
        COUNTED_NOTE,
        "",
        "| 500 rules of | instructions a purchase, thousands | of those without rules |",
        "|---|---|---|",
    ]
    for kind in KINDS:
        found = instructions("plain", "switch", str(scenario(folder, kind))) / 1_000
        rows.append(f"| {kind} | {found:.1f} | {found / plain:.3f} |")
        print(rows[-1], flush=True)
    return [*rows, f"| none | {plain:.1f} | 1 |"]


def _with_rules(folder: Path) -> Iterator[tuple[str, list[str], float]]:
    """Each kind of five hundred rules, the options that load them, and what throughput may come to."""
    for kind in KINDS:
        yield kind, ["--scenario", str(scenario(folder, kind))], THROUGHPUT_LEAST


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.rules")
    parser.add_argument("--seconds", type=float, default=2.0, help="of load on each centre in a round (default 2)")
    parser.add_argument("--rounds", type=int, default=9, help="of each case (default 9)")
    parser.add_argument("--counted", action="store_true", help="count instructions under valgrind alone, and add a table")
    parser.add_argument("--out", type=Path, default=RESULTS, help="file to write (default bench/rules.md)")
    arguments = parser.parse_args()
    if arguments.counted:
        with tempfile.TemporaryDirectory(prefix="switch-rules-") as name:
            table = counted(Path(name))
        before = arguments.out.read_text(encoding="utf-8").partition(f"\n{COUNTED_HEADING}")[0].rstrip()
        arguments.out.write_text("\n".join([before, "", *table, ""]), encoding="utf-8")
        return 0
    load, rows, short = machine.load_average(), list[str](), list[str]()
    with tempfile.TemporaryDirectory(prefix="switch-rules-") as name, ExitStack() as stack:
        folder, port = Path(name), free_port()
        tools = built_below(folder)
        if tools is None:
            return 2
        stack.enter_context(listening(tools.isohost, port))
        specs = ["--specs", str(neutral_specs(folder / "specs", port))]
        for kind, options, least in [*_with_rules(folder), (API, ["--api"], API_THROUGHPUT_LEAST)]:
            mine = folder / kind.replace(" ", "-")  # both are new: a journal that has grown costs more
            plain, other = (
                start_centre(mine / name, [*specs, "--quiet", *given]) for name, given in (("a", []), ("b", options))
            )
            try:
                for case in MEASURED:
                    rounds = measure(tools, other, plain, case, arguments)
                    rows.append(row(case, rounds).replace("|", f"| {kind} |", 1))
                    print(rows[-1], flush=True)
                    if statistics.median(each.ratio("tps") for each in rounds) < least:
                        short.append(f"{kind}, {case.name}: found less than {least:.0%} of the throughput without")
            finally:
                plain.stop()
                other.stop()
    heads = [
        "| 500 rules of | connections × window | CPU of the switch | transactions a second | p50 | µs/tx, with and without |",
        "|---|---|---|---|---|---|",
    ]
    note = NOTE.format(
        rules=RULES,
        seconds=arguments.seconds / TURNS,
        turns=TURNS,
        rounds=arguments.rounds,
        least=THROUGHPUT_LEAST,
        api=API_THROUGHPUT_LEAST,
        load=load,
    )
    machine.write_report(arguments.out, "What rules cost that match nothing", "rules-bench", [note], [*heads, *rows])
    for each in short:
        print(f"bench: {each}", file=sys.stderr)
    return 1 if short else 0


if __name__ == "__main__":
    sys.exit(main())
