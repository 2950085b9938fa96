"""What a turn sends where there are no lines: effects, handed on when the turn has been journaled."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from switch.routing.traffic.effects import Deliver, Effect, Forward, Reply, ReplyReversal, ReplyTotals

SENT: Final = (Forward, Reply, ReplyReversal, ReplyTotals, Deliver)


def nobody_hears(effect: Effect) -> None:
    pass


class Said:
    """``send`` gets each effect that is sent, in order, at ``flush``."""

    def __init__(self, send: Callable[[Any], None] = nobody_hears) -> None:
        self._send, self._queued = send, list[Effect]()
        self.actions: dict[type[Any], Callable[[Any, float], Iterable[Effect]]] = dict.fromkeys(SENT, self._queue)

    def _queue(self, effect: Effect, now: float) -> Iterable[Effect]:
        self._queued.append(effect)
        return ()

    def flush(self) -> None:
        queued, self._queued = self._queued, []
        for effect in queued:
            self._send(effect)
