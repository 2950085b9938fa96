"""One HTTP request to a shop, and its answer: with a limit on time and size, and followed nowhere else."""

from __future__ import annotations

import ssl
from typing import Final
from urllib.parse import quote, quote_plus, urlsplit, urlunsplit

import h11
import trio

from switch.acquirer.caller import why_not_called
from switch.errors import UnreachableError
from switch.record import frozen

CALL_SECONDS: Final = 10.0  #: for all of it
ANSWER_BYTES: Final = 64 * 1024  #: of an answer; more is not read
_READ_BYTES: Final = 16_384
_KEPT: Final = "%/:=&?~#+!$,;'@()*[]-._"


@frozen(kw_only=True)
class HttpAnswer:
    """What came back. Header names are in small letters."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str:
        return next((value for known, value in self.headers if known == name), "")


def form_body(fields: tuple[tuple[str, str], ...]) -> bytes:
    """``application/x-www-form-urlencoded``."""
    text = "&".join(f"{_escaped(name)}={_escaped(value)}" for name, value in fields)
    return text.encode("ascii")


def _escaped(text: str) -> str:
    return quote_plus(text.encode("utf-8", "surrogateescape"))


def ascii_url(url: str) -> str:
    """An address with the letters that a header cannot carry written out: the host by IDNA, the rest in percent.

    >>> ascii_url("http://b\u00fccher.example/a\u00e9?x=1%20")
    'http://xn--bcher-kva.example/a%C3%A9?x=1%20'
    >>> ascii_url("https://b\u00fccher.example:8443")
    'https://xn--bcher-kva.example:8443'
    """
    if url.isascii():
        return url
    parts = urlsplit(url)
    netloc = parts.netloc if parts.netloc.isascii() else _ascii_host(parts.hostname or "")
    if netloc is not parts.netloc and parts.port is not None:
        netloc = f"{netloc}:{parts.port}"
    path, query, fragment = (quote(each, safe=_KEPT) for each in (parts.path, parts.query, parts.fragment))
    return urlunsplit((parts.scheme, netloc, path, query, fragment))


def _ascii_host(host: str) -> str:
    try:
        return host.encode("idna").decode()
    except UnicodeError:  # no host has such a name
        return quote(host)


async def post_form(
    url: str, fields: tuple[tuple[str, str], ...], headers: tuple[tuple[str, str], ...] = (), *, seconds: float = CALL_SECONDS
) -> HttpAnswer:
    """Post a form. UnreachableError, in one sentence, where no whole answer comes in time."""
    form = (("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8"), *headers)
    return await call("POST", url, form_body(fields), form, seconds=seconds)


async def call(
    method: str, url: str, body: bytes = b"", headers: tuple[tuple[str, str], ...] = (), *, seconds: float = CALL_SECONDS
) -> HttpAnswer:
    """One request and its answer. UnreachableError, in one sentence, where no whole answer comes in time."""
    try:
        parts = urlsplit(ascii_url(url))
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        raise UnreachableError(f"found {url[:80]!r}, expected an address such as http://127.0.0.1:8080/callback") from None
    place = f"{host}:{port}"
    try:
        with trio.fail_after(seconds):
            stream = await _opened(host, port, secure=parts.scheme == "https")
            async with stream:
                target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
                known = (("Host", parts.netloc), ("Connection", "close"), ("Content-Length", str(len(body))), *headers)
                return await _exchange(stream, h11.Request(method=method, target=target, headers=list(known)), body)
    except trio.TooSlowError:
        raise UnreachableError(f"{place}: no answer in {seconds:g} s") from None
    except (h11.ProtocolError, UnicodeError, ValueError):
        raise UnreachableError(f"{place}: found something else, expected an answer in HTTP") from None
    except (trio.BrokenResourceError, trio.ClosedResourceError):
        raise UnreachableError(f"{place}: the line broke before an answer") from None
    except OSError as fault:
        raise UnreachableError(f"{place}: {why_not_called(fault) or 'no such host'}") from None


async def _opened(host: str, port: int, *, secure: bool) -> trio.abc.Stream:
    stream = await trio.open_tcp_stream(host, port)
    if not secure:
        return stream
    secured = trio.SSLStream(stream, ssl.create_default_context(), server_hostname=host, https_compatible=True)
    try:
        await secured.do_handshake()
    except trio.BrokenResourceError as fault:
        raise UnreachableError(f"{host}:{port}: TLS was not agreed on ({fault.__cause__ or fault})") from None
    return secured


async def _exchange(stream: trio.abc.Stream, request: h11.Request, body: bytes) -> HttpAnswer:
    connection = h11.Connection(our_role=h11.CLIENT)
    sent = [connection.send(request), connection.send(h11.Data(data=body)), connection.send(h11.EndOfMessage())]
    await stream.send_all(b"".join(part for part in sent if part))
    response: h11.Response | None = None
    content = bytearray()
    while True:
        event = connection.next_event()
        if event is h11.NEED_DATA:
            connection.receive_data(bytes(await stream.receive_some(_READ_BYTES)))
        elif isinstance(event, h11.Response):
            response = event
        elif isinstance(event, h11.Data):
            content += event.data
            if len(content) > ANSWER_BYTES:
                break
        elif isinstance(event, h11.EndOfMessage | h11.ConnectionClosed):
            break
    if response is None:
        raise h11.RemoteProtocolError("closed")
    headers = tuple((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in response.headers)
    return HttpAnswer(status=response.status_code, headers=headers, body=bytes(content[:ANSWER_BYTES]))
