"""Addresses as people type them, and who serves at one until somebody asks to stop."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final

from switch.errors import SwitchError

if TYPE_CHECKING:
    import socket

    from switch.machine.stopping import Stop

PORT_MAX: Final = 65_535


def listening_at(address: str) -> socket.socket:
    """A listening socket at ``address``, the value of ``--listen``; SwitchError where there can be none."""
    from switch.lines.sockets import listen

    try:
        return listen(*address_of(address, "--listen", least=0))
    except OSError as fault:
        why = (os.strerror(fault.errno) if fault.errno else str(fault)).lower()
        raise SwitchError(
            f"--listen: {address}: {why}, expected a free address of this machine", hint="such as --listen 127.0.0.1:9583"
        ) from None


def address_of(text: str, what: str, *, least: int) -> tuple[str, int]:
    """Host and port of ``host:port``; SwitchError where it is none."""
    host, colon, port = text.rpartition(":")
    number = int(port) if port.isascii() and port.isdecimal() and len(port) <= len(str(PORT_MAX)) else -1
    if not colon or not host or not least <= number <= PORT_MAX:
        raise SwitchError(f"{what}: found {text!r}, expected an address and a port, such as 127.0.0.1:8583")
    return host.removeprefix("[").removesuffix("]"), number


def serve_until_asked(
    listening: socket.socket,
    serve: Callable[[socket.socket], Awaitable[None]],
    said: Callable[[str], str],
    stop: Stop,
) -> None:
    """Run ``serve`` on a socket until ``stop`` is asked; ``said`` is what a person is told of its address."""
    import trio

    from switch.cli.console.run import run
    from switch.cli.console.screen import say_text
    from switch.machine.stopping import FINISH

    bound, port = listening.getsockname()[:2]

    async def serving() -> None:
        say_text(said(f"{bound}:{port}"), None)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(serve, listening)
            await stop.comes_to(FINISH)
            nursery.cancel_scope.cancel()

    run(serving, stop, read_by_people=True)
