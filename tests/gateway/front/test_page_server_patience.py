"""Clients that take their time, or say two things at once: what one connection may cost the payment page."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import trio

from switch.gateway.front.page_server import BROWSERS_MAX, HttpSettings, serve_pages
from switch.lines.sockets import listen

LARGE = 40_000_000  #: bytes of an answer that no socket buffers
MINUTES = 600.0  #: seconds after which nobody should still be waited for
PLAIN = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
LAST = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


class EchoSite:
    """An application that answers with what it was asked; ``/large`` gets more than sockets hold, ``/fault`` has a fault."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.gone = 0
        self.left = trio.Event()  #: a reader of pieces has gone
        self.port = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.asked.append(scope["path"])
        if scope["path"] == "/fault":
            raise LookupError("4507160000000010")
        while (part := await receive()).get("more_body"):
            pass
        if part["type"] == "http.disconnect":
            self.gone += 1
            return
        if scope["path"] == "/pieces":
            await self.in_pieces(receive, send)
            return
        body = b"x" * LARGE if scope["path"] == "/large" else scope["path"].encode()
        headers = [(b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def in_pieces(self, receive: Any, send: Any) -> None:
        """Answer piece by piece until the client has gone."""
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for piece in (b": first", b": second"):
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        assert (await receive())["type"] == "http.disconnect"
        self.left.set()

    async def stream(self) -> trio.SocketStream:
        return await trio.open_tcp_stream("127.0.0.1", self.port)

    async def exchanged(self, data: bytes) -> bytes:
        """Send bytes, and read to the end."""
        async with await self.stream() as stream:
            await stream.send_all(data)
            return await read_on(stream)


async def read_on(stream: trio.SocketStream) -> bytes:
    """What comes until the end, or until the connection breaks."""
    got = bytearray()
    try:
        while part := await stream.receive_some(65_536):
            got += part
    except trio.BrokenResourceError:
        pass
    return bytes(got)


@asynccontextmanager
async def echo_site(connections_max: int = BROWSERS_MAX) -> AsyncIterator[EchoSite]:
    site, ended = EchoSite(), trio.Event()
    with listen("127.0.0.1", 0) as sock:
        site.port = sock.getsockname()[1]
        async with trio.open_nursery() as nursery:
            await nursery.start(serve_pages, site, HttpSettings(), sock, ended, connections_max)
            yield site
            ended.set()


async def dribble(stream: trio.SocketStream, data: bytes, every_seconds: float) -> float:
    """Send byte by byte; after how many seconds that was no longer taken."""
    began = trio.current_time()
    try:
        for place in range(len(data)):
            await stream.send_all(data[place : place + 1])
            await trio.sleep(every_seconds)
    except trio.BrokenResourceError:
        pass
    return trio.current_time() - began


async def test_a_head_that_comes_byte_by_byte_is_waited_for_in_all_and_not_for_each_byte(autojump_clock: Any) -> None:
    async with echo_site() as site, await site.stream() as stream:
        assert await dribble(stream, b"GET / HTTP/1.1\r\nHost: " + b"x" * 1000, 20) < MINUTES


async def test_a_body_that_comes_byte_by_byte_is_waited_for_in_all_and_not_for_each_byte(autojump_clock: Any) -> None:
    async with echo_site() as site, await site.stream() as stream:
        await stream.send_all(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n")
        assert await dribble(stream, b"x" * 1000, 20) < MINUTES
        assert site.gone == 1


async def test_a_client_that_does_not_take_its_answer_loses_it(autojump_clock: Any) -> None:
    async with echo_site() as site, await site.stream() as stream:
        await stream.send_all(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
        await trio.sleep(MINUTES)
        assert len(await read_on(stream)) < LARGE


@pytest.mark.parametrize(
    "head",
    [
        "HTTP/1.1\r\nContent-Length: 4\r\nTransfer-Encoding: chunked",
        "HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 4",
        "HTTP/1.0\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked",
    ],
)
async def test_a_request_whose_end_can_be_read_in_two_ways_is_refused(head: str) -> None:
    async with echo_site() as site:
        got = await site.exchanged(f"POST / {head}\r\nHost: x\r\n\r\n0\r\n\r\n".encode() + PLAIN)
        assert got.startswith(b"HTTP/1.1 400 ")
        assert got.count(b"HTTP/1.1 ") == 1
        assert site.asked == []


async def test_a_target_with_the_whole_address_is_that_of_its_path() -> None:
    async with echo_site() as site:
        for target in ("http://shop.example:80/pay/a?b=c", "HTTPS://shop.example/pay/a"):
            await site.exchanged(f"GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        await site.exchanged(b"GET http://shop.example HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert site.asked == ["/pay/a", "/pay/a", "/"]


async def test_a_fault_of_the_application_is_answered_and_told_without_what_it_was_about(capsys: Any) -> None:
    async with echo_site() as site:
        got = await site.exchanged(b"GET /fault HTTP/1.1\r\nHost: x\r\n\r\n")
        assert got.startswith(b"HTTP/1.1 500 ")
    told = capsys.readouterr().err
    assert "LookupError" in told
    assert told.count("\n") == 1
    assert "4507" not in told


async def test_connections_that_wait_make_room_for_one_that_asks() -> None:
    async with echo_site(connections_max=3) as site:
        kept = [await site.stream() for _ in range(3)]
        for stream in kept:
            await stream.send_all(PLAIN)
            assert await stream.receive_some(1000)
        with trio.fail_after(10):
            assert (await site.exchanged(LAST)).startswith(b"HTTP/1.1 200 ")
            assert await kept[0].receive_some(1) == b"", "the one that waited longest has gone"
            await kept[2].send_all(PLAIN)
            assert await kept[2].receive_some(1000)
        for stream in kept:
            await stream.aclose()


async def test_an_answer_in_pieces_goes_out_piece_by_piece_until_its_reader_has_gone() -> None:
    async with echo_site() as site:
        async with await site.stream() as stream:
            await stream.send_all(b"GET /pieces HTTP/1.1\r\nHost: x\r\n\r\n")
            got = b""
            with trio.fail_after(10):
                while b": second" not in got:
                    got += await stream.receive_some(1000)
            assert b"transfer-encoding: chunked" in got.lower()
            assert not site.left.is_set()
        with trio.fail_after(10):
            await site.left.wait()


async def test_a_second_protocol_is_not_spoken() -> None:
    async with echo_site() as site:
        got = await site.exchanged(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
        assert got.startswith(b"HTTP/1.1 505 ")
        assert site.asked == []
