"""The words that travel between the rooms: what is asked of the centre, and what is decided.

Nothing here knows a data element's number or a bank's file. ``carried`` is the message as it came, for the room that
understands it (``switch.iso8583``); every other room passes it on unread.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

from attrs import field

from switch.card import CardSecurity, Pan, SecurityResults
from switch.record import record


class ExchangeKey(NamedTuple):
    """What makes one exchange of messages unique (ISO 8583:1987: DE 32, 41, 11, 7). A STAN alone is not a key."""

    acquirer_id: str
    terminal_id: str
    stan: str
    transmitted_at: str


RRN_CHARACTERS: Final = 12  #: of a retrieval reference; a shorter one is filled up with blanks
PURCHASE: Final = "purchase"
PURCHASE_WITH_CASH_BACK: Final = "purchase_with_cash_back"
CASH_WITHDRAWAL: Final = "cash_withdrawal"
QUASI_CASH: Final = "quasi_cash"
BILL_PAYMENT: Final = "bill_payment"
REFUND: Final = "refund"
BALANCE_INQUIRY: Final = "balance_inquiry"
CARD_VERIFICATION: Final = "card_verification"
OTHER: Final = "other"  #: none the centre offers

TransactionType = Literal[
    "purchase",
    "purchase_with_cash_back",
    "cash_withdrawal",
    "quasi_cash",
    "bill_payment",
    "refund",
    "balance_inquiry",
    "card_verification",
    "other",
]

#: What moves money from the cardholder, what moves it to him, and what asks without moving any.
DEBITS: Final = frozenset({PURCHASE, PURCHASE_WITH_CASH_BACK, CASH_WITHDRAWAL, QUASI_CASH, BILL_PAYMENT})
CREDITS: Final = frozenset({REFUND})
INQUIRIES: Final = frozenset({BALANCE_INQUIRY, CARD_VERIFICATION})

AUTHORIZATION: Final = "authorization"  #: message class x1xx
FINANCIAL: Final = "financial"  #: message class x2xx
MessageClass = Literal["authorization", "financial"]

REQUEST: Final = "request"  #: the issuer is asked
ADVICE: Final = "advice"  #: the issuer is told of what was done already
BATCH: Final = "batch"  #: nobody asked: the close of a terminal's batch captures an approval
Function = Literal["request", "advice", "batch"]

ECOMMERCE: Final = "ecommerce"
CHIP: Final = "chip"
MAGSTRIPE: Final = "magstripe"
MANUAL: Final = "manual"
Channel = Literal["ecommerce", "chip", "magstripe", "manual"]  #: how the card was read
CHANNELS: Final[tuple[Channel, ...]] = (ECOMMERCE, CHIP, MAGSTRIPE, MANUAL)


@record(kw_only=True)
class Authorization:
    """A request for the issuer's word (0100, 0200), or an advice of what was done without it (0120, 0220)."""

    key: ExchangeKey
    message_class: MessageClass
    transaction_type: TransactionType  #: OTHER is refused by the checks
    processing_code: str  #: DE 3
    pan: Pan
    expiry: str | None  #: YYMM (DE 14 or track 2)
    amount_minor: int  #: of ``currency``
    currency: str  #: ISO 4217 numeric
    merchant_id: str
    merchant_type: str | None  #: MCC as sent (DE 18); the merchant's file has the last word
    entry_mode: str  #: DE 22 as sent
    channel: Channel
    rrn: str  #: DE 37, 12 characters
    local_at: str  #: MMDDhhmmss at the card acceptor (DE 13 + DE 12), as sent
    carried: Mapping[int, str] = field(eq=False, repr=False)
    function: Function = REQUEST
    pre_authorized: bool = False  #: a hold that waits for its completion (DE 25 06), or an increment of one
    partial_accepted: bool = False  #: the acquirer can take less than it asks (DE 25 41)
    authenticated: bool = False  #: it carries, or may carry, 3-D Secure data; only the issuer can judge those
    cash_back_minor: int = 0  #: part of ``amount_minor`` that is handed out (DE 54, type 40)
    original_key: ExchangeKey | None = None  #: what DE 90 names: the request it completes or adds to
    original_kind: tuple[MessageClass, Function] | None = field(default=None, eq=False)  #: of that request, once it is known
    advised_code: str | None = None  #: of an advice: what was answered at the point of sale (DE 39)
    approval_code: str | None = None  #: of an advice or a completion: DE 38
    adjusts: bool = False  #: an advice that a terminal's sale has another amount than was approved, with a tip mostly
    original_minor: int | None = None  #: of an adjustment: the amount of the sale, where it says so (DE 60)
    repeat: bool = False  #: it came as a repeat (0101, 0121, …) of what its sender had no answer to
    stamped: bool = False  #: its sender gave no time at all: the time in ``key`` is of the centre's clock
    captured_function: Literal[Function, ""] = ""  #: of a BATCH: whether what its close captured had been asked or told
    security: CardSecurity | None = field(default=None, eq=False, repr=False)  #: what proves card and holder; never stored

    def is_sent_again(self, again: Authorization) -> bool:
        """Whether a later message of the same sender says what this one said: the same payment by the same card at the same
        merchant, in the same class."""
        return (
            self.pan == again.pan
            and self.merchant_id == again.merchant_id
            and self.amount_minor == again.amount_minor
            and self.currency == again.currency
            and self.cash_back_minor == again.cash_back_minor
            and self.transaction_type == again.transaction_type
            and self.message_class == again.message_class
            and (self.captured_function or self.function) == again.function
        )


