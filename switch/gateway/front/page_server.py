"""HTTP/1.1 for an ASGI application, each connection for itself: whatever a client sends costs it its own connection alone.

A connection is one task: it reads a request, runs the application in place, sends the answer with one call, and waits for the
next. An answer that the application gives piece by piece goes out so. There are neither WebSockets nor a lifespan.
"""

from __future__ import annotations

import re
import socket
import ssl
import time
from collections.abc import Awaitable, Callable, MutableMapping
from email.utils import formatdate
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

import h11
import trio

from switch.gateway.payments.faults import tell_fault_of_page
from switch.record import frozen

#: At a time, below the 1,024 files that a process may open. For one more goes the connection that waits longest between
#: requests; where none waits, the new one.
BROWSERS_MAX: Final = 900
PAGE_END_SECONDS: Final = 5.0  #: for what is under way once somebody asks to stop
HEAD_SECONDS: Final = 30.0  #: for the whole head of a request, from its first byte
BODY_SECONDS: Final = 60.0  #: for its whole body, where the application does not give it less
TAKEN_SECONDS: Final = 60.0  #: for a client to take an answer
_IDLE_SECONDS: Final = 30.0  #: how long a connection may wait for its next request
_HANDSHAKE_SECONDS: Final = 30.0
_LINGER_SECONDS: Final = 1.0  #: for what a client still sends behind an answer that it has not waited for
_READ_BYTES: Final = 65_536

AsgiEvent = MutableMapping[str, Any]
AsgiApplication = Callable[
    [AsgiEvent, Callable[[], Awaitable[AsgiEvent]], Callable[[AsgiEvent], Awaitable[None]]], Awaitable[None]
]
#: What stands in front of the path where a target is a whole address, which servers have to take (RFC 9112, 3.2.2).
_WHOLE_ADDRESS: Final = re.compile(rb"^https?://[^/?#]*/?", re.IGNORECASE)
_GONE: Final[AsgiEvent] = {"type": "http.disconnect"}


@frozen(kw_only=True)
class HttpSettings:
    """Certificate and key where pages are served by https; both None: by http."""

    certificate: Path | None = None
    key: Path | None = None

    def tls(self) -> ssl.SSLContext | None:
        """OSError or ssl.SSLError where the files cannot be read."""
        if self.certificate is None or self.key is None:
            return None
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(self.certificate, self.key)
        context.set_alpn_protocols(["http/1.1"])
        return context


async def serve_pages(
    application: AsgiApplication,
    settings: HttpSettings,
    sock: socket.socket,
    ended: trio.Event,
    connections_max: int = BROWSERS_MAX,
    task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED,
) -> None:
    """Serve on a listening socket until ``ended``; then let requests end for a while. ``connections_max`` is how many
    connections there may be at a time."""
    site = _HttpSite(application, connections_max, secure=settings.certificate is not None)
    listener: Any = trio.SocketListener(trio.socket.from_stdlib_socket(sock))
    tls = settings.tls()
    if tls is not None:
        listener = trio.SSLListener(listener, tls, https_compatible=True)
    async with trio.open_nursery() as connections:
        async with trio.open_nursery() as accepting:
            accepting.start_soon(partial(trio.serve_listeners, site.connected, [listener], handler_nursery=connections))
            task_status.started()
            await ended.wait()
            accepting.cancel_scope.cancel()
        site.end()
        connections.cancel_scope.deadline = trio.current_time() + PAGE_END_SECONDS


class _HttpSite:
    """The connections of a site."""

    def __init__(self, application: AsgiApplication, connections_max: int, *, secure: bool) -> None:
        self.application, self.scheme = application, "https" if secure else "http"
        self._connections_max = connections_max
        self.ending = False
        self.waiting: dict[trio.CancelScope, None] = {}  #: those of connections between two requests, the longest first
        self._open = 0

    def end(self) -> None:
        """No further request is read."""
        self.ending = True
        for scope in self.waiting:
            scope.cancel()

    def _made_room(self) -> bool:
        """Whether there is a place for one more connection, or one that waits has given its own."""
        if self._open >= self._connections_max:
            longest = next(iter(self.waiting), None)
            if longest is None:
                return False
            del self.waiting[longest]
            longest.cancel()
        return True

    async def connected(self, stream: Any) -> None:
        if not self._made_room():
            return await trio.aclose_forcefully(stream)
        self._open += 1
        try:
            await self._served(stream)
        except (OSError, trio.BrokenResourceError, trio.ClosedResourceError, trio.TooSlowError, h11.ProtocolError):
            pass  # of a client; it has nobody else's connection
        except Exception as fault:  # of an answer that cannot be sent
            tell_fault_of_page(fault)
        finally:
            self._open -= 1
            with trio.CancelScope(shield=True, deadline=trio.current_time() + _LINGER_SECONDS):
                await trio.aclose_forcefully(stream)

    async def _served(self, stream: Any) -> None:
        inner = stream
        if isinstance(stream, trio.SSLStream):
            with trio.fail_after(_HANDSHAKE_SECONDS):
                await stream.do_handshake()
            inner = stream.transport_stream
        client, server = (_address(each) for each in (inner.socket.getpeername(), inner.socket.getsockname()))
        line = _HttpLine(self, stream, client, server)
        while await line.one_request():
            pass
        await line.close()


