"""An issuer's approval beside the request it answers: what it repeats of the request has to be the request's own."""

from __future__ import annotations

from switch.money import currency_name, format_minor
from switch.transaction import INVALID_RESPONSE, PARTIALLY_APPROVED, Authorization, IssuerAnswer


def contradiction(request: Authorization, answer: IssuerAnswer) -> str | None:
    """In which elements an approval is of another transaction than was asked; None where it is of this one.

    An answer may leave an element out; one that it has must be as asked. A partial approval grants another amount.
    """
    if (
        answer.amount_minor == request.amount_minor
        and answer.pan == request.pan.digits
        and answer.currency == request.currency
        and answer.processing_code == request.processing_code
        and answer.message_class == request.message_class
        and answer.merchant_id == request.merchant_id
    ):  # nearly always, and quickly told
        return None
    found = [
        *_amount(request, answer),
        *_card(request, answer),
        *_type(request, answer),
        *_merchant(request, answer),
        *_currency(request, answer),
        *_class(request, answer),
    ]
    return " and ".join(found) or None


def is_unusable(response_code: str) -> bool:
    """Whether a code says that the answer itself makes no sense: what the issuer did is not known then. A 1993 action code of
    another class of message is read as such."""
    return response_code == INVALID_RESPONSE


def _amount(request: Authorization, answer: IssuerAnswer) -> list[str]:
    approved_minor = answer.amount_minor
    if approved_minor in (None, request.amount_minor) or answer.response_code == PARTIALLY_APPROVED:
        return []
    assert approved_minor is not None
    return [f"{format_minor(approved_minor)} (DE 4) where {format_minor(request.amount_minor)} was asked"]


def _card(request: Authorization, answer: IssuerAnswer) -> list[str]:
    return [] if answer.pan in (None, request.pan.digits) else ["another card (DE 2)"]


def _type(request: Authorization, answer: IssuerAnswer) -> list[str]:
    code = answer.processing_code
    return [] if code is None or code[:2] == request.processing_code[:2] else [f"processing code {code} (DE 3)"]


def _merchant(request: Authorization, answer: IssuerAnswer) -> list[str]:
    merchant_id = answer.merchant_id
    return [] if merchant_id is None or merchant_id.rstrip() == request.merchant_id else ["another merchant (DE 42)"]


def _currency(request: Authorization, answer: IssuerAnswer) -> list[str]:
    currency = answer.currency
    return [] if currency in (None, request.currency) else [f"currency {currency_name(currency or '')} (DE 49)"]


def _class(request: Authorization, answer: IssuerAnswer) -> list[str]:
    kind = answer.message_class
    return [] if kind in (None, request.message_class) else [f"a {kind} answer to an {request.message_class} request"]
