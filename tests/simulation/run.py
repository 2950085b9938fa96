"""Many seeds, one after the other: ``python -m tests.simulation.run 2000``. The first that fails tells its story."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from attrs import frozen

from tests.simulation.proof import faults
from tests.simulation.world import World, folder


@frozen
class Outcome:
    """What became of one seed."""

    seed: int
    story: list[str]
    faults: list[str]

    def __str__(self) -> str:
        return "\n".join([*self.story, "", f"seed {self.seed}:", *self.faults])


def live(seed: int, plant: str | None = None) -> Outcome:
    """One world, from its beginning to the proof of its books."""
    with folder() as data:
        world = World(seed, Path(data), plant=plant)
        try:
            world.finish()
            found = faults(world)
        except Exception as error:  # an assertion of the product's own, or a day that does not balance
            found = [f"{type(error).__name__}: {error}"]
        return Outcome(seed, world.story, found)


def failing(seeds: range, plant: str | None = None) -> Outcome | None:
    """The first seed whose world does not agree with itself."""
    return next((outcome for outcome in (live(seed, plant) for seed in seeds) if outcome.faults), None)


def main() -> int:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
    first = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    began = time.monotonic()
    found = failing(range(first, first + count))
    if found is None:
        print(f"{count} seeds, {time.monotonic() - began:.1f} s: all books agree")
        return 0
    print(found)
    return 1


if __name__ == "__main__":
    sys.exit(main())
