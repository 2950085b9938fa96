"""The addresses of the payment page: each request is read, handed to the service, and answered with a page or a redirect."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from switch.acquirer.card_proofs import issuer_of
from switch.card import AUTHENTICATION_RESULTS, CHALLENGING
from switch.gateway.affiliation.affiliation_pages import AffiliationPages
from switch.gateway.api.api_desk import ApiDesk
from switch.gateway.api.api_routes import api_routes
from switch.gateway.front.form_post import BadRequestError, Handler, client_address, posted_form
from switch.gateway.front.page_frame import amount_shown, security_headers
from switch.gateway.front.token_buckets import address_key
from switch.gateway.office.office_pages import OfficePages
from switch.gateway.payments.faults import tell_fault_of_page
from switch.gateway.protocol.payment_request import PAGE_LANGUAGES
from switch.gateway.receipts.receipt_pages import ReceiptPages
from switch.gateway.site.card_form import EXPIRY_YEARS_MAX, CardForm
from switch.gateway.site.http_call import ascii_url
from switch.gateway.site.legacy_posts import LEGACY_PATH, post_legacy
from switch.gateway.site.rendering import page, static_files, texts, time_shown
from switch.gateway.site.service import PageService
from switch.gateway.site.sessions import PageSession, PostRefusal
from switch.specs.gateway.gateway_profile import AcquirerIdentity

_MONTHS: Final = tuple(f"{month:02d}" for month in range(1, 13))
STAYS: Final = -1  #: in place of the seconds after which the browser goes back to the shop: it does not by itself
_OWN: Final = "'self'"
#: A browser follows the shop's redirects behind our form too, wherever they lead.
_ANYWHERE: Final = "http: https:"
_HOST: Final = re.compile(r"[A-Za-z0-9.:\[\]-]+")


class Site:
    """The addresses, over a service. ``secure`` is whether it is served by TLS."""

    def __init__(self, service: PageService, *, secure: bool) -> None:
        self._service, self._secure = service, secure

    def application(self) -> Starlette:
        service = self._service
        posts = [
            Route(acquirer.path, self._guarded(self._posting(acquirer)), methods=["POST"])
            for acquirer in service.profile.acquirers.values()
        ]
        return Starlette(
            routes=[
                *posts,
                *api_routes(service.profile, ApiDesk(service.specs, service.store, service.desk, service.clock_ms)),
                *ReceiptPages(service.receipts).routes(self._guarded),
                *OfficePages(service.office, self._guarded, secure=self._secure).routes(),
                *AffiliationPages(
                    service.specs, service.store, service.limits.applications, self._guarded, clock_ms=service.clock_ms
                ).routes(),
                Route(LEGACY_PATH, self._guarded(self._legacy), methods=["POST"]),
                Route("/static/{name}", self._guarded(self._static), methods=["GET"]),
                Route("/pay/{token}", self._guarded(self._show), methods=["GET"]),
                Route("/pay/{token}", self._guarded(self._card), methods=["POST"]),
                Route("/pay/{token}/bank", self._guarded(self._bank), methods=["POST"]),
                Route("/pay/{token}/cancel", self._guarded(self._cancel), methods=["POST"]),
                Route("/{path:path}", self._guarded(self._elsewhere), methods=["GET", "POST", "PUT", "PATCH", "DELETE"]),
            ]
        )

    def _guarded(self, handler: Handler) -> Handler:
        """A handler whose faults are a page, and say nothing of what was sent."""

        async def guarded(request: Request) -> Response:
            try:
                if request.method == "POST":
                    self._refuse_too_many(request)
                return await handler(request)
            except BadRequestError as error:
                response = self._what_this_is(request, error.status, "This request is not taken", [error.sentence])
                if error.retry_seconds:
                    response.headers["Retry-After"] = str(error.retry_seconds)
                return response
            except ClientDisconnect:
                return Response(status_code=400)
            except Exception as fault:  # the last resort: nobody is shown what was sent
                tell_fault_of_page(fault)
                sentences = ["The payment page has a fault; its terminal says where. Nothing is charged twice: look again."]
                return self._what_this_is(request, 500, "A fault of the payment page", sentences)

        return guarded

    def _refuse_too_many(self, request: Request) -> None:
        """BadRequestError 429 where an address posts more often than gateway.toml lets it."""
        address = client_address(request)
        wait = self._service.limits.posts.wait_seconds(address_key(address))
        if wait:
            most = self._service.profile.limits.posts_per_minute
            sentence = f"Too many posts from {address}: found more than {most} a minute; post it again in {wait} s"
            raise BadRequestError(429, sentence, wait)

    # shops

    def _posting(self, acquirer: AcquirerIdentity) -> Handler:
        async def post(request: Request) -> Response:
            posted = await posted_form(request)
            return self._begun(await self._service.post(acquirer, posted, client_address(request), _base(request)))

        return post

    async def _legacy(self, request: Request) -> Response:
        """The protocol before est3Dgate: the address itself is part of its checksum."""
        posted = await posted_form(request)
        url = _base(request) + LEGACY_PATH
        return self._begun(await post_legacy(self._service, posted, url, client_address(request), _base(request)))

    def _begun(self, got: PageSession | PostRefusal) -> Response:
        if isinstance(got, PostRefusal):
            return self._html(_refused(got), status=409 if got.refused else 400)
        return _see_other(f"/pay/{got.token}")

    # shoppers

    async def _show(self, request: Request) -> Response:
        session = await self._service.find(request.path_params["token"])
        if session is None:
            return self._unknown()
        language = next((each for each in PAGE_LANGUAGES if each == request.query_params.get("lang")), None)
        session.language = language or session.language
        return await self._stage(session)

    async def _card(self, request: Request) -> Response:
        posted = await posted_form(request)
        session = await self._service.find(request.path_params["token"])
        if session is None:
            return self._unknown()
        form = await self._service.pay(session, posted, posted["token"])
        if form is not None:
            return self._pay_page(session, form)
        return _see_other(f"/pay/{session.token}")

    async def _bank(self, request: Request) -> Response:
        posted = await posted_form(request)
        session = await self._service.find(request.path_params["token"])
        if session is None:
            return self._unknown()
        await self._service.bank(session, posted, posted["token"])
        return _see_other(f"/pay/{session.token}")

    async def _cancel(self, request: Request) -> Response:
        posted = await posted_form(request)
        session = await self._service.find(request.path_params["token"])
        if session is None:
            return self._unknown()
        if await self._service.cancel(session, posted["token"]):
            return _see_other(session.request.fail_url)
        return _see_other(f"/pay/{session.token}")

    async def _stage(self, session: PageSession) -> Response:
        """The page of where a session stands."""
        if session.stage == "page":
            return self._pay_page(session, None)
        if session.stage == "bank" and session.card is not None:
            return self._bank_page(session)
        if session.stage == "late":
            t, to_shop = self._t(session), f"{_OWN} {_origin(session.request.fail_url)}"
            return self._page(
                session,
                "message.html",
                form_action=to_shop,
                heading=t["late_title"],
                text=t["late"],
                refresh=True,
                back_url="",
            )
        if session.stage in ("wait", "end"):
            way = await self._service.way_back(session)
            if way is None or session.stage == "wait":
                t = self._t(session)
                return self._page(session, "message.html", heading=t["wait_title"], text=t["wait"], refresh=True, back_url="")
            seconds = 0 if session.request.auto_redirect else session.request.refresh_seconds
            seconds, session.led_back = STAYS if session.led_back else seconds, True
            return self._page(session, "end.html", form_action=_ANYWHERE, way=way, seconds=seconds)
        name, t = session.stage, self._t(session)
        return self._page(
            session, "message.html", heading=t[f"{name}_title"], text=t[name], refresh=False, back_url=session.request.fail_url
        )

    def _pay_page(self, session: PageSession, form: CardForm | None) -> Response:
        service, t = self._service, self._t(session)
        until = datetime.fromtimestamp(session.deadline_ms / 1000, service.specs.calendar.zone)
        back = f"{_OWN} {_origin(session.request.fail_url)}"
        amount = amount_shown(session.request.amount_minor, session.request.currency, session.language)
        return self._page(
            session,
            "pay.html",
            status=422 if form is not None and form.errors else 200,
            form_action=back,
            form=form,
            errors=form.errors if form is not None else {},
            months=_MONTHS,
            years=tuple(str(each) for each in range(until.year, until.year + EXPIRY_YEARS_MAX + 1)),
            until=time_shown(until),
            until_iso=until.isoformat(timespec="seconds"),
            seconds_left=max(0, (session.deadline_ms - service.clock_ms()) // 1000),
            pay_label=t["pay"].format(amount),
        )

    def _bank_page(self, session: PageSession) -> Response:
        service, t, card = self._service, self._t(session), session.card
        assert card is not None
        issuer, _ = issuer_of(service.specs, card.number)
        return self._page(
            session,
            "bank.html",
            form_action=f"{_OWN} {_origin(session.request.fail_url)}",
            brand=service.profile.brands[card.brand],
            issuer=service.specs.issuers[issuer].name if issuer else "",
            bank_hint=t["bank_code_hint"].format(service.rule_of(session).code),
            results=[each for each in AUTHENTICATION_RESULTS if each not in CHALLENGING],
        )

    def _page(
        self, session: PageSession, template: str, *, status: int = 200, form_action: str = _OWN, **values: Any
    ) -> Response:
        shop = session.shop
        body = page(
            template,
            t=self._t(session),
            lang=session.language,
            secure=self._secure,
            session=session,
            acquirer_name=session.acquirer.name,
            brands=[brand for brand in self._service.profile.brands.values() if brand.id in shop.brands],
            amount=amount_shown(session.request.amount_minor, session.request.currency, session.language),
            **values,
        )
        return self._html(body, status=status, form_action=form_action, framed_by=shop.framed_by)

    def _t(self, session: PageSession) -> Mapping[str, str]:
        return texts(session.language)

    # everybody

    async def _static(self, request: Request) -> Response:
        found = static_files().get(request.path_params["name"])
        if found is None:
            return await self._elsewhere(request)
        return Response(
            found[0], headers={"Content-Type": found[1], "Cache-Control": "max-age=300", "X-Content-Type-Options": "nosniff"}
        )

    async def _elsewhere(self, request: Request) -> Response:
        if request.url.path == "/":
            return self._what_this_is(request, 200, "A payment page to test against", _WHAT_IT_IS)
        path = repr(request.url.path[:80])
        paths = " or ".join(f"POST {acquirer.path}" for acquirer in self._service.profile.acquirers.values())
        found = f"{request.method} {path}: found no such address, expected {paths or 'an acquirer in gateway.toml'}."
        known = request.url.path in {acquirer.path for acquirer in self._service.profile.acquirers.values()}
        status = 405 if known else 404
        return self._what_this_is(request, status, "There is nothing at this address", [found, *_WHAT_IT_IS])

    def _what_this_is(self, request: Request, status: int, heading: str, sentences: list[str]) -> Response:
        if "json" in request.headers.get("accept", "") or "json" in request.headers.get("content-type", ""):
            body = json.dumps({"error": heading, "sentences": sentences}, ensure_ascii=False).encode()
            return self._html(body, status=status, media_type="application/json")
        acquirers = list(self._service.profile.acquirers.values())
        return self._html(page("what_this_is.html", heading=heading, sentences=sentences, acquirers=acquirers), status=status)

    def _unknown(self) -> Response:
        t = texts("fr")
        body = page(
            "message.html",
            t=t,
            lang="fr",
            secure=self._secure,
            session=None,
            acquirer_name="",
            brands=[],
            heading=f"{t['unknown_title']} – {texts('en')['unknown_title']}",
            text=f"{t['unknown_session']} {texts('en')['unknown_session']} {texts('ar')['unknown_session']}",
            refresh=False,
            back_url="",
        )
        return self._html(body, status=404)

    def _html(
        self,
        body: bytes,
        *,
        status: int = 200,
        form_action: str = "'none'",
        framed_by: tuple[str, ...] = (),
        media_type: str = "text/html; charset=utf-8",
    ) -> Response:
        response = Response(body, status_code=status, media_type=media_type)
        response.raw_headers.extend((name.lower(), value) for name, value in security_headers(form_action, framed_by))
        return response


_WHAT_IT_IS: Final = [
    "This is the payment page of Switch, a simulator: shops post a form to it (est3Dgate, 3D_PAY_HOSTING).",
    "It answers through the shopper's browser and by a callback to the shop's server.",
    "A shop's server posts XML (CC5Request) to /fim/api; /mtc/actionSLK speaks the protocol before est3Dgate.",
    "Merchants sign in at /office; shops apply at /affiliation; /payer-en-ligne lists the approved sites.",
    "It has no REST API with JSON, no API keys and no HMAC header.",
    "Addresses such as /api/v1/payments on test.cmi.ma or test.naps.ma never existed at any acquirer either.",
    "It moves no money, belongs to no acquirer, and takes test cards only.",
]


def _refused(refusal: PostRefusal) -> bytes:
    diagnosis = refusal.diagnosis
    causes = list(zip(diagnosis.causes, diagnosis.sentences, strict=True)) if diagnosis else []
    place = diagnosis.first_difference if diagnosis else None
    return page(
        "refused_post.html",
        refusal=refusal,
        causes=causes,
        expected_text=_marked(diagnosis.expected_text, place) if diagnosis else None,
        shop_text=_marked(diagnosis.shop_text, place) if diagnosis and diagnosis.shop_text else None,
    )


def _marked(text: str, place: int | None) -> tuple[str, str, str]:
    """A text in three: before its marked character, that, and behind it."""
    if place is None:
        return text, "", ""
    return text[:place], text[place : place + 1] or "∅", text[place + 1 :]


def _base(request: Request) -> str:
    """The address of this site as the browser knows it."""
    return str(request.base_url).rstrip("/")


def _origin(url: str) -> str:
    """Where a form may lead, for a policy: the origin of an address, or anywhere where that cannot be said in a header."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if _HOST.fullmatch(parts.netloc) else _ANYWHERE


def _see_other(url: str) -> Response:
    headers = {"Location": ascii_url(url), "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    return Response(status_code=303, headers=headers)
