"""The BIN table: card number → issuer, scheme and product. Ranges of 6 to 11 digits; the longest one that fits wins."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from attrs import evolve, field

from switch.card import BIN_DIGITS_MAX, CardOrigin
from switch.record import frozen
from switch.routing.table.stand_in import StandIn
from switch.spec_table import SpecTable

FOUND_MAX: Final = 65_536  #: BINs remembered with their route; a table of that size is dropped and begun anew

_BINS = r"(\d{6,11})(?:-(\d{6,11}))?"


@frozen(kw_only=True)
class Route:
    """Where a card goes: the issuer's id, the scheme (cmi, visa, mastercard) and the product (debit, credit, prepaid)."""

    issuer: str
    scheme: str
    product: str
    timeout_seconds: float | None = None  #: how long its issuer may take for these cards; None: as long as for any
    stand_in: StandIn | None = None  #: what may be approved in its stead; None: nothing


@frozen(kw_only=True)
class Range:
    """BINs from ``low`` to ``high``, both included, of the same number of digits."""

    low: str
    high: str
    route: Route

    @classmethod
    def from_toml(cls, table: SpecTable) -> Range:
        bins = table.text("bins", pattern=_BINS, expected='6 to 11 digits, or two such numbers with "-" between')
        low, _, high = bins.partition("-")
        high = high or low
        if len(low) != len(high) or low > high:
            table.mistake("bins", repr(bins), "a low and a high end with as many digits, the low one first")
        route = Route(
            issuer=table.text("issuer"),
            scheme=table.text("scheme"),
            product=table.text("product"),
            timeout_seconds=table.seconds("timeout_seconds", None),
            stand_in=table.table("stand_in").reading(StandIn.from_toml) if "stand_in" in table else None,
        )
        table.done()
        return cls(low=low, high=high, route=route)


@frozen(kw_only=True)
class Destination:
    """What the switchboard must know of an issuer: where its cards come from, and how long it may take to answer."""

    issuer: str
    origin: CardOrigin
    timeout_seconds: float


@frozen(kw_only=True, eq=False)
class RoutingTable:
    """All ranges, sorted by number of digits (longest first) and low end; ``schemes`` knows prefixes no issuer serves."""

    ranges: tuple[tuple[int, tuple[str, ...], tuple[Range, ...]], ...]
    schemes: tuple[tuple[str, str], ...]
    _found: dict[str, Route | None] = field(factory=dict, init=False, repr=False)

    @classmethod
    def from_toml(cls, table: SpecTable) -> RoutingTable:
        rows = list(table.each("range", Range.from_toml))
        _refuse_overlaps(rows)
        schemes: dict[str, str] = {}
        for entry in table.tables("scheme"):
            name = entry.text("name")
            for prefix in entry.texts("bins"):
                if not re.fullmatch(r"[0-9]{1,11}", prefix):
                    entry.mistake("bins", repr(prefix), f"1 to {BIN_DIGITS_MAX} digits")
                elif schemes.setdefault(prefix, name) != name:
                    entry.mistake("bins", f"{prefix!r}, a prefix of {schemes[prefix]}", "each prefix once")
            entry.reading(SpecTable.done)
        table.done()
        return cls.of([item for _, item in rows], list(schemes.items()))

    @classmethod
    def of(cls, ranges: list[Range], schemes: list[tuple[str, str]]) -> RoutingTable:
        grouped = []
        for digits in sorted({len(item.low) for item in ranges}, reverse=True):
            alike = tuple(sorted((item for item in ranges if len(item.low) == digits), key=lambda item: item.low))
            grouped.append((digits, tuple(item.low for item in alike), alike))
        return cls(ranges=tuple(grouped), schemes=tuple(sorted(schemes, key=lambda pair: -len(pair[0]))))

    def find(self, pan: str) -> Route | None:
        """The route of a card number, or None where no range holds it."""
        prefix = pan[:BIN_DIGITS_MAX]
        try:
            return self._found[prefix]
        except KeyError:
            if len(self._found) >= FOUND_MAX:
                self._found.clear()
            route = self._found[prefix] = self._search(prefix)
            return route

    def _search(self, prefix: str) -> Route | None:
        for digits, lows, ranges in self.ranges:
            place = bisect_right(lows, prefix[:digits]) - 1
            if place >= 0 and len(prefix) >= digits and prefix[:digits] <= ranges[place].high:
                return ranges[place].route
        return None

    def with_timers(self, share: float) -> RoutingTable:
        """The same with times to answer that are so much shorter, or longer."""

        def timed(one: Range) -> Range:
            seconds = one.route.timeout_seconds
            return one if seconds is None else evolve(one, route=evolve(one.route, timeout_seconds=seconds * share))

        grouped = tuple((digits, lows, tuple(map(timed, ranges))) for digits, lows, ranges in self.ranges)
        return RoutingTable(ranges=grouped, schemes=self.schemes)

    def routes(self) -> Iterator[Route]:
        """The routes of all ranges."""
        return (item.route for _, _, ranges in self.ranges for item in ranges)

    def scheme_of(self, pan: str) -> str | None:
        """The name of a scheme known by its prefix although no issuer of it is routed."""
        return next((name for prefix, name in self.schemes if pan.startswith(prefix)), None)


def _refuse_overlaps(rows: list[tuple[SpecTable, Range]]) -> None:
    ordered = sorted(rows, key=lambda pair: (len(pair[1].low), pair[1].low))
    for (_, one), (entry, other) in pairwise(ordered):
        if len(one.low) == len(other.low) and other.low <= one.high:
            other_bins, bins = f"{other.low}-{other.high}", f"{one.low}-{one.high}"
            entry.mistake("bins", f"{other_bins} overlapping {bins} of {one.route.issuer}", "ranges of one length apart")
