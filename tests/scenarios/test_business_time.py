from __future__ import annotations

import pytest

from switch.errors import SpecError
from switch.scenarios.business_time import Moment
from tests.scenarios.messages_said import Said, playbook, played, rule

EVENING = Moment("2026-11-30", "2026-11-29T23:30:00")


def said(moment: Moment) -> Said:
    return Said(others={name: (moment.word(name),) for name in ("date", "time", "instant")})


@pytest.mark.parametrize(
    ("asked", "fits"),
    [
        ("time=23:00..23:31", True),
        ("time=08:00..23:30", False),
        ("time=22:00..06:00", True),
        ("time=23:45..23:15", False),
        ("date=2026-11-30", True),
        ("date=2026-11-29", False),
        ("date=2026-11-28..2026-11-30", True),
        ("until=23:30", False),
        ("until=23:31", True),
        ("after=23:30", True),
        ("until=2026-11-29", False),
        ("until=2026-11-30", True),
        ("after=2026-12-01", False),
        ("until=2026-11-30T01:00", True),
        ("until=2026-11-29T23:30", False),
        ("after=2026-11-29T23:30 until=2026-11-29T23:31", True),
    ],
)
def test_business_time_is_asked_for(asked: str, fits: bool) -> None:
    assert played(playbook(f"{asked} -> 91"), said(EVENING)) == ["91" if fits else "-"]
    assert rule(f"{asked} -> 91").in_words.startswith(" ".join(sorted(asked.split())))


def test_until_and_after_may_be_counts() -> None:
    assert played(playbook("until=3 -> 91"), *[Said()] * 4) == ["91", "91", "-", "-"]
    assert played(playbook("after=1 until=3 -> 91"), *[Said()] * 4) == ["-", "91", "-", "-"]


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ("time=18:00", "when.time: found '18:00', expected a span of hours"),
        ("time=18:00..25:00", "when.time: found '18:00..25:00', expected a span of hours"),
        ("date=2026-02-30", "when.date: found '2026-02-30', expected a business date"),
        ("until=noon", "when.until: found 'noon', expected a count, an hour such as 18:00"),
        ("after=0", "when.after: found 0, expected a whole number from 1"),
        ("state=?", "when.state: found '?', expected a name of 1 to 40 letters"),
    ],
)
def test_wrong_business_time_is_one_sentence(asked: str, sentence: str) -> None:
    with pytest.raises(SpecError) as refused:
        rule(f"{asked} -> 91")

    assert str(refused.value).startswith(f"rule: {sentence}")


def test_a_rule_for_other_hours_is_not_hidden_by_an_earlier_one() -> None:
    from switch.scenarios.playbook import overshadowed

    rules = [
        rule("time=08:00..12:00 -> 91", 1),
        rule("time=12:00..18:00 -> 05", 2),
        rule("time=08:00..12:00 mti=0100 -> 05", 3),
    ]

    assert [(later.number, earlier.number) for later, earlier in overshadowed(rules)] == [(3, 1)]
