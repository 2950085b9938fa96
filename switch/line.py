"""A line: one TCP connection that carries ISO 8583 frames, read in gulps and written once a turn.

Sockets are plain non-blocking ones: a gulp costs one system call however many messages it holds, one wake-up serves every line
that has something, and writing needs no task at all as long as the peer reads.
"""

from __future__ import annotations

import errno
import gc
import selectors
import socket
import struct
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from typing import Any, Final, Protocol

import trio
from attrs import frozen

from switch.iso8583.action_codes import action_code
from switch.iso8583.codec import Codec
from switch.iso8583.dialect import EDITION_1993
from switch.iso8583.framing import Frame, Framer, HeaderFormat
from switch.iso8583.message import Message
from switch.iso8583.mti import VERSIONS
from switch.iso8583.translation import Translation

GARBAGE_THRESHOLD: Final = 50_000  #: objects more than before that make the collector look; messages hold no cycles
READ_BYTES: Final = 65_536  #: a gulp; several hundred messages
ACCEPT_PAUSE_SECONDS: Final = 0.2  #: before one more connection is tried again that could not be taken
UNREAD_SECONDS_MAX: Final = 2.0  #: how long a line that ends waits for its peer to read some of what was sent
DIAL_SECONDS_MAX: Final = 5.0  #: a host that does not answer at all is tried again after so long
KEEP_ALIVE_IDLE_SECONDS: Final = 60  #: TCP itself probes a line that was silent for so long; the peer's program sees no byte
KEEP_ALIVE_EVERY_SECONDS: Final = 10  #: and again after so long
KEEP_ALIVE_PROBES: Final = 6  #: so many without an answer end the line: two minutes after its peer died
#: An acquirer that leaves more than this unread is not read from until it catches up. What can still be added then is what it
#: has asked already: the answers due, and the rest of the gulp.
UNSENT_BYTES_MAX: Final = 1_048_576
DEAF_SECONDS_MAX: Final = (
    5.0  #: an issuer that leaves as much unread, and takes nothing for so long, is lost: half of what a request may take
)
DEAF_BYTES_MAX: Final = (
    33_554_432  #: and so is one that reads and leaves more than this: 50,000 requests, which may wait for it, of 650 bytes
)
LINGER_FOR_NOTHING: Final = struct.pack(
    "ii", 1, 0
)  #: SO_LINGER: on, for 0 s; the system drops what it still holds for the peer


def utc_today() -> date:
    """The machine's date, for the years 1987 leaves out."""
    return datetime.now(UTC).date()


@frozen(kw_only=True)
class WireFormat:
    """How messages stand on a line: dialect, length header, and whether a TPDU goes in front. ``today`` is for the dates of a
    1993 dialect."""

    codec: Codec
    header: HeaderFormat
    tpdu: bool
    today: Callable[[], date] = utc_today


class Ear(Protocol):
    """Who is told of every byte of a line that makes, or does not make, a message (``switch.trace``)."""

    def heard(self, line: Line, frames: Sequence[Frame]) -> None:
        """Frames came in; where the line is over, its framer may hold a rest that is none."""

    def said(self, line: Line, frames: Sequence[bytes]) -> None:
        """Frames are sent, each with its length header."""


class Line:
    """One connection. ``name`` is for people: listener or issuer, and peer.

    Whoever owns it reads and writes 1987; what a peer of 1993 says is brought into that form by ``understood`` (to be asked
    where the line ``translates``), and ``queue`` brings it back into the peer's.
    """

    def __init__(self, sock: socket.socket, wire: WireFormat, name: str) -> None:
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.name, self.codec = name, wire.codec
        self.framer = Framer(wire.header, tpdu=wire.tpdu)
        self.edition = wire.codec.dialect.edition
        self.version = VERSIONS[self.edition]  #: first digit of its MTIs
        self.translates = self.edition == EDITION_1993
        self._translation = Translation(wire.today)
        self.open = True
        self.over = False  #: nothing more will be read
        self.opening: bytes | None = b""  #: the first bytes read, until its owner has understood a message of the line
        self.heard_at = trio.current_time()  #: when something was last read
        self.dropped = False  #: its owner takes nothing more from it, not even what has been read
        self.drops_unreadable = False  #: whether its owner ends it after a message that cannot be answered
        self.ear: Ear | None = None
        self.read_always = False  #: whether it is read from however much its peer leaves unread; its owner says
        self.taken_at = 0.0  #: when its peer, having left something unread, last took some of it
        self.answers_due = 0  #: requests taken from this line and not answered yet; its owner counts
        self._sock = sock
        self._queued: list[bytes] = []
        self._unsent = bytearray()  #: from its front bytes are taken, and to its end added, without copying the rest
        self._stuck = trio.Event()
        self._flowing = trio.Event()
        self._flowing.set()
        self._settled = trio.Event()
        self.unwatch: Callable[[], None] = _nobody_watches

    @property
    def socket(self) -> socket.socket:
        return self._sock

    def understood(self, said: Message) -> Message:
        """The 1987 form of what the peer of a line that translates said."""
        return self._translation.heard(said)

    def code(self, response_code: str, message: Message) -> str:
        """A response code of an answer to ``message`` as the peer reads it."""
        return action_code(response_code, message.mti[1]) if self.translates else response_code

    def queue(self, message: Message, tpdu: bytes = b"", asked: Message | None = None, action: str | None = None) -> None:
        """Encode a message for the next flush; MessageError when this dialect cannot say it.

        ``asked`` is the message it answers, as it came off this line; None where it answers none. ``action`` is what a peer
        of 1993 is told where DE 39 of 1987 says less.
        """
        if self.translates:
            message = self._translation.said(message, asked, action)
        self._queued.append(self.framer.wrap(self.codec.encode(message), tpdu))

    def flush(self) -> None:
        """Send what is queued, without waiting; what the peer does not take now is sent as soon as it does."""
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

    def gulp(self) -> list[Frame]:
        """The frames completed by what has come in; at the peer's end, and where the bytes cannot be cut, the line is over."""
        try:
            data = self._sock.recv(READ_BYTES)
        except BlockingIOError:
            return []
        except OSError:
            data = b""
        if self.opening == b"":
            self.opening = data
        frames = self.framer.feed(data)
        self.over = not data or self.framer.fault is not None
        if self.ear is not None:
            self.ear.heard(self, frames)
        return frames

    @property
    def clogged(self) -> bool:
        """Whether the peer leaves so much unread that it is not read from either, unless it is always read from."""
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
                del self._unsent[: self._send(self._unsent)]
                self.taken_at = trio.current_time()
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
        """Take and read no more; what is due is still sent."""
        self.dropped = self.over = True
        self.unwatch()

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


