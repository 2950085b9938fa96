"""The status of a card in its issuer's file, and what each is refused with."""

from __future__ import annotations

from typing import Final

from switch.transaction import DO_NOT_HONOR, LOST_CARD, RESTRICTED_CARD, STOLEN_CARD

ACTIVE: Final = "active"
PURPOSE_DO_NOT_HONOR: Final = "do_not_honor"
LOST: Final = "lost"
STOLEN: Final = "stolen"
BLOCKED_BY_BANK: Final = "blocked_by_bank"  #: of an account blocked by hand (``switch account block``); no file says it

Refusal = tuple[str, str]  #: response code and reason

#: Status -> what every request on such a card is refused with (DE 39 of ISO 8583:1987). A status that ends in ``_pick_up`` is
#: the one before it where the bank wants the card kept.
STATUS_REFUSALS: Final[dict[str, Refusal]] = {
    PURPOSE_DO_NOT_HONOR: (DO_NOT_HONOR, "card is set to do not honor"),
    LOST: (LOST_CARD, "card is reported lost"),
    STOLEN: (STOLEN_CARD, "card is reported stolen"),
    "restricted": (RESTRICTED_CARD, "card is restricted"),
    "restricted_pick_up": ("36", "card is restricted and to be kept"),
    "closed": ("45", "account of the card is closed"),
    "refer": ("01", "bank wants to be called first"),
    "refer_special": ("02", "bank wants to be called first, special condition"),
    "pick_up": ("04", "card is to be kept"),
    "pick_up_special": ("07", "card is to be kept, special condition"),
    "expired_pick_up": ("33", "card was replaced when it expired, and is to be kept"),
    "fraud": ("59", "fraud is suspected on the card"),
    "fraud_pick_up": ("34", "fraud is suspected on the card, which is to be kept"),
    "contact": ("60", "acquirer is to contact the bank"),
    "contact_pick_up": ("35", "acquirer is to contact the bank and keep the card"),
    "security": ("63", "security of the card is broken"),
    "security_call": ("66", "acquirer's security is to be called"),
    "security_pick_up": ("37", "acquirer's security is to be called and the card kept"),
    "pin_blocked": ("75", "PIN was wrong too often"),
    "pin_blocked_pick_up": ("38", "PIN was wrong too often, and the card is to be kept"),
    "hard_capture": ("67", "card is to be captured"),
    "law": ("93", "a court has blocked the card"),
    "no_record": ("56", "bank has lost its record of the card"),
}
STATUSES: Final[tuple[str, ...]] = (ACTIVE, *STATUS_REFUSALS)
ACCOUNT_BLOCKED: Final[Refusal] = (RESTRICTED_CARD, "account is blocked by the bank")

#: What the cardholder has told the bank of standing orders -> what a payment with a number on file is refused with. The codes
#: are those of the schemes.
ORDER_REFUSALS: Final[dict[str, Refusal]] = {
    "stopped": ("R0", "cardholder has stopped this standing order"),
    "revoked": ("R1", "cardholder has revoked the standing order"),
    "all_revoked": ("R3", "cardholder has revoked all standing orders"),
}
ORDERS: Final[tuple[str, ...]] = tuple(ORDER_REFUSALS)
