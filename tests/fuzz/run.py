"""``python -m tests.fuzz.run 3600``: so many seconds of any bytes, split over the targets and the cores.

With atheris installed (``pip install atheris``; it is no dependency of anything here) each target is steered by which lines of
the code an input reaches; without it, or with ``--seeded``, inputs are made of good ones by a seed. Each input that finds
something is kept in a folder, and how to try it again is printed; the inputs themselves never are: they hold card numbers.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Final

from attrs import define

from tests.fuzz.mutator import Mutator
from tests.fuzz.targets import TARGETS, Finding, Target, Watch

SECONDS: Final = 3_600
NICENESS: Final = 10
#: How the time is shared out: whole turns have the most to lose.
SHARES: Final = {"specs": 3, "scenario": 1, "capture": 3, "decode": 3, "recognize": 3, "turns": 7}


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.run", description=__doc__)
    parser.add_argument("seconds", type=float, nargs="?", default=SECONDS, help="in all, one process after the other")
    parser.add_argument("--target", choices=TARGETS, help="this one alone, in this process, without atheris")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000), help="what is chosen by chance; else any")
    parser.add_argument("--seeded", action="store_true", help="without atheris, though it is there")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="how many at once; else one a core")
    parser.add_argument("--folder", type=Path, help="where inputs are kept; else a new one")
    parser.add_argument("--replay", type=Path, help="an input to try again, of --target")
    wanted = parser.parse_args(arguments)
    if wanted.replay is not None:
        TARGETS[wanted.target or parser.error("--replay needs --target")].run(wanted.replay.read_bytes())
        print("nothing is wrong with it any more")
        return 0
    folder = wanted.folder or Path(tempfile.mkdtemp(prefix="switch-fuzz-"))
    if wanted.target is not None:
        Trial.of(wanted.target, folder).by_the_seed(wanted.seconds, wanted.seed)
        return 0
    steered = not wanted.seeded and importlib.util.find_spec("atheris") is not None
    print(f"seed {wanted.seed}: {wanted.seconds:g} s, {'steered by atheris' if steered else 'by the seed alone'}", flush=True)
    return _all(wanted, folder, steered=steered)


def _all(wanted: argparse.Namespace, folder: Path, *, steered: bool) -> int:
    """Every target in a process of its own, as many at once as there are cores."""
    whole = sum(SHARES.values())

    def one(name: str) -> tuple[str, int, str]:
        seconds = wanted.seconds * SHARES[name] / whole
        if steered:
            words = ["tests.fuzz.steered", name, str(seconds), str(wanted.seed), str(folder)]
        else:
            words = ["tests.fuzz.run", str(seconds), "--target", name, "--seed", str(wanted.seed), "--folder", str(folder)]
        command = [sys.executable, "-m", *words]
        done = subprocess.run(command, capture_output=True, text=True, preexec_fn=lambda: os.nice(NICENESS))
        lines = [line for line in done.stdout.splitlines() if not line.startswith(("INFO", "#"))]
        ended = done.returncode == 0 and any(line.startswith(name) for line in lines)
        return name, done.returncode, "\n".join(lines if ended else [*lines, *done.stderr.splitlines()[-20:]])

    with ThreadPoolExecutor(max_workers=wanted.jobs) as pool:
        for name, code, told in pool.map(one, sorted(SHARES, key=lambda name: -SHARES[name])):
            print(told if code == 0 else f"{name}: ended with {code}\n{told}", flush=True)
    found = sorted(path.name for path in folder.glob("*.input"))
    print(f"{len(found)} findings in {folder}" if found else "nothing but named errors")
    return 1 if found else 0


@define
class Trial:
    """One target being tried: each finding is told once and kept."""

    target: Target
    watch: Watch
    folder: Path

    @classmethod
    def of(cls, name: str, folder: Path) -> Trial:
        folder.mkdir(parents=True, exist_ok=True)
        return cls(TARGETS[name], Watch(TARGETS[name]), folder)

    def __call__(self, data: bytes) -> None:
        found = self.watch(data)
        if found is not None:
            print(self._kept(found), flush=True)

    def by_the_seed(self, seconds: float, seed: int) -> None:
        """Inputs made of good ones, for so long."""
        mutator = Mutator(self.target.seeds(), self.target.words, Random(f"{seed} {self.target.name}"))
        ends = time.monotonic() + seconds
        for good in mutator.seeds:
            self(good)
        while time.monotonic() < ends:
            self(mutator.next())
        self.sum_up()

    def sum_up(self) -> None:
        watch = self.watch
        figures = f"{watch.count} inputs, the slowest {watch.slowest_seconds:.2f} s of CPU"
        print(f"{self.target.name}: {figures}, {len(watch.findings)} findings", flush=True)

    def _kept(self, found: Finding) -> str:
        path = self.folder / f"{self.target.name}-{sha256(found.mark.encode()).hexdigest()[:12]}.input"
        path.write_bytes(found.data)
        path.chmod(0o600)
        return f"{found.story}\n  again: python -m tests.fuzz.run --target {self.target.name} --replay {path}"


if __name__ == "__main__":
    raise SystemExit(main())
