"""Bodies that come in pieces: each byte counts once, and the limit is the same however they are cut.

A form at the page and in the shop, a body at the control API, an order at the door of a centre.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from itertools import pairwise

import pytest
import trio
from starlette.requests import Request

from switch.centre.host.door import _order_of
from switch.control.application import _bytes_of
from switch.control.desks.problem import ProblemError
from switch.control.limits import BODY_BYTES_MAX
from switch.data_folder.control_socket import ORDER_BYTES_MAX
from switch.gateway.front.form_post import BadRequestError, posted_form
from switch.gateway.protocol.posted import POST_BYTES_MAX
from switch.shop.site import _posted

#: How often a body is cut.
CUTS = (0, 1, 2, 7, 64)


def pieces_of(body: bytes, cuts: int) -> list[bytes]:
    places = [len(body) * place // (cuts + 1) for place in range(cuts + 2)]
    return [body[begin:end] for begin, end in pairwise(places)]


def request(pieces: list[bytes]) -> Request:
    """A request whose body comes in these pieces, of which no header says how long it is."""
    left = [{"type": "http.request", "body": piece, "more_body": True} for piece in pieces]
    left.append({"type": "http.request", "body": b"", "more_body": False})

    async def receive() -> dict[str, object]:
        return dict(left.pop(0))

    headers = [(b"content-type", b"application/x-www-form-urlencoded")]
    return Request({"type": "http", "method": "POST", "headers": headers}, receive)


async def form_bytes(pieces: list[bytes]) -> int:
    return len((await posted_form(request(pieces)))["a"]) + len("a=")


async def shop_bytes(pieces: list[bytes]) -> int:
    return len((await _posted(request(pieces)))["a"]) + len("a=")


async def body_bytes(pieces: list[bytes]) -> int:
    return len(await _bytes_of(request(pieces)))


async def order_bytes(pieces: list[bytes]) -> int:
    """How long an order at the door is that is taken; 0 of one that is none."""
    ours, theirs = trio.socket.socketpair()
    with ours, theirs:
        order = None

        async def listen() -> None:
            nonlocal order
            order = await _order_of(ours)

        async with trio.open_nursery() as nursery:
            nursery.start_soon(listen)
            for piece in pieces:
                said = memoryview(piece)
                while said:
                    said = said[await theirs.send(said) :]
            theirs.shutdown(trio.socket.SHUT_WR)
    return 0 if order is None else len(json.dumps(order))


def order(size: int) -> bytes:
    empty = len(json.dumps({"a": ""}))
    return json.dumps({"a": "x" * (size - empty)}).encode()


Take = Callable[[list[bytes]], Awaitable[int]]
#: What takes a body, how long it may be, and a body of so many bytes.
TAKEN: dict[str, tuple[Take, int, Callable[[int], bytes]]] = {
    "form": (form_bytes, POST_BYTES_MAX, lambda size: b"a=".ljust(size, b"x")),
    "shop": (shop_bytes, POST_BYTES_MAX, lambda size: b"a=".ljust(size, b"x")),
    "control API": (body_bytes, BODY_BYTES_MAX, bytes),
    "door": (order_bytes, ORDER_BYTES_MAX, order),
}


@pytest.mark.parametrize("cuts", CUTS)
@pytest.mark.parametrize("where", TAKEN)
async def test_a_body_of_the_longest_length_is_taken_whole_however_it_is_cut(where: str, cuts: int) -> None:
    take, longest, body = TAKEN[where]
    assert await take(pieces_of(body(longest), cuts)) == longest


@pytest.mark.parametrize("cuts", CUTS)
@pytest.mark.parametrize("where", ["form", "control API"])
async def test_a_byte_more_is_refused_however_it_is_cut(where: str, cuts: int) -> None:
    take, longest, body = TAKEN[where]
    with pytest.raises((BadRequestError, ProblemError)) as refused:
        await take(pieces_of(body(longest + 1), cuts))
    assert f"body: found more than {longest} bytes, expected " in str(refused.value)


@pytest.mark.parametrize("cuts", CUTS)
async def test_the_shop_takes_no_more_of_a_form(cuts: int) -> None:
    take, longest, body = TAKEN["shop"]
    assert await take(pieces_of(body(3 * longest), cuts)) == longest


@pytest.mark.parametrize("cuts", [0, 64])
async def test_a_longer_order_is_none(cuts: int) -> None:
    assert await order_bytes(pieces_of(order(ORDER_BYTES_MAX + 1), cuts)) == 0
