"""The passes over sums: what a bank credits, or an acquirer lists, against the remises that its sales come to.

A *unit* is a remise, or a line that is a sum by itself. A credit is the net of one, or of all of a date.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from itertools import groupby
from typing import Final

from attrs import Factory, define

from switch.reconciliation.findings import (
    BY_DATE,
    BY_NET,
    BY_NUMBER,
    DATE_ALONE,
    DIFFERENCE,
    MATCHED,
    NUMBER_ALONE,
    UNMATCHED,
    Class,
    Finding,
)
from switch.reconciliation.movement import BANK, SALES, TILL, Movement, Side, content_of
from switch.reconciliation.workbench import day_of

CREDIT_DAYS_MAX: Final = 10  #: between a remise and its credit: a bank holiday, a weekend, and some days in hand
NUMBER_DAYS_MAX: Final = 5  #: the same where only the number says so: a terminal's number comes again each day
ALIKE_PER_CENT: Final = 10  #: how far a credit may lie from the only sum of its date, to be its difference
CANDIDATES_MAX_OF_SUM: Final = 64
_DIGITS: Final = re.compile(r"[0-9]{3,}")
_WORD: Final = re.compile(r"[A-Z0-9][A-Z0-9./-]{5,}")


@define(eq=False)
class Unit:
    """A remise, or a line that is a sum: the lines it is made of, and what is compared."""

    lines: list[Movement]
    amount_minor: int
    currency: str
    day: int | None
    names: frozenset[str]  #: its number without leading zeros, its reference
    tokens: frozenset[str] = frozenset()  #: what stands in its label
    family: int = 0  #: of units that a bank may credit as one: sales of a remise, and its refunds
    taken: bool = False


@define
class Sums:
    """The units of both sides, and the findings so far."""

    left: list[Unit]
    right: list[Unit]
    bank_is_right: bool = True
    findings: list[Finding] = Factory(list)

    def open_units(self) -> tuple[list[Unit], list[Unit]]:
        return [unit for unit in self.left if not unit.taken], [unit for unit in self.right if not unit.taken]

    def take(self, by: str, left: list[Unit], right: list[Unit], outcome: Class) -> None:
        for unit in (*left, *right):
            assert not unit.taken
            unit.taken = True
        mine, theirs = ([unit.day for unit in units if unit.day is not None] for units in (left, right))
        days = min(theirs) - min(mine) if mine and theirs else 0
        count = f"{abs(days)} day" if abs(days) == 1 else f"{abs(days)} days"
        self.findings.append(
            Finding(
                outcome,
                by,
                (left or right)[0].currency,
                tuple(line for unit in left for line in unit.lines),
                tuple(line for unit in right for line in unit.lines),
                sum(unit.amount_minor for unit in left),
                sum(unit.amount_minor for unit in right),
                f"RIGHT is {count} {'later' if days > 0 else 'earlier'}" if days else "",
            )
        )


def match_sums(left: Side, right: Side) -> list[Finding]:
    """The findings of two sides of which one at least has sums; sales of the other are put together into remises."""
    of_gross = TILL in (left.kind, right.kind)
    sums = Sums(units_of(left, of_gross=of_gross), units_of(right, of_gross=of_gross), left.kind != BANK)
    totals = [sum(unit.amount_minor for unit in units) for units in (sums.left, sums.right)]
    _by_name(sums)
    _by_family(sums)
    _by_amount(sums)
    _by_date(sums)
    _by_name_alone(sums)
    _by_date_alone(sums)
    for unit in sums.open_units()[0]:
        sums.take("", [unit], [], UNMATCHED)
    for unit in sums.open_units()[1]:
        sums.take("", [], [unit], UNMATCHED)
    found = [sum(each.left_minor for each in sums.findings), sum(each.right_minor for each in sums.findings)]
    assert found == totals, "the findings do not add up to the remises"
    return sums.findings


def units_of(side: Side, *, of_gross: bool) -> list[Unit]:
    """The units of a side, in an order that its file does not decide."""
    if side.level == SALES:
        units = _remises(side, of_gross=of_gross)
    else:
        units = [
            Unit(
                [line],
                line.amount_minor if of_gross or line.net_minor is None else line.net_minor,
                line.currency,
                day_of(line.value_date or line.date),
                _names(line.remise, line.reference),
                _tokens(line.label),
            )
            for line in side.lines
        ]
    return sorted(units, key=lambda unit: (unit.day or 0, unit.amount_minor, unit.currency, content_of(unit.lines[0])))


def _remises(side: Side, *, of_gross: bool) -> list[Unit]:
    """Sales put together by block, or remise, or reference, or date. Where the file states the net, that is compared."""
    stated: defaultdict[Hashable, list[int]] = defaultdict(list)
    families: dict[int, int] = {}
    in_blocks = any(line.block for line in side.lines)
    for each in side.stated:
        minor = each.gross_minor if of_gross else each.net_minor
        if minor is not None:
            stated[each.place if in_blocks else (each.remise, each.date)].append(minor)
        families[each.place] = each.family
    units = []
    for (reference, remise, date, currency, _, block), of in groupby(
        sorted(side.lines, key=lambda line: (_remise_key(line), content_of(line))), _remise_key
    ):
        lines = list(of)
        minors = stated.get(block if in_blocks else (remise, date))
        if minors:
            amount = sum(minors)
        elif of_gross:
            amount = sum(line.amount_minor for line in lines)
        else:
            amount = sum(line.amount_minor if line.net_minor is None else line.net_minor for line in lines)
        day = day_of(lines[0].value_date or date)
        names = _names(remise, reference)
        units.append(Unit(lines, amount, currency, day, names, family=families.get(block, 0)))
    return units


def _remise_key(line: Movement) -> tuple[str, str, str, str, str, int]:
    """What the lines of one remise share: two terminals may have remises of one number."""
    terminal_id = line.terminal_id if line.remise else ""
    return (line.reference, line.remise, line.remise_date or line.date, line.currency, terminal_id, line.block)


def _names(remise: str, reference: str) -> frozenset[str]:
    return frozenset(name for name in (remise.lstrip("0"), reference.upper()) if name)


def _tokens(label: str) -> frozenset[str]:
    """The numbers and the words of a label by which it may name a remise."""
    upper = label.upper()
    return frozenset(run.lstrip("0") for run in _DIGITS.findall(upper)) | frozenset(_WORD.findall(upper))


def _apart(one: Unit, other: Unit) -> int:
    """Days between two units; none where one has no date."""
    return abs(one.day - other.day) if one.day is not None and other.day is not None else 0


def _nearest(unit: Unit, others: Iterable[Unit], days_max: int) -> Unit | None:
    near = [other for other in others if not other.taken and _apart(unit, other) <= days_max]
    return min(near, key=lambda other: _apart(unit, other), default=None)


def _earliest(sums: Sums, unit: Unit, others: Iterable[Unit]) -> Unit | None:
    """Of units of one amount that may be its twin, the earliest that is not credited before its date, else the nearest."""
    near = [other for other in others if not other.taken and _apart(unit, other) <= CREDIT_DAYS_MAX]

    def order(other: Unit) -> tuple[bool, int]:
        late = (unit.day or 0) - (other.day or 0) if unit.day is not None and other.day is not None else 0
        late = late if sums.bank_is_right else -late
        return (late < 0, -late)

    return min(near, key=order, default=None)


def _named(units: list[Unit], more: Callable[[Unit], Hashable]) -> dict[Hashable, list[Unit]]:
    index: defaultdict[Hashable, list[Unit]] = defaultdict(list)
    for unit in units:
        for name in sorted(unit.names | unit.tokens):
            index[name, more(unit)].append(unit)
    return index


def _candidates(unit: Unit, index: dict[Hashable, list[Unit]], more: Hashable) -> list[Unit]:
    """Units of the other side that are named as this one: the name of one is in the label of the other, or they share it."""
    found: dict[int, Unit] = {}
    for name in sorted(unit.names | unit.tokens):
        for other in index.get((name, more), ())[:CANDIDATES_MAX_OF_SUM]:
            if not other.taken and (name in unit.names or name in other.names):
                found[id(other)] = other
    return list(found.values())


def _by_name(sums: Sums) -> None:
    left, right = sums.open_units()
    index = _named(left, lambda unit: (unit.amount_minor, unit.currency))
    for unit in right:
        other = _earliest(sums, unit, _candidates(unit, index, (unit.amount_minor, unit.currency)))
        if other is not None:
            sums.take(BY_NUMBER, [other], [unit], MATCHED)


def _by_family(sums: Sums) -> None:
    """The same for a remise that stands in several blocks, of sales, refunds and cancellations, and is credited once."""
    for parts_are_left in (True, False):
        left, right = sums.open_units()
        parts, wholes = (left, right) if parts_are_left else (right, left)
        families: defaultdict[int, list[Unit]] = defaultdict(list)
        for part in parts:
            if part.family:
                families[part.family].append(part)
        index: defaultdict[tuple[str, int, str], list[list[Unit]]] = defaultdict(list)
        for _, of in sorted(families.items()):
            for name in sorted(of[0].names) if len(of) > 1 else ():
                index[name, sum(part.amount_minor for part in of), of[0].currency].append(of)
        for whole in wholes if index else ():
            for name in sorted(whole.names | whole.tokens):
                near = [
                    of
                    for of in index.get((name, whole.amount_minor, whole.currency), ())
                    if not of[0].taken and _apart(of[0], whole) <= CREDIT_DAYS_MAX
                ]
                if near:
                    sums.take(BY_NUMBER, *((near[0], [whole]) if parts_are_left else ([whole], near[0])), MATCHED)
                    break


def _by_name_alone(sums: Sums) -> None:
    left, right = sums.open_units()
    index = _named(left, lambda unit: (unit.amount_minor < 0, unit.currency))
    for unit in right:
        other = _nearest(unit, _candidates(unit, index, (unit.amount_minor < 0, unit.currency)), NUMBER_DAYS_MAX)
        if other is not None:
            sums.take(NUMBER_ALONE, [other], [unit], DIFFERENCE)


def _by_amount(sums: Sums) -> None:
    left, right = sums.open_units()
    known = frozenset(name for unit in sums.left for name in unit.names)
    known_right = frozenset(name for unit in sums.right for name in unit.names)
    index: defaultdict[tuple[int, str], list[Unit]] = defaultdict(list)
    for unit in left:
        index[unit.amount_minor, unit.currency].append(unit)
    for unit in right:
        others = index.get((unit.amount_minor, unit.currency), ())[:CANDIDATES_MAX_OF_SUM]
        fitting = [other for other in others if not _names_another(unit, other, known, known_right)]
        found = _earliest(sums, unit, fitting)
        if found is not None:
            sums.take(BY_NET, [found], [unit], MATCHED)


def _names_another(unit: Unit, other: Unit, known: frozenset[str], known_right: frozenset[str]) -> bool:
    """Whether a label names a remise that is there, and not this one."""
    mine, theirs = (unit.names | unit.tokens) & known, (other.names | other.tokens) & known_right
    return bool(mine and not mine & other.names) or bool(theirs and not theirs & unit.names)


def _by_date(sums: Sums) -> None:
    """A unit of one side that is the sum of all units of a date of the other side."""
    for parts_are_left in (True, False):
        left, right = sums.open_units()
        parts, wholes = (left, right) if parts_are_left else (right, left)
        dates: defaultdict[tuple[int, str], list[Unit]] = defaultdict(list)
        for part in parts:
            if part.day is not None:
                dates[part.day, part.currency].append(part)
        index: defaultdict[tuple[int, str], list[tuple[int, str]]] = defaultdict(list)
        for (day, currency), of in sorted(dates.items()):
            if len(of) > 1:
                index[sum(part.amount_minor for part in of), currency].append((day, currency))
        for whole in wholes:
            near = [
                key
                for key in index.get((whole.amount_minor, whole.currency), ())
                if whole.day is None or abs(whole.day - key[0]) <= CREDIT_DAYS_MAX
            ]
            if near:
                key = min(near, key=lambda each: abs((whole.day or 0) - each[0]))
                index[whole.amount_minor, whole.currency].remove(key)
                sides = (dates[key], [whole]) if parts_are_left else ([whole], dates[key])
                sums.take(BY_DATE, *sides, MATCHED)


def _by_date_alone(sums: Sums) -> None:
    """Two units of nearly one date that are nearly alike, and like no other: they are each other's difference."""
    left, right = sums.open_units()
    mine, theirs = _by_day(left), _by_day(right)
    for unit in left:
        others = _alike(unit, theirs, range(NUMBER_DAYS_MAX + 1))
        if len(others) == 1 and _alike(others[0], mine, range(-NUMBER_DAYS_MAX, 1)) == [unit]:
            sums.take(DATE_ALONE, [unit], others, DIFFERENCE)


def _by_day(units: list[Unit]) -> dict[tuple[int, str], list[Unit]]:
    of_day: defaultdict[tuple[int, str], list[Unit]] = defaultdict(list)
    for unit in units:
        if unit.day is not None:
            of_day[unit.day, unit.currency].append(unit)
    return of_day


def _alike(unit: Unit, others: dict[tuple[int, str], list[Unit]], days: range) -> list[Unit]:
    """The units within some days whose amounts are nearly this one's."""
    if unit.day is None:
        return []
    near: list[Unit] = []
    for apart in days:
        near += others.get((unit.day + apart, unit.currency), ())[:CANDIDATES_MAX_OF_SUM]
    return [other for other in near if not other.taken and _is_nearly(unit.amount_minor, other.amount_minor)]


def _is_nearly(one_minor: int, other_minor: int) -> bool:
    return abs(one_minor - other_minor) * 100 <= ALIKE_PER_CENT * max(abs(one_minor), abs(other_minor))
