"""A verification that waits: woken by what comes in, and looking once more after its deadline."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Protocol

from switch.record import frozen
from switch.verification.expectation import Expectation
from switch.verification.seen_message import SeenMessage, SeenMessages
from switch.verification.verdict import ExpectationVerdict, judge, unexpected


class MessageSource(Protocol):
    """Where messages come from."""

    def look(self) -> Sequence[SeenMessage]:
        """What came since the last look."""

    def wait(self, seconds: float) -> bool:
        """Wait for a message, so long at most; False where nothing can come any more."""


@frozen(kw_only=True)
class Verified:
    """What became of a verification. ``unexpected`` are the gateway's messages that no expectation speaks of."""

    verdicts: tuple[ExpectationVerdict, ...]
    seen: SeenMessages
    unexpected: tuple[SeenMessage, ...]
    waited_ms: int

    @property
    def met(self) -> bool:
        """Whether every expectation is met."""
        return all(verdict.state == "met" for verdict in self.verdicts)


def machine_clock_ms() -> int:
    """The machine's clock, which is the host's, too: epoch milliseconds."""
    return time.time_ns() // 1_000_000


def verified(
    expectations: Sequence[Expectation],
    source: MessageSource,
    *,
    wait_ms: int,
    seen: SeenMessages | None = None,
    clock_ms: Callable[[], int] = machine_clock_ms,
) -> Verified:
    """Hold expectations against what was seen, and wait for what is still to come: so long at most.

    ``seen`` is what was looked at before; what comes is added to it. It ends as soon as each is met or can be met no more.
    """
    seen = SeenMessages() if seen is None else seen
    begun_ms = clock_ms()
    end_ms, followed = begun_ms + wait_ms, True
    while True:
        now_ms = clock_ms()  # before the look: what came by then is in it
        seen.add(source.look())
        ended = now_ms >= end_ms or not followed
        verdicts = judge(expectations, seen, begun_ms=begun_ms, now_ms=now_ms, ended=ended)
        open_ones = [verdict for verdict in verdicts if verdict.state == "open"]
        if not open_ones:
            return Verified(
                verdicts=tuple(verdicts),
                seen=seen,
                unexpected=tuple(unexpected(verdicts, seen)),
                waited_ms=now_ms - begun_ms,
            )
        until_ms = min([end_ms, *(verdict.until_ms for verdict in open_ones if verdict.until_ms is not None)])
        followed = source.wait(max(until_ms - clock_ms(), 0) / 1000)
