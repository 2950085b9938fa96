"""What card security costs in instructions, which no other process on the machine changes: ``python -m bench.instructions``.

Runs ``bench.in_process`` under valgrind for each kind and each side, and adds a table to ``bench/security.md``. It takes a
minute or two, and needs valgrind.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

from bench.in_process import COUNT, COUNTED, FIRST, NAMES, SIDES
from bench.security import INSTRUCTIONS, RESULTS

NOTE: Final = """\
Written by `python -m bench.instructions`: instructions for one purchase as valgrind counts them, in thousands, of the Python
that both processes run, without the system's share. They are the same on a busy machine and on a quiet one."""


def instructions(kind: str, side: str, *rules: str) -> float:
    """Of one purchase; ``rules`` as ``bench.in_process`` has them."""
    command = ["valgrind", "--tool=callgrind", "--instr-atstart=no", "--callgrind-out-file=/dev/null"]
    done = subprocess.run(
        [*command, sys.executable, "-m", "bench.in_process", kind, side, *rules],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONHASHSEED": "0", COUNTED: "1"},
        check=False,
    )
    found = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode or found is None:
        raise RuntimeError(done.stderr[-2_000:])
    return int(found[1]) / (COUNT - FIRST)


def rows(kinds: list[str]) -> list[str]:
    """A row a kind: the switch, the issuer, both, and plain purchases as a share of both."""
    found = {kind: [instructions(kind, side) / 1_000 for side in SIDES] for kind in kinds}
    plain = sum(found["plain"])
    lines = ["| kind | switch | issuer | both | a plain one takes |", "|---|---|---|---|---|"]
    for kind, (switch, issuer) in found.items():
        both = switch + issuer
        lines.append(f"| {NAMES[kind].name} | {switch:.0f} | {issuer:.0f} | {both:.0f} | {plain / both:.0%} |")
    return lines


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.instructions", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("kinds", nargs="*", default=list(NAMES), help=f"of {', '.join(NAMES)}; default all")
    parser.add_argument("--out", type=Path, default=RESULTS, help="file to add the table to (default bench/security.md)")
    arguments = parser.parse_args()
    table = rows(["plain", *(kind for kind in arguments.kinds if kind != "plain")])
    print("\n".join(table))
    before = arguments.out.read_text(encoding="utf-8").partition(f"\n{INSTRUCTIONS}")[0].rstrip()
    arguments.out.write_text("\n".join([before, "", INSTRUCTIONS, NOTE, "", *table, ""]), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
