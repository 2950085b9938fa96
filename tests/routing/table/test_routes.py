"""The BIN table: the longest range wins, whatever order the file has."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from switch.routing.table.routes import Range, Route, RoutingTable

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
