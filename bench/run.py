"""How fast the switch is, durable, measured by a neutral load generator: ``python -m bench.run``.

For each issuer behind the switch (the neutral one, our own processes) and each case: transactions a second, latency, CPU of the
switch and of the issuer for one transaction, resident memory. Beside them, as units of the machine in the same run: the least
a switch can do (isorelay), pyiso8583's decode of the same message, a durable page on the disk. Writes ``bench/results.md``.
"""

from __future__ import annotations

import argparse
import contextlib
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from attrs import frozen

from bench import codec, machine, peers
from bench.load_tools import LoadTools, NoLoadToolsError, build
from switch.centre.as_process import running_centre
from switch.specs.folder import default_folder
from switch.specs.load import load_specs

RESULTS = Path(__file__).parent / "results.md"
ISSUER = "vesta"  #: where the generator's card numbers lead
CURRENCY = ("--set", "49=504")
LISTEN_SECONDS_MAX = 5.0
REFERENCE_DECODE_US = 25.0  #: pyiso8583's decode of the 17-element message on the machine the reach was set on
NOTE = """\
A machine shared with others changes its speed from minute to minute, so beside every run stands the unit it is to be read in:
what pyiso8583 takes, at that moment, to decode the same 17-element message. Where the reach was set it takes 25 µs.

Each case is run {repeats} times for {seconds:g} s after a warm-up; a cell is the median, with the least and the most in
brackets. Generator, switch and issuer share the machine's cores, so CPU for a transaction (µs/tx) says more than transactions a
second; on a shared machine the best of the runs is nearest to what the code can do. The load average before the run was
{load:.1f}: above 0.5 somebody else was at work too. The journal is durable: an answer leaves after its commit (WAL, synchronous
FULL)."""


@frozen(kw_only=True)
class Case:
    """Connections, window (requests outstanding on each), and transactions a second where they are fixed."""

    connections: int
    window: int
    rate: int | None = None

    @property
    def name(self) -> str:
        return f"{self.connections}×{self.window}" + (f" at {self.rate}/s" if self.rate else "")

    def options(self, seconds: float) -> tuple[str, ...]:
        fixed = ("--rate", str(self.rate)) if self.rate else ()
        return ("-c", str(self.connections), "-w", str(self.window), "-d", f"{seconds:g}", *CURRENCY, *fixed)


CASES = (
    Case(connections=1, window=1),
    Case(connections=4, window=16),
    Case(connections=4, window=64),
    Case(connections=32, window=64),
    Case(connections=32, window=1),
    Case(connections=4, window=16, rate=1000),
)


@frozen(kw_only=True)
class Row:
    """The figures of one case, one for each repeat."""

    case: Case
    runs: tuple[dict[str, Any], ...]

    def median(self, key: str) -> float:
        return statistics.median(float(run[key]) for run in self.runs)

    def cell(self, key: str, scale: float = 1.0, decimals: int = 0) -> str:
        """Median (least to most)."""
        values = [run[key] * scale for run in self.runs]
        low, middle, high = (f"{value:,.{decimals}f}" for value in (min(values), statistics.median(values), max(values)))
        return f"{middle} ({low} to {high})" if len(values) > 1 else middle


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.create_server(("127.0.0.1", 0)) as sock:
        return int(sock.getsockname()[1])


def listening(program: Path, port: int, *options: str) -> contextlib.AbstractContextManager[int]:
    """A load tool that listens on a port, for as long as the block lasts; its process id."""
    return serving([str(program), "-p", str(port), *options], port)


@contextlib.contextmanager
def serving(command: list[str], port: int) -> Iterator[int]:
    """A program that listens on a port, for as long as the block lasts; its process id."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + LISTEN_SECONDS_MAX
        while not _open(port):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{command[0]} does not listen on port {port}")
            time.sleep(0.01)
        yield process.pid
    finally:
        process.kill()
        process.wait()


def _open(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def neutral_specs(folder: Path, port: int, default: Path | None = None, dialect: str = "ascii") -> Path:
    """The default specification, but the generator's cards answered for by the neutral issuer on a port, in its dialect."""
    shutil.copytree(default or default_folder(), folder)
    file = folder / "issuers" / f"{ISSUER}.toml"
    text = file.read_text(encoding="utf-8")
    text = re.sub(r"(?m)^address = .*$", f'address = "127.0.0.1:{port}"\nprocess = "external"', text, count=1)
    text = re.sub(r"(?m)^dialect = .*$", f'dialect = "{dialect}"', text, count=1)
    text = re.sub(r"(?m)^header = .*$", 'header = "2b"', text, count=1)
    file.write_text(text, encoding="utf-8")
    return folder


