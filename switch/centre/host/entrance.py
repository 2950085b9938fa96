"""Where acquirers come in: a listening socket that refuses connections for a time on cue.

Refused means what it means to TCP: nobody listens. The port stays bound meanwhile, so that no other process takes it.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Final

import trio

from switch.lines.sockets import accept

BACKLOG: Final = 1024  #: connections that may wait to be accepted
BIND_AGAIN_SECONDS: Final = 0.2  #: after which a port that could not be bound again is tried once more


class Entrance:
    """The socket of one listener."""

    def __init__(self, listening: socket.socket) -> None:
        self._socket, self._address, self._family = listening, listening.getsockname(), listening.family
        self._bound = True
        self._refused_until: float | None = None
        self._accepting = trio.CancelScope()

    async def accept(self, cannot: Callable[[OSError], None]) -> tuple[socket.socket, str]:
        """The next connection and its peer, as ``switch.lines.sockets.accept`` gives them; none comes while it refuses."""
        while True:
            while self._refused_until is not None:
                if trio.current_time() < self._refused_until:
                    await trio.sleep_until(self._refused_until)
                elif self._bound or self._bind(cannot):
                    self._socket.listen(BACKLOG)
                    self._refused_until = None
                else:
                    await trio.sleep(BIND_AGAIN_SECONDS)
            with trio.CancelScope() as self._accepting:
                return await accept(self._socket, cannot)

    def refuse(self, seconds: float) -> None:
        """Refuse every connection from now on, for so long at least."""
        until = trio.current_time() + seconds
        if self._refused_until is not None:
            self._refused_until = max(until, self._refused_until)
            return
        self._refused_until = until
        self._accepting.cancel()
        trio.lowlevel.notify_closing(self._socket)
        self._socket.close()
        self._bound = self._bind(lambda error: None)

    def _bind(self, cannot: Callable[[OSError], None]) -> bool:
        """Hold the port without listening; False where that cannot be done now."""
        sock = socket.socket(self._family)
        sock.setblocking(False)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if self._family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        try:
            sock.bind(self._address)
        except OSError as error:
            sock.close()
            cannot(error)
            return False
        self._socket = sock
        return True

    def close(self) -> None:
        """Take no further connection."""
        with suppress(OSError):
            self._socket.close()
