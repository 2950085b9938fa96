"""``python -m tests.page_kills.run 200``: so many kills of page, centre and shop, and everybody tells the same."""

from __future__ import annotations

import argparse
import secrets
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tests.page_kills.campaign import Campaign

KILLS = 200


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.page_kills.run", description=__doc__)
    parser.add_argument("kills", type=int, nargs="?", default=KILLS, help="kill -9 of page, centre, shop, or several at once")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000), help="what is chosen by chance; else any")
    parser.add_argument("--data", type=Path, help="a new folder to keep; else one that is removed at the end")
    wanted = parser.parse_args(arguments)
    print(f"seed {wanted.seed}: {wanted.kills} kills", flush=True)
    if wanted.data is not None:
        return _campaign(wanted.data, wanted.seed, wanted.kills)
    with tempfile.TemporaryDirectory(prefix="switch-page-kills-") as folder:
        return _campaign(Path(folder), wanted.seed, wanted.kills)


def _campaign(folder: Path, seed: int, kills: int) -> int:
    campaign = Campaign(folder, seed, lambda line: print(line, flush=True))
    campaign.run(kills)
    states = Counter(campaign.last.states.values()) if campaign.last else Counter()
    for name, figure in [*sorted(campaign.kills.items()), *sorted(campaign.figures.items()), *sorted(states.items())]:
        print(f"{figure:7}  {name}")
    seconds = sorted(campaign.seconds)
    print(f"seconds until all told the same: {seconds[len(seconds) // 2]:.1f} at the median, {seconds[-1]:.1f} at most")
    for sentence in campaign.faults:
        print(f"fault: {sentence}")
    ended = f"{len(campaign.faults)} faults" if campaign.faults else "page, shop, orders, journal and statement tell the same"
    print(f"seed {seed}: {ended}")
    return 1 if campaign.faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
