"""What TLS costs, measured: ``python -m bench.tls``.

The load generator speaks plain TCP, so stunnel stands before it and makes TLS of it; its CPU is stated apart. Plain lines and
lines of TLS run by turns against one centre with a neutral issuer behind it. Writes ``bench/tls.md``.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from attrs import frozen

from bench import machine
from bench.load_tools import LoadTools, NoLoadToolsError, build
from bench.run import CASES, LISTEN_SECONDS_MAX, Case, _open, free_port, listening, neutral_specs, refuse_wrong
from switch.centre.as_process import CentreProcess, running_centre
from switch.data_folder.certificates import make_certificates

RESULTS = Path(__file__).parent / "tls.md"
MEASURED = (CASES[0], CASES[1], CASES[2], CASES[5])  #: 1×1, 4×16, 4×64, and 1,000 tx/s
LISTENER = """
[[listener]]
name = "secure"
port = 8590
dialect = "ascii"
header = "2b"

[listener.tls]
certificate = "certificates/server.pem"
key = "certificates/server.key"
"""
STUNNEL = """\
foreground = yes
debug = err
pid =

[load]
client = yes
accept = 127.0.0.1:{ours}
connect = 127.0.0.1:{theirs}
CAfile = {ca}
verifyChain = yes
checkHost = localhost
TIMEOUTclose = 0
"""
NOTE = """\
Each case is run {repeats} times for {seconds:g} s on plain lines and on TLS by turns, against one centre; a cell is the median,
with the least and the most in brackets. The generator speaks plain TCP: {stunnel} stands before it, on the same cores, so
transactions a second say as much of that as of the centre; CPU for a transaction is each program's own. TLS 1.3, AES-256-GCM,
a certificate of ECDSA P-256. The load average before the run was {load:.1f}: above 0.5 somebody else was at work too."""


class NoStunnelError(Exception):
    """The program is not installed."""


@frozen(kw_only=True)
class Measured:
    """The figures of one case on lines of one kind."""

    case: Case
    kind: str
    runs: tuple[dict[str, Any], ...]

    def cell(self, key: str, scale: float = 1.0, decimals: int = 0) -> str:
        values = sorted(run[key] * scale for run in self.runs)
        low, middle, high = (f"{value:,.{decimals}f}" for value in (values[0], values[len(values) // 2], values[-1]))
        return f"{middle} ({low} to {high})"


def stunnel_program() -> str:
    """SWITCH_STUNNEL, else what is installed."""
    found = os.environ.get("SWITCH_STUNNEL") or shutil.which("stunnel4") or shutil.which("stunnel")
    if found is None:
        raise NoStunnelError("stunnel is not installed (apt install stunnel4), and the load generator speaks no TLS")
    return found


@contextlib.contextmanager
def stunnel(program: str, folder: Path, theirs: int, ca: Path) -> Iterator[tuple[int, int]]:
    """A port whose bytes go to another over TLS, and the process that does it."""
    ours, config = free_port(), folder / "stunnel.conf"
    config.write_text(STUNNEL.format(ours=ours, theirs=theirs, ca=ca), encoding="utf-8")
    process = subprocess.Popen([program, str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + LISTEN_SECONDS_MAX
        while not _open(ours):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{program} does not listen on port {ours}")
            time.sleep(0.01)
        yield ours, process.pid
    finally:
        process.kill()
        process.wait()


def measure(
    tools: LoadTools,
    centre: CentreProcess,
    secure_port: int,
    beside: tuple[int, int],
    arguments: argparse.Namespace,
    cases: tuple[Case, ...],
) -> list[Measured]:
    """``beside`` are the processes of stunnel and of the issuer."""
    pids = (centre.process.pid, *beside)
    ports = {"plain": centre.address("ascii")[1], "TLS": secure_port}
    rows = []
    for case in cases:
        runs: dict[str, list[dict[str, Any]]] = {kind: [] for kind in ports}
        for _ in range(arguments.repeats):
            for kind, port in ports.items():
                figures = tools.load(port, *case.options(arguments.seconds), "--pid", ",".join(map(str, pids)))
                refuse_wrong(case, figures)
                figures["switch_us"], figures["stunnel_us"], _ = (figures["pids"][str(pid)] for pid in pids)
                runs[kind].append(figures)
                said = (
                    f"{figures['tps']:,.0f} tx/s, switch {figures['switch_us']:.0f}, stunnel {figures['stunnel_us']:.0f} µs/tx"
                )
                print(f"  {case.name} {kind}: {said}", flush=True)
        rows += [Measured(case=case, kind=kind, runs=tuple(found)) for kind, found in runs.items()]
    return rows


def measured(
    tools: LoadTools, program: str, folder: Path, arguments: argparse.Namespace, cases: tuple[Case, ...]
) -> list[Measured]:
    """All cases on plain lines and on TLS."""
    port = free_port()
    specs = neutral_specs(folder / "specs", port)
    make_certificates(specs / "certificates", (), datetime.now(UTC))
    with (specs / "centre.toml").open("a", encoding="utf-8") as file:
        file.write(LISTENER)
    with (
        listening(tools.isohost, port) as issuer_pid,
        running_centre(folder / "data", ["--specs", str(specs), "--quiet"]) as centre,
        stunnel(program, folder, centre.address("secure")[1], specs / "certificates" / "ca.pem") as (ours, stunnel_pid),
    ):
        return measure(tools, centre, ours, (stunnel_pid, issuer_pid), arguments, cases)


def table(rows: list[Measured]) -> list[str]:
    lines = [
        "| connections × window | line | tx/s | p50 ms | p99 ms | switch µs/tx | stunnel µs/tx |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        beside = row.cell("stunnel_us") if row.kind == "TLS" else "–"
        cells = (row.case.name, row.kind, row.cell("tps"), row.cell("p50_us", 0.001, 2), row.cell("p99_us", 0.001, 2))
        lines.append("| " + " | ".join((*cells, row.cell("switch_us"), beside)) + " |")
    return lines


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.tls", description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--seconds", type=float, default=5.0, help="of each run (default 5)")
    parser.add_argument("--repeats", type=int, default=3, help="of each case and kind of line (default 3)")
    parser.add_argument("--data", type=Path, help="folder for the data: the disk to measure (default: a temporary one)")
    parser.add_argument("--out", type=Path, default=RESULTS, help="file to write (default bench/tls.md)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="switch-bench-", dir=arguments.data) as name:
        folder = Path(name)
        try:
            program = stunnel_program()
            (folder / "tools").mkdir()
            tools = build(folder / "tools")
        except (NoStunnelError, NoLoadToolsError) as missing:
            print(f"bench: {missing}", file=sys.stderr)
            return 2
        load = machine.load_average()
        rows = measured(tools, program, folder, arguments, MEASURED)
    note = NOTE.format(repeats=arguments.repeats, seconds=arguments.seconds, stunnel=_version(program), load=load)
    head = [
        "# What TLS costs",
        "",
        f"Written by `python -m bench.tls` on {datetime.now(UTC):%Y-%m-%d %H:%M} UTC: {machine.description()}.",
    ]
    arguments.out.write_text("\n".join([*head, "", note, "", *table(rows)]) + "\n", encoding="utf-8")
    print(f"wrote {arguments.out}")
    return 0


def _version(program: str) -> str:
    said = subprocess.run([program, "-version"], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    line = next((line for line in (said.stdout + said.stderr).splitlines() if line.startswith("stunnel ")), "stunnel")
    return " ".join(line.split()[:2])


if __name__ == "__main__":
    sys.exit(main())
