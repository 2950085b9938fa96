"""A merchant's clerk for tests: a browser without scripts that keeps cookies, in front of the office of a running page."""

from __future__ import annotations

from contextlib import suppress
from http.cookies import CookieError, SimpleCookie
from urllib.parse import urljoin

from attrs import define, field

from switch.gateway.office.passwords import password_record
from switch.gateway.site.http_call import HttpAnswer, call, form_body
from switch.gateway.store.writer import StoreWriter
from tests.support.centre_in_loop import NOW_MS
from tests.support.payment_page import Page, PaymentPage

TELECOM = "TELECOM00000001"
AIRLINE = "AIRLINE00000001"
PASSWORD = "a clerk's long password"


async def set_password(store: StoreWriter, merchant_id: str, password: str = PASSWORD, now_ms: int = NOW_MS) -> None:
    """Let a merchant sign in."""
    record = password_record(password)
    await store.do(lambda books: books.office.set_password(merchant_id, record, now_ms))


@define
class Clerk:
    """Somebody at a browser."""

    base: str
    language: str = "en"
    cookies: dict[str, str] = field(factory=dict)
    set_cookies: list[str] = field(factory=list)  #: as they came, with their attributes

    async def get(self, path: str) -> Page:
        return await self._followed("GET", urljoin(self.base, path), b"", ())

    async def post(self, path: str, **fields: str) -> Page:
        form = (("Content-Type", "application/x-www-form-urlencoded"),)
        return await self._followed("POST", urljoin(self.base, path), form_body(tuple(fields.items())), form)

    async def _followed(self, method: str, url: str, body: bytes, headers: tuple[tuple[str, str], ...]) -> Page:
        answer = await self._once(method, url, body, headers)
        while answer.status == 303:
            url = urljoin(url, answer.header("location"))
            answer = await self._once("GET", url, b"", ())
        return Page(url, answer)

    async def _once(self, method: str, url: str, body: bytes, headers: tuple[tuple[str, str], ...]) -> HttpAnswer:
        sent = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        known = (("Accept-Language", self.language), *((("Cookie", sent),) if sent else ()), *headers)
        answer = await call(method, url, body, known)
        for name, value in answer.headers:
            if name == "set-cookie":
                self.set_cookies.append(value)
                with suppress(CookieError):
                    for each, morsel in SimpleCookie(value).items():
                        self.cookies[each] = morsel.value
                        if morsel["max-age"] == "0":
                            del self.cookies[each]
        return answer

    async def sign_in(self, merchant_id: str = TELECOM, password: str = PASSWORD) -> Page:
        """The form to sign in, filled in and sent."""
        shown = await self.get("/office")
        return await self.post("/office/sign-in", merchant=merchant_id, password=password, token=shown.form()[1]["token"])


async def signed_in(page: PaymentPage, merchant_id: str = TELECOM, language: str = "en") -> Clerk:
    """A clerk who has signed in."""
    await set_password(page.store, merchant_id)
    clerk = Clerk(page.base, language)
    shown = await clerk.get(f"/office?lang={language}")
    assert shown.answer.status == 200
    await clerk.sign_in(merchant_id)
    return clerk
