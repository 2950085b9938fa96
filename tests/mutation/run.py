"""``python -m tests.mutation.run 1000000``: so many mutated frames against a running centre, while another client sells."""

from __future__ import annotations

import argparse
import secrets
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.mutation.siege import Siege

FRAMES = 1_000_000


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation.run", description=__doc__)
    parser.add_argument("frames", type=int, nargs="?", default=FRAMES, help="mutated frames in all")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000), help="what is chosen by chance; else any")
    parser.add_argument("--data", type=Path, help="a new folder to keep; else one that is removed at the end")
    wanted = parser.parse_args(arguments)
    print(f"seed {wanted.seed}: {wanted.frames} frames", flush=True)
    if wanted.data is not None:
        return _siege(wanted.data, wanted)
    with tempfile.TemporaryDirectory(prefix="switch-mutation-") as folder:
        return _siege(Path(folder) / "var", wanted)


def _siege(data: Path, wanted: argparse.Namespace) -> int:
    siege = Siege(data, wanted.seed, tell=lambda line: print(line, flush=True))
    siege.run(wanted.frames)
    for name, figure in siege.lines():
        print(f"{name:24}{figure}")
    for sentence in siege.faults:
        print(f"fault: {sentence}")
    ending = f"{len(siege.faults)} faults" if siege.faults else "the centre lives, and the other client noticed nothing"
    print(f"seed {wanted.seed}: {ending}")
    return 1 if siege.faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
