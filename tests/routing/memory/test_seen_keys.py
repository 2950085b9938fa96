"""The sieve of keys: it forgets none of the last ones, and seldom takes a new one for an old."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switch.routing.memory import seen_keys
from switch.routing.memory.seen_keys import Seen

keys = st.lists(st.tuples(st.sampled_from(("504001", "504777")), st.integers(0, 999_999).map(str)), max_size=60, unique=True)


@given(keys)
def test_what_has_come_is_known_again(shown: list[tuple[str, str]]) -> None:
    sieve = Seen()
    assert not any(sieve.again(key) for key in shown)
    assert all(sieve.again(key) for key in shown)


def test_the_last_keys_stay_known_and_the_size_stays_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seen_keys, "KEYS_MAX", 1_000)
    sieve = Seen()
    shown = [("504001", str(number)) for number in range(10_000)]
    for key in shown:
        sieve.again(key)
    assert all(sieve.again(key) for key in shown[9_000:])
    assert sum(sieve.again(key) for key in shown[:7_000]) < 70
    assert len(sieve._younger) == len(sieve._elder) == seen_keys.SLOTS


def test_new_keys_are_seldom_taken_for_old_ones() -> None:
    sieve, chance = Seen(), random.Random(1)
    wrong = sum(sieve.again((chance.random(), chance.random())) for _ in range(200_000))
    assert wrong < 200_000 // 50


def _key(one: int, two: int) -> int:
    """A key with these two places in the sieve: a small number is its own hash."""
    return one | two << 23


def test_a_key_is_held_to_have_come_where_both_its_places_are_taken_in_one_generation(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (seen_keys.KEYS_MAX, seen_keys.SLOTS) == (400_000, 4_194_304)
    monkeypatch.setattr(seen_keys, "KEYS_MAX", 2)
    sieve = Seen()
    assert not sieve.again(_key(1, 2))
    for generation in ("younger", "elder"):
        assert sieve.holds(_key(1, 2)), generation
        assert sieve.again(_key(1, 2)), generation
        for one, two in ((1, 9), (9, 2)):
            assert not sieve.holds(_key(one, two)), (generation, one, two)
        if generation == "younger":
            assert not sieve.again(_key(3, 4)), "the second of a generation of two"
    assert not sieve.again(_key(5, 6))
    for one, two in ((1, 6), (5, 2)):
        assert not sieve.holds(_key(one, two)), "one place in each generation is none"
    assert not sieve.again(_key(1, 6))


def test_a_generation_ends_with_its_last_key_and_the_one_before_it_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seen_keys, "KEYS_MAX", 2)
    sieve = Seen()
    for number in range(1, 5):
        assert [sieve.holds(_key(each, each)) for each in range(1, number)] == [True] * (number - 1)
        sieve.again(_key(number, number))
    assert [sieve.holds(_key(each, each)) for each in range(1, 5)] == [False, False, True, True]
    assert sieve._count == 0
