"""Plain answers of issuers: yes or no, and what they repeat of their request."""

from __future__ import annotations

from typing import Any, Final

from switch.iso8583.mapping.issuer import Waiting
from switch.iso8583.mti import CLASSES
from switch.iso8583.plain.picker import Wanted
from switch.record import positional
from switch.transaction import APPROVALS, APPROVED, APPROVED_REASON, Authorization, ExchangeKey, IssuerAnswer

#: Not plain is what an issuer adds for the acquirer, or says in words (DE 63).
PLAIN_ANSWERS: Final = Wanted(
    mtis=frozenset({"0110", "0210"}),
    values=(2, 3, 4, 7, 11, 32, 38, 39, 41, 42, 49),
    needed=frozenset({2, 3, 4, 7, 11, 32, 39, 41, 42, 49}),
    beside=frozenset({12, 13, 14, 15, 18, 19, 22, 23, 24, 25, 33, 37, 43, 53, 100}),
)
_answer: Final = positional(IssuerAnswer, "key", "response_code", "approval_code", "reason", "carried")


def plain_issuer_answer(picked: tuple[Any, ...], waiting: Waiting) -> IssuerAnswer | None:
    """What an answer says of which ``PLAIN_ANSWERS`` were picked: what ``mapping.issuer.to_issuer_answer`` makes of it, or None
    where that has more to look at. ``waiting`` gives the request that waits for an answer of a key."""
    _, _, _, _, at, stan, acquirer_id, approval_code, response_code, terminal_id, _, _ = picked
    exchange = waiting((acquirer_id, terminal_id, stan, at))
    key, reason = ExchangeKey(acquirer_id, terminal_id, stan, at) if exchange is None else exchange.asked.key, ""
    if response_code in APPROVALS:
        if response_code != APPROVED or (exchange is not None and not _as_asked(exchange.asked, picked)):
            return None
        reason = APPROVED_REASON
    return _answer(key, response_code, approval_code and (approval_code.strip() or None), reason, None)


def _as_asked(request: Authorization, picked: tuple[Any, ...]) -> bool:
    """Whether an answer is of the card, the kind, the amount, the merchant and the currency of its request, to the letter."""
    mti, pan, code, amount, _, _, _, _, _, _, merchant_id, currency = picked
    return (
        pan == request.pan.digits
        and code == request.processing_code
        and int(amount) == request.amount_minor
        and merchant_id.rstrip() == request.merchant_id
        and currency == request.currency
        and CLASSES[mti[1]] == request.message_class
    )
