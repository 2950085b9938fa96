"""A line: one TCP connection that carries ISO 8583 frames, read in gulps and written once a turn.

Sockets are plain non-blocking ones: a gulp costs one system call however many messages it holds, and writing needs no task at
all as long as the peer reads.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Final, Literal, Protocol

import trio

from switch.errors import MessageError
from switch.iso8583.codec import NOTHING_ADDED, Codec
from switch.iso8583.dialect import EDITION_1993
from switch.iso8583.edition93.action_codes import action_code
from switch.iso8583.edition93.translation import Translation
from switch.iso8583.framing import Frame, Framer
from switch.iso8583.message import Message
from switch.iso8583.mti import VERSIONS
from switch.iso8583.values import in_ascii
from switch.lines.wire_format import WireFormat

ACQUIRER: Final = "acquirer"  #: the leg of acquirers' lines; an issuer's leg is named by its id
RECEIVED: Final = "received"
SENT: Final = "sent"
Direction = Literal["received", "sent"]  #: which way a message went, as the centre sees it

READ_BYTES: Final = 65_536  #: a gulp; several hundred messages
OPENING_BYTES_MAX: Final = 2_048  #: the first of a line, to tell what it looks like: two or three messages
UNREAD_SECONDS_MAX: Final = 2.0  #: how long a line that ends waits for its peer to read some of what was sent
#: An acquirer that leaves more than this unread is not read from until it catches up. What can still be added then is what it
#: has asked already: the answers due, and the rest of the gulp.
UNSENT_BYTES_MAX: Final = 1_048_576
#: An issuer that leaves as much unread, and takes nothing for so long, is lost: half of what a request may take.
DEAF_SECONDS_MAX: Final = 5.0
#: And so is one that reads and leaves more than this: 50,000 requests, which may wait for it, of 650 bytes.
DEAF_BYTES_MAX: Final = 33_554_432
#: Between two bytes of a frame that is sent byte by byte: one of 200 bytes then takes two seconds.
TRICKLE_SECONDS: Final = 0.01
#: SO_LINGER: on, for 0 s; the system drops what it still holds for the peer.
LINGER_FOR_NOTHING: Final = struct.pack("ii", 1, 0)


Frames = Iterator[Frame | None]  #: as they stand in a gulp; None for a keep-alive


class Transport(Protocol):
    """What bytes go through: a plain non-blocking socket, or TLS on one (``switch.lines.tls``)."""

    def fileno(self) -> int: ...

    def recv(self, size: int, /) -> bytes: ...

    def send(self, data: bytes | bytearray, /) -> int: ...

    def setsockopt(self, level: int, option: int, value: int | bytes, /) -> None: ...

    def getsockopt(self, level: int, option: int, /) -> int: ...

    def close(self) -> None: ...


class Secured(Transport, Protocol):
    """TLS on a socket. ``send`` is called again with the same bytes first until it has said that they are sent."""

    @property
    def at_hand(self) -> bool:
        """Whether bytes have come that no socket tells of: they were read together with the end of the handshake."""

    @property
    def fault(self) -> str | None:
        """Why nothing more can be read, in words, where it is no plain end."""


class Tap(Protocol):
    """Receives every byte of a line, whether it belongs to a message or not (``switch.trace.told``)."""

    def heard(self, line: Line, frames: Sequence[Frame]) -> None:
        """Frames came in; once the line is over, its framer may hold a rest that is none."""

    def said(self, line: Line, frames: Sequence[bytes]) -> None:
        """Frames are sent, each with its length header."""


class Line:
    """One connection. ``name`` is for people: listener or issuer, and peer.

    The owner of a line reads and writes messages of 1987. ``understood`` converts a message of a 1993 peer into that form (to
    be called where the line ``translates``), and ``queue`` converts a message into the form of the peer.
    """

    def __init__(self, sock: socket.socket, wire: WireFormat, name: str) -> None:
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.name, self.wire, self.codec = name, wire, wire.codec
        self.framer = Framer(wire.header, tpdu=wire.tpdu)
        self.edition = wire.codec.dialect.edition
        self.version = VERSIONS[self.edition]  #: first digit of its MTIs
        self.translates = self.edition == EDITION_1993
        self.places, self.macs, self.pickers = wire.places, wire.macs, wire.pickers
        self._translation = Translation(wire.today)
        self.open = True
        self.over = False  #: nothing more will be read
        self.behind = False  #: not all that has been read is taken: nothing is read meanwhile
        self.opening: bytes | None = b""  #: the first bytes read, until its owner has understood a message of the line
        self.heard_at = trio.current_time()  #: when something was last read
        self.dropped = False  #: its owner takes nothing more from it, not even what has been read
        self.muted = False  #: nothing more is sent, and nothing that comes is acted on: to its peer the centre is gone
        self.drops_unreadable = False  #: whether its owner ends it after a message that cannot be answered
        self.ear: Tap | None = None
        self.read_always = False  #: whether it is read from however much its peer leaves unread; its owner says
        self.taken_at = 0.0  #: when its peer, having left something unread, last took some of it
        self.answers_due = 0  #: requests taken from this line and not answered yet; its owner counts
        self.secured: Secured | None = None  #: the TLS it is read and written through
        self._sock: Transport = sock
        self._queued: list[bytes] = []
        self._trickling = 0  #: so many of the first bytes in ``_unsent`` are sent one by one
        self._unsent = bytearray()  #: from its front bytes are taken, and to its end added, without copying the rest
        self._stuck = trio.Event()
        self._flowing = trio.Event()
        self._flowing.set()
        self._settled = trio.Event()
        self.unwatch: Callable[[], None] = _nobody_watches

    @property
    def socket(self) -> Transport:
        return self._sock

    def secure(self, secured: Secured) -> None:
        """Read and write through TLS from now on; nothing has been read before, and nothing sent."""
        self._sock = self.secured = secured

    @property
    def fault(self) -> str | None:
        """Why nothing more can be read, in words; None where the peer ended the line."""
        if self.framer.fault is not None:
            return str(self.framer.fault)
        return self.secured.fault if self.secured is not None else None

    def understood(self, message: Message) -> Message:
        """The 1987 form of a message of the peer, on a line that translates."""
        return self._translation.heard(message)

    def code(self, response_code: str, message: Message) -> str:
        """A response code of an answer to ``message`` as the peer reads it."""
        return action_code(response_code, message.mti[1]) if self.translates else response_code

    def queue(self, message: Message, tpdu: bytes = b"", request: Message | None = None, action: str | None = None) -> None:
        """Encode a message for the next flush; MessageError when this dialect cannot say it.

        ``request`` is the message it answers, as it came off this line; None where it answers none. ``action`` is the action
        code for a peer of 1993, where DE 39 of 1987 is less exact.
        """
        if self.translates:
            message = self._translation.said(message, request, action)
        encode = self.codec.encode if self.macs is None or not self.macs.wanted(request) else self._with_mac
        try:
            body = encode(message)
        except MessageError:
            body = encode(Message(message.mti, {number: in_ascii(value) for number, value in message.elements.items()}))
        self._queued.append(self.framer.wrap(body, tpdu))

    def queue_answer(
        self,
        request: bytes,
        tpdu: bytes,
        mti: str,
        approval_code: str | None,
        response_code: str,
        added: Mapping[int, str] = NOTHING_ADDED,
    ) -> bool:
        """Queue the answer that is a request's own bytes, the two codes and what the issuer ``added`` (``Codec.answered``);
        False where it is not that."""
        body = self.codec.answered(request, mti, approval_code, response_code, added) if self.macs is None else None
        if body is None:
            return False
        self._queued.append(self.framer.wrap(body, tpdu))
        return True

    def queue_in(self, codec: Codec, message: Message, tpdu: bytes = b"", action: str | None = None) -> None:
        """Encode a message of 1987 in another dialect than the peer's, as a fault; MessageError when that cannot say it."""
        if codec.dialect.edition == EDITION_1993:
            message = Translation(self.wire.today).said(message, None, action)
        self._queued.append(self.framer.wrap(codec.encode(message), tpdu))

    def queue_forward(self, request: bytes, codec: Codec, tpdu: bytes, mti: str, forwarder_id: str) -> bool:
        """Queue the request that came through ``codec``, with DE 33 (``Codec.forwarded``); False where that cannot be done
        without decoding it."""
        if self.translates or self.macs is not None:
            return False
        body = codec.forwarded(request, mti, forwarder_id, self.codec.dialect)
        if body is None:
            return False
        self._queued.append(self.framer.wrap(body, tpdu))
        return True

    def take_back(self) -> bytes:
        """The frame queued last, which is not sent then."""
        return self._queued.pop()

    def queue_frame(self, frame: bytes) -> None:
        """Queue bytes as they are, for the next flush: a frame that is sent again, late, or not whole."""
        self._queued.append(frame)

    def trickle(self, frame: bytes) -> None:
        """Send a frame byte by byte, at once; whatever is sent next waits for its end."""
        if self.ear is not None and self.open and not self.muted:
            self.ear.said(self, (frame,))
        if self.open and not self.muted:
            self._unsent += frame
            self._trickling = len(self._unsent)
            self.taken_at = trio.current_time()
            self._flowing = trio.Event()
            self._stuck.set()

    def tell_beside(self, frame: bytes) -> None:
        """Send a frame at once, before what is queued, that no ear hears: it is no message of this line."""
        queued, ear = self._queued, self.ear
        self._queued, self.ear = [frame], None
        self.flush()
        self._queued, self.ear = queued, ear

    def _with_mac(self, message: Message) -> bytes:
        assert self.macs is not None
        return self.macs.sealed(self.codec, message)

    def checked(self, message: Message, body: bytes) -> Message:
        """A message that came, without its MAC. MacError where that is wrong, or missing on a line that asks for one."""
        return message if self.macs is None else self.macs.check(self.codec, message, body)

    def flush(self) -> None:
        """Send what is queued, without waiting; what the peer does not take now is sent as soon as it does."""
        if self.muted:
            self._queued.clear()
        if self.ear is not None and self.open:
            self.ear.said(self, self._queued)
        data = b"".join(self._queued)
        self._queued.clear()
        if not self.answers_due:
            self._settled.set()
        if not self.open:
            return
        if self._unsent:
            self._unsent += data
            return
        sent = self._send(data)
        if sent < len(data):
            self._unsent += data[sent:]
            self.taken_at = trio.current_time()
            self._flowing = trio.Event()
            self._stuck.set()

    def _send(self, data: bytes | bytearray) -> int:
        """How many bytes the peer takes now; all, where it is gone."""
        size = len(data)
        try:
            return self._sock.send(data)
        except BlockingIOError:
            return 0
        except OSError:
            self.shut()
            return size

    def gulp(self) -> Frames:
        """The frames completed by what has come in, each cut when it is taken: a gulp may hold tens of thousands.

        The line is over at the peer's end, and where the bytes cannot be cut, once all frames before are taken.
        """
        try:
            data = self._sock.recv(READ_BYTES)
        except BlockingIOError:
            return iter(())
        except OSError:
            data = b""
        if not data:
            self._ended()
            return iter(())
        if self.opening is not None and len(self.opening) < OPENING_BYTES_MAX:
            self.opening += data[: OPENING_BYTES_MAX - len(self.opening)]
        self.behind = True
        return self._cut(data)

    def _cut(self, data: bytes) -> Frames:
        if self.ear is None:
            yield from self.framer.cut(data)
        else:
            for frame in self.framer.cut(data):
                if frame is not None:
                    self.ear.heard(self, (frame,))
                yield frame
        self.behind = False
        if self.framer.fault is not None:
            self._ended()

    def _ended(self) -> None:
        self.over = True
        if self.ear is not None:
            self.ear.heard(self, ())
        self.unwatch()

    @property
    def clogged(self) -> bool:
        """Whether the peer leaves so many bytes unread that nothing is read from it either, unless ``read_always``."""
        return len(self._unsent) > UNSENT_BYTES_MAX

    def deaf(self, now: float) -> str | None:
        """Why the peer is held not to read, in words; None while it reads."""
        unread, seconds = len(self._unsent), now - self.taken_at
        if unread > DEAF_BYTES_MAX:
            return f"it reads too slowly: {unread} bytes wait for it"
        if unread > UNSENT_BYTES_MAX and seconds >= DEAF_SECONDS_MAX:
            return f"it has read nothing for {seconds:.0f} s, and {unread} bytes wait for it"
        return None

    async def flowing(self) -> None:
        """Wait until the peer has taken what was sent to it, or is gone."""
        await self._flowing.wait()

    async def drain(self) -> None:
        """Send what the peer did not take at once; runs for as long as the line lives."""
        while self.open:
            await self._stuck.wait()
            self._stuck = trio.Event()
            while self._unsent and self.open:
                try:
                    await trio.lowlevel.wait_writable(self._sock)
                except trio.ClosedResourceError:
                    return
                sent = self._send(self._unsent[:1] if self._trickling else self._unsent)
                del self._unsent[:sent]
                self.taken_at = trio.current_time()
                if self._trickling:
                    self._trickling -= sent
                    await trio.sleep(TRICKLE_SECONDS)
            self._flowing.set()

    async def settled(self) -> None:
        """Wait until every answer due is sent, or the peer is gone."""
        while self.open and self.answers_due:
            self._settled = trio.Event()
            await self._settled.wait()
        while self.open and self._unsent:
            unread = len(self._unsent)
            with trio.move_on_after(UNREAD_SECONDS_MAX):
                await self._flowing.wait()
            if len(self._unsent) >= unread:
                return

    def drop(self) -> None:
        """Read no more, and take no frame that was read already; answers that are due are still sent."""
        self.dropped = self.over = True
        self.unwatch()

    def mute(self) -> None:
        """Stay open and say nothing more: what its peer sees of a host that lost power."""
        self.muted, self._trickling = True, 0
        self._unsent.clear()
        self._flowing.set()

    def shut(self) -> None:
        """Close the connection; whoever waits on it wakes up."""
        if self.open:
            self.open, self.over = False, True
            self.unwatch()
            self._flowing.set()
            self._settled.set()
            self._unsent.clear()
            trio.lowlevel.notify_closing(self._sock)
            self._sock.close()

    def abandon(self) -> None:
        """Close the connection and forget what its peer has not read: when it reads again that is long decided."""
        if self.open:
            self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_FOR_NOTHING)
            self.shut()

    @asynccontextmanager
    async def living(self) -> AsyncIterator[None]:
        """The line with its drain beside it; closed at the end."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self.drain)
            try:
                yield
            finally:
                self.shut()
                nursery.cancel_scope.cancel()


def _nobody_watches() -> None:
    pass
