"""Hypercorn's connections, each for itself: whatever a client sends costs it its own connection, and nobody else's.

Hypercorn lets some faults of a connection end its whole server (bytes behind a request that said it was the last), so the loop
that accepts connections is ours.
"""

from __future__ import annotations

import socket
from functools import partial
from typing import Any, Final

import trio
from hypercorn.app_wrappers import ASGIWrapper
from hypercorn.config import Config
from hypercorn.trio.tcp_server import TCPServer
from hypercorn.trio.worker_context import WorkerContext
from hypercorn.typing import ConnectionState

PAGE_CONNECTIONS_MAX: Final = 900  #: at a time, below the 1,024 files a process may open; one more is closed at once
GRACE_SECONDS: Final = 5.0  #: for what is under way once somebody asks to stop


async def serve_http(
    application: Any,
    config: Config,
    sock: socket.socket,
    ended: trio.Event,
    connections_max: int = PAGE_CONNECTIONS_MAX,
    task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED,
) -> None:
    """Serve an ASGI application on a listening socket until ``ended``; then let requests end for a while. ``connections_max``
    is how many connections there may be at a time."""
    context, state, open_now = WorkerContext(None), ConnectionState({}), 0
    wrapped = ASGIWrapper(application)

    async def one(stream: Any) -> None:
        nonlocal open_now
        if open_now >= connections_max:
            return await trio.aclose_forcefully(stream)
        open_now += 1
        try:
            await _alone(_Connection(wrapped, config, context, state, stream), stream)
        finally:
            open_now -= 1

    listener: Any = trio.SocketListener(trio.socket.from_stdlib_socket(sock))
    tls = config.create_ssl_context()
    if tls is not None:
        listener = trio.SSLListener(listener, tls, https_compatible=True)
    async with trio.open_nursery() as connections:
        async with trio.open_nursery() as accepting:
            accepting.start_soon(partial(trio.serve_listeners, one, [listener], handler_nursery=connections))
            task_status.started()
            await ended.wait()
            accepting.cancel_scope.cancel()
        await context.terminated.set()
        connections.cancel_scope.deadline = trio.current_time() + GRACE_SECONDS


class _Connection(TCPServer):
    """A connection that ends when its client has closed it: Hypercorn would keep its place until its idle time is over."""

    async def _read_data(self) -> None:
        await super()._read_data()
        await self.idle_task.stop()


async def _alone(server: TCPServer, stream: Any) -> None:
    """One connection; its faults end it, and go nowhere."""
    try:
        await server.run()
    except BaseExceptionGroup as group:
        ours, _ = group.split((trio.Cancelled, KeyboardInterrupt, SystemExit))
        await trio.aclose_forcefully(stream)
        if ours is not None:
            raise ours from None
    except Exception:
        await trio.aclose_forcefully(stream)