class CardUse(NamedTuple):
    """How and where a card is used, as far as an issuer asks beyond the channel; what a message does not say is empty."""

    countries: frozenset[str] = frozenset()  #: of acquirer and card acceptor: ISO 3166 numeric, or letters of no known country
    contactless: bool = False
    with_pin: bool = False
    on_file: bool = False  #: by a standing order of the cardholder: the merchant keeps the number
    account: str = ""  #: which of the cardholder's accounts: savings, cheque, credit, universal, investment; empty: any


def tells_apart(rrn: str) -> bool:
    """Whether a retrieval reference number names one request rather than any: it is neither blank nor zeros."""
    return bool(rrn.strip("0 "))


@record(kw_only=True)
class Reversal:
    """A demand to undo an earlier request, in whole or in part (0400, 0401, 0420, 0421; a void: 0200 with DE 3 02 or 22)."""

    key: ExchangeKey  #: of this message
    mti: str  #: as it came; empty of what the centre notes by itself, as a later adjustment takes the place of an earlier one
    original_key: ExchangeKey | None  #: what DE 90 names; None where it is missing or makes no sense
    original_stan: str  #: by which the original is known where neither a key nor a reference names it: of DE 90, else DE 11
    pan: Pan | None
    amount_minor: int  #: of the original (DE 4)
    currency: str  #: ISO 4217 numeric
    replacement_minor: int  #: what remains of the amount (DE 95); 0 undoes all of it
    merchant_id: str
    rrn: str  #: DE 37, the original's
    reason: str  #: why, as the sender codes it: four digits (REASON_…), or empty
    carried: Mapping[int, str] = field(eq=False, repr=False)
    stamped: bool = False  #: as of an Authorization
    of_adjustment: bool = False  #: it reverses an adjustment, and not the sale: its processing code says so (DE 3 02)

    @property
    def partial(self) -> bool:
        return self.replacement_minor > 0

    @property
    def refers(self) -> bool:
        """Whether its DE 37 tells requests apart."""
        return tells_apart(self.rrn)

    @property
    def is_void(self) -> bool:
        """Whether it came as a financial message with a processing code that voids, and not as a reversal."""
        return self.mti[1] != "4"


@record(kw_only=True)
class Upload:
    """A transaction that a terminal sends up with its batch, mostly because totals did not agree (0320, 0321)."""

    key: ExchangeKey  #: of this message
    original_stan: str  #: of the transaction
    pan: Pan | None
    amount_minor: int
    currency: str  #: ISO 4217 numeric
    merchant_id: str
    rrn: str  #: DE 37, the transaction's

    @property
    def refers(self) -> bool:
        """Whether its DE 37 tells requests apart."""
        return tells_apart(self.rrn)


@record(kw_only=True)
class Reconciliation:
    """A sender's totals since it last agreed with the centre (0500, 0501, 0520, 0521)."""

    key: ExchangeKey  #: of this message; an empty terminal means the totals of the whole acquirer
    mti: str  #: as it came
    sent: Mapping[str, int]  #: counter (``switch.routing.memory.totals``) -> value, those the message has
    carried: Mapping[int, str] = field(eq=False, repr=False)
    stamped: bool = False  #: as of an Authorization


