"""The passes over single sales: by reference, by card, by time, by date; the strongest key first.

No pass compares each line with each: lines are looked up by key, and of those that share one a few are looked at.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Iterator
from itertools import combinations
from typing import Final

from switch.reconciliation.findings import (
    APPROVAL_ALONE,
    BY_APPROVAL,
    BY_DAYS,
    BY_RRN,
    BY_SPLIT,
    BY_STAN,
    BY_TICKET,
    BY_TIME,
    CARD_ALONE,
    DIFFERENCE,
    MATCHED,
    RRN_ALONE,
    STAN_ALONE,
    Class,
)
from switch.reconciliation.movement import ONLINE, TERMINAL
from switch.reconciliation.workbench import Item, Workbench

CANDIDATES_MAX: Final = 32  #: lines with one key that are looked at for a partner
SPLIT_CANDIDATES_MAX: Final = 24  #: lines of a window in which parts of a payment are looked for: more is guessing
#: How far apart two clocks may be, in seconds, before the window that was asked for: near lines find each other first.
NEAR_SECONDS: Final = (60, 300)

LineKey = Callable[[Item], Hashable | None]


def by_reference(bench: Workbench) -> None:
    """The passes by what names a sale, first where the amounts are equal, then where they are not."""
    _by_key(bench, BY_RRN, lambda item: item.line.rrn and (item.line.rrn, *_amount(item)))
    by_stan(bench)
    _by_key(bench, BY_APPROVAL, lambda item: _approval(item) and (*_approval(item), *_amount(item)))
    _by_key(bench, RRN_ALONE, lambda item: item.line.rrn and (item.line.rrn, *_sign(item)), DIFFERENCE)
    _by_key(bench, APPROVAL_ALONE, lambda item: _approval(item) and (*_approval(item), *_sign(item)), DIFFERENCE)
    _by_key(
        bench,
        STAN_ALONE,
        lambda item: (item.line.stan, item.day, item.tail, *_sign(item)) if item.line.stan and item.tail and item.day else None,
        DIFFERENCE,
    )


def by_stan(bench: Workbench) -> None:
    """The pass by STAN + date + amount."""
    _by_key(bench, BY_STAN, lambda item: (item.line.stan, item.day, *_amount(item)) if item.line.stan and item.day else None)


def _amount(item: Item) -> tuple[int, str]:
    return item.line.amount_minor, item.line.currency


def _sign(item: Item) -> tuple[bool, str]:
    return item.line.amount_minor < 0, item.line.currency


def _approval(item: Item) -> tuple[str, ...]:
    """Approval code and card; empty, and so no key, where one is missing."""
    return (item.line.approval_code, item.tail) if item.line.approval_code and item.tail else ()


def _by_key(bench: Workbench, name: str, key: LineKey, outcome: Class = MATCHED) -> None:
    left, right = bench.open_items()
    index: defaultdict[Hashable, deque[Item]] = defaultdict(deque)
    for item in right:
        found = key(item)
        if found:
            index[found].append(item)
    for item in left:
        found = key(item)
        others = index.get(found) if found else None
        place = _nearest(bench, item, others) if others else None
        if others and place is not None:
            other = others[place]
            del others[place]
            bench.take(name, [item], [other], outcome)


def _nearest(bench: Workbench, item: Item, others: deque[Item]) -> int | None:
    """Of lines with one key, the place of the one that is nearest in time and does not contradict."""
    best: tuple[int, int] | None = None
    for place in range(min(len(others), CANDIDATES_MAX)):
        other = others[place]
        if bench.contradict(item, other):
            continue
        if item.at is not None and other.at is not None:
            apart = abs(item.at - other.at)
        else:
            apart = abs((item.day or 0) - (other.day or 0)) * 86_400
        if best is None or apart < best[0]:
            best = (apart, place)
    return None if best is None else best[1]


def by_time(bench: Workbench, window_seconds: int) -> None:
    """The pass by amount and time: in each amount the lines are gone through once, in the order of their times."""
    for seconds in (*(near for near in NEAR_SECONDS if near < window_seconds), window_seconds):
        left, right = bench.open_items()
        index: defaultdict[Hashable, list[Item]] = defaultdict(list)
        for item in right:
            if item.at is not None:
                index[_amount(item)].append(item)
        for others in index.values():
            others.sort(key=lambda item: item.at or 0)
        first: defaultdict[Hashable, int] = defaultdict(int)  #: of the lines of an amount, those before are past
        for item in sorted((item for item in left if item.at is not None), key=lambda item: item.at or 0):
            amount, at = _amount(item), item.at or 0
            found = index.get(amount, [])
            low = first[amount]
            while low < len(found) and (found[low].taken or (found[low].at or 0) < at - seconds):
                low += 1
            first[amount] = low
            for other in found[low : low + CANDIDATES_MAX]:
                if (other.at or 0) > at + seconds:
                    break
                if not other.taken and not bench.contradict(item, other):
                    bench.take(BY_TIME, [item], [other])
                    break


def by_days(bench: Workbench, days: int) -> None:
    """The pass by amount and date, the nearest dates first.

    Sales online may be days apart, and so may lines that neither a channel nor a terminal tells of, where one of them has no
    time. A sale at a terminal has the same date on both sides; with two times it is left to the pass by time.
    """
    for apart in sorted(range(-days, days + 1), key=lambda each: (abs(each), -each)):
        left, right = bench.open_items()
        index: defaultdict[Hashable, deque[Item]] = defaultdict(deque)
        for item in right:
            if item.day is not None:
                index[(*_amount(item), item.day)].append(item)
        for item in left:
            others = index.get((*_amount(item), item.day + apart)) if item.day is not None else None
            for place in range(min(len(others), CANDIDATES_MAX) if others else 0):
                assert others is not None
                other = others[place]
                if _may_be_apart(item, other, apart) and not bench.contradict(item, other):
                    del others[place]
                    bench.take(BY_DAYS, [item], [other])
                    break


def _may_be_apart(one: Item, other: Item, days: int) -> bool:
    channels = {one.line.channel, other.line.channel}
    if ONLINE in channels:
        return True
    is_timed = one.at is not None and other.at is not None
    if TERMINAL in channels or one.line.terminal_id or other.line.terminal_id:
        return days == 0 and not is_timed
    return days == 0 or not is_timed


def by_card(bench: Workbench) -> None:
    """The last pass: where each side has one line left of a card on a date, they are each other's difference."""
    left, right = (_only_of_card(items) for items in bench.open_items())
    for key, item in left.items():
        other = right.get(key)
        if item is not None and other is not None and not bench.contradict(item, other):
            bench.take(CARD_ALONE, [item], [other], DIFFERENCE)


