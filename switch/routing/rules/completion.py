"""What an advice does to the request it names: a completion captures a hold, an adjustment a sale for another amount, an
increment adds to a hold."""

from __future__ import annotations

from functools import partial

from attrs import evolve

from switch.merchant import Merchant
from switch.money import BASIS_POINTS, format_minor
from switch.routing.memory.past import DecidedRequest
from switch.transaction import (
    APPROVALS,
    APPROVED,
    CREDITS,
    INVALID_AMOUNT,
    INVALID_TRANSACTION,
    ORIGINAL_AMOUNT_INCORRECT,
    SWITCH,
    UNABLE_TO_LOCATE,
    WITH_BATCH,
    Authorization,
    Decision,
    granted_minor,
    refuse,
)


def accept(advice: Authorization, reason: str) -> Decision:
    """An advice is taken as it is."""
    return Decision(response_code=APPROVED, approval_code=advice.approval_code, decided_by=SWITCH, reason=reason)


def complete(advice: Authorization, hold: DecidedRequest, authorized_minor: int, merchant: Merchant) -> Decision:
    """Whether a completion may take the place of a hold; ``authorized_minor`` is what was granted with all increments."""
    wrong = not_outstanding(advice, hold)
    if wrong is not None:
        return wrong
    limit_minor = authorized_minor + authorized_minor * merchant.over_basis_points // BASIS_POINTS
    decimal = partial(format_minor, currency=advice.currency)
    amount = decimal(advice.amount_minor)
    if advice.amount_minor > limit_minor:
        return refuse(INVALID_AMOUNT, f"completes with {amount} where {decimal(limit_minor)} may be captured")
    of_what = f"{decimal(authorized_minor)} authorized by request {hold.request_id}"
    return accept(advice, f"completes {of_what} with {amount}")


def adjust(
    advice: Authorization,
    sale: DecidedRequest,
    last: DecidedRequest | None,
    authorized_minor: int,
    merchant: Merchant,
    over: str = "",
) -> Decision:
    """Whether an adjustment may take the place of a sale that waits for the close of its terminal's batch.

    It is the completion of the sale for a higher amount. ``authorized_minor`` is what reversals have left of the sale.
    ``last`` is what has taken its place before, if anything has, and ``over`` why no other may any more.
    """
    which, original = f"request {sale.request_id}, which it adjusts,", sale.authorization
    decimal = partial(format_minor, currency=original.currency)
    to, of = decimal(advice.amount_minor), decimal(authorized_minor)
    amounts = {original.amount_minor, authorized_minor}
    if last is not None:
        amounts.add(last.authorization.amount_minor)
        sale = evolve(sale, completed_by=None, remaining_minor=authorized_minor if last.remaining_minor > 0 else 0)
    wrong = not_outstanding(advice, sale)
    if wrong is not None:
        return wrong
    if over:
        return refuse(INVALID_TRANSACTION, f"{which} {over}")
    if last is not None and last.remaining_minor < granted_minor(last.authorization, last.decision):
        return refuse(INVALID_TRANSACTION, f"{which} was reversed in part after an adjustment")
    if sale.capture != WITH_BATCH or original.transaction_type != advice.transaction_type:
        what = "waits for a completion" if sale.capture != WITH_BATCH else f"is a {original.transaction_type}"
        return refuse(INVALID_TRANSACTION, f"{which} {what}, and is no purchase that waits for its batch")
    if advice.original_minor is not None and advice.original_minor not in amounts:
        said, was = decimal(advice.original_minor), decimal(original.amount_minor)
        return refuse(ORIGINAL_AMOUNT_INCORRECT, f"DE 60 says {said} and {which} was of {was}")
    if advice.amount_minor < authorized_minor:
        return refuse(INVALID_AMOUNT, f"{which} is of {of}, and {to} is less")
    decision = complete(advice, sale, authorized_minor, merchant)
    if not decision.approved:
        return decision
    before = decimal(authorized_minor if last is None else last.remaining_minor)
    return evolve(decision, reason=f"adjusts request {sale.request_id} from {before} to {to}")


def not_outstanding(request: Authorization, hold: DecidedRequest) -> Decision | None:
    """Why nothing can be completed with, or added to, what a request names; None where it can."""
    which = f"request {hold.request_id}"
    if hold.authorization.pan != request.pan:
        return refuse(UNABLE_TO_LOCATE, f"DE 2 is not the card of {which}, which it names")
    if not hold.decision.approved:
        return refuse(INVALID_TRANSACTION, f"{which}, which it names, was answered {hold.decision.response_code}")
    if (advised_code := hold.authorization.advised_code) is not None and advised_code not in APPROVALS:
        return refuse(INVALID_TRANSACTION, f"{which}, which it names, told of a decline, {advised_code}")
    if hold.completed_by is not None:
        return refuse(INVALID_TRANSACTION, f"{which}, which it names, was completed before")
    if hold.remaining_minor <= 0:
        return refuse(INVALID_TRANSACTION, f"{which}, which it names, was reversed")
    if not hold.held:
        return refuse(INVALID_TRANSACTION, f"{which}, which it names, waits for no completion: it counts by itself")
    if (hold.authorization.transaction_type in CREDITS) != (request.transaction_type in CREDITS):
        return refuse(INVALID_TRANSACTION, f"DE 3 moves money the other way than {which}, which it names")
    if hold.authorization.currency != request.currency:
        return refuse(INVALID_TRANSACTION, f"another currency (DE 49) than {which}, which it names")
    return None