def measure(
    tools: LoadTools,
    folder: Path,
    cases: tuple[Case, ...],
    arguments: argparse.Namespace,
    specs: Path | None,
    issuer_pid: int | None,
) -> list[Row]:
    """All cases against one centre. ``issuer_pid`` is the neutral issuer's; None takes our own."""
    rows = []
    options = ["--specs", str(specs)] if specs else []
    with running_centre(folder, [*options, "--quiet"]) as centre:
        switch_pid, behind = centre.process.pid, issuer_pid or centre.issuer_pid(ISSUER)
        _, port = centre.address("ascii")
        for case in cases:
            runs = []
            for _ in range(arguments.repeats):
                unit_us = codec.unit_us()
                figures = tools.load(port, *case.options(arguments.seconds), "--pid", f"{switch_pid},{behind}")
                refuse_wrong(case, figures)
                figures["switch_us"], figures["issuer_us"] = (figures["pids"][str(pid)] for pid in (switch_pid, behind))
                figures["unit_us"] = (unit_us + codec.unit_us()) / 2
                figures["switch_units"] = figures["switch_us"] / figures["unit_us"]
                figures["resident_mib"] = machine.resident_mib(switch_pid)
                runs.append(figures)
                print(f"  {case.name}: {figures['tps']:,.0f} tx/s, switch {figures['switch_us']:.0f} µs/tx", flush=True)
            rows.append(Row(case=case, runs=tuple(runs)))
        assert centre.stop() == 0
    return rows


def refuse_wrong(case: Case, figures: dict[str, Any]) -> None:
    wrong = {key: figures[key] for key in ("declined", "unmatched", "bad_rrn", "unparsable") if figures[key]}
    if wrong:
        raise RuntimeError(f"{case.name}: the run is not valid: {wrong}")


def relay(tools: LoadTools, arguments: argparse.Namespace) -> Row:
    """The least a switch can do, two hops, no journal: the unit of the machine."""
    case, host, port = CASES[1], free_port(), free_port()
    with listening(tools.isohost, host), listening(tools.isorelay, port, "-i", str(host)) as pid:
        runs = [tools.load(port, *case.options(arguments.seconds), "--pid", str(pid)) for _ in range(arguments.repeats)]
    return Row(case=case, runs=tuple(runs))


def other(tools: LoadTools, arguments: argparse.Namespace) -> Row:
    """iso8583sim under the same load: it answers 00 to everything, and routes and keeps nothing."""
    case, port = CASES[1], free_port()
    with serving(peers.serve_command(arguments.iso8583sim, port), port) as pid:
        runs = [tools.load(port, *case.options(arguments.seconds), "--pid", str(pid)) for _ in range(arguments.repeats)]
    return Row(case=case, runs=tuple(runs))


def headline(row: Row) -> str:
    """What a transaction costs, in one line."""
    speed = f"{row.median('tps'):,.0f} tx/s, {row.median('switch_us'):.0f} µs of CPU a transaction"
    latency = f"p50 {row.median('p50_us') / 1000:.2f} ms, p99 {row.median('p99_us') / 1000:.2f} ms"
    how = "each answer leaves after it is on the disk"
    return f"**In one line: {speed}, {latency}; {row.case.name}, {machine.description()}; {how}. `make bench` repeats it.**"


def others_section(ours: Row, theirs: Row | None, program: Path | None) -> list[str]:
    """Others in the same run, where one was measured, and what others publish."""
    lines = ["", "## Others", ""]
    if theirs is not None and program is not None:
        lines += [
            f"iso8583sim {peers.version_of(program)} in the same run, under the same load ({theirs.case.name}, one message).",
            "It answers 00 to everything: it routes nothing, asks no bank and writes nothing down.",
            "",
            "| product | tx/s | p50 ms | p99 ms | CPU µs/tx |",
            "|---|---|---|---|---|",
        ]
        for name, row, key in (("Switch, durable", ours, "switch_us"), ("iso8583sim", theirs, "pid_cpu_us")):
            cells = (name, row.cell("tps"), row.cell("p50_us", 0.001, 2), row.cell("p99_us", 0.001, 2), row.cell(key))
            lines.append("| " + " | ".join(cells) + " |")
        lines.append("")
    return [
        *lines,
        "What others publish was taken otherwise, and is not to be divided by the figures above:",
        "",
        *peers.published_table(),
    ]


def rows_table(rows: list[Row]) -> list[str]:
    """The figures of one issuer as a Markdown table."""
    lines = [
        "| connections × window | tx/s | p50 ms | p99 ms | switch µs/tx | unit µs | in units | issuer µs/tx | resident MiB |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        cells = (
            row.case.name,
            row.cell("tps"),
            row.cell("p50_us", 0.001, 2),
            row.cell("p99_us", 0.001, 2),
            row.cell("switch_us"),
            row.cell("unit_us"),
            row.cell("switch_units", 1, 2),
            row.cell("issuer_us"),
            row.cell("resident_mib"),
        )
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def units_table(least: Row, sync: tuple[float, float]) -> list[str]:
    """The units of the machine as a Markdown table."""
    return [
        "| unit of the machine | figure |",
        "|---|---|",
        f"| isorelay and isohost, {least.case.name}, no journal | {least.cell('tps')} tx/s |",
        f"| CPU of isorelay | {least.cell('pid_cpu_us', 1, 1)} µs/tx |",
        f"| a page appended and durable (fdatasync) | p50 {sync[0]:,.0f} µs, p99 {sync[1]:,.0f} µs |",
    ]


