"""Plain answers of issuers: yes or no, and what they repeat of their request."""

from __future__ import annotations

from typing import Any, Final

from switch.iso8583.mapping.issuer import Waiting
from switch.iso8583.mti import CLASSES
from switch.iso8583.plain.picker import Wanted
from switch.transaction import APPROVALS, APPROVED, APPROVED_REASON, Authorization, ExchangeKey, IssuerAnswer

_REPEATED: Final = (2, 3, 4, 42, 49)  #: of the request, by which an approval is compared with it
#: Not plain is what an issuer adds for the acquirer, or says in words (DE 63).
PLAIN_ANSWERS: Final = Wanted(
    mtis=frozenset({"0110", "0210"}),
    values=(32, 41, 11, 7, 39, 38, *_REPEATED),
    needed=frozenset({7, 11, 32, 39, 41, *_REPEATED}),
    beside=frozenset({12, 13, 14, 15, 18, 19, 22, 23, 24, 25, 33, 37, 43, 53, 100}),
)


def plain_issuer_answer(picked: tuple[Any, ...], waiting: Waiting) -> IssuerAnswer | None:
    """What an answer says of which ``PLAIN_ANSWERS`` were picked: what ``mapping.issuer.to_issuer_answer`` makes of it, or None
    where that has more to look at. ``waiting`` gives the request that waits for an answer of a key."""
    mti, acquirer_id, terminal_id, stan, at, response_code, approval_code, *repeated = picked
    key, reason = tuple.__new__(ExchangeKey, (acquirer_id, terminal_id, stan, at)), ""
    if response_code in APPROVALS:
        exchange = waiting(key)
        if response_code != APPROVED or (exchange is not None and not _as_asked(exchange.asked, mti, repeated)):
            return None
        reason = APPROVED_REASON
    return IssuerAnswer(
        key=key,
        response_code=response_code,
        approval_code=approval_code and (approval_code.strip() or None),
        reason=reason,
        carried=None,
    )


def _as_asked(request: Authorization, mti: str, repeated: list[str]) -> bool:
    """Whether an answer is of the card, the kind, the amount, the merchant and the currency of its request, to the letter."""
    pan, code, amount, merchant_id, currency = repeated
    return (
        pan == request.pan.digits
        and code == request.processing_code
        and int(amount) == request.amount_minor
        and merchant_id.rstrip() == request.merchant_id
        and currency == request.currency
        and CLASSES[mti[1]] == request.message_class
    )
