"""What can happen to the switchboard."""

from __future__ import annotations

from typing import Any

from switch.record import record
from switch.routing.memory.deliveries import REVERSAL, Delivery, DeliveryKind
from switch.transaction import Authorization, Decision, IssuerAnswer, Reconciliation, Reversal


@record
class Scripted:
    """What a scenario wants of a message: a refusal without asking anybody, and what the journal says of its answer."""

    note: str = ""
    refusal: Decision | None = None
    part_minor: int | None = None  #: ask the issuer for this part of the amount
    timeout_seconds: float = 0.0  #: for which its answer is waited for; 0: as the specification says


@record
class RequestReceived:
    """An acquirer asks. ``origin`` is where its answer goes, passed back unread; ``line`` names it for people."""

    authorization: Authorization
    origin: Any
    line: str
    scripted: Scripted | None = None


@record
class ReversalReceived:
    """An acquirer undoes a request. ``origin`` and ``line`` as in RequestReceived."""

    reversal: Reversal
    origin: Any
    line: str
    scripted: Scripted | None = None


@record
class TotalsReceived:
    """An acquirer reconciles. ``origin`` and ``line`` as in RequestReceived."""

    reconciliation: Reconciliation
    origin: Any
    line: str


@record
class DeliveryAnswered:
    """An issuer answered a reversal (0410, 0430) or an advice (0130, 0230) of the centre's."""

    issuer: str
    stan: str
    response_code: str
    kind: DeliveryKind = REVERSAL
    terminal_id: str = ""  #: DE 41, empty where the answer has none


@record
class AnswerReceived:
    """An issuer answered something."""

    issuer: str
    answer: IssuerAnswer


@record
class IssuerUp:
    """An issuer has signed on: its cards can be authorized."""

    issuer: str


@record
class IssuerDown:
    """An issuer signed off, or its line is ``lost``. What was forwarded before a sign-off is still answered."""

    issuer: str
    why: str
    lost: bool


@record
class ForwardFailed:
    """A request could not be sent to its issuer: its line is lost, or its dialect cannot say it."""

    authorization: Authorization
    issuer: str
    response_code: str
    why: str


@record
class DeliveryFailed:
    """The dialect of an issuer cannot say what it is owed, not even with the fewest elements."""

    delivery: Delivery
    why: str


Event = (
    RequestReceived
    | ReversalReceived
    | TotalsReceived
    | AnswerReceived
    | DeliveryAnswered
    | IssuerUp
    | IssuerDown
    | ForwardFailed
    | DeliveryFailed
)
