"""The public addresses of affiliation: the form of a shop that wants to sell here, and the list of approved sites."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from switch.gateway.affiliation.application import (
    ADDRESS_MAX,
    APPLICATION_FIELDS,
    CITY_MAX,
    LEGAL_NAME_MAX,
    SHOP_NAME_MAX,
    SITE_MAX,
    ApplicationForm,
    application_form,
)
from switch.gateway.affiliation.approved_sites import approved_sites, sites_json
from switch.gateway.front.form_post import Handler, client_address, posted_form
from switch.gateway.front.page_frame import html_page, page_language, see_other
from switch.gateway.front.token_buckets import TokenBuckets, address_key
from switch.gateway.store.writer import StoreWriter
from switch.specs.specification import Specs

AFFILIATION_PATH: Final = "/affiliation"
SITES_PATH: Final = "/payer-en-ligne"
_NUMBER_DIGITS_MAX: Final = 9


class AffiliationPages:
    """Application and list over HTTP. ``tries`` says how often an address may apply."""

    def __init__(
        self,
        specs: Specs,
        store: StoreWriter,
        tries: TokenBuckets,
        guarded: Callable[[Handler], Handler],
        *,
        clock_ms: Callable[[], int],
    ) -> None:
        self._specs, self._store, self._tries, self._guarded, self._clock_ms = specs, store, tries, guarded, clock_ms

    def routes(self) -> Iterator[Route]:
        yield Route(AFFILIATION_PATH, self._guarded(self._form), methods=["GET"])
        yield Route(AFFILIATION_PATH, self._guarded(self._apply), methods=["POST"])
        yield Route(f"{AFFILIATION_PATH}/received", self._guarded(self._received), methods=["GET"])
        yield Route(SITES_PATH, self._guarded(self._sites), methods=["GET"])
        yield Route(f"{SITES_PATH}.json", self._guarded(self._sites_json), methods=["GET"])

    # the application

    async def _form(self, request: Request) -> Response:
        return self._form_page(request, ApplicationForm(typed=dict.fromkeys(APPLICATION_FIELDS, ""), errors={}))

    def _form_page(self, request: Request, form: ApplicationForm, message: str = "", **values: Any) -> Response:
        plans = [(plan.id, plan.name) for plan in self._specs.fees.discount.plans.values()]
        most = {"shop_name": SHOP_NAME_MAX, "legal_name": LEGAL_NAME_MAX, "address": ADDRESS_MAX, "city": CITY_MAX}
        shown = {"status": 422 if form.errors else 200, "seconds": 0, **values}
        return html_page(
            request,
            __package__,
            "application.html",
            page_language(request),
            form=form,
            errors=form.errors,
            plans=plans,
            most={**most, "site": SITE_MAX, "email": 254, "ice": 20, "rib": 40},
            message=message,
            **shown,
        )

    async def _apply(self, request: Request) -> Response:
        posted = await posted_form(request)
        form = application_form(posted, self._specs.fees.discount.plans, page_language(request))
        if not form.is_right:
            return self._form_page(request, form)
        wait = self._tries.wait_seconds(address_key(client_address(request)))
        if wait:
            response = self._form_page(request, form, "too_many", status=429, seconds=wait)
            response.headers["Retry-After"] = str(wait)
            return response
        now = self._clock_ms()
        number = await self._store.do(lambda books: books.affiliations.apply(form.typed, now))
        if number is None:
            return self._form_page(request, form, "too_many_wait", status=503)
        return see_other(f"{AFFILIATION_PATH}/received?number={number}")

    async def _received(self, request: Request) -> Response:
        text = request.query_params.get("number", "")
        number = text if text.isascii() and text.isdecimal() and len(text) <= _NUMBER_DIGITS_MAX else "–"
        return html_page(request, __package__, "received.html", page_language(request), number=number)

    # the list

    async def _sites(self, request: Request) -> Response:
        language = page_language(request)
        sites = approved_sites(self._specs.gateway)
        dated = [(site, _date(site.approved_on, language)) for site in sites]
        return html_page(
            request,
            __package__,
            "sites.html",
            language,
            sites=dated,
            as_of=_date(self._today(), language),
            json=f"{SITES_PATH}.json",
        )

    async def _sites_json(self, request: Request) -> Response:
        body = sites_json(approved_sites(self._specs.gateway), self._today())
        headers = {"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff", "Access-Control-Allow-Origin": "*"}
        return Response(body, media_type="application/json", headers=headers)

    def _today(self) -> str:
        return f"{datetime.fromtimestamp(self._clock_ms() / 1000, self._specs.calendar.zone):%Y-%m-%d}"


def _date(iso: str, language: str) -> str:
    year, month, day = iso.split("-")
    return iso if language == "en" else f"{day}/{month}/{year}"
