"""An issuer whose accounts are in another currency than the sale: its decision in the words of the sale."""

from __future__ import annotations

from attrs import evolve

from switch.issuers.amounts import original_amount
from switch.money import worded_minor
from switch.rates import Rate
from switch.transaction import APPROVED_REASON, PARTIALLY_APPROVED, Authorization, Decision


def told_in_sale(decision: Decision, asked: Authorization, billed: Authorization, rate: Rate) -> Decision:
    """A decision on a request ``billed`` in the account's currency, as the acquirer that ``asked`` is to hear it.

    What was granted in part is said in the currency of the sale, rounded down; the reason says at which rate.
    """
    if decision.response_code == PARTIALLY_APPROVED and decision.approved_minor is not None:
        granted_minor = min(rate.undone(decision.approved_minor, asked.currency, billed.currency), asked.amount_minor)
        decision = evolve(decision, approved_minor=granted_minor, carried=original_amount(asked.amount_minor, asked.currency))
    if not asked.amount_minor:
        return decision
    sale, cost = worded_minor(asked.amount_minor, asked.currency), worded_minor(billed.amount_minor, billed.currency)
    return evolve(decision, reason=f"{decision.reason or APPROVED_REASON}; {sale} are {cost} at {rate.text}")
