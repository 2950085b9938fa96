"""A shop of the standard library: it posts orders, is called back, verifies what it is told, and captures."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from urllib.parse import parse_qsl

from tests.clients import ver3
from tests.clients.browser import Browser, Form, Page
from tests.clients.orders import (
    APPROVED,
    CAPTURE,
    CRASH,
    FAILURE,
    SILENCE,
    STORE_KEY,
    Order,
    Outcome,
    Shopper,
    Told,
)

PAGES_MAX = 12  #: on the way of one payment


class PythonShop:
    """Orders, what was told about each, and by which transaction it is paid."""

    def __init__(self, page_url: str) -> None:
        self._page_url = page_url
        self._orders: dict[str, Order] = {}
        self._told: list[Told] = []
        self._paid: dict[str, list[str]] = {}
        self._changed = threading.Condition()
        self._closing = threading.Event()
        shop = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                shop.hear(self, self.path, parse_qsl(body.decode(), keep_blank_values=True))

            def do_GET(self) -> None:
                answer(self, "a shop")  # where a browser comes back to after it cancelled

            def log_message(self, format: str, *words: object) -> None:  # noqa: A002  # the library's name
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        self._closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def __enter__(self) -> PythonShop:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    # the server

    def hear(self, request: BaseHTTPRequestHandler, path: str, fields: ver3.Fields) -> None:
        """What a browser or the page posts to the shop."""
        right = ver3.is_right(fields, STORE_KEY)
        named = dict(fields)
        with self._changed:
            said = self._judged(named, right) if path.startswith("/callback") else "thank you"
            self._told.append(Told(path, named, right, said, request.headers.get("Callback-Event-Id", "")))
            self._changed.notify_all()
        if said == SILENCE:
            self._closing.wait()
        elif said == CRASH:
            answer(request, "the shop is out of order", 500)
        else:
            answer(request, said)

    def _judged(self, fields: dict[str, str], right: bool) -> str:
        order = self._orders.get(fields.get("oid", ""))
        if not right or order is None or fields["amount"] != order.amount:
            return FAILURE
        if fields["ProcReturnCode"] not in {"00", "0"} or fields["Response"] != "Approved":
            return APPROVED
        paid = self._paid.setdefault(order.oid, [])
        if paid and fields["TransId"] not in paid:
            return FAILURE
        if order.answer in {CAPTURE, APPROVED} and not paid:
            paid.append(fields["TransId"])
        return order.answer

    def told(self, oid: str) -> list[Told]:
        with self._changed:
            return [each for each in self._told if each.fields.get("oid") == oid]

    def told_times(self, oid: str, path: str, times: int, seconds_max: float) -> list[Told]:
        """Wait until the shop was told so often."""

        def heard() -> list[Told]:
            return [each for each in self._told if each.fields.get("oid") == oid and each.path.startswith(path)]

        with self._changed:
            assert self._changed.wait_for(lambda: len(heard()) >= times, seconds_max), heard()
            return heard()

    def mended(self, oid: str) -> None:
        """From now on the shop can answer for this order."""
        with self._changed:
            self._orders[oid] = replace(self._orders[oid], answer=CAPTURE)

    def wait_for(self, holds: Callable[[], bool], seconds_max: float = 30.0) -> None:
        """Wait until something is so that is not told to the shop."""
        until = time.monotonic() + seconds_max
        with self._changed:
            while not holds():
                assert time.monotonic() < until
                self._changed.wait(0.1)

    def paid(self, oid: str) -> list[str]:
        with self._changed:
            return list(self._paid.get(oid, ()))

    # the shopper

    def post(self, order: Order, *, signed: bool = True, **more: str) -> tuple[Browser, Page]:
        """Post an order and stand on the page that answers."""
        self._orders[order.oid] = order
        fields = {**order.fields(self.url), **more}
        if signed:
            fields["HASH"] = ver3.hash_of(list(fields.items()), STORE_KEY)
        browser = Browser()
        return browser, browser.post(self._page_url, fields)

    def pay(self, order: Order, shopper: Shopper) -> Outcome:
        browser, page = self.post(order)
        return walked(browser, page, shopper, self.url)


def answer(request: BaseHTTPRequestHandler, text: str, status: int = 200) -> None:
    """A short answer in plain text."""
    body = text.encode()
    request.send_response(status)
    request.send_header("Content-Type", "text/plain; charset=utf-8")
    request.send_header("Content-Length", str(len(body)))
    request.end_headers()
    request.wfile.write(body)


def walked(browser: Browser, page: Page, shopper: Shopper, shop_url: str) -> Outcome:
    """Fill in what each page asks for until the shopper is back at the shop, or cannot go on."""
    headings: list[str] = []
    card_typed = False
    for _ in range(PAGES_MAX):
        headings.append(page.heading)
        if page.url.startswith(shop_url):
            return Outcome(page.url.removeprefix(shop_url), tuple(headings[:-1]), ())
        step = _step(page, shopper, card_typed=card_typed)
        if step is None:
            break
        control, form, typed = step
        card_typed = card_typed or control == "pan"
        page = browser.submit(page, form, **typed)
    sentences = [text for name, texts in page.texts.items() if name.split(".")[0] in {"li", "p"} for text in texts]
    return Outcome("", tuple(headings), tuple(" ".join(text.split()) for text in sentences))


def _step(page: Page, shopper: Shopper, *, card_typed: bool) -> tuple[str, Form, dict[str, str]] | None:
    """What is asked, the form to send next, and what is typed into it; a card is typed once."""
    known: list[tuple[str, dict[str, str]]] = [("HASH", {}), ("code", {"code": shopper.code_of_bank}), ("pan", shopper.card())]
    for control, typed in known[: 2 if card_typed else 3]:
        if page.has(control):
            cancelling = [form for form in page.forms if form.action.endswith("/cancel")]
            if shopper.cancels and cancelling:
                return control, cancelling[0], {}
            return control, page.form_with(control), typed
    return None
