from __future__ import annotations

import pytest

from switch.acquirer.load.limits import LoadLimit


@pytest.mark.parametrize(
    ("text", "figure", "kept", "found"),
    [
        ("p95>50ms", 50.0, True, "50.0 ms"),
        ("p95 >= 50ms", 50.0, False, "50.0 ms"),
        ("p99.9>1s", 1001.0, False, "1001.0 ms"),
        ("errors>0", 1, False, "1"),
        ("errors>0.1%", 1, True, "0.100 %"),
        ("approved<95%", 949, False, "94.900 %"),
        ("approved<900", 949, True, "949"),
        ("rate<500", 499.9, False, "499.9 /s"),
        ("rate<500/s", 500.1, True, "500.1 /s"),
        ("behind>5ms", 0.4, True, "0.4 ms"),
        ("max>1s", None, False, "no answer"),
    ],
)
def test_a_limit_says_when_the_load_fails(text: str, figure: float | None, kept: bool, found: str) -> None:
    limit = LoadLimit.parse(text)
    assert limit is not None
    judged = limit.judged({limit.name: figure}, sent=1000)
    assert (judged.kept, judged.found_in_words) == (kept, found)
    assert LoadLimit.parse(limit.in_words) == limit


@pytest.mark.parametrize(
    "text", ["", "p95", "p95>", "p95>50", "p95>5%", "p94>5ms", "errors>5ms", "rate<5%", "errors=0", "p95>-1ms"]
)
def test_what_is_no_limit(text: str) -> None:
    assert LoadLimit.parse(text) is None


def test_a_share_of_nothing_is_none_of_it() -> None:
    limit = LoadLimit.parse("approved<95%")
    assert limit is not None
    assert not limit.judged({"approved": 0}, sent=0).kept
