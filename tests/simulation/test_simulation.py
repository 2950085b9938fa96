"""The short form of ``make sim``: many worlds agree with themselves, and worlds with a fault in them are found out."""

from __future__ import annotations

import pytest

from tests.simulation.run import failing
from tests.simulation.world import PLANTS, World

SEEDS = range(150)
SEEDS_PLANTED = range(200)


def test_all_books_agree_whatever_the_network_loses_and_whoever_dies() -> None:
    found = failing(SEEDS)
    assert found is None, "\n".join([f"seed {found[0]}", *found[1].story, *found[1].faults()])


@pytest.mark.parametrize("plant", PLANTS)
def test_a_planted_fault_is_found(plant: str) -> None:
    assert failing(SEEDS_PLANTED, plant) is not None


def test_one_seed_tells_one_story() -> None:
    stories = []
    for _ in range(2):
        world = World(7)
        world.run()
        stories.append(world.story)
    assert stories[0] == stories[1]
    assert len(stories[0]) > 50
