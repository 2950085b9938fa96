"""``python -m tests.deals.run 20000``: so many random deals, with kills, and nothing wrong is paid."""

from __future__ import annotations

import argparse
import asyncio
import secrets
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tests.deals.driver import FAULTS_SHOWN, Run, Wish
from tests.deals.openings import OPENINGS

DEALS: Final = 20_000
DEALS_A_KILL: Final = 1_000


def main(arguments: Sequence[str] | None = None) -> int:
    wanted = _parser().parse_args(arguments)
    kills = wanted.deals // DEALS_A_KILL if wanted.kills is None else wanted.kills
    numbers: Sequence[int] = range(wanted.deals)
    if wanted.deal is not None:
        numbers, kills = [wanted.deal], 0
    wish = Wish(wanted.seed, numbers, len(numbers), kills, frozenset(wanted.kinds.split(",")) - {""}, wanted.planted)
    print(f"seed {wanted.seed}: {len(numbers)} deals, {kills} kills", flush=True)
    if wanted.data is not None:
        return _run(wanted.data, wish, wanted.show)
    with tempfile.TemporaryDirectory(prefix="switch-deals-") as folder:
        return _run(Path(folder), wish, wanted.show)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.deals.run", description=__doc__)
    parser.add_argument("deals", type=int, nargs="?", default=DEALS, help="how many")
    parser.add_argument("--kills", type=int, help=f"kill -9 of the centre; else one for {DEALS_A_KILL} deals")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000), help="what is chosen by chance; else any")
    parser.add_argument("--deal", type=int, help="this one alone, without kills")
    parser.add_argument("--kinds", default="", help=f"openings, with commas between: {', '.join(OPENINGS)}; else all")
    parser.add_argument("--show", type=int, default=FAULTS_SHOWN, help="faults to print whole")
    parser.add_argument("--planted", action="store_true", help="a bank keeps what it is to give back, and has to be found")
    parser.add_argument("--data", type=Path, help="a new folder to keep; else one that is removed at the end")
    return parser


def _run(folder: Path, wish: Wish, show: int) -> int:
    folder.mkdir(exist_ok=True)
    run = Run(folder, wish)
    found = asyncio.run(run.live())
    for name, figure in sorted(run.figures.items()):
        print(f"{name:24}{figure}")
    for sentence in found[:show]:
        print(f"fault: {sentence}")
    summary = f"{len(found)} faults" if found else "every answer, every bank and every day agree with the rules"
    print(f"seed {wish.seed}: {len(run.deals)} deals: {summary}")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
