"""The short form of ``make sim``: many worlds agree with themselves, and worlds with a fault in them are found out."""

from __future__ import annotations

import pytest

from tests.simulation.run import failing, live
from tests.simulation.world import PLANTS

SEEDS = range(15)
SEEDS_LONG = range(15, 90)
SEEDS_PLANTED = range(200)


def test_all_books_agree_whatever_the_network_loses_and_whoever_dies() -> None:
    found = failing(SEEDS)
    assert found is None, str(found)


@pytest.mark.long
def test_all_books_agree_in_many_more_worlds() -> None:
    found = failing(SEEDS_LONG)
    assert found is None, str(found)


@pytest.mark.parametrize("plant", PLANTS)
def test_a_planted_fault_is_found(plant: str) -> None:
    assert failing(SEEDS_PLANTED, plant) is not None


def test_one_seed_tells_one_story() -> None:
    stories = [live(7).story for _ in range(2)]
    assert stories[0] == stories[1]
    assert len(stories[0]) > 50
