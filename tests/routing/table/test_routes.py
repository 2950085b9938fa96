"""The BIN table: the longest range wins, whatever order the file has."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from switch.card import BIN_DIGITS_MAX
from switch.errors import SpecError
from switch.routing.table import routes
from switch.routing.table.routes import Range, Route, RoutingTable
from switch.routing.table.stand_in import StandIn
from switch.spec_table import SpecTable

DIGITS = st.text("0123456789", min_size=6, max_size=11)


def _route(name: str) -> Route:
    return Route(issuer=name, scheme="visa", product="debit")


def _range(low: str, high: str, name: str) -> Range:
    return Range(low=low, high=high, route=_route(name))


TABLE = RoutingTable.of(
    [
        _range("400000", "499999", "vesta"),
        _range("45071600", "45071699", "atlas"),
        _range("45071650123", "45071650125", "rif"),
    ],
    [("34", "amex"), ("3", "other")],
)


def test_the_longest_range_wins() -> None:
    assert TABLE.find("4507165012400000") == _route("rif")
    assert TABLE.find("4507165012600000") == _route("atlas")
    assert TABLE.find("4507170000000000") == _route("vesta")
    assert TABLE.find("5000000000000000") is None


def test_a_short_number_fits_only_ranges_as_short_as_itself() -> None:
    assert TABLE.find("45071650") == _route("atlas")
    assert TABLE.find("450716") == _route("vesta")
    assert TABLE.find("45071") is None


def test_the_longest_scheme_prefix_wins() -> None:
    assert TABLE.scheme_of("340000000000009") == "amex"
    assert TABLE.scheme_of("360000000000000") == "other"
    assert TABLE.scheme_of("990000000000000") is None


@given(st.lists(st.tuples(DIGITS, st.integers(0, 99)), max_size=12), st.text("0123456789", min_size=6, max_size=19))
def test_the_table_agrees_with_a_plain_search(specs: list[tuple[str, int]], pan: str) -> None:
    ranges: list[Range] = []
    for number, (low, span) in enumerate(specs):
        high = str(min(int(low) + span, 10 ** len(low) - 1)).zfill(len(low))
        if all(len(r.low) != len(low) or high < r.low or r.high < low for r in ranges):
            ranges.append(_range(low, high, f"i{number}"))
    fitting = [r for r in ranges if len(pan) >= len(r.low) and r.low <= pan[: len(r.low)] <= r.high]
    expected = max(fitting, key=lambda r: len(r.low)).route if fitting else None
    table = RoutingTable.of(ranges, [])
    assert table.find(pan) == expected
    assert table.find(pan) == expected, "the second look-up comes from memory"


ATLAS: dict[str, Any] = {"bins": "450716", "issuer": "atlas", "scheme": "visa", "product": "debit"}
LIMITS: dict[str, Any] = {"amount": "200.00", "count": 3, "channels": ["chip", "ecommerce"]}


def _read(**changes: Any) -> RoutingTable:
    rows = changes.pop("range", [{**ATLAS, **changes}])
    schemes = [{"name": "amex", "bins": ["34", "37"]}]
    return RoutingTable.from_toml(SpecTable("routing.toml", {"range": rows, "scheme": schemes}))


def test_a_range_is_read_with_all_that_it_says() -> None:
    limits = StandIn(amount_max_minor=20_000, count_max=3, channels=frozenset({"chip", "ecommerce"}))
    whole = Route(issuer="atlas", scheme="visa", product="debit", timeout_seconds=2.5, stand_in=limits)
    table = _read(bins="450716-450718", timeout_seconds=2.5, stand_in=LIMITS)
    found = [table.find(f"{digits}0000000000") for digits in (450715, 450716, 450718, 450719)]
    assert found == [None, whole, whole, None]
    assert _read().find("4507160000000000") == Route(issuer="atlas", scheme="visa", product="debit")
    assert [table.scheme_of(f"{prefix}0000") for prefix in (34, 37, 35)] == ["amex", "amex", None]
    shorter = table.with_timers(0.5)
    assert list(shorter.routes()) == [evolve(whole, timeout_seconds=1.25)]
    assert list(_read().with_timers(0.5).routes()) == list(_read().routes())
    assert shorter.scheme_of("340000") == "amex"


def test_neighbours_and_ranges_within_longer_ones_are_no_overlap() -> None:
    ranges = {"450710-450715": "rif", "450716": "atlas", "4507160-4507164": "souss", "450717-450720": "vesta"}
    table = _read(range=[{**ATLAS, "bins": bins, "issuer": issuer} for bins, issuer in ranges.items()])
    found = {digits: table.find(f"{digits}00000000") for digits in ("4507150", "4507160", "4507164", "4507165", "4507170")}
    issuers = {digits: route.issuer for digits, route in found.items() if route is not None}
    assert issuers == {"4507150": "rif", "4507160": "souss", "4507164": "souss", "4507165": "atlas", "4507170": "vesta"}


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"bins": "45071"}, "bins"),
        ({"bins": "450716000000"}, "bins"),
        ({"bins": "450718-450717"}, "the low one first"),
        ({"bins": "450716-4507170"}, "as many digits"),
        ({"range": [ATLAS, {**ATLAS, "bins": "450710-450716"}]}, "450716-450716 overlapping 450710-450716 of atlas"),
        ({"range": [{**ATLAS, "bins": "450710-450720"}, ATLAS]}, "450716-450716 overlapping 450710-450720 of atlas"),
        ({"issue": "atlas"}, "issue"),
        ({"stand_in": {**LIMITS, "channels": ["chip", "phone"]}}, "'phone'"),
        ({"stand_in": {**LIMITS, "channels": []}}, "channels"),
        ({"stand_in": {**LIMITS, "count": 0}}, "count"),
        ({"stand_in": {**LIMITS, "amounts": "1.00"}}, "amounts"),
    ],
    ids=str,
)
def test_a_range_that_makes_no_sense_is_refused(changes: dict[str, Any], fault: str) -> None:
    with pytest.raises(SpecError) as refused:
        _read(**changes)
    assert fault in str(refused.value)


@pytest.mark.parametrize(
    ("bins", "fault"),
    [(["34", ""], "1 to 11 digits"), (["123456789012"], "1 to 11 digits"), (["3a"], "1 to 11 digits"), (["34", "34"], None)],
    ids=str,
)
def test_a_scheme_has_prefixes_of_digits_and_each_once(bins: list[str], fault: str | None) -> None:
    said = {"range": [ATLAS], "scheme": [{"name": "amex", "bins": bins}]}
    if fault is None:
        assert RoutingTable.from_toml(SpecTable("routing.toml", said)).schemes == (("34", "amex"),)
        said["scheme"].append({"name": "other", "bins": ["34"]})
        fault = "'34', a prefix of amex"
    with pytest.raises(SpecError) as refused:
        RoutingTable.from_toml(SpecTable("routing.toml", said))
    assert fault in str(refused.value)


def test_a_table_that_has_looked_up_very_many_cards_forgets_them_and_answers_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (routes.FOUND_MAX, BIN_DIGITS_MAX) == (65_536, 11)
    monkeypatch.setattr(routes, "FOUND_MAX", 2)
    table = _read()
    for number in range(5):
        assert table.find(f"4507160000{number}00000") is not None
        assert table.find(f"4507170000{number}00000") is None
        assert len(table._found) <= 2