def _nobody_is_told(error: OSError) -> None:
    pass


class Lines:
    """All connections of a process, waited for together: one wake-up reads every line that has something.

    A selector of our own holds the sockets, and trio waits for the selector. ``turn`` is called after each such pass.
    """

    def __init__(self, turn: Callable[[], None]) -> None:
        self._turn = turn
        self._selector = selectors.DefaultSelector()

    async def run(self) -> None:
        """Read until cancelled."""
        selector: Any = self._selector  # epoll and kqueue are files themselves; the base class does not know
        while True:
            await trio.lowlevel.wait_readable(selector.fileno())
            now = trio.current_time()
            for key, _ in selector.select(0):
                line, take = key.data
                line.heard_at = now
                frames = line.gulp()
                if frames:
                    take(frames)
                if line.over or (line.clogged and not line.read_always):
                    line.unwatch()
            self._turn()

    async def read(self, line: Line, take: Callable[[list[Frame]], None]) -> None:
        """Hand the frames of a line to ``take`` as they come, until the line is over or the caller is cancelled."""
        while not line.over:
            unwatched = self._watch(line, take)
            try:
                await unwatched.wait()
                if not line.over:
                    await line.flowing()
            finally:
                line.unwatch()

    def _watch(self, line: Line, take: Callable[[list[Frame]], None]) -> trio.Event:
        """Begin to read a line; the event is set when that ends."""
        unwatched = trio.Event()

        def unwatch() -> None:
            line.unwatch = _nobody_watches
            self._selector.unregister(line.socket)
            unwatched.set()

        self._selector.register(line.socket, selectors.EVENT_READ, (line, take))
        line.unwatch = unwatch
        return unwatched


def settle_memory() -> None:
    """Take what is loaded by now out of the garbage collector's sight, and let it look seldom: a tenth less work a message."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE_THRESHOLD, 20, 50)


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one. OSError where the address is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.create_server((host, port), family=family, backlog=1024)
    sock.setblocking(False)
    return sock


async def accept(sock: socket.socket, cannot: Callable[[OSError], None] = _nobody_is_told) -> tuple[socket.socket, str]:
    """The next connection of a listening socket, and its peer as ``host:port``.

    ``cannot`` is told each time one is there and cannot be taken now, for want of file descriptors mostly; it waits.
    """
    while True:
        await trio.lowlevel.wait_readable(sock)
        try:
            connection, address = sock.accept()
        except (BlockingIOError, ConnectionError):
            continue
        except OSError as error:
            if error.errno in (errno.EBADF, errno.EINVAL):
                raise
            cannot(error)
            await trio.sleep(ACCEPT_PAUSE_SECONDS)
            continue
        return connection, f"{address[0]}:{address[1]}"


def keep_alive(sock: socket.socket) -> None:
    """Let TCP find out when the other end is gone without a word, where nobody else asks it for an echo."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    idle = "TCP_KEEPIDLE" if hasattr(socket, "TCP_KEEPIDLE") else "TCP_KEEPALIVE"  # as macOS calls it
    seconds = {idle: KEEP_ALIVE_IDLE_SECONDS, "TCP_KEEPINTVL": KEEP_ALIVE_EVERY_SECONDS, "TCP_KEEPCNT": KEEP_ALIVE_PROBES}
    for option, value in seconds.items():
        sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)


async def dial(host: str, port: int) -> socket.socket:
    """A connection to an address; OSError where nobody answers."""
    with trio.move_on_after(DIAL_SECONDS_MAX):
        stream = await trio.open_tcp_stream(host, port)
        return not_to_itself(socket.socket(fileno=_detached(stream.socket)))
    raise TimeoutError(errno.ETIMEDOUT, f"no answer in {DIAL_SECONDS_MAX:g} s")


def not_to_itself(sock: socket.socket) -> socket.socket:
    """Refuse a connection whose two ends are one socket.

    Dialling a port of this machine nobody listens on, TCP may happen to take that very port for our own end, and connect.
    """
    try:
        if sock.getsockname() == sock.getpeername():
            raise ConnectionRefusedError(errno.ECONNREFUSED, "connected to itself: nobody listens there")
    except OSError:
        sock.close()
        raise
    return sock


def _detached(sock: trio.socket.SocketType) -> int:
    return sock.detach()
