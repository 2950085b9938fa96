"""The addresses of the office: each request is read, held to the session of its cookie, and answered with a page."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from typing import Any, Final
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from switch.business_day import BUSINESS_DATE_MAX, typed_date
from switch.gateway.front.form_post import Handler, client_address, posted_form
from switch.gateway.front.page_frame import html_page, page_language, see_other, style_route
from switch.gateway.office.office_desk import OFFICE_ACTS, OfficeDesk
from switch.gateway.office.office_sessions import OfficeSession
from switch.gateway.office.office_view import OfficeView
from switch.gateway.office.statement_files import STATEMENT_TYPES
from switch.gateway.protocol.payment_request import PageLanguage
from switch.gateway.protocol.posted import Posted

OFFICE_PATH: Final = "/office"
OFFICE_COOKIE: Final = "office"
VISIT_COOKIE: Final = "office_visit"
FIRST_DATE: Final = "1970-01-01"  #: before it there were no times to compare
_VISIT_CHARACTERS_MAX: Final = 64
_ORDER_DIGITS_MAX: Final = 15
SignedPage = Callable[[Request, OfficeSession], Awaitable[Response]]


class OfficePages:
    """The office over HTTP. ``secure`` is whether the site is served by TLS; ``guarded`` makes faults of a handler a page."""

    def __init__(self, desk: OfficeDesk, guarded: Callable[[Handler], Handler], *, secure: bool) -> None:
        self._desk, self._guarded, self._secure = desk, guarded, secure

    def routes(self) -> Iterator[Route]:
        yield style_route()
        yield Route(OFFICE_PATH, self._guarded(self._front), methods=["GET"])
        yield Route(f"{OFFICE_PATH}/sign-in", self._guarded(self._front), methods=["GET"])
        yield Route(f"{OFFICE_PATH}/sign-in", self._guarded(self._sign_in), methods=["POST"])
        yield Route(f"{OFFICE_PATH}/sign-out", self._posted(self._sign_out), methods=["POST"])
        yield Route(f"{OFFICE_PATH}/payments", self._shown(self._payments), methods=["GET"])
        yield Route(f"{OFFICE_PATH}/payments/{{number}}", self._shown(self._payment), methods=["GET"])
        yield Route(f"{OFFICE_PATH}/payments/{{number}}/{{act}}", self._posted(self._act), methods=["POST"])
        yield Route(f"{OFFICE_PATH}/statements", self._shown(self._statements), methods=["GET"])
        yield Route(f"{OFFICE_PATH}/statements/{{date}}.{{suffix}}", self._shown(self._statement), methods=["GET"])

    # signing in and out

    async def _front(self, request: Request) -> Response:
        if await self._desk.session(request.cookies.get(OFFICE_COOKIE, "")) is not None:
            return see_other(f"{OFFICE_PATH}/payments")
        return self._sign_in_page(request)

    def _sign_in_page(self, request: Request, message: str = "", *, status: int = 200, **values: Any) -> Response:
        visit = request.cookies.get(VISIT_COOKIE, "")
        if not 0 < len(visit) <= _VISIT_CHARACTERS_MAX:
            visit = self._desk.sessions.new_visit()
        response = html_page(
            request,
            __package__,
            "sign_in.html",
            page_language(request),
            status=status,
            token=self._desk.sessions.visit_token(visit),
            message=message,
            **{"merchant": "", "seconds": 0, "session": None, **values},
        )
        self._set_cookie(response, VISIT_COOKIE, visit)
        return response

    async def _sign_in(self, request: Request) -> Response:
        posted = await posted_form(request)
        merchant = posted["merchant"].strip()[:20]
        if not self._desk.sessions.is_of_visit(request.cookies.get(VISIT_COOKIE, ""), posted["token"]):
            return self._sign_in_page(request, "form_old", status=403, merchant=merchant)
        got = await self._desk.sign_in(merchant, posted["password"], client_address(request))
        if got.wait_seconds:
            response = self._sign_in_page(request, "too_many", status=429, merchant=merchant, seconds=got.wait_seconds)
            response.headers["Retry-After"] = str(got.wait_seconds)
            return response
        if not got.token:
            return self._sign_in_page(request, "wrong", status=403, merchant=merchant)
        self._desk.sessions.end(request.cookies.get(OFFICE_COOKIE, ""))
        response = see_other(f"{OFFICE_PATH}/payments")
        self._set_cookie(response, OFFICE_COOKIE, got.token)
        response.delete_cookie(VISIT_COOKIE, path=OFFICE_PATH)
        return response

    async def _sign_out(self, request: Request, session: OfficeSession, posted: Posted) -> Response:
        self._desk.sessions.end(request.cookies.get(OFFICE_COOKIE, ""))
        response = see_other(OFFICE_PATH)
        response.delete_cookie(OFFICE_COOKIE, path=OFFICE_PATH)
        return response

    def _set_cookie(self, response: Response, name: str, value: str) -> None:
        response.set_cookie(name, value, path=OFFICE_PATH, httponly=True, samesite="strict", secure=self._secure)

    def _shown(self, show: SignedPage) -> Handler:
        """A page for whoever has signed in; others are led to where they can."""

        async def shown(request: Request) -> Response:
            session = await self._desk.session(request.cookies.get(OFFICE_COOKIE, ""))
            return see_other(OFFICE_PATH) if session is None else await show(request, session)

        return self._guarded(shown)

    def _posted(self, act: Callable[[Request, OfficeSession, Posted], Awaitable[Response]]) -> Handler:
        """A form of whoever has signed in, with the token of the session."""

        async def taken(request: Request) -> Response:
            posted = await posted_form(request)
            session = await self._desk.session(request.cookies.get(OFFICE_COOKIE, ""))
            if session is None:
                return see_other(OFFICE_PATH)
            if not session.sent(posted["token"]):
                return self._page(request, session, "nothing.html", status=403, sentence="form_foreign")
            return await act(request, session, posted)

        return self._guarded(taken)

    # what a merchant sees

    async def _payments(self, request: Request, session: OfficeSession) -> Response:
        wanted = request.query_params.get("order", "").strip()[:64]
        if wanted:
            number = await self._desk.find(session.merchant_id, wanted)
            if number is not None:
                return see_other(f"{OFFICE_PATH}/payments/{number}")
            session.notice = ("order_unknown", wanted)
        today = self._desk.today()
        typed = request.query_params.get("date", "").strip()
        date = today if not typed else typed_date(typed[:20])
        if date is None or not FIRST_DATE <= date <= BUSINESS_DATE_MAX:
            session.notice, date = ("date_wrong", typed[:20]), today
        page = request.query_params.get("page", "1")
        number = int(page) if page.isascii() and page.isdecimal() and len(page) < _ORDER_DIGITS_MAX else 1
        day = await self._desk.day(session.merchant_id, date, number)
        view = self._view(request, session)
        return self._page(
            request,
            session,
            "payments.html",
            date=date,
            date_shown=view.date(date),
            today=today,
            rows=[view.row(order) for order in day.orders],
            states=[view.state_sum(*each) for each in day.states],
            number=day.page,
            pages=day.pages,
            several=len(self._desk.shops_of(session.merchant_id)) > 1,
        )

    async def _payment(self, request: Request, session: OfficeSession) -> Response:
        number = _number(request)
        life = None if number is None else await self._desk.life(session.merchant_id, number)
        if life is None:
            return self._page(request, session, "nothing.html", status=404, sentence="payment_unknown")
        return self._page(request, session, "payment.html", **self._view(request, session).life(life))

    async def _act(self, request: Request, session: OfficeSession, posted: Posted) -> Response:
        number, act = _number(request), next((each for each in OFFICE_ACTS if each == request.path_params["act"]), None)
        if number is None or act is None:
            return self._page(request, session, "nothing.html", status=404, sentence="payment_unknown")
        notice = await self._desk.act(session.merchant_id, number, act, posted["amount"], posted["seen"])
        if notice is None:
            return self._page(request, session, "nothing.html", status=404, sentence="payment_unknown")
        session.notice = notice
        return see_other(f"{OFFICE_PATH}/payments/{number}")

    async def _statements(self, request: Request, session: OfficeSession) -> Response:
        view = self._view(request, session)
        dates = [(date, view.date(date)) for date in await self._desk.statement_dates(session.merchant_id)]
        return self._page(request, session, "statements.html", dates=dates, suffixes=tuple(STATEMENT_TYPES))

    async def _statement(self, request: Request, session: OfficeSession) -> Response:
        date, suffix = request.path_params["date"], request.path_params["suffix"]
        content = await self._desk.statement(session.merchant_id, date, suffix)
        if content is None:
            return self._page(request, session, "nothing.html", status=404, sentence="statement_unknown")
        name = quote(f"{session.merchant_id}-{date}.{suffix}", safe="")
        headers = {
            "Content-Type": STATEMENT_TYPES[suffix],
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "default-src 'none'",
        }
        return Response(content, headers=headers)

    # words

    def _language(self, request: Request, session: OfficeSession) -> PageLanguage:
        return page_language(request, self._desk.specs.merchants[session.merchant_id].language)

    def _view(self, request: Request, session: OfficeSession) -> OfficeView:
        return OfficeView(self._language(request, session), self._desk.specs.calendar.zone)

    def _page(self, request: Request, session: OfficeSession, template: str, *, status: int = 200, **values: Any) -> Response:
        view = self._view(request, session)
        notice, session.notice = session.notice, None
        merchant = self._desk.specs.merchants[session.merchant_id].name
        shown = view.notice(*notice) if notice is not None else ""
        values = {**values, "notice": shown, "notice_good": notice is not None and notice[0] == "act_done"}
        language = self._language(request, session)
        return html_page(request, __package__, template, language, status=status, session=session, merchant=merchant, **values)


def _number(request: Request) -> int | None:
    text = request.path_params["number"]
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _ORDER_DIGITS_MAX else None
