"""Faults of a rendered statement, for those who test what reconciles statements: lines left out, a remise late or twice, a
clock that is off.

Only what is rendered is spoilt. The books, and the files that a close writes, are never read through here. The same seed spoils
the same lines.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from attrs import evolve

from switch.errors import SwitchError
from switch.record import frozen
from switch.settlement.statement import Statement, years_of_months
from switch.settlement.statement_facts import RemiseFacts

FaultKind = Literal["drop-lines", "late-remise", "double-remise", "clock-offset"]
FAULT_KINDS: Final[tuple[FaultKind, ...]] = ("drop-lines", "late-remise", "double-remise", "clock-offset")
FAULT_EXPECTED: Final = "drop-lines=3, late-remise, double-remise or clock-offset=1h"
HOUR_SECONDS, MINUTE_SECONDS = 3600, 60
OFFSET_SECONDS_MAX: Final = 26 * HOUR_SECONDS  #: between any two clocks on earth


@frozen(kw_only=True)
class StatementFault:
    """One fault that was asked for."""

    kind: FaultKind
    value: int = 0  #: lines, or seconds
    seed: int = 0

    @property
    def text(self) -> str:
        """As it could be typed."""
        return f"{self.kind}={self.value}{'s' if self.kind == 'clock-offset' else ''}" if self.value else self.kind

    @classmethod
    def parse(cls, text: str, seed: int = 0) -> StatementFault:
        """A fault as it is typed: its kind, then what it takes behind an equals sign. SwitchError where it is none.

        >>> StatementFault.parse("clock-offset=-90m").value
        -5400
        """
        name, equals, value = text.partition("=")
        kind = next((each for each in FAULT_KINDS if each == name), None)
        if kind == "drop-lines" and re.fullmatch(r"[1-9][0-9]{0,5}", value):
            return cls(kind=kind, value=int(value), seed=seed)
        if kind == "clock-offset" and (offset := re.fullmatch(r"([+-]?)([1-9][0-9]{0,4})([hms])", value)):
            seconds = int(offset[2]) * {"h": HOUR_SECONDS, "m": MINUTE_SECONDS, "s": 1}[offset[3]]
            if seconds <= OFFSET_SECONDS_MAX:
                return cls(kind=kind, value=-seconds if offset[1] == "-" else seconds, seed=seed)
        if kind in ("late-remise", "double-remise") and not equals:
            return cls(kind=kind, seed=seed)
        raise SwitchError(f"--fault: found {text!r}, expected {FAULT_EXPECTED}")


@frozen
class _Spoilt:
    """Lines without some of them, and with another time; gone through as often as the lines are."""

    lines: Iterable[Any]
    business_date: str
    dropped: frozenset[int]
    offset_seconds: int
    adjusts_place: int  #: of the business date that a line takes back, in a line

    def __iter__(self) -> Iterator[Any]:
        for number, line in enumerate(self.lines):
            if number in self.dropped:
                continue
            yield (self._moved(line), *line[1:]) if self.offset_seconds else line

    def _moved(self, line: tuple[Any, ...]) -> str:
        """MMDDhhmmss by the other clock; a date that no calendar has stays."""
        at = str(line[0])
        year = years_of_months(str(line[self.adjusts_place]) or self.business_date)[at[:2]]
        try:
            moment = datetime.strptime(f"{year}{at}", "%Y%m%d%H%M%S") + timedelta(seconds=self.offset_seconds)  # noqa: DTZ007
        except ValueError:
            return at
        return f"{moment:%m%d%H%M%S}"


def spoilt_statement(statement: Statement, faults: Sequence[StatementFault]) -> Statement:
    """A detailed statement with lines left out or its clock off; totals stay as the books have them.

    SwitchError for a fault of remises, which this layout does not have.
    """
    for fault in faults:
        if fault.kind in ("late-remise", "double-remise"):
            raise SwitchError(f"--fault {fault.kind}: found the layout detailed, expected --layout remise")
    counts = [section.total.line_count for section in statement.sections]
    dropped = _dropped(sum(counts), statement.head.business_date, faults)
    sections, first = [], 0
    for section, count in zip(statement.sections, counts, strict=True):
        here = frozenset(number - first for number in dropped if first <= number < first + count)
        lines = _Spoilt(section.lines, statement.head.business_date, here, _offset(faults), adjusts_place=-1)
        total = evolve(section.total, line_count=count - len(here))
        sections.append(evolve(section, lines=lines, total=total))
        first += count
    return evolve(statement, sections=tuple(sections))


def spoilt_remises(
    remises: Sequence[RemiseFacts], earlier: Sequence[RemiseFacts], business_date: str, faults: Sequence[StatementFault]
) -> list[RemiseFacts]:
    """The remises of a date with their faults; ``earlier`` are those of the statement before it, of which one comes late."""
    found = list(remises)
    for fault in faults:
        if fault.kind == "late-remise":
            late = _picked(earlier, fault)
            missing = _picked(found, fault)
            found = [*late, *(each for each in found if each not in missing)]
        elif fault.kind == "double-remise":
            twice = _picked(found, fault)
            found = [again for each in found for again in ((each, each) if each in twice else (each,))]
    counts = [group.line_count for remise in found for group in remise.groups]
    dropped = _dropped(sum(counts), business_date, faults)
    spoilt, first = [], 0
    for remise in found:
        groups = []
        for group in remise.groups:
            here = frozenset(number - first for number in dropped if first <= number < first + group.line_count)
            lines = _Spoilt(group.lines, remise.business_date, here, _offset(faults), adjusts_place=-1)
            groups.append(evolve(group, lines=lines, line_count=group.line_count - len(here)))
            first += group.line_count
        spoilt.append(evolve(remise, groups=tuple(groups)))
    return spoilt


def _offset(faults: Sequence[StatementFault]) -> int:
    return sum(fault.value for fault in faults if fault.kind == "clock-offset")


def _dropped(count: int, business_date: str, faults: Sequence[StatementFault]) -> frozenset[int]:
    """Which lines are left out, by their places among all of a statement."""
    dropped: set[int] = set()
    for fault in faults:
        if fault.kind == "drop-lines":
            wanted, tried = min(len(dropped) + fault.value, count), 0
            while len(dropped) < wanted:
                dropped.add(_chance(count, fault.seed, business_date, str(tried)))
                tried += 1
    return frozenset(dropped)


def _picked(remises: Sequence[RemiseFacts], fault: StatementFault) -> list[RemiseFacts]:
    """The one remise of a date that the seed picks; the same whichever day asks."""
    if not remises:
        return []
    return [remises[_chance(len(remises), fault.seed, remises[0].business_date, fault.kind)]]


def _chance(count: int, *about: object) -> int:
    """A number below ``count`` that hangs on nothing but what it is about."""
    return int.from_bytes(hashlib.sha256(repr(about).encode()).digest()[:8]) % count
