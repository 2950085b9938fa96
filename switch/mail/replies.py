"""Replies of a mail server, each within its time and size, however slowly the server gives its bytes.

A time-out of a socket begins anew with every byte, so that a server that drips them would hold a sender for ever. Here a reply
has to be whole when its time is up.
"""

from __future__ import annotations

import smtplib
import socket
import time
from collections.abc import Callable
from typing import Any, Final

REPLY_BYTES_MAX: Final = 1 << 16  #: of one reply: RFC 5321 has lines of 512, and EHLO some dozens of them
_CHUNK_BYTES: Final = 4_096


class RepliesInTime:
    """The reading side of a connection: lines, as ``smtplib`` asks for them, until the time of a reply is up."""

    def __init__(self, sock: socket.socket, seconds: float) -> None:
        self._sock, self._seconds = sock, seconds
        self._buffer = b""
        self._until = 0.0
        self._left = 0

    def begin(self) -> None:
        """From here on the next reply has its time."""
        self._until, self._left = time.monotonic() + self._seconds, REPLY_BYTES_MAX

    def readline(self, size: int = -1) -> bytes:
        """The next line, or the beginning of one that is longer; nothing where the server has closed. TimeoutError, OSError."""
        size = size if size > 0 else REPLY_BYTES_MAX
        while b"\n" not in self._buffer[:size] and len(self._buffer) < size:
            left = self._until - time.monotonic()
            if left <= 0:
                raise TimeoutError("timed out")
            self._sock.settimeout(left)
            try:
                some = self._sock.recv(_CHUNK_BYTES)
            finally:
                self._sock.settimeout(self._seconds)
            if not some:
                break
            self._buffer += some
            self._left -= len(some)
            if self._left < 0:
                raise OSError(f"a reply of more than {REPLY_BYTES_MAX} bytes")
        end = self._buffer.find(b"\n", 0, size) + 1 or min(size, len(self._buffer))
        line, self._buffer = self._buffer[:end], self._buffer[end:]
        return line

    def close(self) -> None:
        """The socket is closed by whoever opened it."""


def _in_time(smtp: Any, read: Callable[[], tuple[int, bytes]]) -> tuple[int, bytes]:
    """The next reply, whole within the time-out of the connection."""
    if smtp.file is None:  # as smtplib leaves it, also once TLS has begun
        smtp.file = RepliesInTime(smtp.sock, smtp.timeout)
    smtp.file.begin()
    return read()


class PlainSmtp(smtplib.SMTP):
    """A connection that begins in clear."""

    def getreply(self) -> tuple[int, bytes]:
        return _in_time(self, super().getreply)


class WrappedSmtp(smtplib.SMTP_SSL):
    """A connection in TLS from its first byte."""

    def getreply(self) -> tuple[int, bytes]:
        return _in_time(self, super().getreply)
