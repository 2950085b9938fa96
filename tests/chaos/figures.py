"""What a campaign of kills came to, in numbers."""

from __future__ import annotations

import statistics
import time
from collections import Counter
from collections.abc import Iterable, Sequence

from attrs import define, field

from tests.chaos.deals import COMPLETION, REQUESTS, REVERSAL
from tests.chaos.till import Till


@define
class Figures:
    """Counted while it goes on. Times are seconds of a monotonic clock."""

    began: float = field(factory=time.monotonic)
    switch_kills: int = 0
    early_kills: int = 0  #: of these, while the switch was starting
    whole_kills: int = 0  #: of these, with the issuers' processes
    issuer_kills: int = 0
    recovery_seconds: list[float] = field(factory=list)  #: from a start after a kill until every issuer is signed on
    deliveries: Counter[str] = field(factory=Counter)  #: delivered to issuers, by kind

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.began

    def progress(self, tills: Iterable[Till]) -> str:
        """One line on the way."""
        answers = sum(len(asked.answers) for till in tills for asked in till.asked)
        kills = f"{self.switch_kills} kills of the switch, {self.issuer_kills} of issuers"
        return f"{self.seconds:6.1f} s  {kills}; {answers} answers, {self._recovery()}"

    def lines(self, tills: Sequence[Till]) -> list[tuple[str, str]]:
        """All of them, each with its name, for the end."""
        asked = [one for till in tills for one in till.asked]
        answers = Counter(answer.response_code for one in asked for answer in one.answers)
        requests = [one for one in asked if one.what in REQUESTS]
        compared = sum(max(len(one.answers) - 1, 0) for one in asked)
        early, whole = f"{self.early_kills} while it was starting", f"{self.whole_kills} with the issuers' processes"
        return [
            ("kills of the switch", f"{self.switch_kills}: {early}, {whole}"),
            ("kills of an issuer", f"{self.issuer_kills}"),
            ("restarts of the switch", f"{len(self.recovery_seconds) + self.early_kills}"),
            ("recovery", self._recovery()),
            ("messages", f"{len(asked)}"),
            ("answers", f"{answers.total()}: " + ", ".join(f"{count} {code}" for code, count in answers.most_common())),
            ("approvals", f"{sum(one.approved for one in requests)}"),
            ("completions", f"{sum(one.approved for one in asked if one.what == COMPLETION)}"),
            ("reversals asked for", f"{sum(one.approved for one in asked if one.what == REVERSAL)}"),
            ("sent again", f"{sum(till.repeats for till in tills)}"),
            ("the same answer again", f"{compared}"),
            (
                "delivered to issuers",
                ", ".join(f"{count} {kind}s" for kind, count in sorted(self.deliveries.items())) or "none",
            ),
            ("took", f"{self.seconds:.1f} s"),
        ]

    def _recovery(self) -> str:
        taken = self.recovery_seconds
        return (
            f"ready again in {statistics.median(taken):.2f} s at p50, {max(taken):.2f} s at most" if taken else "no restart yet"
        )
