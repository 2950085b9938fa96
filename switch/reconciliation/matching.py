"""Two sides reconciled: which passes run in which order, and what is said of the lines that are left."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable
from typing import Final, Literal

from switch.reconciliation.cancelled import fold_named, fold_near
from switch.reconciliation.clock import set_clocks
from switch.reconciliation.findings import FINDING_CLASSES, UNMATCHED, Finding, LostLines, MatchedSides, Offset, prove
from switch.reconciliation.movement import RELEVE, SALES, Movement, Side, with_entries
from switch.reconciliation.sale_passes import by_card, by_days, by_parts, by_reference, by_stan, by_time
from switch.reconciliation.sum_passes import match_sums
from switch.reconciliation.workbench import Workbench
from switch.record import frozen


@frozen(kw_only=True)
class Windows:
    """How far apart two lines of one sale may be, where no reference names it."""

    minutes: int = 20  #: at a terminal
    days: int = 3  #: online


DEFAULT_WINDOWS: Final = Windows()


def reconcile(left: Side, right: Side, windows: Windows = DEFAULT_WINDOWS) -> MatchedSides:
    """Match the lines of two sides. The order of the lines in their files plays no part.

    Sales are matched one by one where both sides list them; otherwise remises and sums are.
    """
    left, right = with_entries(left, right), with_entries(right, left)
    offsets: tuple[Offset, ...] = ()
    one_by_one = left.level == right.level == SALES
    if one_by_one:
        findings, offsets = _match_sales(left, right, windows)
    else:
        findings = match_sums(left, right)
    prove(left.lines, right.lines, findings, of_lines=one_by_one)
    for finding in findings:
        finding.sort()
    ordered = sorted(findings, key=_order)
    return MatchedSides(
        left=left, right=right, findings=tuple(ordered), offsets=offsets, lost=tuple(_lost(left, right, ordered))
    )


def _match_sales(left: Side, right: Side, windows: Windows) -> tuple[list[Finding], tuple[Offset, ...]]:
    bench = Workbench.of(left.lines, right.lines)
    seconds = windows.minutes * 60
    fold_named(bench)
    offsets = set_clocks(bench)
    by_reference(bench)
    by_time(bench, seconds)
    fold_near(bench, seconds)
    by_parts(bench, seconds)
    by_days(bench, windows.days)
    by_stan(bench)
    by_card(bench)
    doubles = _doubles(bench)
    for side in (0, 1):
        for item in bench.open_items()[side]:
            note = doubles[side](item.line)
            bench.take("", [item] if side == 0 else [], [item] if side else [], UNMATCHED, note)
    return bench.findings, offsets


def _references(line: Movement) -> list[Hashable]:
    found: list[Hashable] = []
    if line.rrn:
        found.append(("rrn", line.rrn, line.amount_minor))
    if line.stan:
        found.append(("stan", line.stan, line.date, line.amount_minor, line.card))
    return found


def _doubles(bench: Workbench) -> tuple[Callable[[Movement], str], Callable[[Movement], str]]:
    """For each side, what says of a line that it repeats one that was matched."""

    def of(items: list[Movement]) -> Callable[[Movement], str]:
        places: dict[Hashable, int] = {}
        for line in items:
            for reference in _references(line):
                places[reference] = min(line.place, places.get(reference, line.place))

        def note(line: Movement) -> str:
            place = next((places[each] for each in _references(line) if each in places), None)
            return "" if place is None else f"repeats line {place}, which is matched"

        return note

    return (
        of([item.line for item in bench.left if item.taken]),
        of([item.line for item in bench.right if item.taken]),
    )


def _order(finding: Finding) -> tuple[object, ...]:
    """Findings by class, in the order of their dates and times; of equal ones the file decides."""
    first = (finding.left or finding.right)[0]
    second = -1 if first.second is None else first.second
    return (FINDING_CLASSES.index(finding.outcome), not finding.left, first.date, second, first.place)


def _lost(left: Side, right: Side, findings: list[Finding]) -> list[LostLines]:
    """What a side seems to have lost: lines of a remise, of which it has others, or lines that its own totals count."""
    found: list[LostLines] = []
    if left.kind == right.kind == RELEVE and left.level == right.level == SALES:
        for lacking, having in (("right", "left"), ("left", "right")):
            found += _lost_lines("right" if lacking == "right" else "left", having, findings)
    for name, side in (("left", left), ("right", right)):
        found += _short_of_totals("left" if name == "left" else "right", side)
    return found


def _lost_lines(lacking: Literal["left", "right"], having: str, findings: list[Finding]) -> list[LostLines]:
    there: Counter[tuple[str, str]] = Counter()
    missing: defaultdict[tuple[str, str], list[Movement]] = defaultdict(list)
    for finding in findings:
        for line in getattr(finding, having):
            if finding.left and finding.right:
                there[_remise_of(line), line.currency] += 1
            elif not finding.by:
                missing[_remise_of(line), line.currency].append(line)
    return [
        LostLines(
            side=lacking,
            of=of,
            line_count=len(lines),
            amount_minor=sum(line.amount_minor for line in lines),
            currency=currency,
            has_count=there[of, currency],
        )
        for (of, currency), lines in sorted(missing.items())
        if there[of, currency]
    ]


def _remise_of(line: Movement) -> str:
    return named_remise(line.remise, line.remise_date or line.date)


def named_remise(remise: str, date: str) -> str:
    """A remise in words."""
    return f"remise {remise} of {date}" if remise else date


def _short_of_totals(name: Literal["left", "right"], side: Side) -> list[LostLines]:
    """Remises whose lines do not come to the totals that the file states."""
    stated: Counter[tuple[str, str, str]] = Counter()
    for each in side.stated:
        if each.gross_minor is not None:
            stated[each.remise, each.date, each.currency] += each.gross_minor
    there: Counter[tuple[str, str, str]] = Counter()
    count: Counter[tuple[str, str, str]] = Counter()
    for line in side.lines:
        key = (line.remise, line.remise_date, line.currency)
        there[key] += line.amount_minor
        count[key] += 1
    return [
        LostLines(
            side=name,
            of=named_remise(key[0], key[1]),
            line_count=0,
            amount_minor=total - there[key],
            currency=key[2],
            has_count=count[key],
        )
        for key, total in sorted(stated.items())
        if total != there[key]
    ]
