"""Sockets: listening, accepting, dialling, and noticing that a peer is gone."""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable
from typing import Final

import trio

ACCEPT_PAUSE_SECONDS: Final = 0.2  #: before one more connection is tried again that could not be taken
DIAL_SECONDS_MAX: Final = 5.0  #: a host that does not answer at all is tried again after so long
KEEP_ALIVE_IDLE_SECONDS: Final = 60  #: TCP itself probes a line that was silent for so long; the peer's program sees no byte
KEEP_ALIVE_EVERY_SECONDS: Final = 10  #: and again after so long
KEEP_ALIVE_PROBES: Final = 6  #: so many without an answer end the line: two minutes after its peer died


def _nobody_is_told(error: OSError) -> None:
    pass


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one. OSError where the address is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.create_server((host, port), family=family, backlog=1024)
    sock.setblocking(False)
    return sock


async def accept(sock: socket.socket, cannot: Callable[[OSError], None] = _nobody_is_told) -> tuple[socket.socket, str]:
    """The next connection of a listening socket, and its peer as ``host:port``.

    ``cannot`` is told each time one is there and cannot be taken now, for want of file descriptors mostly; it waits.
    """
    while True:
        await trio.lowlevel.wait_readable(sock)
        try:
            connection, address = sock.accept()
        except (BlockingIOError, ConnectionError):
            continue
        except OSError as error:
            if error.errno in (errno.EBADF, errno.EINVAL):
                raise
            cannot(error)
            await trio.sleep(ACCEPT_PAUSE_SECONDS)
            continue
        return connection, f"{address[0]}:{address[1]}"


def keep_alive(sock: socket.socket) -> None:
    """Let TCP find out when the other end is gone without a word, where nobody else asks it for an echo."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    idle = "TCP_KEEPIDLE" if hasattr(socket, "TCP_KEEPIDLE") else "TCP_KEEPALIVE"  # as macOS calls it
    seconds = {idle: KEEP_ALIVE_IDLE_SECONDS, "TCP_KEEPINTVL": KEEP_ALIVE_EVERY_SECONDS, "TCP_KEEPCNT": KEEP_ALIVE_PROBES}
    for option, value in seconds.items():
        sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)


async def dial(host: str, port: int) -> socket.socket:
    """A connection to an address; OSError where nobody answers."""
    with trio.move_on_after(DIAL_SECONDS_MAX):
        stream = await trio.open_tcp_stream(host, port)
        return not_to_itself(socket.socket(fileno=_detached(stream.socket)))
    raise TimeoutError(errno.ETIMEDOUT, f"no answer in {DIAL_SECONDS_MAX:g} s")


def not_to_itself(sock: socket.socket) -> socket.socket:
    """Refuse a connection whose two ends are one socket.

    Dialling a port of this machine nobody listens on, TCP may happen to take that very port for our own end, and connect.
    """
    try:
        if sock.getsockname() == sock.getpeername():
            raise ConnectionRefusedError(errno.ECONNREFUSED, "connected to itself: nobody listens there")
    except OSError:
        sock.close()
        raise
    return sock


def _detached(sock: trio.socket.SocketType) -> int:
    return sock.detach()
