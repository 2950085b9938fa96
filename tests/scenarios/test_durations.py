from __future__ import annotations

from statistics import median

import pytest

from switch.scenarios.durations import Delay, delay_of, seconds_in_words, seconds_of
from tests.scenarios.messages_said import Said, playbook


@pytest.mark.parametrize(("text", "seconds"), [("12s", 12), ("12", 12), ("300ms", 0.3), ("0.5 s", 0.5), ("3600s", 3600)])
def test_a_length_of_time_is_read(text: str, seconds: float) -> None:
    assert seconds_of(text) == seconds
    assert seconds_of(seconds_in_words(seconds)) == seconds


@pytest.mark.parametrize("text", ["", "s", "0s", "-1s", "99999999s", "1e3"])
def test_what_is_no_length_of_time_is_none(text: str) -> None:
    assert seconds_of(text) is None


@pytest.mark.parametrize(
    "text", ["uniform 3s..1s", "uniform 1s", "uniform 1s..x", "lognormal 1s", "lognormal 0.4", "lognormal 1s 0", "normal 1s 2"]
)
def test_what_is_no_delay_is_none(text: str) -> None:
    assert delay_of(text) is None


def test_a_lognormal_delay_has_its_median_and_never_ends_beyond_reason() -> None:
    delay = Delay("lognormal", 0.3, 0.4)

    assert delay.drawn(0.5) == pytest.approx(0.3)
    assert delay.drawn(0.84134) == pytest.approx(0.3 * 1.4918, rel=1e-3), "one deviation up is e to the 0.4 times the median"
    assert 0 < delay.drawn(0) < delay.drawn(1) <= 3600


def test_delays_depend_on_seed_rule_card_and_count_alone() -> None:
    cards = [f"45071600000{number:05d}" for number in range(100)]

    def delays(order: list[str], seed: int = 1) -> dict[str, list[float]]:
        book, found = playbook("any -> late uniform 1s..3s", seed=seed), dict[str, list[float]]()
        for card in order * 2:
            said = Said(card=card)
            cue = book.match(said.marks, said)
            assert cue is not None
            found.setdefault(card, []).append(cue.conduct.late_seconds)
        return found

    drawn = delays(cards)
    every = [seconds for both in drawn.values() for seconds in both]
    assert drawn == delays(cards[::-1])
    assert drawn != delays(cards, seed=2)
    assert len(set(every)) > 150
    assert 1 <= min(every) < 1.2 < 1.8 < median(every) < 2.2 < 2.8 < max(every) <= 3
