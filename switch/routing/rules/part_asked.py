"""A part of an amount that a scenario wants approved: what the issuer is asked for instead of the whole.

The issuer holds the part and no more, so its book and the journal agree, and nothing has to be taken back.
"""

from __future__ import annotations

from typing import Final

from attrs import evolve

from switch.transaction import BILL_PAYMENT, PARTIALLY_APPROVED, PURCHASE, REQUEST, Authorization, Decision

#: What may be paid in part; cash is handed out whole or not at all.
PAID_IN_PART: Final = frozenset({PURCHASE, BILL_PAYMENT})


def part_of(request: Authorization, part_minor: int) -> Authorization | None:
    """The request for a part of its amount; None where it cannot be approved in part."""
    payable = request.function == REQUEST and request.original_key is None and request.transaction_type in PAID_IN_PART
    return evolve(request, amount_minor=part_minor) if payable and part_minor < request.amount_minor else None


def granted_in_part(decision: Decision, asked: Authorization) -> Decision:
    """The answer of an issuer that was asked for a part, as the answer to the whole request."""
    if not decision.approved or decision.approved_minor is not None:
        return decision
    return evolve(decision, response_code=PARTIALLY_APPROVED, approved_minor=asked.amount_minor)
