"""The messages of a shop on the internet: a payment, its capture, its reversal, a refund; and what their answers say."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from attrs import evolve

from switch.card import CardSecurity
from switch.iso8583.dialect import Dialect
from switch.iso8583.mapping.compose import Sale, sale_message
from switch.iso8583.mapping.follow_up import COMPLETE, MTIS, REVERSE, Original, following
from switch.iso8583.mapping.security_places import security_places
from switch.iso8583.message import Message
from switch.merchant import Merchant
from switch.record import frozen
from switch.transaction import ECOMMERCE, ExchangeKey

SALE_MTI, HOLD_MTI, REFUND_MTI = "0200", "0100", "0200"
CAPTURE_MTI = MTIS[COMPLETE]
REVERSAL_MTI, REPEATED_REVERSAL_MTI = "0420", "0421"  #: advices: the centre answers 00 to each that makes sense
_REPEATS: Final = {"0420": "0421", "0220": "0221"}
_ANSWER_ELEMENTS: Final = (37, 38)


@frozen(kw_only=True)
class Till:
    """Where something is sold: what the centre knows of the shop."""

    merchant: Merchant
    terminal_id: str
    acquirer_id: str
    country: str


@frozen(kw_only=True)
class Paid:
    """A message that asked for money, as far as it has to be known later: by what it is named."""

    mti: str
    stan: str
    rrn: str
    at: datetime  #: in the time zone of the till
    amount_minor: int
    currency: str
    transmitted_at: str  #: DE 7
    kind: str
    approval_code: str = ""

    def original(self, till: Till) -> Original:
        key = ExchangeKey(till.acquirer_id, till.terminal_id, self.stan, self.transmitted_at)
        return Original(self.mti, key, self.rrn, self.approval_code or None)


@frozen(kw_only=True)
class CentreAnswer:
    """What the centre said: the response code (DE 39), and what names the approval."""

    code: str
    rrn: str
    approval_code: str

    @classmethod
    def of(cls, message: Message) -> CentreAnswer:
        rrn, approval_code = (message.elements.get(number, "").strip() for number in _ANSWER_ELEMENTS)
        return cls(code=message.response_code, rrn=rrn, approval_code=approval_code)


def payment(paid: Paid, till: Till, pan: str, expiry: str, security: CardSecurity | None, dialect: Dialect) -> Message:
    """A payment, a hold or a refund; ECI, CAVV and CVV2 go where the dialect has its places for them."""
    message = sale_message(_sale(paid, till, pan, expiry), dialect)
    if security is None:
        return message
    elements = security_places(dialect).written(message.elements, security)
    return Message(message.mti, dict(sorted(elements.items())))


def capture(paid: Paid, of: Paid, till: Till, pan: str, dialect: Dialect) -> Message:
    """The completion of a hold, for the amount that ``paid`` says."""
    message = sale_message(_sale(evolve(paid, rrn=of.rrn), till, pan, ""), dialect)
    return following(COMPLETE, _without_expiry(message), of.original(till), dialect)


def reversal(paid: Paid, of: Paid, till: Till, dialect: Dialect) -> Message:
    """The reversal of a payment, as an advice. It names its original and has no card number: nobody need keep one for it."""
    message = sale_message(_sale(evolve(paid, mti=REVERSAL_MTI, rrn=of.rrn), till, "", ""), dialect)
    bare = Message(message.mti, {number: value for number, value in message.elements.items() if number not in (2, 14)})
    return following(REVERSE, bare, of.original(till), dialect)


def repeated(message: Message) -> Message:
    """The same advice once more, under the message type of a repeat."""
    return Message(_REPEATS.get(message.mti, message.mti), message.elements)


def answers(question: Message, candidate: Message) -> bool:
    """Whether a message answers a question: by STAN, terminal and message type."""
    mti, asked = candidate.mti, question.mti
    of_it = mti[:2] == asked[:2] and mti[2:3] == f"{int(asked[2]) + 1}"
    return of_it and candidate.stan == question.stan and candidate.terminal_id.strip() == question.terminal_id.strip()


def _sale(paid: Paid, till: Till, pan: str, expiry: str) -> Sale:
    return Sale(
        mti=paid.mti,
        pan=pan,
        expiry=expiry,
        amount_minor=paid.amount_minor,
        currency=paid.currency,
        entry=ECOMMERCE,
        merchant_id=till.merchant.id,
        merchant=till.merchant,
        terminal_id=till.terminal_id,
        acquirer_id=till.acquirer_id,
        country=till.country,
        stan=paid.stan,
        rrn=paid.rrn,
        at=paid.at,
        kind=paid.kind,
    )


def _without_expiry(message: Message) -> Message:
    return Message(message.mti, {number: value for number, value in message.elements.items() if number != 14})
