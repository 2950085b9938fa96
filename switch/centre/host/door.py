"""Whoever comes to the door of a running centre with an order, one after the other, and never for long."""

from __future__ import annotations

import json
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Final

import trio

from switch.data_folder.control_socket import ORDER_BYTES_MAX

Handle = Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]

AT_THE_DOOR_SECONDS_MAX: Final = 10.0  #: how long somebody may take to say an order, and to read the answer
PIECE_BYTES: Final = 65_536
AT_THE_DOOR_MAX: Final = 8  #: who else comes waits


async def serve_door(listening: socket.socket, handle: Handle) -> None:
    """Answer orders until cancelled; ``handle`` gives the answer of each."""
    door, places = trio.socket.from_stdlib_socket(listening), trio.CapacityLimiter(AT_THE_DOOR_MAX)
    async with trio.open_nursery() as nursery:
        while True:
            await places.acquire_on_behalf_of(token := object())
            try:
                asker, _ = await door.accept()
            except OSError:  # no descriptors are left, or the asker has gone again
                places.release_on_behalf_of(token)
                await trio.sleep(1)
                continue
            nursery.start_soon(_answer, asker, handle, places, token)


async def _answer(asker: trio.socket.SocketType, handle: Handle, places: trio.CapacityLimiter, token: object) -> None:
    try:
        with asker, suppress(OSError), trio.move_on_after(AT_THE_DOOR_SECONDS_MAX):
            order = await _order_of(asker)
            answer = {"error": "found no JSON object, expected an order"} if order is None else await handle(order)
            said = memoryview(json.dumps(answer).encode())
            while said:
                said = said[await asker.send(said) :]
    finally:
        places.release_on_behalf_of(token)


async def _order_of(asker: trio.socket.SocketType) -> dict[str, Any] | None:
    """What somebody says; None where it is no order, or too long."""
    said = bytearray()
    while piece := await asker.recv(PIECE_BYTES):
        said += piece
        if len(said) > ORDER_BYTES_MAX:
            return None
    try:
        order = json.loads(said)
    except (ValueError, RecursionError):
        return None
    return order if isinstance(order, dict) else None
