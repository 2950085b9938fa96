"""What pages are made with: templates over one frame, texts in three languages, amounts, and the headers that keep a page to
itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any, Final
from urllib.parse import urlencode

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from switch.gateway.protocol.payment_request import PAGE_LANGUAGES, PageLanguage
from switch.money import CURRENCIES, format_minor

LANGUAGE_COOKIE: Final = "page_language"
STYLE_PATH: Final = "/front/front.css"
_LANGUAGE_SECONDS: Final = 365 * 86_400
LANGUAGE_NAMES: Final[tuple[tuple[PageLanguage, str], ...]] = (("fr", "Français"), ("ar", "العربية"), ("en", "English"))
_NO_BREAK: Final = "\u00a0"


@cache
def words(package: str, language: PageLanguage) -> Mapping[str, str]:
    """All that the pages of a package say in a language, by key; those of the frame are among them."""
    found: dict[str, str] = {}
    for each in (__package__, package):
        text = resources.files(each).joinpath("texts", f"{language}.json").read_text(encoding="utf-8")
        found.update(json.loads(text))
    return found


def page_language(request: Request, otherwise: PageLanguage = "fr") -> PageLanguage:
    """The language of a page: as chosen on this request, or before; else the first that the browser asks for."""
    for wanted in (request.query_params.get("lang"), request.cookies.get(LANGUAGE_COOKIE)):
        for each in PAGE_LANGUAGES:
            if wanted == each:
                return each
    for part in request.headers.get("accept-language", "")[:200].split(","):
        for each in PAGE_LANGUAGES:
            if part.strip().lower().startswith(each):
                return each
    return otherwise


@cache
def _environment(package: str) -> Environment:
    loader = ChoiceLoader([PackageLoader(package, "templates"), PackageLoader(__package__, "templates")])
    made = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, auto_reload=False
    )
    made.globals.update(languages=LANGUAGE_NAMES, style=STYLE_PATH)
    return made


def html_page(
    request: Request, package: str, template: str, language: PageLanguage, *, status: int = 200, **values: Any
) -> Response:
    """A page of a package in a language, with its headers. A language that was chosen on it is remembered."""
    kept = [(name, value) for name, value in request.query_params.items() if name in ("date", "page")]
    query = f"&{urlencode(kept)}" if kept else ""
    text = (
        _environment(package)
        .get_template(template)
        .render(t=words(package, language), lang=language, here=request.url.path, query=query, **values)
    )
    response = Response(text.encode("utf-8", "replace"), status_code=status, media_type="text/html; charset=utf-8")
    if request.query_params.get("lang") == language:
        response.set_cookie(LANGUAGE_COOKIE, language, max_age=_LANGUAGE_SECONDS, httponly=True, samesite="lax")
    response.raw_headers.extend((name.lower(), value) for name, value in security_headers("'self'", ()))
    return response


def see_other(path: str) -> Response:
    """Lead the browser on after a post: whoever loads that page again posts nothing."""
    headers = {"Location": path, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    return Response(status_code=303, headers=headers)


def style_route() -> Route:
    """The address of the style that these pages have beside that of the payment page."""
    content = resources.files(__package__).joinpath("static", "front.css").read_bytes()

    async def style(_: Request) -> Response:
        headers = {"Cache-Control": "max-age=300", "X-Content-Type-Options": "nosniff"}
        return Response(content, media_type="text/css; charset=utf-8", headers=headers)

    return Route(STYLE_PATH, style, methods=["GET"])


def amount_shown(amount_minor: int, currency: str, language: PageLanguage) -> str:
    """An amount as a shopper reads it.

    >>> amount_shown(123450, "504", "en"), amount_shown(123450, "504", "fr").replace(chr(160), " ")
    ('1,234.50\\xa0MAD', '1 234,50 MAD')
    """
    whole, point, rest = format_minor(amount_minor, currency).partition(".")
    grouped = f"{int(whole):,}"
    letters = CURRENCIES.get(currency, (currency, 2))[0]
    if language == "fr":
        grouped, point = grouped.replace(",", _NO_BREAK), "," if point else ""
    return f"{grouped}{point}{rest}{_NO_BREAK}{letters}"


def security_headers(form_action: str, framed_by: tuple[str, ...]) -> list[tuple[bytes, bytes]]:
    """The headers of every page: nothing inline, nothing foreign, no frame, no cache, no referrer.

    Nothing that binds a browser to https: on a developer's machine it would bind every port of it.
    """
    policy = (
        "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; base-uri 'none'; "
        f"form-action {form_action}; frame-ancestors {' '.join(framed_by) or chr(39) + 'none' + chr(39)}"
    )
    headers = {
        "Content-Security-Policy": policy,
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    }
    if not framed_by:
        headers["X-Frame-Options"] = "DENY"
    return [(name.encode(), value.encode()) for name, value in headers.items()]
