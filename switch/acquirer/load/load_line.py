"""One connection of a load: messages go out as they come, as many as its window has room for, and each waits for its answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple, Protocol

import trio

from switch.acquirer.caller import TPDU
from switch.acquirer.load.draws import Drawn
from switch.errors import MessageError, UnreachableError
from switch.iso8583.framing import Framer
from switch.iso8583.message import Message
from switch.lines.wire_format import WireFormat

LOAD_READ_BYTES: Final = 65_536
RECONNECT_SECONDS: Final = 0.2  #: between two attempts at a connection that broke


class Outstanding(NamedTuple):
    """A message on its way. Times are those of the loop."""

    drawn: Drawn
    mti: str  #: as it was sent
    due: float
    sent: float
    step: int


class Calling(Protocol):
    """Who makes connections."""

    async def connected(self) -> trio.abc.Stream:
        """A connection. UnreachableError where nobody takes the call."""


class LoadLine:
    """The connection. ``answered`` gets each answer with its message, None for one that nobody waits for; ``freed`` is called
    where the window has room again; ``broke`` gets what was on its way; ``unreadable`` gets why."""

    def __init__(
        self,
        call: Calling,
        wire: WireFormat,
        window: int,
        *,
        answered: Callable[[Outstanding | None, Message], None],
        freed: Callable[[LoadLine], None],
        broke: Callable[[list[Outstanding]], None],
        unreadable: Callable[[str], None],
    ) -> None:
        self._call, self._wire, self._window = call, wire, window
        self._answered, self._freed, self._broke, self._unreadable = answered, freed, broke, unreadable
        self._front = (TPDU if wire.tpdu else b"") + wire.header.first_between
        self._framer = Framer(wire.header, tpdu=wire.tpdu)
        self._out = bytearray()
        self._woken = trio.Event()
        self.waiting: dict[str, Outstanding] = {}  #: by STAN, the oldest first
        self.connected = False
        self.connections = 0

    @property
    def room(self) -> int:
        """How many more messages may go out."""
        return self._window - len(self.waiting) if self.connected else 0

    def put(self, message: Message, outstanding: Outstanding) -> None:
        """Send a message, soon. MessageError where the dialect cannot say it."""
        codec, macs = self._wire.codec, self._wire.macs
        body = codec.encode(message) if macs is None else macs.sealed(codec, message)
        self._out += self._framer.wrap(body, self._front)
        self.waiting[message.stan] = outstanding
        self._woken.set()

    def given_up(self, sent_before: float) -> list[Outstanding]:
        """Those that were sent before a time and are not answered: nobody waits for them any more."""
        found = []
        for stan, each in self.waiting.items():
            if each.sent >= sent_before:
                break
            found.append((stan, each))
        for stan, _ in found:
            del self.waiting[stan]
        return [each for _, each in found]

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Keep the connection, until cancelled. UnreachableError where the first attempt at it fails."""
        while True:
            try:
                stream = await self._call.connected()
            except UnreachableError:
                if not self.connections:
                    raise
                await trio.sleep(RECONNECT_SECONDS)
                continue
            self.connections += 1
            self.connected = True
            if self.connections == 1:
                task_status.started()
            try:
                async with stream, trio.open_nursery() as nursery:
                    nursery.start_soon(self._write, stream, nursery.cancel_scope)
                    self._freed(self)
                    await self._read(stream)
                    nursery.cancel_scope.cancel()
            finally:
                self.connected = False
            self._out.clear()
            lost, self.waiting = list(self.waiting.values()), {}
            self._broke(lost)

    async def _write(self, stream: trio.abc.Stream, scope: trio.CancelScope) -> None:
        while True:
            if not self._out:
                await self._woken.wait()
            self._woken = trio.Event()
            data, self._out = self._out, bytearray()
            try:
                await stream.send_all(data)
            except (trio.BrokenResourceError, trio.ClosedResourceError, OSError):
                return scope.cancel()

    async def _read(self, stream: trio.abc.Stream) -> None:
        """Give each answer to whoever waits for it, until the connection ends."""
        framer = Framer(self._wire.header, tpdu=self._wire.tpdu)
        while True:
            try:
                data = await stream.receive_some(LOAD_READ_BYTES)
            except (trio.BrokenResourceError, trio.ClosedResourceError, OSError):
                return None
            if not data:
                return None
            for frame in framer.feed(bytes(data)):
                try:
                    message = self._wire.codec.decode(frame.body)
                except MessageError as error:
                    self._unreadable(str(error))
                    continue
                self._answered(self.waiting.pop(message.stan, None), message)
            if framer.fault is not None:
                return self._unreadable(str(framer.fault))
            self._freed(self)
