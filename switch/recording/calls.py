"""Calls of gateways on one address: each for itself, and no more at a time than there is room for."""

from __future__ import annotations

import socket
from collections.abc import Awaitable, Callable
from contextlib import closing
from typing import Final

import trio

from switch.display.plural import plural
from switch.lines.sockets import accept, keep_alive

CALLS_AT_ONCE_MAX: Final = 500


async def take_calls(
    listening: socket.socket,
    serve: Callable[[trio.SocketStream, str], Awaitable[None]],
    tell: Callable[[str], None],
    at_once_max: int = CALLS_AT_ONCE_MAX,
) -> None:
    """``serve`` every call with its peer, until cancelled; the socket is closed then. A call that breaks ends alone."""
    calls = 0

    async def one(connection: socket.socket, peer: str) -> None:
        nonlocal calls
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            keep_alive(connection)
            async with trio.SocketStream(trio.socket.from_stdlib_socket(connection)) as stream:
                await serve(stream, peer)
        except* (OSError, trio.BrokenResourceError, trio.ClosedResourceError):
            connection.close()
        finally:
            calls -= 1

    async with trio.open_nursery() as nursery:
        with closing(listening):
            while True:
                connection, peer = await accept(listening)
                if calls >= at_once_max:
                    connection.close()
                    open_already = plural(at_once_max, "connection is", "connections are")
                    tell(f"{peer}: {open_already} open already, this one is closed")
                    continue
                calls += 1
                nursery.start_soon(one, connection, peer)
