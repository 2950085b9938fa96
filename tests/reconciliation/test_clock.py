"""A clock an hour off is found, date by date, and does not spoil the matching."""

from __future__ import annotations

import pytest

from switch.reconciliation.matching import reconcile
from switch.reconciliation.movement import Movement
from tests.reconciliation.builders import TUESDAY, WEDNESDAY, releve, sale, till, told

TIMES = ("09:00", "10:07", "11:30", "15:45", "18:20")


def day(hours: int, **said: object) -> list[Movement]:
    return [
        sale(f"{10 + place}.00", f"{int(time[:2]) + hours:02d}{time[2:]}", terminal_id="T1", **said)
        for place, time in enumerate(TIMES)
    ]


@pytest.mark.parametrize("hours", [-2, -1, 1, 2])
def test_amounts_alone_tell_it(hours: int) -> None:
    found = reconcile(till(*day(0)), releve(*day(hours)))
    assert [(each.date, each.hours, each.pair_count) for each in found.offsets] == [(TUESDAY, -hours, 5)]
    assert {by for _, by, *_ in told(found)} == {"amount + time"}


def test_each_date_has_its_own() -> None:
    left = till(*day(0), *day(0, date=WEDNESDAY))
    found = reconcile(left, releve(*day(0), *day(-1, date=WEDNESDAY)))
    assert [(each.date, each.hours) for each in found.offsets] == [(WEDNESDAY, 1)]
    assert found.agrees


def test_references_tell_it_too_with_two_pairs() -> None:
    left = [sale("10.00", "10:00", rrn="1"), sale("10.00", "12:00", rrn="2"), sale("7.00", "13:00", terminal_id="T1")]
    right = [sale("10.00", "09:01", rrn="1"), sale("10.00", "11:01", rrn="2"), sale("7.00", "12:02")]
    found = reconcile(till(*left), releve(*right))
    assert [each.hours for each in found.offsets] == [1]
    assert found.agrees


def test_right_clocks_and_few_lines_tell_nothing() -> None:
    assert reconcile(till(*day(0)), releve(*day(0))).offsets == ()
    assert reconcile(till(*day(0)[:2]), releve(*day(1)[:2])).offsets == ()