class _HttpLine:
    """One connection: requests, one after another."""

    def __init__(self, site: _HttpSite, stream: Any, client: tuple[str, int], server: tuple[str, int]) -> None:
        self._site, self._stream, self._client, self._server = site, stream, client, server
        self._h11 = h11.Connection(h11.SERVER)
        self._start: AsgiEvent | None = None
        self._body: list[bytes] = []
        self._begun = False  #: whether the answer is on its way
        self._read_until = 0.0  #: when no more of a request is waited for, by trio's clock

    async def one_request(self) -> bool:
        """Read a request and answer it; whether there may be another."""
        try:
            request = await self._request()
            if request is None:
                return False
            self._start, self._body, self._begun = None, [], False
            self._read_until = trio.current_time() + BODY_SECONDS
            await self._applied(self._scope(request))
            with trio.fail_after(TAKEN_SECONDS):
                await self._answered(request.method == b"HEAD")
        except h11.RemoteProtocolError as error:
            await self._refused(error.error_status_hint)
            return False
        if self._h11.our_state is not h11.DONE or self._h11.their_state is not h11.DONE or self._site.ending:
            return False
        self._h11.start_next_cycle()
        return True

    async def _request(self) -> h11.Request | None:
        """The head of the next request; None where there is none."""
        idle, self._read_until = True, trio.current_time() + _IDLE_SECONDS
        while True:
            event = self._h11.next_event()
            if isinstance(event, h11.Request):
                _refuse_odd(event)
                return event
            if event is not h11.NEED_DATA:
                return None
            with trio.CancelScope(deadline=self._read_until) as scope:
                if idle:
                    self._site.waiting[scope] = None
                try:
                    data = await self._stream.receive_some(_READ_BYTES)
                finally:
                    self._site.waiting.pop(scope, None)
            if scope.cancelled_caught or (not data and idle):
                return None
            self._h11.receive_data(bytes(data))
            if idle:
                idle, self._read_until = False, trio.current_time() + HEAD_SECONDS

    def _scope(self, request: h11.Request) -> AsgiEvent:
        path, _, query = _WHOLE_ADDRESS.sub(b"/", request.target).partition(b"?")
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": request.http_version.decode(),
            "method": request.method.decode("ascii").upper(),
            "scheme": self._site.scheme,
            "path": unquote(path.decode("ascii")),
            "raw_path": path,
            "query_string": query,
            "root_path": "",
            "headers": list(request.headers),
            "client": self._client,
            "server": self._server,
        }

    async def _applied(self, scope: AsgiEvent) -> None:
        """Let the application answer. Where it has a fault, that is told, and the answer is one without content."""
        try:
            await self._site.application(scope, self._receive, self._send)
        except Exception as fault:
            tell_fault_of_page(fault)
            if self._begun:
                raise trio.BrokenResourceError from None  # half of it is sent: its client sees that it has no end
            self._start, self._body = {"status": 500, "headers": [(b"content-length", b"0"), (b"connection", b"close")]}, []

    async def _receive(self) -> AsgiEvent:
        """The next part of the body; that the client is gone where no more of it comes."""
        try:
            return await self._next_part()
        except (h11.RemoteProtocolError, trio.BrokenResourceError, OSError):
            return _GONE

    async def _next_part(self) -> AsgiEvent:
        if self._h11.they_are_waiting_for_100_continue:
            go_on = self._h11.send(h11.InformationalResponse(status_code=100, headers=[]))
            await self._stream.send_all(go_on or b"")
        while True:
            event = self._h11.next_event()
            if isinstance(event, h11.Data):
                return {"type": "http.request", "body": bytes(event.data), "more_body": True}
            if isinstance(event, h11.EndOfMessage):
                return {"type": "http.request", "body": b"", "more_body": False}
            if event is h11.PAUSED:
                return await self._hung_up()
            if event is not h11.NEED_DATA:
                return _GONE
            with trio.move_on_at(self._read_until) as reading:
                self._h11.receive_data(bytes(await self._stream.receive_some(_READ_BYTES)))
            if reading.cancelled_caught:
                return _GONE

    async def _hung_up(self) -> AsgiEvent:
        """Wait until the client is gone. What it sends meanwhile is the begin of its next request."""
        ahead = 0
        while ahead <= _READ_BYTES and (data := await self._stream.receive_some(_READ_BYTES)):
            self._h11.receive_data(bytes(data))
            ahead += len(data)
        return _GONE

    async def _send(self, message: AsgiEvent) -> None:
        """Keep what the application answers until it is whole; where there is more to come, send it."""
        if message["type"] == "http.response.start":
            self._start = message
        elif message["type"] == "http.response.body":
            self._body.append(message.get("body", b""))
            if message.get("more_body"):
                with trio.fail_after(TAKEN_SECONDS):
                    await self._stream.send_all(b"".join(self._pieces(head_only=False)))

    async def _answered(self, head_only: bool) -> None:
        if self._start is None:
            raise h11.RemoteProtocolError("the client went away", 400)
        parts = self._pieces(head_only=head_only)
        parts.append(self._h11.send(h11.EndOfMessage()) or b"")
        await self._stream.send_all(b"".join(parts))

    def _pieces(self, *, head_only: bool) -> list[bytes]:
        """What can be sent of the answer by now: its head, unless that is sent, and what there is of its body."""
        assert self._start is not None, "an answer without its start"
        parts, body = [], [] if head_only else self._body
        if not self._begun:
            self._begun = True
            self._passed_over()
            headers = [*self._start["headers"], (b"date", _date(int(time.time())))]
            if self._site.ending:
                headers.append((b"connection", b"close"))
            parts.append(self._h11.send(h11.Response(status_code=self._start["status"], headers=headers)))
        parts += [self._h11.send(h11.Data(data=each)) for each in body if each]
        self._body = []
        return [part for part in parts if part]

    def _passed_over(self) -> None:
        """The end of a request that has come, and that the application did not ask for: of one without a body."""
        if self._h11.their_state is h11.SEND_BODY and not self._h11.they_are_waiting_for_100_continue:
            while isinstance(self._h11.next_event(), h11.Data):
                pass

    async def _refused(self, status: int) -> None:
        """What could not be read is answered where it still can be."""
        if self._h11.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            headers = [(b"content-length", b"0"), (b"connection", b"close"), (b"date", _date(int(time.time())))]
            answer = self._h11.send(h11.Response(status_code=status, headers=headers)) or b""
            with trio.fail_after(TAKEN_SECONDS):
                await self._stream.send_all(answer + (self._h11.send(h11.EndOfMessage()) or b""))
            await self.close()

    async def close(self) -> None:
        """End the connection so that a client still reads the answer to what it was sending."""
        if self._h11.their_state is h11.SEND_BODY or self._h11.our_state is h11.ERROR:
            with trio.move_on_after(_LINGER_SECONDS):
                if not isinstance(self._stream, trio.SSLStream):
                    await self._stream.send_eof()
                while await self._stream.receive_some(_READ_BYTES):
                    pass
        with trio.move_on_after(_LINGER_SECONDS):
            await self._stream.aclose()


def _refuse_odd(request: h11.Request) -> None:
    """h11.RemoteProtocolError for another HTTP, and where whoever stands in front of this server could see another end of a
    request than it does (RFC 9112, 6.1): what one takes for its body, the other takes for a request of its own."""
    names = {name for name, _ in request.headers}
    if request.http_version not in (b"1.0", b"1.1"):
        raise h11.RemoteProtocolError(f"HTTP {request.http_version!r}: expected 1.0 or 1.1", 505)
    if b"transfer-encoding" in names and (b"content-length" in names or request.http_version < b"1.1"):
        raise h11.RemoteProtocolError("Transfer-Encoding: found it beside Content-Length or in HTTP/1.0, expected one length")


@lru_cache(maxsize=2)
def _date(seconds: int) -> bytes:
    return formatdate(seconds, usegmt=True).encode("ascii")


def _address(name: Any) -> tuple[str, int]:
    return str(name[0]), int(name[1])
