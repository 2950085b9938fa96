"""The outbox: what issuers are owed because of what the centre decided, and what it may approve in their stead."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import evolve

from switch.routing.memory.deliveries import REVERSAL, Deliveries, Delivery
from switch.routing.memory.pending import Exchange
from switch.routing.table.stand_in import StandIns
from switch.routing.traffic.effects import (
    Deliver,
    Effect,
    JournalDelivered,
    JournalDelivery,
    JournalOccurrence,
    Notice,
)
from switch.routing.traffic.events import DeliveryAnswered, DeliveryFailed
from switch.transaction import ADVICE, APPROVALS, FORMAT_ERROR, REASON_STAND_IN, Authorization, Decision


class Outbox:
    """Deliveries by issuer, in order. ``up`` are the issuers that can be reached; it is changed here alone."""

    def __init__(self, first_delivery_id: int) -> None:
        self.up: set[str] = set()
        self._deliveries = Deliveries()
        self._stand_ins = StandIns()
        self._next_id = first_delivery_id

    @property
    def owed(self) -> int:
        """Deliveries not answered yet."""
        return self._deliveries.owed

    def restore(self, owed: Iterable[Delivery]) -> None:
        """Take up what was owed before a restart."""
        for delivery in owed:
            self._deliveries.add(delivery)
            if delivery.message_reason == REASON_STAND_IN:
                self._stand_ins.untold(delivery.original.pan)

    def reverse(
        self,
        request_id: int,
        original: Authorization,
        issuer: str,
        replacement_minor: int,
        why: str,
        message_reason: str,
        now: float,
        effects: list[Effect],
    ) -> None:
        """From now on an issuer is owed the reversal of a request; ``replacement_minor`` remains of it."""
        self._owe(Delivery(0, issuer, request_id, original, replacement_minor, why, REVERSAL, message_reason), now, effects)

    def advise(
        self,
        request_id: int,
        request: Authorization,
        issuer: str,
        granted_minor: int,
        decision: Decision,
        message_reason: str,
        now: float,
        effects: list[Effect],
    ) -> None:
        """From now on an issuer is owed the word that a request was approved without it, for ``granted_minor``."""
        why, code = decision.reason, decision.approval_code
        self._owe(Delivery(0, issuer, request_id, request, granted_minor, why, ADVICE, message_reason, code), now, effects)

    def stand_in(self, exchange: Exchange, why: str, now: float, effects: list[Effect]) -> Decision:
        """An approval in the stead of an issuer that cannot be asked, which it is told of later; or 91."""
        request, route, request_id = exchange.authorization, exchange.route, exchange.request_id
        decision = self._stand_ins.decide(request, route.stand_in, route.issuer, request_id, why)
        if decision.approved:
            amount_minor = request.amount_minor
            self.advise(request_id, request, route.issuer, amount_minor, decision, REASON_STAND_IN, now, effects)
        return decision

    def reached(self, issuer: str, now: float, effects: list[Effect]) -> None:
        """An issuer can be reached from now on; what was under way on a lost line is due again."""
        self.up.add(issuer)
        self._deliveries.reconnected(issuer)
        self._send(issuer, now, effects)

    def send_due(self, now: float, effects: list[Effect]) -> None:
        """Send, or send again, whatever is due."""
        for issuer in sorted(self.up):
            self._send(issuer, now, effects)

    def repeat_times(self) -> list[float]:
        """When repeats are due."""
        return self._deliveries.repeat_times(self.up)

    def answered(self, event: DeliveryAnswered, now: float, effects: list[Effect]) -> None:
        """An issuer has answered what it was owed; the next is sent."""
        delivery = self._deliveries.answered(event.issuer, event.stan, event.kind, event.terminal_id)
        if delivery is None:
            what = f"answer {event.response_code} of {event.issuer} to a {event.kind} with STAN {event.stan}"
            effects.append(Notice("unmatched", f"{what}, which nobody waits for"))
            return
        self._settle(delivery, event.response_code, effects)
        if event.response_code not in APPROVALS:
            detail = f"{event.issuer} answered {event.response_code} to the {event.kind}"
            effects.append(JournalOccurrence(delivery.request_id, "not_accepted", detail))
        self._send(event.issuer, now, effects)

    def give_up(self, event: DeliveryFailed, now: float, effects: list[Effect]) -> None:
        """What cannot be said to its issuer is written off, so that what stands behind it is sent."""
        delivery = event.delivery
        if self._deliveries.given_up(delivery):
            self._settle(delivery, FORMAT_ERROR, effects)
            effects.append(JournalOccurrence(delivery.request_id, "given_up", event.why))
            self._send(delivery.issuer, now, effects)

    def _settle(self, delivery: Delivery, response_code: str, effects: list[Effect]) -> None:
        """A delivery is owed no more."""
        effects.append(JournalDelivered(delivery.delivery_id, response_code))
        if delivery.message_reason == REASON_STAND_IN:
            self._stand_ins.told(delivery.original.pan)

    def _owe(self, owed: Delivery, now: float, effects: list[Effect]) -> None:
        delivery = evolve(owed, delivery_id=self._next_id)
        self._next_id += 1
        self._deliveries.add(delivery)
        effects.append(JournalDelivery(delivery))
        self._send(delivery.issuer, now, effects)

    def _send(self, issuer: str, now: float, effects: list[Effect]) -> None:
        due = self._deliveries.next_send(issuer, now) if issuer in self.up else None
        if due is not None:
            effects.append(Deliver(*due))
