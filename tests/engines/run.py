"""Closes random days by SQLite and by DuckDB, and compares all that they leave: ``python -m tests.engines.run [COUNT] [SEED]``.

Each sequence is that of ``tests.oracle.story``, with fees, remises, holds, exceptions, disputes and several currencies. Each
third one is closed by DuckDB alone, the others by both engines in turn.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.engines.compare import WAYS, differences
from tests.oracle.story import Story

COUNT = 500


def disagreement(seed: int) -> list[str]:
    """What is not the same of the sequence of a seed."""
    with tempfile.TemporaryDirectory(prefix="engines-") as folder:
        return differences(lambda inside: Story(inside, seed).play(), Path(folder), [WAYS[seed % len(WAYS)]])


def main() -> int:
    numbers = [int(word) for word in sys.argv[1:]]
    count, seed = (*numbers, *(COUNT, 1)[len(numbers) :])
    found = [f"seed {each}: {sentence}" for each in range(seed, seed + count) for sentence in disagreement(each)]
    print("\n".join(found[:40]))
    print(f"{count} sequences from seed {seed} on: {len(found)} differences")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
