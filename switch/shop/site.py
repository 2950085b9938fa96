"""The pages of the shop, over HTTP: five steps from a bill to its receipt."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping
from contextlib import aclosing
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from switch.gateway.protocol.posted import POST_BYTES_MAX, Posted
from switch.merchant import EMAIL
from switch.money import format_minor
from switch.shop.bills import CUSTOMERS, NOBODY, SERVICES, Customer, chosen_bills, customer, trial_bill
from switch.shop.confirmation import Confirmations
from switch.shop.payment_form import DIRHAM, ShopAccount, called_back, payment_fields
from switch.shop.sentences import SHOP_LANGUAGES, sentences
from switch.shop.shop_book import ShopBook, ShopOrder

_HEADERS: Final = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff"}


class ShopSite:
    """The shop. Its book is on the disk; everything else is in the addresses and forms of its pages."""

    def __init__(self, book: ShopBook, account: ShopAccount, confirmations: Confirmations, clock_ms: Callable[[], int]) -> None:
        self._book, self._account, self._confirmations, self._clock_ms = book, account, confirmations, clock_ms

    def application(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/", self._services),
                Route("/shop.css", self._style),
                Route("/account/{service}", self._account_page),
                Route("/bills/{service}", self._bills, methods=["POST"]),
                Route("/pay/{service}", self._pay, methods=["POST"]),
                Route("/again/{receipt}", self._again),
                Route("/checkout", self._checkout),
                Route("/back/{how}/{receipt}", self._back, methods=["GET", "POST"]),
                Route("/receipt/{receipt}", self._receipt),
                Route("/callback", self._callback, methods=["POST"]),
                Route("/{path:path}", self._nowhere, methods=["GET", "POST"]),
            ]
        )

    async def _services(self, request: Request) -> Response:
        return self._page(request, "services.html", "title", step=1, services=SERVICES)

    async def _style(self, request: Request) -> Response:
        return Response(_style(), media_type="text/css", headers={"Cache-Control": "max-age=3600"})

    async def _account_page(self, request: Request) -> Response:
        if request.path_params["service"] not in SERVICES:
            return await self._nowhere(request)
        return self._account_form(request, {"number": "", "code": "", "email": "", "terms": ""}, {})

    def _account_form(self, request: Request, given: Mapping[str, str], errors: Mapping[str, str]) -> Response:
        service = request.path_params["service"]
        known = [one for one in CUSTOMERS if one.service == service]
        status = 422 if errors else 200
        return self._page(
            request,
            "account.html",
            "account",
            step=2,
            status=status,
            service=service,
            given=given,
            errors=errors,
            customers=known,
        )

    async def _bills(self, request: Request) -> Response:
        service = request.path_params["service"]
        form = await _posted(request)
        found = customer(service, form["number"], form["code"])
        errors = _errors(form, found, sentences(_language(request)))
        given = {name: form[name].strip() for name in ("number", "code", "email", "terms")}
        if errors or found is None:
            return self._account_form(request, given, errors)
        bills = self._book.unpaid(found)
        total = sum(bill.amount_minor for bill in bills)
        return self._page(
            request, "bills.html", "bills", step=3, service=service, customer=found, bills=bills, total=total, given=given
        )

    async def _pay(self, request: Request) -> Response:
        form = await _posted(request)
        found = customer(request.path_params["service"], form["number"], form["code"])
        ticked = [value for name, value in form.fields if name == "bill"]
        bills = chosen_bills(self._book.unpaid(found), ticked) if found is not None else ()
        if found is None or not bills or _errors(form, found, sentences(_language(request))):
            return RedirectResponse(f"/?lang={_language(request)}", 303)
        return self._leaving(request, self._book.order(found, bills, form["email"].strip(), _language(request)))

    async def _again(self, request: Request) -> Response:
        """The same order once more, after a refusal; its receipt where there is nothing left to pay."""
        order = self._book.by_receipt(request.path_params["receipt"])
        if order is None:
            return await self._nowhere(request)
        if order.state == "paid" or self._book.paid_elsewhere(order.number):
            return RedirectResponse(f"/receipt/{order.receipt}?lang={_language(request)}", 303)
        return self._leaving(request, order)

    async def _checkout(self, request: Request) -> Response:
        """A new order of nobody, for ``switch gateway certify``: each time it is asked for, the page that posts one."""
        bill = trial_bill(f"C-{secrets.token_hex(4).upper()}")
        return self._leaving(request, self._book.order(NOBODY, (bill,), "nobody@onde-telecom.example", _language(request)))

    def _leaving(self, request: Request, order: ShopOrder) -> Response:
        fields = payment_fields(self._account, order, secrets.token_hex(8))
        return self._page(request, "leaving.html", "pay", step=4, order=order, fields=fields, page_url=self._account.page_url)

    async def _back(self, request: Request) -> Response:
        """The shopper returns. What the browser carries settles nothing: the callback did, or did not."""
        order = self._book.by_receipt(request.path_params["receipt"])
        if order is None:
            return await self._nowhere(request)
        if request.path_params["how"] == "fail":
            self._book.refuse(order.number)
        return RedirectResponse(f"/receipt/{order.receipt}?lang={order.language}", 303)

    async def _receipt(self, request: Request) -> Response:
        order = self._book.by_receipt(request.path_params["receipt"])
        if order is None:
            return await self._nowhere(request)
        elsewhere = self._book.paid_elsewhere(order.number)
        return self._page(request, "receipt.html", "receipt", step=5, order=order, elsewhere=elsewhere)

    async def _callback(self, request: Request) -> Response:
        posted = await _posted(request)
        at = datetime.fromtimestamp(self._clock_ms() / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        word = "FAILURE" if posted.excess() else called_back(self._book, posted, self._account.store_key, at)
        if word == "ACTION=POSTAUTH":
            order = self._book.by_number(posted["oid"])
            assert order is not None
            self._confirmations.write(order, f"{self._account.own_url}/receipt/{order.receipt}?lang={order.language}")
        return PlainTextResponse(word)

    async def _nowhere(self, request: Request) -> Response:
        return self._page(request, "nowhere.html", "unknown_page", status=404)

    def _page(
        self, request: Request, template: str, heading: str, *, status: int = 200, step: int = 0, **values: Any
    ) -> Response:
        language = _language(request)
        say = sentences(language)
        text = (
            _environment()
            .get_template(template)
            .render(
                language=language,
                languages=SHOP_LANGUAGES,
                say=say,
                heading=say[heading],
                here=request.url.path if request.method == "GET" else "/",
                step=step,
                amount=lambda minor: _amount(minor, language),
                **values,
            )
        )
        target = re.match(r"https?://[^/]+", self._account.page_url)
        forms = f"form-action 'self' {target[0] if target else ''}"
        policy = f"default-src 'self'; img-src 'self' data:; {forms}; frame-ancestors 'none'"
        headers = {**_HEADERS, "Content-Security-Policy": policy}
        return Response(text, status, headers, media_type="text/html")


def _amount(minor: int, language: str) -> str:
    """An amount as the language writes it, with the letters of its currency."""
    decimal = format_minor(minor, DIRHAM)
    return f"{decimal if language == 'en' else decimal.replace('.', ',')}\u00a0MAD"


def _errors(form: Posted, found: Customer | None, say: Mapping[str, str]) -> dict[str, str]:
    errors = {}
    if found is None:
        errors["number"] = say["not_found"]
    if not re.fullmatch(EMAIL, form["email"].strip()):
        errors["email"] = say["email_wrong"]
    if form["terms"] != "yes":
        errors["terms"] = say["terms_wrong"]
    return errors


async def _posted(request: Request) -> Posted:
    body = b""
    async with aclosing(request.stream()) as parts:
        async for part in parts:
            body += part
            if len(body) > POST_BYTES_MAX:
                break
    return Posted.from_form(body[:POST_BYTES_MAX])


def _language(request: Request) -> str:
    given = request.query_params.get("lang", "")
    return given if given in SHOP_LANGUAGES else "fr"


@cache
def _environment() -> Environment:
    loader = PackageLoader("switch.shop", "pages")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


@cache
def _style() -> bytes:
    return resources.files("switch.shop").joinpath("pages", "shop.css").read_bytes()
