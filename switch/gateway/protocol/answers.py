"""What a shop is answered, through the shopper's browser and by the callback: the fields of its post, and what became of it."""

from __future__ import annotations

from typing import Final, Literal

from switch.gateway.protocol.hash_rules import signed
from switch.gateway.protocol.payment_request import PaymentRequest
from switch.gateway.protocol.posted import BRAND_NUMBERS
from switch.record import frozen

AnswerWord = Literal["Approved", "Declined", "Error"]
#: How the holder was proved (3-D Secure): 1 fully; 2 to 4 attempted, or the card or its bank takes no part; 0 not; 5 to 8 not
#: possible for a fault.
MdStatus = Literal["0", "1", "2", "3", "4", "5", "6", "7", "8"]
#: The result of the issuing bank's page, ``transStatus`` of EMV 3-D Secure: yes, attempted, no, unavailable, rejected.
TransStatus = Literal["Y", "A", "N", "U", "R"]

GENERAL_ERROR: Final = "99"  #: ProcReturnCode where no bank gave a code


@frozen(kw_only=True)
class Authentication:
    """What the 3-D Secure page found out."""

    md_status: MdStatus
    trans_status: TransStatus
    eci: str = ""
    cavv: str = ""  #: base64 of 20 bytes
    xid: str = ""
    error: str = ""
    version: str = "2.2.0"


@frozen(kw_only=True)
class PaymentOutcome:
    """What became of a payment, for its shop. The card is known by its masked forms alone."""

    answer: AnswerWord
    code: str  #: DE 39 of the centre's answer, or ``GENERAL_ERROR``
    transaction_id: str
    at: str  #: ``YYYYMMDD hh:mm:ss``, local time of the gateway
    random: str  #: new for every answer
    client_ip: str
    auth_code: str = ""
    reference: str = ""  #: DE 37
    stan: str = ""
    message: str = ""  #: for the shop's developer; never of a card
    pan_masked: str = ""  #: 6 digits, 6 stars, 4 digits
    brand: str = ""
    issuer: str = ""
    acquirer_bin: str = ""
    expiry_year: str = ""
    expiry_month: str = ""
    settle_id: str = ""
    authentication: Authentication | None = None


def answer_fields(request: PaymentRequest, outcome: PaymentOutcome, merchant_name: str, store_key: str) -> dict[str, str]:
    """The fields of an answer in the order that lets a shop check the hash without sorting; the hash is the last."""
    return signed(_unsigned(request, outcome, merchant_name), store_key)


def callback_fields(request: PaymentRequest, outcome: PaymentOutcome, merchant_name: str, store_key: str) -> dict[str, str]:
    """The same for the server of the shop."""
    return signed({**_unsigned(request, outcome, merchant_name), "callbackCall": "true"}, store_key)


def _unsigned(request: PaymentRequest, outcome: PaymentOutcome, merchant_name: str) -> dict[str, str]:
    fields = dict(request.echoed)
    given = {name.lower(): name for name in fields}
    for name, value in _added(request, outcome, merchant_name).items():
        fields.pop(given.get(name.lower(), name), None)
        fields[name] = value
    if "rnd" in given:
        fields["orgRnd"] = dict(request.echoed)[given["rnd"]]
    return fields


def _added(request: PaymentRequest, outcome: PaymentOutcome, merchant_name: str) -> dict[str, str]:
    proof = outcome.authentication
    return {
        "ReturnOid": request.order_id,
        "TRANID": "",
        "TransId": outcome.transaction_id,
        "Response": outcome.answer,
        "ProcReturnCode": outcome.code,
        "AuthCode": outcome.auth_code,
        "HostRefNum": outcome.reference,
        "acqStan": outcome.stan,
        "ErrMsg": outcome.message,
        "mdStatus": proof.md_status if proof else "",
        "mdErrorMsg": proof.error if proof else "",
        "txstatus": proof.trans_status if proof else "",
        "eci": proof.eci if proof else "",
        "cavv": proof.cavv if proof else "",
        "xid": proof.xid if proof else "",
        "version": proof.version if proof else "",
        "PAResSyntaxOK": "true" if proof else "",
        "PAResVerified": "true" if proof and proof.md_status == "1" else "false" if proof else "",
        "merchantID": request.client_id,
        "merchantName": merchant_name,
        "sID": BRAND_NUMBERS.get(outcome.brand, ""),
        "ACQBIN": outcome.acquirer_bin,
        "MaskedPan": _short(outcome.pan_masked),
        "maskedCreditCard": _spaced(outcome.pan_masked),
        "Ecom_Payment_Card_ExpDate_Year": outcome.expiry_year,
        "Ecom_Payment_Card_ExpDate_Month": outcome.expiry_month,
        "EXTRA.CARDBRAND": outcome.brand.upper(),
        "EXTRA.CARDISSUER": outcome.issuer,
        "EXTRA.TRXDATE": outcome.at,
        "SettleId": outcome.settle_id,
        "clientIp": outcome.client_ip,
        "rnd": outcome.random,
    }


def _short(pan_masked: str) -> str:
    """``435508***4358``."""
    return f"{pan_masked[:6]}***{pan_masked[-4:]}" if pan_masked else ""


def _spaced(pan_masked: str) -> str:
    """``4355 08** **** 4358``: groups of four."""
    return " ".join(pan_masked[start : start + 4] for start in range(0, len(pan_masked), 4))
