"""Exchanges that wait for their issuers: from the acquirer's request to its answer, bounded by timers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import Any, Final

from attrs import define, field

from switch.routing.table.routes import Route
from switch.transaction import Authorization, CaptureTime, ExchangeKey

_NEAREST_SEARCHED_MAX: Final = 1_000  #: waiting exchanges looked through for one an answer may have meant
KEY_ELEMENTS: Final = ("DE 32", "DE 41", "DE 11", "DE 7")  #: what the parts of an ExchangeKey stand in


@define(eq=False)
class Timer:
    """The exchanges of one issuer with the same timeout, oldest first: the oldest is due first."""

    seconds: float
    waiting: dict[int, Exchange] = field(factory=dict)  #: by request id
    unusual: bool = False  #: some of them have it by a rule, not by the specification
    wake_at: float | None = None  #: no exchange is due before; there may be none due then either


@define(eq=False)
class Exchange:
    """A forwarded request waiting for its issuer. ``origins`` are all who asked it: a repeat adds one."""

    request_id: int
    authorization: Authorization
    origins: list[Any]
    route: Route
    capture: CaptureTime  #: when an approval of it counts (``rules.capture``)
    deadline: float  #: seconds on the monotonic clock
    timer: Timer
    asked: Authorization  #: the request as its issuer has it: the same, or the same for a part of the amount

    @property
    def in_part(self) -> bool:
        """Whether its issuer is asked for a part of the amount."""
        return self.asked is not self.authorization


class Pending:
    """All exchanges that wait, by key, and by issuer and timer."""

    def __init__(self) -> None:
        self._timers: dict[str, dict[float, Timer]] = {}
        self._of_key: dict[tuple[str, str, str, str], Exchange] = {}
        self.get = self._of_key.get  #: the exchange that waits under a key, or None

    def __len__(self) -> int:
        return len(self._of_key)

    def timer(self, issuer: str, seconds: float) -> Timer:
        """The exchanges for which an issuer has this many seconds."""
        try:
            return self._timers[issuer][seconds]
        except KeyError:
            return self._timers.setdefault(issuer, {}).setdefault(seconds, Timer(seconds))

    def add(self, exchange: Exchange) -> None:
        timer = exchange.timer
        timer.waiting[exchange.request_id] = self._of_key[exchange.authorization.key] = exchange
        if timer.wake_at is None:
            timer.wake_at = exchange.deadline

    def remove(self, exchange: Exchange) -> None:
        del self._of_key[exchange.authorization.key], exchange.timer.waiting[exchange.request_id]

    def all(self) -> Iterable[Exchange]:
        """All that wait."""
        return self._of_key.values()

    def of_terminal(self, acquirer_id: str, terminal_id: str) -> tuple[int, ...]:
        """The requests of a terminal that wait; an empty one means all terminals of the acquirer."""
        waiting = self._of_key.values()
        keys = ((exchange.authorization.key, exchange.request_id) for exchange in waiting)
        return tuple(number for key, number in keys if key.acquirer_id == acquirer_id and terminal_id in ("", key.terminal_id))

    def of_issuer(self, issuer: str) -> list[Exchange]:
        return [exchange for timer in self._timers.get(issuer, {}).values() for exchange in timer.waiting.values()]

    def next_deadline(self) -> float | None:
        times = (timer.wake_at for timers in self._timers.values() for timer in timers.values())
        return min((at for at in times if at is not None), default=None)

    def overdue(self, now: float) -> Iterator[tuple[Exchange, float]]:
        """The exchanges whose deadline has passed, each with its timeout in seconds. The caller removes each exchange before
        it takes the next."""
        for timer in [timer for timers in self._timers.values() for timer in timers.values()]:
            if timer.wake_at is None or timer.wake_at > now:
                continue
            timer.wake_at = None
            for exchange in list(timer.waiting.values()):
                if exchange.deadline > now:
                    timer.wake_at = exchange.deadline
                    break
                yield exchange, timer.seconds

    def nearest(self, issuer: str, key: ExchangeKey) -> tuple[Exchange, tuple[str, ...]] | None:
        """Of what waits for an issuer, the exchange whose key is most like this one, and the elements in which they differ.

        None where none agrees in at least half of the key.
        """
        timers = self._timers.get(issuer, {}).values()
        waiting = chain.from_iterable(timer.waiting.values() for timer in timers)
        best: tuple[Exchange, tuple[str, ...]] | None = None
        for exchange in islice(waiting, _NEAREST_SEARCHED_MAX):
            parts = zip(KEY_ELEMENTS, exchange.authorization.key, key, strict=True)
            differing = tuple(name for name, ours, theirs in parts if ours != theirs)
            if len(differing) <= len(KEY_ELEMENTS) // 2 and (best is None or len(differing) < len(best[1])):
                best = exchange, differing
        return best
