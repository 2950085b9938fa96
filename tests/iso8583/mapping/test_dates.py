"""Dates and times in data elements: a message like the last one is looked at in full wherever it says more."""

from __future__ import annotations

import pytest

from switch.errors import MessageError
from switch.iso8583.mapping.dates import Dates

GOOD = {7: "1122091530", 12: "101530", 13: "1122", 14: "2912"}


@pytest.mark.parametrize("element", [15, 16, 17, 73])
def test_a_date_that_is_none_is_found_behind_good_messages_of_the_same_second(element: int) -> None:
    dates = Dates("1987")
    for _ in range(2):
        dates.check(GOOD)
    with pytest.raises(MessageError, match="expected a date"):
        dates.check({**GOOD, element: "991399" if element == 73 else "1399"})


@pytest.mark.parametrize("element", GOOD)
def test_each_of_the_usual_ones_is_looked_at_when_it_changes(element: int) -> None:
    dates = Dates("1987")
    dates.check(GOOD)
    with pytest.raises(MessageError):
        dates.check({**GOOD, element: "9" * len(GOOD[element])})
    dates.check(GOOD)


@pytest.mark.parametrize(
    ("edition", "element", "value"),
    [("1987", 14, "A212"), ("1987", 73, "A21122"), ("1993", 12, "A21122101530"), ("1993", 14, "2A12")],
)
def test_a_year_is_two_digits(edition: str, element: int, value: str) -> None:
    good = GOOD if edition == "1987" else {**GOOD, 12: "261122101530", 13: "2611"}
    dates = Dates(edition)
    dates.check({**good, element: value.replace("A", "1")})
    with pytest.raises(MessageError, match=f"DE {element}"):
        dates.check({**good, element: value})


@pytest.mark.parametrize("month", range(1, 13))
def test_every_month_is_one_and_ends_on_its_last_day(month: int) -> None:
    last = {2: 29, 4: 30, 6: 30, 9: 30, 11: 30}.get(month, 31)
    good = {**GOOD, 7: f"{month:02d}{last:02d}235959", 13: f"{month:02d}01", 14: f"30{month:02d}"}
    dates = Dates("1987")
    dates.check(good)
    assert dates.right((good[7], good[12], good[13]), good[14])
    for element, value in ((7, f"{month:02d}{last + 1:02d}000000"), (13, f"{month:02d}00"), (7, f"{month:02d}01240000")):
        with pytest.raises(MessageError, match=f"DE {element}"):
            dates.check({**good, element: value})


@pytest.mark.parametrize("month", ["3000", "3013", "3099"])
def test_a_month_beyond_the_year_is_none(month: str) -> None:
    dates = Dates("1987")
    with pytest.raises(MessageError, match="DE 14"):
        dates.check({**GOOD, 14: month})
    assert not dates.right((GOOD[7], GOOD[12], GOOD[13]), month)