@record(kw_only=True)
class Decision:
    """What was answered to an authorization, and why."""

    response_code: str  #: DE 39 of ISO 8583:1987, two characters
    approval_code: str | None  #: DE 38, six characters, on approvals
    decided_by: str  #: the issuer's id, or SWITCH
    reason: str  #: one sentence for a person: "scenario late-night, rule 2", "no answer from atlas in 10 s"
    approved_minor: int | None = None  #: what was granted, where that is less than was asked (response code 10)
    carried: Mapping[int, str] | None = field(default=None, eq=False, repr=False)  #: what the issuer adds for the acquirer
    unanswered: bool = False  #: declined because its issuer was asked and did not answer
    results: SecurityResults | None = field(default=None, eq=False, repr=False)  #: what the issuer found of the proofs

    @property
    def approved(self) -> bool:
        return self.response_code in APPROVALS


@record(kw_only=True)
class IssuerAnswer:
    """An issuer's answer as it came off its line, before anybody knows which request it belongs to."""

    key: ExchangeKey
    response_code: str
    approval_code: str | None
    reason: str  #: the issuer's own words, empty where it gives none
    carried: Mapping[int, str] | None = field(eq=False, repr=False)  #: what of it goes on to the acquirer
    approved_minor: int | None = None  #: of a partial approval: DE 4
    contradiction: str = ""  #: of an approval: in what it is of another transaction than the one that was asked, in words
    results: SecurityResults | None = field(default=None, eq=False, repr=False)  #: as of a Decision


SWITCH: Final = "switch"
APPROVED_REASON: Final = "approved"  #: of an approval with nothing more to say

APPROVED: Final = "00"
IN_PROGRESS: Final = "09"
PARTIALLY_APPROVED: Final = "10"
INVALID_MERCHANT: Final = "03"
DO_NOT_HONOR: Final = "05"
INVALID_TRANSACTION: Final = "12"
INVALID_AMOUNT: Final = "13"
INVALID_CARD: Final = "14"
NO_SUCH_ISSUER: Final = "15"
INVALID_RESPONSE: Final = "20"
NO_ACTION: Final = "21"
UNABLE_TO_LOCATE: Final = "25"
FORMAT_ERROR: Final = "30"
FUNCTION_NOT_SUPPORTED: Final = "40"
LOST_CARD: Final = "41"
STOLEN_CARD: Final = "43"
INSUFFICIENT_FUNDS: Final = "51"
EXPIRED_CARD: Final = "54"
INCORRECT_PIN: Final = "55"
CARDHOLDER_NOT_PERMITTED: Final = "57"
TERMINAL_NOT_PERMITTED: Final = "58"
AMOUNT_LIMIT_EXCEEDED: Final = "61"
RESTRICTED_CARD: Final = "62"
SECURITY_VIOLATION: Final = "63"
ORIGINAL_AMOUNT_INCORRECT: Final = "64"
FREQUENCY_LIMIT_EXCEEDED: Final = "65"
PIN_TRIES_EXCEEDED: Final = "75"
ISSUER_INOPERATIVE: Final = "91"
NO_ROUTE: Final = "92"
DUPLICATE_TRANSMISSION: Final = "94"
RECONCILE_ERROR: Final = "95"
SYSTEM_MALFUNCTION: Final = "96"

#: Words of the schemes, in no table of the standard.
ADDITIONAL_AUTHENTICATION: Final = "1A"
CRYPTOGRAM_OR_VALUE_WRONG: Final = "82"
KEY_UNUSABLE: Final = "88"
CVV2_WRONG: Final = "N7"

#: Response codes that grant the money asked for (ISO 8583:1987, DE 39).
APPROVALS: Final = frozenset({APPROVED, "08", PARTIALLY_APPROVED, "11", "16"})

