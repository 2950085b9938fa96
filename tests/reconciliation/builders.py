"""Sides to match, written as short as a test can read them."""

from __future__ import annotations

from collections.abc import Iterable

from switch.reconciliation.findings import Finding, MatchedSides
from switch.reconciliation.movement import BANK, RELEVE, SALES, SUMS, TILL, FileKind, Movement, Side, Stated

TUESDAY = "2026-02-03"
WEDNESDAY = "2026-02-04"
CARD = "950401******0019"
OTHER_CARD = "950402******0027"


def sale(amount: str, at: str = "", **said: object) -> Movement:
    """A line of an amount such as ``125.00``, at a time such as ``10:05`` of that Tuesday."""
    minor = round(float(amount) * 100)
    second = int(at[:2]) * 3600 + int(at[3:5]) * 60 if at else None
    values: dict[str, object] = {"date": TUESDAY, "second": second, **said}
    return Movement(0, minor, "504", **values)  # type: ignore[arg-type]


def side(lines: Iterable[Movement], kind: FileKind = TILL, name: str = "", stated: Iterable[Stated] = ()) -> Side:
    """A file of these lines, numbered from 1."""
    numbered = list(lines)
    for place, line in enumerate(numbered, start=1):
        line.place = place  # type: ignore[misc]  # a record is frozen to the type checker alone
    return Side(
        name=name or f"{kind}.csv",
        form=kind,
        kind=kind,
        level=SUMS if kind == BANK else SALES,
        lines=tuple(numbered),
        stated=tuple(stated),
    )


def till(*lines: Movement) -> Side:
    return side(lines, TILL)


def releve(*lines: Movement, stated: Iterable[Stated] = ()) -> Side:
    return side(lines, RELEVE, stated=stated)


def bank(*lines: Movement) -> Side:
    return side(lines, BANK)


def told(found: MatchedSides) -> list[tuple[str, str, list[int], list[int]]]:
    """Class, pass and the lines of each finding."""
    return [_told(finding) for finding in found.findings]


def _told(finding: Finding) -> tuple[str, str, list[int], list[int]]:
    return (finding.outcome, finding.by, [line.place for line in finding.left], [line.place for line in finding.right])
