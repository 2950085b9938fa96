"""The XML API over desk and store: each request of a shop's server becomes a payment, a capture, a refund, or a question."""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
from collections.abc import Callable
from datetime import datetime, tzinfo
from typing import Any, Final

from switch.card import luhn_valid
from switch.errors import SwitchError, UnansweredError
from switch.gateway.api.order_story import Extra, approved_body, history_extra, settlement_extra, status_extra
from switch.gateway.payments.desk import PaymentDesk
from switch.gateway.payments.outcomes import posted_body
from switch.gateway.payments.paying import HolderProof, PaymentResult, TypedCard, known_without_check_digit
from switch.gateway.protocol.answers import Authentication
from switch.gateway.protocol.payment_request import FieldError, PaymentRequest, payment_request
from switch.gateway.protocol.posted import Posted
from switch.gateway.protocol.xml_api import (
    NO_SUCH_ORDER,
    NOT_ALLOWED,
    NOT_UNDERSTOOD,
    ORDER_IS_PAID,
    PAYS,
    WRONG_STATE,
    ApiReadError,
    ApiRequest,
    ApiResponse,
    api_request,
)
from switch.gateway.store.order_book import OrderRefusedError, PageOrder
from switch.gateway.store.writer import Books, StoreWriter
from switch.money import format_minor
from switch.specs.gateway.gateway_profile import AcquirerIdentity, Shop
from switch.specs.specification import Specs
from switch.transaction import APPROVALS

GENERAL: Final = "99"
#: An order has addresses to lead a browser back to; one of the XML API has no browser.
_NOWHERE: Final = "http://none.invalid/"
_ORDER_BYTES: Final = 8  #: of an order number that the gateway makes up
_SESSION_BYTES: Final = 16  #: of what says which request an order is paid by
#: ECI as networks write it -> as the house has it, with the mdStatus it stands for.
_ECI: Final[dict[str, tuple[str, Any]]] = {
    "05": ("05", "1"),
    "02": ("05", "1"),
    "06": ("06", "4"),
    "01": ("06", "4"),
    "07": ("07", "2"),
    "00": ("07", "2"),
}


class ApiDesk:
    """What the server of a shop may ask for."""

    def __init__(self, specs: Specs, store: StoreWriter, desk: PaymentDesk, clock_ms: Callable[[], int]) -> None:
        self._specs, self._store, self._desk, self._clock_ms = specs, store, desk, clock_ms

    async def answer(self, acquirer: AcquirerIdentity, body: bytes, client_ip: str) -> ApiResponse:
        """The answer to a request, whatever came."""
        try:
            request = api_request(body)
        except ApiReadError as error:
            return _refused("", NOT_UNDERSTOOD, "; ".join(map(str, error.errors)))
        shop = self._specs.gateway.shops.get(request.client_id)
        if shop is None or shop.acquirer != acquirer.id or not _allowed(request, shop):
            expected = "the api_name and api_password that gateway.toml has for this ClientId"
            return _refused(request.order_id, NOT_ALLOWED, f"Name, Password: found others, expected {expected}")
        try:
            if request.kind in PAYS:
                return await self._pay(request, shop, client_ip)
            return await self._about(request, shop)
        except UnansweredError as error:
            return _refused(request.order_id, "ISO8583-91", str(error))
        except OrderRefusedError as error:
            paid = request.kind in PAYS
            return _refused(request.order_id, ORDER_IS_PAID if paid else WRONG_STATE, str(error))
        except SwitchError as error:
            return _refused(request.order_id, GENERAL, str(error))

    # payments

    async def _pay(self, request: ApiRequest, shop: Shop, client_ip: str) -> ApiResponse:
        card, wrong = self._card(request, shop)
        if request.currency not in shop.currencies:
            wrong.append(FieldError("Currency", repr(request.currency), f"{' or '.join(shop.currencies)}, as the shop sells"))
        order_id = request.order_id or f"API-{secrets.token_hex(_ORDER_BYTES)}"
        posted, errors = _as_posted(request, order_id)
        wrong += errors
        if wrong or card is None or posted is None:
            return _refused(order_id, NOT_UNDERSTOOD, "; ".join(map(str, wrong)))
        session = secrets.token_hex(_SESSION_BYTES)  # of this request alone: what is posted meanwhile is not what it pays
        body = posted_body(posted, session, request.client_ip or client_ip)
        now = self._clock_ms()
        order = await self._store.do(lambda books: books.orders.post(shop.client_id, order_id, now, body))
        result = await self._desk.authorize(order.number, shop, card, _proof(request), session=session)
        order = await self._store.do(lambda books: self._told(books, order.number, result))
        return _decided(order, result, self._specs.calendar.zone)

    def _told(self, books: Books, number: int, result: PaymentResult) -> PageOrder:
        """The server has its answer by the line it asked on: no callback is owed, and no page of a bank can be shown."""
        now = self._clock_ms()
        if result.again:
            books.orders.happen(number, "decline", now, {"answer": "Declined", "code": result.code})
        books.orders.note(number, "told", now, {"callback": ""})
        return books.orders.order(number)

    def _card(self, request: ApiRequest, shop: Shop) -> tuple[TypedCard | None, list[FieldError]]:
        profile, wrong = self._specs.gateway, []
        brand = profile.brand_of(request.number)
        if brand is None or brand.id not in shop.brands or len(request.number) != brand.digits:
            wrong.append(FieldError("Number", "another card", f"a card of {', '.join(shop.brands)}"))
        elif not luhn_valid(request.number) and not known_without_check_digit(self._specs, request.number):
            wrong.append(FieldError("Number", "a wrong check digit", "a card number (ISO 7812)"))
        today = datetime.fromtimestamp(self._clock_ms() / 1000, self._specs.calendar.zone)
        if request.expires < f"{today:%y%m}":
            wrong.append(FieldError("Expires", "a month that is past", "a month to come such as 12/30"))
        if request.cvv2 and not (request.cvv2.isascii() and request.cvv2.isdecimal() and len(request.cvv2) in (3, 4)):
            wrong.append(FieldError("Cvv2Val", "something else", "three digits, or four"))
        if wrong or brand is None:
            return None, wrong
        return TypedCard(pan=request.number, expiry=request.expires, code=request.cvv2, brand=brand.id), []

    # orders that exist

    async def _about(self, request: ApiRequest, shop: Shop) -> ApiResponse:
        order = await self._store.do(lambda books: _found(books, shop.client_id, request), long=True)
        if order is None:
            named = f"OrderId {request.order_id!r}" if request.order_id else f"TransId {request.transaction_id!r}"
            return _refused(request.order_id, NO_SUCH_ORDER, f"{named}: found no such order of this shop, expected one it paid")
        zone = self._specs.calendar.zone
        if request.kind == "Status":
            return _of(order, "Approved", "00", status_extra(order, zone))
        if request.kind == "History":
            return _of(order, "Approved", "00", history_extra(order, zone, shop.terminal_id))
        if request.kind == "Credit":
            result = await self._desk.refund(order.number, shop, request.amount_minor)
            return _decided(await self._again(order), result, zone)
        if request.kind == "PostAuth":
            code = await self._desk.capture(order.number, shop, request.amount_minor)
        else:
            code = await self._desk.void(order.number, shop)
        order = await self._again(order)
        approved = code in APPROVALS
        extra = settlement_extra(order) if approved else (("ERRORCODE", f"ISO8583-{code}"), *settlement_extra(order))
        return _of(order, "Approved" if approved else "Declined", "00" if approved else code, extra)

    async def _again(self, order: PageOrder) -> PageOrder:
        return await self._store.do(lambda books: books.orders.order(order.number))


