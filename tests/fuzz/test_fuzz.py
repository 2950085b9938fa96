"""The short form of ``make fuzz``: some hundred inputs a target by a fixed seed, and nothing but named errors."""

from __future__ import annotations

from random import Random
from typing import Final

import pytest

from tests.fuzz.mutator import Mutator
from tests.fuzz.targets import TARGETS, Watch

SEED: Final = 7
INPUTS: Final = {"specs": 50, "scenario": 300, "capture": 50, "decode": 200, "recognize": 50, "turns": 60}


@pytest.mark.parametrize("name", TARGETS)
def test_any_bytes_give_nothing_but_named_errors(name: str) -> None:
    target = TARGETS[name]
    watch, mutator = Watch(target), Mutator(target.seeds(), target.words, Random(SEED))
    for _ in range(INPUTS[name]):
        watch(mutator.next())
    assert {found.mark: found.story for found in watch.findings.values()} == {}


def test_a_seed_gives_the_same_inputs_again() -> None:
    target = TARGETS["decode"]
    first, second = (Mutator(target.seeds(), target.words, Random(SEED)) for _ in range(2))
    assert [first.next() for _ in range(50)] == [second.next() for _ in range(50)]


@pytest.mark.parametrize("name", TARGETS)
def test_a_good_input_is_taken(name: str) -> None:
    for good in TARGETS[name].seeds()[:8]:
        TARGETS[name].run(good)
