"""What a reconciliation finds: groups of lines with their class, and the proof that each line stands in one of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final, Literal

from attrs import define

from switch.reconciliation.movement import Movement, Side
from switch.record import frozen

MATCHED: Final = "matched"
DIFFERENCE: Final = "difference"
UNMATCHED: Final = "unmatched"
#: RAPPROCHÉ, ÉCART, NON RAPPROCHÉ.
Class = Literal["matched", "difference", "unmatched"]
FINDING_CLASSES: Final[tuple[Class, ...]] = (MATCHED, DIFFERENCE, UNMATCHED)

#: The passes in the order in which they are tried, the strongest key first.
CANCELLED: Final = "cancelled pair"
BY_RRN: Final = "RRN"
BY_STAN: Final = "STAN + date + amount"
BY_APPROVAL: Final = "approval code + card + amount"
RRN_ALONE: Final = "RRN with another amount"
APPROVAL_ALONE: Final = "approval code + card with another amount"
STAN_ALONE: Final = "STAN + date + card with another amount"
BY_TIME: Final = "amount + time"
BY_TICKET: Final = "split payment by ticket"
BY_SPLIT: Final = "split payment by time"
BY_DAYS: Final = "amount + date"
CARD_ALONE: Final = "card + date with another amount"
BY_NUMBER: Final = "remise number in the label"
NUMBER_ALONE: Final = "remise number with another amount"
BY_NET: Final = "net of a remise"
BY_DATE: Final = "net of all remises of a date"
DATE_ALONE: Final = "date with another amount"
PASSES: Final = (
    CANCELLED,
    BY_RRN,
    BY_STAN,
    BY_APPROVAL,
    RRN_ALONE,
    APPROVAL_ALONE,
    STAN_ALONE,
    BY_TIME,
    BY_TICKET,
    BY_SPLIT,
    BY_DAYS,
    CARD_ALONE,
    BY_NUMBER,
    BY_NET,
    BY_DATE,
    NUMBER_ALONE,
    DATE_ALONE,
)


@define
class Finding:
    """Lines of both sides that belong together, or one that belongs to none.

    The amounts are those that were compared, in minor units: of sales their amounts, of remises their nets.
    """

    outcome: Class
    by: str  #: one of PASSES; empty where no pass found anything
    currency: str
    left: tuple[Movement, ...]
    right: tuple[Movement, ...]
    left_minor: int
    right_minor: int
    note: str = ""

    def sort(self) -> None:
        """Put the lines of each side in the order of their file."""
        self.left = tuple(sorted(self.left, key=lambda line: line.place))
        self.right = tuple(sorted(self.right, key=lambda line: line.place))

    @property
    def difference_minor(self) -> int:
        """How much more the left side says."""
        return self.left_minor - self.right_minor


@frozen(kw_only=True)
class ClassTotal:
    """What stands in one class, in one currency; of ``unmatched`` once for each side."""

    outcome: Class
    currency: str
    left_count: int
    left_minor: int
    right_count: int
    right_minor: int


@frozen(kw_only=True)
class Offset:
    """On a date of the right file, its clock was so many hours behind the left file's; below zero, ahead of it."""

    date: str
    hours: int
    pair_count: int  #: pairs of lines that say so


@frozen(kw_only=True)
class LostLines:
    """A side lacks lines of a remise, or of a date, of which it has others; or states totals that its lines do not come to."""

    side: Literal["left", "right"]
    of: str
    line_count: int  #: 0 where only the totals say it
    amount_minor: int
    currency: str
    has_count: int  #: lines of it that are there


@frozen(kw_only=True)
class MatchedSides:
    """Two sides with every line in its class."""

    left: Side
    right: Side
    findings: tuple[Finding, ...]
    offsets: tuple[Offset, ...] = ()
    lost: tuple[LostLines, ...] = ()

    @property
    def agrees(self) -> bool:
        """Whether all is matched and no record was set aside."""
        aside = self.left.set_aside or self.right.set_aside
        return not aside and all(finding.outcome == MATCHED for finding in self.findings)

    def totals(self) -> tuple[ClassTotal, ...]:
        """The sums of each class, for each currency."""
        currencies = sorted({finding.currency for finding in self.findings})
        found = []
        for currency in currencies:
            for outcome in FINDING_CLASSES:
                of = [each for each in self.findings if (each.outcome, each.currency) == (outcome, currency)]
                found.append(
                    ClassTotal(
                        outcome=outcome,
                        currency=currency,
                        left_count=sum(len(each.left) for each in of),
                        left_minor=sum(each.left_minor for each in of),
                        right_count=sum(len(each.right) for each in of),
                        right_minor=sum(each.right_minor for each in of),
                    )
                )
        return tuple(found)


def prove(left: Iterable[Movement], right: Iterable[Movement], findings: Iterable[Finding], *, of_lines: bool) -> None:
    """Every line of both sides stands in one finding and only one; sums of lines are those of the findings.

    An assertion fails where it is not so: a fault of this program. Sums of remises are proved where they are made.
    """
    found = list(findings)
    for side, lines in (("left", list(left)), ("right", list(right))):
        placed = Counter(line.place for each in found for line in getattr(each, side))
        assert placed == Counter(line.place for line in lines), f"a line of the {side} side stands in no finding, or in two"
        if of_lines:
            total: Counter[str] = Counter()
            for line in lines:
                total[line.currency] += line.amount_minor
            for each in found:
                total[each.currency] -= getattr(each, f"{side}_minor")
            assert not any(total.values()), f"the findings do not add up to the {side} side"
