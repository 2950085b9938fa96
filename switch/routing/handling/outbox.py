"""The outbox: reversals and advices for issuers, as the centre's decisions require them, and approvals in an issuer's stead."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import evolve

from switch.routing.memory.deliveries import REVERSAL, Deliveries, Delivery
from switch.routing.memory.pending import Exchange
from switch.routing.table.stand_in import StandIns
from switch.routing.traffic.effects import Deliver, Effect, JournalDelivered, JournalDelivery, JournalOccurrence
from switch.routing.traffic.events import DeliveryAnswered, DeliveryFailed
from switch.routing.traffic.notice import Notice
from switch.transaction import (
    ADVICE,
    APPROVALS,
    FORMAT_ERROR,
    ISSUER_INOPERATIVE,
    REASON_STAND_IN,
    Authorization,
    Decision,
    refuse,
)


class Outbox:
    """Deliveries by issuer, in order. ``up`` are the issuers that can be reached; it is changed here alone."""

    def __init__(self, first_delivery_id: int, timers: float = 1.0) -> None:
        self.up: set[str] = set()
        self._deliveries = Deliveries(timers)
        self._stand_ins = StandIns()
        self._next_id = first_delivery_id

    @property
    def owed(self) -> int:
        """Deliveries not answered yet."""
        return self._deliveries.owed

    def restore(self, deliveries: Iterable[Delivery]) -> None:
        """Take up the deliveries that were not answered before a restart."""
        for delivery in deliveries:
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
        """Journal the reversal of a request, and send it to its issuer in its turn; ``replacement_minor`` remains of the
        request."""
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
        """Journal the advice that a request was approved without its issuer for ``granted_minor``, and send it in its turn."""
        why, code = decision.reason, decision.approval_code
        self._owe(Delivery(0, issuer, request_id, request, granted_minor, why, ADVICE, message_reason, code), now, effects)

    def stand_in(self, exchange: Exchange, why: str, now: float, effects: list[Effect]) -> Decision:
        """The decision on a request whose issuer cannot be asked: an approval in its stead, with an advice for the issuer;
        or 91."""
        if exchange.in_part:  # a scenario wants a part, of which it is not known what the issuer holds
            return refuse(ISSUER_INOPERATIVE, why)
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
        """An issuer has answered a delivery: close it, and send the next."""
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
        """Close a delivery that the issuer's dialect cannot express, so that the deliveries behind it are sent."""
        delivery = event.delivery
        if self._deliveries.given_up(delivery):
            self._settle(delivery, FORMAT_ERROR, effects)
            effects.append(JournalOccurrence(delivery.request_id, "given_up", event.why))
            self._send(delivery.issuer, now, effects)

    def _settle(self, delivery: Delivery, response_code: str, effects: list[Effect]) -> None:
        """Journal that a delivery is closed, and with which response code."""
        effects.append(JournalDelivered(delivery.delivery_id, response_code))
        if delivery.message_reason == REASON_STAND_IN:
            self._stand_ins.told(delivery.original.pan)

    def _owe(self, unnumbered: Delivery, now: float, effects: list[Effect]) -> None:
        delivery = evolve(unnumbered, delivery_id=self._next_id)
        self._next_id += 1
        self._deliveries.add(delivery)
        effects.append(JournalDelivery(delivery))
        self._send(delivery.issuer, now, effects)

    def _send(self, issuer: str, now: float, effects: list[Effect]) -> None:
        due = self._deliveries.next_send(issuer, now) if issuer in self.up else None
        if due is not None:
            effects.append(Deliver(*due))
