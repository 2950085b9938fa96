"""How often an address may post."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from switch.gateway.front.token_buckets import TokenBuckets


def test_a_bucket_fills_at_its_rate_and_no_further() -> None:
    now = [0]
    buckets = TokenBuckets(burst=2, per_minute=6, clock_ms=lambda: now[0])
    assert [buckets.wait_seconds("a") for _ in range(3)] == [0, 0, 10]
    now[0] += 9_999
    assert buckets.wait_seconds("a") == 1
    now[0] += 1
    assert [buckets.wait_seconds("a") for _ in range(2)] == [0, 10]
    now[0] += 3_600_000
    assert [buckets.wait_seconds("a") for _ in range(3)] == [0, 0, 10]
    now[0] -= 3_600_000
    assert buckets.wait_seconds("a") == 10, "a clock that goes back gives nothing and takes nothing"


def test_memory_is_bounded_and_a_key_may_begin_anew() -> None:
    buckets = TokenBuckets(burst=1, per_minute=1, clock_ms=lambda: 0, keys_max=100)
    for key in range(1_000):
        assert buckets.wait_seconds(key) == 0
    assert len(buckets) == 100
    assert buckets.wait_seconds(999) > 0
    buckets.give_back(999)
    assert buckets.wait_seconds(999) == 0


def test_without_a_rate_there_is_no_limit() -> None:
    buckets = TokenBuckets(burst=0, per_minute=0, clock_ms=lambda: 0)
    assert {buckets.wait_seconds("a") for _ in range(10)} == {0}
    assert len(buckets) == 0


@given(st.lists(st.integers(0, 5_000), max_size=60), st.integers(1, 5), st.integers(1, 120))
def test_no_more_pass_than_burst_and_rate_allow(pauses: list[int], burst: int, per_minute: int) -> None:
    now = [0]
    buckets = TokenBuckets(burst=burst, per_minute=per_minute, clock_ms=lambda: now[0])
    passed = 0
    for pause in pauses:
        now[0] += pause
        passed += buckets.wait_seconds("a") == 0
        assert passed <= burst + now[0] * per_minute / 60_000 + 1e-6
