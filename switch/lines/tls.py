"""TLS on a line's socket, and the handshake in front of it.

A line reads and writes through ``TlsSocket`` as it does through a plain non-blocking socket. Nothing that is decrypted stays
behind: a read gives all that is whole, so the selector, which sees sockets alone, misses nothing. The handshake runs in the
task of its line, for a limited time, and nobody else waits for it.
"""

from __future__ import annotations

import socket
import ssl
from contextlib import suppress
from time import perf_counter
from typing import Final

import trio

from switch.errors import TlsError
from switch.lines.tls_context import ClientSide, ServerSide, tls_fault

HANDSHAKE_SECONDS_MAX: Final = 10.0  #: from the connection, or the first byte where plain messages are taken too, to its end
LEAVE_SECONDS_MAX: Final = 2.0  #: how long a peer that is refused may take to read why
LEAVE_BYTES_MAX: Final = 262_144  #: and how much it may go on sending meanwhile
STEP_BYTES: Final = 2_048  #: decrypted at once: 75 records that change keys, the worst there is, take two milliseconds
READ_SECONDS_MAX: Final = 0.001  #: after which no further step is begun for one line
RECORD_BYTES_MAX: Final = 16_384  #: of what one record carries
UNREAD_BYTES_MAX: Final = 131_072  #: of records a peer does not read, while it asks for more; twice what a line sends at once
SEALED_BYTES: Final = 65_536  #: encrypted at once: no more than this waits as records for a peer to read
FIRST_BYTES: Final = b"\x16\x03"  #: of a TLS record that begins a handshake; as a length header, a message of 5,635 bytes


