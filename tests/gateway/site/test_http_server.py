"""Clients that send what no browser sends: each loses its own connection, and the page goes on."""

from __future__ import annotations

import random
from pathlib import Path

import trio

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
