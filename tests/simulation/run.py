"""Many seeds, one after the other: ``python -m tests.simulation.run 2000``. The first that fails tells its story."""

from __future__ import annotations

import sys
import time

from tests.simulation.world import World


def failing(seeds: range, plant: str | None = None) -> tuple[int, World] | None:
    """The first seed whose world does not agree with itself, and that world."""
    for seed in seeds:
        world = World(seed, plant=plant)
        try:
            world.run()
        except AssertionError as error:
            world.story.append(f"assertion: {error}")
            return seed, world
        if world.faults():
            return seed, world
    return None


def main() -> int:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
    first = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    began = time.monotonic()
    found = failing(range(first, first + count))
    if found is None:
        print(f"{count} seeds, {time.monotonic() - began:.1f} s: all books agree")
        return 0
    seed, world = found
    print("\n".join(world.story))
    print(f"\nseed {seed}: " + "\n".join(world.faults()))
    return 1


if __name__ == "__main__":
    sys.exit(main())
