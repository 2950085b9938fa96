"""Store and forward: the reversals and advices that each issuer must get, sent in order, each repeated until it is answered.

One delivery of an issuer is under way at a time, so none overtakes another. Pure; times are seconds of a monotonic clock.
"""

from __future__ import annotations

from collections import deque
from typing import Final, Literal

from attrs import define

from switch.record import record
from switch.transaction import ADVICE, Authorization

REPEAT_SECONDS_FIRST: Final = 2.0  #: how long a delivery waits for its answer before it is repeated
REPEAT_SECONDS_MAX: Final = 60.0  #: each further wait is twice as long, up to this
_DOUBLED_MAX: Final = 10  #: times; the wait is the longest by then, and one doubled a thousand times would be no number
STANS: Final = 999_999

REVERSAL: Final = "reversal"  #: the other kind of delivery, beside ADVICE
DeliveryKind = Literal["reversal", "advice"]


@record
class Delivery:
    """One message that an issuer must get about a request: its reversal, or an advice of what was decided without the issuer.

    ``replacement_minor`` is the amount that a reversal leaves of the request, or the amount that an advice granted.
    """

    delivery_id: int
    issuer: str
    request_id: int
    original: Authorization
    replacement_minor: int
    reason: str
    kind: DeliveryKind = REVERSAL
    message_reason: str = ""  #: four digits (``switch.transaction``, REASON_…)
    approval_code: str | None = None  #: of an advice: DE 38

    @property
    def stan(self) -> str:
        """DE 11 of its messages. A reversal has one of its own; an advice keeps that of the request, so that the issuer
        knows it again. Only one delivery of an issuer is under way, so it need not be unique for longer."""
        return self.original.key.stan if self.kind == ADVICE else f"{(self.delivery_id - 1) % STANS + 1:06d}"


@define
class _Queue:
    """The deliveries of one issuer, oldest first; the first is under way once ``due_at`` is set."""

    waiting: deque[Delivery]
    attempts: int = 0
    due_at: float | None = None

    def done(self) -> Delivery:
        """Remove the first delivery and return it."""
        self.attempts, self.due_at = 0, None
        return self.waiting.popleft()


class Deliveries:
    """The queues of all issuers. ``timers`` is how long it is waited for answers, as a share of the usual."""

    def __init__(self, timers: float = 1.0) -> None:
        self._timers = timers
        self._queues: dict[str, _Queue] = {}

    @property
    def owed(self) -> int:
        """Deliveries not answered yet."""
        return sum(len(queue.waiting) for queue in self._queues.values())

    def add(self, delivery: Delivery) -> None:
        queue = self._queues.setdefault(delivery.issuer, _Queue(deque()))
        queue.waiting.append(delivery)

    def next_send(self, issuer: str, now: float) -> tuple[Delivery, bool] | None:
        """The delivery to send now to an issuer that can take it, and whether it is a repeat; None where none is due."""
        queue = self._queues.get(issuer)
        if queue is None or not queue.waiting or (queue.due_at is not None and queue.due_at > now):
            return None
        repeat = queue.attempts > 0
        queue.due_at = now + self._timers * min(
            REPEAT_SECONDS_FIRST * 2 ** min(queue.attempts, _DOUBLED_MAX), REPEAT_SECONDS_MAX
        )
        queue.attempts += 1
        return queue.waiting[0], repeat

    def answered(self, issuer: str, stan: str, kind: DeliveryKind, terminal_id: str = "") -> Delivery | None:
        """Remove and return the delivery that an answer to a message of this kind, STAN and terminal settles; None where it
        settles none."""
        queue = self._queues.get(issuer)
        if queue is None or not queue.waiting or not queue.attempts:
            return None
        first = queue.waiting[0]
        if (first.stan, first.kind) != (stan, kind) or terminal_id not in ("", first.original.key.terminal_id):
            return None
        return queue.done()

    def given_up(self, delivery: Delivery) -> bool:
        """Take away the delivery under way; False where it is another by now."""
        queue = self._queues.get(delivery.issuer)
        if queue is None or not queue.waiting or queue.waiting[0].delivery_id != delivery.delivery_id:
            return False
        queue.done()
        return True

    def reconnected(self, issuer: str) -> None:
        """The delivery that was under way on a lost line is due again at once, as a repeat."""
        queue = self._queues.get(issuer)
        if queue is not None:
            queue.due_at = None

    def repeat_times(self, up: set[str]) -> list[float]:
        """When repeats are due, for the issuers that can take one."""
        queues = (queue for issuer, queue in self._queues.items() if issuer in up and queue.waiting)
        return [queue.due_at for queue in queues if queue.due_at is not None]
