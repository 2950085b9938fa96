"""What the switchboard wants done. The order is the promise: what is journaled stands before what is sent."""

from __future__ import annotations

from typing import Any, Final

from switch.card import CardOrigin
from switch.record import record
from switch.routing.memory.deliveries import Delivery
from switch.routing.memory.totals import Reconciled
from switch.routing.rules.reversal import ReversalOutcome
from switch.routing.table.routes import Route
from switch.routing.traffic.notice import Notice, OccurrenceKind
from switch.transaction import NOW, Authorization, CaptureTime, Decision, Reconciliation, Reversal

UNTOLD: Final[frozenset[OccurrenceKind]] = frozenset({"timer"})  #: those that no notice tells of


@record
class JournalRequest:
    """Write down a request or an advice before it is forwarded or answered.

    ``merchant_type`` is the contract's MCC where there is one.
    """

    request_id: int
    authorization: Authorization
    line: str
    merchant_type: str | None
    route: Route | None
    origin: CardOrigin | None
    capture: CaptureTime = NOW  #: when an approval of it counts (``rules.capture``)
    original_id: int | None = None  #: the request it completes, adds to or captures


@record
class Forward:
    """Send the request on to an issuer. ``origin`` is where it came from, where it is known."""

    issuer: str
    authorization: Authorization
    origin: Any = None
    in_part: bool = False  #: for less than the acquirer's message says


@record
class JournalDecision:
    """Write down the decision before it is answered."""

    request_id: int
    decision: Decision
    approved_minor: int | None = None  #: what was granted; None where it was declined
    captured_minor: int | None = None  #: what counts in the business date; below zero for a credit; None: nothing


@record
class Reply:
    """Answer the acquirer at ``origin``."""

    origin: Any
    authorization: Authorization
    decision: Decision


@record
class JournalReversal:
    """Write down a reversal and what came of it, before it is answered."""

    reversal: Reversal
    line: str
    outcome: ReversalOutcome


@record
class ReplyReversal:
    """Answer a reversal of the acquirer at ``origin``."""

    origin: Any
    reversal: Reversal
    response_code: str


@record
class JournalReconciliation:
    """Write down a reconciliation and what came of it, before it is answered."""

    reconciliation: Reconciliation
    line: str
    outcome: Reconciled


@record
class ReplyTotals:
    """Answer a reconciliation of the acquirer at ``origin``."""

    origin: Any
    reconciliation: Reconciliation
    outcome: Reconciled


@record
class JournalDelivery:
    """Write down what the centre owes an issuer from now on."""

    delivery: Delivery


@record
class Deliver:
    """Send an issuer what it is owed."""

    delivery: Delivery
    repeat: bool


@record
class JournalDelivered:
    """Write down that an issuer has answered a delivery, or that the centre has given it up."""

    delivery_id: int
    response_code: str


@record
class JournalOccurrence:
    """Write down something else worth telling of a request; it also goes to the person watching."""

    request_id: int
    kind: OccurrenceKind
    detail: str


Effect = (
    JournalRequest
    | Forward
    | JournalDecision
    | Reply
    | JournalReversal
    | ReplyReversal
    | JournalReconciliation
    | ReplyTotals
    | JournalDelivery
    | Deliver
    | JournalDelivered
    | JournalOccurrence
    | Notice
)
