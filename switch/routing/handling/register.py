"""The register of requests: each is written down under a number as it comes, and again as it is decided. The centre's own are
among them: what takes the place of a reversed adjustment, and what the close of a batch captures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import evolve

from switch.merchant import Merchant
from switch.routing.handling.adjustments import own_stan
from switch.routing.handling.outbox import Outbox
from switch.routing.handling.reconciliation import Reconciler
from switch.routing.memory.history import History
from switch.routing.memory.names import Names
from switch.routing.memory.past import DecidedRequest
from switch.routing.memory.pending import Exchange
from switch.routing.table.routes import Destination, Route, RoutingTable
from switch.routing.traffic.effects import Effect, JournalDecision, JournalRequest, Reply
from switch.transaction import (
    APPROVALS,
    BATCH,
    CREDITS,
    NOW,
    SWITCH,
    WITH_BATCH,
    Authorization,
    CaptureTime,
    Decision,
)


class Register:
    """Numbers requests, and closes them. ``merchants`` are the contracts by id, ``default_contract`` that of every other
    merchant; None: they are refused."""

    def __init__(
        self,
        first_request_id: int,
        table: RoutingTable,
        destinations: Mapping[str, Destination],
        merchants: Mapping[str, Merchant],
        default_contract: Merchant | None,
        history: History,
        names: Names,
        outbox: Outbox,
        reconciler: Reconciler,
    ) -> None:
        self.next_id = first_request_id
        self.merchants, self._default_contract = merchants, default_contract
        self._table, self._destinations = table, destinations
        self._history, self._names, self._outbox = history, names, outbox
        self._reconciler, self._batches = reconciler, reconciler.batches

    def merchant(self, request: Authorization) -> Merchant | None:
        """The contract a request comes under: that of its merchant, else the one for all others, where there is one.

        A blank id names nobody who could be paid.
        """
        return self.merchants.get(request.merchant_id, self._default_contract if request.merchant_id.strip() else None)

    def take_in(
        self,
        request: Authorization,
        line: str,
        route: Route | None,
        merchant: Merchant | None,
        capture: CaptureTime,
        hold: DecidedRequest | None,
        effects: list[Effect],
    ) -> int:
        """Journal a request under a new id, and return that id."""
        request_id = self.next_id
        self.next_id += 1
        mcc = request.merchant_type
        if merchant is not None and (merchant.id or not mcc):
            mcc = merchant.mcc
        origin = self._destinations[route.issuer].origin if route is not None else None
        hold_id = hold.request_id if hold is not None else None
        effects.append(JournalRequest(request_id, request, line, mcc, route, origin, capture, hold_id))
        if self._names.kept_up:
            self._names.add(request_id, request)
        return request_id

    def decide(self, exchange: Exchange, decision: Decision, now: float, effects: list[Effect]) -> None:
        """Close an exchange that is not pending any more."""
        request = exchange.authorization
        past = DecidedRequest(exchange.request_id, request, exchange.route.issuer, decision, 0, now, exchange.capture)
        self.close(past, exchange.origins, effects)

    def close(self, past: DecidedRequest, origins: list[Any], effects: list[Effect]) -> None:
        """A request is decided: remember it, count it, write it down, answer it.

        Only an approval that moves money leaves something to reverse, so ``remaining_minor`` is set here and not before. The 00
        to an advice that tells of a decline means "received": no money moved, and nothing counts. ``origins`` has several
        entries where the request was repeated while it waited, and none where nobody waits: after a restart, or for a captured
        batch.
        """
        request, decision = past.authorization, past.decision
        approved = captured = None
        advised_code = request.advised_code
        if decision.response_code in APPROVALS and (advised_code is None or advised_code in APPROVALS):
            granted = decision.approved_minor
            approved = past.remaining_minor = request.amount_minor if granted is None else granted
            if past.capture == NOW:
                captured = -approved if request.transaction_type in CREDITS else approved
            elif past.capture == WITH_BATCH:
                self._reconciler.await_batch(request.key)
            self._batches.add(request, approved, past.capture)
        self._history.put(past)
        effects.append(JournalDecision(past.request_id, decision, approved, captured))
        for origin in origins:
            effects.append(Reply(origin, request, decision))  # noqa: PERF401  (there is one, nearly always)

    def stand_again(
        self, request: Authorization, sale: DecidedRequest, decision: Decision, now: float, effects: list[Effect]
    ) -> None:
        """Take in an approval of the centre's own: what stands in the place of a sale once an adjustment of it is reversed.

        Its STAN is the centre's own: the reversal may have come under the key of the adjustment itself.
        """
        request = evolve(request, key=request.key._replace(stan=own_stan(self.next_id)))
        route, merchant, issuer = self._table.find(request.pan.digits), self.merchant(request), sale.issuer
        request_id = self.take_in(request, SWITCH, route, merchant, NOW, sale, effects)
        self._history.again(request.key)
        if issuer is not None:
            self._outbox.advise(request_id, request, issuer, request.amount_minor, decision, "", now, effects)
        self.close(DecidedRequest(request_id, request, issuer, decision, 0, now, NOW), [], effects)
        sale.completed_by = request.key

    def capture(self, past: DecidedRequest, line: str, now: float, effects: list[Effect]) -> None:
        """Journal that an approval counts from now on, for the amount that reversals have left of it."""
        request = evolve(past.authorization, function=BATCH, captured_function=past.authorization.function)
        why = f"captured with its batch: request {past.request_id}"
        decision = evolve(past.decision, reason=why, approved_minor=past.remaining_minor)
        route, merchant = self._table.find(request.pan.digits), self.merchant(request)
        request_id = self.take_in(request, line, route, merchant, NOW, past, effects)
        self.close(DecidedRequest(request_id, request, past.issuer, decision, 0, now, NOW), [], effects)
