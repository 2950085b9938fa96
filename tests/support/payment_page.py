"""The payment page for tests: a real centre in the loop, the page on real sockets, a shop that is called back, and a shopper
without scripts."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import h11
import trio
from attrs import define, evolve, field

from switch.acquirer.caller import CentreLine
from switch.data_folder.vault import Vault
from switch.gateway.payments.desk import PaymentDesk
from switch.gateway.protocol.hash_rules import hash_of, signed
from switch.gateway.protocol.posted import Posted
from switch.gateway.site.http_call import HttpAnswer, call, form_body
from switch.gateway.site.routes import Site
from switch.gateway.site.service import PageService
from switch.gateway.site.serving import SiteOptions, http_settings, running, served, wire_of
from switch.gateway.store.order_book import open_orders
from switch.gateway.store.writer import StoreWriter
from switch.keys.key_module import KeyModule
from switch.lines.sockets import listen
from switch.machine.private import make_folder
from tests.support.centre_in_loop import NOW_MS, Loopback, loopback, specs

STORE_KEY = "TEST1234"
CARD = {
    "cardHolderName": "ZOE TESTEUSE",
    "Ecom_Payment_Card_ExpDate_Month": "12",
    "Ecom_Payment_Card_ExpDate_Year": "2029",
    "cv2": "000",
    "terms": "1",
}
FRICTIONLESS = "4000000000000010"  #: not enrolled, so that no question is asked
CHALLENGED = "9876019750673560"
LOST = "5128010400000035"  #: declined 41
STRONG = "4507160000000069"  #: 1A without 3-D Secure


@define
class ShopServer:
    """The server of a shop: what it was called back with, and what it answers."""

    answer: bytes = b"ACTION=POSTAUTH"
    status: int = 200
    silent: bool = False
    port: int = 0
    heard: list[dict[str, str]] = field(factory=list)
    events: list[str] = field(factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def serve(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
        self.port = listeners[0].socket.getsockname()[1]
        await trio.serve_listeners(self._one, listeners, task_status=task_status)  # type: ignore[arg-type]

    async def _one(self, stream: trio.SocketStream) -> None:
        connection = h11.Connection(h11.SERVER)
        body = b""
        while True:
            event = connection.next_event()
            if event is h11.NEED_DATA:
                connection.receive_data(bytes(await stream.receive_some(65_536)))
            elif isinstance(event, h11.Request):
                self.events += [value.decode() for name, value in event.headers if name == b"callback-event-id"]
            elif isinstance(event, h11.Data):
                body += event.data
            else:
                break
        self.heard.append(dict(Posted.from_form(body).fields))
        if self.silent:
            await trio.sleep_forever()
        answer = h11.Response(status_code=self.status, headers=[("Content-Length", str(len(self.answer)))])
        parts = [connection.send(answer), connection.send(h11.Data(data=self.answer)), connection.send(h11.EndOfMessage())]
        await stream.send_all(b"".join(part for part in parts if part))


@define
class Page:
    """A page of the site as a shopper without scripts has it."""

    url: str
    answer: HttpAnswer

    @property
    def text(self) -> str:
        return self.answer.body.decode()

    @property
    def heading(self) -> str:
        found = re.search(r"<h1[^>]*>(.*?)</h1>", self.text, re.DOTALL)
        return html.unescape(found[1]) if found else ""

    @property
    def errors(self) -> list[str]:
        return [html.unescape(each) for each in re.findall(r'class="error" id="([^"]*)-error"', self.text)]

    def form(self, number: int = 0) -> tuple[str, dict[str, str]]:
        """Where a form goes, and its hidden fields."""
        action, inner = re.findall(r'<form[^>]*action="([^"]*)"[^>]*>(.*?)</form>', self.text, re.DOTALL)[number]
        hidden = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', inner)
        fields = {html.unescape(name): html.unescape(value) for name, value in hidden}
        return urljoin(self.url, html.unescape(action)), fields


@define
class Browser:
    """A shopper: posts forms and follows redirects, within the site."""

    base: str

    async def get(self, url: str) -> Page:
        return await self._followed(url, await call("GET", url))

    async def post(self, url: str, fields: dict[str, str]) -> Page:
        headers = (("Content-Type", "application/x-www-form-urlencoded"),)
        return await self._followed(url, await call("POST", url, form_body(tuple(fields.items())), headers))

    async def _followed(self, url: str, answer: HttpAnswer) -> Page:
        while answer.status == 303:
            url = urljoin(url, answer.header("location"))
            if not url.startswith(self.base):
                break
            answer = await call("GET", url)
        return Page(url, answer)


@define
class PaymentPage:
    """The page that runs, with all around it."""

    base: str
    centre: Loopback
    service: PageService
    shop: ShopServer
    store: StoreWriter
    browser: Browser

    @property
    def desk(self) -> PaymentDesk:
        return self.service.desk

    def order(self, oid: str, **more: str) -> dict[str, str]:
        """The form of a shop, signed."""
        fields = {
            "clientid": "600000000",
            "storetype": "3D_PAY_HOSTING",
            "TranType": "PreAuth",
            "amount": "31.50",
            "currency": "504",
            "oid": oid,
            "okUrl": f"{self.shop.url}/ok",
            "failUrl": f"{self.shop.url}/fail",
            "callbackUrl": f"{self.shop.url}/callback",
            "shopurl": self.shop.url,
            "lang": "en",
            "email": "zoe@shop.example",
            "BillToName": "Zoé | Testeuse",
            "hashAlgorithm": "ver3",
            "encoding": "UTF-8",
            "rnd": "0.8675309 1795",
            **more,
        }
        return signed(fields, STORE_KEY)

    async def begin(self, oid: str, path: str = "/fim/est3Dgate", **more: str) -> Page:
        """The shop posts an order: the page with the card form."""
        return await self.browser.post(self.base + path, self.order(oid, **more))

    async def type_card(self, page: Page, pan: str, **more: str) -> Page:
        return await type_into(self.browser, page, pan, **more)

    async def pay(
        self, oid: str, pan: str = FRICTIONLESS, *, code: str = "123", card: dict[str, str] | None = None, **more: str
    ) -> Page:
        """The whole way to the last page."""
        page = await self.type_card(await self.begin(oid, **more), pan, **(card or {}))
        if "/bank" in page.text:
            page = await self.prove(page, code=code)
        return page

    async def prove(self, page: Page, **fields: str) -> Page:
        """The form of the bank's page."""
        action, hidden = page.form()
        return await self.browser.post(action, {**hidden, **fields})

    async def comes_to(self, oid: str, state: str) -> None:
        """Wait until an order is in a state."""
        with trio.fail_after(10):
            while await self.state(oid) != state:
                await trio.lowlevel.checkpoint()

    async def state(self, oid: str, client_id: str = "600000000") -> str:
        found = await self.store.do(lambda books: books.orders.find(client_id, oid))
        assert found is not None
        return found.state


