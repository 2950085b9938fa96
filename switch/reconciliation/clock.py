"""The clock of one file against the other's, date by date: in Morocco clocks go back for Ramadan, and not all on one day."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Hashable
from datetime import date
from typing import Final

from switch.reconciliation.findings import Offset
from switch.reconciliation.workbench import Item, Workbench

HOURS_MAX: Final = 2  #: how far apart two clocks are looked for
RESIDUAL_SECONDS: Final = 600  #: how far from whole hours two times of one sale may lie
NEAR_SECONDS_OF_CLOCK: Final = 300  #: the same where no reference says that it is one sale
PAIRS_MIN: Final = 3  #: that say so, without a reference
NAMED_PAIRS_MIN: Final = 2
SHARE_MIN: Final = 0.6  #: of the pairs of a date


def set_clocks(bench: Workbench) -> tuple[Offset, ...]:
    """Find the offset of each date of the right side, and move its lines to the left side's clock."""
    votes = _votes_by_reference(bench)
    known = {day for day, of in votes.items() if sum(of.values()) >= NAMED_PAIRS_MIN}
    by_amount = _votes_by_amount(bench, known)
    hours: dict[int, tuple[int, int]] = {}
    for day in known:
        (best, count), total = votes[day].most_common(1)[0], sum(votes[day].values())
        if count >= NAMED_PAIRS_MIN and count >= SHARE_MIN * total:
            hours[day] = (best, count)
    for day, of in by_amount.items():
        best = max(sorted(of), key=lambda each: (of[each], -abs(each), each))
        if best and of[best] >= PAIRS_MIN and of[best] >= 2 * of[0]:
            hours[day] = (best, of[best])
    offsets = {day: found for day, found in hours.items() if found[0]}
    for item in bench.right:
        if item.day in offsets:
            item.move_clock(offsets[item.day][0])
    return tuple(
        Offset(date=date.fromordinal(day).isoformat(), hours=found[0], pair_count=found[1])
        for day, found in sorted(offsets.items())
    )


def _votes_by_reference(bench: Workbench) -> dict[int, Counter[int]]:
    """What pairs that share a reference, and share it with nobody else, say of each date."""
    sides: list[dict[Hashable, Item | None]] = [{}, {}]
    for found, items in zip(sides, (bench.left, bench.right), strict=True):
        for item in items:
            key = _reference(item)
            if item.at is not None and not item.taken and key is not None:
                found[key] = None if key in found else item
    votes: defaultdict[int, Counter[int]] = defaultdict(Counter)
    for key, other in sides[1].items():
        mine = sides[0].get(key)
        if mine is None or other is None or mine.at is None or other.at is None or other.day is None:
            continue
        hours, seconds = divmod(mine.at - other.at + 1800, 3600)
        if abs(seconds - 1800) <= RESIDUAL_SECONDS and abs(hours) <= HOURS_MAX:
            votes[other.day][hours] += 1
    return votes


def _reference(item: Item) -> Hashable | None:
    line = item.line
    if line.rrn:
        return (line.rrn, line.amount_minor)
    return (line.stan, line.amount_minor, item.tail, line.currency) if line.stan else None


def _votes_by_amount(bench: Workbench, known: set[int]) -> dict[int, Counter[int]]:
    """For each date of which no reference tells, how many lines find a line of their amount at each offset."""
    left, right = bench.open_items()
    times: defaultdict[tuple[int, str], list[int]] = defaultdict(list)
    for item in left:
        if item.at is not None:
            times[item.line.amount_minor, item.line.currency].append(item.at)
    for each in times.values():
        each.sort()
    votes: defaultdict[int, Counter[int]] = defaultdict(Counter)
    for item in right:
        if item.at is None or item.day is None or item.day in known:
            continue
        found = times.get((item.line.amount_minor, item.line.currency))
        for hours in range(-HOURS_MAX, HOURS_MAX + 1) if found else ():
            assert found is not None
            at = item.at + hours * 3600
            place = bisect_left(found, at - NEAR_SECONDS_OF_CLOCK)
            if place < len(found) and found[place] <= at + NEAR_SECONDS_OF_CLOCK:
                votes[item.day][hours] += 1
    return votes
