"""Plays random sequences of days and compares each with the oracle: ``python -m tests.oracle.run [COUNT] [SEED]``."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.oracle.compare import differences
from tests.oracle.story import Story

COUNT = 500  #: sequences of the long form


def disagreements(count: int, seed: int) -> list[str]:
    """Every difference of ``count`` sequences, each with the seed that plays it again."""
    found: list[str] = []
    for each in range(seed, seed + count):
        with tempfile.TemporaryDirectory(prefix="oracle-") as folder:
            story = Story(Path(folder), each)
            found += [f"seed {each}: {sentence}" for sentence in differences(story.play(), story.rules_of())]
    return found


def main() -> int:
    numbers = [int(word) for word in sys.argv[1:]]
    count, seed = (*numbers, *(COUNT, 1)[len(numbers) :])
    found = disagreements(count, seed)
    print("\n".join(found[:40]))
    print(f"{count} sequences from seed {seed} on: {len(found)} differences")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