def _allowed(request: ApiRequest, shop: Shop) -> bool:
    """Whether name and password are the shop's; both are compared whatever the first came to."""
    name = hmac.compare_digest(request.name.encode(), shop.api_name.encode())
    password = hmac.compare_digest(request.password.encode(), shop.api_password.encode())
    return bool(shop.api_name) and name and password


def _found(books: Books, client_id: str, request: ApiRequest) -> PageOrder | None:
    if request.order_id:
        return books.orders.find(client_id, request.order_id)
    return books.orders.by_transaction(client_id, request.transaction_id)


def _as_posted(request: ApiRequest, order_id: str) -> tuple[PaymentRequest | None, list[FieldError]]:
    """The order as the store keeps those of the page."""
    fields = {
        "clientid": request.client_id,
        "storetype": "3D_PAY",
        "TranType": request.kind,
        "amount": format_minor(request.amount_minor or 0, request.currency),
        "currency": request.currency,
        "oid": order_id,
        "okUrl": _NOWHERE,
        "failUrl": _NOWHERE,
        "lang": "fr",
        "email": request.email,
    }
    read, errors = payment_request(Posted(tuple(fields.items())))
    names = {"oid": "OrderId", "email": "Email", "amount": "Total"}
    return read, [FieldError(names.get(each.field, each.field), each.found, each.expected) for each in errors]


def _proof(request: ApiRequest) -> HolderProof:
    """What the shop says of its holder; a shop that says nothing of it has asked nobody."""
    eci, md_status = _ECI.get(request.eci.zfill(2) if request.eci else "", ("", None))
    if md_status is None:
        return HolderProof(told=None, eci="")
    try:
        cavv = base64.b64decode(request.cavv, validate=True).hex().upper()
    except (binascii.Error, ValueError):
        cavv = ""
    told = Authentication(
        md_status=md_status,
        trans_status="Y" if md_status == "1" else "A" if md_status == "4" else "U",
        eci=request.eci,
        cavv=request.cavv if cavv else "",
        xid=request.xid,
    )
    return HolderProof(told=told, eci=eci, cavv=cavv)


def _decided(order: PageOrder, result: PaymentResult, zone: tzinfo) -> ApiResponse:
    tried = order.last("authorize") or {}
    approved = result.answer == "Approved"
    error = "" if approved else f"ISO8583-{result.code}" if result.answer == "Declined" else GENERAL
    extra = (
        ("TRXDATE", datetime.fromtimestamp(order.events[-1].at_ms / 1000, zone).strftime("%Y%m%d %H:%M:%S")),
        ("NUMCODE", "00" if approved else result.code),
        ("CARDBRAND", str(tried.get("brand", "")).upper()),
        ("CARDISSUER", str(tried.get("issuer", ""))),
        ("PAN", str(tried.get("pan_masked", ""))),
        ("ERRORCODE", error),
    )
    return ApiResponse(
        order_id=order.order_id,
        answer=result.answer,
        code=result.code,
        auth_code=result.auth_code,
        reference=result.rrn,
        transaction_id=result.transaction_id,
        message=result.message,
        extra=tuple(pair for pair in extra if pair[1]),
    )


def _of(order: PageOrder, answer: Any, code: str, extra: Extra) -> ApiResponse:
    approved = approved_body(order)
    return ApiResponse(
        order_id=order.order_id,
        answer=answer,
        code=code,
        auth_code=str(approved.get("auth_code", "")),
        reference=str(approved.get("rrn", "")),
        transaction_id=str(approved.get("transaction_id", "")),
        message="" if answer == "Approved" else f"declined with {code}",
        extra=extra,
    )


def _refused(order_id: str, error: str, message: str) -> ApiResponse:
    return ApiResponse(order_id=order_id, answer="Error", code=GENERAL, message=message, extra=(("ERRORCODE", error),))
