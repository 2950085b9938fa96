"""The life of an order on the page, as a table: in which state what may happen, and what it leads to.

An order is one ``oid`` of a shop. What is in doubt (a centre that did not answer) is reversed, and ends as failed; nothing
leads from a paid order back to the page.
"""

from __future__ import annotations

from typing import Final, Literal

OrderState = Literal[
    "open",  # the page is shown
    "authenticating",  # the shopper is at the issuing bank's page
    "authorizing",  # the centre was asked
    "in doubt",  # the centre did not answer: a reversal is owed
    "declined",  # by the centre or the issuer; the shopper may try again while the session lasts
    "held",  # approved, not captured: it waits for the shop
    "captured",
    "settled",  # its remise is paid
    "voided",  # undone before the day was closed, or a hold given up
    "refunded",  # wholly; in part leaves it captured or settled
    "abandoned",  # by the shopper, or the session ran out
    "failed",  # a fault, of whatever kind; nothing is owed
]

OrderEvent = Literal[
    "authenticate",
    "authenticated",
    "authorize",
    "approved",
    "approved and captured",
    "decline",
    "lose",  # the answer of the centre
    "reverse",
    "capture",
    "settle",
    "void",
    "refund",
    "cancel",
    "expire",
    "fail",
]

_TABLE: Final[dict[OrderState, dict[OrderEvent, OrderState]]] = {
    "open": {
        "authenticate": "authenticating",
        "authorize": "authorizing",
        "cancel": "abandoned",
        "expire": "abandoned",
        "fail": "failed",
    },
    "authenticating": {
        "authenticated": "open",
        "authorize": "authorizing",
        "decline": "declined",
        "cancel": "abandoned",
        "expire": "abandoned",
        "fail": "failed",
    },
    "authorizing": {
        "approved": "held",
        "approved and captured": "captured",
        "decline": "declined",
        "authenticate": "authenticating",  # a soft decline: the issuer wants to know its holder
        "lose": "in doubt",
        "fail": "failed",
    },
    "in doubt": {"reverse": "failed"},
    "declined": {"authenticate": "authenticating", "authorize": "authorizing", "cancel": "abandoned", "expire": "declined"},
    "held": {"capture": "captured", "void": "voided", "settle": "settled"},
    "captured": {"settle": "settled", "void": "voided", "refund": "refunded"},
    "settled": {"refund": "refunded"},
    "voided": {},
    "refunded": {},
    "abandoned": {},
    "failed": {},
}

#: In these the shop has its money, or may take it: the same ``oid`` is refused.
PAID: Final[frozenset[OrderState]] = frozenset({"held", "captured", "settled", "refunded", "voided"})
#: In these something is under way, and a second try has to wait for its end.
UNDER_WAY: Final[frozenset[OrderState]] = frozenset({"authorizing", "in doubt"})

#: What status and history of the XML API call a state.
STATUS_LETTERS: Final[dict[OrderState, str]] = {
    "open": "PN",
    "authenticating": "PN",
    "authorizing": "PN",
    "in doubt": "PN",
    "declined": "D",
    "held": "A",
    "captured": "C",
    "settled": "S",
    "voided": "V",
    "refunded": "R",
    "abandoned": "CNCL",
    "failed": "ERR",
}


def after(state: OrderState, event: OrderEvent) -> OrderState | None:
    """The state an event leads to; None where it cannot happen in this state.

    >>> after("held", "capture"), after("captured", "authorize")
    ('captured', None)
    """
    return _TABLE[state].get(event)


def may_pay(state: OrderState | None) -> bool:
    """Whether an ``oid`` in this state (None: it is new) may be posted for a payment, again after a refusal."""
    return state is None or not (state in PAID or state in UNDER_WAY)
