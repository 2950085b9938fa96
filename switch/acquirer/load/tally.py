"""What came of a load, counted while it runs: outcomes by message and code, and times in a histogram of bounded size."""

from __future__ import annotations

from collections import Counter
from typing import Final

from attrs import define, field

from switch.acquirer.load.limits import JudgedLimit, LoadLimit

KEPT_DIGITS: Final = 1_000  #: a time is kept to three digits: 12,345 µs count as 12,300
PERCENTILES: Final = {"p50": 0.50, "p90": 0.90, "p95": 0.95, "p99": 0.99, "p99.9": 0.999}
WRONG_ANSWERS_TOLD: Final = 10
NOT_ANSWERED, LINE_BROKE = "no answer", "line broke"  #: in place of a response code


class Times:
    """Times in microseconds."""

    def __init__(self) -> None:
        self._counts = Counter[int]()
        self.count, self._sum, self._least, self._most = 0, 0, 0, 0

    def add(self, seconds: float) -> None:
        microseconds = max(int(seconds * 1_000_000), 0)
        self._least = microseconds if not self.count else min(self._least, microseconds)
        self._most = max(self._most, microseconds)
        self.count += 1
        self._sum += microseconds
        unit = 1
        while microseconds >= KEPT_DIGITS:
            microseconds //= 10
            unit *= 10
        self._counts[microseconds * unit] += 1

    def at(self, share: float) -> float | None:
        """The time in milliseconds within which a share of them lie; None where there are none."""
        if not self.count:
            return None
        wanted, seen = share * self.count, 0
        for microseconds in sorted(self._counts):
            seen += self._counts[microseconds]
            if seen >= wanted:
                return microseconds / 1000
        return self._most / 1000

    def figures(self) -> dict[str, float | None]:
        """Percentiles, mean and most, in milliseconds."""
        found = dict(zip(PERCENTILES, map(self.at, PERCENTILES.values()), strict=True))
        mean = self._sum / self.count / 1000 if self.count else None
        return {**found, "mean": mean, "max": self._most / 1000 if self.count else None}


@define
class Outcome:
    """Messages of one type with one answer."""

    count: int = 0
    times: Times = field(factory=Times)


@define
class StepTally:
    """What came of one step. ``seconds`` is how long it was sent for."""

    rate: float | None
    seconds: float = 0.0
    sent: int = 0
    answered: int = 0
    times: Times = field(factory=Times)
    behind: Times = field(factory=Times)


@define
class Tally:
    """A load so far. ``times`` count from when a message was due, ``from_sending`` from when it was sent."""

    steps: list[StepTally] = field(factory=list)
    outcomes: dict[tuple[str, str], Outcome] = field(factory=dict)  #: (MTI, response code or why none)
    sent: int = 0
    approved: int = 0
    declined: int = 0
    unanswered: int = 0  #: in the time that is waited
    broken: int = 0  #: on their way when a line broke
    wrong: int = 0  #: among the answered
    not_sent: int = 0  #: due and not sent when the load ended
    cut_short: int = 0  #: on their way when the load was stopped at once
    late: int = 0  #: answers that came when nobody waited any more, or that nobody asked for
    nothing_to_follow: int = 0  #: reversals and completions for which there was no sale yet: a sale went out in their place
    reconnected: int = 0
    times: Times = field(factory=Times)
    from_sending: Times = field(factory=Times)
    behind: Times = field(factory=Times)
    wrong_told: list[str] = field(factory=list)
    seconds: float = 0.0
    cpu_seconds: float = 0.0  #: of the process that loads
    stopped: str = ""  #: why it ended before its time

    @property
    def answered(self) -> int:
        return self.approved + self.declined

    @property
    def errors(self) -> int:
        """Messages that went wrong: not answered, or wrongly; lost with their line; never sent."""
        return self.unanswered + self.broken + self.wrong + self.not_sent

    @property
    def answers_per_second(self) -> float:
        return self.answered / self.seconds if self.seconds else 0.0

    def outcome(self, mti: str, code: str) -> Outcome:
        found = self.outcomes.get((mti, code))
        if found is None:
            found = self.outcomes[mti, code] = Outcome()
        return found

    def tell_wrong(self, sentence: str) -> None:
        """Keep why an answer is wrong, of the first of them."""
        self.wrong += 1
        if len(self.wrong_told) < WRONG_ANSWERS_TOLD:
            self.wrong_told.append(sentence)

    def figures(self) -> dict[str, float | None]:
        """By the names of limits."""
        return {
            **self.times.figures(),
            "behind": self.behind.at(0.99) if self.behind.count else 0.0,
            "approved": self.approved,
            "declined": self.declined,
            "answered": self.answered,
            "unanswered": self.unanswered + self.broken,
            "errors": self.errors,
            "wrong": self.wrong,
            "rate": self.answers_per_second,
        }

    def judged(self, limits: tuple[LoadLimit, ...]) -> list[JudgedLimit]:
        figures = self.figures()
        return [limit.judged(figures, self.sent + self.not_sent) for limit in limits]
