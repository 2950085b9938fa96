"""Running the API: its socket, its token, its server, until it is asked to stop or its centre is gone."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Final

import trio
from hypercorn.config import Config

from switch.control.access import Gate, Token
from switch.control.application import ControlApi
from switch.control.desks.call import Desk
from switch.control.limits import API_CONNECTIONS_MAX, API_READ_SECONDS
from switch.control.live_events import LiveEvents
from switch.errors import UnreachableError
from switch.gateway.site.http_server import serve_http
from switch.lines.sockets import listen
from switch.machine.stopping import FINISH, Stop
from switch.record import frozen

GENTLE: Final = 10  #: of ``nice``: whatever is asked of the API, the switch goes first
_REQUESTS_PER_CONNECTION: Final = 1_000_000  #: a client that keeps its connection is not cut off
_IDLE_SECONDS: Final = 60.0  #: a kept connection that asks for nothing is closed


@frozen(kw_only=True)
class ApiOptions:
    """What ``switch api serve`` was asked for."""

    host: str
    port: int
    token: Token | None
    version: str


async def serve_api(
    desk: Desk, options: ApiOptions, *, stop: Stop, listening: Callable[[str, int], None], leashed: bool = False
) -> None:
    """Serve the API until somebody asks to stop; ``leashed``, until standard input ends, too."""
    try:
        sock = listen(options.host, options.port)
    except OSError as error:
        why = os.strerror(error.errno) if error.errno else error
        raise UnreachableError(f"--api: found {options.host}:{options.port} {why}, expected a free address") from None
    if leashed:
        os.nice(GENTLE)
    with sock:
        host, port = sock.getsockname()[:2]
        events, ended = LiveEvents(desk), trio.Event()
        application = ControlApi(desk, Gate(options.token, port), events, options.version)
        async with trio.open_nursery() as nursery:
            await nursery.start(events.run)
            await nursery.start(_serve, application, sock, ended, nursery.cancel_scope)
            listening(host, port)
            nursery.start_soon(_end_when_asked, stop, ended)
            if leashed:
                nursery.start_soon(_end_with_input, ended)


async def _serve(
    application: ControlApi,
    sock: socket.socket,
    ended: trio.Event,
    scope: trio.CancelScope,
    task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED,
) -> None:
    await serve_http(application, _config(), sock, ended, API_CONNECTIONS_MAX, task_status)
    scope.cancel()


async def _end_when_asked(stop: Stop, ended: trio.Event) -> None:
    await stop.comes_to(FINISH)
    ended.set()


async def _end_with_input(ended: trio.Event) -> None:
    """Whoever started this process holds the other end of its standard input."""
    with suppress(OSError):
        async with trio.lowlevel.FdStream(os.dup(sys.stdin.fileno())) as stream:
            while await stream.receive_some():
                pass
    ended.set()


def _config() -> Config:
    config = Config()
    config.accesslog = None
    config.errorlog = None
    config.include_server_header = False
    config.read_timeout = API_READ_SECONDS
    config.keep_alive_timeout = _IDLE_SECONDS
    config.keep_alive_max_requests = _REQUESTS_PER_CONNECTION
    return config
