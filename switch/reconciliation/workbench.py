"""What the passes work on: the lines of two sides in an order that their files do not decide, and who was taken already."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Final

from attrs import Factory, define

from switch.reconciliation.findings import MATCHED, Class, Finding
from switch.reconciliation.movement import Movement, content_of

DAY_SECONDS: Final = 86_400
CARD_TAIL_DIGITS: Final = 4
CARD_HEAD_DIGITS: Final = 6
_HEAD: Final = re.compile(rf"[0-9]{{{CARD_HEAD_DIGITS}}}")
_TAIL: Final = re.compile(rf"[0-9]{{{CARD_TAIL_DIGITS}}}$")


def day_of(iso: str) -> int | None:
    """The number of a date, to count days with; None of no date."""
    return date.fromisoformat(iso).toordinal() if iso else None


@define(eq=False)
class Item:
    """A line on the workbench. Its clock may be moved, and it is taken once."""

    line: Movement
    day: int | None
    at: int | None  #: seconds, counted over the days
    head: str  #: first digits of the card, where they are shown
    tail: str  #: last digits of the card
    taken: bool = False

    @classmethod
    def of(cls, line: Movement, days: dict[str, int | None]) -> Item:
        if line.date not in days:
            days[line.date] = day_of(line.date)
        day = days[line.date]
        at = None if day is None or line.second is None else day * DAY_SECONDS + line.second
        head, tail = (_HEAD.match(line.card), _TAIL.search(line.card)) if line.card else (None, None)
        return cls(line, day, at, head[0] if head else "", tail[0] if tail else "")

    def move_clock(self, hours: int) -> None:
        """Set the clock of this line so many hours on; its date may change with it."""
        if self.at is not None:
            self.at += hours * 3600
            self.day = self.at // DAY_SECONDS


def in_order(lines: Iterable[Movement]) -> list[Item]:
    """Lines as items, in the order of their content: that of the file plays no part."""
    days: dict[str, int | None] = {}
    return [Item.of(line, days) for line in sorted(lines, key=content_of)]


@define
class Workbench:
    """The items of both sides, and the findings so far."""

    left: list[Item]
    right: list[Item]
    findings: list[Finding] = Factory(list)
    #: References that both sides use: only of these does another value mean another sale.
    shared: frozenset[str] = frozenset()

    @classmethod
    def of(cls, left: Iterable[Movement], right: Iterable[Movement]) -> Workbench:
        bench = cls(in_order(left), in_order(right))
        shared = set()
        for name in ("rrn", "approval_code", "terminal_id"):
            values = {getattr(item.line, name) for item in bench.left} & {getattr(item.line, name) for item in bench.right}
            if values - {""}:
                shared.add(name)
        bench.shared = frozenset(shared)
        return bench

    def open_items(self) -> tuple[list[Item], list[Item]]:
        """What is not taken yet, of both sides."""
        return [item for item in self.left if not item.taken], [item for item in self.right if not item.taken]

    def contradict(self, one: Item, other: Item) -> bool:
        """Whether two lines cannot be of one sale: a reference or the card is another."""
        if (one.tail and other.tail and one.tail != other.tail) or (one.head and other.head and one.head != other.head):
            return True
        for name in self.shared:
            mine, theirs = getattr(one.line, name), getattr(other.line, name)
            if mine and theirs and mine != theirs:
                return True
        return False

    def take(self, by: str, left: list[Item], right: list[Item], outcome: Class = MATCHED, note: str = "") -> None:
        """These lines belong together."""
        for item in (*left, *right):
            assert not item.taken
            item.taken = True
        first = (left or right)[0].line
        self.findings.append(
            Finding(
                outcome,
                by,
                first.currency,
                tuple(item.line for item in left),
                tuple(item.line for item in right),
                sum(item.line.amount_minor for item in left),
                sum(item.line.amount_minor for item in right),
                note or days_apart(left, right),
            )
        )


def days_apart(left: list[Item], right: list[Item]) -> str:
    """In words, how many days lie between the sides; empty where they are of one date."""
    mine, theirs = ([item.day for item in items if item.day is not None] for items in (left, right))
    days = min(theirs) - min(mine) if mine and theirs else 0
    if not days:
        return ""
    count = f"{abs(days)} day" if abs(days) == 1 else f"{abs(days)} days"
    return f"RIGHT is {count} {'later' if days > 0 else 'earlier'}"
