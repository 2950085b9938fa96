"""The business calendar: cut-off, banking days, value dates."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switch.business_day import Calendar, is_business_date, next_business_date, typed_span_ms
from switch.errors import SpecError
from switch.spec_table import SpecTable

MOROCCO = {
    "time_zone": "Africa/Casablanca",
    "cut_off": "23:00",
    "weekend": ["saturday", "sunday"],
    "settlement_days": 1,
    "holiday": [{"date": "2026-11-18", "name": "Fête de l'Indépendance"}],
}

days = st.dates(min_value=date(2020, 1, 1), max_value=date(2035, 12, 31)).map(date.isoformat)


ZONES = st.sampled_from(["Africa/Casablanca", "Europe/Paris", "America/New_York", "Asia/Tokyo"])


def calendar(**changes: Any) -> Calendar:
    return Calendar.from_toml(SpecTable("calendar.toml", {**MOROCCO, **changes}))


def at_ms(text: str) -> int:
    return int(datetime.fromisoformat(text).astimezone(UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("instant", "business_date"),
    [
        ("2026-11-22T21:59:59.999+00:00", "2026-11-22"),  # 22:59 in Casablanca
        ("2026-11-22T22:00:00+00:00", "2026-11-23"),  # 23:00, the cut-off itself
        ("2026-11-22T23:30:00+00:00", "2026-11-23"),  # past midnight: still the 23rd
        ("2026-12-31T22:00:00+00:00", "2027-01-01"),
        ("2026-03-01T22:30:00+00:00", "2026-03-01"),  # Ramadan: clocks stand at UTC
    ],
)
def test_the_cut_off_ends_the_business_date(instant: str, business_date: str) -> None:
    assert calendar().business_date_at(at_ms(instant)) == business_date


@given(
    days,
    st.sampled_from(["Africa/Casablanca", "Europe/Paris", "America/New_York", "Asia/Tokyo"]),
    st.sampled_from(["00:00", "02:30", "23:00"]),
)
def test_a_business_date_ends_at_its_cut_off_to_the_millisecond(day: str, zone: str, cut_off: str) -> None:
    """Also where clocks change at the cut-off: every instant counts in one date, and dates never run backwards."""
    local = calendar(time_zone=zone, cut_off=cut_off)
    end_ms = local.cut_off_ms(day)
    assert local.business_date_at(end_ms - 1) == day
    assert local.business_date_at(end_ms) == next_business_date(day)
    assert local.business_date_at(end_ms + 3_600_000) == next_business_date(day)


@pytest.mark.parametrize(
    ("business_date", "settlement_days", "value_date"),
    [
        ("2026-11-16", 1, "2026-11-17"),  # Monday to Tuesday
        ("2026-11-17", 1, "2026-11-19"),  # over the holiday
        ("2026-11-20", 1, "2026-11-23"),  # Friday to Monday
        ("2026-11-21", 1, "2026-11-23"),  # Saturday's sales as well
        ("2026-11-16", 3, "2026-11-20"),
        ("2026-11-16", 0, "2026-11-16"),
        ("2026-11-18", 0, "2026-11-19"),
    ],
)
def test_money_moves_on_a_banking_day(business_date: str, settlement_days: int, value_date: str) -> None:
    assert calendar(settlement_days=settlement_days).value_date(business_date) == value_date


@given(days, st.integers(min_value=0, max_value=10))
def test_value_dates_are_banking_days_and_count_them(day: str, settlement_days: int) -> None:
    morocco = calendar(settlement_days=settlement_days)
    first, last = date.fromisoformat(day), date.fromisoformat(morocco.value_date(day))
    after = [first + timedelta(days=number) for number in range(1, (last - first).days + 1)]
    assert morocco.is_banking_day(last)
    assert sum(morocco.is_banking_day(each) for each in after) in {
        settlement_days,
        1 if settlement_days == 0 and after else settlement_days,
    }


@pytest.mark.parametrize(
    ("text", "is_date"),
    [
        ("2026-11-22", True),
        ("2026-02-29", False),
        ("20261122", False),
        ("2026-W47-7", False),
        ("2026-11-22 ", False),
        ("", False),
    ],
)
def test_what_a_business_date_looks_like(text: str, is_date: bool) -> None:
    assert is_business_date(text) is is_date


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"time_zone": "Africa/Atlantis"},
            "time_zone: found 'Africa/Atlantis', expected a zone of the tz database, such as Africa/Casablanca",
        ),
        ({"time_zone": "../etc"}, "time_zone: found '../etc', expected a zone of the tz database, such as Africa/Casablanca"),
        ({"time_zone": ""}, "time_zone: found '', expected a zone of the tz database, such as Africa/Casablanca"),
        ({"time_zone": "Africa"}, "time_zone: found 'Africa', expected a zone of the tz database, such as Africa/Casablanca"),
        ({"cut_off": "24:00"}, "cut_off: found '24:00', expected a local time such as 23:00"),
        (
            {"weekend": ["Sunday"]},
            "weekend: found 'Sunday', expected one of monday, tuesday, wednesday, thursday, friday, saturday, sunday",
        ),
        ({"settlement_days": -1}, "settlement_days: found -1, expected a whole number from 0 to 30"),
        (
            {"holiday": [{"date": "18/11/2026", "name": "x"}]},
            "holiday[1].date: found '18/11/2026', expected a date such as 2026-11-18",
        ),
        (
            {"holiday": [{"date": "20261118", "name": "x"}]},
            "holiday[1].date: found '20261118', expected a date such as 2026-11-18",
        ),
        (
            {"holidays": []},
            (
                "holidays: found a key nobody reads, expected one of cut_off, holiday, settlement_days, time_zone, weekend "
                "(the nearest is holiday)"
            ),
        ),
    ],
)
def test_what_a_calendar_may_not_say(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(SpecError) as refused:
        calendar(**changes)
    assert str(refused.value) == f"calendar.toml: {sentence}"


def test_a_week_without_banking_days_is_refused() -> None:
    every_day = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
    with pytest.raises(SpecError, match="expected at least one banking day a week"):
        calendar(weekend=every_day)


@given(days, ZONES, st.sampled_from(["00:30", "02:30", "23:00"]), st.integers(0, 86_400_000), st.integers(1, 3_600_000))
def test_just_before_a_cut_off_is_the_first_such_instant(
    day: str, zone: str, cut_off: str, after_ms: int, left_ms: int
) -> None:
    local = calendar(time_zone=zone, cut_off=cut_off)
    now_ms = local.cut_off_ms(day) + after_ms
    before_ms = local.before_cut_off_ms(now_ms, left_ms)
    date_before = local.business_date_at(before_ms)
    assert now_ms <= before_ms == local.cut_off_ms(date_before) - left_ms
    assert local.before_cut_off_ms(before_ms, left_ms) == before_ms
    assert local.business_date_at(before_ms + left_ms) == next_business_date(date_before)


@given(days, ZONES, st.sampled_from(["00:30", "02:30", "09:00", "23:00"]), st.integers(0, 86_400_000))
def test_the_next_banking_day_begins_on_its_own_business_date(day: str, zone: str, cut_off: str, after_ms: int) -> None:
    local = calendar(time_zone=zone, cut_off=cut_off)
    now_ms = local.cut_off_ms(day) + after_ms
    jumped_ms = local.next_banking_day_ms(now_ms)
    reached = local.business_date_at(jumped_ms)
    assert jumped_ms > now_ms
    assert reached > local.business_date_at(now_ms)
    assert local.is_banking_day(date.fromisoformat(reached))


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-11-27T18:55", "2026-11-27T17:55+00:00"),
        ("2026-11-27 18:55:30", "2026-11-27T17:55:30+00:00"),
        ("2026-11-27T18:55Z", "2026-11-27T18:55+00:00"),
        ("2026-11-27", "2026-11-26T23:00+00:00"),
    ],
)
def test_an_instant_is_typed_where_the_centre_is(text: str, instant: str) -> None:
    assert calendar().typed_instant_ms(text) == at_ms(instant)


@pytest.mark.parametrize("text", ["", "soon", "18:55", "2026-13-01T00:00", "1969-12-31", "9999-01-01", "2026-11-27T25:00"])
def test_what_is_no_instant(text: str) -> None:
    assert calendar().typed_instant_ms(text) is None


@pytest.mark.parametrize("text", ["", "2", "h", "2 h", "-2h", "1.5h", "2h!", "2H", "٢h"])
def test_what_is_no_length_of_time(text: str) -> None:
    assert typed_span_ms(text) is None
