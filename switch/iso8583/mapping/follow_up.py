"""Messages that follow a request and name it: its completion, its adjustment, an increment of it, its reversal, its void."""

from __future__ import annotations

from typing import Final, NamedTuple

from switch.iso8583.dialect import Dialect
from switch.iso8583.edition93.pos_data import PRE_AUTHORIZATION
from switch.iso8583.mapping.acquirer import DEBIT_ADJUSTMENT, original_data, replacement_amounts
from switch.iso8583.mapping.compose import sayable
from switch.iso8583.message import Message
from switch.transaction import ExchangeKey

COMPLETE: Final = "complete"
ADJUST: Final = "adjust"
INCREMENT: Final = "increment"
REVERSE: Final = "reverse"
VOID: Final = "void"

#: What follows a request -> the usual message for it.
MTIS: Final = {COMPLETE: "0220", ADJUST: "0220", INCREMENT: "0100", REVERSE: "0400", VOID: "0200"}

REFUND_CODE: Final = "20"  #: first two digits of DE 3
VOID_CODE: Final = DEBIT_ADJUSTMENT  #: as a request it takes a debit back
VOID_OF_REFUND_CODE: Final = "22"  #: a credit adjustment; it takes a credit back


class Original(NamedTuple):
    """What a message says of the request it follows."""

    mti: str
    key: ExchangeKey
    rrn: str  #: DE 37
    approval_code: str | None  #: DE 38, where it was approved and that is known


def following(what: str, message: Message, original: Original, dialect: Dialect, *, leave_minor: int = 0) -> Message:
    """``message`` as one that names the original; ``leave_minor`` is what a reversal is to leave of it."""
    elements = {**message.elements, 37: original.rrn, 90: original_data(original.mti, original.key)}
    if what in (COMPLETE, ADJUST) and original.approval_code is not None:
        elements[38] = original.approval_code
    if what == INCREMENT:
        elements[25] = PRE_AUTHORIZATION
    if what == ADJUST:
        elements[3] = DEBIT_ADJUSTMENT + elements[3][2:]
    if what == VOID:
        code = VOID_OF_REFUND_CODE if elements[3].startswith(REFUND_CODE) else VOID_CODE
        elements[3] = code + elements[3][2:]
    if leave_minor:
        elements[95] = replacement_amounts(leave_minor)
    return sayable(message.mti, elements, dialect)
