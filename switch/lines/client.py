"""A client of a card centre: messages asked one after the other on a connection, or bytes sent as they are. Blocking, for the
command line."""

from __future__ import annotations

import math
import socket
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from switch.errors import FrameError, UnansweredError, UnreachableError
from switch.iso8583.framing import Frame, Framer
from switch.record import frozen

if TYPE_CHECKING:
    from switch.lines.tls_context import ClientSide

_READ_BYTES: Final = 65_536
CONNECT_SECONDS_MAX: Final = 5.0  #: a centre that runs accepts at once
QUIET_SECONDS: Final = 0.25  #: silence after which nothing more is taken to come for raw bytes that were answered


@frozen(kw_only=True)
class Answered:
    """A message that came back, and the time from sending to having it whole."""

    frame: Frame
    elapsed_ms: float


@frozen(kw_only=True)
class CameBack:
    """All the bytes that came for bytes that were sent, the time to the last of them, and whether the peer then closed."""

    data: bytes
    elapsed_ms: float
    closed: bool


class Conversation:
    """A connection that is made when it is needed; a line that broke is followed by another for the next message."""

    def __init__(
        self, host: str, port: int, framer: Callable[[], Framer], timeout_seconds: float, tls: ClientSide | None = None
    ) -> None:
        self._tls = tls
        self.place = f"{host}:{port}"
        self._address, self._framer_of, self._timeout_seconds = (host, port), framer, timeout_seconds
        self._connection: socket.socket | None = None
        self._framer = framer()

    def ask(self, frame: bytes, wanted: Callable[[bytes], bool]) -> Answered:
        """Send a frame and wait for the first message that is ``wanted``.

        UnreachableError where nobody listens, UnansweredError where the line is closed or no answer comes in time; FrameError
        where what comes cannot be cut into messages.
        """
        connection = self._connected()
        sent_at = time.perf_counter()
        try:
            connection.sendall(frame)
            return self._answer(connection, wanted, sent_at)
        except TimeoutError:
            raise UnansweredError(f"{self.place}: no answer in {self._timeout_seconds:g} s{self._partly()}") from None
        except OSError as fault:
            self.close()
            if self._tls is not None:
                refuse_certificate(fault, self.place)
            raise UnansweredError(f"{self.place}: the line broke before an answer ({fault.strerror})") from None
        except EOFError:
            self.close()
            raise UnansweredError(f"{self.place}: the line was closed without an answer{self._partly()}") from None

    def send_raw(self, data: bytes) -> CameBack:
        """Send bytes as they are, and take what comes until it is quiet, the line is closed, or the time is up."""
        connection, came = self._connected(), bytearray()
        sent_at = last_at = time.perf_counter()
        closed = False
        try:
            connection.sendall(data)
            while True:
                left = sent_at + self._timeout_seconds - time.perf_counter()
                connection.settimeout(max(min(left, QUIET_SECONDS) if came else left, 0.001))
                got = connection.recv(_READ_BYTES)
                last_at = time.perf_counter()
                if not got:
                    closed = True
                    break
                came += got
        except TimeoutError:
            pass
        except OSError as fault:
            if self._tls is not None:
                refuse_certificate(fault, self.place)
            closed = True
        return CameBack(data=bytes(came), elapsed_ms=(last_at - sent_at) * 1000, closed=closed)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connected(self) -> socket.socket:
        if self._connection is None:
            self._connection, self._framer = self._called(), self._framer_of()
        return self._connection

    def _called(self) -> socket.socket:
        host, port = self._address
        plain: Any = host.encode() if host.isascii() else host  # for text Python first loads its tables of international names
        try:
            connection = socket.create_connection((plain, port), timeout=min(self._timeout_seconds, CONNECT_SECONDS_MAX))
        except TimeoutError:
            raise UnreachableError(
                f"{self.place}: nobody took the call in time, expected a running Switch (switch up)"
            ) from None
        except (OSError, UnicodeError) as fault:
            why = getattr(fault, "strerror", None) or "no such host"
            raise UnreachableError(f"{self.place}: {why.lower()}, expected a running Switch (switch up)") from None
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection if self._tls is None else secured(connection, self._tls, self.place)

    def _answer(self, connection: socket.socket, wanted: Callable[[bytes], bool], sent_at: float) -> Answered:
        while True:
            left_seconds = sent_at + self._timeout_seconds - time.perf_counter()
            if left_seconds <= 0:
                raise TimeoutError
            connection.settimeout(left_seconds)
            data = connection.recv(_READ_BYTES)
            if not data:
                raise EOFError
            for frame in self._framer.feed(data):
                if wanted(frame.body):
                    return Answered(frame=frame, elapsed_ms=(time.perf_counter() - sent_at) * 1000)
            if self._framer.fault is not None:
                fault = self._framer.fault
                self.close()
                raise FrameError(f"the answer: {fault}") from None

    def _partly(self) -> str:
        return f"; {self._framer.incomplete}: do dialect, header and TPDU fit?" if self._framer.incomplete else ""


def exchange(
    host: str,
    port: int,
    framer: Framer,
    frame: bytes,
    *,
    wanted: Callable[[bytes], bool],
    timeout_seconds: float,
    tls: ClientSide | None = None,
) -> Answered:
    """A conversation of one message; errors as of ``Conversation.ask``."""
    speaking = Conversation(host, port, lambda: framer, timeout_seconds, tls)
    try:
        return speaking.ask(frame, wanted)
    finally:
        speaking.close()


def secured(connection: socket.socket, tls: ClientSide, place: str) -> socket.socket:
    """TLS on a connection."""
    import ssl

    from switch.lines.tls_context import option_for, tls_fault

    try:
        return tls.context.wrap_socket(connection, server_hostname=tls.server_name)
    except TimeoutError:
        raise UnreachableError(f"{place}: TLS was not agreed on in time: does this listener speak it?") from None
    except (ssl.SSLEOFError, ssl.SSLZeroReturnError, ConnectionError):
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


def is_timeout(seconds: float) -> bool:
    """Whether a number can be waited for: above zero, an hour at most, and a number at all."""
    return math.isfinite(seconds) and 0 < seconds <= 3600
