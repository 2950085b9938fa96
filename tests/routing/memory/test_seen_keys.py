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
