"""The addresses of receipts: the page, its style for paper, and the PDF."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cache
from importlib import resources
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from switch.gateway.front.form_post import Handler
from switch.gateway.protocol.payment_request import PAGE_LANGUAGES, PageLanguage
from switch.gateway.receipts.receipt import RECEIPT_WORDS, Receipt, receipt_of, shown_date
from switch.gateway.receipts.receipt_desk import ReceiptDesk
from switch.gateway.receipts.receipt_pdf import qr_path, receipt_pdf

#: What answers a request of one address.
RECEIPT_PATH: Final = "/receipt/"
_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}


class ReceiptPages:
    """Receipts over HTTP."""

    def __init__(self, desk: ReceiptDesk) -> None:
        self._desk = desk

    def routes(self, guarded: Callable[[Handler], Handler]) -> Iterator[Route]:
        """A route for each address; ``guarded`` makes a page of the faults of a handler."""
        yield Route(f"{RECEIPT_PATH}receipt.css", guarded(_style), methods=["GET"])
        yield Route(RECEIPT_PATH + "{token}.pdf", guarded(self._pdf), methods=["GET"])
        yield Route(RECEIPT_PATH + "{token}", guarded(self._page), methods=["GET"])

    async def _page(self, request: Request) -> Response:
        found = await self._found(request)
        if found is None:
            return _gone(request)
        receipt, token = found
        link = _link(request, receipt, token)
        size, path = qr_path(link)
        return _html(
            "receipt.html",
            receipt.language,
            receipt=receipt,
            pdf=f"{RECEIPT_PATH}{token}.pdf",
            qr_size=size,
            qr_path=path,
            until=self._until(receipt),
        )

    async def _pdf(self, request: Request) -> Response:
        found = await self._found(request)
        if found is None:
            return _gone(request)
        receipt, token = found
        content = receipt_pdf(receipt, _link(request, receipt, token), self._until(receipt))
        name = f'attachment; filename="receipt-{receipt.transaction_id}.pdf"'
        return Response(content, headers={**_HEADERS, "Content-Disposition": name}, media_type="application/pdf")

    async def _found(self, request: Request) -> tuple[Receipt, str] | None:
        token = request.path_params["token"]
        order = await self._desk.order_of(token)
        receipt = receipt_of(order, self._desk.specs) if order is not None else None
        return None if receipt is None else (receipt, token)

    def _until(self, receipt: Receipt) -> str:
        ends = datetime.fromtimestamp(
            self._desk.links.ends_at_ms(receipt.approved_at_ms) / 1000, self._desk.specs.calendar.zone
        )
        return shown_date(ends, receipt.language)


def _link(request: Request, receipt: Receipt, token: str) -> str:
    base = receipt.base or str(request.base_url).rstrip("/")
    return f"{base}{RECEIPT_PATH}{token}"


def _gone(request: Request) -> Response:
    return _html("gone.html", "fr", status=404, sentences=[(each, RECEIPT_WORDS[each]["gone"]) for each in PAGE_LANGUAGES])


def _html(template: str, language: PageLanguage, *, status: int = 200, **values: object) -> Response:
    text = _environment().get_template(template).render(t=RECEIPT_WORDS[language], lang=language, **values)
    return Response(text, status_code=status, headers=_HEADERS, media_type="text/html; charset=utf-8")


async def _style(request: Request) -> Response:
    content = resources.files(__package__).joinpath("templates", "receipt.css").read_bytes()
    return Response(
        content, media_type="text/css", headers={"Cache-Control": "max-age=300", "X-Content-Type-Options": "nosniff"}
    )


@cache
def _environment() -> Environment:
    loader = PackageLoader("switch.gateway.receipts", "templates")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
