"""Calls of gateways: each ends alone, and one above the limit is turned away with a sentence."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import trio

from switch.lines.sockets import listen
from switch.recording.calls import take_calls


async def echoed(stream: trio.SocketStream, peer: str) -> None:
    """Give back what comes; ``break`` breaks the call."""
    while data := await stream.receive_some(100):
        if data == b"break":
            raise trio.BrokenResourceError
        await stream.send_all(data)


@asynccontextmanager
async def taken(told: list[str], at_once_max: int = 2) -> AsyncIterator[int]:
    """A place that takes calls; its port."""
    listening = listen("127.0.0.1", 0)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(take_calls, listening, echoed, told.append, at_once_max)
        yield listening.getsockname()[1]
        nursery.cancel_scope.cancel()


async def asked(stream: trio.SocketStream, data: bytes) -> bytes:
    with trio.fail_after(10):
        await stream.send_all(data)
        return bytes(await stream.receive_some(100))


async def test_one_above_the_limit_is_turned_away_and_the_next_is_served() -> None:
    told = list[str]()
    async with taken(told, at_once_max=1) as port:
        async with await trio.open_tcp_stream("127.0.0.1", port) as first:
            assert await asked(first, b"one") == b"one"
            async with await trio.open_tcp_stream("127.0.0.1", port) as more:
                with trio.fail_after(10):
                    assert await more.receive_some(1) == b""
            assert await asked(first, b"two") == b"two"
            await first.send_eof()
            assert await first.receive_some(1) == b"", "its place is free now"
        async with await trio.open_tcp_stream("127.0.0.1", port) as next_one:
            assert await asked(next_one, b"three") == b"three"
    assert [each.partition(": ")[2] for each in told] == ["1 connection is open already, this one is closed"]


async def test_a_call_that_breaks_ends_alone() -> None:
    async with taken([]) as port, await trio.open_tcp_stream("127.0.0.1", port) as other:
        assert await asked(other, b"one") == b"one"
        async with await trio.open_tcp_stream("127.0.0.1", port) as breaking:
            assert await asked(breaking, b"break") == b""
        assert await asked(other, b"two") == b"two"
