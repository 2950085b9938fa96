"""What a reversal does to the request it means. It is accepted wherever there is nothing left to undo."""

from __future__ import annotations

from typing import Final, NamedTuple

from switch.money import format_minor
from switch.record import record
from switch.routing.memory.past import DecidedRequest
from switch.transaction import (
    APPROVALS,
    APPROVED,
    ORIGINAL_AMOUNT_INCORRECT,
    UNABLE_TO_LOCATE,
    WITH_BATCH,
    Authorization,
    ExchangeKey,
    Reversal,
    granted_minor,
)


class Demand(NamedTuple):
    """What a reversal asks for, but for its card: one that differs in any of it is another reversal, under whatever key."""

    key: ExchangeKey  #: without a time where its sender gave none
    named: ExchangeKey | str  #: DE 90, else DE 37, else the STAN
    merchant_id: str
    amount_minor: int
    replacement_minor: int

    @classmethod
    def of(cls, reversal: Reversal) -> Demand:
        named = reversal.original_key or (reversal.rrn if reversal.refers else reversal.original_stan)
        key = reversal.key._replace(transmitted_at="") if reversal.stamped else reversal.key
        return cls(key, named, reversal.merchant_id, reversal.amount_minor, reversal.replacement_minor)


@record
class ReversalOutcome:
    """What came of a reversal."""

    original_id: int | None  #: request it was linked to; None where none is known
    effective: bool  #: it changed what the original is worth
    response_code: str
    reason: str


GIVEN_BACK: Final = "it went back when the hold it had added to was completed: nothing is left to undo"
NOT_KNOWN: Final = ReversalOutcome(None, False, APPROVED, "the original is not known; should it come, it is declined")


def undo(reversal: Reversal, past: DecidedRequest, named: DecidedRequest) -> ReversalOutcome:
    """The outcome for a request decided before; ``effective`` leaves ``replacement_minor`` of it.

    ``named`` is what the reversal names: the request itself, or the hold whose place it took.
    """
    request_id = past.request_id
    other_card = _other_card(reversal, past.authorization, request_id)
    if other_card is not None:
        return other_card
    if not past.decision.approved:
        code = past.decision.response_code
        return ReversalOutcome(request_id, False, APPROVED, f"the original was answered {code}: nothing to undo")
    amounts = {named.authorization.amount_minor, named.decision.approved_minor}
    if named.capture == WITH_BATCH:  # what took its place has adjusted it, and its sender may know it by either amount
        amounts.add(past.authorization.amount_minor)
    if reversal.amount_minor not in amounts:
        return _other_amount(reversal, named.authorization, request_id)
    told = past.authorization.advised_code
    if told is not None and told not in APPROVALS:
        return ReversalOutcome(request_id, False, APPROVED, f"the original told of a decline, {told}: nothing to undo")
    if reversal.replacement_minor >= granted_minor(past.authorization, past.decision):
        return ReversalOutcome(request_id, False, APPROVED, "it leaves the whole amount: nothing to undo")
    if reversal.replacement_minor >= past.remaining_minor:
        return ReversalOutcome(request_id, False, APPROVED, "it was reversed before: nothing is left to undo")
    if reversal.partial:
        left = format_minor(reversal.replacement_minor, past.authorization.currency)
        return ReversalOutcome(request_id, True, APPROVED, f"reversed in part, {left} remain")
    return ReversalOutcome(
        request_id, True, APPROVED, f"reversed by the acquirer{f', reason {reversal.reason}' if reversal.reason else ''}"
    )


def unfit(reversal: Reversal, original: Authorization, request_id: int) -> ReversalOutcome | None:
    """Why a reversal does not fit the request it names, which still waits for its issuer; None where it does."""
    other_card = _other_card(reversal, original, request_id)
    if other_card is None and reversal.amount_minor != original.amount_minor:
        return _other_amount(reversal, original, request_id)
    return other_card


def _other_card(reversal: Reversal, original: Authorization, request_id: int) -> ReversalOutcome | None:
    if reversal.pan is None or reversal.pan == original.pan:
        return None
    return ReversalOutcome(None, False, UNABLE_TO_LOCATE, f"DE 2 is not the card of request {request_id}, which it names")


def _other_amount(reversal: Reversal, original: Authorization, request_id: int) -> ReversalOutcome:
    currency = original.currency
    amount, original_amount = format_minor(reversal.amount_minor, currency), format_minor(original.amount_minor, currency)
    return ReversalOutcome(
        request_id, False, ORIGINAL_AMOUNT_INCORRECT, f"DE 4 says {amount} and the original was {original_amount}"
    )
