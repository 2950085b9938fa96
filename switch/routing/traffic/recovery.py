"""What a switch that starts has to know of the time before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import Factory

from switch.record import record
from switch.routing.memory.deliveries import Delivery
from switch.routing.memory.past import DecidedRequest, Named
from switch.routing.memory.totals import Reconciled, Subject, Totals
from switch.routing.rules.reversal import Demand, ReversalOutcome
from switch.transaction import Authorization, ExchangeKey


@record
class Recovery:
    """What a journal tells of the time before a start."""

    decided: list[DecidedRequest]  #: the latest ones, oldest first
    undecided: list[tuple[int, Authorization, str | None]]  #: request id, request, the issuer it was forwarded to
    owed: list[Delivery]  #: oldest first
    reversed_unknown: list[ExchangeKey | Named]  #: originals that were reversed and had not come
    keys: Sequence[tuple[str, ...]] = ()  #: of the latest requests, many more than are decided above
    reversals: Sequence[tuple[Demand, ReversalOutcome]] = ()  #: the latest ones, oldest first
    totals: Mapping[Subject, Totals] = Factory(dict)  #: of the batches that are open
    uncaptured: list[ExchangeKey] = Factory(list)  #: approvals that wait for the close of their terminal's batch
    reconciled: list[tuple[ExchangeKey, Reconciled]] = Factory(list)  #: the latest reconciliations, oldest first
