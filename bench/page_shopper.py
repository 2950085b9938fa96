"""Shoppers and a shop for the payment page, with as little of their own as can be: ``bench.page`` measures the page alone.

A payment is four requests on one connection: the shop's form, the page with the card form, the card, the last page. The shop's
server is called back meanwhile and answers at once.
"""

from __future__ import annotations

import html
import re
import time
from typing import Final
from urllib.parse import quote_plus

import trio
from attrs import define, field, frozen

from switch.gateway.protocol.hash_rules import signed

STORE_KEY: Final = "TEST1234"
CARD: Final = "4000000000000010"  #: takes no part in 3-D Secure: no question, approved
_READ_BYTES: Final = 65_536
_TOKEN: Final = re.compile(rb'name="token" value="([^"]*)"')
_ANSWER: Final = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n%s"


@frozen(kw_only=True)
class Paid:
    """One payment: milliseconds from the shop's form to the last page, and of the card's form alone to its redirect."""

    whole_ms: float
    card_ms: float


@define
class BenchShop:
    """A shop's server. It answers each callback at once, and keeps the connection where the page does."""

    answer: bytes
    port: int = 0
    called: int = 0

    async def serve(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
        self.port = listeners[0].socket.getsockname()[1]
        await trio.serve_listeners(self._one, listeners, task_status=task_status)  # type: ignore[arg-type]

    async def _one(self, stream: trio.SocketStream) -> None:
        reading = _Reader(stream)
        try:
            while True:
                await reading.message()
                self.called += 1
                await stream.send_all(_ANSWER % (len(self.answer), self.answer))
        except (trio.BrokenResourceError, EOFError):
            await trio.aclose_forcefully(stream)


@define
class _Reader:
    """Messages of HTTP/1.1 with a Content-Length, one after another."""

    stream: trio.SocketStream
    buffer: bytes = b""

    async def message(self) -> tuple[bytes, bytes]:
        while b"\r\n\r\n" not in self.buffer:
            await self._more()
        head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        found = re.search(rb"content-length: *(\d+)", head, re.IGNORECASE)
        length = int(found[1]) if found else 0
        while len(self.buffer) < length:
            await self._more()
        body, self.buffer = self.buffer[:length], self.buffer[length:]
        return head, body

    async def _more(self) -> None:
        part = await self.stream.receive_some(_READ_BYTES)
        if not part:
            raise EOFError
        self.buffer += part


@define
class Shoppers:
    """Shoppers at one page; each connection is a shopper after another."""

    port: int
    shop: BenchShop
    kind: str  #: TranType
    run_id: str
    email: str = ""
    _count: int = 0
    paid: list[Paid] = field(factory=list)

    def order(self) -> bytes:
        """The next order of the shop, signed."""
        self._count += 1
        shop = f"http://127.0.0.1:{self.shop.port}"
        fields = {
            "clientid": "600000000",
            "storetype": "3D_PAY_HOSTING",
            "TranType": self.kind,
            "amount": "31.50",
            "currency": "504",
            "oid": f"{self.run_id}-{self._count}",
            "okUrl": f"{shop}/ok",
            "failUrl": f"{shop}/fail",
            "callbackUrl": f"{shop}/callback",
            "shopurl": shop,
            "lang": "fr",
            "email": self.email,
            "BillToName": "Zoé Testeuse",
            "hashAlgorithm": "ver3",
            "encoding": "UTF-8",
            "rnd": str(time.time_ns()),
        }
        return _form(signed({name: value for name, value in fields.items() if value}, STORE_KEY))

    async def open(self) -> _Reader:
        stream = await trio.open_tcp_stream("127.0.0.1", self.port)
        return _Reader(stream)

    async def pay(self, line: _Reader, order: bytes, began: float) -> None:
        """One payment; ``began`` is when it was to begin, so that waiting for a connection counts."""
        head, _ = await self._asked(line, b"POST /fim/est3Dgate", order)
        address = _location(head)
        _, body = await self._asked(line, b"GET " + address)
        token = _TOKEN.search(body)
        assert token is not None, body[:300]
        card = {
            "token": html.unescape(token[1].decode()),
            "cardHolderName": "ZOE TESTEUSE",
            "pan": CARD,
            "Ecom_Payment_Card_ExpDate_Month": "12",
            "Ecom_Payment_Card_ExpDate_Year": "2029",
            "cv2": "000",
            "terms": "1",
        }
        card_began = time.perf_counter()
        head, _ = await self._asked(line, b"POST " + address, _form(card))
        card_ended = time.perf_counter()
        _, body = await self._asked(line, b"GET " + _location(head))
        assert b'<h1 class="good">' in body, body[:2000]
        ended = time.perf_counter()
        self.paid.append(Paid(whole_ms=(ended - began) * 1000, card_ms=(card_ended - card_began) * 1000))

    async def _asked(self, line: _Reader, what: bytes, body: bytes = b"") -> tuple[bytes, bytes]:
        request = what + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        if body:
            request += b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n" % len(body)
        await line.stream.send_all(request + b"\r\n" + body)
        return await line.message()

    async def closed_loop(self, shoppers: int, seconds: float) -> float:
        """So many shoppers, each paying again at once; the seconds it took."""
        began = time.perf_counter()
        async with trio.open_nursery() as nursery:
            for _ in range(shoppers):
                nursery.start_soon(self._again, began + seconds)
        return time.perf_counter() - began

    async def _again(self, until: float) -> None:
        line = await self.open()
        while time.perf_counter() < until:
            await self.pay(line, self.order(), time.perf_counter())
        await line.stream.aclose()

    async def paced(self, rate: float, seconds: float) -> float:
        """So many payments a second, whether the ones before have ended or not; the seconds it took."""
        idle: list[_Reader] = []
        began = time.perf_counter()

        async def one(at: float) -> None:
            line = idle.pop() if idle else await self.open()
            await self.pay(line, self.order(), at)
            idle.append(line)

        async with trio.open_nursery() as nursery:
            for number in range(int(rate * seconds)):
                at = began + number / rate
                await trio.sleep(max(0.0, at - time.perf_counter()))
                nursery.start_soon(one, at)
        for line in idle:
            await line.stream.aclose()
        return time.perf_counter() - began


def _form(fields: dict[str, str]) -> bytes:
    return "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in fields.items()).encode()


def _location(head: bytes) -> bytes:
    found = re.search(rb"(?i)location: *(\S+)", head)
    assert found is not None, head
    return found[1]
