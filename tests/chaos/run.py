"""``python -m tests.chaos.run 200 50``: so many kills of the switch and of issuers on one data folder, and nothing is lost."""

from __future__ import annotations

import argparse
import secrets
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.chaos.campaign import Campaign
from tests.chaos.proof import faults

SWITCH_KILLS, ISSUER_KILLS = 200, 50


def main(arguments: Sequence[str] | None = None) -> int:
    wanted = _parser().parse_args(arguments)
    print(f"seed {wanted.seed}: {wanted.switch_kills} kills of the switch, {wanted.issuer_kills} of issuers", flush=True)
    if wanted.data is not None:
        return _campaign(wanted.data, wanted)
    with tempfile.TemporaryDirectory(prefix="switch-chaos-") as folder:
        return _campaign(Path(folder) / "var", wanted)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.run", description=__doc__)
    parser.add_argument("switch_kills", type=int, nargs="?", default=SWITCH_KILLS, help="kill -9 of the whole switch")
    parser.add_argument("issuer_kills", type=int, nargs="?", default=ISSUER_KILLS, help="kill -9 of an issuer's process")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000), help="what is chosen by chance; else any")
    parser.add_argument("--every", type=int, default=10, metavar="KILLS", help="a line on the way every so many")
    parser.add_argument("--data", type=Path, help="a new folder to keep; else one that is removed at the end")
    return parser


def _campaign(data: Path, wanted: argparse.Namespace) -> int:
    campaign = Campaign(data, wanted.seed, every=wanted.every, tell=lambda line: print(line, flush=True))
    campaign.run(wanted.switch_kills, wanted.issuer_kills)
    asked = [asked for till in campaign.tills for asked in till.asked]
    found = campaign.faults or [*faults(data, asked), *campaign.holder_faults()]
    for name, figure in campaign.figures.lines(campaign.tills):
        print(f"{name:24}{figure}")
    for sentence in found:
        print(f"fault: {sentence}")
    print(f"seed {wanted.seed}: {f'{len(found)} faults' if found else 'every answer is kept, nothing is held or paid twice'}")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
