"""A shopper who pays bills of one account, reloads what does not come, and remembers what each page said."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Final

from tests.clients.browser import Browser, Form, Page
from tests.clients.orders import NO_QUESTION, QUESTION, Shopper
from tests.page_kills.house import House

#: Line of the shop -> number and payment code, which the shop shows to whoever tries it.
ACCOUNTS: Final = {"mobile": ("0661000001", "4471"), "fixed": ("0522000002", "8210"), "internet": ("78100003", "9365")}
LOST: Final = "5128010400000035"
PAGES_MAX: Final = 14  #: of one payment
RELOADS_MAX: Final = 4  #: of one page

#: What a shopper comes with, and how often.
MOODS: Final = {
    Shopper(NO_QUESTION): 4,
    Shopper(QUESTION): 4,
    Shopper(QUESTION, code_of_bank="999"): 1,
    Shopper(LOST): 2,
    Shopper(cancels=True): 1,
}


class GivenUpError(Exception):
    """The shopper goes back to the shop and begins anew."""


@dataclass
class Attempt:
    """One order that the shop made a form for."""

    oid: str
    bill: str
    receipt: str  #: the token of its receipt in the shop
    headings: list[str] = field(default_factory=list)

    @property
    def seen(self) -> str:
        """The last that the payment page or the shop said."""
        return next((each for each in reversed(self.headings) if each), "")


@dataclass
class BillPayer:
    """One account and its shopper."""

    line: str
    house: House
    chance: random.Random
    stepped: Callable[[str], None]  #: called before and after each request, with what it is
    attempts: list[Attempt] = field(default_factory=list)
    figures: Counter[str] = field(default_factory=Counter)

    def bills(self) -> tuple[Browser, Page]:
        """The unpaid bills of the account."""
        number, code = ACCOUNTS[self.line]
        browser = Browser()
        page = self._patient(lambda: browser.get(f"{self.house.shop_url}/account/{self.line}?lang=en"))
        form = page.form_with("number")
        typed = {"number": number, "code": code, "email": "zoe@shop.example", "terms": "yes"}
        return browser, self._patient(lambda: browser.submit(page, form, **typed))

    def unpaid(self) -> list[str]:
        """The numbers of the unpaid bills."""
        return [value for _, value in _offered(self.bills()[1])]

    def pay_one(self) -> bool:
        """Pay the oldest bill, or begin to; False where all are paid."""
        try:
            self.house.wait_until_up()
            browser, page = self.bills()
            offered = _offered(page)
            if not offered:
                return False
            form = page.form_with("number")
            oldest = offered[0] if offered[0] in form.values else None  # else it is paid whatever is ticked
            page = self._sent(browser, page, form, {"bill": oldest[1] if oldest else None})
            if not page.has("HASH"):
                raise GivenUpError
            self._walk(browser, page, offered[0][1], self.chance.choices(list(MOODS), list(MOODS.values()))[0])
        except GivenUpError:
            self.figures["payments begun anew"] += 1
        return True

    def _walk(self, browser: Browser, page: Page, bill: str, shopper: Shopper) -> None:
        """From the form of the shop to its receipt."""
        order = dict(page.form_with("HASH").values)
        attempt = Attempt(order["oid"], bill, order["okUrl"].rpartition("/")[2])
        self.attempts.append(attempt)
        self.figures["orders posted"] += 1
        page = self._sent(browser, page, page.form_with("HASH"), {})
        card_typed = False
        for _ in range(PAGES_MAX):
            attempt.headings.append(page.heading)
            if page.url.startswith(self.house.shop_url):
                self.figures["came back to the shop"] += 1
                return
            if page.has("HASH"):
                page = self._sent(browser, page, page.form_with("HASH"), {})
            elif page.has("code"):
                page = self._sent(browser, page, page.form_with("code"), {"code": shopper.code_of_bank})
            elif page.has("pan") and not card_typed:
                card_typed = True
                cancel = next(form for form in page.forms if form.action.endswith("/cancel"))
                page = self._sent(
                    browser, page, *((cancel, {}) if shopper.cancels else (page.form_with("pan"), shopper.card()))
                )
            elif page.has("pan") or page.status >= 400:
                self.figures[f"left at: {page.heading} ({page.status})"] += 1
                raise GivenUpError
            else:
                self.figures[f"looked again at: {page.heading}"] += 1
                page = self._again(browser, page.url)
        self.figures[f"left after {PAGES_MAX} pages at: {page.heading}"] += 1

    def _again(self, browser: Browser, url: str) -> Page:
        return self._patient(lambda: browser.get(url))

    def _sent(self, browser: Browser, page: Page, form: Form, typed: Mapping[str, str | None]) -> Page:
        step = next((name for name in ("pan", "code", "HASH") if name in form.controls), "other")
        return self._patient(lambda: browser.submit(page, form, **typed), step)

    def _patient(self, ask: Callable[[], Page], step: str = "other") -> Page:
        """Ask, and ask again when the connection fails; now and then give up."""
        for _ in range(RELOADS_MAX):
            self.stepped(step)
            try:
                return ask()
            except (OSError, HTTPException):
                self.figures["connections lost"] += 1
                self.house.wait_until_up()
                if self.chance.random() < 0.25:
                    break
            finally:
                self.stepped("answer")
        raise GivenUpError


def _offered(page: Page) -> list[tuple[str, str]]:
    return [each for form in page.forms for each in form.offered if each[0] == "bill"]