def reach_table(neutral: list[Row], own: list[Row], codecs: list[codec.Figures]) -> list[str]:
    """What was to be reached, what was measured, and what that is where the unit is 25 µs."""
    behind = {(who, row.case.name): row for who, rows in (("neutral", neutral), ("own", own)) for row in rows}
    lines = ["| figure | reach | measured | where the unit is 25 µs |", "|---|---|---|---|"]

    def add(figure: str, reach: str, row: Row, key: str, scale: float, decimals: int, unit: str, faster: int) -> None:
        value = row.median(key) * scale
        there = value * (REFERENCE_DECODE_US / row.median("unit_us")) ** faster
        lines.append(f"| {figure} | {reach} {unit} | {value:,.{decimals}f} | {there:,.{decimals}f} |")

    for who, name, reach in (("neutral", "4×16", "≥ 15,000"), ("neutral", "4×64", "≥ 20,000"), ("own", "4×64", "≥ 10,000")):
        add(f"{who} issuer, {name}", reach, behind[who, name], "tps", 1, 0, "tx/s", -1)
    add("switch CPU, durable, 4×64", "≤ 45", behind["neutral", "4×64"], "switch_us", 1, 0, "µs/tx", 1)
    steady = behind["neutral", "4×16 at 1000/s"]
    add("at 1,000 tx/s, p50", "≤ 0.8", steady, "p50_us", 0.001, 2, "ms", 1)
    add("at 1,000 tx/s, p99", "≤ 2", steady, "p99_us", 0.001, 2, "ms", 1)
    lines.append(
        f"| resident memory of the switch | ≤ 80 MiB | {max(row.median('resident_mib') for row in neutral):.0f} | the same |"
    )
    for figure, place in (("decode", 2), ("encode", 3)):
        value, unit_us = float(codecs[0][place]), float(codecs[0][4])
        there = value * REFERENCE_DECODE_US / unit_us
        lines.append(f"| {figure}, 17 elements, validated | ≤ 4 µs | {value:.1f} | {there:.1f} |")
    return lines


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.run", description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument(
        "--seconds", type=float, default=2.0, help="of each run (default 2; in 5 our issuers' accounts run dry)"
    )
    parser.add_argument("--repeats", type=int, default=3, help="of each case (default 3)")
    parser.add_argument("--data", type=Path, help="folder for the data: the disk to measure (default: a temporary one)")
    parser.add_argument("--iso8583sim", type=Path, help="command of iso8583sim, to be measured in the same run (default: not)")
    parser.add_argument("--out", type=Path, default=RESULTS, help="file to write (default bench/results.md)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="switch-bench-", dir=arguments.data) as name:
        folder = Path(name)
        try:
            (folder / "tools").mkdir()
            tools = build(folder / "tools")
        except NoLoadToolsError as missing:
            print(f"bench: {missing}", file=sys.stderr)
            return 2
        load = machine.load_average()
        line, sections = _sections(tools, folder, arguments)
    note = NOTE.format(repeats=arguments.repeats, seconds=arguments.seconds, load=load)
    head = [
        "# How fast",
        "",
        f"Written by `make bench` on {datetime.now(UTC):%Y-%m-%d %H:%M} UTC: {machine.description()}.",
        "",
        line,
        "",
        note,
    ]
    arguments.out.write_text("\n".join([*head, *sections]) + "\n", encoding="utf-8")
    print(f"wrote {arguments.out}")
    return 0


def _sections(tools: LoadTools, folder: Path, arguments: argparse.Namespace) -> tuple[str, list[str]]:
    """The headline, and all that is measured, each part as the lines of a section."""
    print("units of the machine", flush=True)
    least, sync = relay(tools, arguments), machine.sync_microseconds(folder)
    codecs = codec.measure(load_specs())
    print("neutral issuer", flush=True)
    port = free_port()
    with listening(tools.isohost, port) as issuer_pid:
        specs = neutral_specs(folder / "specs", port)
        neutral = measure(tools, folder / "neutral", CASES, arguments, specs, issuer_pid)
    print("own issuers", flush=True)
    own = measure(tools, folder / "own", CASES, arguments, None, None)
    theirs = other(tools, arguments) if arguments.iso8583sim is not None else None
    return headline(neutral[1]), [
        "",
        "## The neutral issuer behind the switch",
        "",
        *rows_table(neutral),
        "",
        "## Our own issuer processes behind the switch",
        "",
        *rows_table(own),
        "",
        "## The codec, 17 elements, every value validated",
        "",
        *codec.table(codecs),
        "",
        "## The machine in the same run",
        "",
        *units_table(least, sync),
        "",
        "## What was to be reached",
        "",
        *reach_table(neutral, own, codecs),
        "",
        "Latency is mostly the disk's: an answer waits for one fdatasync, and its figure stands above.",
        *others_section(neutral[1], theirs, arguments.iso8583sim),
    ]


if __name__ == "__main__":
    sys.exit(main())
