"""Reading the form in the body of a request, with a limit on its size, its fields and its time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import Final

import trio
from starlette.requests import Request
from starlette.responses import Response

from switch.gateway.protocol.posted import POST_BYTES_MAX, Posted

POST_SECONDS: Final = 30.0  #: for the whole body of a form
_FORM_TYPE: Final = "application/x-www-form-urlencoded"
_CHARSETS: Final = {"utf-8": "utf-8", "iso-8859-1": "latin-1", "windows-1252": "cp1252", "windows-1256": "cp1256"}


Handler = Callable[[Request], Awaitable[Response]]  #: what answers a request


class BadRequestError(Exception):
    """A request that cannot be read: status and sentence. ``retry_seconds`` is when it may be sent again, 0: never."""

    def __init__(self, status: int, sentence: str, retry_seconds: int = 0) -> None:
        super().__init__(sentence)
        self.status, self.sentence, self.retry_seconds = status, sentence, retry_seconds


async def posted_form(request: Request) -> Posted:
    """The form of a request. BadRequestError where there is none, or too much of it."""
    kind, _, more = request.headers.get("content-type", "").partition(";")
    if kind.strip().lower() != _FORM_TYPE:
        found = repr(kind[:60]) if kind else "nothing"
        raise BadRequestError(415, f"Content-Type: found {found}, expected {_FORM_TYPE}")
    charset = more.partition("charset=")[2].strip(' "').lower()
    body = bytearray()
    with trio.move_on_after(POST_SECONDS) as reading:
        async with aclosing(request.stream()) as parts:
            async for part in parts:
                body += part
                if len(body) > POST_BYTES_MAX:
                    raise BadRequestError(413, f"body: found more than {POST_BYTES_MAX} bytes, expected a form")
    if reading.cancelled_caught:
        raise BadRequestError(408, f"body: found {len(body)} bytes in {POST_SECONDS:g} s, expected a whole form")
    posted = Posted.from_form(bytes(body), _CHARSETS.get(charset, "utf-8"))
    if excess := posted.excess():
        raise BadRequestError(413, excess)
    return posted


def client_address(request: Request) -> str:
    """The address a request came from; empty where it has none."""
    return request.client.host if request.client is not None else ""
