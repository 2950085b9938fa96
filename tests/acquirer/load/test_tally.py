from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from switch.acquirer.load.limits import LoadLimit
from switch.acquirer.load.tally import PERCENTILES, WRONG_ANSWERS_TOLD, Tally, Times


@given(st.lists(st.integers(0, 90_000_000), min_size=1, max_size=200))
def test_percentiles_are_those_of_the_sorted_times_to_three_digits(microseconds: list[int]) -> None:
    times = Times()
    for each in microseconds:
        times.add(each / 1_000_000 + 1e-9)
    ordered = sorted(microseconds)

    for name, share in PERCENTILES.items():
        exact = next(value for place, value in enumerate(ordered, start=1) if place >= share * len(ordered)) / 1000
        found = times.figures()[name]
        assert found is not None
        assert exact * 0.99 - 0.001 <= found <= exact + 0.001
    assert times.figures()["max"] == max(microseconds) / 1000


def test_without_any_there_are_no_figures() -> None:
    assert set(Times().figures().values()) == {None}


def test_errors_are_all_that_went_wrong_and_limits_are_shares_of_what_was_due() -> None:
    tally = Tally(sent=90, not_sent=10, approved=80, declined=5, unanswered=3, broken=2, seconds=10.0)
    tally.tell_wrong("DE 4")
    limits = tuple(limit for text in ("errors>16%", "errors>15%", "approved<80", "rate<9") if (limit := LoadLimit.parse(text)))

    assert tally.errors == 16
    assert [each.kept for each in tally.judged(limits)] == [True, False, True, False]


def test_the_first_wrong_answers_are_told() -> None:
    tally = Tally()
    for number in range(50):
        tally.tell_wrong(str(number))
    assert (tally.wrong, len(tally.wrong_told)) == (50, WRONG_ANSWERS_TOLD)