class TlsSocket:
    """A non-blocking socket with TLS on it, to be used once ``agree`` has returned."""

    def __init__(self, sock: socket.socket, side: ServerSide | ClientSide) -> None:
        self.fault: str | None = None
        self.at_hand = False
        self._sock = sock
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        name = side.server_name if isinstance(side, ClientSide) else None
        self._tls = side.context.wrap_bio(
            self._incoming, self._outgoing, server_side=isinstance(side, ServerSide), server_hostname=name
        )
        self._agreed = self._ended = False
        self._records = b""  #: encrypted, and not taken by the system yet
        self._sealed = 0  #: how many bytes of what a line sends those records carry, with those that went before

    async def agree(self) -> None:
        """Shake hands. TlsError, with the sentence, where that comes to nothing; the peer is told why first."""
        try:
            with trio.fail_after(HANDSHAKE_SECONDS_MAX):
                await self._shake_hands()
        except trio.TooSlowError:
            raise TlsError(f"the handshake took more than {HANDSHAKE_SECONDS_MAX:g} s") from None
        except ssl.SSLError as error:
            await self._take_leave()
            raise TlsError(tls_fault(error)) from None
        except OSError as error:
            raise TlsError(f"the connection broke before TLS was agreed on ({error.strerror})") from None

    async def _shake_hands(self) -> None:
        while not self._agreed:
            try:
                self._tls.do_handshake()
                self._agreed = True
            except ssl.SSLWantReadError:
                pass
            self._records += self._outgoing.read()
            while not self._pushed():
                await trio.lowlevel.wait_writable(self._sock)
            if not self._agreed:
                await trio.lowlevel.wait_readable(self._sock)
                with suppress(BlockingIOError):
                    data = self._sock.recv(STEP_BYTES)
                    if not data:
                        raise TlsError("it closed the line before TLS was agreed on")
                    self._incoming.write(data)
        self.at_hand = self._incoming.pending > 0

    async def _take_leave(self) -> None:
        """Send the alert, and read on until the peer has had it: closed with bytes unread, a socket takes back what it sent."""
        with suppress(OSError), trio.move_on_after(LEAVE_SECONDS_MAX):
            self._records += self._outgoing.read()
            while not self._pushed():
                await trio.lowlevel.wait_writable(self._sock)
            self._sock.shutdown(socket.SHUT_WR)
            left = LEAVE_BYTES_MAX
            while left > 0:
                await trio.lowlevel.wait_readable(self._sock)
                left -= len(self._sock.recv(STEP_BYTES)) or left

    def recv(self, size: int, /) -> bytes:
        """All that can be decrypted of what has come, or what a gulp may take of it; BlockingIOError where that is nothing, no
        bytes at the peer's end. What is left stays with the system, so that the selector sees it."""
        said, read, until = list[bytes](), 0, perf_counter() + READ_SECONDS_MAX
        whole = False
        while not (self._ended or whole):
            if self.at_hand:
                self.at_hand = False
            else:
                try:
                    records = self._sock.recv(STEP_BYTES)
                except BlockingIOError:
                    break
                except OSError:
                    records = b""
                self._incoming.write(records)
                self._ended = not records
                read += len(records)
                whole = len(records) < STEP_BYTES or read >= size or perf_counter() >= until
            if not self._ended:
                self._ended = self._opened(said)
        if self._outgoing.pending:
            self._answer_on_its_own()
        if not said and not self._ended:
            raise BlockingIOError
        if said and self._ended:  # the selector is to wake up once more, for the end
            with suppress(OSError):
                self._sock.shutdown(socket.SHUT_RD)
        return b"".join(said)

    def _answer_on_its_own(self) -> None:
        """Send what TLS itself has to say: an alert, new keys for a peer that asked for them."""
        self._records += self._outgoing.read()
        with suppress(OSError):
            self._pushed()
        if len(self._records) > UNREAD_BYTES_MAX:
            self._ended, self.fault = True, f"TLS: it asks for new keys, and leaves {len(self._records)} bytes unread"

    def _opened(self, said: list[bytes]) -> bool:
        """Add what the whole records that have come carry; whether nothing follows."""
        try:
            while part := self._tls.read(RECORD_BYTES_MAX):
                said.append(part)
        except ssl.SSLWantReadError:
            return False
        except ssl.SSLZeroReturnError:
            pass
        except ssl.SSLError as error:
            self.fault = f"TLS: {tls_fault(error)}"
        return True

    def send(self, data: bytes | bytearray, /) -> int:
        """How many of these bytes the system has taken, all the records that carry them; BlockingIOError where none.

        Those it did not take may be encrypted already, so that the next call has to begin with them.
        """
        taken = 0
        if self._records or self._sealed:
            if not self._pushed():
                raise BlockingIOError
            taken, self._sealed = self._sealed, 0
        size = len(data)
        while taken < size:
            part = data if not taken and size <= SEALED_BYTES else data[taken : taken + SEALED_BYTES]
            self._tls.write(part)
            self._records = self._outgoing.read()
            if not self._pushed():
                self._sealed = len(part)
                break
            taken += len(part)
        if not taken and size:
            raise BlockingIOError
        return taken

    def _pushed(self) -> bool:
        """Whether the system has taken all the records there are."""
        if self._records:
            with suppress(BlockingIOError):
                self._records = self._records[self._sock.send(self._records) :]
        return not self._records

    def fileno(self) -> int:
        return self._sock.fileno()

    def setsockopt(self, level: int, option: int, value: int | bytes, /) -> None:
        self._sock.setsockopt(level, option, value)

    def getsockopt(self, level: int, option: int, /) -> int:
        return self._sock.getsockopt(level, option)

    def close(self) -> None:
        """Tell the peer that nothing more comes, where it reads, and close the socket."""
        with suppress(OSError):
            if self._agreed and not self._records:
                with suppress(ssl.SSLError):
                    self._tls.unwrap()
                self._records = self._outgoing.read()
                self._pushed()
        self._sock.close()

    @property
    def agreed_on(self) -> str:
        """Version and cipher, for people."""
        cipher = self._tls.cipher()
        return f"{self._tls.version()}, {cipher[0] if cipher else 'no cipher'}"


async def answer(sock: socket.socket, side: ServerSide) -> TlsSocket | None:
    """TLS with a peer that called; None where it is spoken to without: it begins with something else and may, or has gone.

    TlsError where TLS comes to nothing.
    """
    with trio.move_on_after(float("inf") if side.plain else HANDSHAKE_SECONDS_MAX) as waiting:
        opening = await _opening(sock)
    if waiting.cancelled_caught:
        raise TlsError(f"it sent nothing in {HANDSHAKE_SECONDS_MAX:g} s, expected TLS")
    if not opening or (side.plain and opening != FIRST_BYTES):
        return None
    if opening != FIRST_BYTES:
        raise TlsError("what it sends is no TLS, which this line expects")
    tls = TlsSocket(sock, side)
    await tls.agree()
    return tls


async def call(sock: socket.socket, side: ClientSide) -> TlsSocket:
    """TLS with a peer that was dialled. TlsError where that comes to nothing."""
    tls = TlsSocket(sock, side)
    await tls.agree()
    return tls


async def _opening(sock: socket.socket) -> bytes:
    """The first two bytes of a connection, which stay there to be read; none where it has ended."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, len(FIRST_BYTES))
    try:
        while True:
            await trio.lowlevel.wait_readable(sock)
            with suppress(BlockingIOError):
                return sock.recv(len(FIRST_BYTES), socket.MSG_PEEK)
    except OSError:
        return b""
    finally:
        with suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, 1)
