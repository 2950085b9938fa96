"""A client of a card centre for one exchange: connect, send one frame, wait for its answer. Blocking, for the command line."""

from __future__ import annotations

import math
import socket
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from attrs import frozen

from switch.errors import FrameError, UnansweredError, UnreachableError
from switch.iso8583.framing import Framer

if TYPE_CHECKING:
    from switch.lines.tls_context import ClientSide

_READ_BYTES = 65_536
CONNECT_SECONDS_MAX = 5.0  #: a centre that runs accepts at once


@frozen(kw_only=True)
class Answer:
    """A message that came back, and the time from sending to having it whole."""

    body: bytes
    elapsed_ms: float


def exchange(
    host: str,
    port: int,
    framer: Framer,
    frame: bytes,
    *,
    wanted: Callable[[bytes], bool],
    timeout_seconds: float,
    tls: ClientSide | None = None,
) -> Answer:
    """Send a frame and wait for the first message that is ``wanted``.

    UnreachableError where nobody listens or TLS comes to nothing, UnansweredError where the line is closed or no answer comes
    in time; FrameError where what comes cannot be cut into messages.
    """
    place = f"{host}:{port}"
    try:
        connection = socket.create_connection((host, port), timeout=min(timeout_seconds, CONNECT_SECONDS_MAX))
    except TimeoutError:
        raise UnreachableError(f"{place}: nobody took the call in time, expected a running centre (switch up)") from None
    except (OSError, UnicodeError) as fault:
        why = getattr(fault, "strerror", None) or "no such host"
        raise UnreachableError(f"{place}: {why.lower()}, expected a running centre (switch up)") from None
    connection = connection if tls is None else secured(connection, tls, place)
    with connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sent_at = time.perf_counter()
        try:
            connection.sendall(frame)
            return _answer(connection, framer, wanted, sent_at, timeout_seconds)
        except TimeoutError:
            raise UnansweredError(f"{place}: no answer in {timeout_seconds:g} s{_partly(framer)}") from None
        except OSError as fault:
            if tls is not None:
                refuse_certificate(fault, place)
            raise UnansweredError(f"{place}: the line broke before an answer ({fault.strerror})") from None
        except EOFError:
            raise UnansweredError(f"{place}: the line was closed without an answer{_partly(framer)}") from None


def secured(connection: socket.socket, tls: ClientSide, place: str) -> socket.socket:
    """TLS on a connection."""
    import ssl

    from switch.lines.tls_context import option_for, tls_fault

    try:
        return tls.context.wrap_socket(connection, server_hostname=tls.server_name)
    except TimeoutError:
        raise UnreachableError(f"{place}: TLS was not agreed on in time: does this listener speak it?") from None
    except (ssl.SSLEOFError, ConnectionError):
        raise UnreachableError(f"{place}: the line was closed before TLS was agreed on: does this listener speak it?") from None
    except ssl.SSLError as fault:
        raise UnreachableError(f"{place}: TLS: {tls_fault(fault)}{option_for(fault)}") from None
    except (OSError, ValueError) as fault:
        why = getattr(fault, "strerror", None) or fault
        raise UnreachableError(f"{place}: the line broke before TLS was agreed on ({why})") from None


def refuse_certificate(fault: OSError, place: str) -> None:
    """UnreachableError where the other end refuses our certificate: under TLS 1.3 that shows when the answer is waited for."""
    import ssl

    from switch.lines.tls_context import is_refusal, option_for, tls_fault

    if isinstance(fault, ssl.SSLError) and is_refusal(fault):
        raise UnreachableError(f"{place}: TLS: {tls_fault(fault)}{option_for(fault)}") from None


def _answer(
    connection: socket.socket, framer: Framer, wanted: Callable[[bytes], bool], sent_at: float, timeout_seconds: float
) -> Answer:
    while True:
        left_seconds = sent_at + timeout_seconds - time.perf_counter()
        if left_seconds <= 0:
            raise TimeoutError
        connection.settimeout(left_seconds)
        data = connection.recv(_READ_BYTES)
        if not data:
            raise EOFError
        for frame in framer.feed(data):
            if wanted(frame.body):
                return Answer(body=frame.body, elapsed_ms=(time.perf_counter() - sent_at) * 1000)
        if framer.fault is not None:
            raise FrameError(f"the answer: {framer.fault}") from None


def _partly(framer: Framer) -> str:
    return f"; {framer.incomplete}: do dialect, header and TPDU fit?" if framer.incomplete else ""


def is_timeout(seconds: float) -> bool:
    """Whether a number can be waited for: above zero, an hour at most, and a number at all."""
    return math.isfinite(seconds) and 0 < seconds <= 3600