def _only_of_card(items: list[Item]) -> dict[Hashable, Item | None]:
    """The only line of each card and date; None where there are several."""
    found: dict[Hashable, Item | None] = {}
    for item in items:
        if item.head and item.tail and item.day is not None:
            key = (item.head, item.tail, item.day, *_sign(item))
            found[key] = None if key in found else item
    return found


def by_parts(bench: Workbench, window_seconds: int) -> None:
    """The passes for a payment that one side has in parts: parts with one ticket, then two parts near in time.

    Two parts are taken only where no other two of the window come to the same.
    """
    for parts_are_left in (True, False):
        _by_ticket(bench, window_seconds, parts_are_left)
    for parts_are_left in (True, False):
        _by_two_parts(bench, window_seconds, parts_are_left)


def _sides(bench: Workbench, parts_are_left: bool) -> tuple[list[Item], list[Item]]:
    left, right = bench.open_items()
    return (left, right) if parts_are_left else (right, left)


def _take(bench: Workbench, name: str, parts: list[Item], whole: Item, parts_are_left: bool) -> None:
    if parts_are_left:
        bench.take(name, parts, [whole])
    else:
        bench.take(name, [whole], parts)


def _by_ticket(bench: Workbench, window_seconds: int, parts_are_left: bool) -> None:
    parts, wholes = _sides(bench, parts_are_left)
    tickets: defaultdict[tuple[str, str, bool], list[Item]] = defaultdict(list)
    for item in parts:
        if item.line.ticket:
            tickets[(item.line.ticket, item.line.currency, item.line.amount_minor < 0)].append(item)
    index: defaultdict[tuple[int, str], list[Item]] = defaultdict(list)
    for item in wholes:
        index[_amount(item)].append(item)
    for (_, currency, _), of in sorted(tickets.items()):
        if len(of) < 2:
            continue
        for whole in index.get((sum(item.line.amount_minor for item in of), currency), [])[:CANDIDATES_MAX]:
            if not whole.taken and all(_is_near(whole, item, window_seconds) for item in of):
                _take(bench, BY_TICKET, of, whole, parts_are_left)
                break


def _is_near(one: Item, other: Item, window_seconds: int) -> bool:
    if one.at is not None and other.at is not None:
        return abs(one.at - other.at) <= window_seconds
    return one.day is None or other.day is None or one.day == other.day


def _by_two_parts(bench: Workbench, window_seconds: int, parts_are_left: bool) -> None:
    parts, wholes = _sides(bench, parts_are_left)
    timed = sorted((item for item in parts if item.at is not None), key=lambda item: item.at or 0)
    times = [item.at or 0 for item in timed]
    for whole in wholes:
        if whole.at is None:
            continue
        start = bisect_left(times, whole.at - window_seconds)
        end = bisect_left(times, whole.at + window_seconds + 1)
        if not 2 <= end - start <= SPLIT_CANDIDATES_MAX:
            continue
        found = list(_pairs_of(bench, whole, timed[start:end]))
        if len(found) == 1:
            _take(bench, BY_SPLIT, found[0], whole, parts_are_left)


def _pairs_of(bench: Workbench, whole: Item, near: list[Item]) -> Iterator[list[Item]]:
    amount, currency = _amount(whole)
    fitting = [
        item
        for item in near
        if not item.taken
        and item.line.currency == currency
        and 0 < abs(item.line.amount_minor) < abs(amount)
        and (item.line.amount_minor < 0) == (amount < 0)
        and not ("terminal_id" in bench.shared and _other_terminal(item, whole))
    ]
    for one, other in combinations(fitting, 2):
        if one.line.amount_minor + other.line.amount_minor == amount:
            yield [one, other]


def _other_terminal(one: Item, other: Item) -> bool:
    mine, theirs = one.line.terminal_id, other.line.terminal_id
    return bool(mine and theirs and mine != theirs)