#: The meaning of DE 39 of ISO 8583:1987 in words.
RESPONSE_MEANINGS: dict[str, str] = {
    "00": "approved",
    "01": "refer to card issuer",
    "02": "refer to card issuer, special condition",
    "03": "invalid merchant",
    "04": "pick up card",
    "05": "do not honor",
    "06": "error",
    "07": "pick up card, special condition",
    "08": "approved, honor with identification",
    "09": "request in progress",
    "10": "approved for a partial amount",
    "11": "approved, VIP",
    "12": "invalid transaction",
    "13": "invalid amount",
    "14": "invalid card number",
    "15": "no such issuer",
    "16": "approved, update track 3",
    "19": "re-enter transaction",
    "20": "invalid response",
    "21": "no action taken",
    "22": "suspected malfunction",
    "23": "unacceptable transaction fee",
    "24": "file update not supported by the receiver",
    "25": "unable to locate record",
    "26": "duplicate record",
    "27": "file update, field edit error",
    "28": "file update, file locked out",
    "29": "file update not successful",
    "30": "format error",
    "31": "bank not supported by switch",
    "33": "expired card, pick up",
    "34": "suspected fraud, pick up",
    "35": "contact acquirer, pick up",
    "36": "restricted card, pick up",
    "37": "call acquirer security, pick up",
    "38": "PIN tries exceeded, pick up",
    "39": "no credit account",
    "40": "function not supported",
    "41": "lost card, pick up",
    "42": "no universal account",
    "43": "stolen card, pick up",
    "44": "no investment account",
    "45": "account closed",
    "51": "insufficient funds",
    "52": "no cheque account",
    "53": "no savings account",
    "54": "expired card",
    "55": "incorrect PIN",
    "56": "no card record",
    "57": "transaction not permitted to cardholder",
    "58": "transaction not permitted to terminal",
    "59": "suspected fraud",
    "60": "card acceptor contact acquirer",
    "61": "exceeds withdrawal amount limit",
    "62": "restricted card",
    "63": "security violation",
    "64": "original amount incorrect",
    "65": "exceeds withdrawal frequency limit",
    "66": "card acceptor call acquirer security",
    "67": "hard capture",
    "68": "response received too late",
    "75": "PIN tries exceeded",
    "90": "cut-off in process",
    "91": "issuer or switch inoperative",
    "92": "no route to the institution",
    "93": "violation of law",
    "94": "duplicate transmission",
    "95": "reconcile error",
    "96": "system malfunction",
}


#: Why the centre sends what it sends by itself (ISO 8583:1993, DE 25; networks put the same four digits into DE 56 of 1987).
REASON_STAND_IN: Final = "1003"  #: the issuer was not available
REASON_CANCELLED: Final = "4000"  #: the cardholder or the acquirer cancelled it
REASON_INVALID_RESPONSE: Final = "4020"
REASON_TIMEOUT: Final = "4021"  #: time ran out, or the line was lost, before an answer came
REASON_COMPLETED: Final = "4004"  #: another message settles it: a completion took the place of a hold


#: Codes of DE 39 that are in no table of the standard and that our issuers give: words of the schemes.
SCHEME_MEANINGS: Final = {
    "1A": "additional customer authentication required",
    "82": "verification value or cryptogram is wrong",
    "88": "cryptographic failure",
    "N7": "CVV2 is wrong",
    "R0": "stop payment order",
    "R1": "revocation of authorization order",
    "R3": "revocation of all authorizations order",
}


def response_meaning(response_code: str) -> str:
    """The words for a response code; codes outside the standard's table say so, but for those our issuers give."""
    return RESPONSE_MEANINGS.get(response_code) or SCHEME_MEANINGS.get(
        response_code, "private use, not in the standard's table"
    )


#: When an approval counts.
CaptureTime = Literal["now", "completion", "batch", "never"]
NOW: Final = "now"  #: in the business date of its decision
LATER: Final = "completion"  #: once a completion names it
WITH_BATCH: Final = "batch"  #: when its terminal closes its batch
NEVER: Final = "never"  #: it moves no money


def is_financial_advice(authorization: Authorization) -> bool:
    """Whether it tells of money that has moved: a completion, or a sale made offline."""
    return authorization.function == ADVICE and authorization.message_class == FINANCIAL


def granted_minor(authorization: Authorization, decision: Decision) -> int:
    """What a decision grants: all that was asked, a part of it, or nothing."""
    if not decision.approved:
        return 0
    return authorization.amount_minor if decision.approved_minor is None else decision.approved_minor


def refuse(response_code: str, reason: str) -> Decision:
    """A decline by the switch itself."""
    return Decision(response_code=response_code, approval_code=None, decided_by=SWITCH, reason=reason)
