"""Who bears a fraud with an electronic order: the issuer, where it verified 3-D Secure data, else the merchant.

Nothing but what the issuer verified counts, whatever ECI a request claims: an ECI of 05 without a CAVV that the issuer found
right shifts nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from switch.record import frozen
from switch.transaction import APPROVALS, DEBITS, ECOMMERCE, REQUEST

ISSUER: Final = "issuer"
MERCHANT: Final = "merchant"  #: by its contract with the acquirer, who bears it where the merchant cannot
#: What the issuer verified (column ``authentication`` of a decision) -> why it bears a fraud.
_WHY: Final = {
    "authenticated": "the cardholder was authenticated (ECI 05 or 02, CAVV right)",
    "attempted": "authentication was attempted (ECI 06 or 01, CAVV right)",
}


@frozen
class Liability:
    """Who bears a fraud, and why, in words."""

    borne_by: str
    why: str


def liability(request: Mapping[str, Any], decision: Mapping[str, Any] | None) -> Liability | None:
    """Of a row of the journal and its decision; None of what no cardholder pays in an electronic order, and of what was
    declined: nobody loses anything by it."""
    if decision is None or decision["response_code"] not in APPROVALS or request["function"] != REQUEST:
        return None
    if request["channel"] != ECOMMERCE or request["transaction_type"] not in DEBITS:
        return None
    why = _WHY.get(decision["authentication"] or "")
    if why is not None:
        return Liability(ISSUER, why)
    return Liability(MERCHANT, "the issuer verified no 3-D Secure data")
