"""Clients that send what no browser sends: each loses its own connection, and the page goes on."""

from __future__ import annotations

import random
import re
from pathlib import Path

import trio

from switch.gateway.front.page_server import PAGE_END_SECONDS
from tests.support.payment_page import FRICTIONLESS, PaymentPage, payment_page

HEAD = b"POST /fim/est3Dgate HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\n"
LINES = [
    HEAD + b"Content-Length: 7\r\n\r\na=1&b=2 and more than that" + b"x" * 5000,
    HEAD + b"Content-Length: 7\r\n\r\na=1&b=2" + HEAD,
    HEAD + b"Content-Length: -1\r\n\r\n",
    HEAD + b"Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\nzz\r\n",
    HEAD + b"Transfer-Encoding: chunked\r\n\r\nffffffffff\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0" * 90,
    b"GET " + b"/" * 70_000,
    b"\x16\x03\x01\x02\x00\x01\x00",
    b"",
]


async def send(page: PaymentPage, data: bytes) -> None:
    """Send bytes, and go, or read to the end."""
    port = int(page.base.rpartition(":")[2])
    with trio.move_on_after(5):
        async with await trio.open_tcp_stream("127.0.0.1", port) as stream:
            try:
                await stream.send_all(data)
                await stream.send_eof()
                while await stream.receive_some(65_536):
                    pass
            except (trio.BrokenResourceError, OSError):
                pass


async def test_no_bytes_end_the_page(tmp_path: Path) -> None:
    chance = random.Random(1)
    async with payment_page(tmp_path / "gateway") as page:
        for _ in range(3):
            async with trio.open_nursery() as nursery:
                for line in LINES:
                    nursery.start_soon(send, page, line)
                    spoilt = bytearray(line or b"\0")
                    for _ in range(4):
                        spoilt[chance.randrange(len(spoilt))] = chance.randrange(256)
                    nursery.start_soon(send, page, bytes(spoilt))
        assert (await page.pay("AFTER-IT", FRICTIONLESS)).heading == "Payment approved"


async def test_requests_behind_one_another_are_answered_in_their_order(tmp_path: Path) -> None:
    async with payment_page(tmp_path / "gateway") as page:
        first = b"GET /static/page.css HTTP/1.1\r\nHost: x\r\n\r\n"
        last = b"HEAD /nowhere HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        got = await exchanged(page, first + first + last)
        assert re.findall(rb"HTTP/1.1 (\d+)", got) == [b"200", b"200", b"404"]
        assert got.endswith(b"\r\n\r\n"), "the answer to HEAD has no body"
        assert b"\r\ndate: " in got.lower()


async def test_a_form_is_asked_for_where_the_client_waits_for_that(tmp_path: Path) -> None:
    async with payment_page(tmp_path / "gateway") as page:
        head = HEAD + b"Expect: 100-continue\r\nContent-Length: 7\r\n\r\n"
        async with await trio.open_tcp_stream("127.0.0.1", int(page.base.rpartition(":")[2])) as stream:
            await stream.send_all(head)
            with trio.fail_after(10):
                assert bytes(await stream.receive_some(1000)).startswith(b"HTTP/1.1 100 ")
                await stream.send_all(b"a=1&b=2")
                assert bytes(await stream.receive_some(1000)).startswith(b"HTTP/1.1 400 ")


async def test_a_form_that_is_too_long_is_refused_before_it_has_come(tmp_path: Path) -> None:
    async with payment_page(tmp_path / "gateway") as page:
        got = await exchanged(page, HEAD + b"Content-Length: 9000000\r\n\r\n" + b"x" * 400_000)
        assert got.startswith(b"HTTP/1.1 413 ")


async def test_a_connection_that_waits_does_not_hold_up_the_end(tmp_path: Path) -> None:
    async with payment_page(tmp_path / "gateway") as page:
        stream = await trio.open_tcp_stream("127.0.0.1", int(page.base.rpartition(":")[2]))
        await stream.send_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        await stream.receive_some(65_536)
        began = trio.current_time()
    assert trio.current_time() - began < PAGE_END_SECONDS
    await stream.aclose()


async def exchanged(page: PaymentPage, data: bytes) -> bytes:
    """Send bytes, and read to the end."""
    got = b""
    with trio.fail_after(10):
        async with await trio.open_tcp_stream("127.0.0.1", int(page.base.rpartition(":")[2])) as stream:
            await stream.send_all(data)
            while part := await stream.receive_some(65_536):
                got += part
    return got
