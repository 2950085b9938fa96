"""The values of a payment: the card as it was typed, what 3-D Secure found, what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from attrs import field

from switch.acquirer.messages import Paid
from switch.card import CardSecurity, Pan, mask_pan
from switch.gateway.protocol.answers import AnswerWord, Authentication
from switch.record import frozen
from switch.specs.specification import Specs


@frozen(kw_only=True)
class TypedCard:
    """A card as the shopper typed it: in memory until the answer, and nowhere else."""

    pan: str = field(repr=False)
    expiry: str = field(repr=False)  #: YYMM
    code: str = field(repr=False)  #: CVV2, CVC2 or four digits
    brand: str

    @property
    def masked(self) -> str:
        return mask_pan(self.pan)

    @property
    def number(self) -> Pan:
        return Pan(self.pan)


@frozen(kw_only=True)
class HolderProof:
    """What the 3-D Secure page found out: for the shop, and for the centre."""

    told: Authentication | None  #: None: nobody was asked
    eci: str = ""  #: as the house has it: 05, 06, 07
    cavv: str = field(default="", repr=False)  #: hexadecimal
    refused: str = ""  #: why nobody is asked for an authorization; empty: the centre is

    def security(self, code: str) -> CardSecurity:
        """What of card and holder goes to the centre."""
        return CardSecurity(cvv2=code or None, eci=self.eci or None, cavv=self.cavv or None)


@frozen(kw_only=True)
class PaymentResult:
    """What became of one try to pay an order. ``again`` says that the issuer wants to know its holder: a soft decline."""

    answer: AnswerWord
    code: str  #: DE 39, or 99
    transaction_id: str = ""
    auth_code: str = ""
    rrn: str = ""
    stan: str = ""
    message: str = ""
    again: bool = False


def paid_as_json(paid: Paid) -> dict[str, Any]:
    """A message that asked for money, for the store."""
    return {
        "mti": paid.mti,
        "stan": paid.stan,
        "rrn": paid.rrn,
        "at": paid.at.isoformat(),
        "amount_minor": paid.amount_minor,
        "currency": paid.currency,
        "transmitted_at": paid.transmitted_at,
        "kind": paid.kind,
        "approval_code": paid.approval_code,
    }


def paid_from_json(values: Mapping[str, Any]) -> Paid:
    """The same, out of the store."""
    return Paid(**{**values, "at": datetime.fromisoformat(values["at"])})


def result_body(result: PaymentResult) -> dict[str, Any]:
    """What the store keeps of a result."""
    return {
        "answer": result.answer,
        "code": result.code,
        "transaction_id": result.transaction_id,
        "auth_code": result.auth_code,
        "rrn": result.rrn,
        "stan": result.stan,
        "message": result.message,
    }


def transmitted_at(at: datetime) -> str:
    """DE 7: month, day and time in UTC."""
    return at.astimezone(UTC).strftime("%m%d%H%M%S")


def transaction_id(at: datetime, stan: str) -> str:
    """The gateway's own number of a try: day and time of it and the STAN, with letters between: it is no card number."""
    return f"{at:%y%j}T{at:%H%M%S}N{stan}"


def known_without_check_digit(specs: Specs, digits: str) -> bool:
    """Whether a number is that of a test card whose check digit is wrong on purpose."""
    cards = (card for issuer in specs.issuers.values() for card in issuer.cards)
    return any(not card.check_digit and card.pan.digits == digits for card in cards)