@asynccontextmanager
async def deaf_server() -> AsyncIterator[int]:
    """The port of a centre that takes every message and answers none."""

    async def hear(stream: trio.SocketStream) -> None:
        while await stream.receive_some():
            pass

    listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
    async with trio.open_nursery() as nursery:
        nursery.start_soon(trio.serve_listeners, hear, listeners)
        yield listeners[0].socket.getsockname()[1]
        nursery.cancel_scope.cancel()


async def type_into(browser: Browser, page: Page, pan: str, **more: str) -> Page:
    """Fill the card form and send it."""
    action, hidden = page.form()
    return await browser.post(action, {**hidden, **CARD, "pan": pan, **more})


def right(fields: dict[str, str], store_key: str = STORE_KEY) -> bool:
    """Whether the hash of an answer is right."""
    given = tuple(fields.items())
    return fields["HASH"] == hash_of(Posted(given), store_key)


@asynccontextmanager
async def payment_page(
    folder: Path,
    *,
    centre: Loopback | None = None,
    shop: ShopServer | None = None,
    clock_ms: Callable[[], int] = lambda: NOW_MS,
    answer_seconds: float = 5.0,
    port: int = 0,
    **played: Any,
) -> AsyncIterator[PaymentPage]:
    """The page over a folder, with a centre of its own unless one is given."""
    if centre is None:
        async with (
            loopback(**played) as own,
            payment_page(folder, centre=own, shop=shop, clock_ms=clock_ms, answer_seconds=answer_seconds) as page,
        ):
            yield page
        return
    listener = evolve(specs().centre.listeners[0], port=port or centre.ports["ascii"])
    options = SiteOptions(data=folder, host="127.0.0.1", port=0, answer_seconds=answer_seconds)
    line = CentreLine("127.0.0.1", listener.port, wire_of(listener, specs()))
    shop = shop or ShopServer()
    make_folder(folder)
    vault = Vault.open(folder, new=True)
    with closing(open_orders(folder)) as connection, listen("127.0.0.1", 0) as sock:
        writer = StoreWriter(connection)
        keys = KeyModule.open(None, specs().issuers)
        async with (
            trio.open_nursery() as nursery,
            running(specs(), writer, line, vault, keys, listener.dialect, options, clock_ms) as service,
        ):
            if not shop.port:
                await nursery.start(shop.serve)
            ended = trio.Event()
            base = f"http://127.0.0.1:{sock.getsockname()[1]}"
            site = Site(service, secure=False)
            await nursery.start(served, site, http_settings(options), sock, ended, nursery.cancel_scope)
            yield PaymentPage(base, centre, service, shop, writer, Browser(base))
            ended.set()
