"""Plain answers of issuers: yes or no, and what they repeat of their request."""

from __future__ import annotations

from collections.abc import Callable
from operator import itemgetter
from typing import Any, Final

from switch.iso8583.mti import CLASSES
from switch.iso8583.plain.picker import Wanted
from switch.record import positional
from switch.transaction import APPROVALS, APPROVED, APPROVED_REASON, Authorization, Decision

#: Not plain is what an issuer adds for the acquirer, or says in words (DE 63).
PLAIN_ANSWERS: Final = Wanted(
    mtis=frozenset({"0110", "0210"}),
    values=(2, 3, 4, 7, 11, 32, 38, 39, 41, 42, 49),
    needed=frozenset({2, 3, 4, 7, 11, 32, 39, 41, 42, 49}),
    beside=frozenset({12, 13, 14, 15, 18, 19, 22, 23, 24, 25, 33, 37, 43, 53, 100}),
)
#: DE 32, 41, 11 and 7 of what was picked: the key of the exchange that is answered.
answered_key: Final[Callable[[tuple[Any, ...]], tuple[str, str, str, str]]] = itemgetter(6, 9, 5, 4)
_decision: Final = positional(Decision, "response_code", "approval_code", "decided_by", "reason")


def plain_decision(picked: tuple[Any, ...], asked: Authorization, issuer: str) -> Decision | None:
    """What an issuer decided of the request that it was ``asked``, by an answer of which ``PLAIN_ANSWERS`` were picked: no more
    than ``mapping.issuer.to_issuer_answer`` says, or None where that has more to look at."""
    mti, pan, code, amount, _, _, _, approval_code, response_code, _, merchant_id, currency = picked
    reason = ""
    if response_code in APPROVALS:
        as_asked = (  # to the letter
            pan == asked.pan.digits
            and code == asked.processing_code
            and int(amount) == asked.amount_minor
            and merchant_id.rstrip() == asked.merchant_id
            and currency == asked.currency
            and CLASSES[mti[1]] == asked.message_class
        )
        if response_code != APPROVED or not as_asked:
            return None
        reason = APPROVED_REASON
    return _decision(response_code, approval_code and (approval_code.strip() or None), issuer, reason)
